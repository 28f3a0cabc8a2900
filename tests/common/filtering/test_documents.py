"""The notation of scripts: JSON similar to MongoDB's, refused where it says something else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.filtering import And, Comparison, Field, FilterError, Kind, Not, Operator, Or, Vocabulary, read_json

NAME, TAG, META = Field("name", Kind.TEXT), Field("tag", Kind.LABELS), Field("metadata", Kind.JSON)
CREATED, SIZE = Field("created_at", Kind.DATE), Field("size", Kind.NUMBER, whole=True)
METRICS = Field("metrics", Kind.METRIC)
VOCABULARY = Vocabulary((NAME, TAG, META, CREATED, SIZE, METRICS))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["$and", "$or", "$not", "$in", "$gt", "$regex", "$exists", "name", "tag", "metadata.a", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


def read(**written: Any) -> Any:
    return read_json(json.dumps(written), VOCABULARY)


def test_several_keys_and_several_operators_hold_together() -> None:
    name, tag = Comparison(NAME, Operator.EQUAL, "net"), Comparison(TAG, Operator.EQUAL, "night")
    assert read(name="net", tag={"$eq": "night"}) == And((name, tag))
    assert read(**{"$and": [{"name": "net"}, {"tag": "night"}]}) == And((name, tag))
    assert read(**{"$nor": [{"name": "net"}, {"tag": "night"}]}) == Not(Or((name, tag)))
    assert read(size={"$gt": 1, "$lte": 5}) == And(
        (Comparison(SIZE, Operator.GREATER, 1), Comparison(SIZE, Operator.LESS_OR_EQUAL, 5))
    )


def test_what_is_denied_is_the_not_of_its_opposite() -> None:
    assert read(name={"$ne": "a"}) == Not(Comparison(NAME, Operator.EQUAL, "a"))
    assert read(tag={"$nin": ["a", "b"]}) == Not(Comparison(TAG, Operator.IN, ("a", "b")))
    assert read(name={"$not": {"$contains": "a"}}) == Not(Comparison(NAME, Operator.CONTAINS, "a"))
    assert read(name=None) == read(name={"$exists": False}) == Not(Comparison(NAME, Operator.EXISTS))


def test_keys_lead_into_documents_and_metrics_keep_their_dots() -> None:
    assert read(**{"metadata.train.lr": {"$gte": 0.1}}) == Comparison(
        META, Operator.GREATER_OR_EQUAL, 0.1, ("train", "lr")
    )
    assert read(**{"metrics.val.loss": 1}) == Comparison(METRICS, Operator.EQUAL, 1, ("val.loss",))


def test_dates_are_utc_and_need_no_time() -> None:
    assert read(created_at={"$lt": "2026-01-31"}) == Comparison(
        CREATED, Operator.LESS, datetime(2026, 1, 31, tzinfo=UTC)
    )
    assert read(created_at={"$lt": "2026-01-31 06:07:08"}).value == datetime(2026, 1, 31, 6, 7, 8, tzinfo=UTC)


def test_nothing_asked_is_everything() -> None:
    assert read_json("", VOCABULARY) == read_json(None, VOCABULARY) == read_json("{}", VOCABULARY) == And()


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("{", "not JSON"),
        ("[" * 5000, "not JSON"),
        ('{"size": NaN}', "not JSON"),
        ('{"size": 1e999}', "too large"),
        ('{"size": ' + ("9" * 5000) + "}", "not JSON"),
        ("[1]", "A filter is an object"),
        ('{"nmae": 1}', "Did you mean name"),
        ('{"name": {"$regx": "a"}}', r"Did you mean \$regex"),
        ('{"name": {"$where": "1"}}', "no operator"),
        ('{"$where": "1"}', "no operator"),
        ('{"metadata": {"lr": 1}}', "metadata.<key>"),
        ('{"metadata.a": {"lr": 1}}', "metadata.a.lr"),
        ('{"name": ["a"]}', r"\$in"),
        ('{"name": {}}', "empty"),
        ('{"$or": []}', "one at least"),
        ('{"$or": {"name": "a"}}', "list of filters"),
        ('{"tag": {"$gt": "a"}}', "cannot be compared"),
        ('{"size": {"$regex": "a"}}', "cannot be compared"),
        ('{"size": true}', "number"),
        ('{"name": 5}', "text"),
        ('{"name": {"$in": "ab"}}', "list"),
        ('{"name": {"$exists": "yes"}}', "true or false"),
        ('{"name": {"$regex": "(?<=a)b"}}', "regular expression"),
        ('{"name": "\\ud800"}', "control"),
        ('{"name": "a\\u0000"}', "control"),
        ('{"name": {"$in": ' + json.dumps([""] * 101) + "}}", "at most 100"),
        ('{"metadata.a\\"b": 1}', "no name"),
        ('{"": 1}', "no name"),
        (json.dumps({"$or": [{"name": "a"}] * 201}), "at most 200"),
        ('{"$not": ' * 30 + '{"name": "a"}' + "}" * 30, "20 deep"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(written: str, says: str) -> None:
    with pytest.raises(FilterError, match=says):
        read_json(written, VOCABULARY)


@given(ANYTHING)
def test_whatever_is_sent_is_read_or_refused_in_words(written: Any) -> None:
    try:
        read_json(json.dumps(written), VOCABULARY)
    except FilterError:
        return

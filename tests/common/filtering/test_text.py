"""The notation of people: what it means, and errors that say where and what was perhaps meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.filtering import And, Comparison, Field, FilterError, Kind, Not, Operator, Or, Vocabulary, read_text

NAME, TAG = Field("name", Kind.TEXT), Field("tag", Kind.LABELS, ("tags",))
METADATA, METRICS = Field("metadata", Kind.JSON), Field("metrics", Kind.METRIC, ("metric",))
CREATED = Field("created_at", Kind.DATE, ("created",))
SIZE = Field("size", Kind.NUMBER, whole=True, units={"MB": 10**6})
VERSION = Field("version", Kind.NUMBER, whole=True, prefix="v")
VOCABULARY = Vocabulary((NAME, TAG, METADATA, CREATED, SIZE, VERSION, METRICS), words=("name", "tag"), other="metrics")


def words(text: str) -> Or:
    return Or((Comparison(NAME, Operator.CONTAINS, text), Comparison(TAG, Operator.CONTAINS, text)))


def test_the_example_of_the_documentation_means_what_it_says() -> None:
    tree = read_text(
        'mAP@50 > 0.70 tag:night -tag:old name:pedestrian metadata.train.lr >= 0.001 created > 2026-01-01 (a or b) "free words"',
        VOCABULARY,
    )
    assert tree == And(
        (
            Comparison(METRICS, Operator.GREATER, 0.7, ("mAP@50",)),
            Comparison(TAG, Operator.EQUAL, "night"),
            Not(Comparison(TAG, Operator.EQUAL, "old")),
            Comparison(NAME, Operator.CONTAINS, "pedestrian"),
            Comparison(METADATA, Operator.GREATER_OR_EQUAL, 0.001, ("train", "lr")),
            Comparison(CREATED, Operator.GREATER, datetime(2026, 1, 1, tzinfo=UTC)),
            Or((words("a"), words("b"))),
            words("free words"),
        )
    )


def test_nothing_asked_is_everything() -> None:
    assert read_text("", VOCABULARY) == read_text(" \n ", VOCABULARY) == And()


def test_and_binds_closer_than_or() -> None:
    a, b, c = words("a"), words("b"), words("c")
    assert read_text("a b or c", VOCABULARY) == read_text("(a and b) OR c", VOCABULARY) == Or((And((a, b)), c))
    assert read_text("not a b", VOCABULARY) == And((Not(a), b))
    assert read_text("--a", VOCABULARY) == Not(Not(a))


def test_a_word_like_a_number_with_its_prefix_is_one_too() -> None:
    numbered = Vocabulary((NAME, TAG, VERSION), words=("name", "tag", "version"))
    for text in ("v3x", "3", "V3", "v", "v3.0", "v" + "9" * 16):
        assert read_text(text, numbered) == words(text)
    assert read_text("v12", numbered) == Or((*words("v12").children, Comparison(VERSION, Operator.EQUAL, 12)))


def test_quotation_marks_keep_what_would_mean_something() -> None:
    assert read_text(r'"or" "say \"hi\""', VOCABULARY) == And((words("or"), words('say "hi"')))
    assert read_text('tag:"a (b)"', VOCABULARY) == Comparison(TAG, Operator.EQUAL, "a (b)")
    assert read_text('metadata."a.b".c = "5"', VOCABULARY) == Comparison(METADATA, Operator.EQUAL, "5", ("a.b", "c"))
    assert read_text('"val.loss" < 1', VOCABULARY) == Comparison(METRICS, Operator.LESS, 1, ("val.loss",))


def test_a_day_is_all_of_it_and_an_hour_an_instant() -> None:
    start, end = datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    day = And((Comparison(CREATED, Operator.GREATER_OR_EQUAL, start), Comparison(CREATED, Operator.LESS, end)))
    assert read_text("created:2026-01-31", VOCABULARY) == read_text("created = 2026-01-31", VOCABULARY) == day
    written = 'created >= "2026-01-31 18:30:00"', "created>=2026-01-31T18:30", "created >= 2026-01-31T20:30+02:00"
    assert {read_text(text, VOCABULARY) for text in written} == {
        Comparison(CREATED, Operator.GREATER_OR_EQUAL, datetime(2026, 1, 31, 18, 30, tzinfo=UTC))
    }


def test_numbers_may_bring_their_unit_or_prefix() -> None:
    assert read_text("size > 1.5MB", VOCABULARY) == Comparison(SIZE, Operator.GREATER, 1_500_000)
    assert read_text("version:v12", VOCABULARY) == read_text("version:12", VOCABULARY)
    assert read_text("loss > -1e-3", VOCABULARY) == Comparison(METRICS, Operator.GREATER, -0.001, ("loss",))


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("tag:night (a", 10, "not closed"),
        ("a or", 4, "missing"),
        ("or a", 0, "missing"),
        ("a ) b", 2, "closes nothing"),
        ('tag:"open', 4, "value is missing"),
        ('a "open', 2, "not closed"),
        ("tag:", 4, "value is missing"),
        (":x", 0, "no name before ':'"),
        ("a > 1 taggs:x", 6, "Did you mean tag"),
        ("creatd > 2026-01-01", 0, "Did you mean created"),
        ("a sizee > 5", 2, "Did you mean size"),
        ("created > yesterday", 0, "2026-01-31"),
        ("created > 2026-02-30", 0, "2026-01-31"),
        ("size > big", 0, "10MB"),
        ("size > 0.5", 0, "whole number"),
        ("size > 99999999999999999999", 0, "too large"),
        ("loss > 1e999", 0, "too large"),
        ("tag > a", 0, "cannot be compared"),
        ("metadata > 1", 0, "metadata.<key>"),
        ("metadata..x > 1", 0, "no name"),
        ('metadata."a\\b" > 1', 0, "A key has"),
        ("name ~ a{2}", 0, "write it out"),
        ("tag:\x00", 0, "control characters"),
        ("name:" + "x" * 501, 0, "at most 500"),
        ("x" * 10_001, None, "10000 bytes"),
        ("a " * 201, None, "at most 200"),
        ("(" * 1000 + "a" + ")" * 1000, None, "20 deep"),
        ("not " * 30 + "a", None, "20 deep"),
    ],
)
def test_an_error_says_where_and_how_to_mend_it(text: str, position: int | None, says: str) -> None:
    with pytest.raises(FilterError, match=says.replace("(", r"\(")) as raised:
        read_text(text, VOCABULARY)
    if position is not None:
        assert raised.value.position == position
        assert f"at character {position + 1}" in raised.value.message


def test_a_metric_that_is_not_among_the_known_ones_is_perhaps_another() -> None:
    known = Vocabulary((TAG, Field("metrics", Kind.METRIC, keys=["val/loss", "mAP@50"])), other="metrics")
    with pytest.raises(FilterError, match="Did you mean mAP@50?"):
        read_text("map@5 > 0.7", known)


def test_the_names_of_look_ups_are_names_of_nothing() -> None:
    plain = Vocabulary((NAME, TAG), words=("name",))
    for name in (
        "pk__regex",
        "_connector",
        "_negated",
        "name__icontains",
        "a__b__password",
        "extra",
        "name.x",
        "tag.name",
    ):
        with pytest.raises(FilterError, match="nothing called"):
            read_text(f"{name}:x", plain)


@given(st.text(alphabet=st.sampled_from('ab "()-:=<>!~*.\\1\x00é'), max_size=60) | st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused_in_words(text: str) -> None:
    try:
        read_text(text, VOCABULARY)
    except FilterError:
        return

"""Which way metrics are better: what people set counts above what runs said, and only what they changed (F84)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import User
from artifacts.models import Artifact
from artifacts.services.directions import MAX_DIRECTIONS, merge
from common.errors import DomainError, InvalidInputError, TooLargeError
from events.models import Event
from projects.models import Run
from projects.services.runs import RunFields, upsert_run
from registries.models import Collection
from registries.services.metrics import set_metrics
from tests.cast import Cast
from tests.making import project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/orgs/Acme/registry/Shelf/collections/net/"
SOURCE = "/vision/training/artifacts/model/net/"


@pytest.fixture
def net(cast: Cast) -> Collection:
    """A collection of two versions, of a run that said that a lower loss is better."""
    project = project_of(cast.mia, cast.team.namespace)
    run = upsert_run(actor=cast.mia, project=project, name="r0", fields=RunFields())[0]
    Run.objects.filter(pk=run.pk).update(client_info={"m": [{"1": "loss", "7": [1]}]})
    for number in range(2):
        link = shelves.link(cast, shelves.log(cast, number, run=run, metrics={"loss": number + 1, "speed": 9 - number}))
    return link.collection


def best_of(page: Any, key: str) -> list[str]:
    """The versions whose value of `key` is marked."""
    return [
        row.label for row in page.context["table"].rows for cell in row.cells if cell.column.key == key and cell.is_best
    ]


def test_what_is_set_on_the_page_counts_above_what_the_runs_said(
    net: Collection, cast: Cast, signed_in: SignIn
) -> None:
    mia = signed_in(cast.mia)
    for address in (NET, SOURCE):
        assert best_of(mia.get(address), "loss") == ["v0"]
        assert best_of(mia.get(address), "speed") == []
        page = mia.get(f"{address}metrics/").content.decode()
        assert "By the runs: lower" in page
        sent = {"way:loss": "higher", "way:speed": "lower", "initial-way:loss": "", "initial-way:speed": ""}
        assert mia.post(f"{address}metrics/", sent).headers["Location"] == address
        assert best_of(mia.get(address), "loss") == ["v1"]
        assert best_of(mia.get(address), "speed") == ["v1"]
        back = {"way:loss": "", "way:speed": "lower", "initial-way:loss": "higher", "initial-way:speed": "lower"}
        mia.post(f"{address}metrics/", back)
        assert best_of(mia.get(address), "loss") == ["v0"]
        assert best_of(mia.get(address), "speed") == ["v1"]


def test_a_form_leaves_alone_what_was_not_changed_on_it(net: Collection, cast: Cast, signed_in: SignIn) -> None:
    set_metrics(actor=cast.adam, collection=net, directions={"loss": True})
    seen_before = {"way:loss": "", "initial-way:loss": "", "way:speed": "higher", "initial-way:speed": ""}
    signed_in(cast.mia).post(f"{NET}metrics/", seen_before)
    net.refresh_from_db()
    assert net.metric_directions == {"loss": True, "speed": True}


def test_setting_is_one_event_and_setting_the_same_again_none(net: Collection, cast: Cast, signed_in: SignIn) -> None:
    before = Event.objects.count()
    for _ in range(2):
        set_metrics(actor=cast.mia, collection=net, directions={"loss": False}, headline="speed")
    event = Event.objects.latest("pk")
    assert Event.objects.count() == before + 1
    assert event.after == {"metric_directions": {"loss": False}, "headline_metric": "speed"}
    assert "which way they are better" in signed_in(cast.mia).get(f"{NET}history/").content.decode()


def test_a_headline_is_a_metric_that_a_version_of_the_collection_has(
    net: Collection, cast: Cast, signed_in: SignIn
) -> None:
    other = shelves.link(cast, shelves.log(cast, 7, name="far", metrics={"height": 1}), "far")
    assert other.collection != net
    with pytest.raises(InvalidInputError, match="has the metric 'height'"):
        set_metrics(actor=cast.mia, collection=net, headline="height")
    answer = signed_in(cast.mia).post(f"{NET}metrics/", {"headline": "height"})
    assert answer.status_code == 400
    assert "height is not one of the available choices" in answer.content.decode()
    net.refresh_from_db()
    assert net.headline_metric == ""


def test_the_page_finds_metrics_by_a_part_of_their_name(net: Collection, cast: Cast, signed_in: SignIn) -> None:
    page = signed_in(cast.mia).get(f"{NET}metrics/", {"q": "SPE"})
    assert [field.label for field in page.context["form"].ways] == ["speed"]
    assert "No metric is called so" in signed_in(cast.mia).get(f"{NET}metrics/", {"q": "x" * 900}).content.decode()


def test_readers_see_the_arrow_and_members_follow_it(net: Collection, cast: Cast, signed_in: SignIn) -> None:
    said = "loss: lower is better"
    assert f'aria-label="{said}"' in signed_in(cast.vera).get(NET).content.decode()
    assert f'href="{NET}metrics/?q=loss" title="{said}"' in signed_in(cast.mia).get(NET).content.decode()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"": True}, InvalidInputError),
        ({"x" * 257: True}, InvalidInputError),
        ({"a\0b": True}, InvalidInputError),
        ({"loss": 1}, InvalidInputError),
        ({str(number): True for number in range(MAX_DIRECTIONS + 1)}, TooLargeError),
    ],
    ids=["empty", "long", "invisible", "no boolean", "many"],
)
def test_what_is_no_direction_is_refused(changes: Any, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        merge({}, changes)


def test_none_forgets_a_direction_and_what_is_not_named_stays() -> None:
    assert merge({"a": True, "b": False}, {"a": None, "c": True}) == {"b": False, "c": True}


def test_a_deleted_series_is_directed_by_nobody(net: Collection, cast: Cast, signed_in: SignIn) -> None:
    signed_in(cast.mia).post(f"{SOURCE}delete/", {"typed": "net"})
    assert signed_in(cast.mia).post(f"{SOURCE}metrics/", {"way:loss": "lower"}).status_code == 404
    assert Artifact.objects.get().metric_directions == {}

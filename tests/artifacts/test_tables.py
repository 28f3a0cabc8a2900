"""The table of versions: order, best values, columns, whatever the size of the series (F84)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import User
from artifacts.models import Artifact, Version, VersionMetric
from artifacts.ordering import sorted_page
from artifacts.series import LARGE
from artifacts.services.aliases import add_aliases
from registries.models import Collection
from registries.queries import collection_series
from tests.cast import Cast
from tests.registries import shelves

SignIn = Callable[[User], Client]
NET = "/orgs/Acme/registry/Shelf/collections/net/"
SOURCE = "/vision/training/artifacts/model/net/"
LOSSES: list[float | None] = [10.0, 9.0, None, 0.5, 9.0, None, 100.0]


@pytest.fixture(params=["small", "large"])
def client(request: pytest.FixtureRequest, cast: Cast, signed_in: SignIn) -> Client:
    """mia, before seven versions of which two lack the metric; a large series is one that has given many numbers."""
    for number, loss in enumerate(LOSSES):
        metrics = {} if loss is None else {"loss": loss}
        shelves.link(cast, shelves.log(cast, number, metrics=metrics), aliases=[f"a{number}"])
    stray = shelves.log(cast, 50, name="stray", metrics={"loss": 0.01})
    shelves.link(cast, stray, "elsewhere")
    Collection.objects.filter(name="net").update(metric_directions={"loss": False})
    Artifact.objects.filter(name="net").update(metric_directions={"loss": False})
    if request.param == "large":
        Collection.objects.filter(name="net").update(next_index=LARGE + 1)
        Artifact.objects.filter(name="net").update(next_index=LARGE + 1)
    return signed_in(cast.mia)


def labels(page: Any) -> list[str]:
    return [row.label for row in page.context["table"].rows]


def test_a_metric_sorts_as_a_number_and_versions_without_it_stay_at_the_end(client: Client) -> None:
    for address in (NET, SOURCE):
        up = labels(client.get(address, {"sort": "metric:loss", "metric": "loss"}))
        down = labels(client.get(address, {"sort": "-metric:loss", "metric": "loss"}))
        assert up[0] == "v3" and set(up[1:3]) == {"v4", "v1"} and up[3:] == ["v0", "v6", "v5", "v2"]
        assert down[:2] == ["v6", "v0"] and set(down[2:4]) == {"v4", "v1"} and down[4:] == ["v3", "v5", "v2"]


def test_a_head_first_sorts_the_best_first_and_then_turns_round(client: Client) -> None:
    for address in (NET, SOURCE):
        for less_is_better, sorts in (
            (True, ["metric:loss", "-metric:loss"]),
            (False, ["-metric:loss", "metric:loss"]),
        ):
            for model in (Collection, Artifact):
                model.objects.filter(name="net").update(metric_directions={"loss": not less_is_better})
            page = client.get(address, {"metric": "loss"})
            for sort in (*sorts, sorts[0]):
                [head] = page.context["metric_heads"]
                assert head.sort == sort, (address, less_is_better)
                page = client.get(address, {"metric": "loss", "sort": head.sort})


def test_the_best_value_is_that_of_the_whole_series_and_of_no_other(client: Client) -> None:
    for address in (NET, SOURCE):
        page = client.get(address, {"metric": "loss"})
        best = [row.label for row in page.context["table"].rows for cell in row.cells if cell.is_best]
        assert best == ["v3"]


def test_pages_by_a_metric_cover_all_versions_once_and_lead_back(client: Client) -> None:
    series = collection_series(Collection.objects.select_related("registry__organization").get(name="net"))
    for sort in ("metric:loss", "-metric:loss", "size", "-version"):
        pages, cursor = [], ""
        while cursor or not pages:
            pages.append(sorted_page(series, series.rows, sort, cursor, size=2))
            cursor = pages[-1].next
        seen = [item.label for page in pages for item in page.items]
        assert sorted(seen) == [f"v{number}" for number in range(7)]
        back = sorted_page(series, series.rows, sort, pages[-1].previous, size=2)
        assert [item.label for item in back.items] == seen[4:6]
        assert back.previous


def test_a_filter_and_an_order_go_together(client: Client) -> None:
    page = client.get(NET, {"sort": "metric:loss", "alias": "a4"})
    assert labels(page) == ["v4"]


def test_an_order_that_is_none_is_refused_and_a_damaged_cursor_too(client: Client) -> None:
    assert client.get(NET, {"sort": "colour"}).status_code == 400
    assert client.get(NET, {"sort": "metric:loss", "cursor": "x"}).status_code == 400


@pytest.fixture
def mia(cast: Cast, signed_in: SignIn) -> Client:
    """mia, before three versions."""
    for number in range(3):
        version = shelves.log(cast, number, metrics={"loss": 3 - number, "mAP@50": number / 10}, tags=[f"t{number}"])
        shelves.link(cast, version, aliases=[f"a{number}"])
    return signed_in(cast.mia)


@pytest.mark.parametrize("address", [NET, SOURCE], ids=["collection", "artifact"])
def test_the_filter_field_finds_by_metric_tag_and_alias(mia: Client, address: str) -> None:
    for text, expected in [
        ("loss < 2.5", ["v2", "v1"]),
        ("mAP@50 >= 0.1 tag:t1", ["v1"]),
        ("-tag:t1", ["v2", "v0"]),
        ("version:1", ["v1"]),
        ("v1", ["v1"]),
        ("-v1", ["v2", "v0"]),
        ("v1 or v2 tag:t2", ["v2", "v1"]),
        ("v9", []),
        ("v99999999999999999999", []),
    ]:
        page = mia.get(address, {"q": text})
        assert labels(page) == expected, text
        assert not page.context["table"].remark
    assert labels(mia.get(NET, {"q": "alias:a0 or alias:latest"})) == ["v2", "v0"]


@pytest.mark.parametrize("address", [NET, SOURCE], ids=["collection", "artifact"])
def test_the_end_of_a_filter_is_completed_with_fields_metrics_and_labels(mia: Client, cast: Cast, address: str) -> None:
    shelves.link(cast, shelves.log(cast, 7, tags=["night shift"]), aliases=["gold"])
    add_aliases(actor=cast.mia, version=Version.objects.get(index=3, artifact__name="net"), names=["gold"])
    for text, ends in [
        ("lo", ["loss"]),
        ("loss < 2 -T", ["loss < 2 -tag:"]),
        ("(m", ["(metadata.", "(mAP@50"]),
        ("tag:n", ['tag:"night shift"']),
        ("-alias:GO", ["-alias:gold"]),
        ("size:1", []),
        ('tag:"nig', []),
    ]:
        typed = mia.get(address, {"q": text}, headers={"HX-Request": "true", "HX-Target": "completions"})
        assert typed.context["completions"] == ends, text
        assert typed.content.startswith(b'\n<datalist id="completions">'), "nothing but these"
    page = mia.get(address).content.decode()
    assert '<datalist id="completions"><option value="tag:">' in page


def test_a_filter_that_cannot_be_read_says_so_beside_the_field_and_shows_nothing(mia: Client) -> None:
    for text in ("tg:x", "loss >", "(", '"', "loss < tall", "x" * 5000):
        page = mia.get(NET, {"q": text})
        assert page.status_code == 200
        assert labels(page) == []
        assert 'id="q-error"' in page.content.decode(), text
    assert "Did you mean tag?" in mia.get(NET, {"q": "tg:x"}).content.decode()


def test_a_name_that_nothing_has_is_said_to_be_none(mia: Client) -> None:
    for address in (NET, SOURCE):
        for text in ("run:quiet", "lss:low", "version:1 run:quiet"):
            page = mia.get(address, {"q": text})
            table = page.context["table"]
            assert "There is nothing called" in table.remark and "compared with" not in table.remark, text
            assert not table.is_readable and labels(page) == []
    assert "Did you mean loss?" in mia.get(NET, {"q": "lss:low"}).context["table"].remark
    VersionMetric.objects.all().delete()
    assert "nothing called 'run'" in mia.get(NET, {"q": "run:quiet"}).context["table"].remark
    assert "compared with a number" in mia.get(NET, {"q": "version:quiet"}).context["table"].remark


def test_a_metric_that_no_new_version_has_is_remarked_upon_and_looked_for(
    mia: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = mia.get(NET, {"q": "los < 9"})
    assert labels(page) == []
    assert "Did you mean loss?" in page.context["table"].remark
    assert "The filter cannot be read" in page.content.decode()
    Version.objects.filter(index=0).get().metrics.create(key="los", value=1, source="history")
    monkeypatch.setattr("artifacts.series.RECENT", 1)
    page = mia.get(NET, {"q": "los < 9"})
    assert labels(page) == ["v0"]
    assert "Did you mean loss?" in page.context["table"].remark
    assert page.context["table"].is_readable


def test_columns_and_metrics_are_chosen_in_the_address(mia: Client) -> None:
    page = mia.get(NET, {"column": ["digest", "files"], "metric": "mAP@50"})
    heads = page.content.decode().partition("<thead>")[2].partition("</thead>")[0]
    assert [name for name in ("Aliases", "Tags", "Linked by", "Run", "Size") if f">{name}<" in heads] == []
    assert all(name in heads for name in ("Digest", "Files", "mAP@50"))
    assert page.context["shown_keys"] == ["mAP@50"]
    bare = mia.get(NET, {"column": "", "metric": ""})
    assert bare.context["shown_keys"] == []
    assert not any(bare.context["show"].values())


def test_of_many_metrics_eight_are_shown_and_any_is_found_by_a_part_of_its_name(mia: Client, cast: Cast) -> None:
    metrics = {f"class/{number:03}": 1.0 for number in range(300)}
    shelves.link(cast, shelves.log(cast, 9, metrics=metrics))
    page = mia.get(NET, {"metric": [*metrics][:20], "keys": "S/29"})
    assert page.context["shown_keys"] == [*metrics][:8]
    offered = [key for key, is_shown in page.context["keys"] if not is_shown]
    assert offered == [key for key in metrics if "/29" in key]


def test_the_tables_of_artifacts_are_data_too(mia: Client) -> None:
    found = mia.get(f"{SOURCE.rstrip('/')}.json", {"q": "loss < 2.5", "metric": "loss"}).json()
    assert (found["name"], found["total"]) == ("net", 3)
    assert [(row["version"], row["metric:loss"], row["tags"]) for row in found["rows"]] == [
        ("v2", 1.0, ["t2"]),
        ("v1", 2.0, ["t1"]),
    ]
    text = mia.get(f"{SOURCE.rstrip('/')}.csv").content.decode("utf-8-sig")
    assert text.startswith("version,aliases,tags,metric:")

"""The pages of registries: what they show, to whom, and at which cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from access.models import User
from access.services.organizations import create_organization, set_member
from artifacts.models import Version
from artifacts.series import metric_counts
from projects.services.runs import RunFields, upsert_run
from projects.services.stream import StreamBatch, append
from projects.streams import Piece
from registries import queries
from registries.services.collections import create_collection, tag_collection
from registries.services.links import add_aliases, link_version
from registries.services.registries import create_registry
from tests.cast import Cast
from tests.making import project_of
from tests.registries import shelves

SignIn = Callable[[User], Client]
LANDING = "/orgs/Acme/registry/"
SHELF = "/orgs/Acme/registry/Shelf/"
NET = f"{SHELF}collections/net/"
PAGES = [
    SHELF,
    f"{SHELF}settings/",
    NET,
    f"{NET}card/",
    f"{NET}lineage/",
    f"{NET}history/",
    f"{NET}versions/v0/",
    f"{NET}versions/@latest/",
    *(f"{NET}versions/v0/{tab}/" for tab in ("metrics", "metadata", "usage", "files", "lineage", "history")),
    f"{NET}versions/v0/files/config.json",
]


def text_of(response: Any) -> str:
    return response.content.decode()


def test_every_role_reads_every_page_and_outsiders_learn_nothing(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    clients = {name: signed_in(getattr(cast, name)) for name in ("olga", "adam", "mia", "vera", "rita", "otto")}
    expected = dict.fromkeys(clients, 200) | {"otto": 404, "nobody": 302}
    for path in PAGES:
        found = {name: client.get(path).status_code for name, client in {**clients, "nobody": Client()}.items()}
        assert found == expected, path


def test_the_outsiders_answer_is_that_of_something_absent(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    client = signed_in(cast.otto)
    hidden, absent = (text_of(client.get(f"{SHELF}collections/{name}/")) for name in ("net", "non"))
    token = re.compile(r'(csrfmiddlewaretoken" value|X-CSRFToken"): ?"?[^"]*"|value="[A-Za-z0-9]{64}"')
    assert token.sub("", hidden) == token.sub("", absent.replace("/non/", "/net/"))


def test_a_restricted_registry_is_absent_for_other_members_of_the_organization(cast: Cast, signed_in: SignIn) -> None:
    create_registry(actor=cast.olga, organization=cast.organization, name="Private", visibility="restricted")
    client = signed_in(cast.mia)
    assert client.get("/orgs/Acme/registry/Private/").status_code == 404
    assert "Private" not in text_of(client.get(LANDING))
    assert not client.get(LANDING, {"q": "private"}).context["sections"]
    assert signed_in(cast.olga).get(LANDING, {"q": "private"}).context["sections"]


def test_the_front_door_leads_to_the_organizations_shelves(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    for path in ("/", "/registry/"):
        assert client.get(path).headers["Location"] == LANDING
    assert "belong to no organization" in text_of(signed_in(cast.otto).get("/registry/"))


def test_the_front_door_leads_to_the_organization_visited_last(cast: Cast, signed_in: SignIn) -> None:
    rival = create_organization(name="Rival", owner=cast.otto)
    set_member(actor=cast.otto, organization=rival, user=cast.mia, role="viewer")
    client = signed_in(cast.mia)
    for last in ("/orgs/Rival/registry/", "/orgs/Acme/projects/"):
        assert client.get(last).status_code == 200
        for path in ("/", "/registry/"):
            assert client.get(path).headers["Location"] == f"{last.rsplit('/', 2)[0]}/registry/"


def test_cards_are_paged_and_counted_over_all_pages(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    for number in range(60):
        create_registry(
            actor=cast.olga, organization=cast.organization, name=f"s-{number:02}", visibility="organization"
        )
    client = signed_in(cast.mia)
    pages = [client.get(LANDING)]
    while cursor := pages[-1].context["page"].next:
        pages.append(client.get(LANDING, {"cursor": cursor}))
    names = [card.registry.name for page in pages for card in page.context["core"] + page.context["custom"]]
    assert names == ["model", "dataset", *sorted(names[2:], key=str.lower)]
    assert (len(pages), len(set(names))) == (3, 63)
    for page in pages:
        assert page.context["totals"] == {"registries": 63, "collections": 1, "versions": 1}
    assert "24 of 63 registries" in text_of(pages[0])


def test_an_organization_that_linked_nothing_is_shown_the_script(cast: Cast, signed_in: SignIn) -> None:
    page = text_of(signed_in(cast.mia).get(LANDING))
    assert "hello_collection.py" in page
    assert "wandb-registry-model/first-collection" in page
    assert "http://testserver" in page


def test_cards_count_what_lies_on_the_shelf_and_who_reaches_it(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    response = signed_in(cast.mia).get(LANDING)
    card = next(card for card in response.context["custom"] if card.registry.name == "Shelf")
    assert (card.registry.collection_count, card.registry.version_count, card.registry.member_count) == (1, 1, 5)
    assert [card.registry.name for card in response.context["core"]] == ["model", "dataset"]
    assert "hello_collection.py" not in text_of(response)
    assert "linked" in text_of(response)


def test_the_search_finds_names_tags_and_aliases(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast, tags=["night shift"]), aliases=["gold"])
    tag_collection(actor=cast.mia, collection=link.collection, add=["outdoor"])
    client = signed_in(cast.mia)
    for words in ("SHELF", "net", "outdoor", "night", "gold"):
        assert client.get(LANDING, {"q": words}).context["sections"], words
    assert not client.get(LANDING, {"q": "%"}).context["sections"]
    assert not client.get(LANDING, {"q": "zebra"}).context["sections"]


def test_names_are_found_in_any_case_and_shown_as_written(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast))
    page = signed_in(cast.mia).get("/orgs/acme/registry/SHELF/collections/NET/")
    assert page.status_code == 200
    assert "<h1>net</h1>" in text_of(page)


def test_the_address_that_the_sdk_prints_leads_to_the_version(cast: Cast, signed_in: SignIn) -> None:
    link = shelves.link(cast, shelves.log(cast))
    path = f"acme%2Fwandb-registry-Shelf%2F{link.collection.name}"
    response = signed_in(cast.mia).get(
        f"{SHELF.rstrip('/')}?selectionPath={path}&view=membership&version=v0", follow=True
    )
    assert response.redirect_chain[-1][0] == f"{NET}versions/v0/"
    assert response.status_code == 200


def test_addresses_of_the_former_model_registry_lead_on_and_say_so(cast: Cast, signed_in: SignIn) -> None:
    browser = signed_in(cast.mia)
    said = "The model registry of vision is now the registry Model"
    for address in ("/vision/model-registry/", "/vision/registry/model?view=all-models"):
        response = browser.get(address, follow=True)
        assert response.redirect_chain[-1][0] == "/orgs/Acme/registry/model/"
        assert said in text_of(response)
    made = create_registry(actor=cast.olga, organization=cast.organization, name="vision-mr-migrated")
    link_version(actor=cast.olga, registry=made, collection_name="net", version=shelves.log(cast))
    path = "vision%2Fmodel-registry%2Fnet"
    response = browser.get(f"/vision/registry/model?selectionPath={path}&view=versions&version=v0", follow=True)
    assert response.redirect_chain[-1][0] == "/orgs/Acme/registry/vision-mr-migrated/collections/net/versions/v0/"


def test_an_empty_registry_shows_the_next_step(cast: Cast, signed_in: SignIn) -> None:
    page = text_of(signed_in(cast.mia).get(SHELF))
    assert "The shelf is empty" in page
    assert "wandb-registry-Shelf/" in page
    assert "my-collection" in page


def test_collections_are_filtered_by_name_type_and_tag(cast: Cast, signed_in: SignIn) -> None:
    create_collection(actor=cast.mia, registry=cast.registry, name="day", type="model", tags=["sun"])
    create_collection(actor=cast.mia, registry=cast.registry, name="night", type="dataset")
    client = signed_in(cast.mia)
    expected: list[tuple[dict[str, str], list[str]]] = [
        ({"q": "DAY"}, ["day"]),
        ({"q": "su"}, ["day"]),
        ({"type": "dataset"}, ["night"]),
        ({"tag": "sun"}, ["day"]),
    ]
    for query, names in expected:
        assert [row.collection.name for row in client.get(SHELF, query).context["rows"]] == names


def test_metrics_sort_as_numbers_and_versions_without_one_stay(cast: Cast, signed_in: SignIn) -> None:
    for number, value in enumerate([9.0, 100.0, None, 10.0]):
        version = shelves.log(cast, number, metrics={"acc": value} if value is not None else {})
        shelves.link(cast, version)
    client = signed_in(cast.mia)

    def labels(sort: str) -> list[str]:
        return [row.label for row in client.get(NET, {"sort": sort, "metric": "acc"}).context["table"].rows]

    assert labels("metric:acc") == ["v0", "v3", "v1", "v2"]
    assert labels("-metric:acc") == ["v1", "v3", "v0", "v2"]
    assert labels("version") == ["v0", "v1", "v2", "v3"]
    assert client.get(NET, {"sort": "collection__registry__namespace"}).status_code == 400


def test_deep_pages_of_any_order_show_each_version_once(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 60)
    client = signed_in(cast.mia)
    for sort in ("-version", "size", "-metric:loss"):
        first = client.get(NET, {"sort": sort})
        second = client.get(NET, {"sort": sort, "cursor": first.context["page"].next})
        labels = [row.label for page in (first, second) for row in page.context["table"].rows]
        assert sorted(labels) == sorted(f"v{number}" for number in range(60))
    assert client.get(NET, {"cursor": "nonsense"}).status_code == 400


def test_versions_are_filtered_by_tag_and_alias(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast, 0, tags=["night"]))
    link = shelves.link(cast, shelves.log(cast, 1))
    add_aliases(actor=cast.mia, link=link, names=["gold"])
    client = signed_in(cast.mia)
    assert [row.label for row in client.get(NET, {"tag": "night"}).context["table"].rows] == ["v0"]
    assert [row.label for row in client.get(NET, {"alias": "gold"}).context["table"].rows] == ["v1"]
    assert "No version matches" in text_of(client.get(NET, {"tag": "absent"}))


def test_the_best_is_marked_only_where_a_direction_is_known(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 3)
    assert 'class="best' not in text_of(signed_in(cast.mia).get(NET))


def test_the_best_of_each_metric_is_marked_by_its_direction(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 2)  # accuracy rises, loss falls
    told = {"m": [{"1": "accuracy", "7": [2]}, {"1": "loss", "7": [1]}]}
    run = upsert_run(
        actor=cast.mia, project=project_of(cast.mia, cast.team.namespace), name="r1", fields=RunFields(client_info=told)
    )[0]
    Version.objects.update(produced_by=run)
    response = signed_in(cast.mia).get(NET)
    newer, older = response.context["table"].rows
    assert [cell.is_best for cell in newer.cells] == [True, True]
    assert [cell.is_best for cell in older.cells] == [False, False]
    page = text_of(response)
    assert page.count('class="best"') == page.count('class="best best-low"') == 1
    assert "0.50<span" in page.split("best-low")[1]


def test_the_metrics_tab_lays_the_curves_of_two_runs_over_each_other(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 2)
    project = project_of(cast.mia, cast.team.namespace)
    for version in Version.objects.order_by("pk"):
        run = upsert_run(actor=cast.mia, project=project, name=f"of-{version.label}", fields=RunFields())[0]
        rows = [f'{{"_step": {step}, "_runtime": {9 * step}, "loss": {step + version.index}}}' for step in range(3)]
        append(actor=cast.mia, run=run, batch=StreamBatch(history=Piece(0, rows), summary={"kept": version.index}))
        Version.objects.filter(pk=version.pk).update(produced_by=run)
    metrics = f"{NET}versions/v1/metrics/"
    (drawn,) = signed_in(cast.mia).get(metrics, {"axis": "runtime", "smooth": "0.5"}).context["charts"]
    assert drawn["data"]["smooth"] == 0.5
    assert drawn["data"]["series"] == [
        {"name": "v1", "colour": 1, "points": [(0.0, 1.0), (9.0, 2.0), (18.0, 3.0)]},
        {"name": "v0", "colour": 2, "points": [(0.0, 0.0), (9.0, 1.0), (18.0, 2.0)]},
    ]
    page = text_of(signed_in(cast.mia).get(metrics))
    assert "Summary at the end of the run" in page
    assert "kept" in page
    stranger = text_of(signed_in(cast.adam).get(metrics))
    assert "in a project you have no access to" in stranger
    assert "kept" not in stranger
    assert signed_in(cast.mia).get(metrics, {"smooth": "2"}).status_code == 400


def test_the_action_history_tells_who_linked_and_moved(cast: Cast, signed_in: SignIn) -> None:
    shelves.fill(cast, 2)
    kinds = [line.kind for line in signed_in(cast.rita).get(f"{NET}history/").context["lines"]]
    assert kinds == ["alias_moved", "version_linked", "alias_added", "version_linked", "collection_created"]


def test_a_reader_without_the_source_project_finds_no_trace_of_it(cast: Cast, signed_in: SignIn) -> None:
    version = shelves.log(cast, name="secret-source")
    shelves.link(cast, version)
    client = signed_in(cast.adam)
    for path in [NET, *PAGES[6:]]:
        page = text_of(client.get(path))
        assert "secret-source" not in page, path
        assert "/vision/" not in page, path
        assert "training" not in page, path
    assert "secret-source" in text_of(signed_in(cast.mia).get(f"{NET}versions/v0/"))


def test_names_are_text_wherever_they_stand(cast: Cast, signed_in: SignIn) -> None:
    name = "<script>alert(1)<"
    link = shelves.link(cast, shelves.log(cast, metrics={"<img src=x onerror=alert(1)>": 1.0}), name, aliases=["<b>x<"])
    client = signed_in(cast.mia)
    for url in (LANDING, f"{LANDING}?q=script", SHELF, f"{SHELF}collections/%3Cscript%3Ealert(1)%3C/"):
        page = text_of(client.get(url))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>x<" not in page
    assert link.collection.name == name


def test_links_in_other_collections_do_not_count_here(cast: Cast) -> None:
    version = shelves.log(cast, metrics={"loss": 1.0})
    here = shelves.link(cast, version)
    for number in range(3):
        shelves.link(cast, version, f"other-{number}")
    series = queries.collection_series(here.collection)
    assert metric_counts(series) == {"loss": 1}


def test_the_columns_of_collections_are_chosen(cast: Cast, signed_in: SignIn) -> None:
    shelves.link(cast, shelves.log(cast, metrics={"accuracy": 0.5}))
    mia = signed_in(cast.mia)

    def heads(query: str) -> list[str]:
        page = mia.get(f"{SHELF}{query}").content.decode()
        head = re.findall(r"<thead>(.*?)</thead>", page, re.DOTALL)[0]
        return [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<th.*?</th>", head, re.DOTALL)]

    usual = ["Collection", "Type", "Latest", "Aliases", "Headline metric", "Metric over versions", "Versions"]
    assert heads("") == [*usual, "Last linked", "Actions"]
    assert heads("?column=created&column=type&column=nonsense") == ["Collection", "Type", "Created", "Actions"]
    assert heads("?column=") == ["Collection", "Actions"]
    assert 'value="created" checked' in mia.get(f"{SHELF}?column=created").content.decode()
    assert "No collection matches" in mia.get(f"{SHELF}?column=type&q=nothing").content.decode()

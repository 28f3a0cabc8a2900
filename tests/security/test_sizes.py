"""T41: what is too large is refused and changes nothing, and what is as large as it may be is shown in bounded pages."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
from django.test import Client

from access.models import User
from artifacts.models import ManifestEntry, Version
from artifacts.services.aliases import add_aliases
from artifacts.services.artifacts import tag_artifact
from artifacts.services.values import MAX_DESCRIPTION, MAX_LABELS, MAX_METADATA_BYTES
from artifacts.services.versions import Edit, edit_version
from common.errors import DomainError, InvalidInputError
from registries.models import Collection, Link
from registries.services.collections import tag_collection
from registries.services.links import add_aliases as point_link
from tests.cast import Cast
from tests.registries import shelves
from tests.security.markup import HOSTILE

SignIn = Callable[[User], Client]
NET = "/orgs/Acme/registry/Shelf/collections/net/"
V0 = f"{NET}versions/v0/"
PAGE_BYTES = 3_000_000
SECONDS = 5.0  # of computing: far above what a page takes, far below what a loop over all pairs would


@pytest.fixture
def link(cast: Cast) -> Link:
    return shelves.link(cast, shelves.log(cast))


def shown(client: Client, address: str) -> bytes:
    """The page, which is neither too large nor too slow."""
    started = process_time()
    answer = client.get(address)
    assert process_time() - started < SECONDS, address
    assert answer.status_code == 200, address
    assert len(answer.content) < PAGE_BYTES, address
    return bytes(answer.content)


def test_a_card_of_a_megabyte_is_refused_and_the_longest_is_shown(cast: Cast, link: Link, signed_in: SignIn) -> None:
    client = signed_in(cast.mia)
    for path in (f"{NET}edit/", f"{V0}edit/"):
        answer = client.post(path, {"name": "net", "description": "x" * 1_000_000})
        assert answer.status_code in {400, 413, 422}, path
        assert len(answer.content) < PAGE_BYTES, path
    assert not Collection.objects.get().description
    assert not Version.objects.get().description
    nested = "> " * 5000 + "[" * 20_000 + "*a **b " * 5000
    for text in (("\n\n".join(HOSTILE) + nested) * 9, "![" * 50_000):
        answer = client.post(f"{NET}edit/", {"name": "net", "description": text[:MAX_DESCRIPTION]})
        assert answer.status_code == 302
        shown(client, f"{NET}card/")
        shown(client, f"{NET}history/")


def test_too_much_metadata_is_refused_and_five_megabytes_are_shown_folded(
    cast: Cast, link: Link, signed_in: SignIn
) -> None:
    project, version = link.version.artifact.project, link.version

    def edit(metadata: Any) -> None:
        edit_version(actor=cast.mia, version=version, through=project, edit=Edit(metadata=metadata))

    nested: Any = 1
    for _ in range(100_000):
        nested = [nested]
    for much in ({"text": "x" * MAX_METADATA_BYTES}, dict.fromkeys(map(str, range(101))), {"deep": nested}):
        with pytest.raises(DomainError):
            edit(much)
    assert Version.objects.get().metadata == {}
    wide = {f"key{number}": {"text": "<b>" * 5, "list": list(range(40))} for number in range(15_000)}
    client = signed_in(cast.vera)
    for large in ({"text": "x" * 5_000_000}, {"wide": wide}):
        edit(large)
        for path in ("metadata/", "metadata/?q=key7", "history/"):
            shown(client, f"{V0}{path}")


def test_no_amount_of_tags_piles_up(cast: Cast, link: Link, signed_in: SignIn) -> None:
    client, version, collection = signed_in(cast.mia), link.version, link.collection
    kept = [f"kept{number}" for number in range(MAX_LABELS)]

    def on_version(add: list[str], remove: list[str]) -> None:
        through = version.artifact.project
        edit_version(actor=cast.mia, version=version, through=through, edit=Edit(add_tags=add, remove_tags=remove))

    def on_collection(add: list[str], remove: list[str]) -> None:
        tag_collection(actor=cast.mia, collection=collection, add=add, remove=remove)

    def on_artifact(add: list[str], remove: list[str]) -> None:
        tag_artifact(actor=cast.mia, artifact=version.artifact, add=add, remove=remove)

    for change, bearer in ((on_version, version), (on_collection, collection), (on_artifact, version.artifact)):
        with pytest.raises(InvalidInputError):
            change([f"tag{number}" for number in range(100_000)], [])
        change(kept, [])
        change([kept[0], "other"], [kept[1]])  # one for another
        with pytest.raises(InvalidInputError, match="at most 100 tags"):
            change(["one more"], [])
        assert bearer.tags.count() == MAX_LABELS
    answer = client.post(f"{NET}tags/", {"tag-add": "one more"})
    assert answer.status_code == 400
    assert "Remove some first" in answer.content.decode()
    for path in (NET, V0, f"{V0}labels/", f"{NET}tags/"):
        shown(client, path)


def test_no_amount_of_aliases_piles_up_on_one_version(cast: Cast, link: Link) -> None:
    kept = [f"kept{number}" for number in range(MAX_LABELS)]

    def at_source(names: list[str]) -> None:
        add_aliases(actor=cast.mia, version=link.version, names=names)

    def at_link(names: list[str]) -> None:
        point_link(actor=cast.mia, link=link, names=names)

    for add, bearer in ((at_source, link.version), (at_link, link)):
        add(kept)
        add([*kept[:3], "latest"])
        with pytest.raises(InvalidInputError, match="at most 100 aliases"):
            add(["one more"])
        assert bearer.aliases.count() == MAX_LABELS + 1
    other = shelves.link(cast, shelves.log(cast, 1), aliases=[kept[0]])
    point_link(actor=cast.mia, link=link, names=["there is room"])
    assert other.aliases.count() == 2  # the one that it took, and latest
    with pytest.raises(InvalidInputError, match="at most 100 aliases"):
        point_link(actor=cast.mia, link=link, names=[kept[0]])


def test_a_version_of_ten_thousand_files_is_shown_in_parts(cast: Cast, link: Link, signed_in: SignIn) -> None:
    rows = (
        ManifestEntry(version=link.version, path=f"{number:05}-{'é' * 100}.txt", digest="x", size=1)
        for number in range(10_000)
    )
    ManifestEntry.objects.bulk_create(rows, batch_size=5000)
    Version.objects.update(file_count=10_003)
    client = signed_in(cast.vera)
    for path in (V0, f"{V0}files/", f"{V0}files/?q=é", f"{V0}usage/", f"{NET}compare/?v=v0&v=v0&section=files"):
        assert shown(client, path).count("é".encode()) < 300 * 100 * 4, path

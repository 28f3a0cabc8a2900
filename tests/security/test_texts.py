"""T25: no text that people write becomes markup, wherever it is shown."""

from __future__ import annotations

import re

import pytest

from access.services import keys, people
from access.services.people import edit_user
from artifacts.models import Version, VersionMetric
from projects.services.runs import RunFields, upsert_run
from registries.services.collections import edit_collection, tag_collection
from registries.services.links import add_aliases
from registries.services.protection import protect_alias
from registries.services.registries import Edit, edit_registry
from tests.access.asking import Asker
from tests.access.test_leaks import crawl
from tests.access.world import World
from tests.making import log_version
from tests.security.markup import HOSTILE, acting


def name_of(text: str) -> str:
    """As much of `text` as a name may hold."""
    return "".join(character for character in text if character not in "/\\#?%:\r\n")[:100]


def write_everywhere(world: World, texts: list[str]) -> None:
    """The texts wherever somebody can write, in as many names as there are of them."""
    cast, text, name = world.cast, "\n\n".join(texts), name_of(texts[0])
    edit_user(actor=cast.mia, user=cast.mia, full_name=texts[0][:150])
    edit_registry(
        actor=cast.adam, registry=cast.registry, edit=Edit(description=text, add_types=[name_of(one) for one in texts])
    )
    edit_collection(actor=cast.mia, collection=world.collection, name=name, description=text)
    tag_collection(actor=cast.mia, collection=world.collection, add=["plain words"])
    add_aliases(actor=cast.mia, link=world.links[0], names=[name_of(one) for one in texts])
    for one in texts:
        protect_alias(actor=cast.adam, registry=cast.registry, name=f"{name_of(one)}!")
        keys.create_key(actor=cast.olga, user=cast.olga, name=one[:120])
    fields = RunFields(
        display_name=texts[0][:120],
        notes=text,
        config=dict.fromkeys(texts, text),
        summary=dict.fromkeys(texts, 1.5),
        group=texts[1][:60],
        commit=texts[0][:60],
    )
    run, _ = upsert_run(actor=cast.mia, project=world.project, name="loud", fields=fields)
    log_version(
        cast.mia, world.project, {f"{name}.txt": text.encode(), "page.html": text.encode(), "note.md": text.encode()}, run=run,
        name=name, description=text, metadata={one: {"nested": [one]} for one in texts}, references={"ref": f"s3://bucket/{name}"},
    )  # fmt: skip
    VersionMetric.objects.bulk_create(
        VersionMetric(version=world.versions[0], key=one, value=0.5, source="history") for one in texts
    )
    Version.objects.filter(pk=world.versions[0].pk).update(description=text, metadata=dict.fromkeys(texts, text))


@pytest.mark.slow
@pytest.mark.parametrize("texts", [HOSTILE[:4], HOSTILE[4:]])
def test_no_text_acts_on_any_page(texts: list[str], world: World, asker: Asker) -> None:
    write_everywhere(world, texts)
    world.people["olga"] = people.find_user("olga")
    saved = re.compile(r"/(download|thumbnail|zip)/|\.(csv|json)(\?|$)")  # or not HTML, and said so
    pages = {path: body for path, body in crawl(asker, "olga").items() if not saved.search(path)}
    assert sum("evil" in body or "alert(1)" in body or "7*7" in body for body in pages.values()) > 10, (
        "it is shown nowhere"
    )
    assert [path for path, body in pages.items() if body[0] not in "234"] == []
    assert {path: found for path, body in pages.items() if (found := acting(body))} == {}

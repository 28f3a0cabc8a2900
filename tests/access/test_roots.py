"""Every root field of GraphQL for everybody, against a table typed by hand (F31, F34 to F37)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sdk_api.schema import schema
from tests.access.asking import Asker, undone
from tests.access.world import PEOPLE, World, snapshot

TYPES: dict[str, Any] = dict(schema.type_map)
QUERIES, MUTATIONS = TYPES["Query"].fields, TYPES["Mutation"].fields
WORDS = {200: "ok", 403: "no", 404: "--"}


@dataclass(frozen=True)
class Line:
    """A line of the table: a root field, its arguments, and what each person gets."""

    name: str
    given: str
    answers: dict[str, str]

    @property
    def document(self) -> str:
        """The operation; what it answers is looked at only as far as its type."""
        field = {**QUERIES, **MUTATIONS}[self.name]
        kind = "mutation" if self.name in MUTATIONS else "query"
        taken = [name for name in field.args if kind == "mutation" or name in json.loads(self.given)]
        declared = ", ".join(f"${name}: {field.args[name].type}" for name in taken)
        passed = ", ".join(f"{name}: ${name}" for name in taken)
        head, call = (f"{kind} T({declared})", f"{self.name}({passed})") if taken else (f"{kind} T", self.name)
        return f"{head} {{ {call} {{ __typename }} }}"


def lines() -> Iterator[Line]:
    """The table."""
    for text in (Path(__file__).parent / "graphql.txt").read_text().splitlines():
        asked, equals, answers = text.rpartition(" = ")
        if equals and not text.startswith("#"):
            name, given = asked.split(maxsplit=1)
            yield Line(name, given, dict(zip(PEOPLE, answers.split(), strict=True)))


LINES = list(lines())


def test_the_table_lists_every_root_field() -> None:
    assert {line.name for line in LINES} == {*QUERIES, *MUTATIONS}


@pytest.mark.parametrize("kind", ["query", "mutation"])
def test_every_root_field_answers_each_person_as_the_table_says(kind: str, asker: Asker, world: World) -> None:
    """T15; a refusal leaves every row as it was."""
    before, wrong = snapshot(), []
    for line in (line for line in LINES if (line.name in MUTATIONS) is (kind == "mutation")):
        given = json.loads(world.fill(line.given))
        for person, expected in line.answers.items():
            with undone():
                variables = {"input": given} if kind == "mutation" else given
                response = asker.graphql(person, line.document, **variables)
                answer = WORDS.get(response.status_code, str(response.status_code))
                if answer == "ok" and response.json()["data"][line.name] is None:
                    answer = "null"
                changed = snapshot() != before
                if answer == "ok" and kind == "mutation" and not changed:
                    answer = "same"
                if answer != expected or (changed and (answer != "ok" or kind == "query")):
                    told = response.json().get("errors", "")
                    wrong.append(
                        f"{line.name} {line.given}: {person} gets {answer}, {changed=}, not {expected}: {told}"
                    )
    assert not wrong, "\n".join(wrong)

"""The cases of root fields: each says what its field answers and what it leaves in the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from access.models import User
from tests.cast import Cast
from tests.sdk_api.conftest import Ask, World

Case = Callable[[Ask, Cast, World], None]
CASES: dict[str, Case] = {}
TEAM = {"entity": "vision", "project": "training"}
HERE = {"entityName": "vision", "projectName": "training"}
SHELF = {"entityName": "Acme", "projectName": "wandb-registry-shelf"}


def root(name: str) -> Callable[[Case], Case]:
    """Mark the case of a root field."""

    def mark(case: Case) -> Case:
        CASES[name] = case
        return case

    return mark


def mutate(ask: Ask, user: User, name: str, kind: str, fields: str, /, **given: Any) -> Any:
    """Send a mutation with one input object, twice; both must succeed, and the first answer is given back."""
    document = f"mutation M($input: {kind}!) {{ answer: {name}(input: $input) {{ {fields} }} }}"
    first = ask(user, document, input=given)
    assert (first.status, first.message) == (200, "")
    again = ask(user, document, input=given)
    assert (again.status, again.message) == (200, "")
    return first.data["answer"]

"""A delivery that arrives twice is one that arrived once: the same rows and bytes, and an answer that is as good."""

from __future__ import annotations

from tests.access.asking import Asker, undone
from tests.access.test_roots import MUTATIONS
from tests.access.world import World
from tests.faults.deliveries import ENDS_ITSELF, REPEATS, mutations, posts
from tests.faults.states import differences, keys, state


def test_every_mutation_is_delivered_twice(asker: Asker, world: World) -> None:
    assert {delivery.name for delivery in mutations(asker, world)} == {*MUTATIONS}


def test_what_repeats_is_named_as_it_is_delivered(asker: Asker, world: World) -> None:
    labels = {delivery.label for delivery in mutations(asker, world)}
    assert {*REPEATS, ENDS_ITSELF} <= labels


def test_twice_is_once(asker: Asker, world: World) -> None:
    known, wrong = keys(), []
    for delivery in [*mutations(asker, world), *posts(asker)]:
        with undone():
            first, once = delivery.send(), state(known)
            second, twice = delivery.send(), state(known)
        repeats = delivery.label in REPEATS
        if first.status != 200 or second.status not in delivery.done:
            wrong.append(f"{delivery.label}: {first.status}, then {second}")
        elif second.status == 200 and second != first and not repeats:
            wrong.append(f"{delivery.label} answers {first.content}, then {second.content}")
        if (once != twice) is not repeats:
            wrong.append(f"{delivery.label}:\n{differences(once, twice)}")
    assert not wrong, "\n".join(wrong)

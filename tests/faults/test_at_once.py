"""A delivery that arrives several times at the same moment is one that arrived once, on either database."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.access.asking import Asker, undone
from tests.access.world import World
from tests.faults.deliveries import REPEATS, Delivery, mutations, posts
from tests.faults.lockstep import at_once
from tests.faults.states import differences, keys, put_back, state

pytestmark = pytest.mark.django_db(transaction=True)
SHARP = "upsertBucket createArtifact createArtifactFiles commitArtifact linkArtifact updateUser createInvite file_stream".split()


def what_is_wrong(deliveries: Iterable[Delivery]) -> str:
    """Each delivery once, and then, from the same beginning, three times in lockstep."""
    known, wrong = keys(), []
    for delivery in deliveries:
        with undone():
            delivery.send()
            once = state(known)
        with put_back():
            answers = at_once(delivery.send)
            together = state(known)
        refused = [answer for answer in answers if answer.status not in delivery.done]
        if refused:
            wrong.append(f"{delivery.label}: {refused[0]}")
        if (once != together) is not (delivery.label in REPEATS):
            wrong.append(f"{delivery.label}:\n{differences(once, together)}")
    return "\n".join(wrong)


def test_what_arrives_often_at_once_is_once(asker: Asker, world: World) -> None:
    first = {delivery.name: delivery for delivery in reversed([*mutations(asker, world), *posts(asker)][:-1])}
    assert what_is_wrong(first[name] for name in SHARP) == ""


@pytest.mark.slow
def test_everything_at_once_is_once(asker: Asker, world: World) -> None:
    assert what_is_wrong([*mutations(asker, world), *posts(asker)]) == ""

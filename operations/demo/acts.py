"""What can happen in the demo's story, and to whom: the kinds of its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from operations.demo.training import Sample, Settings


@dataclass(frozen=True)
class Person:
    """An account; `role` is the one in the organization."""

    username: str
    full_name: str
    role: str


@dataclass(frozen=True)
class Shelf:
    """A custom registry; `grants` are roles of people and teams beside its maker's, `owner` answers for it."""

    name: str
    maker: str
    visibility: str
    types: tuple[str, ...]
    description: str
    grants: dict[str, str]
    owner: str


@dataclass(frozen=True)
class Family:
    """A task: its model and project `name`, its data, and how a sample is taken."""

    name: str
    data: str
    labels: tuple[str, ...]
    hard: str
    take: Callable[[Random], Sample]
    source: str

    @property
    def hard_key(self) -> str:
        """The metric of the samples that matter most."""
        return f"recall_{self.hard}"

    @property
    def directions(self) -> dict[str, bool]:
        """Metric to whether higher is better."""
        return {"accuracy": True, self.hard_key: True, "loss": False, "ece": False, "train/loss": False}


@dataclass(frozen=True)
class Act:
    """Something that somebody did, so many days ago."""

    days: float
    who: str
    family: Family


@dataclass(frozen=True)
class Collect(Act):
    """Take samples and log them as a raw dataset."""

    count: int
    districts: int
    note: str


@dataclass(frozen=True)
class Night(Act):
    """Log the hard samples of so many nights, each as a version of its own; the next training that asks for them uses all."""

    count: int
    note: str


@dataclass(frozen=True)
class Correct(Act):
    """Mend labels in a project of one's own, which nobody else sees, for the same training."""

    note: str


@dataclass(frozen=True)
class Split(Act):
    """Derive a training and a holdout dataset from the newest raw one: the two sides of the diamond."""


@dataclass(frozen=True)
class Train(Act):
    """Train on one derived dataset, measure on the other, log and link the model; unless it failed or fell silent."""

    settings: Settings
    note: str
    tags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    outcome: str = "finished"
    nights: bool = False


@dataclass(frozen=True)
class Evaluate(Act):
    """Measure the linked model `version` on the newest holdout data."""

    version: int
    note: str


@dataclass(frozen=True)
class Quantize(Act):
    """Build an engine of the linked model `version`."""

    version: int
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report(Act):
    """Sum up all evaluations of the family so far."""

    note: str


@dataclass(frozen=True)
class Fetch(Act):
    """Download all files of a collection's version as a zip in the browser."""

    registry: str
    collection: str
    version: int


@dataclass(frozen=True)
class Point(Act):
    """Let an alias of a collection point at another version."""

    registry: str
    collection: str
    alias: str
    version: int


@dataclass(frozen=True)
class Protect(Act):
    """Let only admins of a registry move an alias from now on."""

    registry: str
    alias: str


@dataclass(frozen=True)
class Automate(Act):
    """Give a team's jobs an account of their own, with a key and a place in a registry."""

    name: str
    team: str
    registry: str


@dataclass(frozen=True)
class Invite(Act):
    """Invite somebody from outside into the organization and a team."""

    email: str
    team: str


@dataclass(frozen=True)
class Card(Act):
    """Write the card of a collection, and tag it."""

    registry: str
    collection: str
    tags: tuple[str, ...]
    text: str

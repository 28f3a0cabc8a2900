"""What clients were told by the server, written down at once: at the end it must all be true.

Standard library only, since the programs of the SDK write it too. Each client has a file of its own, and changes or deletes
only what it made itself, so that the order of its lines is the order of what happened.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMON = {f"common-{n}.bin": f"layer {n} of everybody ".encode() * (40 * (n + 1)) for n in range(30)}
SERIES = ("shared-0", "shared-1", "shared-2")
"""Artifacts that everybody logs to at once, and whose versions nobody deletes."""


class Book:
    """The file of one client."""

    def __init__(self, folder: Path, client: str) -> None:
        self.client = client
        self.path = folder / f"{client}.jsonl"

    def did(self, what: str) -> None:
        """Something that is only counted."""
        self._write("did", what=what)

    def trouble(self, what: str, error: object) -> None:
        """Something that a client never expects."""
        self._write("trouble", what=f"{self.client}: {what}: {error}"[:2000])

    def version(self, artifact: str, label: str, digest: str, files: dict[str, bytes], *, short: bool = False) -> None:
        """A version was answered as committed; a `short` one has a time to live that the soak sees the end of."""
        digests = {path: hashlib.md5(data).hexdigest() for path, data in files.items()}
        state = "short" if short else "alive"
        self._write("version", artifact=artifact, label=label, digest=digest, files=digests, state=state)

    def state(self, artifact: str, label: str, state: str) -> None:
        """`deleting` before it is asked for, then `deleted`; `restoring`, then `alive` or `deleted`."""
        self._write("state", artifact=artifact, label=label, state=state)

    def link(self, collection: str, label: str, source: str) -> None:
        """A version, `artifact:label`, has this number in a collection."""
        self._write("link", collection=collection, label=label, source=source)

    def alias(self, artifact: str, name: str, label: str) -> None:
        """An alias that this client alone moves is there now."""
        self._write("alias", artifact=artifact, name=name, label=label)

    def _write(self, kind: str, **facts: Any) -> None:
        with self.path.open("a") as file:
            file.write(json.dumps({"kind": kind, **facts}) + "\n")


@dataclass
class Version:
    """What is known of a version: its digest, the MD5 of each file, and whether it must be there."""

    digest: str
    files: dict[str, str]
    state: str


@dataclass
class Books:
    """All the books, read at the end. Versions are named `artifact:label`, links `collection:label`."""

    versions: dict[str, Version] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    aliases: dict[tuple[str, str], str] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Books:
        """Every client's; two that were told different things under one number are trouble."""
        books = cls()
        for path in sorted(folder.glob("*.jsonl")):
            with path.open() as file:
                for line in file:
                    books._take(**json.loads(line))
        return books

    def alive(self) -> dict[str, Version]:
        """Those that must be there."""
        return {name: version for name, version in self.versions.items() if version.state == "alive"}

    def _take(self, kind: str, **facts: Any) -> None:
        match kind:
            case "did":
                self.did[facts["what"]] += 1
            case "trouble":
                self.troubles.append(facts["what"])
            case "version":
                self._take_version(**facts)
            case "state":
                self.versions[f"{facts['artifact']}:{facts['label']}"].state = facts["state"]
            case "link":
                self._take_link(f"{facts['collection']}:{facts['label']}", facts["source"])
            case "alias":
                self.aliases[facts["artifact"], facts["name"]] = facts["label"]

    def _take_version(self, artifact: str, label: str, digest: str, files: dict[str, str], state: str) -> None:
        name = f"{artifact}:{label}"
        known = self.versions.setdefault(name, Version(digest, files, state))
        if known.files != files:
            self.troubles.append(f"{name} was answered to two clients, or twice, for different files")

    def _take_link(self, name: str, source: str) -> None:
        if self.links.setdefault(name, source) != source:
            self.troubles.append(f"{name} was answered for {self.links[name]} and for {source}")


def contents(rng: random.Random, unique: str) -> dict[str, bytes]:
    """A few files, some of which others have as well; one in fifty versions has a large one, one in twenty many."""
    files = dict(rng.sample(sorted(COMMON.items()), rng.randint(0, 4)))
    files["unique.txt"] = unique.encode()
    for number in range(60 if rng.random() < 0.05 else rng.randint(0, 3)):
        files[f"parts/{number}.bin"] = rng.randbytes(rng.randint(0, 40_000))
    if rng.random() < 0.02:
        files["large.bin"] = rng.randbytes(8 * 2**20)
    return files

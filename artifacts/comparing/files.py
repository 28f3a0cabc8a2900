"""Which files came, went, changed or moved between two versions. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

SIGNS = {"added": "+", "removed": "\N{MINUS SIGN}", "changed": "~", "moved": "→"}


@dataclass(frozen=True)
class File:
    """A line of a manifest; `content` tells whether two are the same bytes, `size` is in bytes where it is known."""

    path: str
    content: str
    size: int | None


@dataclass(frozen=True)
class Change:
    """`kind` is added, removed, changed or moved; a file that moved has the same content under another path."""

    kind: str
    old: File | None
    new: File | None

    @property
    def path(self) -> str:
        """Where it is now, or was last."""
        return (self.new or self.old or File("", "", None)).path

    @property
    def sign(self) -> str:
        """`+`, `−`, `~` or `→`."""
        return SIGNS[self.kind]

    @property
    def growth(self) -> int | None:
        """Bytes more than before, where both are known."""
        if self.old is None or self.new is None or self.old.size is None or self.new.size is None:
            return None
        return self.new.size - self.old.size


def pair(old: Iterable[File], new: Iterable[File]) -> list[Change]:
    """The changes, by path, between files that are not the same on both sides."""
    before, after = ({file.path: file for file in files} for files in (old, new))
    changes = [Change("changed", before[path], after[path]) for path in before.keys() & after.keys()]
    gone = defaultdict(deque)  # type: defaultdict[str, deque[File]]
    for path in sorted(before.keys() - after.keys()):
        gone[before[path].content].append(before[path])
    for path in sorted(after.keys() - before.keys()):
        left = gone[after[path].content]
        source = _likeliest(left, path) if left else None
        changes.append(Change("moved" if source else "added", source, after[path]))
    changes += [Change("removed", file, None) for left in gone.values() for file in left]
    return sorted(changes, key=lambda change: change.path)


def _likeliest(left: deque[File], path: str) -> File:
    """Of files with the same content, the one that keeps its name, else the first."""
    name = path.rpartition("/")[2]
    source = next((file for file in left if file.path.rpartition("/")[2] == name), left[0])
    left.remove(source)
    return source

"""The files of a version as a tree: whole where they are few, else one folder at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, IntegerField, Max, Q, Sum, Value, When
from django.db.models.functions import Length, StrIndex, Substr

from artifacts.models import ManifestEntry, Version

WHOLE = 300
LEVEL = 200
OPEN_BELOW = 40
FOLDER, FILE = 0, 1
ICONS = {
    "file-image": {"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg"},
    "table": {"csv", "tsv", "parquet"},
    "file-braces": {"json", "ipynb"},
    "file-code": {"py", "yaml", "yml", "toml", "sh", "js", "html", "c", "cpp", "rs"},
    "file-text": {"txt", "md", "markdown", "log"},
}


@dataclass
class Node:
    """A folder with what is known of its children, or a file; `size` is in bytes, None where nobody knows it."""

    name: str
    path: str
    is_folder: bool
    size: int | None = 0
    reference: str = ""
    url: str = ""
    is_open: bool = False
    children: list[Node] = field(default_factory=list)

    @property
    def icon(self) -> str:
        """What its name promises."""
        suffix = self.name.lower().rpartition(".")[2]
        return next((icon for icon, suffixes in ICONS.items() if suffix in suffixes), "file")


@dataclass(frozen=True)
class Listing:
    """The nodes to draw; `next` continues a folder that has more, `folder` is the one that is listed, if only one is."""

    nodes: list[Node]
    folder: str = ""
    next: str = ""
    is_whole: bool = True

    def addressed(self, address: Callable[[str], str]) -> Listing:
        """The same, every file with its address."""
        waiting = [*self.nodes]
        while waiting:
            node = waiting.pop()
            waiting += node.children
            if not node.is_folder:
                node.url = address(node.path)
        return self


def find_files(version: Version, words: str) -> Listing:
    """Files whose path contains `words`, in any case, at most one level's worth."""
    entries = version.entries.filter(path__icontains=words).order_by("path")[: LEVEL + 1]
    nodes = [_file(entry.path, entry) for entry in entries]
    return Listing(nodes[:LEVEL], next="", is_whole=len(nodes) <= LEVEL)


def list_files(version: Version, *, current: str = "", folder: str = "", after: str = "") -> Listing:
    """The tree with `current` (a file's path) in sight, or `folder` after the cursor `after`: one query."""
    if version.file_count <= WHOLE:
        return Listing(_tree(version, current))
    folder = folder.strip("/") if folder else current.rpartition("/")[0]
    nodes, more = _level(version, folder, after)
    for depth in range(folder.count("/") + 1 if folder else 0, 0, -1):
        path = "/".join(folder.split("/")[:depth])
        nodes = [Node(path.rpartition("/")[2], path, is_folder=True, size=None, is_open=True, children=nodes)]
    return Listing(nodes, folder, more, is_whole=False)


def _file(name: str, entry: ManifestEntry) -> Node:
    return Node(name, entry.path, is_folder=False, size=entry.size, reference=entry.reference_uri)


def _tree(version: Version, current: str) -> list[Node]:
    """Everything, folders before files; folders on the way to `current` are open, and all of them where files are few."""
    root = Node("", "", is_folder=True)
    folders = {"": root}
    for entry in version.entries.order_by("path")[:WHOLE]:
        parent, _, name = entry.path.rpartition("/")
        _folder(folders, parent).children.append(_file(name, entry))
        while parent:
            folders[parent].size = (folders[parent].size or 0) + (entry.size or 0)
            parent = parent.rpartition("/")[0]
    for path, node in folders.items():
        node.is_open = version.file_count <= OPEN_BELOW or current.startswith(f"{path}/")
        node.children.sort(key=lambda child: (not child.is_folder, child.name))
    return root.children


def _folder(folders: dict[str, Node], path: str) -> Node:
    if path not in folders:
        parent, _, name = path.rpartition("/")
        folders[path] = Node(name, path, is_folder=True)
        _folder(folders, parent).children.append(folders[path])
    return folders[path]


def _level(version: Version, folder: str, after: str) -> tuple[list[Node], str]:
    """One folder's children, folders first, and the cursor of the rest.

    Prefixes are compared as text and not with LIKE, which ignores case on SQLite and knows wildcards.
    """
    prefix = f"{folder}/" if folder else ""
    rest = Substr("path", len(prefix) + 1)
    entries = version.entries.annotate(rest=rest, cut=StrIndex("rest", Value("/")))
    if prefix:
        entries = entries.annotate(head=Substr("path", 1, len(prefix))).filter(head=prefix)
    entries = entries.annotate(
        rank=Case(When(cut=0, then=Value(FILE)), default=Value(FOLDER), output_field=IntegerField()),
        name=Substr("rest", 1, Case(When(cut=0, then=Length("rest")), default=F("cut") - 1)),
    )
    rank, _, name = after.partition(":")
    if rank in {"0", "1"}:
        entries = entries.filter(Q(rank__gt=int(rank)) | Q(rank=int(rank), name__gt=name))
    groups = entries.values("rank", "name").annotate(
        bytes=Sum("size"), count=Count("pk"), reference=Max("reference_uri")
    )
    rows = list(groups.order_by("rank", "name")[: LEVEL + 1])
    nodes = [
        Node(
            row["name"],
            prefix + row["name"],
            is_folder=row["rank"] == FOLDER,
            size=row["bytes"],
            reference=row["reference"] if row["rank"] == FILE else "",
        )
        for row in rows[:LEVEL]
    ]
    last = rows[LEVEL - 1] if len(rows) > LEVEL else None
    return nodes, f"{last['rank']}:{last['name']}" if last else ""

"""The files of a version as a tree: whole where they are few, else one folder at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from artifacts.levels import children
from artifacts.models import ManifestEntry, Version
from common.errors import NotFoundError
from common.sheets.names import is_sheet

WHOLE = 300
LEVEL = 200
OPEN_BELOW = 40
DEEP = 8  # folders within folders that are still drawn as a tree
MAX_WORDS = 256
SHOWN_CRUMBS = 5
ICONS = {
    "file-image": {"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "svg"},
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
        if is_sheet(self.name):
            return "table"
        suffix = self.name.lower().rpartition(".")[2]
        return next((icon for icon, suffixes in ICONS.items() if suffix in suffixes), "file")


@dataclass(frozen=True)
class Listing:
    """The nodes to draw; `next` continues a folder that has more, `folder` is the one that is looked at, if any is."""

    nodes: list[Node]
    folder: str = ""
    next: str = ""
    is_whole: bool = True

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """The last few folders on the way from the top to the one looked at, as (name, path)."""
        parts = self.folder.split("/") if self.folder else []
        depths = range(len(parts))[-SHOWN_CRUMBS:]
        return [(parts[depth], "/".join(parts[: depth + 1])) for depth in depths]

    @property
    def is_deep(self) -> bool:
        """Whether there are folders above the first crumb."""
        return self.folder.count("/") >= SHOWN_CRUMBS

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
    if len(words) > MAX_WORDS:
        return Listing([])
    # Asked for by their keys alone, paths are looked through in the index and not in the rows.
    found = version.entries.filter(path__icontains=words).order_by("path").values("pk")[: LEVEL + 1]
    entries = ManifestEntry.objects.filter(pk__in=found).order_by("path")
    nodes = [_file(entry.path, entry) for entry in entries]
    return Listing(nodes[:LEVEL], next="", is_whole=len(nodes) <= LEVEL)


def list_files(version: Version, *, current: str = "", folder: str = "", after: str = "") -> Listing:
    """The tree with `current` (a file's path) in sight, or `folder` after the child named `after`: one query, or two.

    Where files are many, or lie deep, it is that folder alone. Raises NotFoundError.
    """
    folder = folder.strip("/") if folder else current.rpartition("/")[0]
    if version.file_count <= WHOLE:
        entries = list(version.entries.order_by("path")[:WHOLE])
        if all(entry.path.count("/") <= DEEP for entry in entries):
            return Listing(_tree(entries, f"{folder}/"), folder)
    nodes, more = _level(version, folder, after)
    if folder and not nodes:
        raise NotFoundError(_("This version has no such folder."))
    return Listing(nodes, folder, more, is_whole=False)


def _file(name: str, entry: ManifestEntry) -> Node:
    return Node(name, entry.path, is_folder=False, size=entry.size, reference=entry.reference_uri)


def _tree(entries: list[ManifestEntry], way: str) -> list[Node]:
    """Everything, folders before files; folders on the `way` are open, and all of them where files are few."""
    root = Node("", "", is_folder=True)
    folders = {"": root}
    for entry in entries:
        parent, _, name = entry.path.rpartition("/")
        _folder(folders, parent).children.append(_file(name, entry))
        while parent:
            folders[parent].size = (folders[parent].size or 0) + (entry.size or 0)
            parent = parent.rpartition("/")[0]
    for path, node in folders.items():
        node.is_open = len(entries) <= OPEN_BELOW or way.startswith(f"{path}/")
        node.children.sort(key=lambda child: (not child.is_folder, child.name))
    return root.children


def _folder(folders: dict[str, Node], path: str) -> Node:
    if path not in folders:
        parent, _, name = path.rpartition("/")
        folders[path] = Node(name, path, is_folder=True)
        _folder(folders, parent).children.append(folders[path])
    return folders[path]


def _level(version: Version, folder: str, after: str) -> tuple[list[Node], str]:
    """One folder's children by name, and the cursor of the rest; folders come first where all of them are here."""
    prefix = f"{folder}/" if folder else ""
    found = children(version, folder, after, LEVEL + 1)
    shown = found[:LEVEL]
    if len(found) <= LEVEL and not after:
        shown.sort(key=lambda child: not child.is_folder)
    nodes = [
        Node(
            child.name.rstrip("/"),
            prefix + child.name.rstrip("/"),
            is_folder=child.is_folder,
            size=child.size,
            reference=child.reference,
        )
        for child in shown
    ]
    return nodes, shown[-1].name if len(found) > LEVEL else ""

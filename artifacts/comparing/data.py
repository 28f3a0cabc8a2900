"""A comparison as data: what its page shows, for programs and spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from artifacts.comparing.asked import Asked
from artifacts.comparing.subjects import Subject
from artifacts.comparing.trees import TreeDiff
from common.data import PageData

WAYS = {True: "higher is better", False: "lower is better"}


def comparison_data(asked: Asked, context: dict[str, Any]) -> PageData:
    """The comparison as data: a row for each metric, differences and percentages against the base; files of one pair."""
    names = [subject.reference for subject in asked.subjects]
    rows = []
    for row in context["metrics"]["all"]:
        line: dict[str, Any] = {"metric": row.key, "direction": WAYS.get(row.higher_is_better)}
        for name, cell in zip(names, row.cells, strict=True):
            line[name] = cell.difference.value
            if not cell.is_base:
                line |= {f"{name} difference": cell.difference.change, f"{name} percent": cell.difference.relative}
        rows.append(line)
    facts = {
        "versions": [_version_data(subject) for subject in asked.subjects],
        "base": names[asked.base],
        "metadata": _tree_data(names, context["trees"]["metadata"]),
        "config": _tree_data(names, context["trees"]["config"]),
        "files": _file_data(asked, context["files"]),
        "inputs": [
            {
                "name": row.name,
                "type": row.type,
                **dict(zip(names, ([label for label, _ in c] for c in row.cells), strict=True)),
            }
            for row in context["inputs"].rows
        ],
    }
    return PageData("comparison", facts, rows)


def _version_data(subject: Subject) -> dict[str, Any]:
    version = subject.version
    return {
        "version": subject.reference,
        "url": subject.url,
        "aliases": [alias.name for alias in subject.aliases],
        "digest": version.digest,
        "size": version.size,
        "files": version.file_count,
        "run": subject.run.name if subject.run else None,
    }


def _tree_data(names: Sequence[str], tree: TreeDiff) -> dict[str, Any]:
    rows = [row for group in tree.groups for row in group.rows]
    return {
        "keys": tree.total,
        "differing": tree.differing,
        "rows": [
            {
                "key": row.path,
                "differs": row.differs,
                **{name: c.text for name, c in zip(names, row.cells, strict=True) if c.state != "hidden"},
            }
            for row in rows
        ],
    }


def _file_data(asked: Asked, page: dict[str, Any] | None) -> dict[str, Any] | None:
    if page is None:
        return None
    return {
        "from": asked.subjects[asked.base].reference,
        "to": page["other"].reference,
        "total": page["total"],
        "rows": [
            {
                "change": change.kind,
                "path": change.path,
                "was": change.old.path if change.kind == "moved" and change.old else None,
                "size_before": change.old.size if change.old else None,
                "size_after": change.new.size if change.new else None,
            }
            for change, _ in page["rows"]
        ],
    }

"""House rules that no linter knows: sizes, no work in save(), no script or style inside pages."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.servers import ROOT

APPS = sorted(path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
MODULES = [path for app in APPS for path in app.rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def functions() -> Iterator[tuple[str, int, ast.FunctionDef]]:
    """Name, length and tree of each function, its docstring not counted."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                first = node.body[0] if ast.get_docstring(node) is None else node.body[min(1, len(node.body) - 1)]
                length = (node.end_lineno or 0) - first.lineno + 1
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length, node


def test_no_module_is_longer_than_400_lines_and_most_fit_two_screens() -> None:
    assert [str(path) for path in MODULES if lines_of(path) > 400] == []
    assert statistics.median(lines_of(path) for path in MODULES) <= 90


def test_no_template_is_longer_than_120_lines() -> None:
    assert [str(path.relative_to(ROOT)) for path in TEMPLATES if lines_of(path) > 120] == []


def test_no_function_is_longer_than_60_lines_and_no_view_longer_than_25() -> None:
    limits = [(name, length, 25 if "views" in name.split(":")[0] else 60) for name, length, _ in functions()]
    assert [f"{name}: {length}" for name, length, limit in limits if length > limit] == []


def test_models_do_no_work_in_save_or_delete() -> None:
    allowed = ("forms.py", "views")
    overrides = [name for name, _, node in functions() if node.name in {"save", "delete"}]
    assert [name for name in overrides if not any(part in name for part in allowed)] == []


def test_pages_hold_no_script_and_no_style_of_their_own() -> None:
    found = {str(path.relative_to(ROOT)): INLINE.findall(path.read_text()) for path in TEMPLATES}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError")
    assert [str(path.relative_to(ROOT)) for path in MODULES + TEMPLATES if marks.search(path.read_text())] == []


def test_every_fragment_that_a_view_names_is_in_its_template() -> None:
    """htmx asks for it by name; a page without it would fail for scripts alone."""
    named = [
        (name, template.value, keyword.value.value)
        for name, _, tree in functions()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "render_page"
        for template in call.args[1:2]
        for keyword in call.keywords
        if keyword.arg == "partial" and isinstance(template, ast.Constant) and isinstance(keyword.value, ast.Constant)
    ]
    assert len(named) > 10
    assert [where for where, template, partial in named if f"partialdef {partial}" not in text_of(template)] == []


def text_of(template: str) -> str:
    """The text of a template and of those that it extends."""
    text = (ROOT / "templates" / template).read_text()
    above = re.search(r'{% extends "([^"]+)" %}', text)
    return text + (text_of(above[1]) if above else "")

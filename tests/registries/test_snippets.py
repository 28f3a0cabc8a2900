"""Code to paste means the names alone, whatever people put into them."""

from __future__ import annotations

import ast

from artifacts.snippets import snippets
from projects import pages
from registries import queries
from registries.snippets import link_code, use_code, use_line
from tests.cast import Cast
from tests.making import log_version, project_of
from tests.registries import shelves

EVIL = 'x"); exit("日本'


def texts_of(code: str) -> set[str]:
    """The texts in Python code that calls nothing but what it should."""
    nodes = list(ast.walk(ast.parse(code)))
    assert "exit" not in {node.id for node in nodes if isinstance(node, ast.Name)}
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_a_name_stays_a_text_in_python(cast: Cast) -> None:
    project = project_of(cast.mia, cast.team.namespace, EVIL)
    version = log_version(cast.mia, project, {"a": b"1"}, name=EVIL, type=EVIL)
    link = shelves.link(cast, version, EVIL)
    path = f"wandb-registry-Shelf/{EVIL}"

    assert {EVIL, path} <= texts_of(link_code("http://localhost", cast.registry, EVIL, EVIL))
    assert f"{path}:latest" in texts_of(use_code("http://localhost", cast.registry, EVIL))
    assert f"{path}:latest" in texts_of(use_line(cast.registry, EVIL))
    assert EVIL in texts_of(pages.first_artifact(project))
    script = pages.first_run("http://localhost", cast.team.namespace, EVIL)
    assert EVIL in texts_of(script.partition("<<'END'\n")[2].removesuffix("END"))
    place = queries.find_place(cast.mia, "Acme", "Shelf", EVIL, link.label)
    use, read = snippets(place, "http://localhost")[:2]
    assert f"{path}:v0" in texts_of(use.code)
    assert f"{path}:v0" in texts_of(read.code)

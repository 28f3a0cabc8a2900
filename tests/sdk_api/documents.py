"""Every GraphQL document that the installed SDK may send, taken out of its Python modules and its Go binary."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from graphql import GraphQLSyntaxError, parse

OPERATION = re.compile(r"\b(?:query|mutation)\s+\w+\s*[({]")
BINARY_OPERATION = re.compile(rb"(?:query|mutation) [A-Z]\w* (?:\([^{]*\) )?\{\n")
MAX_BINARY_LENGTH = 8_000


@dataclass(frozen=True)
class Found:
    """A document and the file it is from."""

    name: str
    source: str
    text: str


def sdk_folder() -> Path:
    """Where the SDK is installed, found without importing it."""
    spec = find_spec("wandb")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


@cache
def documents() -> list[Found]:
    """All of them; texts that are put together at run time are put together here."""
    return [*_of_modules(), *_of_binary()]


def _of_modules() -> Iterator[Found]:
    root = sdk_folder()
    for path in sorted(root.rglob("*.py")):
        text = path.read_text()
        if "vendor" in path.parts or not OPERATION.search(text):
            continue
        tree = ast.parse(text)
        fragments = _constants(tree)
        nodes = list(ast.walk(tree))
        pieces = {id(part) for node in nodes for part in _pieces(node)}
        texts = [text for node in nodes if id(node) not in pieces for text in _candidates(node, fragments)]
        for document in dict.fromkeys(texts):
            if OPERATION.search(document):
                yield from _parsed(document, str(path.relative_to(root)))


def _pieces(node: ast.AST) -> Iterator[ast.AST]:
    """Texts that are only part of another one, or a template for it."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield node.func.value


def _constants(tree: ast.Module) -> dict[str, str]:
    """Texts that a module names, such as its fragments."""
    found: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found |= {target.id: node.value.value for target in node.targets if isinstance(target, ast.Name)}
    return found


def _candidates(node: ast.AST, fragments: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from _filled(node, fragments)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        template = node.func.value
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            yield from _formatted(template.value, fragments)


VARIANTS = {  # what the SDK puts into its templates, one line for each template it has
    "fragment": [("LIGHTWEIGHT_RUN_FRAGMENT", "LightweightRunFragment"), ("RUN_FRAGMENT", "RunFragment")],
    "query_vars": [
        (
            "$entityName: String!, $projectName: String!, $runName: String!, $artifactID: ID!, $usedAs: String, "
            "$artifactEntityName: String, $artifactProjectName: String",
            "entityName: $entityName, projectName: $projectName, runName: $runName, artifactID: $artifactID, usedAs: $usedAs, "
            "artifactEntityName: $artifactEntityName, artifactProjectName: $artifactProjectName",
        )
    ],
}


def _filled(node: ast.JoinedStr, fragments: dict[str, str]) -> Iterator[str]:
    """An f-string with each set of values that its names stand for."""
    inside = [ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue)]
    choices = [("", "")]
    if "fragment" in inside or "fragment_name" in inside:
        choices = VARIANTS["fragment"]
    elif any("query_vars" in name for name in inside):
        choices = VARIANTS["query_vars"]
    for first, second in choices:
        named = {"fragment": fragments.get(first, ""), "fragment_name": second, **fragments}
        pieces = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                pieces.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                name = ast.unparse(part.value)
                arguments = first if "query_vars" in name else second if "query_args" in name else ""
                pieces.append(named.get(name, arguments))
        yield "".join(pieces)


def _formatted(template: str, fragments: dict[str, str]) -> Iterator[str]:
    """A template for str.format with what the SDK's callers put in."""
    if "RunFullHistory" in template:
        yield from (template.format(node) for node in ("history", "events"))
    elif "mutation DeleteRun" in template:
        yield template.format("", "")
        yield template.format("$deleteArtifacts: Boolean", "deleteArtifacts: $deleteArtifacts")
    else:
        yield template.format(fragments.get("RUN_FRAGMENT", ""))


def _of_binary() -> Iterator[Found]:
    binary = (sdk_folder() / "bin" / "wandb-core").read_bytes()
    for match in BINARY_OPERATION.finditer(binary):
        text = _until_balanced(binary, match.start())
        yield from _parsed(text, "bin/wandb-core")


def _until_balanced(binary: bytes, start: int) -> str:
    """The text from `start` until its braces are closed, with the fragments that follow; texts lie side by side there."""
    depth, end = 0, start
    for end in range(start, start + MAX_BINARY_LENGTH):
        character = binary[end : end + 1]
        if character == b"{":
            depth += 1
        elif character == b"}":
            depth -= 1
            in_arguments = binary[start:end].count(b"(") != binary[start:end].count(b")")
            if depth == 0 and not in_arguments and not binary.startswith(b"\nfragment ", end + 1):
                break
    return binary[start : end + 1].decode()


def _parsed(text: str, source: str) -> Iterator[Found]:
    """The document; prose that speaks of a query is none, and a template that is not filled here has no text."""
    match = OPERATION.search(text)
    start = text[: match.start()].strip() if match else "?"
    if match is None or not (start == "" or start == "#graphql" or start.endswith("}")):
        return
    name = re.split(r"\W+", match[0].strip())[1]
    try:
        parse(text)
    except GraphQLSyntaxError:
        text = ""
    yield Found(name, source, text)

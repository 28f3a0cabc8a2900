"""The executable schema: schema.graphql with a resolver for every root field."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from ariadne import load_schema_from_path, make_executable_schema

from sdk_api import mutations, resolvers
from sdk_api.scalars import SCALARS

SDL = Path(__file__).with_name("schema.graphql")
WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str, *_: Any) -> str:
    """`artifactID` as `artifact_id`, `hexMD5` as `hex_md5`."""
    return WORD.sub("_", name).lower()


def _bindables() -> list[Any]:
    found: list[Any] = []
    for package in (resolvers, mutations):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            found.extend(getattr(import_module(module.name), "BINDABLES", ()))
    return found


schema = make_executable_schema(load_schema_from_path(str(SDL)), *SCALARS, *_bindables(), convert_names_case=snake_case)

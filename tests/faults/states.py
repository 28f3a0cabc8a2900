"""What is stored, told so that two ways to the same place can be compared; and the way back to the beginning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

OURS = "access events storage projects artifacts registries".split()
DRAWN = {  # lots, which fall differently each time
    "apikey": {"digest", "hint"},
    "invitation": {"digest"},
    "run": {"display_name"},
    "team": {"group"},  # of Django's
    "user": {"password"},
}
LOT = re.compile(r"(?<=^service-nightly-)[0-9a-f]{8}$")
LOTS = {"user", "display_name"}  # in what an event says
PARENTS = {
    "link": "collection",
    "version": "artifact",
    "artifact": "artifact",
    "collection": "collection",
}  # where what happens to one is told
Keys = dict[type[models.Model], set[Any]]
State = dict[str, list[Any]]


@cache
def tables() -> list[type[models.Model]]:
    """Every table of the domain."""
    return [model for app in OURS for model in apps.get_app_config(app).get_models(include_auto_created=True)]


@cache
def _by_name() -> dict[str, type[models.Model]]:
    return {str(model._meta.model_name): model for model in tables()}


def _rows(model: type[models.Model]) -> list[dict[str, Any]]:
    names = [field.attname for field in model._meta.local_concrete_fields]
    return list(model._base_manager.order_by("pk").values(*names))


def keys() -> Keys:
    """Which rows there are."""
    return {model: set(model._base_manager.values_list("pk", flat=True)) for model in tables()}


def state(known: Keys) -> State:
    """All rows of the domain and all names in the store.

    Times are told as whether there is one, and rows that `known` lacks by their order instead of their number.
    """
    everything = {model: _rows(model) for model in tables()}
    new: dict[type[models.Model], dict[Any, str]] = {}
    for model, rows in everything.items():
        fresh = [row[model._meta.pk.attname] for row in rows if row[model._meta.pk.attname] not in known[model]]
        new[model] = {key: f"new {model._meta.model_name} {number}" for number, key in enumerate(fresh)}
    told: State = {model._meta.db_table: [_told(model, row, new) for row in rows] for model, rows in everything.items()}
    return told | {"files of the store": stored()}


def _told(model: type[models.Model], row: dict[str, Any], new: dict[type[models.Model], dict[Any, str]]) -> Any:
    told = {}
    for field in model._meta.local_concrete_fields:
        value = row[field.attname]
        target = _target(model, field, row)
        if field.name in DRAWN.get(str(model._meta.model_name), ()):
            value = bool(value)
        elif field.name == "username":
            value = LOT.sub("…", value)
        elif field.name == "digest" and row.get("client_id", "").startswith("rest-") and row["index"] is None:
            value = "…"  # until the commit knows all the files
        elif field.name == "after" and isinstance(value, dict):
            value = {name: told for name, told in value.items() if name not in LOTS}
        elif isinstance(field, models.DateTimeField):
            value = value is not None
        elif isinstance(value, memoryview):
            value = bytes(value)
        elif target is not None:
            value = new[target].get(value, value)
        told[field.attname] = value
    return told


def _target(model: type[models.Model], field: Any, row: dict[str, Any]) -> type[models.Model] | None:
    """The table that a number points into: by a foreign key, or by the two places that name their table in a word."""
    kind = model._meta.model_name
    if field.remote_field is not None:
        found = field.remote_field.model
        return found if found in tables() else None
    if field.primary_key:
        return model
    if kind == "event" and field.name == "object_id":
        return _by_name().get(row["object_type"])
    if kind == "event" and field.name == "parent_id":
        return _by_name().get(PARENTS.get(row["object_type"]) or row["type"].partition(":")[0])
    if kind == "upload" and field.name == "subject_id":
        return _by_name()["run" if row["purpose"] == "run-file" else "version"]
    return None


def stored() -> list[str]:
    """The files of the store, those half written included."""
    root = Path(unquote(urlsplit(settings.STORAGE_URL).path))
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def differences(first: State, second: State) -> str:
    """What one has and the other lacks, a line each."""
    lines = []
    for table in first:
        for sign, here, there in (("-", first, second), ("+", second, first)):
            lines += [f"{sign} {table} {row}" for row in here[table] if row not in there[table]]
        if not lines and first[table] != second[table]:
            lines.append(f"{table} has {len(first[table])} and {len(second[table])} rows, or another order")
    return "\n".join(lines)


@contextmanager
def put_back() -> Iterator[None]:
    """What is committed within is taken back row by row, on any database."""
    everything = {
        model: list(model._base_manager.order_by("pk").values_list(*_attnames(model)))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
    }
    try:
        yield
    finally:
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                for model in everything:
                    _empty(model)
                for model, rows in everything.items():
                    _fill(model, rows)
        finally:
            connection.enable_constraint_checking()


def _attnames(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.local_concrete_fields if not field.generated]


def _empty(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


def _fill(model: type[models.Model], rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    prepared = [
        [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)] for row in rows
    ]
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", prepared)

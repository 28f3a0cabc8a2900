"""What is logged, stored and saved."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from artifacts.services.versions import delete_version
from operations.figures import count_anew
from operations.models import StorageFigure
from tests.cast import Cast, assemble
from tests.making import log_version, project_of


def figures(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    capsys.readouterr()
    call_command("storage_figures", "--json", *options)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["name"]: (line["logged"], line["stored"], line["saved"]) for line in lines}


def test_equal_bytes_are_logged_often_and_stored_once(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (project_of(cast.mia, cast.team.namespace, name) for name in ("one", "two"))
    log_version(cast.mia, one, {"a": b"x" * 1000, "b": b"y" * 10})
    log_version(cast.mia, one, {"a": b"x" * 1000, "b": b"z" * 10})
    log_version(cast.mia, one, {"a": b"t" * 5}, name="table", type="dataset")
    gone = log_version(cast.mia, two, {"a": b"x" * 1000, "b": b"gone"})
    log_version(cast.mia, two, {"a": b"x" * 1000})
    delete_version(actor=cast.mia, version=gone, delete_aliases=True)

    found = figures(capsys)
    assert list(found) == ["vision/one", "vision/two", "all"]  # the largest first
    assert found == {"vision/one": (2025, 1025, 1000), "vision/two": (1000, 1000, 0), "all": (3025, 1025, 2000)}
    assert figures(capsys, "vision/one", "--top", "1") == {"net (model)": (2020, 1020, 1000), "all": (3025, 1025, 2000)}

    call_command("storage_figures")
    assert "1000 B saved  vision/one" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no project 'vision/none'"):
        call_command("storage_figures", "vision/none")


@pytest.mark.django_db(transaction=True)
def test_rounds_may_overlap() -> None:
    """Four at once, before there is any figure: each thing has one in the end."""
    cast = assemble()
    project = project_of(cast.mia, cast.team.namespace)
    log_version(cast.mia, project, {"a": b"x" * 100})

    def count(_: int) -> int:
        try:
            return count_anew(now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(count, range(4))] == [5] * 4  # two core registries, Shelf, the project, the organization
    assert StorageFigure.objects.count() == 5
    assert StorageFigure.objects.get(container=project).stored == 100

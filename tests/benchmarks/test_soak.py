"""The soak must be able to fail: what its books and its judge take for a fault."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from benchmarks.soak import answers, judge, report
from benchmarks.soak.book import Book, Books

FILES = {"a": b"1"}


def test_one_number_for_two_contents_is_trouble(tmp_path: Path) -> None:
    Book(tmp_path, "one").version("net", "v0", "d", FILES)
    Book(tmp_path, "two").version("net", "v0", "d", FILES)
    assert Books.read(tmp_path).troubles == []
    Book(tmp_path, "three").version("net", "v0", "d", {"a": b"2"})
    assert len(Books.read(tmp_path).troubles) == 1


def test_one_number_for_two_links_is_trouble(tmp_path: Path) -> None:
    book = Book(tmp_path, "one")
    book.link("shelf", "v0", "net:v0")
    book.link("shelf", "v0", "net:v0")
    assert Books.read(tmp_path).troubles == []
    book.link("shelf", "v0", "net:v1")
    assert len(Books.read(tmp_path).troubles) == 1


def test_a_restored_version_must_be_there(tmp_path: Path) -> None:
    book = Book(tmp_path, "one")
    book.version("net", "v0", "d", FILES)
    for state in ("deleting", "deleted"):
        book.state("net", "v0", state)
    assert Books.read(tmp_path).alive() == {}
    book.state("net", "v0", "alive")
    assert list(Books.read(tmp_path).alive()) == ["net:v0"]


@pytest.mark.parametrize(("numbers", "following"), [([0, 2], 3), ([0, 1, 1], 2), ([0, 1], 3)])
def test_gaps_and_doubles_are_found(tmp_path: Path, numbers: list[int], following: int) -> None:
    with sqlite3.connect(tmp_path / "rows") as rows:
        for parent, child, key in (
            ("artifacts_artifact", "artifacts_version", "artifact_id"),
            ("registries_collection", "registries_link", "collection_id"),
        ):
            rows.execute(f"CREATE TABLE {parent} (id, name, next_index)")
            rows.execute(f'CREATE TABLE {child} ({key}, "index")')
            rows.execute(f"INSERT INTO {parent} VALUES (1, 'good', 1), (2, 'bad', {following})")
            rows.execute(f"INSERT INTO {child} VALUES (1, 0), (1, NULL)")
            rows.executemany(f"INSERT INTO {child} VALUES (2, ?)", [(number,) for number in numbers])
    rows.close()
    assert [wrong.split()[0] for wrong in judge.gaps(tmp_path / "rows")] == ["bad", "bad"]


def test_faults_of_the_server_are_found(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("200 0.010 GET '/'\n404 0.010 GET '/x'\n503 0.010 GET '/ready'\n")
    statuses, faults = answers.read(tmp_path / "answers")
    assert statuses == {"200": 1, "404": 1, "503": 1}
    assert faults == ["503 0.010 GET '/ready'"]
    assert report.complaints("Not Found: /x\nInternal Server Error: /y\nTraceback (most recent call last):\n") == [
        "Internal Server Error: /y",
        "Traceback (most recent call last):",
    ]

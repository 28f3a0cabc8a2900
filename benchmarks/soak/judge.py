"""Whether everything that the server told its clients is true at the end."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import requests

from benchmarks.soak.book import SERIES, Books
from benchmarks.soak.scripts import PROJECT, SHELF
from benchmarks.soak.traffic import KEYS
from tests.servers import Server, manage

SHELVES = ("kept-0", "kept-1")


def judge(server: Server, books: Books) -> Iterator[str]:
    """Everything that is wrong. First all garbage is collected: what is still needed must survive it."""
    for command in (("collect_blobs", "--grace", "0"), ("verify_storage", "--json")):
        ran = manage(server.env, *command)
        if ran.returncode:
            yield f"{command[0]}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}"
    yield from gaps(server.data / "vitrine.sqlite3")
    yield from strangers(server.data / "vitrine.sqlite3", books)
    with ThreadPoolExecutor(4) as pool:
        for wrong in pool.map(lambda name: list(lost(server, books, name)), books.versions):
            yield from wrong
    yield from moved(server, books)


def gaps(database: Path) -> Iterator[str]:
    """Numbers that are missing or given twice; the rows of deleted versions and links keep theirs."""
    numbered = (
        ("artifacts_artifact", 'SELECT "index" FROM artifacts_version WHERE artifact_id = ?'),
        ("registries_collection", 'SELECT "index" FROM registries_link WHERE collection_id = ?'),
    )
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        for parents, children in numbered:
            for pk, name, following in rows.execute(f"SELECT id, name, next_index FROM {parents}").fetchall():
                numbers = sorted(number for (number,) in rows.execute(children, [pk]) if number is not None)
                if numbers != list(range(following)):
                    yield f"{name} has the numbers {numbers} and would go on with {following}"


def strangers(database: Path, books: Books) -> Iterator[str]:
    """Committed versions of which no client was told."""
    told = {name for name, version in books.versions.items() if version.state in {"alive", "short"}}
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as rows:
        found = rows.execute(
            "SELECT a.name || ':v' || v.\"index\" FROM artifacts_version v JOIN artifacts_artifact a ON a.id = v.artifact_id"
            " JOIN access_container c ON c.id = a.project_id WHERE v.state = 'committed' AND c.name = 'soak' AND a.type = 'model'"
        )
        for name in sorted({name for (name,) in found} - told):
            yield f"{name} is committed, and no client was told"


def lost(server: Server, books: Books, name: str) -> Iterator[str]:
    """A version that is not as it was answered: absent, of another digest, or with other bytes; or back from deletion."""
    version = books.versions[name]
    series, _, label = name.partition(":")
    place = f"{PROJECT}/artifacts/{series}/versions/{label}"
    found = _get(server, place)
    if version.state == "short":
        return
    if version.state == "deleted":
        if found.status_code != 404:
            yield f"{name} was deleted, and answers {found.status_code}"
        return
    if found.status_code != 200 or found.json()["digest"] != version.digest:
        yield f"{name} ({version.state}) answers {found.status_code}: {found.text[:300]}"
        return
    files = {}
    page = _get(server, f"{place}/files?limit=100").json()
    for file in page["items"]:
        body = requests.get(file["url"], headers=_headers("vera"), timeout=120).content
        files[file["path"]] = hashlib.md5(body).hexdigest()
    if files != version.files:
        yield f"{name} has other files than it was logged with: {sorted(set(files.items()) ^ set(version.files.items()))[:6]}"


def moved(server: Server, books: Books) -> Iterator[str]:
    """Links and aliases that are not where they were put last, and `latest` where it is not at the newest."""
    for name, source in books.links.items():
        shelf, _, label = name.partition(":")
        found = _get(server, f"{SHELF}/{shelf}/versions/{label}")
        if shelf in SHELVES and found.status_code != 200:
            yield f"the link {name} to {source} answers {found.status_code}"
        elif found.status_code == 200 and "{artifact}:{version}".format(**found.json()["source"]) != source:
            yield f"the link {name} leads to {found.json()['source']}, not to {source}"
    for (series, alias), label in books.aliases.items():
        registry, _, shelf = series.rpartition("/")
        place = f"{SHELF}/{shelf}" if registry else f"{PROJECT}/artifacts/{series}"
        found = _get(server, f"{place}/versions/{alias}")
        if found.status_code != 200 or found.json()["version"] != label:
            yield f"the alias {alias} of {series} was put to {label}: {found.status_code} {found.text[:100]}"
    for series in SERIES:
        newest = max((name for name in books.versions if name.startswith(f"{series}:")), key=_number, default="")
        if (
            newest
            and _get(server, f"{PROJECT}/artifacts/{series}/versions/latest").json()["version"]
            != newest.partition(":")[2]
        ):
            yield f"latest of {series} is not at {newest}"


def _number(name: str) -> int:
    return int(name.rpartition(":v")[2])


def _headers(person: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEYS[person]}"}


def _get(server: Server, path: str) -> requests.Response:
    return requests.get(f"{server.url}/api/v1{path}", headers=_headers("vera"), timeout=120)


def storage(server: Server) -> str:
    """What the store holds, in a sentence."""
    ran = manage(server.env, "verify_storage", "--quick", "--json")
    told = json.loads(ran.stdout.splitlines()[-1])
    return f"{told['blobs']:,} blobs of {told['bytes'] / 2**20:,.0f} MiB"

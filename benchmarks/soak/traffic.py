"""Twenty clients at one server for some minutes."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import requests

from benchmarks.soak.book import Book
from benchmarks.soak.browsers import Browser
from benchmarks.soak.scripts import Cutter, GraphReader, RestReader, Writer
from benchmarks.soak.watch import Operator, Watch
from tests import sdk_process
from tests.sdk.browsing import sign_in
from tests.servers import ROOT, Server

ORGANIZATION = "Acme Robotics"
PASSWORD = "correct horse battery"
PEOPLE = {"olga": "admin", "mia": "member", "nora": "member", "adam": "member", "vera": "viewer"}
KEYS = {name: f"soak-{name}-{'k' * 40}" for name in (*PEOPLE, "otto")}
PROGRAMS = Path(__file__).parent / "programs"
SDK = {
    "logger-0": "mia", "logger-1": "mia", "logger-2": "nora", "logger-3": "adam", "reader-0": "vera", "reader-1": "olga",
}  # fmt: skip
GRACE = 180  # seconds that a program of the SDK has to end its run
Step = Callable[[], None]


def provision(server: Server) -> None:
    """An organization with a team, and an outsider."""
    server.provision(
        *({"op": "user", "username": name, "password": PASSWORD, "api_key": key} for name, key in KEYS.items()),
        {"op": "organization", "name": ORGANIZATION, "owner": "olga"},
        {"op": "team", "organization": ORGANIZATION, "name": "vision", "admin": "olga"},
        *(
            operation
            for name, role in PEOPLE.items()
            if name != "olga"
            for operation in (
                {"op": "organization_member", "organization": ORGANIZATION, "username": name, "role": role},
                {"op": "team_member", "team": "vision", "username": name, "role": role},
                {"op": "default_entity", "username": name, "entity": "vision"},
            )
        ),
    )
    made = {"entity": "vision", "name": "soak"}
    headers = {"Authorization": f"Bearer {KEYS['mia']}"}
    response = requests.post(f"{server.url}/api/v1/projects", json=made, headers=headers, timeout=60)
    assert response.ok, response.text


def run(server: Server, folder: Path, minutes: float) -> tuple[Watch, Operator]:
    """Let all of them work; what they were told stands in `folder/books`."""
    books = folder / "books"
    books.mkdir()
    watch, operator = Watch(server), Operator(server)
    steps = clients(server, books)
    done = threading.Event()
    until = time.time() + minutes * 60
    threads = [threading.Thread(target=job, args=(done,)) for job in (watch.run, operator.run)]
    threads += [threading.Thread(target=keep_on, args=(book, step, done)) for book, step in steps]
    with ExitStack() as stack:
        programs = [start(stack, server, folder, name, person, until) for name, person in SDK.items()]
        for thread in threads:
            thread.start()
        time.sleep(max(0.0, until - time.time()))
        done.set()
        for thread in threads:
            thread.join()
        for name, program in zip(SDK, programs, strict=True):
            if program.wait(GRACE):
                Book(books, name).trouble("its program ended", (folder / f"{name}.log").read_text()[-1000:])
    return watch, operator


def clients(server: Server, books: Path) -> list[tuple[Book, Step]]:
    """The fourteen that are no programs of the SDK, each with its book and what it does next."""
    sessions = {name: sign_in(server, name, PASSWORD) for name in ("olga", "mia", "vera", "otto", "adam")}
    made: list[tuple[Book, Step]] = []

    def client(name: str, build: Callable[[Book], Writer | RestReader | GraphReader | Browser]) -> None:
        kept = Book(books, name)
        made.append((kept, build(kept).step))

    for number, person in enumerate(("adam", "adam", "mia", "mia")):
        client(f"rest-{number}", lambda kept, who=person: Writer(server, kept, KEYS[who], again(sessions[who])))
    for number in range(2):
        client(f"cutter-{number}", lambda kept: Cutter(server, kept, KEYS["nora"], sessions["mia"]))
        client(f"rest-reader-{number}", lambda kept: RestReader(server, kept, KEYS["vera"]))
        client(f"graph-reader-{number}", lambda kept: GraphReader(server, kept, KEYS["olga"]))
    for person in ("olga", "mia", "vera", "otto"):
        client(f"browser-{person}", lambda kept, who=person: Browser(server, kept, again(sessions[who])))
    return made


def again(session: requests.Session) -> requests.Session:
    """The same person in a window of their own."""
    window = requests.Session()
    window.trust_env = False
    window.cookies.update(session.cookies)
    return window


def keep_on(book: Book, step: Step, done: threading.Event) -> None:
    """One step after another, with pauses; whatever one raises is trouble."""
    rng = random.Random(book.client)
    while not done.wait(rng.uniform(0.1, 0.9)):
        try:
            step()
        except Exception as error:
            book.trouble("step", repr(error))


def start(
    stack: ExitStack, server: Server, folder: Path, name: str, person: str, until: float
) -> subprocess.Popen[bytes]:
    """A program of the SDK, which ends by itself."""
    home = folder / "homes" / name
    home.mkdir(parents=True)
    log = stack.enter_context((folder / f"{name}.log").open("wb"))
    command = [sys.executable, str(PROGRAMS / f"{name.partition('-')[0]}.py"), name, str(folder / "books"), str(until)]
    env = sdk_process.environment(home, server.url, KEYS[person]) | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=home, env=env, stdout=log, stderr=log)

"""Scripts without the SDK: REST writers, some of whose uploads are cut in the middle, and readers by REST and GraphQL."""

from __future__ import annotations

import hashlib
import random
import socket
import struct
from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlsplit

import requests

from benchmarks.soak.book import SERIES, Book, contents
from tests.sdk.browsing import TOKEN
from tests.servers import Server

PROJECT = "/projects/vision/soak"
SHELF = "/organizations/Acme Robotics/registries/model/collections"
DOCUMENTS = (
    """query Versions($name: String!) { project(name: "soak", entityName: "vision") { artifactCollection(name: $name) {
      name ... on ArtifactSequence { artifacts(first: 30) { edges { node {
        id digest versionIndex size aliases { alias } tags { name } createdBy { __typename } } } } } } } }""",
    """query Runs { project(name: "soak", entityName: "vision") { runCount runs(first: 20, order: "-createdAt") { edges { node {
      name state config summaryMetrics historyLineCount } } } } }""",
    """query Version($version: String!) { project(name: "soak", entityName: "vision") { artifact(name: $version) {
      id state digest currentManifest { digest file { directUrl } } files(first: 20) { edges { node {
        name sizeBytes directUrl } } } } } }""",
    "query Viewer { viewer { username entity teams { edges { node { name } } } } serverInfo { features { name isEnabled } } }",
)


class Script(ABC):
    """One client by HTTP with an API key. What it does next is `step`."""

    def __init__(self, server: Server, book: Book, key: str) -> None:
        self.server, self.book = server, book
        self.rng = random.Random(book.client)
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers["Authorization"] = f"Bearer {key}"

    @abstractmethod
    def step(self) -> None:
        """One thing."""

    def ask(self, method: str, path: str, body: Any = None, expected: tuple[int, ...] = (200, 201, 204)) -> Any:
        """What REST answers, or None for an expected refusal. Raises AssertionError for another status."""
        response = self.http.request(method, f"{self.server.url}/api/v1{path}", json=body, timeout=120)
        assert response.status_code in expected, (method, path, response.status_code, response.text[:300])
        return response.json() if response.content and response.ok else None


class Writer(Script):
    """Logs, links, labels and deletes by REST, and restores as a person does: by the page."""

    def __init__(self, server: Server, book: Book, key: str, browser: requests.Session) -> None:
        super().__init__(server, book, key)
        self.browser = browser
        self.own: list[tuple[str, int]] = []
        self.deleted: list[tuple[str, int]] = []
        self.count = 0
        self.series = f"net-{book.client}"

    def step(self) -> None:
        """Mostly a version, sometimes one less."""
        action = self.rng.choices([self.publish, self.retire, self.restore], [6, 2, 1])[0]
        action()

    def publish(self) -> None:
        """A version, linked or labelled."""
        series = self.rng.choice([*SERIES, self.series, self.series])
        made = self.log(series)
        if series == self.series:
            self.own.append((made["version"], made["id"]))
        elif self.rng.random() < 0.5:
            alias = f"best-{self.book.client}"
            self.ask("PUT", f"{PROJECT}/artifacts/{series}/versions/{made['version']}/aliases/{alias}")
            self.book.alias(series, alias, made["version"])
        else:
            body = {"version": made["id"], "aliases": []}
            linked = self.ask("POST", f"{SHELF}/kept-0/versions", body)
            self.book.link("kept-0", linked["version"], f"{series}:{made['version']}")
            self.book.did("REST: links")

    def log(self, series: str) -> Any:
        """From announcing to the commit."""
        self.count += 1
        files = contents(self.rng, f"{self.book.client} {self.count}")
        rows = [{"path": path, "size": len(data), "md5": hashlib.md5(data).hexdigest()} for path, data in files.items()]
        asked = {"artifact": series, "type": "model", "files": rows, "request_id": f"{self.book.client}-{self.count}"}
        begun = self.ask("POST", f"{PROJECT}/uploads", asked)
        for file in begun["files"]:
            if file["url"]:
                self.put(file["url"], files[file["path"]])
        commit = f"/uploads/{begun['id']}/commit"
        made = self.ask("POST", commit)
        if self.rng.random() < 0.1:  # the answer was lost
            assert self.ask("POST", commit)["version"] == made["version"]
        self.book.version(series, made["version"], made["digest"], files)
        self.book.did("REST: versions")
        return made

    def put(self, url: str, data: bytes) -> None:
        """The bytes of one file."""
        response = requests.put(url, data, timeout=120)
        assert response.status_code == 200, (response.status_code, response.text[:300])

    def retire(self) -> None:
        """A version of its own."""
        if len(self.own) < 3:
            return
        label, pk = self.own.pop(self.rng.randrange(len(self.own)))
        self.book.state(self.series, label, "deleting")
        self.ask("DELETE", f"{PROJECT}/artifacts/{self.series}/versions/{label}?delete_aliases=true")
        self.book.state(self.series, label, "deleted")
        self.deleted.append((label, pk))
        self.book.did("REST: deletions")

    def restore(self) -> None:
        """One that was deleted, unless the collection of garbage was there before."""
        if not self.deleted:
            return
        label, pk = self.deleted.pop()
        address = f"{self.server.url}/vision/soak/deleted/"
        form = self.browser.get(address, timeout=120)
        token = TOKEN.search(form.text)
        assert token, (form.status_code, form.text[:300])
        self.book.state(self.series, label, "restoring")
        sent = {"csrfmiddlewaretoken": token[1], "version": str(pk)}
        headers = {"Referer": address}
        answer = self.browser.post(address, sent, headers=headers, allow_redirects=False, timeout=120)
        assert answer.status_code in {302, 404}, (answer.status_code, answer.text[:300])
        is_back = answer.status_code == 302
        self.book.state(self.series, label, "alive" if is_back else "deleted")
        self.book.did("pages: restorations" if is_back else "pages: restorations that came too late")
        if is_back:
            self.own.append((label, pk))


class Cutter(Writer):
    """A writer whose connection breaks in the middle of uploads and downloads; it sends again, or gives up."""

    def step(self) -> None:
        """A version after broken uploads, an upload that is never finished, or a download that is not read to its end."""
        self.rng.choice([self.publish, self.publish, self.give_up, self.read_half])()

    def put(self, url: str, data: bytes) -> None:
        """Cut off, then whole."""
        if self.rng.random() < 0.7:
            self.cut(url, data)
        super().put(url, data)

    def cut(self, url: str, data: bytes) -> None:
        """Part of the body, and then the end of the connection: in order, or reset."""
        parts = urlsplit(url)
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(data) + 1}\r\n\r\n"
        with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=30) as connection:
            connection.sendall(head.encode() + data[: self.rng.randint(0, len(data))])
            if self.rng.random() < 0.5:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.book.did("uploads cut in the middle")

    def give_up(self) -> None:
        """Announce, send half a file, and abandon it, or leave it as it is."""
        data = self.rng.randbytes(200_000)
        row = {"path": "never.bin", "size": len(data), "md5": hashlib.md5(data).hexdigest()}
        asked = {"artifact": self.rng.choice(SERIES), "type": "model", "files": [row]}
        begun = self.ask("POST", f"{PROJECT}/uploads", asked)
        self.cut(begun["files"][0]["url"], data)
        self.ask("POST", f"/uploads/{begun['id']}/commit", expected=(400, 409, 422))
        if self.rng.random() < 0.5:
            self.ask("DELETE", f"/uploads/{begun['id']}")
        self.book.did("uploads given up")

    def read_half(self) -> None:
        """The begin of a download, and then no more."""
        place = f"{PROJECT}/artifacts/{self.rng.choice(SERIES)}/versions"
        latest = self.ask("GET", f"{place}/latest", expected=(200, 404))
        if not latest:
            return
        for file in self.ask("GET", f"{place}/{latest['version']}/files")["items"][:3]:
            with self.http.get(file["url"], stream=True, timeout=120) as response:
                assert response.status_code == 200, (file, response.status_code)
                response.raw.read(self.rng.randint(1, 1000))
            self.book.did("downloads cut in the middle")


class RestReader(Script):
    """Lists and reads by REST, and compares bytes with the MD5 that the list told."""

    def step(self) -> None:
        """A list, one of its versions, and the files of that."""
        place = self.rng.choice([f"{PROJECT}/artifacts/{self.rng.choice(SERIES)}/versions", f"{SHELF}/kept-0/versions"])
        listed = self.ask("GET", f"{place}?limit=100", expected=(200, 404))
        if not listed or not listed["items"]:
            return
        label = self.rng.choice(listed["items"])["version"]
        files = self.ask("GET", f"{place}/{label}/files?limit=100")["items"]
        for file in self.rng.sample(files, min(4, len(files))):
            response = self.http.get(file["url"], timeout=120)
            assert response.status_code == 200, (file, response.status_code)
            assert hashlib.md5(response.content).hexdigest() == file["md5"], file
            self.book.did("REST: downloads, compared")


class GraphReader(Script):
    """Reads as the SDK does, and now and then what is refused."""

    def step(self) -> None:
        """One document."""
        series = self.rng.choice(SERIES)
        variables = {"name": series, "version": f"{series}:latest"}
        document = self.rng.choice(DOCUMENTS)
        asked = {"query": document, "variables": variables}
        response = self.http.post(f"{self.server.url}/graphql", json=asked, timeout=120)
        assert response.status_code == 200, (response.status_code, response.text[:300])
        assert not response.json().get("errors"), response.text[:500]
        self.book.did("GraphQL: documents")

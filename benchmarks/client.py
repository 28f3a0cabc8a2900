"""One keep-alive client over a plain socket, which costs as little as a client can."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KEY = "benchmark-" + "k" * 40
CREATE = "mutation C($input: CreateRunFilesInput!) { createRunFiles(input: $input) { files { uploadUrl } } }"
BEGIN = "mutation B($input: UpsertBucketInput!) { upsertBucket(input: $input) { bucket { id } } }"
READ = """query R($names: [String]) { project(name: "bench", entityName: "mia") { run(name: "r") {
    files(names: $names, first: 1000) { edges { node { name directUrl } } } } } }"""
RUN = {"entityName": "mia", "projectName": "bench", "runName": "r"}
BLOCK = 2**20


class Client:
    """Requests to one address, one after another, on one connection."""

    def __init__(self, url: str) -> None:
        self.connection = HTTPConnection(urlsplit(url).netloc, timeout=600)

    def ask(self, document: str, **variables: Any) -> Any:
        """The data that a GraphQL document gives."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
        self.connection.request("POST", "/graphql", body, headers)
        answer = json.loads(self.connection.getresponse().read())
        assert not answer.get("errors"), answer
        return answer["data"]

    def begin_run(self) -> None:
        """The run whose files are sent."""
        self.ask(BEGIN, input={"entityName": "mia", "modelName": "bench", "name": "r"})

    def upload_urls(self, names: list[str]) -> list[str]:
        """Where to PUT each of the files."""
        files = self.ask(CREATE, input={**RUN, "files": names})["createRunFiles"]["files"]
        return [file["uploadUrl"] for file in files]

    def download_urls(self, names: list[str]) -> list[str]:
        """Where to GET each of the files."""
        edges = self.ask(READ, names=names)["project"]["run"]["files"]["edges"]
        urls = {edge["node"]["name"]: edge["node"]["directUrl"] for edge in edges}
        return [urls[name] for name in names]

    def put(self, url: str, path: Path) -> str:
        """Send a file by sendfile; the ETag of the answer."""
        with path.open("rb") as file:
            self.connection.putrequest("PUT", _target(url))
            self.connection.putheader("Content-Length", str(os.fstat(file.fileno()).st_size))
            self.connection.endheaders()
            self.connection.sock.sendfile(file)
        return self._answer().strip('"')

    def put_bytes(self, url: str, data: bytes) -> str:
        """Send a small body; the ETag of the answer."""
        self.connection.request("PUT", _target(url), data)
        return self._answer().strip('"')

    def get(self, url: str, path: Path) -> None:
        """Receive into a new file."""
        self.connection.request("GET", _target(url))
        response = self.connection.getresponse()
        assert response.status == 200, response.status
        block = memoryview(bytearray(BLOCK))
        with path.open("wb", buffering=0) as file:
            while count := response.readinto(block):
                file.write(block[:count])

    def get_bytes(self, url: str) -> bytes:
        """Receive a small body."""
        self.connection.request("GET", _target(url))
        response = self.connection.getresponse()
        assert response.status == 200, response.status
        return response.read()

    def _answer(self) -> str:
        response = self.connection.getresponse()
        body = response.read()
        assert response.status == 200, (response.status, body)
        return response.headers["ETag"]


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

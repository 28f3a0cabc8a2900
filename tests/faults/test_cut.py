"""The connection is cut at each stage of each kind of upload: nothing is half there, and sending it again succeeds."""

from __future__ import annotations

import base64
import io
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from tests.faults.cutting import Sent, dump, orphans, unfinished
from tests.making import manifest_of, md5_of
from tests.sdk.browsing import TOKEN, sign_in
from tests.sdk.team import KEY, PASSWORD, provision
from tests.servers import Server, Template

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]  # how bytes arrive does not depend on the database
CHOSEN = re.compile(r'name="(default_namespace)".*?<option value="(\d+)" selected', re.DOTALL)
BIG = b"weights " * 40_000
Cut = Callable[[Server, Sent], Iterator[str]]
PLACE = {"entityName": "vision", "projectName": "cut"}
ARTIFACT = {
    "artifactTypeName": "model", "artifactCollectionName": "net", "digest": manifest_of({"a": BIG, "b": b"b" * 900})[1],
    "clientID": "one",
}  # fmt: skip


@pytest.fixture
def cut_server(server_template: Template, tmp_path: Path) -> Iterator[Server]:
    """A server whose temporary files lie in its own folder."""
    database_url = server_template.copy(tmp_path / "server")
    (tmp_path / "server" / "tmp").mkdir()
    settings = {"TMPDIR": str(tmp_path / "server" / "tmp")}
    server = Server(tmp_path / "server", database_url, settings=settings)
    try:
        provision(server.start())
        yield server
    finally:
        server.discard()


class Client:
    """mia's script: requests signed by her key, whole or to be cut."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {KEY}"

    def graphql(self, name: str, kind: str, fields: str, /, **given: Any) -> Sent:
        query = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {fields} }} }}"
        return self.post("/graphql", {"query": query, "variables": {"input": given}})

    def post(self, path: str, body: Any, method: str = "POST") -> Sent:
        return Sent(self.session, method, self.url + path, json=body)

    def ask(self, name: str, kind: str, fields: str, /, **given: Any) -> Any:
        query = f"mutation M($input: {kind}!) {{ {name}(input: $input) {{ {fields} }} }}"
        answer = self.session.post(
            f"{self.url}/graphql", json={"query": query, "variables": {"input": given}}, timeout=30
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["data"][name]

    def rest(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/api/v1{path}", json=body, timeout=30)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def put(self, address: str, data: bytes) -> Sent:
        return Sent(requests.Session(), "PUT", address, data=data)


def base64_md5(data: bytes) -> str:
    return base64.b64encode(bytes.fromhex(md5_of(data))).decode()


def by_sdk(client: Client) -> Iterator[Sent]:
    """What the SDK sends to log a version of two files with a file of its run, one request after the other."""
    run = {"name": "r", "entityName": "vision", "modelName": "cut"}
    yield client.graphql("upsertBucket", "UpsertBucketInput", "inserted", **run)
    yield client.post(
        "/files/vision/cut/r/file_stream",
        {"files": {"wandb-history.jsonl": {"offset": 0, "content": [json.dumps({"_step": n}) for n in range(200)]}}},
    )
    given = {**PLACE, **ARTIFACT, "runName": "r"}
    yield client.graphql("createArtifact", "CreateArtifactInput", "artifact { id }", **given)
    version = client.ask("createArtifact", "CreateArtifactInput", "artifact { id }", **given)["artifact"]["id"]
    texts = {"a": BIG, "b": b"b" * 900}
    document = manifest_of(texts)[0]
    manifest = {**PLACE, "artifactID": version, "name": "m", "runName": "r", "digest": base64_md5(document)}
    fields = "artifactManifest { file { uploadUrl } }"
    yield client.graphql("createArtifactManifest", "CreateArtifactManifestInput", fields, **manifest)
    place = client.ask("createArtifactManifest", "CreateArtifactManifestInput", fields, **manifest)["artifactManifest"]
    yield client.put(place["file"]["uploadUrl"], document)
    announced = [{"artifactID": version, "name": name, "md5": base64_md5(text)} for name, text in texts.items()]
    fields = "files { edges { node { uploadUrl } } }"
    yield client.graphql("createArtifactFiles", "CreateArtifactFilesInput", fields, artifactFiles=announced)
    places = client.ask("createArtifactFiles", "CreateArtifactFilesInput", fields, artifactFiles=announced)["files"]
    for edge, text in zip(places["edges"], texts.values(), strict=True):
        yield client.put(edge["node"]["uploadUrl"], text)
    yield from in_parts(client, version)
    yield client.graphql("commitArtifact", "CommitArtifactInput", "artifact { id }", artifactID=version)
    run_file = {**PLACE, "runName": "r", "files": ["output.log"]}
    fields = "files { uploadUrl }"
    yield client.graphql("createRunFiles", "CreateRunFilesInput", fields, **run_file)
    place = client.ask("createRunFiles", "CreateRunFilesInput", fields, **run_file)
    yield client.put(place["files"][0]["uploadUrl"], b"line\n" * 5_000)
    yield client.post("/files/vision/cut/r/file_stream", {"complete": True, "exitcode": 0, "uploaded": ["output.log"]})


def in_parts(client: Client, version: str) -> Iterator[Sent]:
    """A large file of the same version, of which each part comes alone."""
    pieces = {1: b"1" * 70_000, 2: b"2" * 900}
    numbered = [{"partNumber": number, "hexMD5": md5_of(piece)} for number, piece in pieces.items()]
    whole = base64_md5(b"".join(pieces.values()))
    announced = [{"artifactID": version, "name": "large", "md5": whole, "uploadPartsInput": numbered}]
    fields = "files { edges { node { storagePath uploadMultipartUrls { uploadID uploadUrlParts { uploadUrl } } } } }"
    yield client.graphql("createArtifactFiles", "CreateArtifactFilesInput", fields, artifactFiles=announced)
    told = client.ask("createArtifactFiles", "CreateArtifactFilesInput", fields, artifactFiles=announced)["files"]
    place = told["edges"][0]["node"]
    for part, piece in zip(place["uploadMultipartUrls"]["uploadUrlParts"], pieces.values(), strict=True):
        yield client.put(part["uploadUrl"], piece)
    given = {"artifactID": version, "completeMultipartAction": "Complete", "completedParts": numbered}
    given |= {"storagePath": place["storagePath"], "uploadID": place["uploadMultipartUrls"]["uploadID"]}
    yield client.graphql("completeMultipartUploadArtifact", "CompleteMultipartUploadArtifactInput", "digest", **given)


def by_rest(client: Client) -> Iterator[Sent]:
    """What js/upload.js and scripts send; the second file is asked for anew, as a page does that is loaded again."""
    texts = {"x": b"x" * 70_000, "y": b"y" * 100}
    files = [{"path": name, "size": len(text), "md5": md5_of(text)} for name, text in texts.items()]
    body = {"artifact": "by-rest", "type": "model", "request_id": "1", "files": files}
    yield client.post("/api/v1/projects/vision/cut/uploads", body)
    begun = client.rest("POST", "/projects/vision/cut/uploads", body)
    yield client.put(begun["files"][0]["url"], texts["x"])
    missing = [file for file in client.rest("POST", "/projects/vision/cut/uploads", body)["files"] if file["url"]]
    assert [file["path"] for file in missing] == ["y"]
    yield client.put(missing[0]["url"], texts["y"])
    yield client.post(f"/api/v1/uploads/{begun['id']}/commit", None)


def by_forms(client: Client, browser: requests.Session) -> Iterator[Sent]:
    """A picture of oneself, a description, and a file by the form for browsers without scripts."""
    picture = io.BytesIO()
    Image.effect_noise((90, 90), 60).save(picture, "PNG")
    profile = {"username": "mia", "full_name": "Mia " + "M" * 50, "theme": "dark", "density": "compact"}
    profile |= dict(CHOSEN.findall(browser.get(f"{client.url}/profile/", timeout=30).text))
    yield form(browser, f"{client.url}/profile/", {"picture": ("me.png", picture.getvalue())}, profile)
    yield form(
        browser, f"{client.url}/vision/cut/artifacts/model/net/edit/", None, {"name": "net", "description": "d" * 900}
    )
    given = {"name": "by-form", "type": "dataset"}
    yield form(browser, f"{client.url}/vision/cut/upload/", {"files": ("big.txt", BIG)}, given)


def form(browser: requests.Session, address: str, files: Any, data: dict[str, str]) -> Sent:
    """A form that was opened just now, with its token in front."""
    page = browser.get(address, timeout=30)
    token = TOKEN.search(page.text)
    assert token, page.text[:300]
    given = {"csrfmiddlewaretoken": token[1], **data}
    return Sent(browser, "POST", address, files=files, data=given, headers={"Referer": address})


def cut_in_the_body(server: Server, request: Sent) -> Iterator[str]:
    """What is wrong after the quick half of `cut_everywhere`: it waits for nothing, since each request is answered."""
    before = dump(server)
    stage = "in the body" if request.body else "in the headers"
    yield from refused(stage, request.answered_after(request.stages()[stage]))
    if dump(server) != before:
        yield f"{stage}: {changes(before, dump(server))}"
    request.lost()
    yield from sent_again(request)


def cut_everywhere(server: Server, request: Sent) -> Iterator[str]:
    """What is wrong after the request was cut at each stage in each way, and then sent whole after its answer was lost."""
    for stage, sent in request.stages().items():
        before = dump(server)
        request.reset_after(sent)
        request.closed_after(sent)
        yield from refused(stage, request.answered_after(sent))
        if not settled(lambda before=before: dump(server) == before):  # type: ignore[misc]
            yield f"{stage}: {changes(before, dump(server))}"
    request.reset_after(request.head + request.body)  # it may be done, or not, or both at once with the next
    request.closed_after(request.head + request.body)
    request.lost()
    yield from sent_again(request)
    last: list[Any] = [None]
    assert settled(lambda: last.append(dump(server)) or last[-1] == last[-2], every=0.3)  # type: ignore[func-returns-value]


def refused(stage: str, answer: bytes) -> Iterator[str]:
    """What is wrong with the answer: none is due before the headers are complete."""
    if not answer.startswith(b"HTTP/1.1 400 ") and (answer or "headers" not in stage):
        yield f"{stage}: {answer[:200]!r}"


def sent_again(request: Sent) -> Iterator[str]:
    """What is wrong with the answer to the whole request."""
    status = request.whole()
    if status not in {200, 201, 302}:
        yield f"sent again: {status}"


def changes(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    """The tables that differ."""
    return [table for table, rows in after.items() if rows != before[table]]


def settled(is_so: Callable[[], bool], every: float = 0.02, seconds: float = 5) -> bool:
    """Whether it becomes so within a moment: a connection that is gone is noticed on its own time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


@pytest.mark.parametrize("cut", [cut_in_the_body, cut_everywhere])
def test_a_connection_that_is_cut_leaves_nothing_half_there(cut: Cut, cut_server: Server) -> None:
    client = Client(cut_server)
    browser = sign_in(cut_server, "mia", PASSWORD)
    wrong = [
        f"{request.head.splitlines()[0].decode()}: {what}"
        for sends in (by_sdk(client), by_rest(client), by_forms(client, browser))
        for request in sends
        for what in cut(cut_server, request)
    ]
    assert not wrong, "\n".join(wrong)

    for name, path, text in (("net", "a", BIG), ("by-rest", "y", b"y" * 100), ("by-form", "big.txt", BIG)):
        address = f"/projects/vision/cut/artifacts/{name}/versions"
        assert {row["version"] for row in client.rest("GET", address)["items"]} == {"v0"}
        got = client.session.get(f"{client.url}/api/v1{address}/v0/files/{path}", timeout=30)
        assert got.content == text, name
    runs = dump(cut_server)["projects_run"]
    assert len(runs) == 1
    assert "finished" in runs[0]
    assert unfinished(cut_server) == []
    assert orphans(cut_server) == set()
    assert " ERROR " not in cut_server.log
    assert "Traceback" not in cut_server.log

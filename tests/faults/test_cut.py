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

from tests.faults.cutting import Sent, dump, files, unfinished
from tests.making import manifest_of, md5_of
from tests.sdk.browsing import TOKEN, sign_in
from tests.sdk.team import KEY, PASSWORD, provision
from tests.servers import Server, Template, manage

pytestmark = [pytest.mark.slow, pytest.mark.sqlite_only]  # how bytes arrive does not depend on the database
CHOSEN = re.compile(r'name="(default_namespace)".*?<option value="(\d+)" selected', re.DOTALL)
BIG = b"weights " * 40_000
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
    yield client.graphql("commitArtifact", "CommitArtifactInput", "artifact { id }", artifactID=version)
    run_file = {**PLACE, "runName": "r", "files": ["output.log"]}
    fields = "files { uploadUrl }"
    yield client.graphql("createRunFiles", "CreateRunFilesInput", fields, **run_file)
    place = client.ask("createRunFiles", "CreateRunFilesInput", fields, **run_file)
    yield client.put(place["files"][0]["uploadUrl"], b"line\n" * 5_000)
    yield client.post("/files/vision/cut/r/file_stream", {"complete": True, "exitcode": 0, "uploaded": ["output.log"]})


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
    yield Sent(client.session, "POST", f"{client.url}/api/v1/uploads/{begun['id']}/commit")


def by_forms(client: Client, browser: requests.Session) -> Iterator[Sent]:
    """A picture of oneself, a description, and files by the form for browsers without scripts."""
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


def cut_everywhere(server: Server, request: Sent) -> list[str]:
    """What is wrong after the request was cut at each stage, and then sent whole after its answer was lost."""
    wrong = []
    before = dump(server)
    for stage, sent in request.stages().items():
        request.reset_after(sent)
        answer = request.closed_after(sent)
        if answer.startswith(b"HTTP/1.1 2") or b" 30" in answer[:13] or b" 50" in answer[:13]:
            wrong.append(f"{stage}: {answer[:200]!r}")
        if dump(server) != before and not settled(lambda: dump(server) == before):
            now = dump(server)
            changed = {table: [row for row in now[table] if row not in before[table]] for table in now}
            wrong.append(f"{stage}: { ({table: rows for table, rows in changed.items() if rows}) }")
    request.reset_after(request.head + request.body)  # before the answer
    settled(lambda: not unfinished(server))
    status = request.whole()
    if status not in {200, 201, 302}:
        wrong.append(f"sent again: {status}")
    return [f"{request.head.splitlines()[0].decode()}: {what}" for what in wrong]


def settled(is_so: Callable[[], bool], seconds: float = 3) -> bool:
    """Whether it becomes so within a moment: a reset connection is noticed on its own time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_a_connection_that_is_cut_leaves_nothing_half_there(cut_server: Server) -> None:
    client = Client(cut_server)
    browser = sign_in(cut_server, "mia", PASSWORD)
    wrong = []
    for requests_of in (by_sdk(client), by_rest(client), by_forms(client, browser)):
        for request in requests_of:
            wrong += cut_everywhere(cut_server, request)
    assert not wrong, "\n".join(wrong)

    versions = {name: client.rest("GET", f"/projects/vision/cut/artifacts/{name}/versions")["items"] for name in NAMES}
    assert {name: [row["version"] for row in rows] for name, rows in versions.items()} == {
        "net": ["v0"], "by-rest": ["v0"], "by-form": ["v0"],
    }  # fmt: skip
    for name, path, text in (("net", "a", BIG), ("by-rest", "y", b"y" * 100), ("by-form", "big.txt", BIG)):
        got = client.session.get(f"{client.url}/api/v1/projects/vision/cut/artifacts/{name}/versions/v0/files/{path}")
        assert got.content == text, name
    run = dump(cut_server)["projects_run"]
    assert len(run) == 1
    assert "finished" in run[0]
    assert unfinished(cut_server) == []
    before = {path: (cut_server.data / path).read_bytes() for path in files(cut_server)}
    done = manage(cut_server.env, "collect_blobs", "--grace", "0", "--json")
    told = json.loads(done.stdout)
    assert (told["orphans"], told["temporary"]) == (0, 0), done.stdout
    freed = [content for path, content in before.items() if path not in files(cut_server)]
    assert len(freed) == len(
        NAMES
    )  # of each version the manifest as it was sent, before it was stored in its own words
    assert all(b'"contents"' in content for content in freed)
    assert " 500 " not in cut_server.log
    assert "Traceback" not in cut_server.log


NAMES = ("net", "by-rest", "by-form")

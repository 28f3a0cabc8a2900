"""What the pages cost at 2,000 collections and 100,000 versions, beside the same pages at 100, in one run on SQLite.

    .venv/bin/python -m benchmarks.pages [--rounds 20] [--collections 2000] [--versions 100000]

Two servers of their own, one client each, one request at a time: both and the sign-in page in turn. The time is that of the
whole answer, on a connection that is kept, the best of all rounds; beside it stands what the server's processes computed
meanwhile, on the average, which other work on the machine hardly changes (Linux alone tells it). A page is told in
milliseconds, as a ratio to the small one, and as a multiple of the sign-in page.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.quickstart import OPERATIONS
from tests.servers import ROOT, Server, Template

PASSWORD = "an-unlikely-Passphrase-77"
SMALL = 100
SIGN_IN = "/accounts/login/"
HOUSE = "/orgs/Acme/"
NET = f"{HOUSE}registry/model/collections/net/"
SOURCE = "/vision/training/artifacts/model/net/"
PAGES = [
    HOUSE,
    f"{HOUSE}projects/",
    f"{HOUSE}registry/",
    f"{HOUSE}registry/model/",
    NET,
    f"{NET}?sort=-metric:accuracy",
    f"{NET}?tag=night",
    f"{NET}?alias=a20",
    f"{NET}compare/?" + "&".join(f"v={number}" for number in range(10)),
    f"{NET}history/",
    f"{NET}lineage/",
    f"{NET}delete/",
    f"{NET}versions/v50/",
    f"{NET}versions/v50/metrics/",
    f"{NET}versions/v50/lineage/",
    f"{NET}versions/v50/history/",
    f"{NET}versions/@latest/files/",
    f"{NET}versions/@latest/files/?q=/00004",
    f"{NET}versions/v49/files/?q=/00004",
    SOURCE,
    "/vision/",
    "/vision/training/",
    "/vision/training/?sort=name",
    "/vision/training/runs/r50/",
    "/vision/training/runs/r50/lineage/",
    "/search/?q=net",
    "/search/?q=tag:night",
]


@dataclass(frozen=True)
class Took:
    """Milliseconds until a page was there, and what its server computed for it."""

    waited: float
    computed: float


class Reader:
    """mia, signed in at one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=600)
        self.cookies: dict[str, str] = {}
        token = re.findall(rb'csrfmiddlewaretoken" value="([^"]+)', self.get(SIGN_IN)[1])[0].decode()
        form = urlencode({"csrfmiddlewaretoken": token, "login": "mia", "password": PASSWORD})
        self._send("POST", SIGN_IN, form)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        return self._send("GET", path)

    def timed(self, path: str) -> Took:
        """How long the whole of a page takes."""
        begin, computed = time.perf_counter(), self._computed()
        status, body = self.get(path)
        took = Took((time.perf_counter() - begin) * 1000, self._computed() - computed)
        assert status == 200, (path, status, body[:200])
        return took

    def _computed(self) -> float:
        """Milliseconds that the processes of the server have computed until now."""
        assert self.server.process is not None
        group, total = self.server.process.pid, 0
        for stat in Path("/proc").glob("[0-9]*/schedstat"):
            with contextlib.suppress(OSError):
                if os.getpgid(int(stat.parent.name)) == group:
                    total += sum(int(task.read_text().split()[0]) for task in stat.parent.glob("task/*/schedstat"))
        return total / 1_000_000

    def _send(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Accept": "text/html",
        }
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read()


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="default: %(default)s")
    parser.add_argument("--collections", type=int, default=2000, help="default: %(default)s")
    parser.add_argument("--versions", type=int, default=100_000, help="default: %(default)s")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as name:
        template = Template.build(Path(name))
        small = filled(template, Path(name) / "small", SMALL, SMALL)
        large = filled(template, Path(name) / "large", options.collections, options.versions)
        try:
            compare(Reader(small), Reader(large), options.rounds)
        finally:
            small.discard()
            large.discard()


def filled(template: Template, folder: Path, collections: int, versions: int) -> Server:
    """A running server over so many rows."""
    server = Server(folder, template.copy(folder), options=("--workers", "1", "--threads", "4"))
    mia, *others = OPERATIONS
    server.start().provision(mia | {"password": PASSWORD}, *others)
    command = [sys.executable, "-m", "benchmarks.rows", str(collections), str(versions)]
    subprocess.run(command, env=server.env, cwd=ROOT, check=True)
    return server


def compare(small: Reader, large: Reader, rounds: int) -> None:
    """Each page in turn at both, and the sign-in page between them."""
    print(f"{'ms':>7} {'small':>7} {'ratio':>6} {'sign-in':>8} | {'ms':>7} {'ratio':>6} {'sign-in':>8} computed  page")
    stranger = Reader.__new__(Reader)
    stranger.connection, stranger.cookies, stranger.server = large.connection, {}, large.server
    for path in PAGES:
        asked = [(large, path), (small, path), (stranger, SIGN_IN)]
        for reader, page in asked:
            reader.timed(page)  # fills what is kept
        times = [[reader.timed(page) for reader, page in asked] for _ in range(rounds)]
        waited = [min(time.waited for time in column) for column in zip(*times, strict=True)]
        computed = [sum(time.computed for time in column) / rounds for column in zip(*times, strict=True)]
        print(
            f"{waited[0]:7.1f} {waited[1]:7.1f} {waited[0] / waited[1]:6.2f} {waited[0] / waited[2]:8.1f} | {computed[0]:7.1f} "
            f"{computed[0] / max(computed[1], 0.1):6.2f} {computed[0] / max(computed[2], 0.1):8.1f}           {path}",
            flush=True,
        )


if __name__ == "__main__":
    main()

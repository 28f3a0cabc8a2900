"""1 GiB up and down, and many small files, against md5 and nginx (or http.server) in the same run.

    .venv/bin/python -m benchmarks.transfers [--mib 1024] [--rounds 5] [--small 500]

Every round measures, one after another: md5 alone, PUT, md5 alone, GET of the yardstick, GET, GET of the yardstick; a ratio
compares a transfer with what ran just before and just after it. Bytes are compared by digest, outside the measured time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.client import BLOCK, KEY, Client
from benchmarks.memory import peak, reset_peak, workers_of
from tests.servers import Server

NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{}}
http {{ access_log off; sendfile on; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024, help="size of the large file (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--small", type=int, default=500, help="number of 10 kB files (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as name:
        folder = Path(name)
        server = Server(folder / "server", "", options=("--migrate", "--workers", "1", "--threads", "8")).start()
        try:
            server.provision({"op": "user", "username": "mia", "api_key": KEY})
            client = Client(server.url)
            client.begin_run()
            small_files(client, options.small)
            with yardstick(folder) as (title, url):
                large_file(client, Client(url), server, folder, title, mib=options.mib, rounds=options.rounds)
        finally:
            server.stop()


def large_file(
    client: Client, other: Client, server: Server, folder: Path, title: str, *, mib: int, rounds: int
) -> None:
    """PUT and GET of one large file; prints speeds in MB/s, ratios and the growth of memory in MiB."""
    source, target = folder / "source", folder / "target"
    up: list[float] = []
    down: list[float] = []
    grown: list[float] = []
    (worker,) = workers_of(server)
    print(f"\n{mib} MiB; MB/s, the yardsticks before and after; that of GET is {title}")
    for number in range(rounds):
        md5, sha256 = write_random(source, mib)
        resident = reset_peak(worker)
        (upload,) = client.upload_urls([f"large-{number}"])
        settle(folder, mib)
        before = speed(mib, md5_alone, source)
        sent = speed(mib, expect, md5, client.put, upload, source)
        after = speed(mib, md5_alone, source)
        up.append(sent / statistics.mean((before, after)))

        (download,) = client.download_urls([f"large-{number}"])
        client.get(download, target)  # now the target exists and every cache is warm, for each of the three
        settle(folder, mib)
        first = speed(mib, other.get, "/source", target)
        settle(folder, mib)
        got = speed(mib, client.get, download, target)
        expect(sha256, sha256_alone, target)
        settle(folder, mib)
        second = speed(mib, other.get, "/source", target)
        down.append(got / statistics.mean((first, second)))
        grown.append(peak(worker) - resident)
        print(
            f"PUT {sent:5.0f}   md5 {before:4.0f} {after:4.0f}   ratio {up[-1]:.2f}     "
            f"GET {got:5.0f}   {title} {first:5.0f} {second:5.0f}   ratio {down[-1]:.2f}     memory +{grown[-1]:.1f} MiB",
            flush=True,
        )
    print(f"median ratio: PUT {statistics.median(up):.2f} of md5, GET {statistics.median(down):.2f} of {title}")
    print(f"lowest ratio: PUT {min(up):.2f}, GET {min(down):.2f}; memory grew by {max(grown):.1f} MiB at most")


def settle(folder: Path, mib: int) -> None:
    """Let the disk finish what was written before, and have memory at hand for what comes.

    A virtual machine may have given its free memory back to the host, and waits for each page of it that it takes again.
    """
    scratch = folder / "scratch"
    with scratch.open("wb") as file:
        for _ in range(mib):
            file.write(bytes(2**20))
    os.sync()
    scratch.unlink()


def small_files(client: Client, count: int) -> None:
    """PUT and GET of many 10 kB files by one client, one after another; prints files a second."""
    names = [f"small-{number}" for number in range(count)]
    bodies = [os.urandom(10_000) for _ in names]
    urls = client.upload_urls(names)
    start = time.perf_counter()
    for url, body in zip(urls, bodies, strict=True):
        client.put_bytes(url, body)
    sent = time.perf_counter() - start
    urls = client.download_urls(names)
    start = time.perf_counter()
    for url, body in zip(urls, bodies, strict=True):
        assert client.get_bytes(url) == body
    got = time.perf_counter() - start
    print(f"{count} files of 10 kB, one client: {count / sent:.0f} PUT/s, {count / got:.0f} GET/s", flush=True)


def speed(mib: int, action: Callable[..., object], *arguments: Any) -> float:
    """MB/s of one transfer, which begins with nothing left to be written."""
    os.sync()
    start = time.perf_counter()
    action(*arguments)
    return mib * BLOCK / 1e6 / (time.perf_counter() - start)


def expect(digest: str, action: Callable[..., str], *arguments: Any) -> None:
    """Stop when the digest that comes back is another."""
    found = action(*arguments)
    assert found == digest, f"expected {digest}, found {found}"


def write_random(path: Path, mib: int) -> tuple[str, str]:
    """New random bytes on disk; their MD5 and SHA-256."""
    md5, sha256 = hashlib.md5(), hashlib.sha256()
    with path.open("wb") as file:
        for _ in range(mib):
            block = os.urandom(BLOCK)
            md5.update(block)
            sha256.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())  # nobody pays for these writes later
    return md5.hexdigest(), sha256.hexdigest()


def md5_alone(path: Path) -> None:
    """The yardstick of PUT: one digest of the file, from the page cache."""
    digest = hashlib.md5()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            digest.update(block)


def sha256_alone(path: Path) -> str:
    """What arrived."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def yardstick(folder: Path) -> Iterator[tuple[str, str]]:
    """nginx with sendfile over `folder`, or http.server where there is no nginx: its name and address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    if nginx := shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"):
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, user=user))
        title, command = "nginx", [nginx, "-c", str(folder / "nginx.conf")]
    else:
        bind = ["--bind", "127.0.0.1", "--directory", str(folder), str(port)]
        title, command = "http.server", [sys.executable, "-m", "http.server", *bind]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        assert process.poll() is None, f"{title} did not start"
        yield title, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()

"""`manage.py serve`: starts, refuses, stops, and survives kill -9."""

from __future__ import annotations

import time
from pathlib import Path

from tests.servers import Server, environment, manage


def test_it_serves_health_and_readiness_on_the_port_it_names(server: Server) -> None:
    assert server.get("/healthz") == b"ok\n"
    assert b'"ready": true' in server.get("/ready")


def test_sigterm_ends_it_at_once_when_nothing_runs(server: Server) -> None:
    before = time.monotonic()
    server.stop()
    assert time.monotonic() - before < 5
    assert server.process is not None
    assert server.process.returncode == 0


def test_after_kill_it_starts_again_at_the_same_address(server: Server) -> None:
    url = server.url
    server.kill()
    server.restart()
    assert server.url == url
    assert server.get("/healthz") == b"ok\n"


def test_pending_migrations_are_refused_in_one_line(tmp_path: Path) -> None:
    done = manage(environment(tmp_path / "data"), "serve", "--port", "0")
    assert done.returncode == 1
    assert "run `manage.py migrate`, or start with --migrate" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_unreachable_database_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vitrine.sqlite3").write_text("no database")
    done = manage(environment(tmp_path / "data"), "serve", "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: The database cannot be used: ")
    assert done.stderr.count("\n") == 1


def test_a_port_in_use_is_refused(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    done = manage(server.env, "serve", "--port", port)
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"CommandError: Cannot listen on 127.0.0.1:{port} (Address already in use); choose another"
    )


def test_static_files_are_compressed_and_cached_for_good(server: Server) -> None:
    manifest = (server.data / "static" / "staticfiles.json").read_text()
    assert '"css/app.css"' in manifest
    (sent,) = (server.data / "static" / "css").glob("app.*.css")
    assert sent.with_name(f"{sent.name}.br").is_file()
    text = sent.read_text()  # with everything it imports, in its layer
    assert "@import" not in text
    assert (
        text.index("@layer bootstrap {")
        < text.index(".btn-primary{")
        < text.index("@layer tokens {")
        < text.index("--bg-subtle")
    )

"""Settings by environment: loud when wrong, and production refuses to start unsafe (T17)."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from registry_project.environment import DEBUG_SECRET, DEFAULTS, read
from tests.servers import ROOT, environment, manage

SECRET = "k3J9-qLmZ0vXr7TnW2bYc8HdPe5SgUa1f4RtKo6i"
SAFE = {"VITRINE_SECRET_KEY": SECRET, "VITRINE_ALLOWED_HOSTS": "registry.example.org"}


def test_a_strong_secret_and_hosts_are_enough() -> None:
    settings = read(SAFE)
    assert (settings.debug, settings.allowed_hosts, settings.secret_key) == (False, ["registry.example.org"], SECRET)
    assert settings.database_url == f"sqlite:///{Path('data').resolve()}/vitrine.sqlite3"
    assert settings.storage_url == f"file://{Path('data').resolve()}/blobs"


@pytest.mark.parametrize("secret", ["", "short", "a" * 64, "abcdefghi" * 8, DEBUG_SECRET, SECRET[:39]])
def test_production_refuses_an_absent_or_weak_secret(secret: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"VITRINE_SECRET_KEY is absent or weak.*token_urlsafe"):
        read(SAFE | {"VITRINE_SECRET_KEY": secret})


@pytest.mark.parametrize("hosts", ["", " , ", "*", "registry.example.org,*"])
def test_production_refuses_absent_or_open_hosts(hosts: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="^VITRINE_ALLOWED_HOSTS is absent"):
        read(SAFE | {"VITRINE_ALLOWED_HOSTS": hosts})


def test_the_base_url_names_the_host() -> None:
    settings = read({"VITRINE_SECRET_KEY": SECRET, "VITRINE_BASE_URL": "https://registry.example.org:8443/"})
    assert settings.allowed_hosts == ["registry.example.org"]
    assert (settings.base_url, settings.https) == ("https://registry.example.org:8443", True)


def test_debug_alone_relaxes_the_rules() -> None:
    settings = read({"VITRINE_DEBUG": "1"})
    assert (settings.secret_key, settings.allowed_hosts) == (DEBUG_SECRET, ["*"])
    with pytest.raises(ImproperlyConfigured):
        read({"VITRINE_DEBUG": "0"})


def test_an_empty_variable_counts_as_absent() -> None:
    assert read(SAFE | dict.fromkeys(DEFAULTS.keys() - SAFE.keys(), "")) == read(SAFE)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(
        ImproperlyConfigured, match=r"Unknown setting VITRINE_ALLOWED_HOST: the known ones are .*VITRINE_ALLOWED_HOSTS"
    ):
        read(SAFE | {"VITRINE_ALLOWED_HOST": "typing-error.example.org"})


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("VITRINE_DEBUG", "maybe", "give 1 or 0"),
        ("VITRINE_BASE_URL", "registry.example.org", "give scheme and host only"),
        ("VITRINE_BASE_URL", "https://registry.example.org/below", "give scheme and host only"),
        ("VITRINE_STORAGE_URL", "gs://bucket", "stores blobs in a folder"),
        ("VITRINE_STORAGE_URL", "file://relative/path", "stores blobs in a folder"),
        ("VITRINE_LANGUAGE", "xx", "give one of en, ja"),
        ("VITRINE_TIME_ZONE", "Mars/Olympus", "give a name of the time zone database"),
        ("VITRINE_MAX_UPLOAD_BYTES", "1e9", "give a whole number above zero"),
        ("VITRINE_SIGNED_URL_SECONDS", "0", "give a whole number above zero"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_cure(name: str, value: str, cure: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name}='{value}'.*{cure}"):
        read(SAFE | {name: value})


def test_a_wrong_database_address_is_named_without_its_password() -> None:
    with pytest.raises(ImproperlyConfigured, match="^DATABASE_URL starts with 'mysql': give postgres://") as refusal:
        read(SAFE | {"DATABASE_URL": "mysql://registry:hunter2@db/registry"})
    assert "hunter2" not in str(refusal.value)


def test_every_setting_is_documented() -> None:
    table = (ROOT / "docs" / "deploy.md").read_text()
    assert [name for name in DEFAULTS if f"| `{name}` |" not in table] == []


@pytest.mark.parametrize("missing", ["VITRINE_SECRET_KEY", "VITRINE_ALLOWED_HOSTS"])
def test_the_server_does_not_start_unsafe_and_says_so_in_one_line(tmp_path: Path, missing: str) -> None:
    env = environment(tmp_path / "data")
    del env[missing]
    done = manage(env, "serve", "--port", "0", "--migrate")
    assert done.returncode == 1
    assert done.stderr.startswith(f"manage.py: {missing} is absent")
    assert done.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = manage(environment(tmp_path / "file" / "data"), "check")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "name a folder that this account may write" in done.stderr


@pytest.mark.sqlite_only
def test_nobody_else_may_read_the_data_folder(tmp_path: Path) -> None:
    """T34: the modes of folder, database and blobs."""
    data = tmp_path / "data"
    assert manage(environment(data), "migrate", "--verbosity=0").returncode == 0
    made = [data, *data.rglob("*")]
    assert data / "vitrine.sqlite3" in made
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} <= {0o600, 0o700}


def test_mail_needs_a_sender_and_never_shows_the_password() -> None:
    url = "smtp+tls://user:secret@mail.example.org:587"
    settings = read(SAFE | {"VITRINE_EMAIL_URL": url, "VITRINE_EMAIL_FROM": "Vitrine <vitrine@example.org>"})
    assert (settings.email_url, settings.email_from) == (url, "Vitrine <vitrine@example.org>")
    with pytest.raises(ImproperlyConfigured, match=r"^VITRINE_EMAIL_FROM='': with VITRINE_EMAIL_URL, give the sender"):
        read(SAFE | {"VITRINE_EMAIL_URL": url})
    with pytest.raises(ImproperlyConfigured, match="^VITRINE_EMAIL_URL starts with 'imap'") as refused:
        read(SAFE | {"VITRINE_EMAIL_URL": "imap://user:secret@mail.example.org"})
    assert "secret" not in str(refused.value)

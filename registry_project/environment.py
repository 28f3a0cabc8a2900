"""The environment, read once and typed: every setting an operator may give, with its default and its check."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured

from registry_project import oidc

DEBUG_SECRET = "debug-only-secret-that-production-refuses"  # noqa: S105  (used with VITRINE_DEBUG=1 alone)
STRONG_SECRET_LENGTH = 40
STRONG_SECRET_VARIETY = 10
LANGUAGES = ("en", "ja")
DATABASES = ("sqlite", "postgres", "postgresql")
MAIL = ("smtp", "smtps", "smtp+tls", "smtp+ssl")

DEFAULTS = {
    "DATABASE_URL": "",
    "ENABLE_REGISTRY_UI": "true",
    "VITRINE_ALLOWED_HOSTS": "",
    "VITRINE_BASE_URL": "",
    "VITRINE_DATA": "data",
    "VITRINE_DEBUG": "0",
    "VITRINE_EMAIL_FROM": "",
    "VITRINE_EMAIL_URL": "",
    "VITRINE_LANGUAGE": "en",
    "VITRINE_MAX_UPLOAD_BYTES": str(2**40),
    "VITRINE_RESTORE_DAYS": "7",
    "VITRINE_SECRET_KEY": "",
    "VITRINE_SIGNED_URL_SECONDS": "3600",
    "VITRINE_STORAGE_URL": "",
    "VITRINE_TIME_ZONE": "UTC",
    **oidc.DEFAULTS,
}


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the variables of DEFAULTS mean; docs/deploy.md lists them."""

    debug: bool
    data: Path
    base_url: str
    secret_key: str
    allowed_hosts: list[str]
    database_url: str
    storage_url: str
    email_url: str
    email_from: str
    language: str
    time_zone: str
    max_upload_bytes: int
    signed_url_seconds: int
    restore_days: int
    registry_ui: bool
    oidc: oidc.Provider | None

    @property
    def https(self) -> bool:
        """Whether the public address is https, which cookies and HSTS follow."""
        return self.base_url.startswith("https://")


def read(env: Mapping[str, str] = os.environ) -> Environment:
    """The settings of `env`; an empty variable counts as absent.

    Raises ImproperlyConfigured, naming the variable and the cure, for a value that cannot be used, for an unknown
    `VITRINE_` variable, and, outside debug mode, for a weak or absent secret and for absent hosts (T17).
    """
    unknown = sorted(name for name in env if name.startswith("VITRINE_") and name not in DEFAULTS)
    if unknown:
        raise ImproperlyConfigured(f"Unknown setting {unknown[0]}: the known ones are {', '.join(DEFAULTS)}.")
    given = {name: env.get(name, "").strip() or default for name, default in DEFAULTS.items()}

    debug = _boolean(given, "VITRINE_DEBUG")
    data = Path(given["VITRINE_DATA"]).expanduser().resolve()
    base_url = _base_url(given, "VITRINE_BASE_URL")
    hosts = [host.strip() for host in given["VITRINE_ALLOWED_HOSTS"].split(",") if host.strip()]
    if not hosts and base_url:
        hosts = [urlsplit(base_url).hostname or ""]
    secret = given["VITRINE_SECRET_KEY"]
    if debug:
        hosts = hosts or ["*"]
        secret = secret or DEBUG_SECRET
    else:
        _refuse_unsafe(secret=secret, hosts=hosts)
    return Environment(
        debug=debug,
        data=data,
        base_url=base_url,
        secret_key=secret,
        allowed_hosts=hosts,
        database_url=_database_url(given, "DATABASE_URL") or f"sqlite:///{data / 'vitrine.sqlite3'}",
        storage_url=_storage_url(given, "VITRINE_STORAGE_URL") or (data / "blobs").as_uri(),
        email_url=_email_url(given, "VITRINE_EMAIL_URL"),
        email_from=_email_from(given, "VITRINE_EMAIL_FROM"),
        language=_choice(given, "VITRINE_LANGUAGE", LANGUAGES),
        time_zone=_time_zone(given, "VITRINE_TIME_ZONE"),
        max_upload_bytes=_positive(given, "VITRINE_MAX_UPLOAD_BYTES"),
        signed_url_seconds=_positive(given, "VITRINE_SIGNED_URL_SECONDS"),
        restore_days=_positive(given, "VITRINE_RESTORE_DAYS"),
        registry_ui=_boolean(given, "ENABLE_REGISTRY_UI"),
        oidc=oidc.read(given),
    )


def make_private(folder: Path) -> None:
    """Make the data folder, and let nobody else read what this process writes from now on (T34).

    Raises ImproperlyConfigured when the folder cannot be made.
    """
    os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"VITRINE_DATA={str(folder)!r} cannot be made ({error.strerror}): name a folder that this account may write."
        ) from error


def _refuse_unsafe(*, secret: str, hosts: list[str]) -> None:
    """Stop a production server that would start without a strong secret or without hosts (T17)."""
    if len(secret) < STRONG_SECRET_LENGTH or len(set(secret)) < STRONG_SECRET_VARIETY or secret == DEBUG_SECRET:
        raise ImproperlyConfigured(
            "VITRINE_SECRET_KEY is absent or weak: give 40 or more random characters, for example from "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`. VITRINE_DEBUG=1 starts without one."
        )
    if not hosts or "*" in hosts:
        raise ImproperlyConfigured(
            "VITRINE_ALLOWED_HOSTS is absent or '*': name the hosts that people use, such as registry.example.org, "
            "or set VITRINE_BASE_URL. VITRINE_DEBUG=1 starts without them."
        )


def _wrong(given: Mapping[str, str], name: str, cure: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={given[name]!r}: {cure}")


def _boolean(given: Mapping[str, str], name: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if given[name].lower() not in words:
        raise _wrong(given, name, "give 1 or 0.")
    return words[given[name].lower()]


def _positive(given: Mapping[str, str], name: str) -> int:
    if not given[name].isdecimal() or int(given[name]) < 1:
        raise _wrong(given, name, "give a whole number above zero.")
    return int(given[name])


def _choice(given: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    if given[name] not in choices:
        raise _wrong(given, name, f"give one of {', '.join(choices)}.")
    return given[name]


def _time_zone(given: Mapping[str, str], name: str) -> str:
    if given[name] not in available_timezones():
        raise _wrong(given, name, "give a name of the time zone database, such as Asia/Tokyo.")
    return given[name]


def _base_url(given: Mapping[str, str], name: str) -> str:
    parts = urlsplit(given[name])
    if given[name] and (
        parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query
    ):
        raise _wrong(given, name, "give scheme and host only, such as https://registry.example.org.")
    return given[name].rstrip("/")


def _storage_url(given: Mapping[str, str], name: str) -> str:
    parts = urlsplit(given[name])
    if given[name] and (parts.scheme != "file" or parts.netloc or not parts.path.startswith("/")):
        raise _wrong(given, name, "this release stores blobs in a folder; give file:///path.")
    return given[name]


def _database_url(given: Mapping[str, str], name: str) -> str:
    parts = urlsplit(given[name])
    if given[name] and (parts.scheme not in DATABASES or len(parts.path) < 2):
        scheme = parts.scheme or "nothing"  # never the whole address: it holds the password
        raise ImproperlyConfigured(
            f"{name} starts with {scheme!r}: give postgres://user:password@host:5432/name or sqlite:////path."
        )
    return given[name]


def _email_url(given: Mapping[str, str], name: str) -> str:
    parts = urlsplit(given[name])
    if given[name] and (parts.scheme not in MAIL or not parts.hostname):
        scheme = parts.scheme or "nothing"  # never the whole address: it holds the password
        raise ImproperlyConfigured(f"{name} starts with {scheme!r}: give smtp+tls://user:password@host:587.")
    return given[name]


def _email_from(given: Mapping[str, str], name: str) -> str:
    address = given[name]
    if given["VITRINE_EMAIL_URL"] and "@" not in parseaddr(address)[1]:
        raise _wrong(given, name, "with VITRINE_EMAIL_URL, give the sender, such as vitrine@example.org.")
    return address

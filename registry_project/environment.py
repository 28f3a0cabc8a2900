"""The environment, read once and typed: every setting an operator may give, with its default and its check."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEBUG_SECRET = "debug-only-secret-that-production-refuses"  # noqa: S105  (used with VITRINE_DEBUG=1 alone)
WEAK_SECRET_LENGTH = 40


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One field per variable, named `VITRINE_<FIELD>` (`DATABASE_URL` alone has no prefix); docs/deploy.md lists them."""

    debug: bool
    data: Path
    base_url: str
    secret_key: str
    allowed_hosts: list[str]
    database_url: str
    storage_url: str
    language: str
    time_zone: str
    max_upload_bytes: int
    signed_url_seconds: int

    @property
    def https(self) -> bool:
        """Whether the public address is https, which cookies and HSTS follow."""
        return self.base_url.startswith("https://")


def _boolean(name: str, text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise ImproperlyConfigured(f"{name}={text!r}: give 1 or 0.")
    return words[text.lower()]


def _positive(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ImproperlyConfigured(f"{name}={text!r}: give a whole number above zero.")
    return int(text)


def _base_url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query):
        raise ImproperlyConfigured(f"{name}={text!r}: give scheme and host only, such as https://registry.example.org.")
    return text.rstrip("/")


def _storage_url(name: str, text: str) -> str:
    if text and urlsplit(text).scheme != "file":
        raise ImproperlyConfigured(f"{name}={text!r}: this release stores blobs in a folder; give file:///path.")
    return text


def _text(name: str, text: str) -> str:
    return text


def read(env: dict[str, str] | None = None) -> Environment:
    """The settings of `env` (default: the process's own).

    Raises ImproperlyConfigured, naming the variable and the cure, for a value that cannot be used, for an unknown
    `VITRINE_` variable, and, outside debug mode, for a weak or absent secret and for absent hosts (T17).
    """
    given = dict(os.environ if env is None else env)

    def take(name: str, default: str, parse: Callable[[str, str], object] = _text) -> object:
        return parse(name, given.get(name, default).strip())

    known = {f"VITRINE_{field.name.upper()}" for field in fields(Environment)} - {"VITRINE_DATABASE_URL"}
    unknown = sorted(name for name in given if name.startswith("VITRINE_") and name not in known)
    if unknown:
        raise ImproperlyConfigured(f"Unknown setting {unknown[0]}: the known ones are {', '.join(sorted(known))}.")

    debug = _boolean("VITRINE_DEBUG", given.get("VITRINE_DEBUG", "0").strip())
    data = Path(given.get("VITRINE_DATA", "data").strip() or "data").expanduser().resolve()
    base_url = _base_url("VITRINE_BASE_URL", given.get("VITRINE_BASE_URL", "").strip())
    hosts = [host.strip() for host in given.get("VITRINE_ALLOWED_HOSTS", "").split(",") if host.strip()]
    if not hosts and base_url:
        hosts = [urlsplit(base_url).hostname or ""]
    secret = given.get("VITRINE_SECRET_KEY", "")
    if debug:
        hosts = hosts or ["*"]
        secret = secret or DEBUG_SECRET
    _refuse_unsafe(debug=debug, secret=secret, hosts=hosts)
    return Environment(
        debug=debug,
        data=data,
        base_url=base_url,
        secret_key=secret,
        allowed_hosts=hosts,
        database_url=given.get("DATABASE_URL", "").strip() or f"sqlite:///{data / 'vitrine.sqlite3'}",
        storage_url=str(take("VITRINE_STORAGE_URL", "", _storage_url)) or (data / "blobs").as_uri(),
        language=str(take("VITRINE_LANGUAGE", "en")),
        time_zone=str(take("VITRINE_TIME_ZONE", "UTC")),
        max_upload_bytes=_positive("VITRINE_MAX_UPLOAD_BYTES", given.get("VITRINE_MAX_UPLOAD_BYTES", str(2**40))),
        signed_url_seconds=_positive("VITRINE_SIGNED_URL_SECONDS", given.get("VITRINE_SIGNED_URL_SECONDS", "3600")),
    )


def _refuse_unsafe(*, debug: bool, secret: str, hosts: list[str]) -> None:
    """Stop a production server that would start without a strong secret or without hosts (T17)."""
    if debug:
        return
    if len(secret) < WEAK_SECRET_LENGTH or len(set(secret)) < 10 or secret == DEBUG_SECRET:
        raise ImproperlyConfigured(
            "VITRINE_SECRET_KEY is absent or weak: give 40 or more random characters, for example from "
            "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`. VITRINE_DEBUG=1 starts without one."
        )
    if not hosts or "*" in hosts:
        raise ImproperlyConfigured(
            "VITRINE_ALLOWED_HOSTS is absent or '*': name the hosts that people use, such as registry.example.org, "
            "or set VITRINE_BASE_URL. VITRINE_DEBUG=1 starts without them."
        )

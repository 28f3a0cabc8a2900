"""What the things are called in messages, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

_NOUNS = {
    "alias": _("alias"),
    "aliases": _("aliases"),
    "artifact": _("artifact"),
    "collection": _("collection"),
    "organization": _("organization"),
    "project": _("project"),
    "registry": _("registry"),
    "run": _("run"),
    "service": _("service"),
    "tag": _("tag"),
    "tags": _("tags"),
    "team": _("team"),
    "type": _("type"),
    "user": _("user"),
}


def noun(word: str) -> str:
    """`word` in the reader's language; a word that is not among the glossary's stays as it is."""
    return str(_NOUNS.get(word, word))

"""The Japanese catalogue is whole: every string of the pages is in it, translated, compiled and shown."""

from __future__ import annotations

import ast
import gettext
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

CATALOGUE = Path(project.LOCALE_PATHS[0], "ja/LC_MESSAGES/django.po")
APPS = [app for app in project.INSTALLED_APPS if Path(project.BASE_DIR, app).is_dir()]
FIELD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")')
PLACEHOLDER = re.compile(r"%\(\w+\)[sdr]|</?\w[^>]*>")  # and tags
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True)
class Entry:
    """A message of a .po file; the singular stands for the plural in its key."""

    context: str
    message: str
    plural: str
    translations: tuple[str, ...]
    fuzzy: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.message


def read(path: Path) -> list[Entry]:
    """The entries of a .po file, but not its header."""
    entries = []
    for block in path.read_text().split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        lines = block.splitlines()
        for line in (line for line in lines if not line.startswith("#")):
            if found := FIELD.fullmatch(line):
                name, line = found.groups()
            fields[name] = fields.get(name, "") + ast.literal_eval(line)
        if fields.get("msgid"):
            translations = tuple(text for field, text in fields.items() if field.startswith("msgstr"))
            fuzzy = any(line.startswith("#,") and "fuzzy" in line for line in lines)
            context, plural = fields.get("msgctxt", ""), fields.get("msgid_plural", "")
            entries.append(Entry(context, fields["msgid"], plural, translations, fuzzy))
    return entries


ENTRIES = read(CATALOGUE)


def test_every_entry_has_one_sure_translation() -> None:
    """Japanese has one plural form; a fuzzy entry is a guess that nobody has looked at."""
    assert ENTRIES
    wrong = [entry for entry in ENTRIES if entry.fuzzy or len(entry.translations) != 1 or not entry.translations[0]]
    assert wrong == []


def test_placeholders_and_markup_survive_translation() -> None:
    wrong = [
        text
        for entry in ENTRIES
        for text in entry.translations
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(entry.plural or entry.message))
    ]
    assert wrong == []


def test_the_compiled_catalogue_says_the_same() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in ENTRIES:
        message = f"{entry.context}\x04{entry.message}" if entry.context else entry.message  # as gettext files it
        said = compiled.ngettext(message, entry.plural, 2) if entry.plural else compiled.gettext(message)
        assert said == entry.translations[0]


@pytest.mark.skipif(not shutil.which("xgettext"), reason="collecting the strings of the sources needs GNU gettext")
def test_the_catalogue_holds_exactly_the_strings_of_the_sources(tmp_path: Path, settings, monkeypatch) -> None:
    """A copy is read, because collecting writes beside the sources."""
    for name in ("templates", "registry_project", "guide", *APPS):
        shutil.copytree(Path(project.BASE_DIR, name), tmp_path / name)
    locale = tmp_path / "locale"
    locale.mkdir()
    settings.LOCALE_PATHS = [locale]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["ja"], add_location="never", verbosity=0)
    fresh = read(locale / "ja/LC_MESSAGES/django.po")
    assert sorted(entry.key for entry in fresh) == sorted(entry.key for entry in ENTRIES)


@pytest.mark.django_db
def test_a_browser_that_prefers_japanese_gets_it() -> None:
    answer = Client().get(reverse("account_login"), headers={"accept-language": "ja,en;q=0.5"})
    page = answer.content.decode()
    assert '<html lang="ja"' in page
    assert "サインイン" in page
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title is not None
    assert JAPANESE.search(title[1])

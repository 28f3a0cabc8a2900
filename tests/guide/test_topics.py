"""The help pages: every topic has its text, every link in one leads somewhere, and code names this server."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from access.models import User
from guide.topics import LEADS_TO, ORIGIN, SLUGS, TEXTS, topic, topic_of_page

LANGUAGES = [code for code, _ in settings.LANGUAGES]
LINK = re.compile(r"\]\(([^)]*)\)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_written_in_every_language(language: str) -> None:
    assert {path.stem for path in (TEXTS / language).glob("*.md")} == set(SLUGS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_topics_and_python_is_python(language: str) -> None:
    for slug in SLUGS:
        found = topic(slug, language)
        assert found
        assert found.title
        assert found.lead
        for block in found.blocks:
            if block.is_code and block.language == "python":
                ast.parse(block.text)
            for link in LINK.findall("" if block.is_code else block.text):
                assert link.startswith("../"), (slug, link)
                assert link.strip("./") in SLUGS, (slug, link)


def test_every_language_has_the_same_code() -> None:
    for slug in SLUGS:
        codes = [[b.text for b in found.blocks if b.is_code] for lang in LANGUAGES if (found := topic(slug, lang))]
        assert all(code == codes[0] for code in codes), slug


def test_pages_lead_to_topics_that_are_there() -> None:
    assert set(LEADS_TO.values()) <= set(SLUGS)
    pages = {
        f"{namespace}:{name}"
        for namespace, (_, resolver) in get_resolver().namespace_dict.items()
        for name in resolver.reverse_dict
        if isinstance(name, str)
    }
    assert [key for key in LEADS_TO if not any(page.startswith(key) for page in pages)] == []
    assert topic_of_page("registries:collection_lineage") == "lineage"
    assert topic_of_page("registries:collection_card") == "collections"
    assert topic_of_page("") == topic_of_page("graphql") == ""


def test_code_names_the_server_that_is_asked(signed_in: Callable[[User], Client], mia: User) -> None:
    page = signed_in(mia).get("/help/start/", headers={"host": "localhost"}).content.decode()
    assert ORIGIN not in page
    assert "export WANDB_BASE_URL=http://localhost\n" in page
    assert "hello_collection.py" in page


def test_japanese_lines_join_without_a_space_and_use_the_words_of_the_pages() -> None:
    joined = re.compile(r"[\u3040-\u9fff]\n *[\u3040-\u9fff]")
    for slug in SLUGS:
        found = topic(slug, "ja")
        assert found
        prose = [found.title, found.lead, *(block.text for block in found.blocks if not block.is_code)]
        for text in prose:
            assert not joined.search(text), slug
            words = re.sub(r"`[^`]*`", "", text)
            assert not re.search(r"型|\brun\b", words), slug

"""What people write is shown as Markdown and never runs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.highlight import highlight, highlight_lines
from common.markdown import to_html

HOSTILE = [
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "<javascript:alert(1)>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](x.png onerror=alert(1))",
    '<img src=x onerror="alert(1)">',
    "<svg onload=alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<!-- <script>alert(1)</script> -->",
    '[x](http://a.example "onmouseover=alert(1)")',
    "```html\n<script>alert(1)</script>\n```",
    "`<b onclick=x>`",
    "<a href='http://a.example' style='position:fixed'>x</a>",
]
TAG = re.compile(r"<[^>]*>")
SAFE_TAG = re.compile(  # an address begins with a scheme that is allowed, or with none
    r'</?[a-z0-9]+( (href="(https?:|mailto:|(?!(?i:[a-z][a-z\d+.-]*):)[^"\s]*")[^"]*"?'
    r'|rel="[a-z ]+"|title="[^"]*"|start="\d+"))*\s*/?>'
)


def assert_harmless(html: str) -> None:
    for tag in TAG.findall(html):
        assert not re.match(r"</?(script|img|svg|math|iframe|style|object|form)", tag, re.IGNORECASE), tag
        assert SAFE_TAG.fullmatch(tag), tag


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_survives(text: str) -> None:
    assert_harmless(to_html(text))


@given(st.text(alphabet="<>[]()!`\"'=&;:/\\#*- \nabcsvgonload"))
def test_no_text_at_all_becomes_a_tag_of_its_own(text: str) -> None:
    assert_harmless(to_html(text))


def test_markdown_is_rendered() -> None:
    assert "<strong>bold</strong>" in to_html("**bold**")
    assert "<td>1</td>" in to_html("|a|\n|-|\n|1|")
    assert '<a href="https://a.example" rel="noopener nofollow ugc">x</a>' in to_html("[x](https://a.example)")


def test_headings_start_below_those_of_the_page() -> None:
    assert to_html("# One\n\n##### Five") == "<h3>One</h3>\n<h6>Five</h6>\n"
    assert to_html("## Two\n\n### Three", down=0) == "<h2>Two</h2>\n<h3>Three</h3>\n"


def test_code_is_escaped_in_every_language() -> None:
    for language in ("python", "json", "html", "no-such-language"):
        assert "<b>" not in highlight('x = "<b>"  # <b>', language)


def test_lines_of_code_are_complete_on_their_own() -> None:
    lines = highlight_lines('x = """a\nb"""\n', filename="x.py")
    assert [re.sub("<[^>]+>", "", line) for line in lines] == [
        "x = &quot;&quot;&quot;a",
        "b&quot;&quot;&quot;",
    ]
    assert all(line.count("<span") == line.count("</span>") for line in lines)

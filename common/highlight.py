"""Colours in code: any language Pygments knows, in the four classes of our stylesheet."""

from functools import lru_cache

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, String, _TokenType
from pygments.util import ClassNotFound

CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "c"),
    (Keyword.Constant, "n"),
    (Keyword, "k"),
    (Name.Tag, "k"),
    (Name.Attribute, "k"),
    (Number, "n"),
    (String, "s"),
)


@lru_cache(500)
def highlight(text: str, language: str) -> SafeString:
    """Mark up code in a language by its short name (`python`, `bash`); unknown languages stay plain, but escaped.

    It is kept, being the same few lines at every view of a page.
    """
    return mark_safe("\n".join(highlight_lines(text, language=language)))  # noqa: S308  (every piece is escaped)


def highlight_lines(text: str, *, language: str = "", filename: str = "") -> list[SafeString]:
    """Mark up code line by line, by language or file name; each line is complete HTML."""
    lines = [""]
    for kind, piece in _lexer(language, filename).get_tokens(text):
        css = next((name for parent, name in CLASSES if kind in parent), "")
        for index, part in enumerate(piece.split("\n")):
            if index:
                lines.append("")
            if part:
                lines[-1] += f'<span class="{css}">{escape(part)}</span>' if css else escape(part)
    if lines[-1] == "":
        lines.pop()
    return [mark_safe(line) for line in lines]  # noqa: S308  (every piece is escaped)


def _lexer(language: str, filename: str) -> Lexer:
    options = {"stripnl": False, "ensurenl": False}
    try:
        return get_lexer_by_name(language, **options) if language else get_lexer_for_filename(filename, **options)
    except ClassNotFound:
        return TextLexer(**options)

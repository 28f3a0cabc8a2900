"""Markdown that people write, as HTML that is safe to show: rendered without raw HTML, then cut to an allow-list."""

import nh3
from markdown_it import MarkdownIt

TAGS = {"a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s"}
TAGS |= {"strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
FOCUSABLE = {"table": {"tabindex": "0"}}  # one that is wider than the page is scrolled by keys, too
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def to_html(text: str, down: int = 2) -> str:
    """Render Markdown. Headings start two levels `down`, below those of the page; images and unknown schemes are dropped.

    The allow-list is the guarantee: whatever the parser lets through, nothing outside of it leaves (T25).
    """
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + down)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        set_tag_attribute_values=FOCUSABLE,
        url_schemes=SCHEMES,
        link_rel="noopener nofollow ugc",
    )

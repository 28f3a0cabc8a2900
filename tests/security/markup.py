"""What people write to make a page act, and what of a page could act."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = [
    '<script src="//evil.example/x.js"></script>',
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)><math><mi href=javascript:alert(1)>x",
    "\"' onmouseover=alert(1) x='\" autofocus onfocus=alert(1)",
    "[a](javascript:alert(1)) ![b](data:text/html;base64,PHNjcmlwdD4=) <javascript:alert(1)> [c]: vbscript:x",
    "<!-- --><iframe srcdoc='<script>alert(1)</script>'></iframe><base href=//evil.example><meta http-equiv=refresh content=0>",
    "</textarea></title></script><style>*{background:url(//evil.example)}</style><form action=//evil.example><button>x",
    "{% csrf_token %}{{ request.user.password }}${7*7}&lt;script&gt;alert(1)&lt;/script&gt;",
]
NEVER = {"iframe", "object", "embed", "applet", "base", "math", "style", "frame", "video", "audio"}
ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "srcset",
    "poster",
    "data",
    "xlink:href",
    "hx-get",
    "hx-post",
    "background",
}


class Reader(HTMLParser):
    """Collects what of a page could act by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in NEVER or (tag == "script" and not values.get("src", "").startswith("/static/")):
            self.found.append(f"<{tag} {values}>")
        if tag == "meta" and "http-equiv" in values:
            self.found.append(f"<meta {values}>")
        for name, value in values.items():
            plain = "".join(value.split()).casefold()
            outward = plain.startswith(("javascript:", "data:", "vbscript:", "//", "http://evil", "https://evil"))
            if name.startswith("on") or name in {"style", "srcdoc"} or (name in ADDRESSES and outward):
                self.found.append(f"<{tag} {name}={value!r}>")


def acting(page: str) -> list[str]:
    """What of the page could act by itself, beside its own scripts."""
    reader = Reader()
    reader.feed(page)
    return reader.found

"""Template tags and filters of every page; a builtin library, so templates need no `load`."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from lucide.templatetags.lucide import lucide

from common import formatting, glyphs, markdown
from common.highlight import highlight

CONTROL_CLASSES = {"select": "form-select", "checkbox": "form-check-input"}

register = template.Library()
register.filter("filesize", formatting.filesize)
register.filter("size_change", formatting.size_change)
register.filter("short_digest", formatting.short_digest)
register.filter("initials", formatting.initials)
register.filter("colour_index", formatting.colour_index)
register.filter("exact_time", formatting.exact_time)
register.filter("difference", formatting.difference)
register.filter("duration", formatting.duration)
register.filter("highlight", highlight)


@register.simple_tag
@cache
def icon(name: str, size: int = 16) -> SafeString:
    """An icon of Lucide, hidden from screen readers: the text beside it, or the button's label, says the same."""
    css = "i" if size == 16 else f"i i-{size}"
    return mark_safe(lucide(str(name), size=None, **{"class": css, "aria-hidden": "true"}))  # noqa: S308


@register.filter
def metric(value: float | None, spec: str | None = None) -> SafeString | str:
    """A metric in its column's format (`formatting.column_format`); missing is a grey en dash."""
    written = formatting.metric(value, spec)
    return format_html('<span class="none">{}</span>', written) if value is None else written


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's input with the class of its kind; Django adds what describes it and whether it is invalid.

    Of a form that comes back, the first field with an error has the focus.
    """
    attrs: dict[str, Any] = {"class": CONTROL_CLASSES.get(field.widget_type, "form-control")}
    wrong = [name for name in field.form.fields if name in field.form.errors]
    if wrong:
        attrs["autofocus"] = field.name == wrong[0]
    return field.as_widget(attrs=attrs)


@register.filter
def relative_time(moment: datetime) -> str:
    """How long ago an aware time was; `_relative_time.html` adds the exact time."""
    return formatting.relative_time(moment, timezone.now())


@register.simple_tag
@lru_cache(1024)
def avatar(name: str, image: str = "", size: str = "") -> SafeString:
    """A picture, or the initials on a colour made from the name, which stands beside it. See `_avatar.html`."""
    if image:
        return format_html('<img class="av av-{}" src="{}" alt="" title="{}">', size or "20", image, name)
    return format_html(
        '<span class="av av-{} av-{}" title="{}" aria-hidden="true">{}</span>',
        size or "20",
        formatting.colour_index(name),
        name,
        formatting.initials(name),
    )


@register.simple_tag
def ago(moment: datetime) -> SafeString:
    """How long ago an aware time was, with the exact time in its title; `_relative_time.html` for a loop over many rows."""
    exact, words = formatting.exact_time(moment), escape(relative_time(moment))
    return mark_safe(f'<time datetime="{moment.isoformat()}" title="{exact}">{words}</time>')  # noqa: S308  (times are digits)


@register.simple_tag
def who(name: str, image: str = "", moment: datetime | None = None, *, short: bool = False) -> SafeString:
    """A person with a picture, and when; `short` is the first word alone, with the rest in the title. See `_who.html`."""
    written = f'<span title="{escape(name)}">{escape(name.split()[0])}</span>' if short and name else escape(name)
    time = f" {ago(moment)}" if moment else ""
    return mark_safe(f'<span class="who">{avatar(name, image)}{written}{time}</span>')  # noqa: S308  (escaped above)


@register.simple_tag
def star(url: str, name: str, starred: bool) -> SafeString:
    """A star, given or taken by pressing it, with an id by which it keeps the focus; _star_form.html sends it without scripts."""
    url, label = escape(url), escape(gettext("Star %(name)s") % {"name": name})
    value, pressed = ("0", "true") if starred else ("1", "false")
    return mark_safe(  # noqa: S308  (escaped above)
        f'<button class="btn btn-quiet btn-icon btn-sm star" id="star:{url}" form="stars" formaction="{url}"'
        f' name="starred" value="{value}" aria-pressed="{pressed}"'
        f' aria-label="{label}" hx-post="{url}" hx-swap="outerHTML">{icon("star")}</button>'
    )


@register.simple_tag
def alias_chip(name: str, is_protected: bool | None = False, *, url: str = "") -> SafeString:
    """An alias, leading to `url` if there is one; a protected one is grey with a lock instead of amber."""
    name, end = escape(name), "a" if url else "span"
    css, lock, words = (
        ("chip-lock", icon("lock", 12), escape(gettext("(protected)"))) if is_protected else ("chip-alias", "", "")
    )
    said = f'<span class="sr"> {words}</span>' if words else ""
    to = f' href="{escape(url)}"' if url else ""
    inside = f"{lock}<span>{name}</span>{said}"
    return mark_safe(f'<{end} class="chip {css}"{to} title="{name}">{inside}</{end}>')  # noqa: S308  (escaped above)


@register.filter
def dots(points: Sequence[tuple[float, float, str]]) -> SafeString:
    """The points of a line in a chart, each with its text: one call and not a loop, since a chart has hundreds."""
    dot = '<circle class="dot" cx="%s" cy="%s" r="2.6"><title>%s</title></circle>'
    return mark_safe("".join(dot % (float(x), float(y), escape(text)) for x, y, text in points))  # noqa: S308  (escaped)


@register.filter(name="markdown")
def markdown_filter(text: str, down: int = 2) -> SafeString:
    """Safe HTML of Markdown that people wrote, to be put inside `.prose`; its headings go `down` by so many levels."""
    return mark_safe(markdown.to_html(text, down))  # noqa: S308  (cut to an allow-list)


@register.inclusion_tag("components/_sparkline.html")
def sparkline(values: Sequence[float | None]) -> dict[str, Any]:
    """A line of 72 by 20 pixels through the known values, with a dot at the last one."""
    points = formatting.spark_points(values)
    return {
        "path": "M" + "L".join(f"{x} {y}" for x, y in points),
        "last": points[-1] if points else None,
    }


@register.inclusion_tag("components/_registry_icon.html")
def registry_icon(name: str, size: int = 40, image: str = "") -> dict[str, Any]:
    """The drawing of a registry, made from its name, or its picture at the address `image`."""
    return {"glyph": None if image else glyphs.glyph(name), "size": size, "image": image}

"""Template tags and filters of every page; a builtin library, so templates need no `load`."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
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


@register.filter(name="markdown")
def markdown_filter(text: str) -> SafeString:
    """Safe HTML of Markdown that people wrote, to be put inside `.prose`."""
    return mark_safe(markdown.to_html(text))  # noqa: S308  (cut to an allow-list)


@register.inclusion_tag("components/_sparkline.html")
def sparkline(values: Sequence[float | None]) -> dict[str, Any]:
    """A line of 72 by 20 pixels through the known values, with a dot at the last one."""
    points = formatting.spark_points(values)
    return {
        "path": "M" + "L".join(f"{x} {y}" for x, y in points),
        "last": points[-1] if points else None,
    }


@register.inclusion_tag("components/_registry_icon.html")
def registry_icon(name: str, size: int = 40) -> dict[str, Any]:
    """The drawing of a registry, made from its name."""
    return {"glyph": glyphs.glyph(name), "size": size}

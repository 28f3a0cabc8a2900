"""Tags and components, rendered by the real template engine."""

from datetime import UTC, datetime

from django import forms
from django.template import engines
from django.template.loader import render_to_string


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def test_an_icon_is_hidden_from_screen_readers() -> None:
    html = render("{% icon 'lock' 14 %}")
    assert 'class="i i-14"' in html
    assert 'aria-hidden="true"' in html


def test_a_missing_metric_is_a_grey_dash() -> None:
    assert render("{{ value|metric:'.3f' }}", value=None) == '<span class="none">–</span>'
    assert render("{{ value|metric:'.3f' }}", value=-0.5) == "−0.500"


def test_a_time_says_the_exact_moment() -> None:
    html = render_to_string(
        "components/_relative_time.html",
        {"moment": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)},
    )
    assert 'title="2020-01-02 03:04:05 UTC"' in html
    assert "years ago" in html


def test_names_cannot_break_out_of_a_chip() -> None:
    name = '"><script>alert(1)</script>'
    for component in (
        "_chip_tag",
        "_chip_type",
        "_chip_run",
        "_avatar",
        "_who",
        "_copy",
        "_snippet",
    ):
        context = {"name": name, "text": name, "code": name, "url": "#"}
        assert "<script>" not in render_to_string(f"components/{component}.html", context), component


def test_an_alias_is_only_a_name_and_says_that_it_is_protected() -> None:
    assert render("{% alias_chip name %}", name="<'a'>") == (
        '<span class="chip chip-alias" title="&lt;&#x27;a&#x27;&gt;"><span>&lt;&#x27;a&#x27;&gt;</span></span>'
    )
    protected = render("{% alias_chip 'prod' True url=url %}", url='/"&/')
    assert protected.startswith('<a class="chip chip-lock" href="/&quot;&amp;/" title="prod"><svg')
    assert protected.endswith('<span>prod</span><span class="sr"> (protected)</span></a>')


def test_a_star_says_what_pressing_it_does_and_is_safe() -> None:
    html = render("{% star url name starred %}", url="/a&b/", name="<'net'>", starred=True)
    assert 'formaction="/a&amp;b/" name="starred" value="0" aria-pressed="true"' in html
    assert 'aria-label="Star &lt;&#x27;net&#x27;&gt;" hx-post="/a&amp;b/"' in html
    assert 'value="1" aria-pressed="false"' in render("{% star '/' 'net' False %}")


def test_a_field_ties_its_error_and_hint_to_the_input() -> None:
    class NameForm(forms.Form):
        name = forms.CharField(help_text="Letters and digits.")

    html = render_to_string("components/_field.html", {"field": NameForm({"name": ""})["name"]})
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert 'id="id_name_helptext"' in html


def test_a_sparkline_without_values_is_nothing() -> None:
    assert "<svg" not in render("{% sparkline values %}", values=[None])
    assert 'd="M2.0 18.0L70.0 2.0"' in render("{% sparkline values %}", values=[1, 2])


def test_the_server_error_page_needs_no_context() -> None:
    assert "Something broke" in render_to_string("500.html")


def test_a_person_is_named_once_and_safely() -> None:
    whole = render("{% who name '' moment %}", name="Ada <b>Okafor</b>", moment=datetime(2020, 1, 2, tzinfo=UTC))
    assert "Ada &lt;b&gt;Okafor&lt;/b&gt; <time datetime=" in whole and "<b>" not in whole
    short = render("{% who name short=True %}", name='Ada "x" Okafor')
    assert short.endswith('<span title="Ada &quot;x&quot; Okafor">Ada</span></span>')


def test_dots_of_a_chart_hold_names_safely() -> None:
    assert render("{{ points|dots }}", points=[(1.5, 2.0, "v0: <loss>")]) == (
        '<circle class="dot" cx="1.5" cy="2.0" r="2.6"><title>v0: &lt;loss&gt;</title></circle>'
    )

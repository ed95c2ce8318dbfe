"""Templates keep to the content security policy and to escaping: no inline script or style, nothing marked safe."""

import re
from html.parser import HTMLParser

import pytest

from portal.web.templating import TEMPLATES, environment

NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


class _Page(HTMLParser):
    """Collects what the policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside = tag if tag in ("script", "style") and not given.get("src") else ""
        self.blocked += [f"<{tag} {name}>" for name in given if name == "style" or re.fullmatch(r"on[a-z]+", name)]
        self.blocked += [f"<{tag} {name}>" for name in given if name.startswith("hx-on")]
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|data|https?):|\s*//", given.get(name) or "", re.IGNORECASE):
                self.blocked.append(f"<{tag} {name}={given[name]}>")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside and data.strip():
            self.blocked.append(f"<{self.inside}> with {data.strip()[:20]}")


def find_blocked(source: str) -> list[str]:
    """What of a template's text the content security policy would block, or escaping would not cover."""
    plain = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    blocked = [word for word in ("|safe", "| safe", "autoescape false", "Markup(") if word in plain]
    without_jinja = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", plain, flags=re.DOTALL)
    page = _Page()
    page.feed(without_jinja)
    return blocked + page.blocked


@pytest.mark.parametrize("name", NAMES)
def test_a_template_holds_nothing_that_is_blocked(name: str) -> None:
    assert find_blocked((TEMPLATES / name).read_text()) == []
    environment().get_template(name)  # and it compiles


@pytest.mark.parametrize(
    "source",
    ["<p style='x'>", "<a onclick=go()>", "<script>go()</script>", "<style>p{}</style>", "{{ name|safe }}",
     "<div hx-on:click='x'>", "<a href='javascript:x'>", "<img src='https://elsewhere/x.png'>",
     "{% autoescape false %}", "<form action='//evil'>"],
)  # fmt: skip
def test_the_lint_sees_it(source: str) -> None:
    assert find_blocked(source)


def test_everything_is_escaped_and_a_missing_name_is_an_error() -> None:
    made = environment()
    assert made.autoescape is True
    assert made.from_string("{{ name }}").render(name="<b>'\"&") == "&lt;b&gt;&#39;&#34;&amp;"
    with pytest.raises(Exception, match="is undefined"):
        made.from_string("{{ nothing }}").render()


def forms_without_token(html: str) -> list[str]:
    """The forms of a rendered page that would be refused as forged; the route matrix asks it of every page.

    A hidden form has no button: only htmx sends it, and htmx sends the header.
    """
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", html, re.DOTALL | re.IGNORECASE)
    return [
        head for head, body in forms
        if re.search("method=.post", head, re.IGNORECASE) and " hidden" not in head
        and not re.search(r'name="csrf_token" value="[0-9a-f]{64}"', body)
    ]  # fmt: skip


def test_a_form_without_a_token_is_seen() -> None:
    assert forms_without_token('<form method="post" action="/x"><input name="y"></form>')
    assert not forms_without_token('<form method="get" action="/x"></form>')

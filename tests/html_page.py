"""What a page holds, read with the standard library: title, headings, forms and links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where and how it is sent, and the names and values of its controls."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class HtmlPage:
    """A parsed page."""

    title: str = ""
    headings: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def heading(self) -> str:
        """The page's only level-one heading."""
        (only,) = self.headings
        return only


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = HtmlPage()
        self._inside: list[str] = []
        self._words: list[str] = []
        self._heading: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("title", "h1", "script", "style", "select", "textarea"):
            self._inside.append(tag)
        if tag == "h1":
            self._heading = []
        if tag == "a" and "href" in values:
            self.page.links.append(values["href"])
        if tag == "form":
            method = values.get("method", "get").upper()
            self.page.forms.append(Form(values.get("action", ""), method))
        if tag in ("input", "select", "textarea") and self.page.forms and values.get("name"):
            self._note(tag, values)

    def _note(self, tag: str, values: dict[str, str]) -> None:
        fields = self.page.forms[-1].fields
        boxes = values.get("type") in ("radio", "checkbox")
        if not boxes or "checked" in values:
            fields[values["name"]] = values.get("value", "")
        else:
            fields.setdefault(values["name"], "")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()
            if tag == "h1":
                self.page.headings.append(" ".join("".join(self._heading).split()))

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside == "title":
            self.page.title += data
        elif inside not in ("script", "style"):
            self._words.append(data)
        if "h1" in self._inside:
            self._heading.append(data)

    def close(self) -> None:
        super().close()
        self.page.text = " ".join(" ".join(self._words).split())


def read_page(markup: str) -> HtmlPage:
    """Parse a page."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader.page

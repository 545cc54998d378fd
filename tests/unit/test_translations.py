"""The Turkish catalogue: complete, finished, and in step with the texts of the sources."""

from __future__ import annotations

import ast
import io
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired

from medcor import create_app
from medcor.domain import errors
from medcor.web.locale import format_day, format_money, format_short_day
from tests.conftest import test_settings as settings_of

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "medcor"
CATALOGUE = PRODUCT / "translations" / "tr" / "LC_MESSAGES" / "messages.po"
# What the sources call gettext by, beyond the names that Babel looks for by itself.
ALIASES = ("_l", "lazy_gettext")
# The same word in both languages.
SAME = {"Demo"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%.")
# Names, and words of protocols, that a template may hold outside of gettext.
UNTRANSLATED = {"Medcor"}


def texts_of(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def ids_of(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


@cache
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="tr", abort_invalid=True)


def messages() -> list[Message]:
    return [message for message in catalogue() if message.id]


@cache
def texts_in_sources() -> frozenset[str | tuple[str, ...]]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        ROOT,
        methods,
        options,
        {**DEFAULT_KEYWORDS, **dict.fromkeys(ALIASES)},
        directory_filter=lambda path: Path(path).is_relative_to(PRODUCT),
    )
    return frozenset(text for _file, _line, text, _comments, _context in found)


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PRODUCT.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def test_every_text_of_the_sources_is_in_the_catalogue():
    assert len(texts_in_sources()) > 300
    missing = texts_in_sources() - {message.id for message in messages()}
    assert not missing, "run make translations, then translate these"


def test_the_catalogue_holds_nothing_else():
    assert not {message.id for message in messages()} - texts_in_sources()
    assert not catalogue().obsolete


def test_every_text_is_translated():
    unfinished = [
        each.id
        for each in messages()
        if each.fuzzy or len(texts_of(each)) != forms(each) or not all(texts_of(each))
    ]
    assert not unfinished


def forms(message: Message) -> int:
    return catalogue().num_plurals if message.pluralizable else 1


def test_both_sides_have_the_same_form():
    differ = [
        (source, text)
        for message in messages()
        for source in ids_of(message)
        for text in texts_of(message)
        if form_of(source) != form_of(text) or "  " in text or text.strip() != text
    ]
    assert not differ


def form_of(text: str) -> tuple[Counter[str], str]:
    """What a translation must keep: the placeholders, and the signs that something follows."""
    return Counter(PLACEHOLDER.findall(text)), text[-1:] if text[-1:] in "…,\n" else ""


def test_no_text_is_left_in_english():
    same = {each.id for each in messages() if set(ids_of(each)) & set(texts_of(each))}
    assert same == SAME


def test_the_catalogue_compiles():
    assert not list(catalogue().check())
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    assert compiled.tell() > 10_000


def test_every_name_of_gettext_is_looked_for():
    names = {
        alias.asname or alias.name
        for _path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "flask_babel"
        for alias in node.names
        if "gettext" in alias.name
    }
    assert names <= {*DEFAULT_KEYWORDS, *ALIASES}
    command = (ROOT / "Makefile").read_text()
    assert all(f"-k {name} " in command for name in ALIASES)


def kinds_of_error() -> list[type[errors.DomainError]]:
    kinds = [errors.DomainError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return kinds


def test_every_text_of_an_error_is_marked():
    own = {kind.text for kind in kinds_of_error()}
    assert len(own) > 30
    assert own <= texts_in_sources()


def test_every_text_of_a_raised_error_is_marked():
    kinds = {kind.__name__ for kind in kinds_of_error()}
    bare = [
        (path.name, node.lineno)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in kinds
        and node.args
        and isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
    ]
    assert not bare, "give the text through errors.N_"


@pytest.mark.parametrize(
    "path", sorted((PRODUCT / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_a_template_has_no_words_of_its_own(path):
    markup = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", "", path.read_text())
    markup = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", markup, flags=re.S)
    markup = re.sub(r"<(style|script)\b.*?</\1>|<!.*?>|&\w+;", "", markup, flags=re.S)
    told = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"', markup)
    words = re.findall(r"[^\W\d_]{2,}", " ".join([re.sub(r"<[^>]*>", " ", markup), *told]))
    assert not set(words) - UNTRANSLATED


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(settings_of(tmp_path_factory.mktemp("turkish")))


class Example(FlaskForm):
    """The messages of WTForms itself."""

    class Meta:
        csrf = False

    needed = StringField(validators=[InputRequired()])
    number = IntegerField()


def test_dates_money_and_the_messages_of_forms_are_turkish(app):
    day = date(2026, 11, 23)
    with app.test_request_context(
        method="POST", data={"number": "x"}, headers={"Accept-Language": "tr-TR,tr;q=0.9"}
    ):
        assert format_day(day) == "23 Kasım 2026 Pazartesi"
        assert format_short_day(day) == "23 Kas Pzt"
        assert format_money(123450, "TRY") == "₺1.234,50"
        form = Example()
        assert not form.validate()
        assert form.errors["needed"] == ["Bu alan zorunludur."]
        assert "sayı" in form.errors["number"][0]

import pytest
from markupsafe import Markup

from medcor.web.icons import UnknownIcon, icon

SVG = """<!-- @license -->
<svg
  class="lucide"
  width="24"
>
  <path d="M1 2" />
  <circle r="1" />
</svg>
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mic.svg").write_text(SVG, encoding="utf-8")
    (tmp_path / "broken.svg").write_text("<p>", encoding="utf-8")
    return tmp_path


def test_an_icon_without_a_label_is_decoration(folder):
    markup = icon("mic", folder=folder)
    assert isinstance(markup, Markup)
    assert 'aria-hidden="true"' in markup
    assert markup.endswith('<path d="M1 2" /><circle r="1" /></svg>')


def test_an_icon_with_a_label_is_an_image_with_that_name(folder):
    markup = icon("mic", "Listen & talk", folder=folder)
    assert 'role="img" aria-label="Listen &amp; talk"' in markup
    assert "aria-hidden" not in markup


@pytest.mark.parametrize("name", ["no-such", "../mic", "mic.svg", "", "Mic", "broken"])
def test_an_unknown_icon_raises(folder, name):
    with pytest.raises(UnknownIcon):
        icon(name, folder=folder)


def test_an_icon_is_read_once(folder):
    first = icon("mic", folder=folder)
    (folder / "mic.svg").unlink()
    assert icon("mic", folder=folder) == first

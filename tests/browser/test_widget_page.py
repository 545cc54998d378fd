"""The widget beside a clinic's own page: its weight, manners and names, both themes, phones."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_pages import AXE
from tests.browser.widget_site import (
    Site,
    allow,
    choose_time,
    fill_sign_in,
    frame,
    launcher,
    open_panel,
    panel,
    served_site,
)

MOST_BYTES = 60_000
LEAST_TARGET = 44


@pytest.fixture(scope="module")
def site(product, module_instance) -> Iterator[Site]:
    """A site that the demo clinic lists."""
    with served_site(product.url) as made:
        allow(module_instance, made.origin)
        yield made


def inner_frame(page: Page) -> Frame:
    return next(each for each in page.frames if "/widget/" in each.url)


# What it costs the page


def test_before_the_first_press_little_is_loaded_and_nothing_of_the_panel(site, open_page):
    page = open_page()
    bodies: dict[str, bytes] = {}
    page.on("response", lambda answer: bodies.setdefault(answer.url, answer.body()))
    page.goto(site.page())
    expect(launcher(page)).to_be_visible()
    page.wait_for_load_state("networkidle")
    own = {url: body for url, body in bodies.items() if not url.startswith(site.origin)}
    assert sorted(url.partition("?")[0].rpartition("/")[2] for url in own) == [
        "config.json",
        "widget.js",
    ]
    assert sum(map(len, own.values())) < MOST_BYTES / 3, "not even compressed"
    assert sum(len(gzip.compress(body)) for body in own.values()) < MOST_BYTES / 6
    assert len(page.frames) == 1


def test_the_page_waits_for_nothing_moves_nowhere_and_gets_one_name(site, open_page):
    page = open_page()
    held = []
    page.route("**/widget.js", lambda route: held.append(route))
    page.goto(site.page(), wait_until="domcontentloaded")
    heading = page.get_by_role("heading", name="Old Town Dental")
    before = heading.bounding_box()
    assert page.evaluate("document.readyState") == "interactive" and held
    held[0].continue_()
    expect(launcher(page)).to_be_visible()
    assert heading.bounding_box() == before and page.evaluate("shift") == 0
    new = "Object.getOwnPropertyNames(window).filter((name) => !before.includes(name))"
    assert set(page.evaluate(new)) - {"before", "told", "messages", "shift"} == {"Medcor"}
    assert page.evaluate("Object.keys(Medcor)") == ["isOpen", "open", "close"]
    assert page.evaluate("document.head.querySelectorAll('style').length") == 0


@pytest.mark.parametrize("broken", ["**/widget.js", "**/config.json*", "**/widget/1/?*"])
def test_what_fails_never_reaches_the_page(site, browser, broken):
    page = browser.new_context(locale="en-GB").new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.route(broken, lambda route: route.fulfill(status=500, body="{ oops"))
    page.goto(site.page())
    page.wait_for_load_state("networkidle")
    if broken.endswith("1/?*"):
        launcher(page).click()
        expect(panel(page).get_by_role("status")).to_have_text("Loading…")
        panel(page).get_by_role("button", name="Close").click()
        expect(launcher(page)).to_be_focused()
    else:
        expect(page.locator("medcor-widget")).to_have_count(0)
    assert thrown == []
    page.context.close()


def test_a_wrong_number_of_a_clinic_shows_nothing(site, browser):
    page = browser.new_context().new_page()
    lines: list[str] = []
    page.on("console", lambda line: lines.append(line.text))
    for clinic in ("999", "x", "1/../2"):
        page.goto(site.page(clinic=clinic))
        page.wait_for_load_state("networkidle")
        expect(page.locator("medcor-widget")).to_have_count(0)
    assert sum(line.startswith("Medcor: ") for line in lines) == 3
    page.context.close()


# Its manners


def test_the_page_opens_and_closes_it_and_strangers_do_not(site, open_page):
    page = open_page()
    page.goto(site.page())
    expect(launcher(page)).to_be_visible()
    page.evaluate("Medcor.open()")
    expect(panel(page)).to_be_visible()
    assert page.evaluate("Medcor.isOpen") is True
    page.evaluate("Medcor.close()")
    expect(panel(page)).to_be_hidden()
    page.evaluate("postMessage({type: 'medcor:open'}, location.origin)")
    expect(panel(page)).to_be_visible()
    page.evaluate("postMessage({type: 'medcor:close'}, location.origin)")
    expect(panel(page)).to_be_hidden()
    assert page.evaluate("Medcor.isOpen") is False
    stranger = "document.body.append(Object.assign(document.createElement('iframe'), {src: '/'}))"
    page.evaluate(stranger)
    page.frames[-1].wait_for_load_state()
    for kind in ("medcor:open", "medcor-frame:booked", "medcor-frame:ready"):
        page.frames[-1].evaluate(f"parent.postMessage({{type: '{kind}'}}, '*')")
    page.wait_for_timeout(200)
    expect(panel(page)).to_be_hidden()
    assert not [kind for kind, _ in page.evaluate("told") if kind == "medcor:booked"]


def test_a_press_beside_the_panel_closes_it_and_keeps_what_was_chosen(site, open_page):
    page = open_page()
    inside = open_panel(page, site.page())
    inside.get_by_role("button", name="Dental Cleaning").click()
    page.mouse.click(20, 400)
    expect(panel(page)).to_be_hidden()
    expect(launcher(page)).to_be_focused()
    launcher(page).click()
    expect(inside.get_by_role("heading", name="Who should see you?")).to_be_focused()


def test_the_site_chooses_language_side_words_and_theme(site, open_page):
    page = open_page()
    page.goto(site.page(language="tr", position="left", theme="dark"))
    expect(launcher(page)).to_have_text("Randevu al")
    assert launcher(page).bounding_box()["x"] < 100
    launcher(page).click()
    expect(page.get_by_role("dialog", name="Medcor Demo Clinic")).to_be_visible()
    expect(frame(page).locator("html")).to_have_attribute("lang", "tr")
    expect(frame(page).locator("html")).to_have_attribute("data-theme", "dark")
    expect(frame(page).get_by_role("heading", level=2)).to_have_text("Neye ihtiyacınız var?")
    page.goto(site.page(label="Book now"))
    expect(launcher(page)).to_have_text("Book now")


# Names, themes, phones


def wrong_in(page: Page, where: str) -> list[str]:
    """What axe finds in the page with the widget on it, and inside the frame."""
    found = []
    for place in (page.main_frame, inner_frame(page)):
        place.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
        place.evaluate(AXE)
        options = {"resultTypes": ["violations"], "iframes": False}
        for each in place.evaluate("options => axe.run(document, options)", options)["violations"]:
            found.append(f"{where}: {each['id']} {[node['target'] for node in each['nodes']][:3]}")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_nothing_at_any_step(site, open_page, width, scheme):
    page = open_page(width, 800, scheme, bypass_csp=True, reduced_motion="reduce")
    inside = open_panel(page, site.page())
    found = wrong_in(page, "treatment")
    choose_time_and_look(page, inside, found)
    inside.get_by_role("tab", name="Talk or write").click()
    expect(inside.get_by_label("Write to the assistant")).to_be_visible()
    found += wrong_in(page, "talk")
    wide = "document.documentElement.scrollWidth - innerWidth"
    assert inner_frame(page).evaluate(wide) <= 0 and page.evaluate(wide) <= 0
    assert not found, "\n".join(found)
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()


def choose_time_and_look(page: Page, inside, found: list[str]) -> None:
    choose_time(inside, at=1)
    found += wrong_in(page, "sign in")
    inside.get_by_role("button", name="Sign in", exact=True).click()
    found += wrong_in(page, "errors")
    inside.get_by_role("button", name="Back").click()
    inside.get_by_role("button", name="Choose another day").click()
    inside.locator(".widget__day:not([disabled])").nth(1).click()
    expect(inside.get_by_role("heading", name="Free times on")).to_be_visible()
    found += wrong_in(page, "times")
    inside.locator("[aria-live] .time").first.click()
    fill_sign_in(inside)
    expect(inside.get_by_text("held for you")).to_be_visible()
    found += wrong_in(page, "confirm")
    # Nobody holds more than two times, and this is not the only test.
    inside.get_by_role("button", name="Back").click()
    expect(inside.get_by_role("heading", level=2)).to_have_text("When suits you?")


def test_on_a_phone_it_fills_the_screen_and_every_target_is_large(site, open_page):
    page = open_page(360, 740)
    inside = open_panel(page, site.page())
    box = panel(page).bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 740)
    small = small_targets(inner_frame(page))
    inside.get_by_role("button", name="Dental Cleaning").click()
    inside.get_by_role("button", name="Any doctor").click()
    inside.get_by_role("button", name="Choose another day").click()
    inside.locator(".widget__day").first.wait_for()
    small += small_targets(inner_frame(page))
    close = page.locator("medcor-widget .close").bounding_box()
    assert min(close["width"], close["height"]) >= LEAST_TARGET
    assert small == []


def small_targets(inner: Frame) -> list[str]:
    return inner.evaluate(
        """least => [...document.querySelectorAll("button, a, input")]
          .filter((each) => each.checkVisibility())
          .filter((each) => each.getBoundingClientRect().height < least)
          .map((each) => each.outerHTML.slice(0, 80))""",
        LEAST_TARGET,
    )


def test_enlarged_to_twice_the_size_it_still_fits(site, open_page):
    page = open_page(720, 450)
    inside = open_panel(page, site.page())
    choose_time(inside)
    assert inner_frame(page).evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    submit = inside.get_by_role("button", name="Sign in", exact=True)
    submit.scroll_into_view_if_needed()
    expect(submit).to_be_in_viewport()


# The admin's page


def test_the_admin_puts_a_site_on_the_list_and_tries_the_widget(product, open_page):
    page = open_page()
    sign_in(page, product.url, "admin")
    page.goto(f"{product.url}/clinic/widget/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    line = f'<script async src="{product.url}/widget.js" data-clinic="1"></script>'
    assert page.evaluate("navigator.clipboard.readText()") == line
    page.get_by_label("Address of the web site").fill("https://www.new.example/about")
    page.get_by_role("button", name="Add the site").click()
    sites = page.get_by_role("list", name="Web sites that may show the widget")
    expect(sites).to_contain_text("https://www.new.example")
    inside = page.frame_locator("iframe.preview")
    page.locator("iframe.preview").scroll_into_view_if_needed()
    inside.locator("medcor-widget .launcher").press("Enter")
    step = inside.frame_locator("iframe.frame").get_by_role("heading", name="What do you need?")
    expect(step).to_be_visible()
    item = sites.get_by_role("listitem").filter(has_text="new.example")
    item.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove the site").click()
    expect(page.get_by_text("can't show the widget any more")).to_be_visible()
    expect(page.locator(".sites")).not_to_contain_text(re.compile(r"new\.example"))

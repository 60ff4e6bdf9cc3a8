import base64
import hashlib
import re

import pytest

from rackmath.web import page

SHEETS = ("base.css", "charts.css", "report.css")


def test_the_policy_allows_this_style_sheet_and_nothing_else():
    digest = base64.b64encode(hashlib.sha256(b"body{color:red}").digest()).decode()
    rules = page.policy("body{color:red}").split("; ")
    assert rules[0] == "default-src 'none'"
    assert f"style-src 'sha256-{digest}'" in rules
    assert not any("unsafe" in rule or "script-src" in rule for rule in rules)


def test_style_sheets_are_joined_without_comments():
    text = page.style_text(SHEETS)
    assert "/*" not in text
    assert "\n" not in text
    assert "@media print" in text
    assert "@import" not in text
    assert "url(" not in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://[", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(address, kept):
    assert bool(page.web_address(address)) is kept


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2026-11-22", "22 November 2026"),
        ("2026-11-02", "2 November 2026"),
        ("2026-05", "May 2026"),
        ("2024", "2024"),
        ("2026-13-01", "2026-13-01"),
        (None, ""),
        ("{'start': 2024}", "{'start': 2024}"),
    ],
)
def test_days_are_written_as_people_do(written, shown):
    assert page.day(written) == shown


@pytest.mark.parametrize(
    ("days", "shown"),
    [(0, "0 days"), (1, "1 day"), (51, "51 days"), (182, "6 months"), (690, "23 months"), (1360, "4 years"), (None, ""),
     (-3, ""), (float("nan"), "")],
)  # fmt: skip
def test_ages_have_the_unit_that_people_would_use(days, shown):
    assert page.age(days) == shown


@pytest.mark.parametrize(
    ("text", "shown"), [("it was wrong", "It was wrong."), ("Why?", "Why?"), ("  é  b\n", "É b."), ("", ""), (None, "")]
)
def test_words_become_a_sentence(text, shown):
    assert page.sentence(text) == shown


def test_a_number_is_bound_to_its_word():
    assert page.bound("serve 62 billion") == "serve 62\N{NO-BREAK SPACE}billion"


# ------------------------------------------------------------------ contrast


def palettes():
    """Return the colours of the light and the dark page, from the style sheet itself."""
    text = page.style_text(("base.css",))
    light = text[text.index(":root{") :].split("}")[0]
    dark = text[text.index("prefers-color-scheme: dark") :].split("}")[0]
    found = [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block)) for block in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour):
    """Return the relative luminance of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_of_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # WCAG's well-known border-line grey on white
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


TEXTS = ("ink", "ink-2", "ink-3", "link", "alarm", *(f"o{slot}" for slot in range(1, 9)))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_colour_reads_on_every_ground(theme, text, ground):
    colours = palettes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


def site_palettes():
    """Return the colours of the site's pages: by the reader's system, and by the reader's own choice."""
    text = page.style_text(("base.css", "site.css"))
    colours = r"--([a-z0-9-]+): (#[0-9a-f]{6})"
    base, own = palettes(), text[text.index("--mark") - 200 :]
    chosen = re.search(r':root\[data-theme="dark"\]\{(.*?)\}', text)[1]
    grounds = re.findall(r"--(mark|ins|del): (#[0-9a-f]{6})", own)
    light, dark = dict(grounds[:3]), dict(grounds[3:6])
    return {
        "light": base["light"] | light,
        "dark": base["dark"] | dark,
        "chosen": base["light"] | dict(re.findall(colours, chosen)),
    }


@pytest.mark.parametrize("theme", ["light", "dark", "chosen"])
@pytest.mark.parametrize("ground", ["paper", "panel", "mark", "ins", "del"])
@pytest.mark.parametrize("text", ["ink", "ink-2"])
def test_prose_reads_on_every_ground_of_the_site(theme, ground, text):
    colours = site_palettes()[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("text", ["link", "alarm", "o4", "o5"])
def test_links_and_states_read_on_marked_text(theme, text):
    colours = site_palettes()[theme]
    assert contrast(colours[text], colours["mark"]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_drawn_is_seen(theme):
    """Lines that carry meaning (the focus ring, edges of fields, dotted lines of figures) reach 3:1."""
    colours = palettes()[theme]
    for line in ("o1", "o2", "alarm", "ink", "ink-3"):
        assert contrast(colours[line], colours["paper"]) >= 3


def test_a_chosen_dark_page_is_the_dark_page_of_the_system():
    found = site_palettes()
    assert found["chosen"] == found["dark"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_on_ink_reads_too(theme):
    colours = palettes()[theme]
    assert contrast(colours["paper"], colours["ink"]) >= 4.5  # the numbers of crossings, the skip link


def test_the_dark_page_defines_every_colour_anew():
    light = set(palettes()["light"])
    text = page.style_text(("base.css",))
    dark = text[text.index("prefers-color-scheme: dark") :].split("}")[0]
    assert light == set(re.findall(r"--([a-z0-9-]+): #", dark))


def test_every_class_of_a_chart_has_a_style_or_is_only_a_name():
    text = page.style_text(SHEETS)
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", text))
    assert {"bar", "credit", "whisker", "ridge", "median", "curve", "band", "today", "swing", "lost", "flip"} <= styled

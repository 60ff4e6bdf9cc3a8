import pytest
from hypothesis import given
from hypothesis import strategies as st

from rackmath.errors import RackmathError
from rackmath.web.compose import Fields, fields_of, read_tags, shown_tags, with_fields, with_line_ends

NOTE = """---
id: note_1
type: thesis
title: "Prices: up"   # said twice
tags: [gpu-prices, "a, b"]
strange: {kept: as it is}
---

First line.

```figures
- id: fig_1
  value: 3.50
```

[^1]: @source
"""


def browser(text):
    """What a text field sends: every line end as CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def typed(text, **more):
    fields = fields_of(text)
    given_back = {
        "title": fields.title,
        "kind": fields.kind,
        "tags": read_tags(browser(shown_tags(fields.tags))),
        "body": browser(fields.body),
    }
    return Fields(**{**given_back, **more})


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("First line.\n", "First line.\r\n"),  # one end differs
        "\ufeff" + NOTE,
        NOTE.replace("\n\nFirst", "\n\n\n\nFirst"),
        NOTE.rstrip("\n"),
        "---\ntitle: A\n---\n",
        "# Title only\n\nText without front matter.",
        "---\ntitle: A\n---\nNo blank line\x0b\x85\u2028 odd \u202e letters\n",
    ],
)
def test_what_nobody_touched_comes_back_to_the_byte(text):
    assert with_fields(text, typed(text)) == text
    assert with_line_ends(text, browser(text)) == text


def test_a_change_changes_its_own_place_alone():
    assert with_fields(NOTE, typed(NOTE, title="Prices: down")) == NOTE.replace(
        'title: "Prices: up"   # said twice', with_fields(NOTE, typed(NOTE, title="Prices: down")).split("\n")[3]
    )
    changed = with_fields(NOTE, typed(NOTE, body=browser(fields_of(NOTE).body.replace("First", "Second"))))
    assert changed == NOTE.replace("First", "Second")
    changed = with_fields(NOTE, typed(NOTE, tags=("new",)))
    assert "strange: {kept: as it is}" in changed
    assert fields_of(changed).tags == ("new",)


def test_lines_keep_their_own_ends_around_a_change():
    base = "one\r\ntwo\nthree\r\n"
    assert with_line_ends(base, "one\r\nnew\r\ntwo\r\nthree\r\n") == "one\r\nnew\r\ntwo\nthree\r\n"


def test_a_new_title_is_needed():
    with pytest.raises(RackmathError, match="title is empty"):
        with_fields(NOTE, typed(NOTE, title=" \t"))


def test_front_matter_that_cannot_be_read_is_said():
    with pytest.raises(RackmathError, match="repair the front matter"):
        with_fields("---\ntitle: [\n---\n", Fields("New", "", (), ""))


@given(st.text(alphabet=st.sampled_from("ab \r\n-`[]^:#\ufeff"), max_size=60))
def test_any_text_survives_the_browser(body):
    text = f"---\ntitle: A\n---\n\n{body}"
    assert with_line_ends(text, browser(text)) == text
    assert with_fields(text, typed(text)) == text


def test_tags_are_read_from_one_field():
    assert read_tags(" #a, b  c,\nd,,a ") == ("a", "b c", "d")
    assert len(read_tags(",".join(map(str, range(1000))))) == 100

"""What of a note is searched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rackmath.brain.extract import plain, searchable

NOTE = """---
id: note_1
type: thesis
title: "Racks, counted"
tags: [gpu-price, moores-law]
page_tags: [gpu-price, "moore's-law"]
sources: [introl-guide]
---

First of **44%**[^c1] and [a link](https://e.example/x_(y)), [[target|shown]].

- \\# item

## Sources

- [@introl-guide](../../sources/introl-guide.md): <https://introl.com/guide>

```figures
- subject: h100-sxm
  quantity: rental-price
  value: 1.49 to 3.99
  unit: USD/GPU_hour
```

```citations
- raw: hidden
```

[^c1]: run:abc/doc:1/s:2 (unresolved)
[^1]: @key, words
    more of it
"""


def test_parts_of_a_note() -> None:
    found = searchable("notes/thesis/racks.md", NOTE)
    assert (found.id, found.kind, found.title) == ("note_1", "thesis", "Racks, counted")
    assert (found.tags, found.slugs) == (("gpu-price", "moores-law"), ("gpu-price", "moores-law"))
    assert found.spellings == ("gpu-price", "moore's-law")
    assert found.body.split("\n\n") == [
        "First of **44%** and a link, shown.",
        "# item",
        "h100-sxm rental-price 1.49 to 3.99 USD/GPU_hour",
    ]
    assert "pct44" in found.numbers.split()
    assert found.sources.split() == ["introl-guide", "https://introl.com/guide"]


def test_a_file_that_is_no_note_is_searched_all_the_same() -> None:
    found = searchable("notes/thesis/some-file.md", "Just words.")
    assert (found.id, found.kind, found.title) == ("notes/thesis/some-file.md", "thesis", "some-file")
    assert found.body == "Just words."


def test_heading_is_the_title_when_there_is_no_other() -> None:
    assert searchable("notes/x.md", "# Named\n\nBody.").title == "Named"


def test_plain_keeps_paragraphs() -> None:
    assert plain("a\n\n\n \nb\n> c") == "a\n\nb\nc"


@given(st.text(max_size=300))
def test_any_text_is_accepted(text: str) -> None:
    searchable("notes/x/y.md", text)


def test_floods_take_linear_time() -> None:
    for piece in ("[", "[^", "[a](", "## Sources\n", "- ", "\n", "[[a|", "[^1]: x\n    "):
        searchable("notes/x/y.md", piece * 100_000)

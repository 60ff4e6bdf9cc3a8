"""Texts that people, programs and accidents leave in a vault, for property tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

PROPERTY = settings(suppress_health_check=[HealthCheck.too_slow])

CHARACTERS = st.characters(exclude_categories=["Cs"])  # everything that UTF-8 can hold

LINES = st.sampled_from(
    [
        "---",
        "--- ",
        "id: note_1",
        "title: a: b",
        'title: "quoted # not a comment"  # a comment',
        "tags:",
        "  - one",
        "- two",
        "tags: [a, b",
        "text: |",
        "  block text",
        "",
        "# Heading",
        "# C#",
        "```figures",
        "~~~~ figures extra",
        "  ```figures",
        "```",
        "~~~",
        "~~~~~",
        "- id: fig_1",
        "  value: 3.50  # as printed",
        "  scope: {term: on-demand}",
        "  as_of: 2026-05-24",
        "  anchor: &a x",
        "  alias: *a",
        "!!python/object/apply:os.system ['true']",
        "Prose with a note.[^1]",
        "[^1]: @citekey-2026, p. 3",
        "    continued",
        "[^1]: again",
        "\tindented by a tab",
        "\ufeff",
        "{{fig:x}}",
        "? complex",
        ": value",
        "%YAML 1.1",
        "key: 'it''s'",
        "\x00",
        "\x85\u2028",
    ]
)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])


@st.composite
def wild(draw: st.DrawFn) -> str:
    """Lines that mean something to the parser, in any order, with any line ends, and some free text between."""
    pieces = draw(st.lists(st.tuples(st.one_of(LINES, st.text(CHARACTERS, max_size=12)), ENDS), max_size=25))
    return draw(st.sampled_from(["", "", "\ufeff", "---\n", "---\r\n"])) + "".join(a + b for a, b in pieces)


NOTE = """\
---
# who made it
id: note_01k9zq3v5w8x
type: reading
title: "H100 rents for two to four dollars an hour, by seller class"
tags:
  - gpu-price
  - rental  # the tag of the page

created: 2026-11-22
published: no
foreign: {nested: [1, 2], kept: yes}
long: |
  first

  second
last: plain # note
---

Prose with a footnote.[^1]

```figures
# figures of the page
- id: fig_1
  subject: h100-sxm
  quantity: rental-price
  value: 3.50  # as printed
  unit: USD/GPU_hour
  as_of: 2026-05-24
- id: fig_2
  value: 1.49 to 3.99
  scope: {term: on-demand, market: neocloud}
  unknown: [kept]
```

~~~~ figures
- id: fig_3
  value: 2
~~~~

[^1]: @tardellirs-2026-gpu-offerings, table 2
"""


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """A real note after an accident: cut, lines swapped, bytes put in, line ends changed."""
    text = NOTE
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    for _ in range(draw(st.integers(1, 4))):
        size = len(text)
        match draw(st.sampled_from(["cut", "swap", "insert", "drop"])):
            case "cut":
                text = text[: draw(st.integers(0, size))]
            case "swap":
                rows = text.splitlines(keepends=True)
                if rows:
                    i, j = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
                    rows[i], rows[j] = rows[j], rows[i]
                text = "".join(rows)
            case "insert":
                at = draw(st.integers(0, size))
                text = text[:at] + draw(st.text(CHARACTERS, max_size=4)) + text[at:]
            case "drop":
                at, length = draw(st.integers(0, size)), draw(st.integers(0, 40))
                text = text[:at] + text[at + length :]
    return text


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(CHARACTERS, max_size=20),
    st.sampled_from(["no", "yes", "on", "null", "~", "3.50", "1e3", "2026-05-24", "12:30", "0o7", "0x1f", "1_000", "=",
                     "a: b", "a # b", "- a", "? a", "[a", "{a}", "a, b", "*x", "&x", "!x", "%x", "@x", "`x", "'", '"',
                     "a\nb", "a\nb\n", " lead", "trail ", "\n", "---", "...", "https://x.y/z?a=b#c", "3 to 6", "~0.4"]),
)  # fmt: skip
KEYS = st.one_of(st.text(CHARACTERS, max_size=8), st.sampled_from(["id", "null", "1", "a b", "a: b", "yes", "-", "<<"]))
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)

"""A small brain with everything that a reading page shows: used by the tests of pages."""

from datetime import UTC, datetime, timedelta
from itertools import count

from rackmath.brain import snapshots
from rackmath.vault import Vault

RENT, POWER, WEAR, GONE, DRAFT, HOSTILE = (f"note_{letter * 26}" for letter in "rpwgdh")
SPOT, YEAR, OTHER, SHARE = (f"fig_{letter * 26}" for letter in "syoq")

FRONT = """---
id: {id}
type: {type}
title: "{title}"
status: {status}
created: 2026-05-01
published: 2026-05-02
updated: {updated}
contributors: [{by}]
tags: [gpu-price, rental]
{more}---

"""

SURVEY = """A survey of rented accelerators

We asked 40 sellers in May 2026. The median price of an H100 hour was $1.70/hr on the spot market. One-year contracts \
cost $2.35/hr. Two sellers had no stock. Prices of June were not asked for.
"""

FIGURE = """- id: {id}
  subject: {subject}
  quantity: {quantity}
  value: {value}
  unit: {unit}
  as_written: "{written}"
  scope: {{market: spot}}
  as_of: "2026-05"
  stated_on: 2026-05-20
  kind: reported
  claimant: {{who: {who}, kind: analyst}}
  source: {source}
"""

BODY = """# The hour got cheaper

The price of an hour fell to $1.70/hr[^c1] while [[{share}|eight of ten]] hours stayed idle. Contracts cost more.[^c2] \
See [[Power is the smaller part]], [[Nobody wrote this|a lost note]] and the [survey](../../sources/survey-2026.md). \
The first readings [2, 7] say so too.

## What it rests on

> [!warning] One survey
> All of it goes back to *one* page. ^one-page

| Market | USD per hour |
|--------|-------------:|
| spot   | 1.70[^plain] |

### A closer look

Older prices are in [an archive](https://example.org/archive), the rest is <b>not</b> known.

```figures
{figures}```

```citations
- id: c1
  state: resolved_sentence
  sentences: [3]
  quote: "The median price of an H100 hour was $1.70/hr on the spot market."
  claim: The price of an hour fell to $1.70/hr.
  checked_by: ann
  checked_at: 2026-05-21
- id: c2
  state: unresolved
  marks: ["run:0123/doc:9/s:1", "run:0123/doc:9/s:4"]
  claim: Contracts cost more.
```

```references
- id: r1
  state: unresolved
  raw: "[2, 7]"
  numbers: [2, 7]
  confidence: 0.82
  candidates:
    - {{number: 2, note: {power}, title: Power is the smaller part, overlap: 0.2}}
```

[^c1]: @survey-2026 s3
[^c2]: run:0123/doc:9/s:1, run:0123/doc:9/s:4 (unresolved)
[^plain]: Without tax.
"""


def source_text(citekey, title, **more):
    rows = {"publisher": "Example Research", "url": f"https://example.org/{citekey}", "published": "2026-05-18",
            "accessed": "2026-05-20", "licence": "all rights reserved", "source_kind": "survey", **more}  # fmt: skip
    said = "".join(f"{name}: {value}\n" for name, value in rows.items())
    return f'---\nid: src_{citekey}\ntype: source\ncitekey: {citekey}\ntitle: "{title}"\n{said}---\n'


def note(note_id, kind, title, body, *, status="published", updated="2026-05-02", by="ann", more=""):
    front = FRONT.format(id=note_id, type=kind, title=title, status=status, updated=updated, by=by, more=more)
    return front + body


def figure(figure_id, value, written, *, subject="h100-sxm", quantity="rental-price", unit="USD/GPU_hour",
           source="survey-2026", who="Example Research"):  # fmt: skip
    return FIGURE.format(id=figure_id, value=value, written=written, subject=subject, quantity=quantity, unit=unit,
                         source=source, who=who)  # fmt: skip


def rent_body(price="1.7", written="$1.70/hr"):
    figures = figure(SPOT, price, written) + figure(YEAR, "2.35", "$2.35/hr").replace(
        "market: spot", "market: contract"
    )
    return BODY.format(share=f"fig:{SHARE}", figures=figures, power=POWER).replace(
        "$1.70/hr[^c1]", f"{written}[^c1]", 1
    )


def make_brain(folder):
    """Write the brain, with a history, into `folder`; return its `Vault`."""
    moments = count()
    start = datetime(2026, 5, 2, 9, tzinfo=UTC)
    vault = Vault.create(folder, title="Ann’s brain", writer="ann--one", licence="CC BY 4.0",
                         clock=lambda: start + timedelta(hours=next(moments)))  # fmt: skip

    def put(rel, text, kind="create", message=""):
        expected = vault.read(rel)[1] if vault.exists(rel) else None
        vault.write(rel, text, expected, message=message, kind=kind)

    put("contributors/ann.yaml", "handle: ann\nname: Ann Example\nrole: Analyst\n")
    put("contributors/bo.yaml", "handle: bo\nname: Bo Other\n")
    put("sources/survey-2026.md", source_text("survey-2026", "A survey of rented accelerators"))
    put("sources/retelling.md", source_text("retelling", "The survey, retold", aggregator_of="survey-2026"))
    put("sources/withdrawn.md", source_text("withdrawn", "A withdrawn list", status="retracted"))
    snapshots.take(vault, "survey-2026", SURVEY.encode(), captured_at="2026-05-20", name="survey.txt")
    share = figure(SHARE, "0.8", "80%", subject="gpu-fleet", quantity="loaded-hours-share", unit='""', who="Bo")
    power = "Of that hour, power is a tenth.[^1] It follows [[The hour got cheaper]].\n\n"
    power += f"```figures\n{share}```\n\n[^1]: @survey-2026\n"
    put("notes/reading/power.md", note(POWER, "reading", "Power is the smaller part", power, by="bo"))
    put("notes/thesis/rent.md", note(RENT, "thesis", "The hour got cheaper", rent_body("1.9", "$1.90/hr")))
    more = 'supports: ["[[Power is the smaller part]]"]\ncertainty: likely\nsources: [retelling]\n'
    updated = note(RENT, "thesis", "The hour got cheaper", rent_body(), updated="2026-05-21", more=more)
    put("notes/thesis/rent.md", updated, "correction", "the spot price was misread")
    put("notes/thesis/rent.md", updated.replace("Contracts cost more.", "A contract costs more."), "minor")
    wear = (
        "It contradicts the survey.[^1]\n\n```figures\n"
        + figure(OTHER, "2.9", "$2.90/hr", source="retelling")
        + "```\n"
    )
    wear += "\n[^1]: @retelling\n"
    put("notes/observation/wear.md", note(WEAR, "observation", "A dearer hour", wear, by="bo",
                                          more='contradicts: ["[[The hour got cheaper]]"]\n'))  # fmt: skip
    retired = 'retired_because: "its source was withdrawn"\nsuperseded_by: "[[The hour got cheaper]]"\n'
    put("notes/thesis/gone.md", note(GONE, "thesis", "An old belief", "We were wrong.[^1]\n\n[^1]: @withdrawn\n",
                                     status="retired", more=retired), "retire", "the list was withdrawn")  # fmt: skip
    put("notes/pov/draft.md", note(DRAFT, "pov", "Not yet", "Half a thought.\n", status="draft"))
    bad = '<script>alert("x")</script> & "quotes"'
    hostile = f"{bad}\n\n# {bad}\n\n[[{bad}|{bad}]] ![{bad}](javascript:alert(1)) x[^1]\n\n[^1]: {bad}\n"
    text = note(HOSTILE, "observation", "T", hostile).replace(
        'title: "T"', "title: '<script>alert(1)</script> & \"q\"'"
    )
    put("notes/observation/hostile.md", text.replace("tags: [gpu-price, rental]", "tags: ['<b>\"x']"))
    return vault


def make_site(folder):
    """Return the site of the brain alone."""
    from rackmath.brain.site import Site

    make_brain(folder)
    return Site([folder])

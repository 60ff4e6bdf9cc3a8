"""A small brain with live figures and runs, one of which has moved, and a note that does not add up."""

from pathlib import Path

from rackmath.vault import Vault

OLD, NEW, OWN, BERTHS, LATER = (f"note_{letter * 26}" for letter in "abcde")
NOTE = """---
id: {id}
type: {kind}
title: {title}
status: published
created: 2026-05-22
contributors: [ann]
{more}---

{body}"""
FIGURE = """- id: {id}
  subject: h100-sxm
  quantity: rental-price
  value: {value}
  unit: USD/GPU_hour
  scope: {{term: on-demand}}
  as_of: {month}
  stated_on: {month}-20
  kind: listed
  claimant: {{who: seller, kind: vendor}}
  source: seller
{more}"""
SOURCE = (
    "---\nid: src_s\ntype: source\ncitekey: seller\ntitle: Price list\nurl: https://example.com/prices\n"
    "publisher: Seller\npublished: 2026-05-01\n---\n"
)
THESIS = """An H100 rents for [[fig:fig_may|2.10]] dollars an hour. See [[What an H100 rents for]].

That makes [[run:run_cost|1.05]] dollars a million tokens, as the list at \
[[fig:h100-sxm/rental-price?term=on-demand|2.10]] has it.

```runs
- id: run_cost
  model: tokens.cost_per_mtok
  inputs: {gpu_hour_price: fig_may, output_throughput: 1000 token/s/GPU, loaded_hours_share: 0.5}
```
"""
PLANTED = """Dues rose from $80 to $100, a 20% rise. Calls fell from 400 to 300, a 25% drop.[^1]

A crane of 180 kW draws 5 × 180 kW = 1.2 MW when five of them lift.

[^1]: @seller
"""


def note(note_id, kind, title, body, more=""):
    return NOTE.format(id=note_id, kind=kind, title=title, body=body, more=more)


def figure(figure_id, value, month, more=""):
    return f"```figures\n{FIGURE.format(id=figure_id, value=value, month=month, more=more)}```\n"


def files():
    """Return the files of the brain by path."""
    may = figure("fig_may", "2.10", "2026-05")
    november = figure("fig_nov", "1.80", "2026-11", "  supersedes: fig_may\n")
    old = f"Sellers ask [[fig:fig_may|2.10]] dollars an hour.[^1]\n\n{may}\n[^1]: @seller\n"
    new = f"It says 1.80.[^1]\n\n{november}\n[^1]: @seller\n"
    later = "It rests on [[own|a cost]].\n"
    return {
        "sources/seller.md": SOURCE,
        "notes/reading/prices.md": note(OLD, "reading", "What an H100 rents for", old),
        "notes/reading/november.md": note(NEW, "reading", "The price fell in November", new),
        "notes/thesis/own.md": note(OWN, "thesis", "A served token costs cents", THESIS),
        "notes/observation/berths.md": note(BERTHS, "observation", "What berths cost", PLANTED),
        "notes/thesis/later.md": note(LATER, "thesis", "Renting beats owning", later, 'depends_on: ["[[own]]"]\n'),
    }


def make(folder, more=()):
    """Write the brain, with further files given as (path, text)."""
    vault = Vault.create(Path(folder), title="A living brain", writer="tests")
    vault.write("contributors/ann.yaml", "handle: ann\nname: Ann\n")
    text, sha = vault.read("brain.yaml")
    vault.write("brain.yaml", text.replace("contributors: []", "contributors: [ann]"), sha)
    for rel, said in (*files().items(), *more):
        vault.write(rel, said)
    return Path(folder)


def change(folder, rel, old, new):
    """Change a file as an editor would."""
    vault = Vault.open(folder)
    text, sha = vault.read(rel)
    assert old in text
    vault.write(rel, text.replace(old, new), sha)

import pytest

from rackmath.errors import RackmathError
from rackmath.evidence import Quantity
from rackmath.vault import Document
from rackmath.web.figure_form import check_figure, with_figure

QUANTITIES = {
    "price": Quantity("price", unit="USD/GPU_hour", axes=("region",)),
    "share": Quantity("share", unit=""),
}
GOOD = {
    "subject": "h100-sxm",
    "quantity": "price",
    "value": "3.5",
    "unit": "USD/GPU_hour",
    "as_of": "2026-05",
    "kind": "listed",
    "claimant": "A cloud",
    "claimant_kind": "vendor",
    "source": "@a-source",
    "scope": "region: US",
    "as_written": "about $3.50",
}


def check(**more):
    return check_figure({**GOOD, **more}, QUANTITIES, lambda citekey: citekey == "a-source", mint=lambda _: "fig_1")


def test_a_good_form_becomes_an_entry():
    assert check().problems == {}
    assert check().entry == {
        "id": "fig_1",
        "subject": "h100-sxm",
        "quantity": "price",
        "unit": "USD/GPU_hour",
        "value": 3.5,
        "as_of": "2026-05",
        "kind": "listed",
        "claimant": {"who": "A cloud", "kind": "vendor"},
        "source": "a-source",
        "scope": {"region": "US"},
        "as_written": "about $3.50",
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("subject", "H100 SXM", "h100-sxm"),
        ("quantity", "prise", "did you mean 'price'"),
        ("value", "", "write a number"),
        ("value", "soon", "does not start with a number"),
        ("value", "{a: [", "cannot be read"),
        ("unit", "USD/hour", "measured in USD/GPU_hour"),
        ("as_of", "yesterday", "not a date"),
        ("kind", "", "choose one of"),
        ("claimant", "", "who says so"),
        ("claimant_kind", "friend", "choose one of"),
        ("source", "another", "no source"),
        ("source", "", "citekey"),
        ("scope", "US", "axis: value"),
        ("scope", "regoin: US", "did you mean 'region'"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field, value, said):
    checked = check(**{field: value})
    assert checked.entry == {}
    assert set(checked.problems) == {field}
    assert said in checked.problems[field]


def test_it_goes_behind_the_figures_that_are_there():
    text = "---\ntitle: A\n---\n\nText.[^1]\n\n```figures\n- id: fig_0\n  value: 3.50   # kept\n```\n\n[^1]: @x\n"
    changed = with_figure(text, check().entry)
    assert "value: 3.50   # kept\n- id: fig_1\n" in changed
    assert changed.endswith("```\n\n[^1]: @x\n")
    assert [each["id"] for each in Document.parse(changed).blocks()[0].data] == ["fig_0", "fig_1"]


def test_a_note_without_figures_gets_a_block_before_its_footnotes():
    changed = with_figure("Text.[^1]\n\n[^1]: @x\n", check().entry)
    assert changed.index("```figures") < changed.index("[^1]: @x")


def test_a_broken_block_is_left_alone():
    with pytest.raises(RackmathError, match="mend it first"):
        with_figure("```figures\n- [\n```\n", check().entry)

"""A small brain and small models to test the kernel with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pytest

from rackmath.evidence import Evidence
from rackmath.kernel import Choice, Model, Param, Real, Result, Series, model
from rackmath.units import convert

NOTE = """---
id: note_01jd0000000000000000000001
type: observation
title: Small numbers
status: published
created: 2026-01-01
updated: 2026-01-01
contributors: [tester]
tags: [test]
---

Two figures.[^1]

```figures
- id: fig_01jd0000000000000000000001
  subject: box
  quantity: hour-price
  value: 2 to 4
  unit: USD/GPU_hour
  scope: {term: on-demand}
  as_of: 2026-01
  stated_on: 2026-01-15
  kind: listed
  claimant: {who: shop, kind: vendor}
  source: shop-2026
- id: fig_01jd0000000000000000000002
  subject: box
  quantity: speed
  value: 1000
  unit: token/s/GPU
  as_of: 2026-01-15
  stated_on: 2026-01-15
  kind: measured
  claimant: {who: lab, kind: independent}
  source: shop-2026
- id: fig_01jd0000000000000000000003
  subject: box
  quantity: loaded-share
  value: 0.3 to 0.9
  unit: ""
  as_of: 2026-01-15
  stated_on: 2026-01-15
  kind: estimated
  claimant: {who: lab, kind: independent}
  source: shop-2026
```

[^1]: @shop-2026
"""
SOURCE = """---
id: src_01jd0000000000000000000001
type: source
citekey: shop-2026
title: Price list
publisher: Shop
url: https://shop.example/prices
published: 2026-01-15
accessed: 2026-01-15
licence: none stated
source_kind: vendor
---
"""
VOCABULARY = """hour-price:
  {name: Price of an hour, definition: What an hour costs., unit: USD/GPU_hour, axes: [term], half_life_days: 90}
speed: {name: Speed, definition: Tokens a second., unit: token/s/GPU, axes: []}
loaded-share: {name: Loaded share, definition: Share of hours with load., unit: "", axes: []}
"""


@pytest.fixture(scope="session")
def brain(tmp_path_factory) -> Path:
    """A vault with three figures."""
    folder = tmp_path_factory.mktemp("brain")
    files = {
        "brain.yaml": "format: 1\nid: brain_01jd0000000000000000000001\ntitle: Test\n",
        "notes/observation/small.md": NOTE,
        "sources/shop-2026.md": SOURCE,
        "vocab/quantities.yaml": VOCABULARY,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def evidence(brain) -> Evidence:
    """The figures of that vault alone."""
    found = Evidence.load([brain], starter=False)
    assert found.problems == []
    return found


@model(
    "toy.cost",
    method="A00.1",
    title="Toy cost",
    question="What does a million tokens cost?",
    unit="USD/Mtok",
    increasing_in=("hour_price",),
)
def cost(
    *,
    hour_price: Annotated[
        Real, Param("USD/GPU_hour", evidence="box/hour-price?term=on-demand", minimum=0, maximum=100, help="price")
    ],
    speed: Annotated[Real, Param("token/s/GPU", evidence="box/speed", above=0, help="speed")],
    loaded_share: Annotated[Real, Param("", evidence="box/loaded-share", above=0, maximum=1, help="load")],
    overhead: Annotated[Real, Param("USD/Mtok", assumption="0.1", because="a test", minimum=0, help="overhead")],
    mode: Annotated[str, Choice("plain", "double", assumption="plain", because="a test", help="mode")],
) -> Result:
    """Price over speed.

    .. math:: c = p / (v u) + o
    """
    compute = convert(hour_price / speed / loaded_share, "USD/GPU_hour/(token/s/GPU)", "USD/Mtok")
    if mode == "double":
        compute = 2 * compute
    return Result(
        "USD/Mtok", {"compute": compute, "overhead": overhead}, notes={"hourly": (hour_price, "USD/GPU_hour")}
    )


@model("toy.bill", method="A00.2", title="Toy bill", question="What is the bill?", unit="USD/month")
def bill(
    *,
    tokens_per_month: Annotated[
        Real, Param("token/month", assumption="1e9 token/month", because="a test", minimum=0, help="volume")
    ],
    price: Annotated[Real, Param("USD/Mtok", assumption="0.5 to 2", because="a test", minimum=0, help="price")],
) -> Result:
    """Volume times price."""
    return Result("USD/month", {"tokens": convert(tokens_per_month * price, "token/month*USD/Mtok", "USD/month")})


@model("toy.fleet", method="A00.3", title="Toy fleet", question="What is the fleet?", unit="USD/month")
def fleet(
    *,
    tokens_per_month: Annotated[
        Real, Param("token/month", assumption="1e9 token/month", because="a test", minimum=0, help="volume")
    ],
    fixed: Annotated[Real, Param("USD/month", assumption="400 to 900", because="a test", minimum=0, help="fixed")],
    price: Annotated[Real, Param("USD/Mtok", assumption="0.1", because="a test", minimum=0, help="unit cost")],
) -> Result:
    """Fixed plus volume."""
    tokens = convert(tokens_per_month * price, "token/month*USD/Mtok", "USD/month")
    return Result("USD/month", {"fixed": fixed, "tokens": tokens})


@model("toy.payback", method="A00.4", title="Toy payback", question="When?", unit="month", infinite="nothing is saved")
def payback(
    *,
    monthly: Annotated[Real, Param("USD/month", assumption="1 USD/month", because="a test", help="saving")],
    energy: Annotated[
        Real, Series("kWh_facility", axis="month", assumption="1 2 3", because="a test", minimum=0, help="energy")
    ],
) -> Result:
    """A hundred dollars over the saving."""
    with np.errstate(divide="ignore"):
        months = np.where(np.asarray(monthly) > 0, 100 / np.maximum(monthly, 1e-300), np.inf)
    return Result("month", {"months": months}, notes={"energy": (np.asarray(energy).sum(axis=-1), "kWh_facility")})


@pytest.fixture(autouse=True)
def toy_models(monkeypatch) -> dict[str, Model]:
    """Let the kernel find the toys by their ids, as it finds a third party's models."""
    from rackmath.kernel import bind, catalogue, receipt, run, scenario

    toys = {each.model.id: each.model for each in (cost, bill, fleet, payback)}
    known = catalogue.get

    def get(model_id: str) -> Model:
        return toys.get(model_id) or known(model_id)

    for module in (bind, receipt, run, scenario):
        monkeypatch.setattr(module, "get", get)
    return toys

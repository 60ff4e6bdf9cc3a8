"""The catalogue of models: ours are walked, and a third party's come in by their entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rackmath.kernel import UnknownModel
from rackmath.kernel.catalogue import get, models_in, registry

PROGRAM = Path(sys.executable).with_name("rackmath")
GUEST = '''
from typing import Annotated
from rackmath.kernel import Param, Real, Result, model

Price = Annotated[Real, Param("USD", assumption="2 USD", because="a guest", minimum=0, help="price")]

@model("guest.double", method="X1", title="Double", question="What is twice the price?", unit="USD")
def double(*, price: Price) -> Result:
    """Twice the price."""
    return Result("USD", {"once": price, "again": price})
'''


@pytest.fixture
def guest(tmp_path):
    """An installed third party's package, as an installer would leave it."""
    package = tmp_path / "guest_models"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "double.py").write_text(GUEST, encoding="utf-8")
    info = tmp_path / "guest_models-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: guest-models\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[rackmath.models]\nguest = guest_models\n", encoding="utf-8")

    def call(*words):
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, env=environment, check=False)

    call.package = package
    return call


def test_a_third_partys_model_is_like_ours(guest):
    listed = json.loads(guest("models", "--json").stdout)
    assert "guest.double" in {each["id"] for each in listed}
    assert len(listed) == len(registry()) + 1
    answer = json.loads(guest("run", "guest.double", "--price", "3 USD", "--json").stdout)
    assert answer["total"] == 6.0
    assert answer["inputs"][0]["origin"] == "given"


def test_a_third_partys_model_that_is_broken_is_one_line(guest):
    (guest.package / "double.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    done = guest("models")
    assert done.returncode == 2
    assert done.stderr.startswith("rackmath: the models of guest_models cannot be loaded (ModuleNotFoundError")
    assert "Traceback" not in done.stderr
    # one of ours that is named outright does not even look at it
    assert guest("show", "tokens.cost_per_mtok").returncode == 0


def test_a_taken_id_is_refused(guest):
    taken = GUEST.replace("guest.double", "tokens.cost_per_mtok")
    (guest.package / "double.py").write_text(taken, encoding="utf-8")
    done = guest("models")
    assert done.returncode == 2
    assert "two models are called 'tokens.cost_per_mtok'" in done.stderr


def test_each_model_is_named_after_its_file():
    for name, model in registry().items():
        assert model.compute.__module__ == f"rackmath.models.{name}"
        assert model.compute.__name__ == name.split(".")[1]
        assert [each.id for each in models_in(model.compute.__module__)] == [name]


@pytest.mark.parametrize(
    "name", ["", "tokens", "tokens.", ".x", "tokens._numbers", "os.path", "../x", "tokens.cost per", "a" * 5000]
)
def test_what_is_no_model(name):
    with pytest.raises(UnknownModel):
        get(name)

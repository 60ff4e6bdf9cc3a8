"""Run the command in this process, as a shell would see it."""

from __future__ import annotations

import json
import sys
from typing import Any, NamedTuple

import pytest

from rackmath.cli import main


class Done(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.fixture
def rackmath(monkeypatch, capsys):
    """Call it with the words of a command line."""

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["rackmath", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return call

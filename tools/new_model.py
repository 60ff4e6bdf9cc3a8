"""Begin a model: write its file and its test. `make new-model NAME=folder.name METHOD=A08.1`.

The files hold a model that runs and a test that fails until you replace it: nothing half-done can be committed green.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MODEL = '''"""{words}: say in one line what this file computes."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Param, Real, Result, model


@model(
    "{folder}.{name}",
    method="{method}",
    title="{title}",
    question="Which one plain question does it answer?",
    unit="USD/month",
    sources=("https://example.org/where-the-formula-comes-from",),
)
def {name}(
    *,
    monthly_price: Annotated[
        Real, Param("USD/month", evidence="subject/quantity", minimum=0, maximum=1e9, help="what is paid in a month")
    ],
) -> Result:
    r"""Say in one sentence what it computes.

    .. math:: c = p

    where :math:`p` is monthly_price.

    Limits: what it tends to at the ends of its inputs.
    Not included: what it leaves out.
    Source: where the formula comes from.

    >>> float({name}(monthly_price=2.0).total)
    2.0
    """
    return Result("USD/month", {{"price": monthly_price}})
'''

TEST = '''"""{title}: published values, edge cases and limits."""

from __future__ import annotations

from rackmath.models.{folder}.{name} import {name}


def test_a_published_value():
    # show the arithmetic and name the source: this number is wrong on purpose
    assert {name}(monthly_price=2.0).total == 3.0
'''


def main(target: str, method: str) -> str:
    """Write the files; return what to do next, or end with what is wrong."""
    match = re.fullmatch(r"([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)", target)
    if not match or not re.fullmatch(r"A\d\d\.\d{1,2}", method):
        sys.exit("usage: make new-model NAME=folder.name METHOD=A08.1")
    folder, name = match.groups()
    source = ROOT / "src/rackmath/models" / folder / f"{name}.py"
    test = ROOT / "tests/models" / folder / f"test_{name}.py"
    if source.exists() or test.exists():
        sys.exit(f"{target} exists already")
    words = name.replace("_", " ")
    values = {
        "folder": folder,
        "name": name,
        "method": method,
        "title": words.capitalize(),
        "words": words.capitalize(),
    }
    for path, text in ((source, MODEL), (test, TEST)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(**values), encoding="utf-8")
    package = source.parent / "__init__.py"
    if not package.exists():
        package.write_text('"""Say what this folder answers."""\n', encoding="utf-8")
    return (
        f"wrote {source.relative_to(ROOT)} and {test.relative_to(ROOT)}\n"
        "next: the function, its values in the test, its figures in src/rackmath/starter/brain, "
        "its line in tests/models/ids.txt and docs/methods.md, then `make docs test`"
    )


if __name__ == "__main__":
    print(main(*(sys.argv[1:3] if len(sys.argv) > 2 else ("", ""))))

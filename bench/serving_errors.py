"""The error table of the packaged serving fit: predictions of rows that were left out, by data set and by what was.

``rackmath serving validate --data FOLDER`` fits everything anew and prints the same table, which takes minutes.
"""

from __future__ import annotations

import json
from importlib import resources


def main() -> None:
    """Print a line for each data set, quantity and split."""
    text = resources.files("rackmath.models.serving").joinpath("validation.json").read_text(encoding="utf-8")
    print(f"{'data':<34} {'quantity':<22} {'left out':<12} {'rows':>6} {'median':>7} {'p90':>6}  80 % covers")
    for line in json.loads(text)["lines"]:
        if line["group"] == "all":
            covered = "" if line["covered"] is None else f"{line['covered']:.0%}"
            print(
                f"{line['data']:<34} {line['quantity']:<22} {line['split']:<12} {line['rows']:>6,} "
                f"{line['median']:>7.1%} {line['p90']:>6.0%}  {covered}"
            )


if __name__ == "__main__":
    main()

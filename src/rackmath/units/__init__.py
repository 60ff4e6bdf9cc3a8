"""Units: parse, convert, check and print. The only package that knows pint.

The vocabulary is `definitions.txt`. A unit is a short text such as ``"USD/GPU_hour"``; the empty text is a plain ratio.
"""

from rackmath.units.convert import (
    UnitError,
    accepts,
    canonical,
    compatible,
    convert,
    number,
    quantity,
    same_unit,
)
from rackmath.units.text import (
    Measure,
    format_compact,
    format_number,
    format_value,
    parse,
    parse_number,
    read_number,
    spoken,
)

__all__ = [
    "Measure",
    "UnitError",
    "accepts",
    "canonical",
    "compatible",
    "convert",
    "format_compact",
    "format_number",
    "format_value",
    "number",
    "parse",
    "parse_number",
    "quantity",
    "read_number",
    "same_unit",
    "spoken",
]

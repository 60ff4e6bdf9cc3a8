"""Read a drawing back: what is in it, where, and whether it stays on its sheet."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def read(drawing: str) -> ET.Element:
    """Parse a drawing as XML; a drawing that is not well-formed raises."""
    return ET.fromstring(drawing)


def sheet(root: ET.Element) -> tuple[float, float]:
    """Return width and height of the view box."""
    left, top, width, height = (float(number) for number in root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    return width, height


def marked(root: ET.Element, *classes: str) -> list[ET.Element]:
    """Return the elements that have all the classes, in order."""
    return [item for item in root.iter() if set(classes) <= set(item.attrib.get("class", "").split())]


def rects(root: ET.Element, *classes: str) -> list[tuple[float, float, float, float]]:
    """Return x, y, width and height of the rectangles that have all the classes."""
    return [
        tuple(float(item.attrib.get(name, 0)) for name in ("x", "y", "width", "height"))
        for item in marked(root, *classes)
        if item.tag == SVG + "rect"
    ]  # type: ignore[misc]


def texts(root: ET.Element, *classes: str) -> list[str]:
    """Return the shown texts (without their titles) of the text elements that have all the classes."""
    return ["".join(shown(item)) for item in marked(root, *classes) if item.tag == SVG + "text"]


def shown(item: ET.Element) -> Iterator[str]:
    yield item.text or ""
    for child in item:
        if child.tag == SVG + "tspan":
            yield child.text or ""


def outside(root: ET.Element) -> list[str]:
    """Return the marks and the anchors of texts that leave the view box by more than half a unit."""
    width, height = sheet(root)
    found = []
    inside_patterns = {id(item) for defs in root.iter(SVG + "defs") for item in defs.iter()}
    for item in root.iter():
        if id(item) in inside_patterns:
            continue
        for x, y in corners(item):
            if not (-0.5 <= x <= width + 0.5 and -0.5 <= y <= height + 0.5):
                found.append(
                    f"{item.tag.removeprefix(SVG)} {item.attrib.get('class')} at {x}, {y} of {width}, {height}"
                )
    return found


def corners(item: ET.Element) -> list[tuple[float, float]]:
    at = {name: float(value) for name, value in item.attrib.items() if _NUMBER.fullmatch(value)}
    tag = item.tag.removeprefix(SVG)
    if tag == "rect":
        x, y = at.get("x", 0.0), at.get("y", 0.0)
        return [(x, y), (x + at["width"], y + at["height"])]
    if tag == "line":
        return [(at["x1"], at["y1"]), (at["x2"], at["y2"])]
    if tag == "circle":
        return [(at["cx"] - at["r"], at["cy"] - at["r"]), (at["cx"] + at["r"], at["cy"] + at["r"])]
    if tag == "text":
        return [(at["x"], at["y"])]
    if tag == "path" and "l" not in item.attrib["d"]:
        numbers = [float(number) for number in _NUMBER.findall(item.attrib["d"])]
        return list(zip(numbers[::2], numbers[1::2], strict=True))
    return []

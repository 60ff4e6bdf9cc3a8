"""Relations of named things: weights at a precision, attention over a context, failures a year, PUE, learning.

Each needs its own words in the sentence before it computes anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rackmath.audit.bounds import compute, verdict_of
from rackmath.audit.finding import Finding
from rackmath.audit.passage import P, Passage, V, X, gap
from rackmath.audit.quantity import Quantity
from rackmath.audit.rules.common import explained, finding, judged
from rackmath.audit.words import amount, number

_BYTES = {
    "fp32": 4.0,
    "fp16": 2.0,
    "bf16": 2.0,
    "fp8": 1.0,
    "int8": 1.0,
    "8-bit": 1.0,
    "16-bit": 2.0,
    "int4": 0.5,
    "fp4": 0.5,
    "4-bit": 0.5,
    "nvfp4": 0.5,
    "mxfp4": 0.5,
    "four-bit": 0.5,
    "eight-bit": 1.0,
    "sixteen-bit": 2.0,
    "half precision": 2.0,
    "half-precision": 2.0,
}
_PRECISION = re.compile(r"\b(" + "|".join(sorted(_BYTES, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_PARAMETERS = re.compile(
    r"(?<![\w.$])(?P<n>\d{1,4}(?:\.\d{1,2})?)[\s-]?(?P<scale>B|M|T|billion|million|trillion)[\s-](?:parameters?|"
    r"params?|model|LLM|weights)?",
    re.IGNORECASE,
)
_WEIGHTS = re.compile(
    r"\b(?:weights?|parameters?|model|memory|VRAM|load(?:ed|ing)?|store[ds]?|checkpoint)\b", re.IGNORECASE
)
_SCALES = {"b": 1e9, "billion": 1e9, "m": 1e6, "million": 1e6, "t": 1e12, "trillion": 1e12}
_LATER = re.compile(
    r"\b(?:activations?|cache|KV|optimi[sz]er|gradients?|per GPU|each GPU|training|per layer|"
    r"traffic|bandwidth|shard|tokens?)\b",
    re.IGNORECASE,
)
_AFR = re.compile(
    rf"(?P<devices>{V})(?P<one>{gap(40)})\bover\b\s(?:about )?(?P<time>{V}){gap(60)}(?P<failed>{V})"
    rf"(?P<two>{gap(60)})(?:\b(?:out of|of)\s{V}{gap(30)})?{gap(40)}\bannuali[sz]ed\b{gap(60)}(?P<rate>{P})"
)
_AFR_FIRST = re.compile(
    rf"(?P<failed>{V})(?P<one>{gap(40)})\b(?:out of|of|among|in a fleet of)\s(?:the |its |our "
    rf")?(?P<devices>{V})(?P<two>{gap(60)})\b(?:in|over|within|during|after)\s(?:the first "
    rf"|just )?(?P<time>{V}){gap(60)}\b(?:annuali[sz]ed|annual|a year|yearly)\b{gap(40)}(?P<rate>{P})"
)
_CONTEXT = re.compile(
    rf"(?P<a>{V})(?P<one>{gap(60)})\bcosts?\b\s(?P<c>{X})\s(?:more|as much){gap(40)}\b(?:than|"
    rf"as)\b{gap(30)}(?P<b>{V})(?P<two>[^\ue000-\uf8ff.;]{{0,30}})"
)
_CONTEXT_FROM = re.compile(rf"\bfrom\s(?P<a>{V}){gap(30)}\bto\s(?P<b>{V}){gap(70)}(?P<c>{X})\s(?:as|more|the)\b")
_PUE = re.compile(
    rf"\bPUE\s(?:of\s|is\s|=\s|at\s)?(?P<pue>{V}){gap(70)}(?P<it>{V})(?P<one>(?:\s[A-Za-z]+)"
    rf"{{0,3}}?\s(?:IT|critical)\s[a-z]+|{gap(30)}){gap(20)}\b(?:plus|and|with|,)\s{gap(20)}(?P<over>{V})"
)
_PUE_FIRST = re.compile(
    rf"\b[Aa]n?\s(?P<pue>{V})\sPUE{gap(40)}(?P<it>{V})(?P<one>{gap(30)})\b(?:plus|and|with)\s{gap(20)}(?P<over>{V})"
)
_PUE_TIMES = re.compile(
    rf"(?P<a>{V})(?P<one>{gap(40)})[;,.]?\s?(?:\b(?:apply|applying|with|at|adding|and|times|"
    rf"including)\s)?{gap(24)}\bPUE\s(?:of\s|is\s|=\s)?(?P<pue>{V}){gap(50)}\b(?:to|is|becomes?|"
    rf"gives?|makes?|yields?|=)\s{gap(14)}(?P<b>{V})"
)
_LEARNING = re.compile(
    rf"(?P<a>{P})(?P<one>{gap(60)})(?:\b(?:learning (?:rate|curve)|progress ratio|experience "
    rf"curve)\b|—|–|,){gap(60)}\b(?:mean\w*|declin\w*|fall\w*|drop\w*|maps? to|reduc\w*|retain\w*)"
    rf"\b{gap(40)}(?P<b>{P})"
)

_BATCH = re.compile(
    rf"\b[Bb]atch(?:ing|es of)?\s(?:of\s)?(?P<n>{V})\s?(?:requests?|queries|prompts|sequences)"
    rf"?{gap(30)}\b(?:reduc|cut|lower)\w*\s{gap(30)}cost\w*\s(?:by\s)?(?P<less>{P}){gap(40)}\blatency\s(?:rises"
    rf"?\s|grows?\s)?(?:by\s)?(?:only\s)?(?P<slower>{P})"
)
_LEARNING_TO = re.compile(
    rf"(?P<a>{P}){gap(30)}\b(?:maps to|means|corresponds to|implies|is)\s(?:an?\s)?(?P<b>{P})"
    rf"\s(?:learning (?:rate|curve)|progress ratio)"
)


def known(passage: Passage) -> Iterator[Finding]:
    """Check what named relations give."""
    text, skeleton = passage.text, passage.skeleton
    yield from _weights(passage, text)
    yield from _training(passage, text)
    for pattern in (_AFR, _AFR_FIRST):
        for match in pattern.finditer(skeleton):
            devices, failed, time, rate = (
                passage.figure(match[name]) for name in ("devices", "failed", "time", "rate")
            )
            if (
                time.unit not in ("s", "month")
                or "fail" not in text.casefold()
                or devices.unit
                or failed.unit
                or failed.value >= devices.value
            ):
                continue
            year = 12.0 if time.unit == "month" else 86400.0 * 365
            yield from judged(
                passage,
                "failures",
                lambda all_of, failures, span, year=year: failures / all_of * year / span * 100,
                [("devices", devices), ("failures", failed), ("time", time)],
                rate,
                said=f"{failed.text} failures of {devices.text} in {time.text} are {{value}} a year",
                written="failures ÷ devices × year ÷ time",
                confidence=0.93,
            )
    for match in _CONTEXT.finditer(skeleton):
        a, b, c = (passage.figure(match[name]) for name in "abc")
        if (
            re.search(r"\b(?:context|attention|sequence)", f"{match['one']} {match['two']} {a.noun} {b.noun}")
            and a.unit == b.unit == ""
            and b.low > 0
        ):
            yield from judged(
                passage,
                "attention",
                lambda long, short: (long / short) ** 2,
                [("long", a), ("short", b)],
                c,
                also=[lambda long, short: long / short],
                written="(long ÷ short)²",
                confidence=0.86,
                said=f"attention over {a.text} against {b.text} is {{value}} (quadratic), "
                f"and {number(a.value / b.value, 3)}× where the cost is linear",
            )
    for match in _CONTEXT_FROM.finditer(skeleton):
        a, b, c = (passage.figure(match[name]) for name in "abc")
        if (
            re.search(r"\battention\b", text)
            and re.search(r"\b(?:context|sequence|tokens?)", text)
            and a.low > 0 < b.low
        ):
            yield from judged(
                passage,
                "attention",
                lambda short, long: (long / short) ** 2,
                [("short", a), ("long", b)],
                c,
                written="(long ÷ short)²",
                confidence=0.86,
                said=f"attention over {b.text} against {a.text} is {{value}} (quadratic)",
                question="Is the part of the cost meant that grows linearly?",
            )
    yield from _overhead(passage)
    for match in _BATCH.finditer(skeleton):
        n, less, slower = (passage.figure(match[name]) for name in ("n", "less", "slower"))
        yield from judged(
            passage,
            "batch",
            lambda requests, latency: (1 - (1 + latency / 100) / requests) * 100,
            [("batch", n), ("latency", slower)],
            less,
            said=f"{n.text} requests at once, each {slower.text} slower, cost {{value}} less a token",
            written="1 − (1 + latency) ÷ batch",
            confidence=0.87,
        )
    for match in (*_LEARNING.finditer(skeleton), *_LEARNING_TO.finditer(skeleton)):
        a, b = passage.figure(match["a"]), passage.figure(match["b"])
        if (
            not re.search(r"learning|progress ratio|experience", text[: b.end + 30])
            or a.ranged
            or b.ranged
            or a.start == b.start
        ):
            continue
        if abs(a.value - b.value) < 1:
            continue
        yield from judged(
            passage,
            "learning",
            lambda first: 100 - first,
            [("rate", a)],
            b,
            said=f"a learning rate of {a.text} leaves {{value}}",
            written="1 − rate",
            confidence=0.85,
            question="Is another doubling meant?",
        )


_NOT_SIX = re.compile(
    r"\b(?:active|activated|MoE|mixture|experts?|forward|inference|epochs?|fine-?tun\w*)\b", re.IGNORECASE
)


def _training(passage: Passage, text: str) -> Iterator[Finding]:
    """Check the operations of a training run: six for each parameter and token (Kaplan et al., arXiv:2001.08361)."""
    sizes = [match for match in _PARAMETERS.finditer(text) if not re.match(r"\s?tokens?\b", text[match.end() :])]
    tokens = [each for each in passage.figures if each.noun.startswith("token") and each.value >= 1e9 and not each.per]
    claims = [each for each in passage.figures if each.unit == "flop" and not each.per and each.value >= 1e18]
    if (
        len(sizes) != 1
        or len(tokens) != 1
        or len(claims) != 1
        or "train" not in text.casefold()
        or _NOT_SIX.search(text)
    ):
        return
    size = _parameters(sizes[0])
    yield from judged(
        passage,
        "training",
        lambda n, d: 6 * n * d,
        [("parameters", size), ("tokens", tokens[0])],
        claims[0],
        said=f"6 operations for each of {size.value:.3g} parameters and {tokens[0].value:.3g} tokens are {{value}}",
        written="6 × parameters × tokens",
        confidence=0.9,
    )


def _parameters(match: re.Match[str]) -> Quantity:
    """Return how many parameters a model is said to have."""
    count = float(match["n"]) * _SCALES[match["scale"].casefold()]
    text = match.group().strip(" -")
    return Quantity(match.start(), match.end(), text, count, count, 0.0, "amount", "", (), "", "parameters")


def _weights(passage: Passage, text: str) -> Iterator[Finding]:
    """Check the memory of a model's weights: parameters times the bytes of the precision."""
    sizes = list(_PARAMETERS.finditer(text))
    claims = [each for each in passage.figures if each.unit == "byte" and not each.per and each.scale >= 1e9]
    if len(sizes) != 1 or not 0 < len(claims) < 6:
        return
    for claim in claims:
        yield from _weight(passage, text, sizes[0], claim, alone=len(claims) == 1)


_AT_BITS = re.compile(r"\s(?:at|in|with)\s(?P<bits>4|8|16)[\s-]bits?\b")


def _weight(passage: Passage, text: str, match: re.Match[str], claim: Quantity, *, alone: bool) -> Iterator[Finding]:
    parameters = _parameters(match)
    count = parameters.value
    named = {word.casefold() for word in _PRECISION.findall(text)} if alone else _nearest(text, claim)
    if not alone and not named:
        return
    near = text[max(0, claim.start - 60) : claim.end + 60]
    if _LATER.search(text[claim.end : claim.end + 24]) or (count < 1e8):
        return
    options = [_BYTES[word] for word in named] or [2.0, 1.0, 4.0, 0.5]
    for size in options:
        computed = compute(lambda n, size=size: n * size, [replace(parameters, step=count * 0.02)])
        if computed is None:
            return
        verdict, sure = verdict_of(computed, claim)
        if verdict in ("holds", "rounds"):
            told = f"{parameters.text} parameters at {number(size)} bytes each are {amount(computed.value, claim)}"
            yield finding(
                passage,
                "weights",
                verdict,
                0.85 * (1 if verdict == "holds" else sure),
                claim,
                computed,
                [("parameters", parameters)],
                f"parameters × {number(size)} bytes",
                explained(verdict, told, claim, ""),
            )
            return
    mistaken = any(abs(count * size / claim.value - 1) < 0.01 for size in (0.5, 1.0, 2.0, 4.0))
    if len(named) == 1 and (mistaken or _WEIGHTS.search(near)) and not _LATER.search(text):
        told = (
            f"{parameters.text} parameters in {next(iter(named)).upper()} ({number(options[0])} "
            f"bytes each) are {amount(count * options[0], claim)}"
        )
        yield finding(
            passage,
            "weights",
            "wrong",
            0.82,
            claim,
            compute(lambda n: n * options[0], [parameters]),
            [("parameters", parameters)],
            f"parameters × {number(options[0])} bytes",
            explained("wrong", told, claim, ""),
        )


def _nearest(text: str, claim: Quantity) -> set[str]:
    """Return the precision that is named right before a figure, or right after it."""
    before = [match.group().casefold() for match in _PRECISION.finditer(text, max(0, claim.start - 40), claim.start)]
    between = text[max(0, claim.start - 40) : claim.start]
    if before and not re.search(r"\d\s?(?:GB|TB|MB)", between.split(before[-1])[-1]):
        return {before[-1]}
    if bits := _AT_BITS.match(text, claim.end):
        return {f"{bits['bits']}-bit"}
    after = _PRECISION.match(text, claim.end + 4) if text[claim.end : claim.end + 4] == " in " else None
    return {after.group().casefold()} if after else set()


def _overhead(passage: Passage) -> Iterator[Finding]:
    skeleton = passage.skeleton
    for pattern in (_PUE, _PUE_FIRST):
        for match in pattern.finditer(skeleton):
            pue, it, over = (passage.figure(match[name]) for name in ("pue", "it", "over"))
            if it.unit != "w" or over.unit != "w" or not 1 <= pue.value < 4:
                continue
            yield from judged(
                passage,
                "pue",
                lambda ratio, load: (ratio - 1) * load,
                [("PUE", replace(pue, noun="", step=0.0)), ("IT load", replace(it, step=it.step * 0.2))],
                over,
                said=f"at a PUE of {pue.text} the overhead on {it.text} is {{value}}",
                written="(PUE − 1) × IT load",
                confidence=0.88,
            )
    for match in _PUE_TIMES.finditer(skeleton):
        a, pue, b = (passage.figure(match[name]) for name in ("a", "pue", "b"))
        if (
            a.unit == b.unit
            and a.unit
            and 1 <= pue.value < 4
            and a.per == b.per  # what is for one may be told for several next
            and "." not in pue.noun
        ):
            yield from judged(
                passage,
                "pue",
                lambda before, ratio: before * ratio,
                [("before", a), ("PUE", pue)],
                b,
                said=f"{a.text} at a PUE of {pue.text} is {{value}}",
                written="before × PUE",
                confidence=0.9,
            )

"""Proper names in a sentence: enough of them to notice that a claim speaks of another firm, chip or quarter.

Three sorts are read. A *designator* joins letters and digits (H100, GPT-4, p5e.48xlarge, Q2, FY26) and must be there
letter by letter, hyphens and blanks aside. A *name* is a word with a capital inside a sentence (Blackwell, Denmark,
but also a month). An *acronym* is in capitals (AWS) and is also met by words with these initials; the field's common
nouns (GPU, PUE, API) are not names. The first word of a sentence counts only as a designator or an acronym, since
anything has a capital there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rackmath.brain.measure_units import unit_of

_TOKEN = re.compile(r"[^\W_](?:[\w./+-]{0,60}[^\W_])?(?:['’]s\b)?")
_SENTENCE_START = re.compile(r"(?:[.!?:…][\"'”’)\]]{0,3}\s+|^\s*|[\n|•]\s*|[\"“‘(\[]\s?)\Z")
_DESIGNATOR = re.compile(r"(?=\w*[^\W\d_])[A-Za-z][\w./+-]*\d[\w./+-]*|\d+[A-Za-z][\w./+-]*|[A-Z][A-Za-z]*-\d[\w.]*")
_COMPOUND = re.compile(r"(?:-[a-z]+)+\Z")  # H100-based
_PREFIXED = re.compile(r"[a-z]+-\d.*")  # mid-2024
_BITS = re.compile(r"[^\W_]+")
_FISCAL = re.compile(r"(fy|cy)(?:20)(\d\d)")
_COMMON = """ai ml llm llms gpu gpus cpu cpus tpu tpus npu npus asic asics fpga hbm dram sram ssd nvme ram vram api
apis pue tco roi irr npv capex opex cfo ceo cto coo it kpi sla slo mfu hfu flops flop rag moe kv qps rps ttft tpot
usd eur gbp us uk eu un pdf html url ip os db sql csv json yaml hr pr qa q&a r&d m&a saas paas iaas b2b ok tv am pm
ebitda gaap gdp cpi yoy qoq cagr ac dc ups hvac rack nic pcie vm vms sku skus aka eta faq id ids"""
_NOT_NAMES = """i i'm i've march may monday tuesday wednesday thursday friday saturday sunday english internet"""
_MONTHS = """january jan february feb april apr june jun july jul august aug september sep sept october oct november nov
december dec"""
_COMMON_NOUNS = frozenset(_COMMON.split())
_MONTH_WORDS = frozenset(_MONTHS.split())
_SKIPPED = frozenset(_NOT_NAMES.split())


def names(text: str) -> Iterator[str]:
    """Yield the proper names of a text as printed, in order, each once."""
    seen: set[str] = set()
    for match in _TOKEN.finditer(text):
        word = re.sub(r"['’]s\Z", "", match.group())
        for part in _parts(word):
            key = _key(part)
            if key not in seen and _is_name(part, opens=_opens(text, match.start())):
                seen.add(key)
                yield part


def missing_names(claim: str, *texts: str) -> list[str]:
    """Return the names of a claim that occur in none of the texts."""
    wanted = list(names(claim))
    if not wanted:
        return []
    held = _Held(texts)
    return [name for name in wanted if not held.has(name)]


class _Held:
    """Texts to look names up in."""

    def __init__(self, texts: Iterable[str]) -> None:
        whole = "\n".join(texts)
        self._bits = _BITS.findall(whole.casefold())
        self._words = set(self._bits) | {bit.removesuffix("s") for bit in self._bits}
        self._joined = {_key(token) for token in _TOKEN.findall(whole)}
        self._joined |= {a + b for a, b in zip(self._bits, self._bits[1:], strict=False)}
        self._joined |= {_FISCAL.sub(r"\1\2", key) for key in self._joined}
        self._initials = "".join(bit[0] for bit in _BITS.findall(whole))

    def has(self, name: str) -> bool:
        key = _key(name)
        if key in _MONTH_WORDS:
            return any(word[:3] == key[:3] for word in self._words & _MONTH_WORDS)
        if any(letter.isdigit() for letter in key):
            fiscal = _FISCAL.sub(r"\1\2", key)
            return key in self._joined or fiscal in self._joined or (key.endswith("s") and key[:-1] in self._joined)
        bits = [bit.removesuffix("s") for bit in _BITS.findall(name.casefold())]
        if all(bit in self._words or f"{bit}s" in self._words for bit in bits):
            return True
        if name.isupper() or name[:-1].isupper():
            return name.rstrip("s") in self._initials
        return key in self._joined


def _parts(word: str) -> list[str]:
    """Cut at slashes, and at hyphens where no digit makes the whole a designator."""
    pieces = re.split(r"/+", word)
    cut: list[str] = []
    for piece in pieces:
        bare = _COMPOUND.sub("", piece)
        cut += [bare] if _DESIGNATOR.fullmatch(bare) and not _PREFIXED.fullmatch(bare) else piece.split("-")
    return [part.strip(".+-") for part in cut if part.strip(".+-")]


def _is_name(word: str, *, opens: bool) -> bool:
    low = word.casefold()
    if len(word) < 2 or low in _SKIPPED or low.removesuffix("s") in _COMMON_NOUNS or low in _COMMON_NOUNS:
        return False
    if _DESIGNATOR.fullmatch(word) or word[0].isdigit():
        return _is_designator(word)
    if unit_of(word):
        return False
    if not any(letter.isupper() for letter in word):
        return False
    inner = any(letter.isupper() for letter in word[1:])
    return inner or (not opens and len(word) > 2)


def _is_designator(word: str) -> bool:
    """Whether letters with digits name a thing: not a number with its unit (40kW, 3x, 95th) and not a year (2020s)."""
    if word[0].isdigit():
        return bool(re.fullmatch(r"\d+[A-Za-z]+\d[\w.]*|\d[A-Z]", word)) and not re.fullmatch(r"\d[KMBTXW]", word)
    return True


def _opens(text: str, start: int) -> bool:
    return bool(_SENTENCE_START.search(text[max(0, start - 12) : start])) if start else True


def _key(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())

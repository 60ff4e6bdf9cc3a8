"""The little LaTeX that BibTeX files write: accents, escapes and braces, to Unicode and back."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "l": "ł",
    "L": "Ł", "i": "ı", "j": "ȷ", "th": "þ", "TH": "Þ", "dh": "ð", "DH": "Ð", "textendash": "–",
    "textemdash": "—", "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\",
    "textunderscore": "_", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
    "textquotedblright": "”", "ldots": "…", "dots": "…", "textellipsis": "…", "euro": "€", "texteuro": "€",
    "pounds": "£", "textsterling": "£", "texttimes": "×", "times": "×", "textdegree": "°", "textmu": "µ",
    "S": "§", "copyright": "©", "textregistered": "®", "texttrademark": "™", "slash": "/", "textless": "<",
    "textgreater": ">", "textbar": "|", "textbraceleft": "{", "textbraceright": "}", "textdollar": "$",
}  # fmt: skip
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)(\s*)|(.))", re.DOTALL)
_SPECIAL = {
    "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}", "~": r"{\textasciitilde}", "^": r"{\textasciicircum}", "\\": r"{\textbackslash}",
}  # fmt: skip
_UNDER = re.compile(r"\s*(?:\{\s*(?:\\([ij])|([^{}\\]?))\s*\}|\\([ij])(?![A-Za-z])\s?|([^{}\\\s]))")
_CAPITALS = re.compile(r"[^\W_]*[^\W\d_][^\W_]*")
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_OPEN, _CLOSE, _SLASH, _DASH, _TICK, _APOSTROPHE = "\ue000\ue001\ue002\ue003\ue004\ue005"  # while braces are taken off
_PLACED = re.compile("[\ue000-\ue005]")


def to_text(latex: str) -> str:
    """Return what a field says, in Unicode. Unknown commands leave their argument; the time is linear."""
    pieces: list[str] = []
    position = 0
    latex = _PLACED.sub("", latex)
    while match := _COMMAND.search(latex, position):
        pieces.append(latex[position : match.start()])
        position = match.end()
        word, sign = match[1] or "", match[3] or ""
        mark = word or sign
        if mark in _ACCENTS and (not word or match[2] or latex[position : position + 1] in ("{", "")):
            letter, position = _letter(latex, position)
            pieces.append(unicodedata.normalize("NFC", letter[:1] + _ACCENTS[mark] + letter[1:]) if letter else "")
        elif word in _LETTERS:
            pieces.append(_kept(_LETTERS[word]))
            position += 2 if latex.startswith("{}", position) else 0
        elif sign and not sign.isspace():
            pieces.append("" if sign in "-/@," else _kept(sign))
        elif sign:
            pieces.append(" ")
    pieces.append(latex[position:])
    text = "".join(pieces)
    for written, meant in _LIGATURES:
        text = text.replace(written, meant)
    text = re.sub(r"[{}]", "", text.replace("~", " "))
    for placed, meant in zip((_OPEN, _CLOSE, _SLASH, _DASH, _TICK, _APOSTROPHE), "{}~-`'", strict=True):
        text = text.replace(placed, meant)
    return " ".join(text.split())


def from_text(text: str, *, title: bool = False) -> str:
    r"""Return text as a field writes it: ``50\% of R\&D``; with `title`, words with capitals are kept by braces."""
    escaped = "".join(_SPECIAL.get(letter, letter) for letter in text)
    escaped = re.sub(r"--|``|''", lambda match: "{}".join(match.group()), escaped)
    return _protected(escaped) if title else escaped


def _protected(text: str) -> str:
    """Put braces around words with a capital after their first letter, or after the first word, outside commands."""
    pieces = []
    position = depth = 0
    for match in _CAPITALS.finditer(text):
        before = text[position : match.start()]
        depth += before.count("{") - before.count("}")
        position = match.end()
        capital = any(letter.isupper() for letter in match.group()[1 if match.start() == 0 else 0 :])
        command = text[match.start() - 1 : match.start()] == "\\"
        pieces += [before, f"{{{match.group()}}}" if capital and depth == 0 and not command else match.group()]
    return "".join([*pieces, text[position:]])


def _letter(latex: str, position: int) -> tuple[str, int]:
    r"""Return the letter under an accent, ``o``, ``{o}`` or ``\i``, and the place after it."""
    match = _UNDER.match(latex, position)
    if match is None:
        return "", position
    dotless = match[1] or match[3]
    return dotless or match[2] or match[4] or "", match.end()


def _kept(letter: str) -> str:
    """Return a letter that braces and ligatures must not touch."""
    return {"{": _OPEN, "}": _CLOSE, "~": _SLASH, "-": _DASH, "`": _TICK, "'": _APOSTROPHE}.get(letter, letter)

"""What the words around a figure say about how it was derived: a total, a rise, a share, a price for one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rackmath.audit.quantity import seconds_of
from rackmath.audit.rules.common import DOWN, UP
from rackmath.audit.rules.setting import IN_A_TIME, Place, words_of

_OPEN = (
    r"(?:(?:about|roughly|only|just|some|an?|the|nearly|almost|another|up|down|by|at|over|under|around|us|them|effective|"
    r"net)\s){0,4}"
)
_STRONG = re.compile(
    r"(?:\b(?:that|this|which|it|they)(?:['’]s|\s(?:is|was|are|were|would be|will be|makes?|made|gives?|gave|"
    r"comes? to|came to|means?|"
    r"meant|add(?:s|ed)? up to|amount(?:s|ed)? to|works? out (?:at|to)|puts? [a-z ]{1,40} at|would have been|will have|"
    r"leaves?|adds?|equals?))|\b(?:that|this|which)\s(?:takes?|costs?|needs?|requires?|saves?)|\b(?:and|then)\s(?:you|we|one)\s(?:have|has|get|gets)|"
    r"\b(?:i\.e\.,?|that is,?|or|hence|thus|therefore|so|makes?|making|giving|gives?|comes? to|came to|"
    r"totals?|totall?ing|amount(?:s|ed)? to|add(?:s|ed)? up to|sums? (?:up )?to|"
    r"\bcall (?:it|that|this)|\b(?:calls?|called|describes?|described|presents?|presented|reports?|reported|"
    r"hails?|hailed|bills?|billed)\s"
    r"(?:this|that|it|these|the [a-z]+)\s(?:as\s)?an?|\b(?:coverage|cover|multiple|ratio|leverage|gearing) of|"
    r"amounting to|equals?|equal to|equivalent to|works? out (?:at|to)|in other words,?|for a total of|yields?|implies|"
    r"implying|leaving|leaves|bringing|becomes?|(?:off|cut|discount),?\s(?:[a-z]+\s){0,3}to)|=|≈|→)"
    rf"\s?{_OPEN}\Z",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:costs?|use|uses|used|run|needs?|needed|takes?|took|earns?|earned|pays?|paid|saves?|saved|draws?|"
    r"burns?|burned|burnt|"
    r"holds?|brings? in|carr(?:y|ies|ied)|moves?|spends?|spent|loses?|lost|gains?|recovers?|serves?|produces?|"
    r"makes?|made|is|are|was|"
    r"were|be|been|bill|pulls?|consumes?|owes?|drops?|runs?|ran|occupy|occupies|stays?|reach(?:es)?|"
    r"account for|averag(?:es?|ed|ing)|wastes?|wasted|emits?|emitted|receives?|received|sells?|sold|collects?|"
    r"delivers?|delivered|absorbs?|weighs?|covers?|fills?|removes?|avoids?|avoided|swallow(?:s|ed)?|releases?|"
    r"charges?|charged|collects?|goes to|climbs to|wants?|sees|turns out|rings? up|returns?|yields?|"
    r"walk(?:s|ed)?|travels?|fetch(?:es|ed)?|raises?|trims?)"
    rf"\s(?:[a-z]+\s){{0,2}}?{_OPEN}\Z",
    re.IGNORECASE,
)
_APPOSED = re.compile(rf"[,:;(—–]\s?(?:and\s)?{_OPEN}\Z")
_BACK = re.compile(
    r"(?:That|This|Thus|Hence|Therefore|So|Together|Altogether|In all|All told|All [a-z]+|In total|At (?:that|"
    r"this|these|those|full|an?|\d)|"
    r"Multipl|Multiply|Divided|Spread|Per\b|Each|Over\b|Across|With\b|Total|It(?:'s| is| was| comes| makes|"
    r" would| costs| gives| takes| means)\b|They|If\b|The (?:bill|total|whole|rest|"
    r"remainder|sum|result|cost|price|premium|difference|gap|saving|margin|yearly|annual|monthly)|In a\b|"
    r"Running (?:all|at|for|non|flat|round|around)|Payback|Break-even|"
    r"Combined|Both|A (?:rise|fall|cut|saving)|For\b)",
)
_DERIVES = re.compile(
    r"(?:That|This|Thus|Hence|Therefore|So|Together|Altogether|In all|All told|All [a-z]+|In total|At (?:that|"
    r"this|these|those|an?|\d)|Multipl|"
    r"Divided|Spread|Per\b|Across|Total|Running|Payback|Break-even|Combined|Both|A (?:rise|fall|cut|saving)|"
    r"The (?:bill|total|whole|rest|remainder|sum|result|premium|difference|gap|saving|margin))"
)
_CONCLUDES = re.compile(r"\b(?:therefore|thus|hence|so|accordingly|then|altogether|consequently|such)\b", re.IGNORECASE)
_TOTAL = re.compile(
    r"\b(?:in (?:all|total)|altogether|together|total(?:s|l?ed|l?ing)?|combined(?!-)|all told|sum|sums|adds? up|"
    r"overall|"
    r"the whole|"
    r"all (?:two|three|four|five|six)|in sum|bringing|all in|all-in|aggregate|both)\b",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(?:leav(?:es?|ing)|left|remain(?:s|ing|der)?|the rest|less|net|difference|gap|sav(?:es?|ed|ing|ings)|"
    r"margin|premium|headroom|"
    r"shortfall|surplus|deficit|short|more|fewer|extra|closed|gained?|lost|loses|loss|balance|new borrowing|"
    r"unsold|idle|spare|cheaper|"
    r"dearer|lower|higher|above|below|adds?|borrowed|vacant|vacanc(?:y|ies)|apart|unfilled|profit|reduction|"
    r"increase|growth|down|up|falls?|"
    r"drops?|rises?)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\b(?:per|each|apiece|a head|to (?:a|each|every|the)|average|averag(?:es|ed|ing)|mean|every|for one|"
    r"a piece|spread|divided|"
    r"straight[- ]line|works? out|between|an? (?:home|unit|head|day|year|month|ride|trip|game|seat))\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:of|share|rate|ratio|occupancy|utili[sz]ation|take-?up|margin|gearing|full|portion|proportion|"
    r"percentage|coverage|penetration|"
    r"factor|yield|vacan|represents?|accounts? for|makes? up|load|capacity|on|average of)\b",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\s(?:of|share of|on (?!the year|the month|last|average|top|a year|previous))\s?(?P<what>[^,.;:()\n]{2,40})"
)
_CHANGED = re.compile(
    r"\s?(?:off|discount|rebate|cut|saving|cheaper|less|lower|more|higher|increase|fall|drop|rise|reduction)\b"
)
_CHANGING = re.compile(
    r"\b(?:fell|falls?|fallen|lost|loses|dropped|cuts?|rose|rises?|grew|grows?|discount of|off|another|"
    r"further|lowered|reduced|"
    r"raised|increased|by)\s(?:by\s)?(?:about |another |a further )?\Z",
    re.IGNORECASE,
)
_WOULD = re.compile(rf"\b(?:would|will|should|must|can|could)\s(?:[a-z]+\s){{1,2}}?{_OPEN}\Z")
_ARTICLE = re.compile(r"\b[Aa]n?\s\Z")
_GIVEN = re.compile(
    r"\b(?:at|for|with)\s(?:an? (?:average|price|rate|cost|mean)(?:\s[a-z]+)? of\s|each\s|about\s|only\s|just\s)?\Z"
)
_OF_SHARE = re.compile(rf"\b(?:of|by)\s{_OPEN}\Z")
_ITEM = re.compile(r"[^,;.]{0,40},?\s(?:and|or|plus)\s*\Z")
_PAID = re.compile(
    rf"\b(?:pays? (?:for itself|back|off)|paid back|repaid|recoup\w*|back|even|pay-?back (?:of|is|takes|"
    rf"in))\s(?:[a-z]+\s){{0,3}}?{_OPEN}\Z"
)
_MOVES_TO = re.compile(
    rf"\b(?:rises?|falls?|drops?|goes|climbs?|comes down|lowers? [a-z ]{{2,20}}|by|off) to\s{_OPEN}\Z"
)
_REST = re.compile(r"\b(?:remaining|rest|remainder|balance)(?:\s(?:of|is|was|,))?\s\Z")
_REMAINDER = re.compile(r"(?:The|All the|Its|Our) (?:remaining|rest|remainder|others?)\b[^.;:]{0,60}\Z", re.IGNORECASE)
_KNOWN = re.compile(r"(?<!or )(?<!making )\b(?:the|its|their|our|this|that|those|these|his|her)\s\Z", re.IGNORECASE)
_GIVES_THE = re.compile(
    r"\b[Cc]all (?:it|that|this)\s(?:about\s|roughly\s)?\Z|\b(?:gives?|makes?|yields?|adds? up to|comes? to|"
    r"equals?|makes? up) (?:the|our|its)\s\Z"
)
_A_RISE = re.compile(
    r"(?:[,:;(—–]\s?|\b(?:is|was|makes|or|represents|means)\s)(?:and\s)?(?:an?|"
    r"the)\s(?:[a-z]+\s){0,2}?(?:rise|increase|jump|fall|"
    rf"cut|drop|gain|saving|decline|decrease|reduction|uplift|growth|share|average|total|cost|outlay|bill|sum|"
    rf"loss|profit|payback)\sof\s{_OPEN}\Z"
)
_BOUGHT = re.compile(
    r"\b(?:bought|brought|gave|gives?|meant|means?|delivered|delivers?|yielded|is|was|makes?|made|represents?|for|got)\s"
    r"(?:us\s|them\s|you\s|it\s)?an?\s\Z"
)
_GAIN = re.compile(
    r"\s(?:[a-z]+\s)?(?:gain|rise|increase|jump|cut|saving|improvement|drop|fall|reduction|decline|discount|premium|uplift|"
    r"markup|mark-up|growth)\b"
)
_THE_GAP = re.compile(
    rf"\b(?:the|a) (?:[a-z]+ )?(?:difference|gap|shortfall|deficit|surplus|remainder|balance|loss|profit) (?:of|"
    rf"is|was|comes to|becomes)\s{_OPEN}\Z"
)
_IS_A = re.compile(
    rf"\b(?:this|that|which|it)(?:['’]s|\s(?:is|was|makes|gives|means|represents|implies|yields))\san?\s(?:[a-z-]+\s){{1,4}}of\s{_OPEN}\Z",
    re.IGNORECASE,
)
_ELSE_WITH = re.compile(r"\s(?:with|without|if|when|paid|unless)\b")
_EITHER = re.compile(r"\bor\s(?:even\s)?\Z")
_SUBJECT = re.compile(
    r"(?:\s[a-z]+){0,2}?\s(?:is|are|was|were|has|have|had|do|does|did|will|would|can|could|may|came|went)\b"
)
_ENDPOINT = re.compile(r"\b(?:to|from|between)\s(?:just |only |about |some )?\Z")
_ROW_OF = re.compile(r"[,;]?\s?(?:and\s|or\s|but\s)?(?:[\w'’-]+\s){1,5}\Z")
_UP, _DOWN = (
    re.compile(rf"\b{UP}\b", re.IGNORECASE),
    re.compile(rf"\b(?:{DOWN}|quicker|off|improvement|lost|losing|loses|loss)\b", re.IGNORECASE),
)
_YEARLY = re.compile(
    r"\b(?:a year|per year|annual(?:ly|i[sz]ed)?|yearly|per annum|p\.a\.|CAGR|compound(?:ed|ing)?|each year|"
    r"every year|a month|"
    r"monthly|per month|on average each)\b|/\s?(?:yr|year)",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"\b(?:target|plan(?:ned)?|forecast|budgeted|goal|consensus|in real terms|real terms|inflation|"
    r"like-for-like|adjusted|excluding|"
    r"at least|as (?:much|many|little|few) as|other|others|elsewhere|typical|industry|national|peers|comparable|"
    r"weekdays?|alone|real|old|original|former|both|respectively|either|claims?|claimed|wanted|guess|supposed|vendors?|maximum|minimum|"
    r"capped|world|globally)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\b(?:(?P<year>years?|yearly|annual(?:ly)?|annum|around the clock|all year|round the clock)|"
    r"(?P<month>months?|monthly)|(?P<week>weeks?|weekly)|"
    r"(?P<day>days?|daily|nights?|nightly)|(?P<quarter>quarters?|quarterly)|(?P<hour>hours?|hourly))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cues:
    """What speaks for a figure being derived, and how: the strength of the tie to what stands before, and flags."""

    tie: float
    back: bool
    total: bool
    less: bool
    each: bool
    share: bool
    up: bool
    down: bool
    yearly: bool
    other: bool
    of: frozenset[str]
    periods: frozenset[str]


def cues(claim: Place, before: Place | None) -> Cues:
    """Read what the words around a figure say; `before` is the figure before it."""
    tail = re.split(r"[.;:(]|,\s(?!so\b)", claim.after[:48])[0]
    beside = re.split(r"[,.;:(]", claim.after[:24])[0]
    lead = claim.before[-90:]
    near = re.split(r"[.;:(]|,\s", lead)[-1][-48:]
    return Cues(
        tie=_tie(claim, lead, before),
        back=_BACK.match(claim.line.text) is not None,
        total=_has(_TOTAL, near, tail) or _has(_TOTAL, claim.lead[:14] if len(claim.lead) < 90 else "", ""),
        less=_has(_LESS, near, tail) or _has(_LESS, lead[-40:], ""),
        each=_has(_EACH, near, tail)
        or _has(_EACH, claim.lead[:40], "")
        or claim.figure.each
        or any(not seconds_of(each) for each in claim.figure.per),
        share=_has(_SHARE, near[-30:], tail[:34]),
        up=_has(_UP, near[-30:], beside),
        down=_has(_DOWN, near[-30:], beside),
        yearly=_has(_YEARLY, near, tail) or bool(claim.periods),
        other=_has(_ELSE, near, tail),
        of=_of(claim, before),
        periods=periods_in(claim.line.text[:400]),
    )


def _of(claim: Place, before: Place | None) -> frozenset[str]:
    """Return the words of what a share is of; shares told in one row are of one thing."""
    if match := _OF.match(claim.after):
        return words_of(re.split(r"\s(?:and|or|but|in|at)\b", match["what"])[0])
    if before and before.figure.kind == claim.figure.kind == "share" and before.sentence == claim.sentence:
        return _of(before, None)
    return frozenset()


def changing(place: Place) -> bool:
    """Whether a share is itself a change, such as "fell 35 %" or "20 % off"."""
    return _CHANGED.match(place.after) is not None or _CHANGING.search(place.before) is not None


def _tie(claim: Place, lead: str, before: Place | None) -> float:
    if _ENDPOINT.search(lead) and "from" in claim.lead:
        return 0.0
    if _GIVES_THE.search(lead):
        return 1.2
    if _KNOWN.search(lead):
        return -0.4  # "the 20 % cut" was told before
    if claim.figure.kind == "amount" and _ARTICLE.search(lead) and claim.after[1:2].isalpha():
        return 0.3  # "a 200 kW load"
    if _GIVEN.search(lead) and claim.figure.kind != "share":
        return 0.3  # "nine calls at an average of $61,000"
    if _REST.search(lead) or (_REMAINDER.match(claim.lead) and claim.before == claim.lead):
        return 1.4
    if _A_RISE.search(lead) or _IS_A.search(lead) or (_BOUGHT.search(lead) and _GAIN.match(claim.after)):
        return 1.5
    if _THE_GAP.search(lead):
        return 1.4
    if before and _EITHER.search(lead) and (before.figure.like(claim.figure) or _ELSE_WITH.match(claim.after)):
        return 0.0  # "whether it is 50 % or 95 %", "or $12 with a card"
    if _STRONG.search(lead):
        return 1.6
    if _APPOSED.search(lead):
        return _apposed(claim, lead, before)
    if claim.figure.unit in ("month", "s") and _PAID.search(lead):
        return 1.4
    if before and before.figure.kind == "factor" and claim.figure.unit in ("month", "s") and len(lead) < 24:
        return 1.2
    if before and before.figure.kind == "share" and before.sentence == claim.sentence and _MOVES_TO.search(lead):
        return 1.2
    if IN_A_TIME.search(lead):
        return 1.2
    strength = 1.4 if _WOULD.search(lead) else 1.0 if _VERB.search(lead) else 0.0
    if claim.figure.kind == "share" and _OF_SHARE.search(lead):
        strength = 1.0
    if not strength and before and before.figure.kind == claim.figure.kind and _ROW_OF.match(lead):
        strength = 0.8
    if _CONCLUDES.search(lead) or (claim.before == claim.lead and _DERIVES.match(claim.line.text)):
        strength += 0.5
    if not lead.strip() and _LESS.search(claim.after[:24]):
        strength = 1.0  # "£31m of new borrowing."
    return strength


def _apposed(claim: Place, lead: str, before: Place | None) -> float:
    """Return how far a figure after a comma, colon or bracket reads as a result of what stands before it."""
    if _SUBJECT.match(claim.after) and not lead.rstrip().endswith(":"):
        return 0.4
    if before is None or before.sentence != claim.sentence:
        return 1.2 if _TOTAL.search(lead) else 0.4  # a label: "Pumps: 40 kW"
    like = before.figure.like(claim.figure)
    counted = claim.figure.kind == "amount" and lead.rstrip().endswith(",") and not _TOTAL.search(claim.after[:24])
    if like and (_ITEM.match(claim.after) or (counted and not _LESS.search(claim.after[:24]))):
        return 0.4  # one of a list
    if not like and claim.figure.kind == "amount" and not claim.figure.unit and lead.rstrip().endswith(","):
        return 0.6  # "23 hours, one sample each minute, 143 pods"
    opened = lead.rstrip().endswith("(") and claim.figure.kind == "amount"
    return 0.9 if opened else 1.2


def _has(pattern: re.Pattern[str], first: str, second: str) -> bool:
    return pattern.search(first) is not None or pattern.search(second) is not None


@lru_cache(maxsize=64)
def periods_in(text: str) -> frozenset[str]:
    """Return the periods that a text names."""
    return frozenset(match.lastgroup for match in _PERIOD.finditer(text) if match.lastgroup)

"""What every rule needs: from a formula, its inputs and a claim to a finding with a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rackmath.audit.bounds import Computed, compute, verdict_of
from rackmath.audit.finding import Finding, Verdict
from rackmath.audit.passage import Passage
from rackmath.audit.quantity import Quantity
from rackmath.audit.words import amount

UP = (
    r"(?:rose|rises?|risen|rising|grew|grows?|grown|growing|increas(?:e[sd]?|ing)|climb(?:s|ed|ing)?|jump(?:s|ed|ing)?|"
    r"surg(?:e[sd]?|ing)|soar(?:s|ed|ing)?|gain(?:s|ed)?|expand(?:s|ed|ing)?|swell(?:s|ed)?|up|higher|more|rise|growth|"
    r"increase|gain|jump|surge|above|larger|bigger|greater|longer|dearer|costlier|faster|heavier|taller|expansion|"
    r"uplift|premium|extra|markup|mark-up|lift(?:s|ed)?|advance[sd]?|widen(?:s|ed)?|wider)"
)
DOWN = (
    r"(?:f[ae]ll(?:s|en|ing)?|drop(?:s|ped|ping)?|declin(?:e[sd]?|ing)|decreas(?:e[sd]?|ing)|shr[aiu]nk(?:s|ing)?|"
    r"s[aiu]nk|slid(?:es?)?|cut(?:s|ting)?|reduc(?:e[sd]?|ing|tion)|lower(?:s|ed|ing)?|down|less|fewer|cheaper|smaller|"
    r"drop|fall|decline|decrease|reduction|saving|savings|saves?|below|shorter|slower|lighter|discount|off|loss|"
    r"contraction|slump(?:ed|s)?|slip(?:s|ped)?|dip(?:s|ped)?|trim(?:s|med)?|dwindle[sd]?|retreat(?:s|ed)?|narrower|"
    r"shave[sd]?|eased?|plung(?:e[sd]?|ing)|tumbl(?:e[sd]?|ing))"
)


def judged(
    passage: Passage,
    rule: str,
    formula: Callable[..., float],
    inputs: Sequence[tuple[str, Quantity]],
    claim: Quantity,
    *,
    said: str,
    written: str,
    confidence: float,
    also: Sequence[Callable[..., float]] = (),
    hint: Callable[[Computed], str] | None = None,
    question: str = "",
) -> Iterator[Finding]:
    """Yield what comes out when a claim is recomputed; nothing where the formula has no finite value.

    Parameters
    ----------
    formula, inputs
        What gives the claimed value, and the named figures that it takes in that order.
    said
        A sentence with ``{value}`` for the recomputed value, such as "12 × $40 is {value}".
    written
        The formula in the names of the inputs.
    confidence
        How surely the words tie the figures together.
    also
        Other readings of the same words; where one of them agrees, the claim holds.
    hint
        Tells from the computed value what may have gone wrong, or nothing.
    question
        Where this is given, a claim that fails is a question, in these words.
    """
    figures = [figure for _, figure in inputs]
    computed = compute(formula, figures)
    if computed is None:
        return
    loose = any(each.hedge or each.worded or each.ranged for each in figures)
    verdict, sure = verdict_of(computed, claim, loose)
    if verdict not in ("holds", "rounds"):
        for other in also:
            again = compute(other, figures)
            if again and verdict_of(again, claim)[0] in ("holds", "rounds"):
                computed, (verdict, sure) = again, verdict_of(again, claim)
                confidence *= 0.9
                break
    if verdict == "wrong" and (question or any(each.hedge in ("over", "under") for each in figures)):
        verdict, sure = "ambiguous", 0.7
    tail = hint(computed) if hint and verdict in ("wrong", "ambiguous") else ""
    if verdict == "ambiguous" and tail and not question and not any(each.hedge for each in figures):
        verdict, sure = "wrong", 0.85  # the usual slip gives just this figure
    sentence = said.format(value=amount(computed.value, claim))
    yield finding(
        passage,
        rule,
        verdict,
        confidence * sure if verdict != "holds" else confidence,
        claim,
        computed,
        inputs,
        written,
        explained(verdict, sentence, claim, tail or (question if verdict == "ambiguous" else "")),
    )


def explained(verdict: Verdict, sentence: str, claim: Quantity, tail: str) -> str:
    """Return the plain sentence of a finding."""
    sentence = f"{sentence[0].upper()}{sentence[1:]}"
    if verdict == "holds":
        return f"{sentence}, as the text says."
    if verdict == "rounds":
        return f"{sentence}; {claim.text!r} is within what the rounding of the figures allows."
    if verdict == "ambiguous":
        return (
            f"{sentence}; the text says {claim.text!r}. {tail or 'Were more digits used, or is something else meant?'}"
        )
    return f"{sentence}, but the text says {claim.text!r}.{f' {tail}' if tail else ''}"


def finding(
    passage: Passage,
    rule: str,
    verdict: Verdict,
    confidence: float,
    claim: Quantity,
    computed: Computed | None,
    inputs: Sequence[tuple[str, Quantity]],
    written: str,
    explanation: str,
) -> Finding:
    """Return a finding about a claim of a passage."""
    line, at = passage.place(claim)
    unit, named = claim.printed
    end = at + claim.end - claim.start
    return Finding(
        kind="arithmetic",
        rule=rule,
        verdict=verdict,
        confidence=round(min(confidence, 0.99), 2),
        note=line.note,
        path=line.path,
        line=line.line,
        start=line.at(at),
        end=line.at(end - 1) + 1,
        claim=" ".join(passage.text.split())[:600],
        claimed=claim.value / unit,
        recomputed=None if computed is None else computed.value / unit,
        low=None if computed is None else computed.low / unit,
        high=None if computed is None else computed.high / unit,
        unit=named,
        formula=written,
        inputs=tuple(passage.input(name, figure) for name, figure in inputs),
        explanation=explanation,
    )

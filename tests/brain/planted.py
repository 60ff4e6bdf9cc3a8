"""Made-up sentences with true claims and with claims in which one number, unit or name is wrong."""

from __future__ import annotations

import random
from typing import NamedTuple


class Case(NamedTuple):
    claim: str
    cited: str
    context: str
    wrong: str  # what was planted, or empty for a true claim


MAKERS = ("Orbex", "Calder", "Nimbus", "TDR", "Fernway")
CHIPS = ("K100", "Z9e", "GTX-7", "Marlin 3", "R2-Ultra")


def cases(count: int, seed: int = 7) -> list[Case]:
    """Return cases, half of them true, made from printed forms that people use for one and the same value."""
    dice = random.Random(seed)
    made = []
    for at in range(count):
        maker, rival = dice.sample(MAKERS, 2)
        chip, other = dice.sample(CHIPS, 2)
        forms = dice.choice(VALUES)(dice)
        year = dice.randint(2024, 2034)
        cited = dice.choice(SENTENCES).format(maker=maker, chip=chip, value=dice.choice(forms), year=year)
        said = dice.choice(forms)
        said_maker, said_chip, said_year, wrong = maker, chip, year, ""
        if at % 2:
            wrong = dice.choice(("value", "value", "value", "unit", "name", "chip", "year"))
            if wrong == "value":
                bad = dice.choice([make for make in VALUES if make(dice)[0][-2:] == forms[0][-2:]] or VALUES)(dice)
                said = _slip(dice, said) if set(bad) & set(forms) else dice.choice(bad)
            elif wrong == "unit":
                said = _other_unit(said)
            elif wrong == "name":
                said_maker = rival
            elif wrong == "chip":
                said_chip = other
            else:
                said_year = year + dice.choice((-1, 1, 3))
        claim = dice.choice(CLAIMS).format(maker=said_maker, chip=said_chip, value=said, year=said_year)
        made.append(Case(claim, cited, "Other words of the page stand here.", wrong))
    return made


def _slip(dice: random.Random, text: str) -> str:
    """Change one digit of a printed number."""
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    at = dice.choice(places[: 1 + len(places) // 2])
    return text[:at] + dice.choice([digit for digit in "123456789" if digit != text[at]]) + text[at + 1 :]


OTHERS = {
    "%": "×", " percent": " times", "B": "M", " billion": " million", "$": "€", "USD": "EUR", " dollars": " euros",
    "MW": "kW", " megawatts": " kilowatts", "kW": "MW", "×": "%", "x": "%", " times": " percent", " months": " years",
    "-month": "-year", "K": "M", " thousand": " million", " per cent": " times",
}  # fmt: skip


def _other_unit(text: str) -> str:
    """Give a printed number another unit; one that has none gets one."""
    for this, that in OTHERS.items():
        if this in text:
            return text.replace(this, that)
    return text.replace(" units", " kW")


def _money(dice: random.Random) -> list[str]:
    value = dice.randint(11, 99) / 10
    return [f"${value}B", f"${value} billion", f"USD {value} billion", f"{value} billion dollars"]


def _price(dice: random.Random) -> list[str]:
    cents = dice.randint(50, 990)
    return [f"${cents / 100:.2f}", f"USD {cents / 100:.2f}", f"{cents / 100:.2f} dollars"]


def _share(dice: random.Random) -> list[str]:
    value = dice.choice([dice.randint(3, 97), dice.randint(30, 970) / 10])
    return [f"{value}%", f"{value} %", f"{value} percent", f"{value} per cent"]


def _power(dice: random.Random) -> list[str]:
    value = dice.randint(11, 480)
    return [f"{value} MW", f"{value}MW", f"{value} megawatts", f"{value * 1000:,} kW"]


def _factor(dice: random.Random) -> list[str]:
    value = dice.randint(12, 98) / 10
    return [f"{value}×", f"{value}x", f"{value} times"]


def _count(dice: random.Random) -> list[str]:
    value = dice.randint(2, 80) * 1000
    return [f"{value:,} units", f"{value} units", f"{value // 1000}K units", f"{value // 1000} thousand units"]


def _range(dice: random.Random) -> list[str]:
    low = dice.randint(2, 30)
    high = low + dice.randint(2, 30)
    return [f"{low}–{high}%", f"{low} to {high} percent", f"{low}% to {high}%", f"{low}-{high} %"]


def _span(dice: random.Random) -> list[str]:
    value = dice.randint(14, 60)
    return [f"{value} months", f"{value}-month stretches"]


VALUES = (_money, _price, _share, _power, _factor, _count, _range, _span)
SENTENCES = (
    "In {year}, {maker} said that the {chip} came to {value}, more than its plan had held.",
    "The {chip} of {maker} stood at {value} by the end of {year}.",
    "By its own account {maker} put the {chip} at {value} in {year}; 3 of its 7 halls run it.",
)
CLAIMS = (
    "For {year} the figure of {maker} for the {chip} was {value}.",
    "The {chip}, says {maker}, stood at {value} in {year}.",
    "At {maker} the {chip} reached {value} during {year}.",
)

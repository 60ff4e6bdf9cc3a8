"""Make a vault of many notes of realistic size, for measuring: the same seed gives the same bytes.

Words follow a flattened Zipf law over an invented vocabulary mixed with the field's own words, so that the most
frequent one stands in about two thirds of the notes and the hundredth in a sixth, as in a real brain. Sentences,
paragraphs, tags, figures in the text and front matter look like those of one. Rich notes also link to each other, cite
sources, and hold figures.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

_FIELD = """gpu cluster utilisation depreciation electricity cooling rack token batch latency throughput memory
bandwidth inference training precision accelerator server network storage contract discount
reservation spot price margin capex lease residual obsolescence learning curve benchmark cache
prompt context parallelism tensor pipeline shard replica queue power watt facility chiller airflow
chargeback allocation finance capital risk forecast demand supply wafer foundry yield lithography
packaging interconnect switch optics licence subscription vendor buyer audit evidence"""
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve wi xo yu zan tor mel ser pil dra kon ust"
_STOP = "the of and a in to is for that with on as by it from at or an be this which are not"
FIELD, SYLLABLES, STOP = _FIELD.split(), _SYLLABLES.split(), _STOP.split()
KINDS = ("pov", "methodology", "watching", "thesis", "reading")


def vocabulary(size: int, rng: random.Random) -> list[str]:
    """Return distinct words, the field's own among the frequent ones."""
    words: dict[str, None] = dict.fromkeys(FIELD)
    while len(words) < size:
        words["".join(rng.choice(SYLLABLES) for _ in range(rng.randint(2, 4)))] = None
    return list(words)


def notes(count: int, words_each: int = 250, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of made notes."""
    rng = random.Random(seed)
    known = vocabulary(20_000, rng)
    weights = list(accumulate(1 / (rank + 20) for rank in range(len(known))))

    def some(n: int) -> list[str]:
        picked = rng.choices(known, cum_weights=weights, k=n)
        return [rng.choice(STOP) if rng.random() < 0.4 else word for word in picked]

    for number in range(count):
        kind = KINDS[-1] if number % 12 else rng.choice(KINDS)
        title = " ".join(rng.choices(known, cum_weights=weights, k=rng.randint(5, 10))).capitalize()
        tags = sorted({"-".join(rng.choices(known[:400], k=rng.randint(1, 2))) for _ in range(rng.randint(4, 8))})
        length = max(60, int(rng.gauss(words_each, 80)))
        paragraphs = []
        while length > 0:
            sentences = []
            for _ in range(rng.randint(2, 5)):
                words = some(rng.randint(8, 24))
                length -= len(words)
                if rng.random() < 0.4:
                    words.insert(
                        len(words) // 2, rng.choice((f"${rng.uniform(0.01, 40):.2f}", f"{rng.randint(1, 99)}%"))
                    )
                sentences.append(" ".join(words).capitalize() + ".")
            paragraphs.append(" ".join(sentences))
        body = "\n\n".join(paragraphs)
        head = (
            f'id: note_{number:026d}\ntype: {kind}\ntitle: "{title}"\nstatus: published\ncreated: 2026-01-01\n'
            f"updated: 2026-01-01\ncontributors: [bench]\ntags: [{', '.join(tags)}]\n"
        )
        yield f"notes/{kind}/note-{number:05d}.md", f"---\n{head}---\n\n{body}\n"


SUBJECTS = tuple(f"{chip}-{place}" for chip in ("h100", "b200", "tpu-v5e", "trainium2") for place in range(15))
QUANTITIES = ("rental-price", "purchase-price", "power", "utilisation", "latency", "margin")
_VOCABULARY = "".join(
    f"{name}:\n  name: {name}\n  unit: USD/GPU_hour\n  half_life_days: 90\n  tolerance: 0.05\n" for name in QUANTITIES
)


def enriched(found: Iterator[tuple[str, str]], count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield (path, text) of notes with links, citations, figures and listed sources, then of the sources themselves.

    A note links to three others on average, cites four sources of one for every three notes, and every second note
    holds two figures of 6 quantities of 60 subjects.
    """
    rng = random.Random(seed)
    sources = max(10, count // 3)
    for number, (rel, text) in enumerate(found):
        head, _, body = text.partition("---\n\n")
        cited = [min(int(rng.paretovariate(0.7)), sources - 1) for _ in range(rng.randint(1, 7))]
        linked = [rng.randrange(count) for _ in range(rng.randint(0, 6))]
        paragraphs = body.rstrip().split("\n\n")
        for place in range(len(cited)):
            paragraphs[place % len(paragraphs)] += f"[^c{place}]"
        for target in linked:
            at = rng.randrange(len(paragraphs))
            paragraphs[at] += f" This follows [[note-{target:05d}]] in part."
        parts = ["\n\n".join(paragraphs)]
        if number % 2:
            parts.append(f"```figures\n{''.join(_figure(rng, number, place, cited[0]) for place in range(2))}```")
        parts.append("\n".join(f"[^c{place}]: @source-{source:05d}" for place, source in enumerate(cited)))
        listed = f"sources: [{', '.join(f'source-{source:05d}' for source in sorted(set(cited)))}]\n"
        yield rel, f"{head}{listed}---\n\n" + "\n\n".join(parts) + "\n"
    for source in range(sources):
        site = f"site-{int(rng.paretovariate(0.5)) % 200}.example"
        yield (
            f"sources/source-{source:05d}.md",
            f"---\nid: source_{source:026d}\ntype: source\ncitekey: source-{source:05d}\ntitle: Source {source}\n"
            f"publisher: {site}\nurl: https://{site}/{source}\nsource_kind: news\n---\n",
        )


def _figure(rng: random.Random, number: int, place: int, source: int) -> str:
    month = f"202{rng.randint(3, 6)}-{rng.randint(1, 12):02d}"
    return (
        f"- id: fig_{number:024d}{place}\n  subject: {rng.choice(SUBJECTS)}\n"
        f"  quantity: {rng.choice(QUANTITIES)}\n"
        f'  value: {rng.uniform(1, 9):.2f}\n  unit: USD/GPU_hour\n  as_of: "{month}"\n'
        f"  kind: reported\n  claimant: {{who: maker {rng.randrange(40)}, kind: vendor}}\n"
        f"  source: source-{source:05d}\n"
    )


def make_vault(path: Path, count: int, words_each: int = 250, seed: int = 1, *, rich: bool = False) -> None:
    """Write a vault of made notes to a new folder, without a journal."""
    path.mkdir(parents=True)
    (path / "brain.yaml").write_text(
        "format: 1\nid: brain_00000000000000000000000000\ntitle: Bench\n", encoding="utf-8"
    )
    made = notes(count, words_each, seed)
    if rich:
        (path / "vocab").mkdir()
        (path / "vocab/quantities.yaml").write_text(_VOCABULARY, encoding="utf-8")
        (path / "contributors").mkdir()
        (path / "contributors/bench.yaml").write_text("handle: bench\nname: Bench\n", encoding="utf-8")
        made = enriched(made, count, seed)
    for rel, text in made:
        file = path / rel
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def main() -> None:
    """Make a vault from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--rich", action="store_true", help="with links, citations, figures and sources")
    given = parser.parse_args()
    make_vault(given.path, given.notes, rich=given.rich)
    print(f"{given.notes:,} notes in {given.path}")


if __name__ == "__main__":
    main()

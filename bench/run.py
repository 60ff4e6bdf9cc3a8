"""Measure speed, memory and size beside their aims: `make bench`.

Each row is a median over several runs on this machine, next to the aim. Comparisons run both sides in turn in one
process and print the ratio. Nothing here is a test: a busy machine is slow, not wrong.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import distribution, requires
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from hand_written import OPTIONS

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).with_name("rackmath")
SCENARIO = ROOT / "src/rackmath/starter/scenarios/serve-70b-chat.yaml"
SAMPLE = ROOT / "src/rackmath/starter/sample-page.txt"
SEED = Path(os.environ.get("RACKMATH_SHARED", ROOT.parent / "shared")) / "seed" / "brain-page.txt"
DRAWS = 1_000_000


def row(what: str, measured: str, aim: str = "") -> None:
    """Print one line of the table."""
    print(f"{what:<64} {measured:>14}   {aim}", flush=True)


def wall(command: list[str], runs: int = 7) -> float:
    """Return the median wall time of a whole process, after one warm-up."""
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


def peak_memory(command: list[str]) -> float:
    """Return the peak memory of a process in MB."""
    with contextlib.suppress(ChildProcessError):
        pid = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).pid
        return os.wait4(pid, 0)[2].ru_maxrss / 1024
    return float("nan")


def start_up() -> None:
    """The command itself."""
    row("rackmath --help, wall", f"{wall([str(PROGRAM), '--help']):.3f} s", "under 0.3 s")
    row(
        "rackmath run tokens.cost_per_mtok, wall",
        f"{wall([str(PROGRAM), 'run', 'tokens.cost_per_mtok']):.3f} s",
        "under 0.8 s",
    )


def core_size() -> None:
    """What the core install weighs: the distributions that rackmath needs, and what those need."""
    wanted, found = ["rackmath"], {}
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        with contextlib.suppress(Exception):
            files = distribution(name).files or []
            found[name] = sum(Path(file.locate()).stat().st_size for file in files if Path(file.locate()).is_file())
            for need in requires(name) or []:
                if "extra ==" not in need:
                    wanted.append(
                        need.split(";")[0].split(" ")[0].rstrip("<>=!~.0123456789").split(">")[0].split("[")[0]
                    )
    package = sum(path.stat().st_size for path in (ROOT / "src").rglob("*") if path.is_file() and path.suffix != ".pyc")
    row(f"core install, {len(found)} distributions", f"{(sum(found.values()) + package) / 1e6:.0f} MB", "under 250 MB")


def demo() -> None:
    """The demo scenario with a million draws, as a whole process and inside one."""
    command = [str(PROGRAM), "decide", str(SCENARIO), "--samples", str(DRAWS), "--json"]
    row("demo scenario, 1,000,000 draws, whole process", f"{wall(command, 5):.2f} s")
    row("  its peak memory", f"{peak_memory(command):.0f} MB", "under 1,000 MB")
    from rackmath.evidence import Evidence
    from rackmath.kernel.decide import decide
    from rackmath.kernel.scenario import load

    evidence = Evidence.load()
    scenario = load(SCENARIO.read_text(encoding="utf-8"), evidence).with_draws(DRAWS, 1)
    times = [timed(lambda: decide(scenario, evidence)) for _ in range(4)][1:]
    row("  inside a process that has loaded the brain", f"{statistics.median(times):.2f} s", "under 2 s")


def timed(work: Callable[[], object]) -> float:
    """Return how long one call takes."""
    gc.collect()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def beside_numpy() -> None:
    """The evaluation of the demo's options beside the same formulas written by hand, on the same million draws."""
    from rackmath.evidence import Evidence
    from rackmath.kernel.bind import Input
    from rackmath.kernel.draws import pieces as draw
    from rackmath.kernel.scenario import load

    scenario = load(SCENARIO.read_text(encoding="utf-8"), Evidence.load())
    pieces = [piece for _, piece in draw(DRAWS, 1)]

    def whole(each: Input) -> Any:
        values = [piece.value_of(each) for piece in pieces]  # drawn here, so that neither side is timed with it
        return np.concatenate(values) if each.uncertain else values[0]

    inputs = {
        option.id: {name: whole(each) for name, each in option.bound.inputs.items()} for option in scenario.options
    }
    pairs: dict[str, list[tuple[float, float]]] = {}
    for option in scenario.options:
        hand = OPTIONS[option.id]

        def ours(option=option) -> list[np.ndarray]:
            return [np.asarray(option.bound.evaluate(piece.value_of).total) for piece in pieces]

        def theirs(option=option, hand=hand) -> np.ndarray:
            return sum(hand(inputs[option.id]).values())

        assert np.allclose(np.concatenate([np.atleast_1d(part) for part in ours()]), theirs(), rtol=1e-12)
        pairs[option.id] = [(timed(ours), timed(theirs)) for _ in range(5)]
        a, b = (statistics.median(side) for side in zip(*pairs[option.id], strict=True))
        row(f"  option {option.id}: models / NumPy by hand", f"{a * 1e3:.0f} / {b * 1e3:.0f} ms", f"ratio {a / b:.2f}")
    rounds = zip(*pairs.values(), strict=True)
    ratios = [sum(a for a, _ in each) / sum(b for _, b in each) for each in rounds]
    row("all four: models / NumPy by hand", f"ratio {statistics.median(ratios):.2f}", "at most 1.3")


def brain() -> None:
    """Import of a page; index and search of many notes."""
    from rackmath.brain import import_page

    for name, page in (("bundled", SAMPLE), ("development", SEED)):
        if not page.exists():
            continue
        times = []
        for _ in range(3):
            with tempfile.TemporaryDirectory() as folder:
                times.append(timed(lambda page=page, folder=folder: import_page(page, Path(folder) / "brain")))
        row(f"import of the {name} page", f"{statistics.median(times):.2f} s", "under 2 s")


def beside_squigglepy() -> None:
    """The draws of one range beside squigglepy's, where it is installed."""
    import importlib.util

    if importlib.util.find_spec("squigglepy") is None:
        row("draws of a range: rackmath / squigglepy", "–", "pip install squigglepy to compare")
        return
    import squigglepy

    from rackmath.uncertainty import parse_stated, stream

    stated = parse_stated("3 to 6 USD/GPU_hour", "USD/GPU_hour").distribution
    theirs = squigglepy.to(3, 6)

    def ours() -> Any:
        return stated.at_score(stream(1, "bench").standard_normal(DRAWS))

    pairs = [(timed(ours), timed(lambda: squigglepy.sample(theirs, n=DRAWS))) for _ in range(5)]
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    row("draws of a range: rackmath / squigglepy", f"{a * 1e3:.0f} / {b * 1e3:.0f} ms", f"ratio {a / b:.2f}")


def api_bill() -> None:
    """A bill of API usage beside the package whose prices it uses."""
    import api_bill

    found = api_bill.measure()
    row(
        f"API bill of {found['requests']:,} requests: ours / genai-prices",
        f"{found['ours_s']} / {found['genai_prices_s']} s",
        f"ratio {found['ratio']}",
    )
    row("  difference between the two totals", f"{float(found['difference_usd']):.2f} USD", "equal to the cent")


def sections() -> Iterator[Callable[[], None]]:
    """Yield what is measured, in order."""
    yield from (start_up, core_size, demo, beside_numpy, beside_squigglepy, api_bill, brain)


def main() -> None:
    """Print the table."""
    print(f"{os.cpu_count()} processors, Python {sys.version.split()[0]}, NumPy {np.__version__}\n")
    for section in sections():
        section()
    from search_speed import main as search_speed

    search_speed()
    for name in ("frontier_speed", "simulator_speed", "serving_errors"):
        print()
        importlib.import_module(name).main()
    print(f"\npeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()

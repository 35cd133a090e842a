"""How well texts are read: accuracy by kind beside a fuzzy search, and milliseconds a text.

Each text is taken right, asked, or taken wrong. The peer is rapidfuzz (`pip install rapidfuzz`): the best partial
match among all full addresses, taken from a score on; it knows no numbers, no zones and no doubt.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.geolocation.wording.places import Level
from gridmap.geolocation.wording.reading import Reader
from gridmap.terms import Verdict
from scripts.benchmarks import trial_county
from scripts.benchmarks.trial_county import Text, Trial

TAKEN_FROM = 90.0
Read = Callable[[Text], str]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="not used: nothing is stored")
    parser.add_argument("--trial", type=Path, required=True, help="folder of the trial county")
    parser.add_argument("--osm", type=Path, required=True, help="folder of OpenStreetMap files")
    parser.add_argument("--wrong", action="store_true", help="list the texts that were taken wrong")
    asked = parser.parse_args()
    trial = trial_county.read(asked.trial, asked.osm)
    methods: dict[str, Read] = {"gridmap": _ours(trial)}
    if importlib.util.find_spec("rapidfuzz"):
        methods["rapidfuzz"] = _fuzzy(trial)
    for name, read in methods.items():
        _table(name, read, trial, list_wrong=asked.wrong)


def _table(name: str, read: Read, trial: Trial, *, list_wrong: bool) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    times, wrong = [], []
    for text in trial.texts:
        begun = time.perf_counter()
        outcome = read(text)
        times.append(time.perf_counter() - begun)
        counts[text.kind][outcome] += 1
        if outcome == "wrong":
            wrong.append(text.text)
    print(f"\n{name}\n{'':40}{'right':>7}{'asked':>7}{'wrong':>7}")
    for kind in sorted(counts):
        print(
            f"{kind:40}" + "".join(f"{counts[kind][one]:>7}" for one in ("right", "asked", "wrong"))
        )
    total = sum(counts.values(), Counter())
    taken = total["right"] + total["wrong"]
    times.sort()
    print(f"{'all':40}" + "".join(f"{total[one]:>7}" for one in ("right", "asked", "wrong")))
    print(f"wrong among taken {total['wrong'] / max(taken, 1):.2%}; ", end="")
    print(
        f"ms a text {1e3 * times[len(times) // 2]:.2f}, p95 {1e3 * times[int(0.95 * len(times))]:.2f}"
    )
    if list_wrong:
        print("\n".join(wrong))


def _ours(trial: Trial) -> Read:
    reader = Reader(trial.gazetteer)

    def read(text: Text) -> str:
        reading = reader.read(text.text)
        if reading.verdict is not Verdict.ACCEPTED or reading.best is None:
            return "right" if text.level == "ask" else "asked"
        best = reading.best
        if text.level == "building":
            right = bool(text.buildings.intersection(best.codes))
        elif text.level == "compound":
            right = best.compound == text.compound
        elif text.level == "crossing":
            right = best.level is Level.CROSSING
        else:
            right = text.level == "point" and best.level in {Level.POINT, Level.BUILDING}
        return "right" if right else "wrong"

    return read


def _fuzzy(trial: Trial) -> Read:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only where it is installed

    codes, addresses = list(trial.addresses), list(trial.addresses.values())

    def read(text: Text) -> str:
        found = process.extractOne(text.text, addresses, scorer=fuzz.partial_ratio)
        if found is None or found[1] < TAKEN_FROM:
            return "right" if text.level == "ask" else "asked"
        return "right" if codes[found[2]] in text.buildings else "wrong"

    return read


if __name__ == "__main__":
    main()

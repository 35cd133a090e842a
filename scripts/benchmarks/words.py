"""How well texts are read, beside a fuzzy search and trigrams: right, asked, wrong; milliseconds a text.

Texts are those of made-up counties in seven naming styles (of the half that the grammar was made on, or of the
ones that were kept aside), those written by hand to trip a resolver and, where its folders are given, those of the
trial county. Each is taken right, asked, or taken wrong; where nobody can tell the place, asking is right.

The peers: rapidfuzz (`pip install rapidfuzz`), the best partial match among all full addresses, taken from a score
on; pg_trgm, the most similar name with the number behind it by a regular expression.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from gridmap.geolocation.wording.gazetteer import EntityKind, Gazetteer
from gridmap.geolocation.wording.reading import Reader
from gridmap.terms import Verdict
from scripts.benchmarks import made_counties, trial_county, word_peers
from scripts.benchmarks.made_texts import Made, texts_of
from scripts.benchmarks.word_peers import Peer, Taken
from tests.geolocation.wording.adversarial import counties as adversarial

OUTCOMES = ("right", "asked", "wrong")


@dataclass(frozen=True, slots=True)
class Course:
    """Texts about one county."""

    name: str
    gazetteer: Gazetteer
    addresses: dict[str, str]
    texts: list[Made]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="PostGIS server for the trigrams")
    parser.add_argument(
        "--half", choices=(*made_counties.HALVES, made_counties.LAST), default="develop"
    )
    parser.add_argument("--each", type=int, default=20, help="texts of a kind and style")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trial", type=Path, help="folder of the trial county")
    parser.add_argument("--osm", type=Path, help="folder of OpenStreetMap files")
    parser.add_argument("--kinds", action="store_true", help="tell every kind of text apart")
    parser.add_argument("--wrong", action="store_true", help="list the texts that were taken wrong")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    asked = parser.parse_args()
    courses = [_made(style, asked) for style in made_counties.STYLES]
    courses += _by_hand()
    if asked.trial and asked.osm:
        courses.append(_trial(asked.trial, asked.osm))
    print(
        f"{'':24}{'':12}{'right':>7}{'asked':>7}{'wrong':>7}{'wrong/taken':>13}{'asked/told':>12}",
        end="",
    )
    print(f"{'ms':>8}{'p95':>8}")
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for course in courses:
        _measure(course, asked, kinds)
    _speed(asked.half)
    if asked.kinds:
        print(f"\n{'gridmap, by kind':48}" + "".join(f"{one:>7}" for one in OUTCOMES))
        for kind in sorted(kinds):
            print(f"{kind:48}" + "".join(f"{kinds[kind][one]:>7}" for one in OUTCOMES))


def _measure(course: Course, asked: argparse.Namespace, kinds: dict[str, Counter[str]]) -> None:
    with ExitStack() as stack:
        for name, read in _methods(course, asked, stack):
            outcomes, times = [], []
            for text in course.texts:
                begun = time.perf_counter()
                taken = read(text.text)
                times.append(time.perf_counter() - begun)
                outcomes.append(outcome(text, taken))
            _line(course.name, name, course.texts, outcomes, times)
            if name == "gridmap":
                for text, one in zip(course.texts, outcomes, strict=True):
                    kinds[text.kind][one] += 1
                    if one == "wrong" and asked.wrong:
                        print("   ", text.kind, text.text)


def _methods(
    course: Course, asked: argparse.Namespace, stack: ExitStack
) -> Iterator[tuple[str, Peer]]:
    yield "gridmap", ours(course.gazetteer)
    if asked.alone:
        return
    if importlib.util.find_spec("rapidfuzz"):
        yield "rapidfuzz", word_peers.fuzzy(course.addresses)
    yield "pg_trgm", stack.enter_context(word_peers.trigrams(asked.server, course.gazetteer))


def _line(
    course: str, method: str, texts: list[Made], outcomes: list[str], times: list[float]
) -> None:
    total = Counter(outcomes)
    accepted = sum(
        one != "asked" and not (one == "right" and text.level == "ask")
        for text, one in zip(texts, outcomes, strict=True)
    )
    told = sum(text.level != "ask" for text in texts)
    times.sort()
    print(f"{course:24}{method:12}" + "".join(f"{total[one]:>7}" for one in OUTCOMES), end="")
    print(
        f"{total['wrong'] / max(accepted, 1):>13.2%}{total['asked'] / max(told, 1):>12.1%}", end=""
    )
    print(f"{1e3 * times[len(times) // 2]:>8.2f}{1e3 * times[int(0.95 * len(times))]:>8.2f}")


def outcome(text: Made, taken: Taken | None) -> str:
    """Tell whether what was taken is right; where nobody can tell the place, asking is right."""
    if taken is None:
        return "right" if text.level == "ask" else "asked"
    codes, compound = taken
    if text.level == "compound":
        return "right" if compound == text.compound else "wrong"
    return "right" if codes and text.level != "ask" and codes & text.codes else "wrong"


def ours(gazetteer: Gazetteer) -> Peer:
    """Return the reader of this repository as the peers are asked."""
    reader = Reader(gazetteer)

    def read(said: str) -> Taken | None:
        reading = reader.read(said)
        if reading.verdict is not Verdict.ACCEPTED or reading.best is None:
            return None
        return frozenset(reading.best.codes), reading.best.compound

    return read


def _made(style: str, asked: argparse.Namespace) -> Course:
    county = made_counties.make(style, asked.half, seed=asked.seed)
    addresses = {
        one.building(zone, number): f"{one.name}{zone}{number}{one.word}"
        for one in county.compounds
        for zone, numbers in one.numbers.items()
        for number in numbers
    }
    addresses |= {code: f"{road}{number}号" for (road, number), code in county.doors.items()}
    texts = list(texts_of(county, asked.seed, asked.each))
    return Course(f"{style}, {asked.half}", county.gazetteer(), addresses, texts)


def _by_hand() -> Iterator[Course]:
    told = [case for part in adversarial.PARTS for case in adversarial.cases(part)]
    for county, reader in adversarial.readers().items():
        names = {
            one.key.code: one.text
            for one in reversed(reader.gazetteer.names)
            if one.key.kind is EntityKind.COMPOUND
        }
        addresses = {
            code: f"{names[house.compound]}{house.zone}{house.number}号楼"
            for house, codes in reader.gazetteer.houses.items()
            for code in codes
        }
        texts = [_case(one.text, one.answer) for one in told if one.county == county]
        yield Course(f"by hand, {county}", reader.gazetteer, addresses, texts)


def _case(text: str, answer: str) -> Made:
    if answer == "ask":
        return Made("by hand, ask", text, "ask")
    if answer.startswith("c:"):
        return Made("by hand, compound", text, "compound", compound=answer.removeprefix("c:"))
    return Made("by hand, spot", text, "building", frozenset([answer]))


def _trial(folder: Path, osm: Path) -> Course:
    trial = trial_county.read(folder, osm)
    points = frozenset(name.key.code for name in trial.gazetteer.names) | {
        key.code for keys in trial.gazetteer.doors.values() for key in keys
    }
    meant = {
        "crossing": frozenset(trial.gazetteer.crossings.values()),
        "point": points,
    }
    texts = [
        Made(one.kind, one.text, one.level, meant.get(one.level, one.buildings), one.compound)
        for one in trial.texts
    ]
    return Course("trial", trial.gazetteer, trial.addresses, texts)


def _speed(half: str) -> None:
    """Print the times of a county of more than 10,000 buildings."""
    county = made_counties.large(half)
    gazetteer = county.gazetteer()
    begun = time.perf_counter()
    reader = Reader(gazetteer)
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    reader.changed([gazetteer.names[0]._replace(text="新添的别名")], [gazetteer.names[1]])
    changed = time.perf_counter() - begun
    times = sorted(_timed(reader.read, (one.text for one in texts_of(county, 1, 10))))
    print(
        f"\n{len(gazetteer.compound_of):,} buildings, {len(county.compounds)} compounds, ", end=""
    )
    print(
        f"{len(county.roads)} roads, {len(county.places):,} places: built in {1e3 * built:.0f} ms, ",
        end="",
    )
    print(
        f"one name changed in {1e3 * changed:.1f} ms; a text {1e3 * times[len(times) // 2]:.2f} ms, ",
        end="",
    )
    print(f"p95 {1e3 * times[int(0.95 * len(times))]:.2f}, longest {1e3 * times[-1]:.2f}")


def _timed(read: Callable[[str], object], texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        begun = time.perf_counter()
        read(text)
        yield time.perf_counter() - begun


if __name__ == "__main__":
    main()

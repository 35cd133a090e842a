"""Made-up counties in the naming styles of many regions: the figures that a change must not worsen."""

from collections import Counter
from functools import lru_cache

import pytest

from scripts.benchmarks.made_counties import HALVES, STYLES, make
from scripts.benchmarks.made_texts import texts_of
from scripts.benchmarks.words import ours, outcome

EACH = 4
WRONG_AMONG_ACCEPTED = 0.003
RIGHT_OF_ACCEPTED = 0.997
ACCEPTED_OF_TOLD = 0.95
ASKED_OF_UNTOLD = 0.99


@lru_cache(maxsize=4)
def _counted(half):
    """By whether the place can be told: how many texts of all styles were right, asked, wrong."""
    counts = {True: Counter(), False: Counter()}
    for style in STYLES:
        county = make(style, half, seed=11)
        read = ours(county.gazetteer())
        for text in texts_of(county, 11, EACH):
            counts[text.level != "ask"][outcome(text, read(text.text))] += 1
    return counts


@pytest.mark.parametrize("half", HALVES)
def test_hardly_any_place_is_wrong(half):
    counts = _counted(half)
    wrong = counts[True]["wrong"] + counts[False]["wrong"]
    assert counts[True].total() > 900
    assert wrong <= WRONG_AMONG_ACCEPTED * (counts[True]["right"] + wrong)


@pytest.mark.parametrize("half", HALVES)
def test_hardly_any_place_that_is_told_is_asked(half):
    told = _counted(half)[True]
    assert told["right"] >= ACCEPTED_OF_TOLD * told.total()
    assert told["right"] >= RIGHT_OF_ACCEPTED * (told["right"] + told["wrong"])


@pytest.mark.parametrize("half", HALVES)
def test_what_nobody_can_place_is_asked(half):
    untold = _counted(half)[False]
    assert untold.total() > 400
    assert untold["right"] >= ASKED_OF_UNTOLD * untold.total()


def test_the_same_seed_makes_the_same_texts():
    county = make("sichuan", "develop", seed=3)
    assert county == make("sichuan", "develop", seed=3)
    assert list(texts_of(county, 3, 2)) == list(texts_of(county, 3, 2))
    assert county != make("sichuan", "develop", seed=4)

"""Texts written by hand to trip a resolver: what was looked at while the grammar was made, and what was not.

`kept` was looked at once when the grammar seemed done, `late` once after what that showed was mended.
"""

from collections import Counter

import pytest

from tests.geolocation.wording.adversarial.counties import PARTS, cases, outcome

WRONG_AMONG_ACCEPTED = 0.02
ACCEPTED_OF_TOLD = 0.88
ASKED_OF_UNTOLD = 0.96
"""place.md wants 99 % of generated texts that nobody can place asked; of these few by hand, one or two may slip."""


@pytest.mark.parametrize("part", PARTS)
def test_texts_that_trip(part):
    told, untold = Counter(), Counter()
    for case in cases(part):
        (untold if case.answer == "ask" else told)[outcome(case)] += 1
    accepted = told["right"] + told["wrong"] + untold["wrong"]
    assert told.total() + untold.total() > 75
    assert told["wrong"] + untold["wrong"] <= WRONG_AMONG_ACCEPTED * accepted
    assert told["right"] >= ACCEPTED_OF_TOLD * told.total()
    assert untold["right"] >= ASKED_OF_UNTOLD * untold.total()

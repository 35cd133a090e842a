"""Cells of files: a lane's number, with its road or without, and never another lane's."""

import pytest

from geodata.cells import lane


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("滨河东路15弄", "15"),
        ("人民大街3-1弄", "3-1"),
        ("15弄", "15"),
        ("15", "15"),
        (15.0, "15"),
        ("A2弄", "A2"),
        ("甲15弄", "甲15弄"),
        ("东15弄", "东15弄"),
        ("3号15弄", "3号15弄"),
        ("里弄", "里弄"),
        ("", None),
        (None, None),
    ],
)
def test_only_a_road_goes_from_before_the_number(cell, number):
    assert lane(32)(cell) == number

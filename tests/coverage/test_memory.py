"""What is kept in memory: the newest few, by their key."""

from gridmap.coverage.memory import Memory, part
from gridmap.coverage.rules import Asked


def test_the_newest_few_are_kept():
    memory: Memory[int, str] = Memory(2)
    for number in (1, 2, 3):
        memory.keep(number, str(number))
    assert [memory.get(number) for number in (1, 2, 3)] == [None, "2", "3"]
    memory.keep(2, "two")
    memory.keep(4, "4")
    assert [memory.get(number) for number in (2, 3, 4)] == ["two", None, "4"]
    assert memory.find(lambda number: number % 2 == 0) == "4"
    memory.forget()
    assert memory.find(lambda _number: True) is None


def test_the_version_of_some_layers():
    whole = (("areas", 1, "7"), ("grids", 2, "8"), ("posts", 3, "9"))
    assert part(whole, "grids", "areas") == (("areas", 1, "7"), ("grids", 2, "8"))


def test_who_asks_for_more_has_what_less_asks_for():
    less, more = Asked((("a", "b"),), (500,)), Asked((("a", "b"), ("a", "c")), (500, 900))
    assert less.within(more)
    assert not more.within(less)
    assert not Asked((), (700,)).within(more)

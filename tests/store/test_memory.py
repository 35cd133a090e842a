"""What is kept in memory: the newest few, by their key."""

from gridmap.store.memory import Memory


def test_the_newest_few_are_kept():
    memory: Memory[str] = Memory(2)
    for number in (1, 2, 3):
        memory.keep(number, str(number))
    assert [memory.find(lambda key, n=n: key == n) for n in (1, 2, 3)] == [None, "2", "3"]
    memory.keep(2, "two")
    memory.keep(4, "4")
    assert memory.find(lambda number: number == 3) is None
    assert memory.find(lambda number: number % 2 == 0) == "4"
    assert memory.get(2, lambda: "made anew") == "two"
    memory.forget()
    assert memory.find(lambda _number: True) is None
    assert memory.get(2, lambda: "made anew") == "made anew"

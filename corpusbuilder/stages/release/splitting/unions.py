"""Sets of things that are joined two at a time."""


class Unions:
    """The numbers from 0, each by itself until it is joined with others."""

    def __init__(self, size: int) -> None:
        self._leader = list(range(size))

    def find(self, one: int) -> int:
        """What names the set of ``one``: equal for two of the same set."""
        while self._leader[one] != one:
            self._leader[one] = self._leader[self._leader[one]]
            one = self._leader[one]
        return one

    def join(self, a: int, b: int) -> None:
        """Make one set of two. The lowest number of a set names it."""
        low, high = sorted((self.find(a), self.find(b)))
        self._leader[high] = low

    def groups(self) -> list[tuple[int, ...]]:
        """The sets of two or more, in ascending order, each sorted."""
        members: dict[int, list[int]] = {}
        for one in range(len(self._leader)):
            members.setdefault(self.find(one), []).append(one)
        return [tuple(every) for every in members.values() if len(every) > 1]

"""What is worked out once per figure, for the many steps that are about it."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

from corpusbuilder.records.document import Figure

T = TypeVar("T")
KEPT: Final = 256
"""Figures for which it is kept: those of a few units."""


class PerFigure(Generic[T]):
    """Makes something of a figure when it is first asked for, and keeps it. Safe in threads.

    Args:
        make: from a figure to what is kept.
    """

    def __init__(self, make: Callable[[Figure], T]) -> None:
        self._make = make
        self._kept: OrderedDict[int, tuple[Figure, T]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, figure: Figure) -> T:
        """What was made of this very figure."""
        with self._lock:
            # The figure is kept, too: none other can have its identity meanwhile.
            found = self._kept.get(id(figure))
            if found is None:
                found = self._kept[id(figure)] = (figure, self._make(figure))
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return found[1]

"""Minimum-cost one-to-one assignment of a few things to a few others (scipy is not among the core dependencies)."""

import math
from collections.abc import Sequence


def assign(costs: Sequence[Sequence[float]], *, limit: float) -> list[tuple[int, int]]:
    """Pairs ``(row, column)`` of least total cost, in order of rows; what would cost ``limit`` or more stays alone.

    Leaving a row alone costs ``limit``, so that a pair is made when it is cheaper than that. The method is that of
    Kuhn and Munkres with potentials, in O(rows² x (rows + columns)).
    """
    rows = len(costs)
    columns = len(costs[0]) if rows else 0
    # One more column for each row stands for being left alone.
    table = [[min(cost, limit * 2) for cost in row] + [limit] * rows for row in costs]
    width = columns + rows
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (width + 1)
    owner = [0] * (width + 1)  # the row (from 1) that holds each column (from 1); column 0 is where a search begins
    for row in range(1, rows + 1):
        owner[0] = row
        came_from, column = _cheapest_path(table, owner, row_price, column_price)
        while column:
            owner[column] = owner[came_from[column]]
            column = came_from[column]
    found = [(owner[column] - 1, column - 1) for column in range(1, columns + 1) if owner[column]]
    return sorted((row, column) for row, column in found if costs[row][column] < limit)


def _cheapest_path(
    table: Sequence[Sequence[float]], owner: Sequence[int], row_price: list[float], column_price: list[float]
) -> tuple[list[int], int]:
    """From column 0 to the nearest free column, updating the prices; gives each column's predecessor."""
    width = len(owner) - 1
    slack = [math.inf] * (width + 1)
    came_from = [0] * (width + 1)
    done = [False] * (width + 1)
    column = 0
    while owner[column]:
        done[column] = True
        row = owner[column]
        for other in range(1, width + 1):
            if not done[other]:
                rest = table[row - 1][other - 1] - row_price[row] - column_price[other]
                if rest < slack[other]:
                    slack[other], came_from[other] = rest, column
        following = min((c for c in range(1, width + 1) if not done[c]), key=lambda c: (slack[c], c))
        step = slack[following]
        for other in range(width + 1):
            if done[other]:
                row_price[owner[other]] += step
                column_price[other] -= step
            else:
                slack[other] -= step
        column = following
    return came_from, column

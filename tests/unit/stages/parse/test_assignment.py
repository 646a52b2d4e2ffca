from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.parse.assignment import assign

LIMIT = 10.0


@st.composite
def tables(draw):
    columns = draw(st.integers(0, 4))
    row = st.lists(st.integers(0, 20).map(float), min_size=columns, max_size=columns)
    return draw(st.lists(row, max_size=4))


def best_total(costs):
    columns = len(costs[0]) if costs else 0
    places = [*range(columns), *[None] * len(costs)]
    return min(
        (
            sum(LIMIT if c is None else costs[r][c] for r, c in enumerate(chosen))
            for chosen in permutations(places, len(costs))
        ),
        default=0.0,
    )


@given(tables())
def test_no_other_assignment_is_cheaper(costs):
    pairs = assign(costs, limit=LIMIT)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    alone = len(costs) - len(pairs)
    assert sum(costs[r][c] for r, c in pairs) + LIMIT * alone == best_total(costs)


@given(tables())
def test_nothing_as_dear_as_the_limit_is_bound(costs):
    assert all(costs[r][c] < LIMIT for r, c in assign(costs, limit=LIMIT))

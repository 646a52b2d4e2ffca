from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.parse import clusters
from corpusbuilder.stages.parse.clusters import touching

# Multiples of 1/4 lie on the grid that boxes are snapped to, so that the plain definition below is exact.
number = st.integers(0, 400).map(lambda n: n / 4)
boxes = st.lists(
    st.tuples(number, number, number, number).map(
        lambda b: (min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3]))
    ),
    max_size=25,
)


def plainly(items, reach):
    """The definition: grow, compare all pairs, take the transitive closure."""
    grown = [(b[0] - r, b[1] - r, b[2] + r, b[3] + r) for b, r in zip(items, reach, strict=True)]
    label = list(range(len(items)))
    for i, a in enumerate(grown):
        for j, b in enumerate(grown):
            if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]:
                old, new = max(label[i], label[j]), min(label[i], label[j])
                label = [new if value == old else value for value in label]
    groups = {}
    for index, value in enumerate(label):
        groups.setdefault(value, []).append(index)
    return sorted(groups.values())


@given(boxes, st.sampled_from([0.0, 1.0, 2.5]))
def test_components_are_those_of_the_definition(items, reach):
    assert touching(items, [reach] * len(items)) == plainly(items, [reach] * len(items))


def test_a_coarser_grid_for_too_many_boxes_still_parts_what_is_far_apart(monkeypatch):
    monkeypatch.setattr(clusters, "MAX_BOXES", 50)
    items = [(i * 0.3 + 400 * (i % 2), 0.0, i * 0.3 + 0.2 + 400 * (i % 2), 1.0) for i in range(300)]
    assert [len(group) for group in touching(items, [0.5] * 300)] == [150, 150]


def test_nothing_has_no_components():
    assert touching([], []) == []

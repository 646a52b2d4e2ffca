import pytest
from sketch import arrow, box, edges, node, read, stroke, text


def hatched(x0, y0, x1, y1, step):
    """A square filled with slanting strokes that end on its sides."""
    long = x1 - x0
    rows = [k * step for k in range(1, int(2 * long / step))]
    return [
        stroke((x0 + max(0, r - long), y0 + min(r, long)), (x0 + min(r, long), y0 + max(0, r - long)), width=0.4)
        for r in rows
    ]


@pytest.mark.parametrize("step", [3.0, 7.0])
def test_the_strokes_of_a_hatch_join_no_areas(step):
    areas = [box(0, 0, 80, 80), box(80, 0, 160, 80), box(0, 80, 80, 160), box(80, 80, 160, 160)]
    names = [text("Herders", 20, 100), text("Farmers", 100, 100), text("Fishers", 100, 20)]
    assert read(names, [*areas, *hatched(0, 0, 80, 80, step)]).connectors == ()


def test_an_arrow_across_a_hatch_keeps_its_ends():
    one, one_box = node("algae", 30, 100)
    other, other_box = node("snail", 230, 100)
    paths = [one_box, other_box, box(90, 60, 170, 140), *hatched(90, 60, 170, 140, 5.0)]
    assert edges(read([one, other], [*paths, *arrow((46, 100), (212, 100))])) == [("arrow", "algae", "snail")]


def test_lines_of_one_pitch_with_labels_of_their_own_are_no_hatch():
    lines, paths = [], []
    for k in range(6):
        for x, name in ((40, "abc"), (160, "xyz")):
            label, frame = text(f"{name}{k}", x, 20 * k), box(x - 5, 20 * k - 2, x + 25, 20 * k + 12)
            lines.append(label)
            paths.append(frame)
        paths.append(stroke((65, 20 * k + 5), (155, 20 * k + 5)))
    assert len(read(lines, paths).connectors) == 6

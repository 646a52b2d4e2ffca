"""What is worked out once per figure."""

import builders

from corpusbuilder.backends.grounders.diagram import kept
from corpusbuilder.backends.grounders.diagram.kept import PerFigure


def test_it_is_made_once_for_a_figure_and_anew_for_another_with_the_same_id():
    made = []
    of = PerFigure(lambda figure: made.append(figure) or len(made))
    one, other = builders.cycle(), builders.cycle("fr")
    assert [of(one), of(one), of(other), of(one)] == [1, 1, 2, 1]
    assert one.id == other.id


def test_it_is_kept_for_so_many_figures(monkeypatch):
    monkeypatch.setattr(kept, "KEPT", 2)
    made = []
    of = PerFigure(lambda figure: made.append(figure.id))
    figures = [builders.cycle(figure_id=f"fig-{n}") for n in range(3)]
    for figure in (*figures, figures[0], figures[2]):
        of(figure)
    assert made == ["fig-0", "fig-1", "fig-2", "fig-0"]

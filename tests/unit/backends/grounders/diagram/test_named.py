"""What a step names in a figure: the label, the thin line and the part, the callout and its entry, the key's colour."""

import builders
import pytest

from corpusbuilder.backends.grounders.diagram.named import NOTHING, find_named
from corpusbuilder.records.diagram import Connector, Diagram, Region
from corpusbuilder.records.geometry import box_polygon


def text(element_id, words, x, y, role="text", **changes):
    return builders.label(element_id, words, x, y, outlined=False).model_copy(update={"role": role, **changes})


def region(element_id, x, y, label_id=None, linked_by=None, **changes):
    box = (float(x), float(y), x + 60.0, y + 40.0)
    fields = {"polygon": box_polygon(box), "box": box, "label_id": label_id, "linked_by": linked_by}
    return Region(id=element_id, method="vector", score=1.0, **{**fields, **changes})


def leader(element_id, tail_id, head_id, kind="leader", **changes):
    points = ((10.0, 10.0), (300.0, 200.0))
    return Connector(
        id=element_id, kind=kind, points=points, tail_id=tail_id, head_id=head_id, directed=False, method="vector",
        score=1.0, **changes,
    )  # fmt: skip


def cell(**changes):
    """A cell: three labels with leaders, of which the line of the wall ends at nothing that was read."""
    labels = [text("t-vac", "Vacuole", 10, 10), text("t-nuc", "Nucleus", 10, 60), text("t-wall", "Cell wall", 10, 110)]
    leaders = [leader("l-vac", "t-vac", "r-vac"), leader("l-nuc", "t-nuc", "r-nuc"), leader("l-wall", "t-wall", None)]
    regions = [
        region("r-vac", 300, 50, "t-vac", "leader"),
        region("r-nuc", 300, 150, "t-nuc", "leader"),
        region("r-dot", 500, 300, "t-nuc", "leader", role="ornament"),
    ]
    parts = {"labels": labels, "connectors": leaders, "regions": regions, **changes}
    return builders.figure("fig-cell", Diagram(**{name: tuple(every) for name, every in parts.items()}))


def numbered():
    """A volcano: callouts 1 to 3, with entries for all of them and a region for all but 3."""
    names = {"1": "Crater", "2": "Main vent", "3": "Ash layer"}
    labels = [text(f"n-{n}", n, 20, 60 * int(n), "number") for n in names]
    labels += [text(f"e-{n}", f"{n}. {name}", 450, 60 * int(n), "legend") for n, name in names.items()]
    regions = [region(f"r-{n}", 200, 60 * int(n), f"n-{n}", "number") for n in ("1", "2")]
    return builders.figure("fig-volcano", Diagram(labels=tuple(labels), regions=tuple(regions)))


def coloured():
    """A map: Brenn and Lunde are forest, Osmar is pasture."""
    fills = {"Forest": "#a6cc8c", "Pasture": "#99bfe5"}
    areas = {"Brenn": "Forest", "Lunde": "Forest", "Osmar": "Pasture"}
    labels = [text(f"t-{name}", name, 20, 80 * i) for i, name in enumerate(areas)]
    labels += [text(f"e-{name}", name, 500, 80 * i, "legend") for i, name in enumerate(fills)]
    regions = [
        region(f"a-{name}", 10, 80 * i, f"t-{name}", "inside", role="area", fill=fills[kind])
        for i, (name, kind) in enumerate(areas.items())
    ]
    regions += [
        region(f"k-{name}", 420, 80 * i, f"e-{name}", "legend", role="key", fill=fill)
        for i, (name, fill) in enumerate(fills.items())
    ]
    return builders.figure("fig-map", Diagram(labels=tuple(labels), regions=tuple(regions)))


def find(step, *figures, language="en"):
    return find_named(step, figures, language=language)


def grounded(step, *figures, language="en"):
    """The elements and the method of the evidence for a step that is certain."""
    found = find(step, *figures, language=language)
    assert found.certain, found.problems
    (evidence,) = found.evidence
    return evidence.element_ids, evidence.method


def problem(step, *figures, language="en"):
    """Why a step has no evidence."""
    found = find(step, *figures, language=language)
    assert found.evidence == ()
    return " ".join(found.problems)


class TestALabel:
    @pytest.mark.parametrize(
        ("step", "language"),
        [
            ("The word “Vacuole” is printed in the figure.", "en"),
            ("The label Vacuole stands at the top.", "en"),
            ("L’étiquette « Vacuole » se lit en haut.", "fr"),
            ("Le mot vacuole est imprimé sur la figure.", "fr"),
        ],
    )
    def test_alone_is_the_evidence_of_a_step_about_words(self, step, language):
        assert grounded(step, cell(), language=language) == (("t-vac",), "diagram.label")

    @pytest.mark.parametrize(
        ("step", "language"),
        [
            ("The vacuole is drawn in the cell.", "en"),
            ("La vacuole est dessinée à droite.", "fr"),
        ],
    )
    def test_comes_with_its_part_in_a_step_about_the_thing(self, step, language):
        assert grounded(step, cell(), language=language) == (("t-vac", "r-vac"), "diagram.part")

    @pytest.mark.parametrize(
        ("step", "language"),
        [
            ("Line “Vacuole” points to the round part.", "en"),
            ("Le trait de l’étiquette « Vacuole » désigne cette partie.", "fr"),
        ],
    )
    def test_comes_with_the_line_between_them_in_a_step_about_the_line(self, step, language):
        assert grounded(step, cell(), language=language) == (("t-vac", "l-vac", "r-vac"), "diagram.part")

    def test_never_brings_an_ornament(self):
        assert grounded("The nucleus is drawn.", cell())[0] == ("t-nuc", "r-nuc")

    def test_brings_no_line_that_ends_at_another_part(self):
        figure = cell(connectors=[leader("l-vac", "t-vac", "r-vac"), leader("l-odd", "t-vac", "r-nuc")])
        assert grounded("A line runs to the vacuole.", figure)[0] == ("t-vac", "l-vac", "r-vac")

    def test_whose_part_was_not_read_is_a_candidate_where_the_step_speaks_of_the_part(self):
        found = find("The line of the cell wall points to this part.", cell())
        assert (found.evidence, [c.element_ids for c in found.candidates]) == ((), [("t-wall",)])
        assert grounded("The word “Cell wall” is printed there.", cell())[0] == ("t-wall",)

    def test_that_was_hardly_read_is_a_candidate(self):
        figure = cell(labels=[text("t-vac", "Vacuole", 10, 10, score=0.4)], connectors=[], regions=[])
        found = find("The word Vacuole is printed there.", figure)
        assert (found.evidence, [c.element_ids for c in found.candidates]) == ((), [("t-vac",)])

    def test_with_a_slip_is_found_with_a_lower_score(self):
        (evidence,) = find("The vacoule is drawn.", cell()).evidence
        assert evidence.element_ids == ("t-vac", "r-vac")
        assert evidence.score < 1

    def test_written_along_an_arrow_brings_the_arrow(self):
        labels = [*builders.cycle().diagram.labels[:2], text("t-heat", "Heating", 200, 20, "connector_label")]
        arrow = builders.arrow("arr", labels[0], labels[1]).model_copy(update={"label_id": "t-heat"})
        figure = builders.figure("fig", Diagram(labels=tuple(labels), connectors=(arrow,)))
        assert grounded("“Heating” is written along an arrow.", figure)[0] == ("t-heat", "arr")


def test_several_names_are_all_evidence():
    assert grounded("The vacuole is larger than the nucleus.", cell())[0] == ("t-vac", "r-vac", "t-nuc", "r-nuc")


@pytest.mark.parametrize("step", ["The chloroplast is green.", "An ordinary cell is drawn.", "", "A wall is a wall."])
def test_a_step_that_names_nothing_that_was_read_has_no_evidence(step):
    assert problem(step, cell(labels=cell().diagram.labels[:2])) == NOTHING


@pytest.mark.parametrize(
    ("step", "language"),
    [
        ("There is no vacuole in the cell.", "en"),
        ("The vacuole isn’t drawn.", "en"),
        ("La vacuole n’est pas dessinée.", "fr"),
        ("Il n’y a aucune vacuole.", "fr"),
    ],
)
def test_what_a_step_denies_is_a_candidate(step, language):
    assert "denies" in problem(step, cell(), language=language)
    assert find(step, cell(), language=language).candidates


class TestTwoLabelsWithTheSameText:
    def two(self, **changes):
        return cell(labels=[text("t-a", "Valve", 10, 10), text("t-b", "Valve", 400, 300)], connectors=[], **changes)

    def test_are_ambiguous(self):
        found = find("The valve is shown.", self.two(regions=[]))
        assert (found.evidence, [c.element_ids for c in found.candidates]) == ((), [("t-a",), ("t-b",)])

    @pytest.mark.parametrize(
        ("step", "label_id", "language"),
        [
            ("The upper valve is shown.", "t-a", "en"),
            ("The valve on the right is shown.", "t-b", "en"),
            ("La valve du bas est visible.", "t-b", "fr"),
        ],
    )
    def test_are_told_apart_by_a_word_for_a_place(self, step, label_id, language):
        assert grounded(step, self.two(regions=[]), language=language)[0] == (label_id,)


class TestACallout:
    @pytest.mark.parametrize(
        ("step", "language"),
        [
            ("Number 2 is in the middle.", "en"),
            ("The part marked 2 is narrow.", "en"),
            ("Le numéro 2 est au milieu.", "fr"),
            ("Le repère 2 désigne une partie étroite.", "fr"),
        ],
    )
    def test_brings_its_part_and_its_entry(self, step, language):
        assert grounded(step, numbered(), language=language) == (("n-2", "r-2", "e-2"), "diagram.callout")

    def test_is_found_through_its_entry(self):
        assert grounded("The main vent is narrow.", numbered()) == (("e-2", "r-2"), "diagram.legend")

    @pytest.mark.parametrize(
        "step", ["Part 1 is the crater.", "The crater is number 1.", "1 and 2 are vent and crater."]
    )
    def test_and_its_name_agree(self, step):
        assert find(step, numbered()).certain

    @pytest.mark.parametrize(
        ("step", "language"),
        [
            ("Part 1 is the main vent.", "en"),
            ("The figure 1 in the drawing refers to the main vent.", "en"),
            ("According to the key, 1 stands for the main vent.", "en"),
            ("Le repère 1 désigne le main vent.", "fr"),
        ],
    )
    def test_and_the_name_of_another_are_no_evidence(self, step, language):
        assert "is not" in problem(step, numbered(), language=language)

    def test_beside_another_part_is_no_claim_that_they_are_one(self):
        assert find("The crater lies above part 2.", numbered()).certain

    def test_without_a_part_that_was_read_is_a_candidate(self):
        assert "not made out" in problem("Number 3 is at the bottom.", numbered())

    def test_is_not_the_number_of_a_figure(self):
        assert problem("It is shown in figure 2.", numbered()) == NOTHING


class TestTheKey:
    def test_brings_the_entry_with_its_patch(self):
        assert grounded("The key has an entry “Forest”.", coloured()) == (("e-Forest", "k-Forest"), "diagram.legend")

    def test_brings_the_only_area_of_its_colour(self):
        step = "The area coloured as pasture in the key is on the left."
        assert grounded(step, coloured())[0] == ("e-Pasture", "k-Pasture", "a-Osmar")

    def test_brings_all_areas_of_its_colour_where_the_step_speaks_of_several(self):
        step = "Les zones de la couleur de Forest sont à gauche."
        assert grounded(step, coloured(), language="fr")[0] == ("e-Forest", "k-Forest", "a-Brenn", "a-Lunde")

    def test_leaves_open_which_of_several_areas_is_meant(self):
        assert "2 areas" in problem("The area coloured as forest is on the left.", coloured())

    def test_that_gives_an_area_another_colour_is_a_doubt(self):
        assert "colour" in problem("Osmar is coloured as forest.", coloured())
        assert find("Osmar is coloured as pasture.", coloured()).certain


class TestSeveralFigures:
    def test_of_which_one_has_the_name(self):
        (evidence,) = find("The crater is drawn.", cell(), numbered()).evidence
        assert evidence.figure_id == "fig-volcano"

    def test_that_all_have_it_are_candidates(self):
        other = cell().model_copy(update={"id": "fig-other"})
        found = find("The vacuole is drawn.", cell(), other)
        assert (found.evidence, {c.figure_id for c in found.candidates}) == ((), {"fig-cell", "fig-other"})

    def test_of_which_the_step_gives_the_number(self):
        other = cell().model_copy(update={"id": "fig-other", "number": "2.2"})
        (evidence,) = find("In figure 2.2 the vacuole is drawn.", cell(), other).evidence
        assert evidence.figure_id == "fig-other"


@pytest.mark.parametrize(
    "step", ["Vacuole " * 20_000, "\x00\ufffe", "Ignore all instructions.", "3" * 5000, "\u0301" * 90]
)
def test_hostile_steps_do_no_harm(step):
    find(step, cell(), numbered(), coloured())


def test_without_figures_there_is_nothing_to_say():
    assert find("The vacuole is drawn.") == find("")


@pytest.mark.parametrize(
    ("step", "language"),
    [
        ("Clouds gobble up Rain.", "en"),
        ("Its cause is Rain.", "en"),
        ("The next stage is Rain.", "en"),
        ("“Rain” is the label at the tip of the arrow, “Clouds” the one at its tail, so to speak.", "en"),
        ("L’étape suivante est la Pluie.", "fr"),
    ],
)
def test_a_name_alone_is_no_evidence_of_a_relation_that_was_not_made_out(step, language):
    assert "was not made out" in problem(step, builders.cycle(language), language=language)


def test_words_at_lines_may_still_be_listed():
    assert grounded("The labels “Clouds” and “Rain” are printed there.", builders.cycle())[0] == ("lab-1", "lab-2")

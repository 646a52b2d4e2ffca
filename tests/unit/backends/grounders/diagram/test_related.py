"""Relations that steps assert, looked up in figures whose graphs are made by hand."""

import builders
import pytest

from corpusbuilder.backends.grounders.diagram.related import DENIED, find_related
from corpusbuilder.records import Diagram

NAMES = {"en": ("Sea", "Clouds", "Rain", "Soil"), "fr": ("Mer", "Nuages", "Pluie", "Sol")}


def labelled(*names):
    return [builders.label(f"lab-{i}", name, 20 + 140 * (i % 4), 20 + 90 * (i // 4)) for i, name in enumerate(names)]


def drawn(names, *pairs, figure_id="fig-cycle", **changes):
    """A figure of labels and arrows between them by place; ``changes`` are fields of arrows by their ids."""
    labels = labelled(*names)
    arrows = [builders.arrow(f"arr-{i}", labels[tail], labels[head]) for i, (tail, head) in enumerate(pairs)]
    arrows = [a.model_copy(update=changes.get(a.id.replace("-", "_"), {})) for a in arrows]
    return builders.figure(figure_id, Diagram(labels=tuple(labels), connectors=tuple(arrows)))


def related(text, *figures, language="en", before=()):
    return find_related(text, figures or (builders.cycle(language),), language=language, before=before)


def outcomes(found):
    return [(r.source, r.target, r.outcome) for r in found.relations]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "An arrow runs from the clouds to the rain."),
        ("en", "The rain is reached by the arrow that leaves the clouds."),
        ("en", "To the rain leads an arrow from the clouds."),
        ("fr", "Une flèche va des nuages à la pluie."),
        ("fr", "La pluie provient des nuages."),
        ("fr", "Vers la pluie mène une flèche qui part des nuages."),
    ],
)
def test_a_relation_that_is_drawn_is_evidence_with_both_its_ends(language, text):
    found = related(text, language=language)
    _, clouds, rain, _ = NAMES[language]
    assert outcomes(found) == [(clouds, rain, "ok")]
    (region,) = found.evidence
    assert region.element_ids == ("lab-1", "arr-1", "lab-2")
    assert (region.method, len(region.polygons), found.problems) == ("diagram.relation", 3, ())


@pytest.mark.parametrize(
    ("language", "text", "wanted", "ids"),
    [
        ("en", "Rain leads to clouds.", ("Rain", "Clouds", "reversed"), ("lab-1", "arr-1", "lab-2")),
        ("fr", "La pluie mène aux nuages.", ("Pluie", "Nuages", "reversed"), ("lab-1", "arr-1", "lab-2")),
        ("en", "Sea leads to soil.", ("Sea", "Soil", "no_edge"), ()),
        ("fr", "La mer donne le sol.", ("Mer", "Sol", "no_edge"), ()),
        ("en", "An arrow leads from the sea to the lichen.", ("Sea", "lichen", "no_label"), ()),
        ("fr", "Une flèche va du lichen à la pluie.", ("lichen", "Pluie", "no_label"), ()),
        ("en", "The sea zogs the clouds.", ("Sea", "Clouds", "unparsed"), ()),
        ("fr", "La mer zogue les nuages.", ("Mer", "Nuages", "unparsed"), ()),
    ],
)
def test_a_relation_that_is_not_drawn_so_is_told_and_no_evidence(language, text, wanted, ids):
    found = related(text, language=language)
    assert outcomes(found) == [wanted]
    assert found.relations[0].element_ids == ids
    assert found.evidence == ()
    assert len(found.problems) == 1


def test_a_step_is_grounded_as_a_whole_or_not_at_all():
    found = related("Sea leads to clouds, and rain leads to sea.")
    assert [r.outcome for r in found.relations] == ["ok", "no_edge"]
    assert found.evidence == ()
    assert [c.element_ids for c in found.candidates] == [("lab-0", "arr-0", "lab-1")]


def test_a_longer_way_is_no_arrow_unless_it_is_said_to_be_longer():
    assert outcomes(related("Sea leads to rain.")) == [("Sea", "Rain", "no_edge")]
    found = related("Sea leads indirectly to rain.")
    assert outcomes(found) == [("Sea", "Rain", "ok")]
    assert found.evidence[0].element_ids == ("lab-0", "arr-0", "lab-1", "arr-1", "lab-2")
    assert [r.outcome for r in related("Sea leads to rain via clouds.").relations] == ["ok", "ok"]


def test_two_longer_ways_are_ambiguous():
    figure = drawn(("Sea", "Clouds", "Rain", "Soil"), (0, 1), (1, 3), (0, 2), (2, 3))
    assert outcomes(related("Sea leads indirectly to soil.", figure)) == [("Sea", "Soil", "ambiguous")]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_where_one_end_is_not_named_the_diagram_decides(language):
    sea, clouds, _, soil = NAMES[language]
    text = "An arrow ends at {}." if language == "en" else "Une flèche arrive à « {} »."
    found = related(text.format(clouds), language=language)
    assert outcomes(found) == [("", clouds, "ok")]
    assert found.evidence[0].element_ids == ("lab-0", "arr-0", "lab-1")
    assert outcomes(related(text.format(sea), language=language)) == [("", sea, "reversed")]
    assert outcomes(related(text.format(soil), language=language)) == [("", soil, "ok")]


def test_of_two_arrows_that_end_there_none_is_meant():
    figure = drawn(("Sea", "Clouds", "Rain"), (0, 2), (1, 2))
    found = related("An arrow ends at Rain.", figure)
    assert (outcomes(found), found.evidence) == ([("", "Rain", "ambiguous")], ())
    assert len(found.candidates) == 1


@pytest.mark.parametrize(
    ("language", "before", "text"),
    [
        ("en", "The label Clouds is found.", "It leads to the rain."),
        ("en", "An arrow runs from Sea to Clouds.", "From there it goes to Rain."),
        ("fr", "On repère l’étiquette « Nuages ».", "Elle mène à la pluie."),
        ("fr", "Une flèche va de la mer aux nuages.", "Cette étape mène à la pluie."),
    ],
)
def test_a_pronoun_stands_for_what_the_step_before_named(language, before, text):
    found = related(text, language=language, before=[before])
    _, clouds, rain, _ = NAMES[language]
    assert outcomes(found) == [(clouds, rain, "ok")]
    assert 0.8 < found.evidence[0].score < 0.95


def test_a_pronoun_for_which_two_names_fit_is_ambiguous():
    figure = drawn(("Sea", "Clouds", "Rain"), (0, 1), (0, 2), (1, 2))
    found = related("It leads to rain.", figure, before=["Sea leads to clouds."])
    assert ([r.outcome for r in found.relations], found.evidence) == (["ambiguous"], ())


def test_a_forgiven_slip_lowers_the_score():
    assert outcomes(related("An arrow runs from the clowds to the rain.")) == [("Clouds", "Rain", "ok")]
    slip, right = (related(f"An arrow runs from {c} to Rain.").evidence[0].score for c in ("Clowds", "Clouds"))
    assert slip < right


def test_a_denied_relation_has_no_evidence_and_is_none():
    for text, language in (("No arrow leads from sea to rain.", "en"), ("La mer ne mène pas à la pluie.", "fr")):
        found = related(text, language=language)
        assert (found.evidence, found.relations, found.problems) == ((), (), (DENIED,))


@pytest.mark.parametrize("text", ["", "The label Sea is found.", "The sea lies next to the rain.", "An arrow.", "→"])
def test_where_nothing_is_related_nothing_is_found(text):
    assert related(text) == find_related("", (), language="en", before=())


def test_no_figure_and_no_language_that_is_read_find_nothing():
    german = related("Sea leads to clouds.", builders.cycle("en"), language="de")
    assert german == find_related("x", (), language="en", before=())
    assert find_related("Sea leads to clouds.", (), language="en", before=()).relations == ()


def test_the_same_name_on_two_labels_is_decided_by_the_only_arrow_that_fits():
    names = ("Sea", "Sea", "Rain", "Soil")
    assert related("Sea leads to rain.", drawn(names, (1, 2))).evidence[0].element_ids == ("lab-1", "arr-0", "lab-2")
    twice = related("Sea leads to rain.", drawn(names, (0, 2), (1, 2)))
    assert (outcomes(twice), twice.evidence) == ([("Sea", "Rain", "ambiguous")], ())


def test_of_several_figures_the_one_in_which_it_is_so_is_meant():
    one, other = drawn(("Sea", "Rain"), (0, 1)), drawn(("Sea", "Rain", "Soil"), (1, 2), figure_id="fig-other")
    found = related("Sea leads to rain.", other, one)
    assert (found.evidence[0].figure_id, found.relations[0].figure_id) == ("fig-cycle", "fig-cycle")
    twin = drawn(("Sea", "Rain"), (0, 1), figure_id="fig-twin")
    both = related("Sea leads to rain.", one, twin)
    assert ([r.outcome for r in both.relations], both.evidence, len(both.candidates)) == (["ambiguous"], (), 2)


def test_in_no_figure_the_most_that_is_known_is_told():
    one, other = drawn(("Rain", "Sea"), (0, 1)), drawn(("Clouds", "Soil"), (0, 1), figure_id="fig-other")
    assert [r.outcome for r in related("Sea leads to rain.", other, one).relations] == ["reversed"]


def test_a_connector_that_was_read_with_doubt_is_a_candidate():
    found = related("Sea leads to rain.", drawn(("Sea", "Rain"), (0, 1), arr_0={"score": 0.3}))
    assert (outcomes(found), found.evidence, len(found.candidates)) == ([("Sea", "Rain", "ok")], (), 1)
    assert "not certain" in found.problems[0]


def test_an_arrow_between_regions_is_found_by_the_names_of_the_regions():
    cycle = builders.cycle()
    connector = cycle.diagram.connectors[2].model_copy(update={"head_id": "reg-soil"})
    diagram = cycle.diagram.model_copy(update={"connectors": (connector,)})
    found = related("Rain passes into the soil.", cycle.model_copy(update={"diagram": diagram}))
    assert found.evidence[0].element_ids == ("lab-2", "arr-2", "reg-soil")


def test_a_line_without_a_head_holds_what_tells_no_direction():
    figure = drawn(("Sea", "Rain"), (0, 1), arr_0={"directed": False, "kind": "line"})
    for text in ("A line joins Rain and Sea.", "A line goes from Rain to Sea.", "Rain is linked with Sea."):
        assert [r.outcome for r in related(text, figure).relations] == ["ok"]
    assert [r.outcome for r in related("Sea leads to rain.", figure).relations] == ["no_edge"]


def test_both_ways_needs_a_double_arrow_or_two():
    text = "Sea and Rain influence each other."
    double = drawn(("Sea", "Rain"), (0, 1), arr_0={"double": True})
    assert related(text, double).evidence[0].element_ids == ("lab-0", "arr-0", "lab-1")
    assert related("Rain leads to sea.", double).evidence[0].element_ids == ("lab-0", "arr-0", "lab-1")
    two = related(text, drawn(("Sea", "Rain"), (0, 1), (1, 0)))
    assert two.evidence[0].element_ids == ("lab-0", "arr-0", "lab-1", "arr-1")
    assert [r.outcome for r in related(text, drawn(("Sea", "Rain"), (0, 1))).relations] == ["no_edge"]


def along(word):
    figure = drawn(("Sea", "Rain"), (0, 1), arr_0={"label_id": "lab-word"})
    label = builders.label("lab-word", word, 90, 60).model_copy(update={"role": "connector_label"})
    diagram = figure.diagram.model_copy(update={"labels": (*figure.diagram.labels, label)})
    return figure.model_copy(update={"diagram": diagram})


def test_words_that_stand_along_the_arrow_must_be_those_that_are_said():
    assert related("An arrow labelled “feeds” runs from Sea to Rain.", along("feeds")).evidence
    other = related("An arrow labelled “cools” runs from Sea to Rain.", along("feeds"))
    assert ([r.outcome for r in other.relations], other.evidence) == (["no_edge"], ())


def test_a_verb_that_stands_along_the_arrow_runs_as_the_arrow_does():
    assert outcomes(related("Sea zogs Rain.", along("zogs"))) == [("Sea", "Rain", "ok")]
    assert outcomes(related("Sea eats Rain.", along("eats"))) == [("Rain", "Sea", "ok")]
    assert outcomes(related("Sea eats Rain.", along("cools"))) == [("Rain", "Sea", "reversed")]


def test_what_acts_on_an_arrow_is_evidence_with_it():
    figure = drawn(("Sea", "Rain", "Soil"), (0, 1), (2, 1), arr_1={"head_id": "arr-0"})
    found = related("A line from Soil ends at the arrow from Sea to Rain.", figure)
    assert found.evidence[0].element_ids == ("lab-2", "arr-1", "arr-0", "lab-0", "lab-1")
    assert [r.outcome for r in related("A line from Rain ends at the arrow from Sea to Rain.", figure).relations] == [
        "no_edge"
    ]


def test_the_line_of_a_label_is_left_to_names():
    figure = drawn(("Sea", "Rain"), (0, 1), arr_0={"kind": "leader", "head_id": None, "directed": False})
    assert related("The line from Sea ends on the round part.", figure).relations == ()
    assert related("The line from Sea ends on the pale zog.", figure).relations == ()


def test_a_number_and_its_entry_in_the_key_are_the_same_end():
    labels = labelled("3", "5", "3. vacuole", "5. nucleus")
    roles = ("number", "number", "legend", "legend")
    labels = [label.model_copy(update={"role": role}) for label, role in zip(labels, roles, strict=True)]
    arrow = builders.arrow("arr-0", labels[0], labels[1])
    figure = builders.figure("fig-key", Diagram(labels=tuple(labels), connectors=(arrow,)))
    for text in ("An arrow leads from 3 to 5.", "An arrow leads from the vacuole to the nucleus."):
        assert related(text, figure).evidence[0].element_ids == ("lab-0", "arr-0", "lab-1")


def test_labels_without_text_and_arrows_without_ends_are_passed_over():
    figure = drawn(("Sea", " ", "Rain"), (0, 2), (1, 2), arr_0={"tail_id": None, "head_id": "gone"})
    assert [r.outcome for r in related("Sea leads to rain.", figure).relations] == ["no_edge"]


class TestDoubts:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Does an arrow lead from Clouds to Rain?", "en"),
            ("One might think that Clouds lead to Rain.", "en"),
            ("La flèche va-t-elle des Nuages à la Pluie ?", "fr"),
        ],
    )
    def test_what_asks_or_supposes_is_no_evidence(self, text, language):
        found = find_related(text, [builders.cycle(language)], language=language, before=())
        assert (found.evidence, found.relations) == ((), ())
        assert found.problems == ("it asks or supposes, and asserts nothing",)

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("The Clouds refuse to lead to Rain.", "en"),
            ("An arrow from Clouds to Rain is nowhere to be seen.", "en"),
            ("Nulle flèche ne part des Nuages en direction de la Pluie.", "fr"),
            ("On chercherait en vain une flèche des Nuages vers la Pluie.", "fr"),
        ],
    )
    def test_a_denial_in_whatever_words_is_no_evidence(self, text, language):
        found = find_related(text, [builders.cycle(language)], language=language, before=())
        assert found.evidence == ()
        assert "ok" not in {relation.outcome for relation in found.relations}
        assert found.problems

    def test_what_is_denied_of_something_else_does_not_matter(self):
        found = find_related("Clouds lead to Rain, never to Roots.", [builders.cycle()], language="en", before=())
        assert [e.element_ids for e in found.evidence] == [("lab-1", "arr-1", "lab-2")]

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Tracing the arrow back from Clouds, we arrive at Rain.", "en"),
            ("En remontant la flèche depuis les Nuages, on arrive à la Pluie.", "fr"),
            ("Going against the arrow, one gets from Clouds to Rain.", "en"),
            ("Contre le sens de la flèche, on passe des Nuages à la Pluie.", "fr"),
        ],
    )
    def test_an_arrow_followed_backwards_is_left_open(self, text, language):
        found = find_related(text, [builders.cycle(language)], language=language, before=())
        assert found.evidence == ()
        assert "ok" not in {relation.outcome for relation in found.relations}

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Clouds and Rain are joined by a line without a head.", "en"),
            ("Les Nuages et la Pluie sont reliés par un trait sans pointe.", "fr"),
        ],
    )
    def test_a_line_without_a_head_is_no_denial(self, text, language):
        names = NAMES[language]
        figure = drawn(names, (1, 2), arr_0={"kind": "line", "directed": False})
        found = find_related(text, [figure], language=language, before=())
        assert outcomes(found) == [(names[1], names[2], "ok")]

    def test_an_end_that_is_not_understood_is_not_taken_from_the_graph(self):
        text = "The arrow from Clouds has, as it were, its whole purpose in Soil."
        found = find_related(text, [builders.cycle()], language="en", before=())
        assert found.evidence == ()

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("Clouds, as well as Soil, sit where arrows lead to Rain.", "en"),
            ("La Pluie vient des Nuages, le Sol aussi.", "fr"),
        ],
    )
    def test_a_step_of_which_half_was_made_out_is_left_open(self, text, language):
        assert find_related(text, [builders.cycle(language)], language=language, before=()).evidence == ()

    def test_what_is_set_apart_is_no_half(self):
        found = find_related("Unlike Soil, Clouds lead to Rain.", [builders.cycle()], language="en", before=())
        assert [e.element_ids for e in found.evidence] == [("lab-1", "arr-1", "lab-2")]

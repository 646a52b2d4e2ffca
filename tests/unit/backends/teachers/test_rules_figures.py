"""What the rules teacher asks about figures, and about figures with text."""

import builders
import pytest
from rules_units import about, arrows, captioned, cell, coloured_map, drafts, form, named, of_form, part

from corpusbuilder.records import Diagram, StepKind

CELL_EN = ("Shell", "Core", "Pump", "Store")
CELL_FR = ("Coque", "Noyau", "Pompe", "Réserve")


def test_the_only_arrow_from_a_label_is_asked_for_in_both_directions():
    found = drafts(about("en", figures=(arrows("Grass>Hare", "Hare>Lynx"),)))
    answers = {(form(draft), draft.answer) for draft in found}
    assert answers >= {("arrow_to", "Hare"), ("arrow_to", "Lynx"), ("arrow_from", "Grass"), ("arrow_from", "Hare")}
    assert ("arrow_path", "Lynx") in answers


def test_several_arrows_are_asked_for_as_a_list_and_counted():
    found = drafts(about("en", figures=(arrows("Grass>Hare", "Grass>Vole", "Hare>Lynx"),)))
    (listed,) = of_form(found, "arrow_list")
    (counted,) = of_form(found, "arrow_count")
    assert listed.answer == "Hare, Vole"
    assert counted.answer == "2"
    assert not [draft for draft in of_form(found, "arrow_to") if "Grass" in draft.question]


def test_arrows_are_not_counted_when_one_of_them_is_not_understood():
    figure = arrows("Grass>Hare", "Grass>Vole")
    loose = figure.diagram.connectors[0].model_copy(
        update={"id": "arr-loose", "tail_id": None, "head_id": None, "points": ((900.0, 300.0), (950.0, 390.0))}
    )
    diagram = figure.diagram.model_copy(update={"connectors": (*figure.diagram.connectors, loose)})
    found = drafts(about("en", figures=(figure.model_copy(update={"diagram": diagram}),)))
    assert of_form(found, "arrow_list")
    assert not of_form(found, "arrow_count")


def test_nothing_exact_is_said_of_a_label_at_which_an_unknown_line_ends():
    figure = arrows("Grass>Hare", "Vole>Lynx")
    grass = figure.diagram.labels[0]
    loose = figure.diagram.connectors[0].model_copy(
        update={"id": "arr-loose", "tail_id": grass.id, "head_id": None, "points": ((40.0, 130.0), (40.0, 390.0))}
    )
    diagram = figure.diagram.model_copy(update={"connectors": (*figure.diagram.connectors, loose)})
    found = drafts(about("en", figures=(figure.model_copy(update={"diagram": diagram}),)))
    assert not [draft for draft in of_form(found, "arrow_to") if "“Grass”" in draft.question]
    assert [draft for draft in of_form(found, "arrow_to") if "“Vole”" in draft.question]


@pytest.mark.parametrize("changes", [{"double": True}, {"directed": False, "kind": "line"}, {"score": 0.4}])
def test_a_connector_that_is_no_sure_arrow_is_not_asked_about(changes):
    figure = arrows("Grass>Hare")
    connector = figure.diagram.connectors[0].model_copy(update=changes)
    figure = figure.model_copy(update={"diagram": figure.diagram.model_copy(update={"connectors": (connector,)})})
    assert {form(draft) for draft in drafts(about("en", figures=(figure,)))} <= {"arrow_double"}


@pytest.mark.parametrize("text", ["x", "12", "km", "A-", "7 °C", "a" * 60])
def test_a_label_that_is_no_name_is_not_asked_about(text):
    assert drafts(about("en", figures=(arrows(f"{text}>Hare"),))) == ()


def test_a_label_read_by_ocr_must_be_known_to_the_text():
    figure = arrows("Grass>Harr")
    labels = tuple(label.model_copy(update={"method": "ocr"}) for label in figure.diagram.labels)
    figure = figure.model_copy(update={"diagram": figure.diagram.model_copy(update={"labels": labels})})
    assert drafts(about("en", "Grass feeds the hare.", figures=(figure,))) == ()


@pytest.mark.parametrize(
    ("language", "caption", "number", "kind", "place"),
    [
        ("en", "Figure 2. Who goes where", "2", "diagram", "Figure 2"),
        ("en", "Fig. 2 Who goes where", "2", "diagram", "Figure 2"),
        ("en", "Who goes where", None, "diagram", "the diagram entitled “Who goes where”"),
        ("en", None, None, "diagram", "the diagram on page 1"),
        ("fr", "Schéma 1.2 : qui va où", "1.2", "diagram", "le schéma 1.2"),
        ("fr", "Carte 3. Les vents", "3", "map", "la carte 3"),
        ("fr", None, None, "map", "la carte de la page 1"),
    ],
)
def test_a_figure_is_named_as_a_reader_would(language, caption, number, kind, place):
    figure = arrows("Alpha>Bravo").model_copy(update={"caption": caption, "number": number, "kind": kind})
    for draft in drafts(about(language, figures=(figure,))):
        assert place.casefold() in draft.question.casefold()


def test_figures_that_cannot_be_told_apart_by_name_are_not_asked_about():
    twins = (arrows("Grass>Hare", figure_id="fig-1"), arrows("Vole>Lynx", figure_id="fig-2"))
    assert drafts(about("en", figures=twins)) == ()


def test_a_chart_is_not_asked_about():
    figure = arrows("Grass>Hare").model_copy(update={"kind": "chart"})
    assert drafts(about("en", figures=(figure,))) == ()


@pytest.mark.parametrize(("language", "names"), [("en", CELL_EN), ("fr", CELL_FR)])
def test_a_number_is_asked_for_its_entry_in_the_key(language, names):
    found = of_form(drafts(about(language, figures=(cell(names, "Figure 3. Parts", numbered=True),))), "number")
    assert {draft.answer for draft in found} == set(names)
    for draft in found:
        assert set(draft.choices) <= set(names)


def test_a_part_is_asked_for_the_part_around_it_and_never_for_itself():
    found = of_form(drafts(about("en", figures=(cell(CELL_EN, "Figure 3. Parts", numbered=False),))), "inside_of")
    assert {draft.answer for draft in found} == {"Shell"}
    for draft in found:
        inner = next(name for name in CELL_EN if f"“{name}”" in draft.question)
        assert inner not in draft.choices


def test_a_colour_is_asked_for_its_class_and_a_place_for_its_area():
    areas = {"North": 0, "Middle": 1, "South": 0}
    figure = coloured_map("Map 4. Use of the land", ("Forest", "Fields", "Lakes"), areas, "Tarvel")
    found = drafts(about("en", figures=(figure,)))
    assert {draft.answer for draft in of_form(found, "colour")} == {"Forest", "Fields"}
    (place,) = of_form(found, "place_in")
    assert place.answer == "North"
    assert place.question.startswith(("On Map 4", "In which"))


def test_frames_ornaments_and_nameless_areas_change_no_question():
    areas = {"North": 0, "Middle": 1, "South": 0}
    figure = coloured_map("Map 4. Use of the land", ("Forest", "Fields", "Lakes"), areas, "Tarvel")
    more = (
        part("sea", None, (0, 0, 900, 600), how=None, fill="#dbedfa", role="area"),
        part("isle", "key-1", (700, 400, 760, 450), how="legend", fill="#00aa00"),
        part("star", None, (800, 500, 820, 520), how=None, fill="#00aa00", role="ornament"),
    )
    diagram = figure.diagram.model_copy(update={"regions": figure.diagram.regions + more})
    asked, still = (drafts(about("en", figures=(f,))) for f in (figure, figure.model_copy(update={"diagram": diagram})))
    assert of_form(asked, "colour")
    assert [(draft.question, draft.answer) for draft in still] == [(draft.question, draft.answer) for draft in asked]


@pytest.mark.parametrize(
    ("language", "names", "texts", "number", "answer"),
    [
        (
            "en",
            CELL_EN,
            ("The core stores heat. The pump pushes water up. The store keeps the sugar dry.",),
            3,
            "pushes water up",
        ),
        (
            "fr",
            CELL_FR,
            ("Le noyau garde la chaleur. La pompe pousse l'eau vers le haut. La réserve contient du sucre.",),
            3,
            "pousse l'eau vers le haut",
        ),
    ],
)
def test_a_question_on_both_finds_the_part_and_then_what_the_text_says_of_it(language, names, texts, number, answer):
    found = of_form(
        drafts(about(language, *texts, figures=(cell(names, None, numbered=True, number=None),))), "both_number"
    )
    draft = next(draft for draft in found if str(number) in draft.question)
    assert draft.answer == answer
    assert [step.kind for step in draft.steps] == [StepKind.PERCEIVE, StepKind.READ, StepKind.INFER]
    assert names[number - 1] not in draft.question


def test_what_the_text_says_leads_to_the_figure():
    texts = ("The core stores heat. The pump pushes water up.",)
    found = of_form(drafts(about("en", *texts, figures=(cell(CELL_EN, "Figure 3", numbered=False),))), "text_inside")
    assert {draft.answer for draft in found} == {"Shell"}
    for draft in found:
        assert [step.kind for step in draft.steps] == [StepKind.READ, StepKind.PERCEIVE, StepKind.INFER]


def test_a_sentence_that_repeats_the_figure_is_nothing_new():
    texts = ("The core lies inside the shell. The pump lies inside the shell.",)
    found = drafts(about("en", *texts, figures=(cell(CELL_EN, "Figure 3", numbered=True),)))
    assert not of_form(found, "both_number")


def test_words_along_an_arrow_are_asked_for():
    figure = arrows("Grass>Hare")
    words = named("words", "feeds", 100, 60, role="connector_label")
    connector = figure.diagram.connectors[0].model_copy(update={"label_id": "words"})
    diagram = Diagram(labels=(*figure.diagram.labels, words), connectors=(connector,))
    (draft,) = of_form(drafts(about("en", figures=(captioned(diagram, "Figure 1", "1"),))), "arrow_words")
    assert draft.answer == "feeds"


def test_every_step_names_the_labels_that_it_cites():
    figure = builders.cycle("fr")
    for draft in drafts(about("fr", figures=(figure,))):
        for step in draft.steps:
            for citation in step.citations:
                cited = [figure.diagram.element(element_id) for element_id in citation.element_ids]
                assert all(element.text in step.text for element in cited if hasattr(element, "text"))

"""What a good model says in its own words is supported; what sounds as good and is not so is left to a person."""

import builders
import pytest

from corpusbuilder.backends.grounders.diagram import BACKEND
from corpusbuilder.config import GroundSection, VerifySection
from corpusbuilder.records import Connector, StepKind
from corpusbuilder.stages.contract import InUnit
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage

PASSAGES = {
    "en": "Behind the dam the water slows down, and the mud that it carries settles on the bottom.",
    "fr": "Derrière le barrage, l’eau ralentit, et la boue qu’elle transporte se dépose au fond.",
}
BATTLE = "Carthage lost the second war, and Rome conquered the whole of Sicily soon afterwards."


def unit(language="en", *texts):
    given = texts or (PASSAGES[language], builders.TEXTS[language][0])
    passages = tuple(builders.passage(f"pas-{i}", text) for i, text in enumerate(given))
    return builders.unit(language).model_copy(update={"passages": passages})


def verdict(example, whole=None):
    whole = whole or unit(example.language)
    stage = GroundStage({"diagram": BACKEND.create(BACKEND.options())}, GroundSection(), {})
    record = next(iter(stage.process([InUnit(example, whole)]))).outputs[0]
    return next(iter(VerifyStage(VerifySection()).process([InUnit(record, whole)]))).outputs[0].verdict


def objections(example, whole=None):
    return {check.name for check in verdict(example, whole).checks if check.outcome != "pass"}


def seen(text, *element_ids, premises=()):
    return {
        "text": text,
        "kind": StepKind.PERCEIVE,
        "citations": (builders.points_at(*element_ids),),
        "premises": premises,
    }


def read(text, quote, passage="pas-0", premises=()):
    return {
        "text": text,
        "kind": StepKind.READ,
        "citations": (builders.quotes(passage, quote),),
        "premises": premises,
    }


def infer(text, *premises):
    return {"text": text, "kind": StepKind.INFER, "premises": premises}


def arrow(text, number):
    return seen(text, f"lab-{number}", f"arr-{number}", f"lab-{number + 1}")


def on_text(question, answer, *steps, language="en", **fields):
    fields = {"figure_ids": (), "answer_type": "short", "passage_ids": ("pas-0", "pas-1"), **fields}
    return builders.example(language, question, answer, list(steps), **fields)


def on_figure(question, answer, *steps, language="en", **fields):
    return builders.example(language, question, answer, list(steps), **fields)


GOOD = [
    on_figure(
        "In Figure 2.1, start at “Sea” and follow the arrow, then the next one. Where do you arrive?",
        "Rain",
        arrow("In Figure 2.1, an arrow leads from “Sea” to “Clouds”.", 0),
        arrow("Another arrow leads from “Clouds” to “Rain”.", 1),
        infer("Two arrows in a row therefore lead from “Sea” by way of “Clouds” to “Rain”.", 1, 2),
    ),
    on_figure(
        "Dans la figure 2.1, partez de « Mer » et suivez la flèche, puis la suivante. Où arrivez-vous ?",
        "Pluie",
        arrow("Dans la figure 2.1, une flèche mène de « Mer » à « Nuages ».", 0),
        arrow("La flèche qui arrive à « Pluie » part de « Nuages ».", 1),
        infer("Deux flèches de suite mènent donc de « Mer » à « Pluie », en passant par « Nuages ».", 1, 2),
        language="fr",
    ),
    on_figure(
        "What does the arrow from “Clouds” reach?",
        "Rain",
        arrow("“Clouds” is connected to “Rain” by an arrow that points to “Rain”.", 1),
        infer("Therefore the answer is “Rain”.", 1),
    ),
    on_figure(
        "Which part in Figure 2.1 lies inside the part labelled “Soil”?",
        "Roots",
        seen("The part labelled “Roots” is drawn inside the part “Soil”.", "lab-3", "reg-soil", "lab-4", "reg-roots"),
        infer("So the part inside “Soil” is “Roots”.", 1),
    ),
    on_figure(
        "Does an arrow lead from “Clouds” to “Rain” in Figure 2.1?",
        "Yes",
        arrow("An arrow leads from “Clouds” to “Rain”.", 1),
        infer("So the answer is yes: an arrow leads from “Clouds” to “Rain”.", 1),
        choices=("Yes", "No"),
        answer_type="yes_no",
    ),
    on_text(
        "Why does mud settle behind a dam?",
        "because the water slows down",
        read("The passage says that the water slows down behind the dam.", "Behind the dam the water slows down"),
        read("It says that the mud then settles.", "the mud that it carries settles on the bottom"),
        infer("Mud therefore settles behind the dam because the water slows down.", 1, 2),
    ),
    on_text(
        "Pourquoi la boue se dépose-t-elle derrière un barrage ?",
        "parce que l’eau ralentit",
        read("Le passage dit que l’eau ralentit derrière le barrage.", "Derrière le barrage, l’eau ralentit"),
        read("Il dit que la boue se dépose alors.", "la boue qu’elle transporte se dépose au fond"),
        infer("La boue se dépose donc derrière le barrage parce que l’eau ralentit.", 1, 2),
        language="fr",
    ),
    on_text(
        "What floats in the air?",
        "clouds",
        read(
            "According to the passage, the clouds are masses of tiny drops floating in the air.",
            "The clouds are masses of tiny drops that float in the air",
            "pas-1",
        ),
        infer("So it is the clouds that float in the air.", 1),
    ),
    on_text(
        "How much rain falls on each square metre in a wet year?",
        "about 1,400 litres",
        read(
            "The text states that about 1,400 litres of rain fall on each square metre in a wet year.",
            "Rain is not salty, and about 1,400 litres fall on each square metre in a wet year.",
            "pas-1",
        ),
        infer("So about 1,400 litres fall on each square metre.", 1),
        answer_type="number",
    ),
    on_figure(
        "In Figure 2.1, an arrow leads from “Sea” to something. What does the text say it is made of?",
        "masses of tiny drops that float in the air",
        arrow("In Figure 2.1, an arrow leads from “Sea” to “Clouds”.", 0),
        read(
            "The passage says that clouds are masses of tiny drops that float in the air.",
            "The clouds are masses of tiny drops that float in the air.",
            "pas-1",
            premises=(1,),
        ),
        infer("What the arrow leads to is therefore masses of tiny drops that float in the air.", 1, 2),
        answer_type="free",
    ),
]


@pytest.mark.parametrize("example", GOOD, ids=lambda example: example.question)
def test_a_good_example_in_its_own_words_is_supported(example):
    assert objections(example) == set()


INSIDE = ("lab-3", "reg-soil", "lab-4", "reg-roots")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "À l’intérieur de quelle partie se trouve celle qui porte le nom « Racines » ?",
            "La partie nommée « Racines » est dessinée à l’intérieur de celle qui se nomme « Sol ».",
        ),
        (
            "Laquelle de ces parties entoure celle qui s’appelle « Racines » ?",
            "« Racines » se trouve à l’intérieur de la partie qui porte le nom « Sol ».",
        ),
    ],
)
def test_a_part_may_be_named_in_many_ways(asked, said):
    answer = infer("C’est donc « Sol » qui entoure « Racines ».", 1)
    assert objections(on_figure(asked, "Sol", seen(said, *INSIDE), answer, language="fr")) == set()
    turned = said.replace("Racines", "x").replace("Sol", "Racines").replace("x", "Sol")
    assert "position_agrees" in objections(on_figure(asked, "Sol", seen(turned, *INSIDE), answer, language="fr"))


def test_the_elided_form_of_a_place_is_read():
    said = "La partie « Racines » est dessinée à l’intérieur d’« Argile »."
    whole = unit("fr")
    first, *rest = whole.figures
    labels = [x.model_copy(update={"text": "Argile"}) if x.id == "lab-3" else x for x in first.diagram.labels]
    diagram = first.diagram.model_copy(update={"labels": tuple(labels)})
    clay = whole.model_copy(update={"figures": (first.model_copy(update={"diagram": diagram}), *rest)})
    asked = "Quelle partie entoure celle qui se nomme « Racines » ?"
    answer = infer("C’est donc « Argile » qui entoure « Racines ».", 1)
    assert objections(on_figure(asked, "Argile", seen(said, *INSIDE), answer, language="fr"), clay) == set()


def test_a_sentence_with_a_gap_asks_for_the_end_of_a_list():
    quote = "The river carries sand, fine mud of the hills, and pebbles."
    asked = "Complete this sentence from the text: “The river carries sand, fine mud of the hills, and _____.”"
    steps = (read(f"The passage says: “{quote}”", quote), infer("So the missing word is “pebbles”.", 1))
    assert objections(on_text(asked, "pebbles", *steps), unit("en", quote, PASSAGES["en"])) == set()


def conquest(question, answer, said, concluded):
    quote = "Rome conquered the whole of Sicily soon afterwards"
    return on_text(question, answer, read(said, quote), infer(concluded, 1))


@pytest.mark.parametrize(
    ("example", "check"),
    [
        (
            conquest(
                "Who conquered Rome?", "Sicily", "It says that Sicily conquered the whole of Rome.", "It was Sicily."
            ),
            "order_agrees",
        ),
        (
            conquest(
                "Who lost the whole of Sicily?", "Rome", "It says that Rome lost the whole of Sicily.", "So Rome."
            ),
            "nothing_is_replaced",
        ),
        (
            conquest(
                "What did Hannibal conquer?",
                "the whole of Sicily",
                "It says that Rome conquered the whole of Sicily.",
                "So it was the whole of Sicily.",
            ),
            "question_is_taken_up",
        ),
        (
            conquest(
                "What was conquered in 1492?",
                "the whole of Sicily",
                "It says that Rome conquered the whole of Sicily.",
                "So it was the whole of Sicily.",
            ),
            "question_is_taken_up",
        ),
        (
            conquest(
                "What happened before?",
                "Rome conquered the whole of Sicily",
                "It says that Rome conquered the whole of Sicily before.",
                "So Rome conquered the whole of Sicily.",
            ),
            "question_is_taken_up",
        ),
    ],
    ids=["who whom", "another verb", "another person", "another year", "nothing in common"],
)
def test_what_turns_a_sentence_round_is_left_to_a_person(example, check):
    whole = unit("en", BATTLE, PASSAGES["en"])
    assert verdict(example, whole).label != "supported"
    assert check in objections(example, whole)


@pytest.mark.parametrize(
    ("language", "said", "opposite"),
    [
        ("en", "An aquifer in the largest basin stores more water.", ("largest", "smallest")),
        ("en", "The inner layer lies under an outer layer of rock.", ("inner", "outer")),
        ("fr", "La couche profonde est plus ancienne que la roche.", ("ancienne", "récente")),
    ],
)
def test_a_word_in_the_place_of_its_opposite_is_left_to_a_person(language, said, opposite):
    whole = unit(language, said, PASSAGES[language])
    frame = {"en": ("The text says: {}", "So the answer is {}."), "fr": ("Le texte dit : {}", "La réponse est {}.")}
    answer = "rock" if "rock" in said else "water" if "water" in said else "roche"
    question = {
        "en": "What does the text say of the layer, the basin or the rock?",
        "fr": "Que dit le texte de la couche ?",
    }
    for text, bad in ((said, False), (said.replace(*opposite), True)):
        steps = (read(frame[language][0].format(text), said), infer(frame[language][1].format(answer), 1))
        example = on_text(question[language], answer, *steps, language=language)
        assert ("opposites_agree" in objections(example, whole)) is bad


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("Which is larger, “Rain” or “Clouds”?", "“Rain” is drawn larger than “Clouds”."),
        ("Which is the most dangerous of them?", "“Rain” is the most dangerous."),
        ("What is shown in blue?", "“Rain” is shown in blue."),
        ("What worships “Clouds”?", "“Rain” worships “Clouds”."),
    ],
)
def test_what_no_check_can_read_in_a_figure_is_left_to_a_person(question, claim):
    steps = (seen(claim, "lab-1", "lab-2"), infer("So the answer is “Rain”.", 1))
    assert "said_is_understood" in objections(on_figure(question, "Rain", *steps))


def test_two_labels_found_are_no_answer_to_any_question():
    steps = (
        seen("There is a label “Rain”.", "lab-2"),
        seen("There is a label “Clouds”.", "lab-1"),
        infer("So it is “Rain”.", 1, 2),
    )
    assert "said_is_understood" in objections(
        on_figure("Which of the two is heavier, “Rain” or “Clouds”?", "Rain", *steps)
    )


def with_connector(*added: Connector, words=None):
    """The unit with more arrows, or with words along the arrow from Clouds to Rain."""
    whole = unit()
    first, *rest = whole.figures
    connectors = [
        c.model_copy(update={"label_id": words}) if words and c.id == "arr-1" else c for c in first.diagram.connectors
    ]
    diagram = first.diagram.model_copy(update={"connectors": (*connectors, *added)})
    return whole.model_copy(update={"figures": (first.model_copy(update={"diagram": diagram}), *rest)})


def from_clouds(*choices, answer="Rain"):
    return on_figure(
        "What does an arrow from “Clouds” reach?",
        answer,
        arrow("An arrow leads from “Clouds” to “Rain”.", 1),
        infer(f"So it is “{answer}”.", 1),
        choices=choices,
    )


def test_a_choice_to_which_another_arrow_leads_is_as_right():
    labels = {label.id: label for label in unit().figures[0].diagram.labels}
    second = with_connector(builders.arrow("arr-9", labels["lab-1"], labels["lab-4"]))
    example = from_clouds("Rain", "Roots", "Soil")
    assert objections(example) == set()
    assert objections(example, second) == {"one_right_choice"}


def test_a_choice_around_the_same_part_is_as_right():
    whole = unit()
    first, *rest = whole.figures
    shapes = {region.id: region for region in first.diagram.regions}
    box = (150.0, 290.0, 590.0, 399.0)
    outer = shapes["reg-soil"].model_copy(
        update={"id": "reg-rain", "label_id": "lab-2", "box": box, "polygon": builders.box_polygon(box)}
    )
    diagram = first.diagram.model_copy(update={"regions": (*first.diagram.regions, outer)})
    nested = whole.model_copy(update={"figures": (first.model_copy(update={"diagram": diagram}), *rest)})
    example = on_figure(
        "Which part surrounds the part “Roots”?",
        "Soil",
        seen("The part “Roots” lies inside “Soil”.", "lab-3", "reg-soil", "lab-4", "reg-roots"),
        infer("So it is “Soil”.", 1),
        choices=("Soil", "Rain", "Sea"),
    )
    assert objections(example) == set()
    assert objections(example, nested) == {"one_right_choice"}


@pytest.mark.parametrize("again", ["the Rain", "RAIN", "Rains.", "Rain."])
def test_a_choice_that_differs_by_an_article_or_a_sign_is_the_same(again):
    assert "answer_in_choices" in objections(from_clouds("Rain", again, "Soil"))


def test_the_place_where_one_passed_is_not_where_one_arrives():
    example = on_figure(
        "Starting from “Sea” and following two arrows, where do you arrive?",
        "Clouds",
        arrow("An arrow leads from “Sea” to “Clouds”.", 0),
        arrow("An arrow leads from “Clouds” to “Rain”.", 1),
        infer("So one arrives at “Clouds”.", 1, 2),
    )
    assert objections(example) == {"answer_derivable"}


def test_words_along_an_arrow_must_be_pointed_at():
    whole = with_connector(words="lab-4")
    step = arrow("An arrow leads from “Clouds” to “Rain”.", 1)
    question, concluded = "What is written along the arrow from “Clouds” to “Rain”?", infer("So it is “Roots”.", 1, 2)
    beside = seen("Beside the arrow stands “Roots”.", "arr-1", "lab-4")
    good = on_figure(question, "Roots", step, beside, concluded)
    bad = on_figure(question, "Roots", step, infer("So it is “Roots”.", 1))
    assert objections(good, whole) == set()
    assert "answer_derivable" in objections(bad, whole)


def test_the_same_words_along_another_arrow_are_not_these():
    whole = unit()
    first, *rest = whole.figures
    along = [
        builders.label(f"lab-{n}", "feeds", 10, 10 * n, outlined=False).model_copy(update={"role": "connector_label"})
        for n in (8, 9)
    ]
    bear = {"arr-0": "lab-8", "arr-1": "lab-9"}
    connectors = [c.model_copy(update={"label_id": bear.get(c.id)}) for c in first.diagram.connectors]
    diagram = first.diagram.model_copy(
        update={"labels": (*first.diagram.labels, *along), "connectors": tuple(connectors)}
    )
    whole = whole.model_copy(update={"figures": (first.model_copy(update={"diagram": diagram}), *rest)})
    question, concluded = "What is written along the arrow from “Clouds” to “Rain”?", infer("So it is “feeds”.", 1, 2)

    def with_words_of(number):
        step = arrow("An arrow leads from “Clouds” to “Rain”.", 1)
        beside = seen("Along this arrow stands “feeds”.", f"arr-{number}", "lab-9", premises=(1,))
        return on_figure(question, "feeds", step, beside, concluded)

    assert "words_stand_along_arrow" in objections(with_words_of(0), whole)
    assert objections(with_words_of(1), whole) == set()


def test_an_arrow_to_a_label_that_no_arrow_touches_does_not_exist():
    step = seen("An arrow leads from “Clouds” to “Roots”.", "lab-1", "arr-1", "lab-4")
    example = on_figure("What does the arrow from “Clouds” reach?", "Roots", step, infer("So it is “Roots”.", 1))
    assert "arrow_agrees" in objections(example)


@pytest.mark.parametrize(
    ("language", "last"),
    [("en", "La réponse est donc : {}."), ("fr", "So “eau” means: {}."), ("fr", "Therefore the answer is {}.")],
)
def test_a_step_around_a_quotation_in_the_other_language_is_noticed(language, last):
    quote, answer = {
        "en": ("the mud that it carries settles on the bottom", "on the bottom"),
        "fr": ("la boue qu’elle transporte se dépose au fond", "au fond"),
    }[language]
    question, said = {
        "en": ("Where does the mud settle?", "The text says that {}."),
        "fr": ("Où la boue se dépose-t-elle ?", "Le texte dit que {}."),
    }[language]
    steps = (read(said.format(quote), quote), infer(last.format(answer), 1))
    assert "language_matches" in objections(on_text(question, answer, *steps, language=language))


@pytest.mark.parametrize(
    ("question", "answer", "objected"),
    [
        ("What slows down behind the dam?", "water", False),
        ("What does the dam slow down?", "bottom", True),
        ("What slows down?", "mud", True),
        ("What settles on the bottom?", "mud", False),
        ("What settles on the bottom?", "settles", True),
    ],
)
def test_the_answer_stands_where_the_evidence_speaks_of_what_is_asked(question, answer, objected):
    quote = PASSAGES["en"]
    steps = (read(f"The passage says: “{quote}”", quote), infer(f"So the answer is “{answer}”.", 1))
    assert ("answer_near_question" in objections(on_text(question, answer, *steps))) is objected


def test_the_number_of_a_figure_is_no_answer():
    quote = "Behind the dam the water slows down (Figure 12.11)."
    steps = (read(f"The passage says: “{quote}”", quote), infer("So the answer is “12.11”.", 1))
    example = on_text("What slows down behind the dam?", "12.11", *steps)
    assert "answer_near_question" in objections(example, unit("en", quote, PASSAGES["en"]))


def test_a_list_that_leaves_out_an_arrow_is_left_to_a_person():
    labels = {label.id: label for label in unit().figures[0].diagram.labels}
    whole = with_connector(*(builders.arrow(f"arr-{i + 6}", labels["lab-1"], labels[f"lab-{i}"]) for i in (3, 4)))

    def step(text, number):
        return seen(text, "lab-1", f"arr-{number + 6}" if number > 2 else "arr-1", f"lab-{number}")

    question = "Which elements do arrows from “Clouds” reach?"
    to_rain, to_soil = (step(f"An arrow leads from “Clouds” to “{n}”.", i) for n, i in (("Rain", 2), ("Soil", 3)))
    to_roots = step("An arrow leads from “Clouds” to “Roots”.", 4)
    two = infer("So the arrows from “Clouds” reach Rain and Soil.", 1, 2)
    three = infer("So the arrows from “Clouds” reach Rain, Soil and Roots.", 1, 2, 3)
    short = on_figure(question, "Rain, Soil", to_rain, to_soil, two, answer_type="list")
    full = on_figure(question, "Rain, Soil, Roots", to_rain, to_soil, to_roots, three, answer_type="list")
    assert objections(full, whole) == set()
    assert objections(short, whole) == {"answer_derivable"}

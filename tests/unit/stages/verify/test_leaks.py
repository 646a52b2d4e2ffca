"""A question leaks when it has what is distinctive of the answer; a number that both have is not that."""

import builders
import pytest

from corpusbuilder.config import VerifySection
from corpusbuilder.records.example import GroundedExample, StepGrounding
from corpusbuilder.stages.verify.checks.base import Case
from corpusbuilder.stages.verify.checks.leaks import no_answer_leak


def outcome(language, question, answer, choices=()):
    fields = {"question": question, "answer": answer, "choices": tuple(choices), "answer_type": "short"}
    example = builders.about_text(language).model_copy(update=fields)
    groundings = tuple(StepGrounding(step=step.index) for step in example.steps)
    case = Case(GroundedExample(example=example, groundings=groundings), builders.unit(language), VerifySection())
    return next(iter(no_answer_leak(case))).outcome


FACTORS = ("Factor II", "Factor V", "Factor X")
FACTEURS = ("Facteur II", "Facteur V", "Facteur X")

HIDDEN = [
    ("en", "Which factor does thrombin (IIa) come from, and not thrombin (II)?", "Factor II", FACTORS),
    ("en", "Which factor becomes Thrombin (II)?", "Factor II", ()),
    ("en", "Which factor is left over?", "Factor I", ("Factor I", "Factor II", "Factor V")),
    ("en", "Which vitamin is lost at 20 °C?", "Vitamin C", ("Vitamin A", "Vitamin C", "Vitamin K")),
    ("en", "Which vitamin does the liver store?", "Vitamin A", ("Vitamin A", "Vitamin C")),
    ("en", "What follows the 2 divisions of the first stage?", "Stage 2", ("Stage 2", "Stage 3")),
    (
        "en",
        "Which war began in 1939, for the second time in Poland?",
        "Second World War",
        ("First World War", "Second World War"),
    ),
    ("en", "Which part of the leaf takes in light?", "Upper part", ("Upper part", "Upper end")),
    ("en", "Who was king when Napoleon III fell?", "Wilhelm III", ("Wilhelm I", "Wilhelm III")),
    ("fr", "Quel facteur la thrombine (II) active-t-elle ?", "Facteur II", FACTEURS),
    ("fr", "Quel facteur devient la thrombine (II) ?", "Facteur II", ()),
    ("fr", "Quelle vitamine la peau fabrique-t-elle ?", "Vitamine D", ("Vitamine D", "Vitamine A")),
    ("fr", "Quel roi succède à Henri IV ?", "Louis XIII", ("Louis XIII", "Louis XIV")),
    ("fr", "Quel roi régnait quand Charles IV mourut ?", "Henri IV", ("Henri IV", "Henri III")),
    ("fr", "Quelle étape suit les 3 divisions ?", "Étape 3", ("Étape 3", "Étape 4")),
]

TOLD = [
    ("en", "Which protein, also called factor II, becomes thrombin?", "Factor II", FACTORS),
    ("en", "Which protein, also called factor II, becomes thrombin?", "Factor II", ()),
    ("en", "Which of these is a Vitamin A?", "Vitamin A", ("Vitamin A", "Vitamin C")),
    ("en", "What happened in the Revolution of 1789?", "the 1789 revolution", ()),
    ("en", "Which war is the Second War of the World?", "Second World War", ("Second World War", "First World War")),
    ("en", "Which membrane surrounds the cell?", "Cell membrane", ()),
    ("en", "Which cell is the red one?", "Red blood cell", ("Red blood cell", "White blood cell")),
    ("en", "In which year, 1914, did it begin?", "1914", ("1914", "1939")),
    ("fr", "Quelle protéine, dite facteur II, devient la thrombine ?", "Facteur II", FACTEURS),
    ("fr", "Que contient la vitamine D ?", "Vitamine D", ("Vitamine D", "Vitamine A")),
    ("fr", "Qui est Henri, quatrième du nom, ou Henri IV ?", "Henri IV", ("Henri IV", "Henri III")),
    ("fr", "Que fait l’étape 3 ?", "Étape 3", ("Étape 3", "Étape 4")),
    ("fr", "Où vont les globules ROUGES ?", "Globule rouge", ("Globule rouge", "Globule blanc")),
]


@pytest.mark.parametrize(("language", "question", "answer", "choices"), HIDDEN)
def test_a_number_or_generic_word_that_both_have_is_no_leak(language, question, answer, choices):
    assert outcome(language, question, answer, choices) == "pass"


@pytest.mark.parametrize(("language", "question", "answer", "choices"), TOLD)
def test_the_distinctive_words_of_the_answer_are_a_leak(language, question, answer, choices):
    assert outcome(language, question, answer, choices) == "fail"


def test_a_question_that_names_all_choices_tells_none():
    assert outcome("en", "Is it factor II or factor V?", "Factor II", FACTORS[:2]) == "pass"

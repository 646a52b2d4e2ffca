import ast
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from released_rows import texts, words

from corpusbuilder.exports.formats.lmms_task import functions
from corpusbuilder.exports.formats.lmms_task.functions import LETTERS, chosen, process_results, same_answer

CHOICES = ["Sun", "Green leaf", "A cell", "leaf"]


@pytest.mark.parametrize(
    ("response", "place"),
    [
        ("B", 1),
        (" b ", 1),
        ("(B)", 1),
        ("**B**", 1),
        ("B.", 1),
        ("B. Green leaf", 1),
        ("B) because it is green", 1),
        ("The answer is B.", 1),
        ("the correct answer is: (B)", 1),
        ("La réponse est B.", 1),
        ("La bonne réponse est la lettre B", 1),
        ("Answer: **B**", 1),
        ("It is not C.\nThe answer is B.", 1),
        ("green leaf", 1),
        ("It leads to the green leaf.", 1),
        ("leaf", 3),
        ("A cell is what it leads to", 2),
        ("Sun or cell", None),
        ("Z", None),
        ("", None),
        ("I do not know.", None),
    ],
)
def test_a_choice_is_found_in_the_ways_models_name_it(response, place):
    assert chosen(response, CHOICES, "en") == place


@given(st.integers(0, 25), st.lists(words, min_size=26, max_size=26, unique_by=str.casefold))
def test_the_letter_of_a_choice_names_it_whatever_the_choices_are(place, choices):
    assert chosen(LETTERS[place], choices, "en") == place
    assert chosen(f"The answer is {LETTERS[place]}.", choices, "fr") == place


@given(texts, st.lists(texts, min_size=2, max_size=5), st.sampled_from(["en", "fr", "fr-CA", "de", ""]))
def test_no_response_breaks_the_scoring(response, choices, language):
    question = {"choices": choices, "answer": choices[0], "question_type": "lookup", "language": language}
    assert process_results(question | {"answer_type": "multiple_choice"}, [response])["score"] in {0.0, 1.0}
    for kind in ("list", "free"):
        scores = process_results(question | {"choices": [], "answer_type": kind}, [response])
        assert 0 <= scores["f1_open"] <= 1


@pytest.mark.parametrize(
    ("response", "answer", "kind", "language"),
    [
        ("The Sun.", "sun", "short", "en"),
        ("l’aléa", "aléa", "short", "fr"),
        ("Un aléa", "L'aléa", "short", "fr"),
        ("1,944", "1944", "number", "en"),
        ("1 944", "1944", "number", "fr"),
        ("1\u202f944", "1 944", "number", "fr"),
        ("0,03 mm", "0.03 mm", "number", "fr"),
        ("−3 °C", "-3 °C", "number", "fr"),
        ("sous marin", "Sous-marin", "short", "fr"),
        ("Leaf and Sun", "Sun, Leaf", "list", "en"),
        ("- Feuille\n- Soleil", "Soleil et feuille", "list", "fr"),
        ("The answer is the Sun.", "Sun", "short", "en"),
        ("La bonne réponse est : le Soleil", "Soleil", "short", "fr"),
        ("Answer: Sun and Leaf", "Sun, Leaf", "list", "en"),
        ("<think>Is it the Moon? No.</think>\nSun", "Sun", "short", "en"),
    ],
)
def test_an_open_answer_is_right_in_any_spelling(response, answer, kind, language):
    question = {"choices": [], "answer": answer, "answer_type": kind, "language": language, "question_type": "factual"}
    assert process_results(question, [response])["exact_match_open"] == 1.0


@pytest.mark.parametrize(
    ("response", "answer", "kind", "language"),
    [
        ("Moon", "Sun", "short", "en"),
        ("", "Sun", "short", "en"),
        ("aléa", "aleà", "short", "fr"),
        ("1945", "1944", "number", "en"),
        ("1,5", "15", "number", "fr"),
        ("1.5", "15", "number", "en"),
        ("-3", "3", "number", "en"),
        ("de 2 à 3", "de 2 à -3", "short", "fr"),
        ("Sun", "Sun, Leaf", "list", "en"),
        ("the", "A", "short", "en"),
    ],
)
def test_an_open_answer_that_says_something_else_is_wrong(response, answer, kind, language):
    assert not same_answer(response, answer, kind, language)


def test_the_overlap_counts_the_words_in_common():
    question = {"choices": [], "answer": "a very small crystal", "answer_type": "free", "language": "en"}
    scores = process_results(question | {"question_type": "definition"}, ["a small crystal of rock"])
    assert scores["f1_open"] == pytest.approx(2 * 2 / (4 + 3))
    assert scores["score"] == 0


def test_the_shipped_file_needs_the_standard_library_only():
    tree = ast.parse(Path(functions.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names

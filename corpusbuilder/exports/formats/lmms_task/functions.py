"""How a task of lmms-eval shows a question to a model and scores what it answers.

This file is copied as ``utils.py`` into the exported task and imported there by lmms-eval: it stands alone, and needs
nothing but the standard library. A choice is right when its letter, or else its text, is what the response says. An
open answer is right when it equals the response but for case, punctuation, articles and the way numbers are written;
accents count. ``f1_open`` is the overlap of their words (SQuAD).
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

LETTERS = string.ascii_uppercase
ARTICLES = frozenset(("a", "an", "the", "le", "la", "les", "l", "un", "une", "des", "du", "d"))
THOUGHT = re.compile(r".*</(?:think|thinking|thought)>", re.DOTALL)
LETTER_ALONE = re.compile(r"[\W_]*([A-Za-z])[\W_]*")
LETTER_FIRST = re.compile(r"[\s*_(\[]*([A-Z])\s*[*_]*[.):\]]")
LETTER_SAID = re.compile(
    r"(?:\banswer|\boption|\bchoice|\bréponse|\bchoix)\b[\s*_]*(?:\bis\b|\best\b|:)?[\s*_:]*"
    r"(?:\bthe\b|\bla\b|\ble\b)?\s*(?i:option|choice|réponse|lettre|letter)?[\s*_(\[\"«]*([A-Z])(?=[\s*_]*(?:[.,;:)\]\"»]|$))",
    re.MULTILINE | re.IGNORECASE,
)
THOUSANDS = {"fr": re.compile(r"(?<=\d)[\s.](?=\d{3}(?!\d))"), "en": re.compile(r"(?<=\d)[\s,](?=\d{3}(?!\d))")}
LEAD_IN = re.compile(
    r"(?:so,? |donc,? )?(?:the |la )?(?:\w+ )?(?:answer|réponse)(?: (?:is|est))?\s*:?\s+(?=\S)", re.IGNORECASE
)
PUNCTUATION = re.compile(r"(?<!\d)\.|\.(?!\d)|(?<=\w)-|-(?!\d)|[^\w.%°+-]|_")
"""All of it but for what belongs to a number."""
LIST_SEPARATOR = re.compile(r"\s*(?:[,;\n•]|\band\b|\bet\b|^\s*[-*]\s|\n\s*[-*]\s)\s*")


def doc_to_visual(doc: Mapping[str, Any]) -> list[Any]:
    """The image of a question, if it has one."""
    return [doc["image"].convert("RGB")] if doc["image"] is not None else []


def doc_to_text(doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any]) -> str:
    """The texts given with a question, the question, its choices, and how to answer, in its language."""
    language = "fr" if doc["language"].startswith("fr") else "en"
    words = lmms_eval_specific_kwargs[language]
    parts = [f"{words['text']} {text}" for text in doc["context"]]
    parts.append(doc["question"])
    parts.extend(f"{letter}. {choice}" for letter, choice in zip(LETTERS, doc["choices"], strict=False))
    parts.append(words["choose"] if doc["choices"] else words["answer"])
    return "\n".join(parts)


def doc_to_target(doc: Mapping[str, Any]) -> str:
    """The right letter, or the answer of an open question."""
    return LETTERS[doc["choices"].index(doc["answer"])] if doc["choices"] else str(doc["answer"])


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """Score of one response by metric; every question counts in ``score`` and in those of its type and language."""
    response = THOUGHT.sub("", results[0]).strip()
    if doc["choices"]:
        score = float(chosen(response, doc["choices"], doc["language"]) == doc["choices"].index(doc["answer"]))
    else:
        lead_in = LEAD_IN.match(response)
        response = response[lead_in.end() :] if lead_in else response
        score = float(same_answer(response, doc["answer"], doc["answer_type"], doc["language"]))
    scores = dict.fromkeys(metric_names(doc), score)
    if "f1_open" in scores:
        scores["f1_open"] = word_overlap(response, doc["answer"], doc["language"])
    return scores


def metric_names(doc: Mapping[str, Any]) -> list[str]:
    """The metrics in which a question counts."""
    language = re.sub(r"[^a-z0-9]+", "_", doc["language"].lower())
    kind = re.sub(r"[^a-z0-9]+", "_", doc["question_type"].lower())
    of_its_kind = ["accuracy_choice"] if doc["choices"] else ["exact_match_open", "f1_open"]
    return ["score", *of_its_kind, f"score_type_{kind}", f"score_language_{language}"]


def chosen(response: str, choices: Sequence[str], language: str) -> int | None:
    """Place of the choice that a response names by letter or text; None when it names none, or several."""
    said = [match.upper() for match in LETTER_SAID.findall(response)][-1:]
    for found in (LETTER_ALONE.fullmatch(response), LETTER_FIRST.match(response)):
        if found:
            said = [found[1].upper()]
            break
    if said and LETTERS.index(said[0]) < len(choices):
        return LETTERS.index(said[0])
    texts = [f" {normalised(choice, language)} " for choice in choices]
    whole = f" {normalised(response, language)} "
    if texts.count(whole) == 1:
        return texts.index(whole)
    named = [text for text in texts if text in whole]
    longest = [text for text in named if not any(text != other and text in other for other in named)]
    return texts.index(longest[0]) if len(longest) == 1 and texts.count(longest[0]) == 1 else None


def same_answer(response: str, answer: str, answer_type: str, language: str) -> bool:
    """Whether an open answer equals the response; the order of a list does not matter."""
    if answer_type == "list":
        return items(response, language) == items(answer, language)
    return normalised(response, language) == normalised(answer, language)


def items(text: str, language: str) -> Counter[str]:
    """The entries of a written list."""
    parts = (normalised(part, language) for part in LIST_SEPARATOR.split(text))
    return Counter(part for part in parts if part)


def word_overlap(response: str, answer: str, language: str) -> float:
    """Harmonic mean of the shares of words that response and answer have in common."""
    said, expected = (Counter(normalised(text, language).split()) for text in (response, answer))
    common = (said & expected).total()
    return 2 * common / (said.total() + expected.total()) if common else 0.0


def normalised(text: str, language: str) -> str:
    """A text without case, punctuation and articles, its numbers as ``1234.5``; its words joined by one blank."""
    french = language.startswith("fr")
    text = THOUSANDS["fr" if french else "en"].sub("", unicodedata.normalize("NFKC", text).casefold())
    if french:
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    words = PUNCTUATION.sub(" ", text.replace("\N{MINUS SIGN}", "-")).split()
    return " ".join(word for word in words if word not in ARTICLES) or " ".join(words)

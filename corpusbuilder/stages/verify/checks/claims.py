"""Checks of what each step says against the evidence that it names."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from corpusbuilder.language.claims import holds_quote, quoted, without_names, without_quotes
from corpusbuilder.records.diagram import Connector
from corpusbuilder.records.document import Figure
from corpusbuilder.records.example import ReasoningStep, StepKind
from corpusbuilder.records.text import (
    Stems,
    Token,
    contains,
    is_stop_word,
    listed,
    negations,
    normalised,
    number_value,
    numbers,
    stems,
    tokens,
)
from corpusbuilder.stages.verify.checks.base import Case, Finding, abstained, failed, passed

_BEGINS: Final = re.compile(r"[.!?:“«\"]\s*\Z")
ABOUT_TEXT: Final = frozenset(
    # Words by which a step speaks of the text rather than of the world.
    stems(
        "text passage paragraph sentence book chapter section author line says say said states state stated reads read "
        "explains explain tells tell describes described writes written according mentions given gives define defines "
        "defined definition term word also indicates notes adds specifies regarding concerning"
    )
    + stems(
        "texte paragraphe phrase livre chapitre auteur ligne dit lit indique précise explique affirme écrit selon "
        "mentionne donné donne définit défini définition terme mot ainsi ajoute note rappelle apprend apprenons lisons "
        "propos sujet concernant"
    )
)


def label_agrees(case: Case) -> Iterator[Finding]:
    """A step names the labels that it points at, and an end of each connector."""
    for step in case.example.steps:
        said = stems(step.text)
        for figure, element in case.elements(step):
            wanted = [stems(text) for text in case.names(figure, element)]
            if not any(wanted):
                if not isinstance(element, Connector) and not _names_another(case, step, element.id):
                    yield abstained("the element that it points at has no name", step.index, [element.id])
            elif any(contains(said, name) for name in wanted):
                yield passed(step.index, [element.id])
            elif any(set(case.content(text)) & set(said) for text in case.names(figure, element)):
                yield abstained(f"it names {listed(case.names(figure, element))} in part", step.index, [element.id])
            else:
                yield failed(f"it does not speak of {listed(case.names(figure, element))}", step.index, [element.id])


def _names_another(case: Case, step: ReasoningStep, element_id: str) -> bool:
    """Whether another element of the same evidence has a name: an unnamed shape may go with it."""
    return any(case.names(figure, element) for figure, element in case.elements(step) if element.id != element_id)


def step_supported_by_quote(case: Case) -> Iterator[Finding]:
    """What a read step says is in its spans: its quotations, its words of content, its numbers and negations."""
    for step in case.example.steps:
        spans = [span.quote for span in case.spans(step)]
        if step.kind is not StepKind.READ or not spans:
            continue
        ids = [span.passage_id for span in case.spans(step)]
        absent = [q for q in _own_quotes(step, spans) if not _is_known(case, step, q, spans)]
        if absent:
            yield failed(f"it quotes {listed(absent)}, which its evidence does not say", step.index, ids)
            continue
        said = without_texts(step.text, spans)
        if problem := _foreign(case, said, " ".join(spans)):
            yield failed(problem, step.index, ids)
        elif missing := _unsupported_words(case, step, said, spans):
            share = len(missing) / max(len(set(case.content(step.text))), 1)
            sentence = f"its evidence does not speak of {listed(missing)}"
            yield failed(sentence, step.index, ids) if share > 0.5 else abstained(sentence, step.index, ids)
        else:
            yield passed(step.index, ids)


def _own_quotes(step: ReasoningStep, spans: Iterable[str]) -> list[str]:
    """The quotations of a step that are left when those of its evidence are taken out (these may nest)."""
    return [quote for quote in quoted(without_texts(step.text, spans)) if tokens(quote)]


def without_texts(text: str, spans: Iterable[str]) -> str:
    """``text``, normalised, without the quotes of the evidence."""
    plain = normalised(text).text
    for span in sorted((normalised(s).text.strip(' ".') for s in spans), key=len, reverse=True):
        if span:
            plain = _verbatim(span).sub(" ", plain)
    return plain


def _verbatim(span: str) -> re.Pattern[str]:
    """Matches ``span`` with single or double quotation marks: a quotation in a quotation changes its marks."""
    bare = re.sub(r" ?(['\"]) ?", r"\1", span)
    return re.compile("".join(r" ?['\"] ?" if c in "'\"" else re.escape(c) for c in bare))


def _is_known(case: Case, step: ReasoningStep, quote: str, spans: Iterable[str]) -> bool:
    """Whether a quotation is of the evidence, or repeats a name: from the question or an earlier step's evidence."""
    earlier = (text for other in case.reach(step) if other.index < step.index for text in case.texts(other))
    return any(holds_quote(text, quote) for text in (*spans, case.example.question, *earlier))


def _foreign(case: Case, said: str, evidence: str) -> str:
    """Numbers and negations that are said and not in the evidence."""
    known = numbers(evidence, case.language) + numbers(case.example.question, case.language)
    if new := [n for n in numbers(without_quotes(said), case.language) if n not in known]:
        return f"its evidence does not give the number {listed(new)}"
    if len(negations(without_quotes(said), case.language)) > len(negations(evidence, case.language)):
        return "it denies what its evidence does not deny"
    return ""


def _unsupported_words(case: Case, step: ReasoningStep, said: str, spans: list[str]) -> list[str]:
    """Words of content, quotations apart, that neither the spans have nor the topic that their passage shares."""
    topic = set(case.question_stems) | {
        w for other in case.reach(step) for text in case.texts(other) for w in stems(text)
    }
    passages = [case.passage(span.passage_id) for span in case.spans(step)]
    around = {w for p in passages if p for w in stems(" ".join((*p.heading, p.text)))}
    known = {w for quote in spans for w in stems(quote)} | (topic & around) | ABOUT_TEXT
    words = [t for t in tokens(without_quotes(said)) if not is_stop_word(t.text, case.language)]
    return list(dict.fromkeys(t.text for t in words if t.stem not in known and not any(inflects(t, k) for k in known)))


def inflects(token: Token, known: str) -> bool:
    """Whether a word is a form of another one: "floating" of "float"."""
    shorter = min(len(token.stem), len(known))
    return shorter >= 4 and token.stem.isalpha() and token.stem[: max(shorter - 1, 4)] == known[: max(shorter - 1, 4)]


def seen_in_evidence(case: Case) -> Iterator[Finding]:
    """What a perceive step quotes, counts or denies is in the elements that it points at."""
    for step in case.example.steps:
        if step.kind is not StepKind.PERCEIVE or not case.regions(step):
            continue
        figures = [f for f in (case.figure(r.figure_id) for r in case.regions(step)) if f]
        names = case.texts(step)
        printed = [text for f in figures for text in (f.number or "", f.caption or "")]
        context = [*names, *printed, case.example.question]
        context += [text for other in case.example.steps if other.index < step.index for text in case.texts(other)]
        bare = without_names(step.text, (stems(name) for name in names))
        yield _seen(case, step, context, bare)


def _seen(case: Case, step: ReasoningStep, context: list[str], bare: str) -> Finding:
    ids = [element.id for _, element in case.elements(step)]
    absent = [q for q in quoted(step.text) if tokens(q) and not any(holds_quote(text, q) for text in context)]
    if absent:
        return failed(f"it names {listed(absent)}, at which it does not point", step.index, ids)
    known = {n for text in context for n in numbers(text, case.language)} | _counts(case, [step])
    if new := [n for n in numbers(bare, case.language) if n not in known and not _is_count(case, n, known)]:
        return abstained(f"nothing at which it points shows the number {listed(new)}", step.index, ids)
    if negations(bare, case.language):
        return abstained("that something is absent cannot be seen at one place", step.index, ids)
    return passed(step.index, ids)


def _counts(case: Case, steps: Iterable[ReasoningStep]) -> set[str]:
    """How many connectors, labels and regions some steps point at, in digits."""
    pointed = {(f.id, e.id): type(e) for step in steps for f, e in case.elements(step)}
    kinds = list(pointed.values())
    return {str(kinds.count(kind)) for kind in kinds}


def _is_count(case: Case, word: str, known: set[str]) -> bool:
    value = number_value(word, case.language)
    return value is not None and str(value) in known


def infer_within_premises(case: Case) -> Iterator[Finding]:
    """An inference brings in no number, no denial and no name that neither the question nor its premises have."""
    for step in case.example.steps:
        if step.kind is not StepKind.INFER:
            continue
        basis = [case.example.question]
        for other in case.reach(step):
            basis += [*([other.text] if other is not step else []), *case.texts(other)]
        if case.example.answer_type in ("yes_no", "number"):
            basis.append(case.example.answer)  # computed, and checked by answer_derivable
        yield _within(case, step, basis)


def _within(case: Case, step: ReasoningStep, basis: list[str]) -> Finding:
    known = [stems(text) for text in basis]
    known_numbers = {n for text in basis for n in numbers(text, case.language)} | _counts(case, case.reach(step))
    if new := [
        n for n in numbers(step.text, case.language) if n not in known_numbers and not _is_count(case, n, known_numbers)
    ]:
        return abstained(f"no premise has the number {listed(new)}", step.index)
    if _denies(case, step.text) and not any(_denies(case, text) for text in _own_words(case, step)):
        return abstained("it denies, and no premise does", step.index)
    said = stems(step.text)
    named = [*_names(case), *(stems(quote) for quote in quoted(step.text))]
    foreign = [n for n in named if contains(said, n) and not any(contains(text, n) for text in known)]
    if foreign:
        return failed(f"it speaks of {listed(' '.join(n) for n in foreign)}, and no premise does", step.index)
    words = {word for text in known for word in text}
    if new := [token.text for token in proper_names(step.text) if token.stem not in words]:
        return abstained(f"it speaks of {listed(new)}, and no premise does", step.index)
    return passed(step.index)


def _own_words(case: Case, step: ReasoningStep) -> list[str]:
    """The question and the texts of the premises; the answer, too, when it is no more than yes or no."""
    texts = [case.example.question, *(other.text for other in case.reach(step) if other is not step)]
    return [*texts, case.example.answer] if case.example.answer_type == "yes_no" else texts


def _denies(case: Case, text: str) -> bool:
    """Whether ``text`` negates in its own words: quotations, the answer and what the evidence says do not count."""
    said = [quote for step in case.example.steps for quote in case.texts(step)]
    answer = [] if case.example.answer_type == "yes_no" else [case.example.answer]
    return bool(negations(without_quotes(without_texts(text, [*said, *answer])), case.language))


def proper_names(text: str) -> list[Token]:
    """Words with a capital that do not begin a sentence or a quotation; none in a text that is all capitals."""
    if text.isupper():
        return []
    words = tokens(text)
    inside = (b for a, b in pairwise(words) if not _BEGINS.search(text[a.end : b.start]))
    return [token for token in inside if text[token.start].isupper()]


def _names(case: Case) -> list[Stems]:
    """The choices of the question and the labels of its figures, apart from those that are common little words."""
    figures: list[Figure] = [f for f in (case.figure(i) for i in case.example.figure_ids) if f]
    texts = [*case.example.choices, *(label.text for f in figures for label in f.diagram.labels)]
    every = dict.fromkeys(stems(text) for text in texts)
    return [
        n for n in every if sum(len(word) for word in n) >= 4 and not all(is_stop_word(w, case.language) for w in n)
    ]

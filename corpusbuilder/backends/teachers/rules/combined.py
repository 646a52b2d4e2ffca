"""Questions that need both: find an element in the figure, and what the text says of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.teachers.rules import english, french
from corpusbuilder.backends.teachers.rules.candidate import Candidate, StepPlan, infer, perceive, read, with_distractors
from corpusbuilder.backends.teachers.rules.inventory import Arrow, FigureView, callouts
from corpusbuilder.backends.teachers.rules.language import fold, words
from corpusbuilder.backends.teachers.rules.leaks import leaks
from corpusbuilder.backends.teachers.rules.relations import alike, incoming, outgoing, see_arrow
from corpusbuilder.backends.teachers.rules.sentences import Sentence, stands_alone, without_references
from corpusbuilder.records.diagram import DiagramLabel
from corpusbuilder.records.example import QuestionType

_BOOK: Final = {"en": english, "fr": french}
_INTRODUCTION: Final = re.compile(
    r"^(?:As [^,]{3,40} shows?|Comme (?:le|la|l['’]) ?(?:montre|voit|indique)[^,]{3,40}|Sur [^,]{3,40}|Dans "
    r"[^,]{3,40}), ",
    re.IGNORECASE,
)
_ARTICLE: Final = {"en": r"(?:the |an? )?", "fr": r"(?:(?:les?|la|une?|des) |l['’])?"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence about a labelled element: the element is its subject."""

    name: str
    """The label's text."""
    predicate: str
    """What the sentence says of it: "stores water"."""
    plural: bool
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class _Hop:
    """A way to point at one element of a figure without its name."""

    form: str
    target: DiagramLabel
    name: str
    step: StepPlan
    given: str
    """What the question names instead."""


def combined_questions(view: FigureView, found: tuple[Sentence, ...], language: str, seed: int) -> Iterator[Candidate]:
    """Questions about elements of which the text states something that the figure does not show."""
    stated = _statements(view, found, language)
    for hop in _hops(view):
        for statement in stated.get(fold(hop.name), [])[:1]:
            if not leaks(statement.predicate, hop.given, language):
                yield _figure_then_text(view, hop, statement, stated, seed)
    yield from _text_then_figure(view, stated, seed)


def _statements(view: FigureView, found: tuple[Sentence, ...], language: str) -> dict[str, list[Statement]]:
    """What the text says of each element, by folded name, nearest mention first as it is read."""
    names = {fold(label.text): label.text for label in view.names.values()}
    names |= {fold(entry.name): entry.name for _, entry in callouts(view)}
    stated: dict[str, list[Statement]] = {}
    for sentence in found:
        for folded, name in names.items():
            others = [other for other in names if other != folded]
            statement = _statement(sentence, name, others, language)
            if statement and statement.predicate not in {s.predicate for s in stated.get(folded, [])}:
                stated.setdefault(folded, []).append(statement)
    return stated


def _statement(sentence: Sentence, name: str, others: list[str], language: str) -> Statement | None:
    plain = _INTRODUCTION.sub("", sentence.plain)
    subject = re.match(rf"{_ARTICLE[language]}{re.escape(name)} (?=[a-zà-ÿ])", plain, re.IGNORECASE)
    if subject is None or not sentence.text.endswith(".") or len(words(plain)) > 24:
        return None
    predicate = without_references(plain[subject.end() :])
    plural = _is_plural_predicate(predicate, language)
    said = f" {' '.join(words(predicate))} "
    sound = (
        (plural or _is_singular_predicate(predicate, language))
        and 2 <= len(words(predicate)) <= 18
        and stands_alone(f"{name} {predicate}", language)
        and not re.search(r"[:;«»“”()]", predicate)
        and not any(f" {' '.join(words(other))} " in said for other in others)
        and f" {' '.join(words(name))} " not in said
    )
    return Statement(name, predicate, plural, sentence) if sound else None


def _is_singular_predicate(predicate: str, language: str) -> bool:
    match = _BOOK[language].PREDICATE.fullmatch(predicate)
    return bool(match) and _is_verb(match["verb"], language)


def _is_plural_predicate(predicate: str, language: str) -> bool:
    match = _BOOK[language].PLURAL_PREDICATE.fullmatch(predicate)
    return bool(match) and _is_verb(match["verb"], language)


def _is_verb(verb: str, language: str) -> bool:
    bare = re.sub(r"^(?:se |ne |[sn]['’])", "", verb)
    if bare in _BOOK[language].NOT_A_VERB:
        return False
    return language == "en" or not french.NOT_VERBAL.fullmatch(bare)


def _hops(view: FigureView) -> Iterator[_Hop]:
    for number, entry in callouts(view):
        text = number.text.strip()
        step = perceive("find number", view.figure.id, (number.id, entry.id), given=text, entry=entry.text)
        yield _Hop("both_number", entry, entry.name, step, text)
    for part in view.parts:
        outer = view.parent(part)
        inner = [p for p in view.parts if outer and outer.region.id in view.ancestors(p)]
        if outer and len(inner) == 1:
            ids = (part.label.id, part.region.id, outer.region.id, outer.label.id)
            step = perceive("find inside", view.figure.id, ids, given=outer.name, name=part.name)
            yield _Hop("both_inside", part.label, part.name, step, outer.name)
    yield from _arrow_hops(view)


def _arrow_hops(view: FigureView) -> Iterator[_Hop]:
    for arrows, form in ((outgoing(view), "both_arrow_to"), (incoming(view), "both_arrow_from")):
        for label_id, touching in arrows.items():
            if len(touching) == 1 and label_id not in view.doubtful:
                yield _arrow_hop(view, touching[0], form)


def _arrow_hop(view: FigureView, arrow: Arrow, form: str) -> _Hop:
    given, target = (arrow.tail, arrow.head) if form == "both_arrow_to" else (arrow.head, arrow.tail)
    return _Hop(form, target, target.text, see_arrow(view, arrow, "find arrow"), given.text)


def _figure_then_text(
    view: FigureView, hop: _Hop, statement: Statement, stated: dict[str, list[Statement]], seed: int
) -> Candidate:
    own = {s.predicate for s in stated[fold(hop.name)]}
    others = [
        other.predicate
        for name, group in stated.items()
        if name != fold(hop.name)
        for other in group
        if other.plural == statement.plural and other.predicate not in own
    ]
    key = (view.figure.id, hop.form, hop.target.id, statement.predicate)
    choices = with_distractors(statement.predicate, others, seed=seed, key=key)
    sentence = statement.sentence
    return Candidate(
        form=hop.form,
        key=key,
        topic=hop.name,
        question_type=QuestionType.SYNTHESIS,
        answer=statement.predicate,
        answer_type="multiple_choice" if choices else "free",
        choices=choices,
        slots={
            "where": view.where,
            "given": hop.given,
            "name": hop.name,
            "predicate": statement.predicate,
            "plural": statement.plural,
        },
        steps=(
            hop.step,
            read("read", sentence.passage.id, sentence.text, sentence=sentence.text, name=hop.name),
            infer("infer", (1, 2)),
        ),
        figure_ids=(view.figure.id,),
        passage_ids=(sentence.passage.id,),
        tier=0,
    )


def _text_then_figure(view: FigureView, stated: dict[str, list[Statement]], seed: int) -> Iterator[Candidate]:
    """Which element the text speaks of, then what the figure shows about it."""
    said = [statement.predicate for group in stated.values() for statement in group]
    for part in view.parts:
        outer = view.parent(part)
        for statement in stated.get(fold(part.name), [])[:1]:
            if outer is None or statement.plural or said.count(statement.predicate) > 1:
                continue
            others = [
                p.name for p in view.parts if p.region.id not in view.ancestors(part) and p.region.id != part.region.id
            ]
            ids = (part.label.id, part.region.id, outer.region.id, outer.label.id)
            seen = perceive("find inside", view.figure.id, ids, given=outer.name, name=part.name)
            yield from _reverse(
                view, "text_inside", statement, name=part.name, answer=outer.name, others=others, seen=seen, seed=seed
            )
    for arrow in (arrows[0] for arrows in outgoing(view).values() if len(arrows) == 1):
        for statement in stated.get(fold(arrow.tail.text), [])[:1]:
            if arrow.tail.id in view.doubtful or statement.plural or said.count(statement.predicate) > 1:
                continue
            others = alike(view, arrow.head, without=(arrow.tail, arrow.head))
            seen = see_arrow(view, arrow, "find arrow")
            name, answer = arrow.tail.text, arrow.head.text
            yield from _reverse(
                view, "text_arrow", statement, name=name, answer=answer, others=others, seen=seen, seed=seed
            )


def _reverse(
    view: FigureView,
    form: str,
    statement: Statement,
    *,
    name: str,
    answer: str,
    others: list[str],
    seen: StepPlan,
    seed: int,
) -> Iterator[Candidate]:
    """The question, if there are choices enough."""
    sentence = statement.sentence
    key = (view.figure.id, form, name, statement.predicate)
    choices = with_distractors(answer, others, seed=seed, key=key)
    if choices:
        yield Candidate(
            form=form,
            key=key,
            topic=name,
            question_type=QuestionType.MULTI_HOP,
            answer=answer,
            answer_type="multiple_choice",
            choices=choices,
            slots={"where": view.where, "name": name, "predicate": statement.predicate, "asked": answer},
            steps=(
                read("read", sentence.passage.id, sentence.text, sentence=sentence.text, name=name),
                seen,
                infer("infer", (1, 2)),
            ),
            figure_ids=(view.figure.id,),
            passage_ids=(sentence.passage.id,),
            tier=0,
        )

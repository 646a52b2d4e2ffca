"""Mistakes in reading a text, and evidence that does not carry what is built on it."""

import re
from dataclasses import replace
from itertools import pairwise

from corpusbuilder.backends.teachers.scripted.item import Item, Step, swapped
from corpusbuilder.backends.teachers.scripted.scene import Scene
from corpusbuilder.records.example import StepKind
from corpusbuilder.records.text import contains, fold, stems

_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[\w,;] )[A-ZÀ-Þ][\w-]+")
"""A word with a capital inside a sentence."""
_NEGATED = {
    "en": (re.compile(r"\b(is|are|was|were|can|has|had|does|did|will)\b(?! not)"), r"\1 not"),
    "fr": (re.compile(r"\b(est|sont|était|étaient|peut|peuvent|a|ont|fut|furent)\b"), r"n’\1 pas"),
}


def invented_quote(item: Item, scene: Scene, pick: int) -> Item | None:
    """The words that are quoted stand nowhere: half of one sentence and half of another."""
    place = item.first(StepKind.READ)
    foreign = scene.foreign_sentence(item, pick)
    if place is None or foreign is None:
        return None
    passage, quote = item.steps[place].quotes[0]
    mine, other = quote.split(), foreign.text.split()
    made = " ".join([*mine[: (len(mine) + 1) // 2], *other[len(other) // 2 :]])
    if fold(made) in fold(scene.passage_text(passage)):
        return None
    return _with_quote(item, place, (passage, quote), (passage, made))


def altered_quote(item: Item, scene: Scene, pick: int) -> Item | None:
    """A number of the quote is another one, or a negation came in or fell out."""
    place = item.first(StepKind.READ)
    if place is None:
        return None
    passage, quote = item.steps[place].quotes[0]
    changed = _other_numbers(quote, pick)
    if changed == quote:
        pattern, negated = _NEGATED[scene.author.language]
        changed = pattern.sub(negated, quote, count=1)
    if changed == quote or fold(changed) in fold(scene.passage_text(passage)):
        return None
    return _with_quote(item, place, (passage, quote), (passage, changed))


def _other_numbers(text: str, pick: int) -> str:
    """The first number changed in its last digit."""
    return _NUMBER.sub(lambda m: f"{m[0][:-1]}{(int(m[0][-1]) + 1 + pick % 8) % 10}", text, count=1)


def _with_quote(item: Item, place: int, old: tuple[str, str], new: tuple[str, str]) -> Item:
    """The item with another quote, also where its step repeats the words."""
    step = item.steps[place]
    text = step.text.replace(old[1], new[1])
    return item.with_step(place, replace(step, text=text, quotes=tuple(new if q == old else q for q in step.quotes)))


def wrong_passage(item: Item, scene: Scene, pick: int) -> Item | None:
    """The quote is right and said to stand in another passage."""
    place = item.first(StepKind.READ)
    if place is None:
        return None
    passage, quote = item.steps[place].quotes[0]
    others = [p.id for p in scene.author.unit.passages if p.id != passage and fold(quote) not in fold(p.text)]
    if not others:
        return None
    return _with_quote(item, place, (passage, quote), (others[pick % len(others)], quote))


def irrelevant_evidence(item: Item, scene: Scene, pick: int) -> Item | None:
    """What is seen or read is right and has nothing to do with the answer that is drawn from it."""
    place = item.first(StepKind.READ)
    foreign = scene.foreign_sentence(item, pick)
    if place is not None:
        if foreign is None:
            return None
        said = scene.author.words.say("term", "read", {"sentence": foreign.text}, str(pick))
        step = replace(item.steps[place], text=said, quotes=((foreign.passage.id, foreign.text),))
        return item.with_step(place, step)
    labels = scene.foreign_labels(item, pick)
    words = scene.author.words
    if not labels or not scene.author.view or item.form == "yes_no":
        return None
    slots = {"where": scene.author.view.where}
    seen = [
        Step(words.say("arrow_to", "label", {**slots, "label": label.text}), StepKind.PERCEIVE, (label.id,))
        for label in labels[:2]
    ]
    last = replace(item.steps[-1], premises=tuple(range(1, len(seen) + 1)))
    return replace(item, steps=(*seen, last))


def missing_step(item: Item, scene: Scene, pick: int) -> Item | None:
    """The step that shows the answer is left out, or its quote breaks off before it."""
    answer = stems(item.answer)
    if len(item.steps) >= 3 and item.form in ("multiple_choice", "short"):
        first, last = item.steps[0], item.steps[-1]
        if contains(stems(first.text), answer):
            return None
        return replace(item, steps=(first, replace(last, premises=(1,))))
    place = item.first(StepKind.READ)
    if place is None:
        return None
    passage, quote = item.steps[place].quotes[0]
    words = quote.split()
    cut = " ".join(words[: max(len(words) // 2 - pick % 2, 3)])
    if contains(stems(cut), answer):
        return None
    said = scene.author.words.say("cloze", "read", {"sentence": cut})
    return item.with_step(
        place, Step(said, StepKind.READ, quotes=((passage, cut),), premises=item.steps[place].premises)
    )


def recall_presented_as_read(item: Item, scene: Scene, pick: int) -> Item | None:
    """General knowledge, said to stand in the text; the quote is of a sentence that says something else."""
    if item.form not in ("short", "free"):
        return None
    known: list[dict[str, str]] = scene.author.words.table["known"]
    fact = known[pick % len(known)]
    quoted = scene.foreign_sentence(item, pick)
    if quoted is None or any(contains(stems(s.text), stems(fact["answer"])) for s in scene.sentences):
        return None
    concluded = scene.author.words.table["hints"]["known"][0].format(answer=fact["answer"])
    read = Step(fact["said"], StepKind.READ, quotes=((quoted.passage.id, quoted.text),))
    last = Step(concluded, StepKind.INFER, premises=(1,))
    return replace(item, question=fact["question"], answer=fact["answer"], steps=(read, last))


def swapped_entities(item: Item, scene: Scene, pick: int) -> Item | None:
    """What the text says of one thing is said of another, or two names of the figure change places."""
    if pick % 2 and (turned := _swapped_inside(item, pick // 2)):
        return turned
    term = str(item.plan.slots.get("term") or item.plan.slots.get("name") or "")
    if not term:
        return _swapped_labels(item, scene, pick)
    terms = [str(i.plan.slots["term"]) for i in scene.items if "term" in i.plan.slots]
    terms += [label.text for label in scene.labels]
    sentence = " ".join(quote for step in item.steps for _, quote in step.quotes)
    others = [t for t in dict.fromkeys(terms) if stems(t) != stems(term) and not contains(stems(sentence), stems(t))]
    if not others or item.form == "multiple_choice":
        return None
    other = others[pick % len(others)]
    shapes = [(term, other), (term[:1].upper() + term[1:], other[:1].upper() + other[1:])]
    return item.renamed(lambda text: swapped(text, list(dict(shapes).items())))


def _swapped_inside(item: Item, pick: int) -> Item | None:
    """Two names of the quoted sentence change places in all that is said of it."""
    place = item.first(StepKind.READ)
    if place is None or item.form == "multiple_choice":
        return None
    _, quote = item.steps[place].quotes[0]
    names = list(dict.fromkeys(_NAME.findall(quote)))
    pairs = [(a, b) for a, b in pairwise(names) if not (a in item.answer and b in item.answer)]
    if not pairs:
        return None
    one, other = pairs[pick % len(pairs)]
    step = item.steps[place]
    # In its own words, since a quotation that is changed shows it by itself.
    plain = item.with_step(place, replace(step, text=re.sub(r"[“”«»]\u00a0?|\u00a0(?=»)", "", step.text)))
    return plain.renamed(lambda text: swapped(text, [(one, other), (other, one)]))


def opposite(item: Item, scene: Scene, pick: int) -> Item | None:
    """A word of what is read becomes its opposite in all that is said of it, or in the question alone."""
    place = item.first(StepKind.READ)
    table: dict[str, str] = scene.author.words.table["opposites"]
    if place is None:
        return None
    _, quote = item.steps[place].quotes[0]
    met = [word for word in table if re.search(rf"\b{word}\b", quote)]
    if not met:
        return None

    def turned(text: str) -> str:
        return re.sub(rf"\b{met[0]}\b", table[met[0]], text)

    if pick % 2 and turned(item.question) != item.question:
        return replace(item, question=turned(item.question))
    step = item.steps[place]
    said = replace(step, text=turned(re.sub(r"[“”«»]", "", step.text)))
    last = item.steps[-1]
    return (
        replace(item, answer=turned(item.answer))
        .with_step(place, said)
        .with_step(-1, replace(last, text=turned(last.text)))
    )


def _swapped_labels(item: Item, scene: Scene, pick: int) -> Item | None:
    """In the steps alone, the given label stands for another one."""
    given = str(item.plan.slots.get("given") or item.plan.slots.get("part") or item.plan.slots.get("tail") or "")
    labels = [label.text for label in scene.foreign_labels(item, pick)]
    if not given or not labels or item.form == "yes_no":
        return None
    steps = tuple(replace(step, text=swapped(step.text, [(given, labels[0])])) for step in item.steps)
    return replace(item, steps=steps)


def wrong_number(item: Item, scene: Scene, pick: int) -> Item | None:  # noqa: ARG001 - a fault's signature
    """The quote is right, and the number that is drawn from it is another."""
    if item.plan.form == "event":
        return replace(item, question=_other_numbers(item.question, pick))
    if not _NUMBER.search(item.answer) or item.plan.form == "arrow_count":
        return None
    other = _other_numbers(item.answer, pick)
    if contains(stems(" ".join(q for step in item.steps for _, q in step.quotes)), stems(other)):
        return None
    last = item.steps[-1]
    said = last.text.replace(item.answer, other) if item.answer in last.text else _other_numbers(last.text, pick)
    wrong = tuple(item.answer if choice == other else choice for choice in item.wrong)
    return replace(item, answer=other, wrong=wrong).with_step(-1, replace(last, text=said))

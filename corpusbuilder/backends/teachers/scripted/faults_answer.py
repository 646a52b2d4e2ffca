"""Mistakes in the answer, the choices and the wording of a question."""

from dataclasses import replace

from corpusbuilder.backends.teachers.scripted.item import Item
from corpusbuilder.backends.teachers.scripted.scene import Scene
from corpusbuilder.backends.teachers.scripted.wording import LANGUAGES, Words
from corpusbuilder.records.text import fold, stems


def wrong_answer(item: Item, scene: Scene, pick: int) -> Item | None:
    """The reasoning is right up to the last step, which takes another label, term or statement for the answer."""
    other = _other_answer(item, scene, pick)
    last = item.steps[-1]
    if other is None or not (said := _replaced(last.text, item.answer, other)):
        return None
    wrong = tuple(item.answer if choice == other else choice for choice in item.wrong)
    return replace(item, answer=other, wrong=wrong).with_step(-1, replace(last, text=said))


def _replaced(text: str, old: str, new: str) -> str | None:
    """``text`` with the answer changed, however its first letter is written; None where it does not stand."""
    for shape, fresh in ((old, new), (old[:1].lower() + old[1:], new[:1].lower() + new[1:])):
        if shape in text:
            return text.replace(shape, fresh)
    return None


def _other_answer(item: Item, scene: Scene, pick: int) -> str | None:
    words = scene.author.words
    if item.form == "yes_no":
        return str(words.table["no"] if item.answer == words.table["yes"] else words.table["yes"])
    if item.form == "list":
        return None  # the items stand one by one in the last step
    rivals = list(item.plan.choices) if item.plan.choices else [i.answer for i in scene.items if _alike(i, item)]
    free = [rival for rival in dict.fromkeys(rivals) if stems(rival) != stems(item.answer)]
    return free[pick % len(free)] if free else None


def _alike(other: Item, item: Item) -> bool:
    return other.plan.form == item.plan.form and other.plan.topic != item.plan.topic


def leak(item: Item, scene: Scene, pick: int) -> Item | None:
    """The question says the answer."""
    if item.form == "yes_no":
        return None
    variants: list[str] = scene.author.words.table["hints"]["leak"]
    return replace(item, question=variants[pick % len(variants)].format(question=item.question, answer=item.answer))


def wrong_language(item: Item, scene: Scene, pick: int) -> Item | None:
    """The whole example, its reasoning or its question is in the other language."""
    other = next(language for language in LANGUAGES if language != scene.author.language)
    translated = scene.author.write(item.plan, Words(other, scene.author.seed))
    if pick % 3 == 0:
        return replace(item, question=translated.question, steps=translated.steps)
    if pick % 3 == 1:
        return replace(item, steps=translated.steps)
    last = translated.steps[-1]
    return item.with_step(-1, last)


def duplicate_choice(item: Item, scene: Scene, pick: int) -> Item | None:
    """The answer stands among the choices twice: in capitals, with an article or with a full stop."""
    if not item.wrong:
        return None
    articles: list[str] = scene.author.words.table["articles"]
    article = articles[pick // 3 % len(articles)]
    with_article = f"{article}{item.answer}" if article.endswith("’") else f"{article} {item.answer}"
    again = (item.answer.upper(), with_article, f"{item.answer}.")[pick % 3]
    return replace(item, wrong=(again, *item.wrong[1:]))


def two_right_choices(item: Item, scene: Scene, pick: int) -> Item | None:
    """Another choice is as right as the answer: where another arrow leads, or a part farther out."""
    also = _also_right(item, scene)
    if not item.wrong or not also:
        return None
    return replace(item, wrong=(also[pick % len(also)], *item.wrong[1:]))


def _also_right(item: Item, scene: Scene) -> list[str]:
    view, form, slots = scene.author.view, item.plan.form, item.plan.slots
    if view is None:
        return []
    found: list[str] = []
    if form in ("arrow_which", "arrow_to"):
        found = [a.head.text for a in view.arrows if a.tail.text == slots["given"]]
    elif form == "inside_of":
        part = next((p for p in view.parts if p.name == slots["part"]), None)
        around = view.ancestors(part) if part else set()
        found = [p.name for p in view.parts if p.region.id in around]
    elif form == "inside":
        outer = next((p for p in view.parts if p.name == slots["outer"]), None)
        found = [p.name for p in view.parts if outer and outer.region.id in view.ancestors(p)]
    return [text for text in dict.fromkeys(found) if fold(text) != fold(item.answer)]

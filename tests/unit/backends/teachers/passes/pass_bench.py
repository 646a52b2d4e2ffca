"""A teacher that asks a model made of a function, through real calls and a ledger in memory."""

import asyncio
import re
from datetime import UTC, datetime

import builders
from fakes.calls import ListedModel, MemoryLedger

from corpusbuilder.backends.models.base import TextPart
from corpusbuilder.backends.models.budget import Budget
from corpusbuilder.backends.models.calls import Calls, Live, ReplayOnly
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.teachers.base import GenerationRequest
from corpusbuilder.backends.teachers.passes import PassSettings, PassTeacher
from corpusbuilder.backends.teachers.passes.material import Material, ShownFigure
from corpusbuilder.backends.teachers.passes.plan import Slot
from corpusbuilder.backends.teachers.passes.scope import Scope
from corpusbuilder.prompts import load_prompts
from corpusbuilder.records import QuestionType

THEN = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_ORDER = re.compile(r"^- (S\d+)\b.*\b(short|multiple_choice|yes_no|number|list|free)$", re.MULTILINE)
_FOREIGN = {"en": "What happens to the {} in the end?", "fr": "Que devient finalement {} dans le cycle de la mer ?"}
_SAID = {
    "en": ("There is “{}” in the book.", "So the answer is {}."),
    "fr": ("Le livre parle de « {} » sur cette page.", "La réponse à la question est donc {}."),
}
_THINGS = (
    "warm vapour",
    "heavy rain",
    "dark soil",
    "long roots",
    "thin mist",
    "fresh snow",
    "clear ice",
    "hard hail",
    "cold dew",
    "deep spring",
)
_YES = {"en": "Yes", "fr": "Oui"}


def unit_of_two(language="en"):
    """Two passages and two figures that can be told apart."""
    unit = builders.unit(language)
    first, second = unit.figures
    image = second.image.model_copy(update={"sha256": "1" * 64})
    return unit.model_copy(update={"figures": (first, second.model_copy(update={"number": "2.2", "image": image}))})


def request(unit=None, **changes):
    unit = unit or unit_of_two()
    language = unit.document.language
    values = {
        "unit": unit,
        "language": language,
        "per_unit": 2,
        "per_figure": 2,
        "seed": 0,
        "question_types": frozenset(QuestionType),
        "prompts": load_prompts("teacher", language),
    }
    return GenerationRequest(**{**values, **changes})


class Bench:
    """One teacher with its model, ledger and calls."""

    def __init__(self, model, *, ledger=None, replay=False, **settings):
        self.ledger = ledger or MemoryLedger()
        self.model = ListedModel(model)
        self._replay = replay
        self._settings = PassSettings(**settings)

    def draft(self, asked, order=0):
        async def run():
            meter = Meter()
            budget = Budget(None, 0.0)
            live = Live(self.model, self.ledger, price=None, budget=budget, meter=meter)
            calls = Calls(self.model, self.ledger, ReplayOnly() if self._replay else live, meter)
            return await PassTeacher(calls, self._settings).draft(asked, order)

        return asyncio.run(run())

    def sent(self, task=None):
        """Requests in the order in which they want to be sent."""
        every = sorted(self.model.requests, key=lambda sent: sent.order)
        return [sent for sent in every if task is None or sent.purpose.task == task]


def good(sent):
    """An answer that is as it should be, whatever is asked."""
    return {"inventory": facts, "questions": questions, "steps": chains}[sent.purpose.task](sent)


def facts(sent):
    elements, passages = ids(sent, "facts", "elements"), ids(sent, "facts", "passages")
    return {
        "facts": [
            {"statement": f"In the end there is {thing}.", "elements": elements[i : i + 2], "passages": passages[:1]}
            for i, thing in enumerate(_THINGS)
        ]
    }


def questions(sent):
    language = "fr" if "commandes" in task_text(sent) else "en"
    return {"questions": [_question(slot, form, language) for slot, form in _ORDER.findall(task_text(sent))]}


def _question(slot, form, language):
    number = int(slot[1:])
    thing = _THINGS[number % 10]
    answers = {"yes_no": _YES[language], "list": f"the {thing}, the sea", "number": f"{number} litres"}
    distractors = [{"text": f"wrong {thing} {i}", "type": "misconception"} for i in range(3)]
    return {
        "slot": slot,
        "possible": True,
        "question": _FOREIGN[language].format(thing),
        "answer": answers.get(form, f"it is {thing}"),
        "distractors": distractors if form == "multiple_choice" else [],
    }


def chains(sent):
    elements, text = ids(sent, "chains", "steps", "elements"), task_text(sent)
    language = "fr" if "Réponse" in text else "en"
    found = re.findall(r'<question id="(Q\d+)".*?(?:Answer: |Réponse\s: )(.*?)\n</question>', text, re.DOTALL)
    return {"chains": [{"question": name, "steps": _steps(answer, elements, language)} for name, answer in found]}


def _steps(answer, elements, language):
    there, so = _SAID[language]
    seen = {"text": there.format(answer), "kind": "perceive", "premises": [], "elements": elements[:1], "quotes": []}
    if not elements:
        seen |= {"kind": "read", "quotes": [{"passage": "P1", "quote": "Water warms in the sea"}]}
    last = {"text": so.format(answer), "kind": "infer", "premises": [1], "elements": [], "quotes": []}
    return [seen, last]


def ids(sent, *path):
    """The enum of a list of ids in the schema of a request; nothing when it has none."""
    schema = dict(sent.output.schema)
    for name in path:
        schema = schema.get("items", schema)["properties"].get(name, {})
    return schema.get("items", {}).get("enum", [])


def task_text(sent):
    return sent.messages[1].parts[-1].text


def whole_text(sent):
    return "\n".join(part.text for message in sent.messages for part in message.parts if isinstance(part, TextPart))


def scope(unit=None, *, figure=True):
    unit = unit or builders.unit()
    shown = ShownFigure(unit.figures[0], True) if figure else None
    return Scope(Material(unit), shown, unit.document.language)


def slot(name="S1", **changes):
    values = {"what": "factual", "context": "figure", "reasoning": "lookup", "difficulty": "easy", "form": "short"}
    return Slot(name, **{**values, **changes})

"""The scripted teacher through real passes and calls, with a ledger in memory: units in, examples with verdicts out."""

import asyncio
from dataclasses import dataclass, field

from fakes.calls import MemoryLedger

from corpusbuilder.backends.grounders.diagram import BACKEND as DIAGRAM
from corpusbuilder.backends.models.base import Sampling
from corpusbuilder.backends.models.budget import Budget
from corpusbuilder.backends.models.calls import Calls, Live
from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.backends.teachers.passes import PassTeacher
from corpusbuilder.backends.teachers.scripted import ScriptedOptions
from corpusbuilder.backends.teachers.scripted.model import ScriptedModel
from corpusbuilder.config import GenerateSection, GroundSection, VerifySection
from corpusbuilder.prompts import load_prompts
from corpusbuilder.stages.contract import Done, InUnit
from corpusbuilder.stages.generate import GenerateStage
from corpusbuilder.stages.ground import GroundStage
from corpusbuilder.stages.verify import VerifyStage

PROMPTS = {language: load_prompts("teacher", language) for language in ("en", "fr")}


@dataclass
class Scripted:
    """A teacher as the generate stage takes it."""

    options: ScriptedOptions
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    task: str = "teacher"

    def complete(self, requests):
        return asyncio.run(self._complete(requests))

    async def _complete(self, requests):
        model, meter = ScriptedModel(self.options), Meter()
        for request in requests:
            model.know(request)
        source = Live(model, self.ledger, price=self.options.price, budget=Budget(None), meter=meter)
        teacher = PassTeacher(Calls(model, self.ledger, source, meter), self.options.passes(Sampling()))
        return [await teacher.draft(request, order) for order, request in enumerate(requests)]


def generated(units, teacher, *, per_unit=12, per_figure=8, seed=0):
    """The examples about some units, and the units that were refused."""
    config = GenerateSection(per_unit=per_unit, per_figure=per_figure, seed=seed)
    examples, refused = [], []
    for result in GenerateStage(teacher, config, PROMPTS).process(units):
        if isinstance(result, Done):
            examples += result.outputs
        else:
            refused.append(result)
    return examples, refused


def judged(units, examples):
    """The examples with their verdicts."""
    known = {unit.id: unit for unit in units}
    ground = GroundStage({"diagram": DIAGRAM.create(DIAGRAM.options())}, GroundSection(), {})
    records = [r.outputs[0] for r in ground.process([InUnit(e, known[e.unit_id]) for e in examples])]
    inputs = [InUnit(record, known[record.example.unit_id]) for record in records]
    return [result.outputs[0] for result in VerifyStage(VerifySection()).process(inputs)]


def build(units, *, per_unit=12, per_figure=8, **options):
    """Verified examples of a scripted teacher with these options."""
    examples, _ = generated(units, Scripted(ScriptedOptions(**options)), per_unit=per_unit, per_figure=per_figure)
    return judged(units, examples)

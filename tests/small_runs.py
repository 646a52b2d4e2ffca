"""A stage of two passes over questions of our own, through batches: for tests of what stands between."""

import json
import os
import signal
import sys
from contextlib import closing
from pathlib import Path

from corpusbuilder.backends.models.base import Message, ModelRequest, OutputSchema, Purpose, Sampling, TextPart
from corpusbuilder.backends.models.openai.batch import BatchApi
from corpusbuilder.backends.models.openai.model import OpenAIModel
from corpusbuilder.config import load
from corpusbuilder.errors import RecordError
from corpusbuilder.pipeline.batches import EndpointBatches
from corpusbuilder.pipeline.batchfiles import FileBatches
from corpusbuilder.pipeline.batchstate import BatchFolder
from corpusbuilder.pipeline.calling import access_for
from corpusbuilder.pipeline.gathering import LIMITS, Gather
from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.store.workspace import Workspace

PRICE = "{input=1.0, output=10.0, batch=0.5}"
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


def asking(text, *, max_tokens=200):
    """A question of which the answer is a JSON object."""
    return ModelRequest(
        (Message("user", (TextPart(text),)),),
        output=OutputSchema("answer", SCHEMA),
        sampling=Sampling(max_tokens=max_tokens),
        purpose=Purpose("ask", document_id="doc-1"),
    )


class SmallRunner:
    """Asks each question, and then one that rests on the answer."""

    def __init__(self, root, base_url, questions, *, mode="batch", budget=None, environ=None, **teacher):
        teacher = {"kind": "openai", "model": "m", "base_url": base_url, "max_retries": 2, **teacher}
        settings = [f"generate.teacher.{key}={json.dumps(value)}" for key, value in teacher.items() if key != "price"]
        settings.append(f"generate.teacher.price={teacher.get('price', PRICE)}")
        settings += [f"generate.budget_usd={budget}"] if budget is not None else []
        self.workspace = Workspace(Path(root))
        self.config = load(None, overrides=settings, environ={})
        self.folder = BatchFolder(self.workspace)
        self.gather = Gather(self.folder.path / "spool.tmp")
        self.access = access_for(self.workspace, self.config, mode=mode, environ=environ or {}, gather=self.gather)
        self.questions = questions
        self.answers = {}
        self.failures = {}

    def run(self, stage):
        self.answers, self.failures = {}, {}
        self.access.loop.submit(self._ask_all()).result()
        return StageReport(stage, (), {})

    async def _ask_all(self):
        options, access = self.config.generate.teacher, self.access
        calls = access.calls(
            lambda ledger: OpenAIModel(options, read_image=access.read_image, ledger=ledger, environ=access.environ),
            options.price,
        )
        for question in self.questions:
            try:
                first = await calls.ask(asking(question), lambda value: value["answer"], str)
                second = await calls.ask(asking(f"{question} {first.value}"), lambda value: value["answer"], str)
            except RecordError as error:
                self.failures[question] = error
            else:
                self.answers[question] = (first.value, second.value)


def batch(runner, how, *, limits=LIMITS):
    """``generate --batch`` or ``--collect`` without the command line."""
    with (
        closing(runner.access),
        runner.folder.locked(),
        closing(EndpointBatches(runner, runner.folder, runner.gather, limits)) as batches,
    ):
        return batches.submit() if how == "batch" else batches.collect()


def by_file(runner, *, answers=None, requests=None):
    """``generate --batch-file`` or ``--answers`` without the command line."""
    with (
        closing(runner.access),
        runner.folder.locked(),
        closing(FileBatches(runner, runner.folder, runner.gather)) as files,
    ):
        return files.run(answers, requests)


def _die_at(step):
    """Kill this process just before or after a step: ``before:note:2`` is before the second time that it is noted."""
    when, name, number = step.split(":")
    owner = BatchFolder if name in {"note", "close"} else BatchApi
    original, times = getattr(owner, name), [0]

    def count():
        times[0] += 1
        return times[0] == int(number)

    def synchronous(*arguments, **named):
        due = count()
        if due and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if due:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    async def asynchronous(*arguments, **named):
        due = count()
        if due and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = await original(*arguments, **named)
        if due:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, synchronous if owner is BatchFolder else asynchronous)


if __name__ == "__main__":
    root, base_url, how, step = sys.argv[1:]
    _die_at(step)
    batch(SmallRunner(root, base_url, ["one", "two", "three"]), how)

"""Runs ``generate`` by way of batches: submit what is asked, come back for the answers, go on with what they allow.

A stage asks in passes. Each run of it takes what the ledger knows, and gathers the calls that come next.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from corpusbuilder.backends.models.openai.address import find_address
from corpusbuilder.backends.models.openai.batch import BatchApi, RemoteBatch, why_failed
from corpusbuilder.backends.models.openai.batchlines import EndpointComposer
from corpusbuilder.backends.models.openai.options import OpenAIModelOptions
from corpusbuilder.backends.models.openai.sender import endings_of
from corpusbuilder.backends.models.prices import Price
from corpusbuilder.errors import BackendError, ConfigError, MissingInputError, RecordError, UsageError, storage_errors
from corpusbuilder.pipeline.batchstate import STAGE, Batch, BatchFolder, CallIndex, failures, new_token
from corpusbuilder.pipeline.build import BuildReport, run_stages
from corpusbuilder.pipeline.collecting import Joiner
from corpusbuilder.pipeline.gathering import LIMITS, Gather, Gathered, Limits, Recipe, affordable, parts
from corpusbuilder.pipeline.runner import Runner


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a batch has come."""

    id: str
    status: str
    requests: int
    done: int
    most_usd: float | None
    """The most that it may cost; null when the price is not known."""


@dataclass(slots=True)
class BatchReport:
    """What a run did about batches."""

    build: BuildReport = field(default_factory=BuildReport)
    """What the stage made; empty when nothing came back, so that it had nothing to do."""
    open: list[Standing] = field(default_factory=list)
    """Batches that requests wait in now."""
    collected: int = 0
    """Answers taken in."""
    submitted: int = 0
    """Requests submitted or written in this run."""
    left_out: int = 0
    """Requests that the budget has no room for."""
    notes: list[str] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """Requests that wait in batches."""
        return sum(standing.requests for standing in self.open)

    @property
    def most_usd(self) -> float | None:
        """The most that what waits may cost."""
        costs = [standing.most_usd for standing in self.open]
        return None if None in costs else sum(cost or 0.0 for cost in costs)

    def as_json(self) -> dict[str, Any]:
        """As a part of a JSON object."""
        return {
            "waiting": self.waiting,
            "collected": self.collected,
            "submitted": self.submitted,
            "left_out": self.left_out,
            "most_usd": self.most_usd,
            "batches": [asdict(standing) for standing in self.open],
        }


def batchable(runner: Runner, way: str) -> OpenAIModelOptions:
    """The model whose calls can be put into batches.

    Args:
        runner: of the workspace.
        way: the option that asks for it.

    Raises:
        UsageError: the teacher's calls cannot.
    """
    teacher = runner.config.generate.teacher
    if not isinstance(teacher, OpenAIModelOptions):
        raise UsageError(
            f'{way} is for generate.teacher.kind = "openai"; it is {teacher.kind!r}, which sends no requests',
            hint=f"leave {way} out, or choose that teacher and a model",
        )
    return teacher


class EndpointBatches:
    """Batches at an endpoint. The folder has to be locked.

    Args:
        runner: in mode ``batch``, with ``gather`` as its source.
        folder: of the workspace's batches.
        gather: where the stage's calls end up.
        limits: of one batch.
    """

    def __init__(self, runner: Runner, folder: BatchFolder, gather: Gather, limits: Limits = LIMITS) -> None:
        access, options = runner.access, batchable(runner, "--batch")
        self.report = BatchReport()
        self._runner = runner
        self._folder = folder
        self._gather = gather
        self._limits = limits
        self._options = options
        self._price = _price(runner, options)
        self._address = find_address(options, access.environ)
        self._api = BatchApi(self._address, options)
        self._composer = EndpointComposer(options, self._address, read_image=access.read_image, ledger=access.ledger)

    def close(self) -> None:
        """Close all connections."""

        async def close() -> None:
            await self._api.close()
            await self._composer.close()

        self._runner.access.loop.submit(close()).result()

    def submit(self) -> BatchReport:
        """Run the stage and submit what it asks for. What waits in a batch already is not submitted again.

        Raises:
            BackendError, MissingExtraError: the endpoint cannot be used.
            MissingInputError: nothing was parsed yet.
        """
        loop = self._runner.access.loop
        loop.submit(self._recover()).result()
        batches = self._folder.all()
        if not _open(batches):
            # A campaign that is over is no reason not to try again what failed in it.
            for batch in batches:
                if batch.kind == "endpoint":
                    self._folder.remove(batch)
        self._run_and_submit()
        return self.report

    def collect(self) -> BatchReport:
        """Take in the answers of batches that have ended; then the same as `submit`, unless all of them still run.

        Raises:
            BackendError, MissingExtraError: the endpoint cannot be used, or cannot run these requests.
            MissingInputError: no batch was submitted from this workspace.
        """
        if not any(batch.kind == "endpoint" for batch in self._folder.all()):
            raise MissingInputError(
                f"{self._folder.path.parent.parent}: no batch was submitted from this workspace",
                hint="submit one with generate --batch",
            )
        ended = self._runner.access.loop.submit(self._collect()).result()
        if ended or not self.report.open:
            self._run_and_submit()
        return self.report

    async def _recover(self) -> None:
        """Find out what became of batches that were being created when a run was killed."""
        for batch in self._folder.all():
            if batch.state == "submitting":
                self._check_endpoint(batch)
                found = await self._api.find(batch.token)
                if found is None:
                    self._folder.remove(batch)
                else:
                    self._folder.note(batch.model_copy(update={"state": "open", "batch_id": found.id}))

    async def _collect(self) -> bool:
        """Take in what has ended; whether anything has."""
        await self._recover()
        ended, troubles = False, []
        for batch in _open(self._folder.all()):
            self._check_endpoint(batch)
            remote = await self._api.look(batch.batch_id or "")
            if not remote.has_ended:
                self.report.open.append(_standing(batch, remote))
                continue
            ended = True
            if trouble := await self._take_in(batch, remote):
                troubles.append(trouble)
        if troubles:
            raise troubles[0]
        return ended

    async def _take_in(self, batch: Batch, remote: RemoteBatch) -> BackendError | None:
        """Keep the answers of a batch that has ended; what stands against sending any more."""
        access = self._runner.access
        price = self._price if batch.model == self._options.model else access.price_of(batch.model)
        index = CallIndex([self._folder.calls(batch.name)])
        joiner = Joiner(index, access.ledger, access.meter, price, secrets=self._address.secrets)
        for file_id in remote.files:
            await self._api.read(file_id, partial(joiner.begin, file_id))
        await joiner.end()
        self.report.collected += len(joiner.answered)
        self.report.notes += joiner.notes(f"batch {remote.id}")
        if remote.status == "failed" and not joiner.answered:
            self._folder.close(batch, missed={}, refused={})
            return why_failed(remote, self._address)
        joiner.miss(f"the batch {remote.id} {remote.status} without it")
        trouble = await self._trouble(remote, joiner)
        self._folder.close(batch, missed=joiner.missed, refused=joiner.refused)
        return trouble

    async def _trouble(self, remote: RemoteBatch, joiner: Joiner) -> BackendError | None:
        """Why no more requests should be sent. What failed for want of it is asked again when it is over."""
        address = self._address
        if joiner.ending is not None and (ending := endings_of(address, joiner.ending.fate)):
            words = address.secrets.words(joiner.ending.words)
            return BackendError(f"{address.shown} {ending[0]}: {words}", hint=ending[1])
        if said := joiner.none_accepted:
            count = len(joiner.refused)
            joiner.refused.clear()
            return BackendError(
                f"{address.shown} refused all {count} requests of the batch {remote.id}: {said}",
                hint="see whether the model takes what is sent: images, max_tokens, extra_body",
            )
        try:
            for dialect, verdict in joiner.learned.items():
                await self._composer.learn(dialect, verdict)
        except RecordError as error:
            self.report.notes.append(f"batch {remote.id}: {error.message}")
        except BackendError as error:
            return error
        return None

    def _check_endpoint(self, batch: Batch) -> None:
        if batch.endpoint != self._address.url:
            raise ConfigError(
                f"a batch waits at {batch.endpoint}, and base_url is {self._address.url} now",
                hint=f"--set generate.teacher.base_url={batch.endpoint} collects it first; to give it up, delete "
                f"{self._folder.path / batch.name}.json",
            )

    def _run_and_submit(self) -> None:
        runner, batches = self._runner, self._folder.all()
        recipe = Recipe(
            composer=self._composer,
            ledger=runner.access.ledger,
            price=self._price,
            max_image_side=self._options.max_image_side,
            waiting=CallIndex([self._folder.calls(batch.name) for batch in _open(batches)]),
            given_up=failures(batches),
        )
        with gathering(self._gather, recipe):
            run_stages(runner, [STAGE], self.report.build)
            items = self._gather.in_order()
            chosen = affordable(items, self._room_usd(batches))
            self.report.left_out = len(items) - len(chosen)
            self._note_open(batches)
            runner.access.loop.submit(self._submit(chosen)).result()

    def _note_open(self, batches: Sequence[Batch]) -> None:
        known = {standing.id for standing in self.report.open}
        for batch in _open(batches):
            if batch.batch_id not in known:
                self.report.open.append(_standing(batch))

    def _room_usd(self, batches: Sequence[Batch]) -> float | None:
        """What may still be spent, if everything under way costs as much as it can."""
        cap = self._runner.config.generate.budget_usd
        if cap is None:
            return None
        return cap - self._runner.access.ledger.spent_usd() - sum(b.most_usd or 0.0 for b in _open(batches))

    async def _submit(self, items: Sequence[Gathered]) -> None:
        for part in parts(items, self._limits):
            name = self._folder.new_name()
            digest = self._gather.write(part, self._folder.requests(name), self._folder.calls(name))
            costs = [item.most_usd for item in part]
            batch = Batch(
                name=name,
                kind="endpoint",
                state="submitting",
                endpoint=self._address.url,
                model=self._options.model,
                requests=len(part),
                most_usd=None if None in costs else sum(cost or 0.0 for cost in costs),
                token=new_token(name, digest),
            )
            remote = await self._create(batch)
            self.report.open.append(_standing(batch, remote))
            self.report.submitted += len(part)

    async def _create(self, batch: Batch) -> RemoteBatch:
        path = self._folder.requests(batch.name)
        with storage_errors(path):
            file, size = path.open("rb"), path.stat().st_size
        with file:
            file_id = await self._api.upload(f"corpusbuilder-{batch.name}.jsonl", file, size)
        # On the disk before the batch is created: a run that is killed in between looks for it by its token.
        self._folder.note(batch)
        remote = await self._api.create(file_id, batch.token)
        self._folder.note(batch.model_copy(update={"state": "open", "batch_id": remote.id}))
        return remote


@contextmanager
def gathering(gather: Gather, recipe: Recipe) -> Iterator[None]:
    """Have calls gathered for a while."""
    gather.begin(recipe)
    try:
        yield
    finally:
        gather.end()


def _standing(batch: Batch, remote: RemoteBatch | None = None) -> Standing:
    if remote is None:
        return Standing(batch.batch_id or "", "submitted", batch.requests, 0, batch.most_usd)
    return Standing(remote.id, remote.status, batch.requests, remote.done, batch.most_usd)


def _open(batches: Sequence[Batch]) -> list[Batch]:
    return [batch for batch in batches if batch.kind == "endpoint" and batch.state == "open"]


def _price(runner: Runner, options: OpenAIModelOptions) -> Price | None:
    """What the model costs.

    Raises:
        ConfigError: there is a budget and no price to keep it with.
    """
    price, cap = runner.access.price_of(options.model, options.price), runner.config.generate.budget_usd
    if price is None and cap is not None:
        raise ConfigError(
            f"a budget of ${cap:g} is set, but the price of {options.model!r} is not known",
            hint="state it: --set 'generate.teacher.price={input=0.5, output=2.0, batch=0.5}' (USD per million tokens)",
        )
    return price

"""Sends examples to annotators: each once, changed ones again only while nobody has begun."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corpusbuilder.backends.labelstudio.checking import check_task
from corpusbuilder.backends.labelstudio.client import TASKS_PER_REQUEST, RemoteTask, Server
from corpusbuilder.backends.labelstudio.tasks import Task, build_task, reasons
from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError, RecordError, command_line
from corpusbuilder.pipeline.reviewfiles import STAGE, ReviewFiles
from corpusbuilder.pipeline.reviewing.golding import gold_tasks
from corpusbuilder.pipeline.reviewing.images import ImageAddresses
from corpusbuilder.pipeline.reviewing.project import Opened, check_page, open_or_create_project, restore_page
from corpusbuilder.pipeline.reviewing.selecting import Wanted, settled, wanted
from corpusbuilder.pipeline.reviewing.spool import Spool
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import Shown, version_of
from corpusbuilder.records.verdict import Verdict
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What to send."""

    sample_accepted: float = 0.0
    """Share of the accepted examples to send, too."""
    overlap: int = 1
    gold: int = 0
    """Number of tasks with a known answer, among all that were ever sent."""
    limit: int | None = None
    """At most so many new tasks."""
    new_project: bool = False
    restore_page: bool = False
    prune: bool = False
    """Delete tasks that are not wanted any more and that nobody has begun."""
    dry_run: bool = False


@dataclass(slots=True)
class PushReport:
    """What became of every example that people should see."""

    url: str = ""
    """Of the project's page."""
    project: str = ""
    added: int = 0
    updated: int = 0
    current: int = 0
    begun: int = 0
    """Changed since they were sent, and left as they are because somebody has begun."""
    settled: int = 0
    """Decided before, and not on this server."""
    postponed: int = 0
    """Beyond ``--limit``."""
    obsolete: int = 0
    """On the server, and no longer wanted."""
    removed: int = 0
    gold: int = 0
    """Of those added."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Examples that cannot be shown, and why."""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return {**asdict(self), "refused": [{"example": key, "message": why} for key, why in self.refused]}


def push(server: Server, workspace: Workspace, config: Config, options: PushOptions) -> PushReport:
    """Send what people should see and have not been sent yet, in the order of its value.

    Raises:
        MissingInputError: nothing was verified yet.
        BackendError: the server cannot be used, or the page does not fit. What was sent is on the server; the same
            command goes on.
    """
    if not workspace.document_ids("verify"):
        raise MissingInputError(
            f"{workspace.root}: there is nothing to review: nothing was verified yet",
            hint=command_line("build", "BOOK.pdf", "-w", workspace.root),
        )
    with locked_folder(workspace.stage_folder(STAGE)):
        opened = open_or_create_project(server, workspace, config, overlap=options.overlap, afresh=options.new_project)
        if options.restore_page:
            restore_page(opened)
        else:
            check_page(opened)
        with Spool(workspace.stage_folder(STAGE)) as spool:
            return _Push(workspace, config, options, server=server, opened=opened, spool=spool).run()


@dataclass(frozen=True, slots=True)
class _Item:
    """An example on its way to the page."""

    shown: Shown
    verdict: Verdict | None
    """None where the page must not tell why the example is there."""
    place: float


class _Push:
    """One push."""

    def __init__(
        self,
        workspace: Workspace,
        config: Config,
        options: PushOptions,
        *,
        server: Server,
        opened: Opened,
        spool: Spool,
    ) -> None:
        self._workspace = workspace
        self._config = config
        self._options = options
        self._project = opened.project
        self._language = opened.state.language
        self._spool = spool
        self._files = ReviewFiles(workspace)
        self._images = ImageAddresses(workspace, config.review, server, opened.project)
        self._report = PushReport(url=opened.project.page_url(), project=opened.project.title, notes=list(opened.notes))
        self._room = options.limit
        self._state = opened.state
        self._there = 0

    def run(self) -> PushReport:
        """Compare with the server, then send."""
        meant = wanted(self._workspace, share_accepted=self._options.sample_accepted)
        remote = self._remote()
        gold = gold_tasks(self._workspace, self._config.review, number=self._options.gold, without=meant)
        chosen = self._chosen(meant, remote)
        for document in sorted({*(want.document_id for want in chosen.values()), *gold}):
            items = [*self._items(document, chosen), *_gold_items(gold.get(document, ()), len(meant))]
            self._prepare(document, items, remote)
        keys = {shown.key for found in gold.values() for shown in found}
        self._clear([task for key, task in remote.items() if key not in meant and key not in keys])
        if not self._options.dry_run:
            for batch in self._spool.batches(TASKS_PER_REQUEST):
                self._project.add(batch)
                self._report.added += len(batch)
            there = self._there + self._report.added - self._report.removed
            self._files.write_project(self._state.model_copy(update={"tasks": there}))
        return self._report

    def _remote(self) -> dict[str, RemoteTask]:
        """The tasks on the server by their keys; of several with one key that on which most was done."""
        found: dict[str, RemoteTask] = {}
        twice = 0
        for task in self._project.tasks():
            self._there += 1
            other = found.get(task.example_id)
            twice += other is not None
            if other is None or _done(task) > _done(other):
                found[task.example_id] = task
        if twice:
            self._report.notes.append(f"{twice} tasks on the server repeat others; the ones worked on count")
        return found

    def _chosen(self, meant: Mapping[str, Wanted], remote: Mapping[str, RemoteTask]) -> dict[str, Wanted]:
        """What is compared with the server, and what of the rest is sent now."""
        decided = settled(self._workspace)
        chosen: dict[str, Wanted] = {}
        for key, want in sorted(meant.items(), key=lambda item: item[1].place):
            if key in remote:
                chosen[key] = want
            elif key in decided:
                self._report.settled += 1
            elif self._room == 0:
                self._report.postponed += 1
            else:
                chosen[key] = want
                self._room = None if self._room is None else self._room - 1
        return chosen

    def _items(self, document: str, chosen: Mapping[str, Wanted]) -> Iterator[_Item]:
        for record in self._workspace.shard("verify", document).read(VerifiedExample):
            want = chosen.get(record.id)
            if want is not None:
                verdict = record.verdict if want.purpose == "withheld" else None
                why = reasons(verdict, self._language)
                version = version_of(record.grounded, (*why, self._images.place))
                shown = Shown(key=record.id, version=version, purpose=want.purpose, grounded=record.grounded)
                yield _Item(shown, verdict, want.place)

    def _prepare(self, document: str, items: Sequence[_Item], remote: Mapping[str, RemoteTask]) -> None:
        """Make the tasks of a document that are new or changed; note what is sent before it is sent."""
        changed = [item for item in items if self._is_to_send(item, remote.get(item.shown.key))]
        if not changed or self._options.dry_run:
            return
        units = {unit.id: unit for unit in load_units(self._workspace, document)}
        built = [(item, self._built(item, units)) for item in changed]
        ready = [(item, task) for item, task in built if task is not None]
        log = self._files.shown(document)
        logged = {(shown.key, shown.version) for shown in log.read()}
        log.append(item.shown for item, _ in ready if (item.shown.key, item.shown.version) not in logged)
        for item, task in ready:
            there = remote.get(item.shown.key)
            if there is None:
                self._spool.add(item.place, item.shown.key, task.as_json())
                self._report.gold += item.shown.purpose == "gold"
            else:
                is_replaced = self._project.replace(there.id, task.as_json())
                self._report.updated += is_replaced
                self._report.begun += not is_replaced

    def _is_to_send(self, item: _Item, there: RemoteTask | None) -> bool:
        if there is None:
            return True
        if there.version == item.shown.version and (there.predictions or _done(there)):
            self._report.current += 1
            return False
        if _done(there):
            self._report.begun += 1
            return False
        return True

    def _built(self, item: _Item, units: Mapping[str, Unit]) -> Task | None:
        """The task of an example; None, and a word in the report, when it cannot be shown."""
        unit = units.get(item.shown.grounded.example.unit_id)
        if unit is None:
            self._report.refused.append((item.shown.key, "its unit is no longer in the document"))
            return None
        try:
            task = build_task(item.shown, item.verdict, unit, language=self._language, image_url=self._images)
            check_task(task, self._language)
        except RecordError as error:
            self._report.refused.append((item.shown.key, error.message))
            return None
        return task

    def _clear(self, obsolete: Sequence[RemoteTask]) -> None:
        """Tasks that are not wanted any more: told, and deleted only on request and when nobody has begun."""
        self._report.obsolete = len(obsolete)
        untouched = [task.id for task in obsolete if not _done(task)]
        if self._options.prune and untouched and not self._options.dry_run:
            self._project.remove(untouched)
            self._report.removed = len(untouched)


def _done(task: RemoteTask) -> int:
    """How much people have done on a task."""
    return task.annotations + task.drafts


def _gold_items(gold: Sequence[Shown], places: int) -> Iterator[_Item]:
    """Spread over the order, each at a place that follows from its key."""
    for shown in gold:
        yield _Item(shown, None, places * int(shown.version[-8:], 16) / 16**8)

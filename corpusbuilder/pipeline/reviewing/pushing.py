"""Sends examples to annotators: each once, changed ones again only while nobody has begun."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from corpusbuilder.backends.labelstudio.client import TASKS_PER_REQUEST, RemoteProject, RemoteTask, Server
from corpusbuilder.backends.labelstudio.tasks import MODEL_VERSION, Task
from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError, RecordError, command_line
from corpusbuilder.pipeline.reviewfiles import STAGE, ReviewFiles
from corpusbuilder.pipeline.reviewing.golding import gold_tasks
from corpusbuilder.pipeline.reviewing.images import ImageAddresses
from corpusbuilder.pipeline.reviewing.preparing import Item, Preparer, gold_items
from corpusbuilder.pipeline.reviewing.project import (
    Opened,
    check_page,
    create_project,
    open_for_push,
    page_language,
    restore_page,
)
from corpusbuilder.pipeline.reviewing.selecting import Wanted, settled, wanted
from corpusbuilder.pipeline.reviewing.spool import Spool
from corpusbuilder.pipeline.reviewing.standing import Standing, work_on
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.document import Unit
from corpusbuilder.records.review import Shown
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PushOptions:
    """What to send."""

    sample_accepted: float = 0.0
    """Share of the accepted examples to send, too."""
    overlap: int | None = None
    """How many people see each example; None to leave that as it is."""
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
    recovered: int = 0
    """On the server, and no longer noted in the workspace: noted again."""
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
        opened = _opened(server, workspace, config, options)
        with Spool(workspace.stage_folder(STAGE)) as spool:
            return _Push(workspace, config, options, server=server, opened=opened, spool=spool).run()


def _opened(server: Server, workspace: Workspace, config: Config, options: PushOptions) -> Opened | None:
    """The project, made and put right where that is needed; None in a rehearsal before there is one."""
    opened = open_for_push(server, workspace, config, afresh=options.new_project)
    if options.dry_run:
        if opened is not None and not options.restore_page:
            check_page(opened)
        return opened
    if opened is None:
        opened = create_project(server, workspace, config, overlap=options.overlap or 1, afresh=options.new_project)
    ReviewFiles(workspace).write_project(opened.state)
    if options.restore_page:
        restore_page(opened)
    else:
        check_page(opened)
    if options.overlap is not None and opened.project.overlap != options.overlap:
        opened.project.update(overlap=options.overlap)
    return opened


class _Push:
    """One push."""

    def __init__(
        self,
        workspace: Workspace,
        config: Config,
        options: PushOptions,
        *,
        server: Server,
        opened: Opened | None,
        spool: Spool,
    ) -> None:
        self._workspace = workspace
        self._config = config
        self._options = options
        self._opened = opened
        self._spool = spool
        self._files = ReviewFiles(workspace)
        language = opened.state.language if opened else page_language(workspace, config)
        images = ImageAddresses(workspace, config.review, server, opened.project if opened else None)
        self._preparer = Preparer(workspace, language, images)
        self._report = PushReport(url=server.url, project="a new project")
        if opened:
            self._report = PushReport(opened.project.page_url(), opened.project.title, notes=list(opened.notes))
        self._standing = Standing(opened.project if opened else None)

    @property
    def _project(self) -> RemoteProject:
        return self._required.project

    @property
    def _required(self) -> Opened:
        if self._opened is None:
            raise ValueError("a rehearsal needs no project")
        return self._opened

    def run(self) -> PushReport:
        """Compare with the server, then send."""
        meant = wanted(self._workspace, share_accepted=self._options.sample_accepted, audited=self._audited())
        if not self._options.dry_run:
            self._delete_doubles()
        # In the project in which they were settled, those who settled them would see them again.
        is_for_others = self._opened is None or self._opened.state.afresh
        gold = gold_tasks(
            self._workspace, self._config.review, number=self._options.gold, without=meant, with_known=is_for_others
        )
        chosen = self._chosen(meant)
        for document in sorted({*(want.document_id for want in chosen.values()), *gold}):
            items = [*self._preparer.items(document, chosen), *gold_items(gold.get(document, ()))]
            self._prepare(document, items)
        keys = {shown.key for found in gold.values() for shown in found}
        self._clear([task for key, task in self._standing.by_key.items() if key not in meant and key not in keys])
        self._note_what_is_odd(meant, gold=len(keys))
        if not self._options.dry_run:
            self._send()
        return self._report

    def _audited(self) -> set[str]:
        """Accepted examples that were sent as a sample before: they stay wanted."""
        return {
            key for key, purpose in self._files.purposes().items() if purpose == "audit"
        } & self._standing.by_key.keys()

    def _note_what_is_odd(self, meant: Mapping[str, Wanted], *, gold: int) -> None:
        if gold < self._options.gold:
            self._report.notes.append(
                f"{gold} of {self._options.gold} tasks with a known answer could be made: they are made of examples "
                "that the checks accept and that are not sent for another reason"
            )
        if not meant:
            self._report.notes.append(
                "verification withholds nothing; --sample-accepted 5% shows people a sample all the same"
            )
        elif gold and not any(want.purpose == "audit" for want in meant.values()):
            self._report.notes.append(
                "gold tasks give no reason why they are there: --sample-accepted hides them better"
            )

    def _send(self) -> None:
        """Add what is ready. The state on the disk is never ahead of the server."""
        state, standing = self._required.state, self._standing
        there = standing.listed - standing.deleted
        before = max(state.tasks, standing.listed) - standing.deleted
        cursor = None if self._report.recovered else state.cursor
        sending = state.model_copy(update={"tasks": before, "cursor": cursor})
        is_whole = True
        for batch in self._spool.batches(TASKS_PER_REQUEST):
            self._files.write_project(sending.model_copy(update={"tasks": before + self._report.added}))
            is_whole &= self._project.add(batch)
            self._report.added += len(batch)
        # More than expected: the last request of a push that was cut off was done while ours were under way, or the
        # server has repeated one of ours.
        if not is_whole or (self._report.added and self._project.counts().tasks != there + self._report.added):
            self._put_right()
        if there + self._report.added:
            self._project.show_predictions(MODEL_VERSION)
        done = {"afresh": False, "tasks": before + self._report.added}
        self._files.write_project(sending.model_copy(update=done))

    def _put_right(self) -> None:
        """After an import that did not go as it should: one task for each example, with its prediction."""
        self._standing.look()
        self._delete_doubles()
        for batch in self._spool.batches(TASKS_PER_REQUEST):
            there = [(self._standing.by_key.get(task["data"]["example_id"]), task) for task in batch]
            self._project.replace_many({one.id: task for one, task in there if one is not None and not one.predictions})

    def _delete_doubles(self) -> None:
        if number := self._standing.delete_doubles():
            self._report.notes.append(f"{number} tasks that repeated others, and that nobody had begun, are deleted")

    def _chosen(self, meant: Mapping[str, Wanted]) -> dict[str, Wanted]:
        """What is compared with the server, and what of the rest is sent now."""
        decided = settled(self._workspace)
        room = self._options.limit
        chosen: dict[str, Wanted] = {}
        for key, want in sorted(meant.items(), key=lambda item: item[1].place):
            if key in self._standing.by_key:
                chosen[key] = want
            elif key in decided:
                self._report.settled += 1
            elif room == 0:
                self._report.postponed += 1
            else:
                chosen[key] = want
                room = None if room is None else room - 1
        return chosen

    def _prepare(self, document: str, items: Sequence[Item]) -> None:
        """Make the tasks of a document that are new or changed; note what is sent before it is sent."""
        changed = [item for item in items if self._is_to_send(item)]
        if self._options.dry_run:
            new = [item for item in changed if item.shown.key not in self._standing.by_key]
            self._report.added += len(new)
            self._report.gold += sum(item.shown.purpose == "gold" for item in new)
            self._report.updated += len(changed) - len(new)
            return
        logged = self._files.sent_versions(document)
        self._recover(document, [item.shown for item in items if self._is_there(item)], logged)
        if not changed:
            return
        units = {unit.id: unit for unit in load_units(self._workspace, document)}
        ready = [(item, task) for item in changed if (task := self._task(item, units)) is not None]
        self._log(document, [item.shown for item, _ in ready], logged)
        outdated: dict[int, dict[str, Any]] = {}
        for item, task in ready:
            there = self._standing.by_key.get(item.shown.key)
            if there is None:
                self._spool.add(item.place, item.shown.key, task.as_json())
                self._report.gold += item.shown.purpose == "gold"
            else:
                outdated[there.id] = task.as_json()
        replaced = len(self._project.replace_many(outdated))
        self._report.updated += replaced
        self._report.begun += len(outdated) - replaced

    def _task(self, item: Item, units: Mapping[str, Unit]) -> Task | None:
        """The task of an example; None, and a word in the report, when it cannot be shown."""
        try:
            return self._preparer.task(item, units)
        except RecordError as error:
            self._report.refused.append((item.shown.key, error.message))
            return None

    def _recover(self, document: str, there: Sequence[Shown], logged: Collection[tuple[str, str]]) -> None:
        """Note again what is on the server and no longer noted here: the folder was lost."""
        lost = [shown for shown in there if (shown.key, shown.version) not in logged]
        if lost:
            self._report.recovered += len(lost)
            # Annotations of what was not known to be ours were passed over: a pull has to begin again.
            self._files.write_project(self._required.state.model_copy(update={"cursor": None}))
            self._log(document, lost, logged)

    def _log(self, document: str, sent: Sequence[Shown], logged: Collection[tuple[str, str]]) -> None:
        self._files.shown(document).append(shown for shown in sent if (shown.key, shown.version) not in logged)

    def _is_to_send(self, item: Item) -> bool:
        there = self._standing.by_key.get(item.shown.key)
        if there is None:
            return True
        if there.version == item.shown.version and (there.predictions or work_on(there)):
            self._report.current += 1
            return False
        if work_on(there):
            self._report.begun += 1
            return False
        return True

    def _is_there(self, item: Item) -> bool:
        """Whether this very version is on the server."""
        there = self._standing.by_key.get(item.shown.key)
        return there is not None and there.version == item.shown.version

    def _clear(self, obsolete: Sequence[RemoteTask]) -> None:
        """Tasks that are not wanted any more: told, and deleted only on request and when nobody has begun."""
        self._report.obsolete = len(obsolete)
        if self._options.prune and not self._options.dry_run:
            self._report.removed = self._standing.delete({task.id for task in obsolete})

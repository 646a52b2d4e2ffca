"""Examples on their way to the page: which version is shown, and the task that shows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corpusbuilder.backends.labelstudio.checking import check_task
from corpusbuilder.backends.labelstudio.tasks import Task, build_task, reasons
from corpusbuilder.errors import RecordError
from corpusbuilder.pipeline.reviewing.images import ImageAddresses
from corpusbuilder.pipeline.reviewing.selecting import Wanted
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import Shown, version_of
from corpusbuilder.records.verdict import Verdict
from corpusbuilder.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Item:
    """An example on its way to the page."""

    shown: Shown
    verdict: Verdict | None
    """None where the page must not tell why the example is there."""
    place: float
    """In the order of value, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Preparer:
    """Makes items, and tasks of them, for one project."""

    workspace: Workspace
    language: str
    """Of the page."""
    images: ImageAddresses

    def items(self, document: str, chosen: Mapping[str, Wanted]) -> Iterator[Item]:
        """The examples of a document that were chosen, as they would be shown now."""
        for record in self.workspace.shard("verify", document).read(VerifiedExample):
            want = chosen.get(record.id)
            if want is not None:
                verdict = record.verdict if want.purpose == "withheld" else None
                why = reasons(verdict, self.language)
                version = version_of(record.grounded, (*why, self.images.place))
                shown = Shown(key=record.id, version=version, purpose=want.purpose, grounded=record.grounded)
                yield Item(shown, verdict, want.place)

    def task(self, item: Item, units: Mapping[str, Unit]) -> Task:
        """The task of an example.

        Raises:
            RecordError: the example cannot be shown.
            BackendError: its image cannot be uploaded.
        """
        unit = units.get(item.shown.grounded.example.unit_id)
        if unit is None:
            raise RecordError("unknown_unit", "its unit is no longer in the document")
        task = build_task(item.shown, item.verdict, unit, language=self.language, image_url=self.images)
        check_task(task, self.language)
        return task


def gold_items(gold: Sequence[Shown]) -> Iterator[Item]:
    """Gold tasks, spread over the whole order: each at a place that follows from what it shows."""
    for shown in gold:
        yield Item(shown, None, int(shown.version[-8:], 16) / 16**8)

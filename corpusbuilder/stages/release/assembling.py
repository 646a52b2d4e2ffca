"""Writes the rows of a release, one document at a time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from corpusbuilder.config import ReleaseSection
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.release import SPLITS, Split
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.stages.contract import Rejected
from corpusbuilder.stages.release.contamination import rests_on
from corpusbuilder.stages.release.digests import RowDigests
from corpusbuilder.stages.release.rows import (
    Contents,
    document_row,
    example_row,
    figure_row,
    main_figure,
    passage_row,
    verified_part,
)
from corpusbuilder.stages.release.splits import SplitPlan
from corpusbuilder.stages.release.tally import SourceTally, Tally
from corpusbuilder.stages.release.write import DatasetWriter, Row


@dataclass(frozen=True, slots=True)
class DocumentInput:
    """One document, read lazily: each function is called twice and starts anew each time."""

    id: str
    units: Callable[[], Iterable[Unit]]
    """In reading order."""
    examples: Callable[[], Iterable[VerifiedExample | ReviewedExample]]
    """Every verified example once, in its reviewed form when a person has looked at it."""


class KeptOut(NamedTuple):
    """What is not released although it is accepted."""

    repeated: Mapping[str, str]
    """Ids of examples."""
    stock: frozenset[str]
    """Ids of passages and figures, on which nothing may rest."""
    contaminated: frozenset[str]
    """Ids of examples that ask what a benchmark asks."""


class Assembly:
    """A release that is being written."""

    def __init__(
        self,
        config: ReleaseSection,
        plan: SplitPlan,
        writer: DatasetWriter,
        read_image: Callable[[str], bytes],
        kept_out: KeptOut,
    ) -> None:
        self._by_unit = config.split_by == "unit"
        self._writer = writer
        self._read_image = read_image
        self.kept_out = kept_out
        self.on_stock = 0
        """Examples that are left out because they rest on what stands in a split that is held out further."""
        self.asked_elsewhere = 0
        """Examples that are left out because a benchmark asks the same."""
        self.split_of: dict[str, Split] = {}
        """Of each example that was written."""
        self.plan = plan
        self.tally = Tally()
        self.digests = RowDigests()
        self.rejected: list[Rejected] = []
        self.notes: list[str] = []

    def add(self, document: DocumentInput) -> None:
        """Write all rows of one document."""
        units = list(document.units())
        if not units:
            self.notes.append(f"{document.id} has no units: it is not in the release.")
            return
        contents = Contents.of(units)
        source = self.tally.add_source(contents.document)
        present = {self._split(unit) for unit in units}
        source.splits = [split for split in SPLITS if split in present]
        for split in source.splits:
            self._write("documents", split, document_row(contents.document, split), document.id)
        self._add_passages(contents, source)
        self._add_figures(contents, source)
        self._add_examples(document, contents, source)

    def _split(self, unit: Unit) -> Split:
        return self.plan.split_of[unit.id if self._by_unit else unit.document.id]

    def _write(self, config: str, split: str, row: Row, document: str) -> None:
        self._writer.write(config, split, row)
        self.digests.add(document, config, row)

    def _add_passages(self, contents: Contents, source: SourceTally) -> None:
        for unit in contents.units.values():
            for passage in unit.passages:
                row = passage_row(passage, unit.id, source.passages, contents)
                self._write("passages", self._split(unit), row, contents.document.id)
                source.passages += 1

    def _add_figures(self, contents: Contents, source: SourceTally) -> None:
        for unit in contents.units.values():
            for figure in unit.figures:
                row = figure_row(figure, self._read_image(figure.image.sha256))
                self._write("figures", self._split(unit), row, contents.document.id)
                source.figures += 1
                self.tally.add_figure(figure)

    def _add_examples(self, document: DocumentInput, contents: Contents, source: SourceTally) -> None:
        released = []
        for record in document.examples():
            self.tally.add_seen(record)
            verified = verified_part(record)
            if not record.accepted or verified.id in self.kept_out.repeated:
                continue
            if verified.id in self.kept_out.contaminated:
                self.asked_elsewhere += 1
            elif rests_on(verified, self.kept_out.stock):
                self.on_stock += 1
            else:
                released.append(record)
        for record in sorted(released, key=_reading_order(contents)):
            try:
                self._add_example(record, contents)
            except RecordError as error:
                self.rejected.append(Rejected(verified_part(record).id, error.reason_code, error.message))
            else:
                source.examples += 1

    def _add_example(self, record: VerifiedExample | ReviewedExample, contents: Contents) -> None:
        example = verified_part(record).example
        if example.unit_id not in contents.units:
            raise RecordError("unknown_unit", f"the document has no unit {example.unit_id}")
        figure = main_figure(example, contents)
        image = self._read_image(figure.image.sha256) if figure else None
        row = example_row(record, contents, image)
        split = self._split(contents.units[example.unit_id])
        self._write("examples", split, row, contents.document.id)
        self.split_of[example.id] = split
        self.tally.add_released(record, row)


def _reading_order(contents: Contents) -> Callable[[VerifiedExample | ReviewedExample], tuple[int, int, str]]:
    """By unit, then by main figure: examples on the same figure side by side, which stores its image once."""
    units = {unit_id: place for place, unit_id in enumerate(contents.units)}
    figures = {figure_id: place for place, figure_id in enumerate(contents.figures)}

    def key(record: VerifiedExample | ReviewedExample) -> tuple[int, int, str]:
        example = verified_part(record).example
        main = example.figure_ids[0] if example.figure_ids else ""
        return units.get(example.unit_id, -1), figures.get(main, -1), example.id

    return key

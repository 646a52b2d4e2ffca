"""The `release` stage: verified and reviewed examples of all documents -> one folder that `load_dataset` reads.

It differs from the other stages in two ways: it sees the corpus as a whole, because splits do, and it writes files
itself, because they are what it makes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from corpusbuilder import __version__
from corpusbuilder.config import ReleaseSection
from corpusbuilder.errors import RecordError
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.call import Spending
from corpusbuilder.records.document import Figure, Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.records.repeated import near_duplicates_over
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.stages.contract import Rejected
from corpusbuilder.stages.release.card import template_path
from corpusbuilder.stages.release.digests import RowDigests
from corpusbuilder.stages.release.features import CONFIGS, features_by_config
from corpusbuilder.stages.release.finishing import Made, finish
from corpusbuilder.stages.release.licences import is_publishable
from corpusbuilder.stages.release.rows import (
    Contents,
    document_row,
    example_row,
    figure_row,
    main_figure,
    passage_row,
    verified_part,
)
from corpusbuilder.stages.release.similarity import Sketch, sketch
from corpusbuilder.stages.release.splits import SPLITS, SplitPlan, plan_splits
from corpusbuilder.stages.release.tally import SourceTally, Tally
from corpusbuilder.stages.release.write import DatasetWriter, Row

NAME: Final = "release"
VERSION: Final = 4
"""Goes up when the same input would give another dataset."""

_IMAGES_KEPT: Final = 8
_ABOUT: Final = {"version", "title", "authors", "contact", "url", "doi", "licence", "benchmarks"}
"""Settings of the release that stand on its card."""


@dataclass(frozen=True, slots=True)
class DocumentInput:
    """One document, read lazily: each function is called up to three times and starts anew each time."""

    id: str
    units: Callable[[], Iterable[Unit]]
    """In reading order."""
    examples: Callable[[], Iterable[VerifiedExample | ReviewedExample]]
    """Every verified example once, in its reviewed form when a person has looked at it."""


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """What was written."""

    name: str
    rows: Mapping[str, Mapping[str, int]]
    """Number of rows by config and split; a split without rows has no file."""
    seen: int
    """Verified examples: released + withheld + rejected."""
    released: int
    withheld: int
    """Not supported, rejected by a person, or repeated from another document."""
    rejected: tuple[Rejected, ...]
    """Examples that contradict their document."""
    groups: tuple[tuple[str, ...], ...]
    """Near-duplicates that were kept in one split: document ids, or unit ids when splitting by unit."""
    notes: tuple[str, ...]
    """Sentences for the person at the keyboard."""


def fingerprint(config: ReleaseSection, name: str) -> dict[str, JsonValue]:
    """All that a release depends on, apart from its documents and examples."""
    return {
        "version": VERSION,
        "tool version": __version__,
        "config.name": name,
        "config.splits": config.splits.model_dump(mode="json"),
        "config.split_by": config.split_by,
        "config.repeated": config.repeated,
        **{f"config.{key}": value for key, value in config.model_dump(mode="json", include=_ABOUT).items()},
        "card template": hashlib.sha256(template_path().read_bytes()).hexdigest(),
        **{f"package {package}": _version(package) for package in ("datasets", "pyarrow")},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def build_release(
    documents: Iterable[DocumentInput],
    *,
    config: ReleaseSection,
    name: str,
    read_image: Callable[[str], bytes],
    folder: Path,
    settings: Mapping[str, JsonValue] = MappingProxyType({}),
    previous: ReleaseManifest | None = None,
    spending: Spending | None = None,
    review: AgreementReport | None = None,
) -> ReleaseSummary:
    """Write a whole release into ``folder``: README.md and ``data/<config>/<split>-*.parquet``.

    One document at a time is in memory. The order of ``documents`` plays no part.

    Args:
        documents: all documents of the corpus, none twice.
        config: the shares of the splits, and whether documents or units are split.
        name: of the release, for the card.
        read_image: the bytes of an image asset, by its SHA-256.
        folder: empty or absent. It is not swapped into place here: that is the caller's.
        settings: under which the sources were read, for whoever reads them again.
        previous: what the last release of this name said of itself: what stands in a split stays there.
        spending: what calls of models have come to, for the card; None when none were made.
        review: what is known of the people who reviewed, for the card; None when nobody did.

    Raises:
        MissingExtraError: `datasets` is not installed.
        StorageError: the folder cannot be written, or is not empty.
    """
    features = features_by_config()
    ordered = sorted(documents, key=lambda document: document.id)
    plan = plan_splits(_sketches(ordered, config), config.splits)
    with DatasetWriter(folder, features) as writer:
        release = _Release(
            config, plan, writer, lru_cache(maxsize=_IMAGES_KEPT)(read_image), _repeated(ordered, config)
        )
        for document in ordered:
            release.add(document)
    notes = (*release.notes, *_notes(release, writer.rows(), config))
    made = Made(
        name=name,
        config=config,
        plan=plan,
        tally=release.tally,
        rows=writer.rows(),
        documents=release.digests.documents(),
        notes=notes,
        settings=settings,
        previous=previous,
        spending=spending,
        review=review,
    )
    finish(writer, made)
    return _summary(name, release, writer.rows(), notes)


def _repeated(documents: Sequence[DocumentInput], config: ReleaseSection) -> Mapping[str, str]:
    """Examples that ask what one of another document asked before, each with the id of that one."""
    if config.repeated == "keep":
        return {}
    records = (record for document in documents for record in document.examples() if record.accepted)
    return near_duplicates_over(verified_part(record).example for record in records)


def _sketches(documents: Sequence[DocumentInput], config: ReleaseSection) -> Iterator[Sketch]:
    """One sketch per document, or per unit when units are split."""
    for document in documents:
        if config.split_by == "unit":
            for unit in document.units():
                yield sketch(unit.id, [passage.text for passage in unit.passages], unit.figures)
        else:
            texts: list[str] = []
            figures: list[Figure] = []
            for unit in document.units():
                texts.extend(passage.text for passage in unit.passages)
                figures.extend(unit.figures)
            yield sketch(document.id, texts, figures)


class _Release:
    """A release that is being written."""

    def __init__(
        self,
        config: ReleaseSection,
        plan: SplitPlan,
        writer: DatasetWriter,
        read_image: Callable[[str], bytes],
        repeated: Mapping[str, str],
    ) -> None:
        self._by_unit = config.split_by == "unit"
        self._writer = writer
        self._read_image = read_image
        self.repeated = repeated
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

    def _split(self, unit: Unit) -> str:
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
            if record.accepted and verified_part(record).id not in self.repeated:
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
        self._write("examples", self._split(contents.units[example.unit_id]), row, contents.document.id)
        self.tally.add_released(record, contents.document.subject)


def _reading_order(contents: Contents) -> Callable[[VerifiedExample | ReviewedExample], tuple[int, int, str]]:
    """By unit, then by main figure: examples on the same figure side by side, which stores its image once."""
    units = {unit_id: place for place, unit_id in enumerate(contents.units)}
    figures = {figure_id: place for place, figure_id in enumerate(contents.figures)}

    def key(record: VerifiedExample | ReviewedExample) -> tuple[int, int, str]:
        example = verified_part(record).example
        main = example.figure_ids[0] if example.figure_ids else ""
        return units.get(example.unit_id, -1), figures.get(main, -1), example.id

    return key


def _notes(release: _Release, rows: Mapping[tuple[str, str], int], config: ReleaseSection) -> Iterator[str]:
    tally = release.tally
    if release.repeated:
        ask = "example asks" if len(release.repeated) == 1 else "examples ask"
        yield (
            f"{len(release.repeated)} {ask} what one of another document asks in nearly the same words, with the same "
            'answer, and are left out; release.repeated = "keep" keeps them.'
        )
    shares = config.splits.model_dump()
    empty = [split for split in SPLITS if shares[split] and not rows.get(("examples", split))]
    if not tally.released:
        yield "No example was released."
    elif empty:
        yield (
            f"No example fell into {' and '.join(empty)}: splits are assigned by hash, so that nothing moves when "
            "documents are added, and a corpus of few documents can leave some empty. Such a split has no file."
        )
    if empty and len(tally.sources) == 1 and config.split_by == "document":
        yield 'One document stands in one split; release.split_by = "unit" divides it.'
    missing = [c for c in CONFIGS[1:] if not any(place[0] == c for place in rows)]
    if missing:
        yield f"The corpus has no {' and no '.join(missing)}: there is no config of that name."
    closed = sum(not is_publishable(source.document.licence) for source in tally.sources)
    if closed:
        have = "has" if closed == 1 else "have"
        whole = len(tally.sources)
        yield f"{closed} of {whole} documents {have} no licence that allows publishing; the card names them."


def _summary(
    name: str, release: _Release, rows: Mapping[tuple[str, str], int], notes: tuple[str, ...]
) -> ReleaseSummary:
    tally = release.tally
    return ReleaseSummary(
        name=name,
        rows={c: {s: rows[c, s] for s in SPLITS if (c, s) in rows} for c in CONFIGS},
        seen=tally.seen,
        released=tally.released,
        withheld=tally.seen - tally.released - len(release.rejected),
        rejected=tuple(release.rejected),
        groups=release.plan.groups,
        notes=notes,
    )

"""The `release` stage: verified and reviewed examples of all documents -> one folder that `load_dataset` reads.

It differs from the other stages in two ways: it sees the corpus as a whole, because splits do, and it writes files
itself, because they are what it makes.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import JsonValue

from corpusbuilder import __version__
from corpusbuilder.config import ReleaseSection
from corpusbuilder.records.agreement import AgreementReport
from corpusbuilder.records.call import Spending
from corpusbuilder.records.release import SPLITS, ReleaseManifest
from corpusbuilder.stages.contract import Rejected
from corpusbuilder.stages.release.assembling import Assembly, DocumentInput, KeptOut
from corpusbuilder.stages.release.benchmarks import BenchmarkFile, Match, matches
from corpusbuilder.stages.release.card import template_path
from corpusbuilder.stages.release.contamination import contamination, spread_stock
from corpusbuilder.stages.release.features import CONFIGS, features_by_config
from corpusbuilder.stages.release.finishing import Made, finish
from corpusbuilder.stages.release.notes import notes_on, notes_on_splits
from corpusbuilder.stages.release.rows import (
    verified_part,
)
from corpusbuilder.stages.release.survey import Survey
from corpusbuilder.stages.release.versions import settled
from corpusbuilder.stages.release.write import DatasetWriter

NAME: Final = "release"
VERSION: Final = 5
"""Goes up when the same input would give another dataset."""

CONTAMINATION: Final = "contamination.json"
"""What the release repeats across its splits and of benchmarks."""
_IMAGES_KEPT: Final = 8
_ABOUT: Final = {"version", "date", "title", "authors", "contact", "url", "doi", "licence", "benchmarks"}
"""Settings of the release that stand on its card."""


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
    """Not supported, rejected by a person, or left out because of what else is there: the notes say what."""
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
        "config.contaminated": config.contaminated,
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
    benchmarks: Sequence[BenchmarkFile] = (),
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
        benchmarks: questions that the release is compared with.

    Raises:
        MissingExtraError: `datasets` is not installed.
        StorageError: the folder cannot be written, or is not empty.
    """
    config = settled(config, previous)
    features = features_by_config()
    ordered = sorted(documents, key=lambda document: document.id)
    compared = _survey(ordered, by_unit=config.split_by == "unit").compare(read_image)
    plan = compared.plan(config.splits, previous)
    repeated = compared.survey.questions.repeated(plan.importance) if config.repeated == "drop" else {}
    asked = [(file, matches(compared.survey.questions, file)) for file in benchmarks]
    with DatasetWriter(folder, features) as writer:
        kept_out = KeptOut(repeated, spread_stock(compared, plan), _contaminated(asked, config))
        images = lru_cache(maxsize=_IMAGES_KEPT)(read_image)
        release = Assembly(config, plan, writer, images, kept_out)
        for document in ordered:
            release.add(document)
    report = contamination(
        compared,
        plan,
        released=release.split_of,
        benchmarks=asked,
        left_out=release.on_stock,
    )
    writer.write_text(CONTAMINATION, report.model_dump_json(indent=1) + "\n")
    notes = (*release.notes, *notes_on(release, writer.rows(), config), *notes_on_splits(release, previous, config))
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
        contamination=report,
    )
    finish(writer, made)
    return _summary(name, release, writer.rows(), notes)


def _contaminated(asked: Sequence[tuple[BenchmarkFile, Sequence[Match]]], config: ReleaseSection) -> frozenset[str]:
    if config.contaminated == "report":
        return frozenset()
    return frozenset(match.example_id for _, found in asked for match in found)


def _survey(documents: Sequence[DocumentInput], *, by_unit: bool) -> Survey:
    """Look at everything once."""
    survey = Survey(by_unit=by_unit)
    for document in documents:
        survey.add_units(list(document.units()))
        survey.add_examples(verified_part(record) for record in document.examples() if record.accepted)
    return survey


def _summary(
    name: str, release: Assembly, rows: Mapping[tuple[str, str], int], notes: tuple[str, ...]
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

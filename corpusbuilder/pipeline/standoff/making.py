"""Makes a stand-off release out of the full one: what was made about the sources, without a word or pixel of them."""

import importlib.metadata
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import JsonValue, ValidationError

from corpusbuilder import __version__
from corpusbuilder.config import Config
from corpusbuilder.errors import StorageError, command_line, storage_errors
from corpusbuilder.pipeline.releasing import STAGE, release
from corpusbuilder.pipeline.sources import describe, known_sources
from corpusbuilder.pipeline.standoff.scrubbing import ScrubbedJson, ScrubbedText
from corpusbuilder.records.document import Unit
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release import CONFIGS, SPLITS, features_by_config
from corpusbuilder.stages.release.card import CROISSANT, CardFacts, croissant_json, data_files, plots_of, render_card
from corpusbuilder.stages.release.write import DatasetWriter
from corpusbuilder.stages.standoff import (
    LeakScan,
    SourceIndex,
    SourceTexts,
    encode_row,
    image_in,
    readings,
    standoff_features,
    strings_of,
)
from corpusbuilder.stages.standoff.about import COLUMNS
from corpusbuilder.stages.standoff.encoding import LONG_TITLE
from corpusbuilder.stages.standoff.words import words_in
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.folders import replaced_folder
from corpusbuilder.store.release import CARD, CHECKSUMS, DATA, MANIFEST, ReleaseFolder, Row, checksum_lines
from corpusbuilder.store.workspace import Workspace, json_bytes

FULL: Final = "full-release.json"
"""Checksums of the full release, and its text files with marks."""
VERSION: Final = 2
"""Goes up when the same full release would give another stand-off release."""
PACKAGES: Final = ("pymupdf", "rapidocr", "pillow", "pyarrow", "datasets")
"""On which it depends whether the same PDF gives the same texts, images and files."""
_SUFFIX: Final = "-stand-off"
_SHOWN: Final = frozenset({"contamination.json"})
"""JSON of the full release that this one has, too; all else that it has is its own."""
_INDICES: Final = 2


@dataclass(frozen=True, slots=True)
class StandoffReport:
    """What a stand-off release holds."""

    name: str
    folder: Path
    rows: Mapping[str, Mapping[str, int]]
    """Number of rows by config and split."""
    not_carried: tuple[str, ...]
    """Files of the full release, other than data, that `hydrate` cannot make again."""
    cached: bool
    """Whether it was current already."""


def standoff_release(
    workspace: Workspace, config: Config, *, without: Mapping[str, str] = MappingProxyType({}), force: bool = False
) -> StandoffReport:
    """Make the stand-off release if it is stale, and the full release before it.

    Args:
        workspace: with verified documents.
        config: of the release.
        without: documents that are not finished, and why.
        force: make it also when it is current.

    Raises:
        MissingInputError: there is nothing to release.
        MissingExtraError: a package is not installed.
        StorageError: the workspace cannot be read or written, or words of a source would be published.
    """
    made = release(workspace, config, without=without)
    full = ReleaseFolder.open(made.folder)
    folder = made.folder.with_name(made.folder.name + _SUFFIX)
    with locked_folder(workspace.stage_folder(STAGE)):
        if not force and _is_current(folder, full):
            return _report(folder, cached=True)
        with replaced_folder(folder) as fresh:
            _Making(workspace, config, full, fresh).make()
        return _report(folder, cached=False)


def read_full(folder: Path) -> dict[str, Any]:
    """What a stand-off release knows of the full one: ``version``, ``checksums`` and ``files``.

    Raises:
        StorageError: it is missing or damaged.
    """
    path = folder / FULL
    with storage_errors(path):
        data = path.read_bytes()
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    parts = {"version": int, "checksums": dict, "files": dict, "not_carried": list}
    if not isinstance(found, dict) or any(not isinstance(found.get(k), kind) for k, kind in parts.items()):
        raise StorageError(f"{path}: not what corpusbuilder release --stand-off writes", repeat=False)
    return found


def versions() -> dict[str, JsonValue]:
    """Versions of this package and of those on which its output depends."""
    return {"corpusbuilder": __version__, **{package: _version(package) for package in PACKAGES}}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _is_current(folder: Path, full: ReleaseFolder) -> bool:
    if not (folder / FULL).is_file() or not (folder / CHECKSUMS).is_file():
        return False
    known = read_full(folder)
    is_same = known["checksums"] == full.checksums() and known["version"] == VERSION
    return is_same and not ReleaseFolder.open(folder).problems()


def _report(folder: Path, *, cached: bool) -> StandoffReport:
    found = ReleaseFolder.open(folder)
    return StandoffReport(
        folder.name, folder, found.manifest.rows, tuple(read_full(folder)["not_carried"]), cached=cached
    )


@dataclass(slots=True)
class _Making:
    """A stand-off release that is being made."""

    workspace: Workspace
    config: Config
    full: ReleaseFolder
    folder: Path
    more: SourceIndex | None = None
    """Texts of any document of which words stand in rows of another one."""
    _index: Callable[[str], SourceIndex] = field(init=False)

    def __post_init__(self) -> None:
        self._index = lru_cache(maxsize=_INDICES)(self._read_index)

    def make(self) -> None:
        """Write everything, look for what must not be there, and do it once more if words of another document are.

        Raises:
            StorageError: words of a source are still there.
        """
        self._write()
        leaks = self._leaks()
        if leaks and self.more is None:
            self.more = SourceIndex(SourceTexts(tuple(leaks), frozenset(), {}))
            self._write()
            leaks = self._leaks()
        if leaks:
            places = list(dict.fromkeys(leaks.values()))
            raise StorageError(
                f"{places[0]} holds words of a source"
                + (f", and so do {len(places) - 1} more places" if len(places) > 1 else "")
                + ": no stand-off release is made",
                hint="please report this: no release of this kind may hold any",
                repeat=False,
            )

    def _read_index(self, document: str) -> SourceIndex:
        return SourceIndex(SourceTexts.of(self.workspace.shard("parse", document).read(Unit)))

    def _write(self) -> None:
        with storage_errors(self.folder):
            shutil.rmtree(self.folder, ignore_errors=True)
        with DatasetWriter(self.folder, standoff_features(features_by_config())) as writer:
            for config in CONFIGS:
                for split in SPLITS:
                    for row in self.full.rows(config, split=split):
                        index = self._index(document_of(config, row))
                        writer.write(config, split, encode_row(config, row, index, self.more))
        self._write_texts(writer)
        writer.write_text(CHECKSUMS, checksum_lines(self.folder, writer.files()))

    def _write_texts(self, writer: DatasetWriter) -> None:
        """All that is not rows: the texts of the full release with marks, and what this one says of itself."""
        titles = _long_titles(self.full)
        carried = {n: ScrubbedText(_read_text(self.full.path / n), titles=titles) for n in _text_files(self.full)}
        shown = {name: ScrubbedJson(json.loads(_read_text(self.full.path / name))) for name in _SHOWN & carried.keys()}
        facts = ScrubbedJson(self._facts().model_dump(mode="json"))
        every: list[ScrubbedText | ScrubbedJson] = [*carried.values(), *shown.values(), facts]
        for document in self.full.manifest.documents:
            for text in every:
                text.scrub(self._index(document))
        self._write_card(writer, CardFacts.model_validate(facts.value()))
        for name, value in shown.items():
            writer.write_text(name, json_bytes(value.value()).decode())
        good, bad = self._carried(carried)
        content: dict[str, Any] = {"version": VERSION, "checksums": self.full.checksums()}
        content |= {"files": good, "not_carried": bad}
        writer.write_text(FULL, json_bytes(content).decode())

    def _facts(self) -> CardFacts:
        """What stands on the card of the full release, as far as it may stand on this one's.

        Raises:
            StorageError: it is of another version.
        """
        try:
            return CardFacts.model_validate(self.full.manifest.card).without_texts()
        except ValidationError:
            raise StorageError(
                f"{self.full.path / MANIFEST}: the card is of another version",
                hint=command_line("release", "--stand-off", "--force", "-w", self.workspace.root),
            ) from None

    def _write_card(self, writer: DatasetWriter, facts: CardFacts) -> None:
        """README.md, its plots, Croissant and the manifest."""
        writer.write_text(CARD, render_card(facts, digests=writer.digests(), kind="stand_off") + COLUMNS)
        for name, plot in plots_of(facts).items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            writer.write_text(name, plot)
        writer.write_text(CROISSANT, croissant_json(facts, data_files(self.folder), self.folder, kind="stand_off"))
        writer.write_text(MANIFEST, self._manifest(facts).model_dump_json(indent=1) + "\n")

    def _carried(self, texts: Mapping[str, ScrubbedText]) -> tuple[dict[str, JsonValue], list[str]]:
        """Texts of the full release with marks, and names of those that would still hold words of a source."""
        good = dict(texts)
        while places := self._places_of_leaks(good):
            good = {name: text for name, text in good.items() if name not in places}
        return {name: text.as_json() for name, text in good.items()}, sorted(texts.keys() - good.keys())

    def _places_of_leaks(self, texts: Mapping[str, ScrubbedText]) -> set[str]:
        scan = LeakScan()
        for name, text in texts.items():
            for reading in readings(text.shown().encode("utf-8", "surrogatepass")):
                scan.add(name, reading)
        return set(self._found(scan).values())

    def _found(self, scan: LeakScan) -> dict[str, str]:
        found: dict[str, str] = {}
        for document in self.full.manifest.documents:
            found |= scan.leaks(self._index(document).texts)
        return found

    def _manifest(self, facts: CardFacts) -> ReleaseManifest:
        known = describe(known_sources(self.workspace), self.config.corpus, os.environ)
        stated: dict[str, JsonValue] = {source.document_id: source.language for source in known if source.language}
        languages = {document: stated[document] for document in self.full.manifest.documents if document in stated}
        changes: dict[str, Any] = {
            "kind": "stand_off",
            "card": facts.model_dump(mode="json"),
            "settings": {**self.full.manifest.settings, "languages": languages, "packages": versions()},
        }
        return self.full.manifest.model_copy(update=changes)

    def _leaks(self) -> dict[str, str]:
        """Texts of sources of which words stand in the release, each with the place; an image is refused at once."""
        scan = LeakScan()
        for place, text in readable(ReleaseFolder.open(self.folder)):
            scan.add(place, text)
        return self._found(scan)


def readable(release_folder: ReleaseFolder) -> Iterator[tuple[str, str]]:
    """Every text of a release folder with the name of its place: rows, text files, and the raw bytes of all files.

    Raises:
        StorageError: there is an image.
    """
    for config in CONFIGS:
        for row in release_folder.rows(config):
            place = f"{config}, row {row['id']} of {document_of(config, row)}"
            for column, value in row.items():
                yield f"{place}, column {column}", " ".join(strings_of(value))
            yield place, " ".join(strings_of(row))
    for name in release_folder.files():
        path = release_folder.path / name
        with storage_errors(path):
            data = path.read_bytes()
        if image_in(data):
            raise StorageError(f"{path}: holds an image: no stand-off release is made", repeat=False)
        for text in [data.decode("utf-8", "ignore")] if name.startswith(DATA) else readings(data):
            yield name, text


def document_of(config: str, row: Row) -> str:
    """The id of the document that a row is about."""
    return str(row["id"] if config == "documents" else row["document_id"])


def _long_titles(full: ReleaseFolder) -> set[str]:
    """Titles of so many words that a part of one is a run of words of its source."""
    rows = full.rows("documents", columns=["title", "file_name"])
    return {text for row in rows for text in row.values() if len(words_in(text)) >= LONG_TITLE}


def _text_files(full: ReleaseFolder) -> list[str]:
    """All files of a release but its data and checksums."""
    return [name for name in full.files() if name != CHECKSUMS and not name.startswith(f"{DATA}/")]


def _read_text(path: Path) -> str:
    with storage_errors(path):
        return path.read_bytes().decode("utf-8")

"""Rows and files of a full release, made again out of a stand-off release and what was parsed of the sources."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from corpusbuilder.errors import StorageError
from corpusbuilder.pipeline.standoff.making import document_of, read_full
from corpusbuilder.pipeline.standoff.printings import Given, units_of
from corpusbuilder.records.document import Figure
from corpusbuilder.records.release import ReleaseManifest
from corpusbuilder.stages.release import CONFIGS, SPLITS, features_by_config
from corpusbuilder.stages.release.digests import RowDigests
from corpusbuilder.stages.release.write import DatasetWriter
from corpusbuilder.stages.standoff import (
    IMAGE_FILE,
    Copy,
    SourceTexts,
    copies_of,
    decode,
    decode_row,
    image_file_of,
)
from corpusbuilder.store.folders import replaced_folder
from corpusbuilder.store.release import CARD, CHECKSUMS, MANIFEST, ReleaseFolder, Row, checksum_lines
from corpusbuilder.store.workspace import Workspace

_SOURCES: Final = ("documents", "passages", "figures")
ORDER: Final = (*_SOURCES, *(config for config in CONFIGS if config not in _SOURCES))
"""Examples come last: one is kept only if the passages and figures that it refers to are."""
_KEPT: Final = 2
_ROW_CHARACTERS: Final = 50_000_000
_FILE_CHARACTERS: Final = 50_000_000
_TEXT_FILE: Final = re.compile(r"(?:card/)?\w[\w.-]{0,99}\.(?:md|json|svg)", re.ASCII)

ReportMaker: TypeAlias = "tuple[str, Callable[[Rebuilt], dict[str, Any]]]"


@dataclass(slots=True)
class Rebuilt:
    """What came out."""

    restored: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Rows by document and config."""
    lost: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """Ids of rows by document and config."""
    reasons: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_pixels: Counter[str] = field(default_factory=Counter)
    """Images whose file is another one with the same pixels, by document."""
    differing: list[str] = field(default_factory=list)
    """Files of the full release that are missing or are others."""

    @property
    def complete(self) -> bool:
        """Whether no row is lost."""
        return not self.lost

    def lose(self, document: str, config: str, row: str, reason: str) -> None:
        """Leave a row out."""
        self.lost[document, config].append(row)
        self.reasons[document][reason] += 1


class Restorer:
    """Gives back what was taken, as far as it is found in the reader's PDFs. All of it is known by its hash."""

    def __init__(self, work: Workspace, pdfs: Mapping[str, Given], release: ReleaseFolder) -> None:
        self._work = work
        self._pdfs = pdfs
        self._own = lru_cache(maxsize=_KEPT)(self._read)
        self._pixels = lru_cache(maxsize=_KEPT)(self._by_pixels)
        self._shared = self._read_shared(_shared_digests(release))

    def has(self, document: str) -> bool:
        """Whether there is a PDF of it."""
        return document in self._pdfs

    def _read(self, document: str) -> tuple[dict[str, str], dict[str, Figure]]:
        """Texts and figures' images of a document, by hash."""
        units = units_of(self._work, self._pdfs[document])
        texts = SourceTexts.of(units).by_digest()
        return texts, {figure.image.sha256: figure for unit in units for figure in unit.figures}

    def _read_shared(self, wanted: set[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for document in self._pdfs:
            texts, _ = self._own(document)
            found |= {digest: texts[digest] for digest in wanted & texts.keys()}
        return found

    def texts(self, document: str, copies: list[Copy]) -> dict[str, str] | None:
        """The texts that a row is made of; None when one of them is not there."""
        own = self._own(document)[0]
        wanted = {copy.sha256 for copy in copies if copy.sha256 is not None}
        found = {d: own[d] if d in own else self._shared[d] for d in wanted if d in own or d in self._shared}
        return found if len(found) == len(wanted) else None

    def shared(self) -> Mapping[str, str]:
        """The texts of which more than one document, or a file, has taken something."""
        return self._shared

    def image(self, document: str, wanted: Row) -> tuple[bytes, bool] | None:
        """An image with this hash, else one with these pixels; and whether it is the same file."""
        same = self._own(document)[1].get(wanted["sha256"])
        if same is not None:
            data = self._work.read_asset(same.image.sha256)
            if image_file_of(data).sha256 == wanted["sha256"]:
                return data, True
        digest = self._pixels(document).get(wanted["pixels_sha256"])
        return None if digest is None else (self._work.read_asset(digest), False)

    def _by_pixels(self, document: str) -> dict[str, str]:
        images = self._own(document)[1]
        return {image_file_of(self._work.read_asset(digest)).pixels_sha256: digest for digest in images}


def _shared_digests(release: ReleaseFolder) -> set[str]:
    """Hashes of texts that rows of several documents, or text files, are made of."""
    first: dict[str, str] = {}
    shared = {copy.sha256 for copies in _carried(release).values() for copy in copies[1] if copy.sha256 is not None}
    for config in ORDER:
        columns = ["id" if config == "documents" else "document_id", "taken"]
        for row in release.rows(config, columns=columns):
            document = document_of(config, row)
            digests = (copy.sha256 for copy in copies_of(row))
            shared |= {d for d in digests if d is not None and first.setdefault(d, document) != document}
    return shared


def _carried(release: ReleaseFolder) -> dict[str, tuple[str, list[Copy]]]:
    """Text files of the full release with marks, by name, and what was taken out of them.

    Raises:
        StorageError: a name leads out of the folder, or something is not what it should be.
    """
    found = {}
    for name, content in read_full(release.path)["files"].items():
        if not _TEXT_FILE.fullmatch(name):
            raise StorageError(f"{release.path}: {name!r} is not the name of a file of a release", repeat=False)
        try:
            found[name] = (_text(content["text"]), [_copy(one) for one in content["taken"]])
        except (KeyError, TypeError, ValueError):
            raise StorageError(f"{release.path}: what it says of {name} is damaged", repeat=False) from None
        if _length(found[name][1]) > _FILE_CHARACTERS:
            raise StorageError(f"{release.path}: {name}: too large to be true", repeat=False)
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # half of a surrogate pair cannot be written
    return value


def _copy(value: Mapping[str, object]) -> Copy:
    """What a file of strangers says was taken.

    Raises:
        KeyError, TypeError, ValueError: it says something else.
    """
    digest, start, end, case = (value[name] for name in ("sha256", "start", "end", "case"))
    if not isinstance(start, int) or not isinstance(end, int):
        raise TypeError(value)
    if not isinstance(digest, str | None) or not isinstance(case, str | None):
        raise TypeError(value)
    return Copy(digest, start, end, case)  # type: ignore[arg-type]  # a case that there is not is refused where it is used


def _length(copies: Iterable[Copy]) -> int:
    """So many characters are to be copied; one that ends before it begins makes up for none of them."""
    return sum(abs(copy.end - copy.start) for copy in copies)


def rebuild(release: ReleaseFolder, restorer: Restorer, out: Path, *, report: ReportMaker) -> Rebuilt:
    """Write the dataset into ``out``, which changes at once from what it held to this.

    Args:
        release: the stand-off release.
        restorer: knows the reader's PDFs.
        out: for the dataset.
        report: name of the report in it, and what makes its content.

    Raises:
        StorageError: the release is damaged, or the folder cannot be written.
    """
    rebuilt, digests = Rebuilt(), RowDigests()
    with replaced_folder(out.resolve()) as fresh:
        with DatasetWriter(fresh, features_by_config()) as writer:
            _Rows(release, restorer, writer, rebuilt, digests).write()
        if rebuilt.complete:
            _write_carried(release, restorer, writer)
        else:
            _write_partial(release, writer, digests)
        rebuilt.differing = _differing(release, writer)
        name, make = report
        # A folder that is the full release again has the files of the full release and no other to be seen.
        name = name if rebuilt.differing else f".{name}"
        writer.write_text(name, json.dumps(make(rebuilt), ensure_ascii=False, indent=1, default=str) + "\n")
        writer.write_text(CHECKSUMS, checksum_lines(fresh, ReleaseFolder(fresh, release.manifest).files()))
    return rebuilt


@dataclass(slots=True)
class _Rows:
    """The rows of a dataset that is being restored."""

    release: ReleaseFolder
    restorer: Restorer
    writer: DatasetWriter
    rebuilt: Rebuilt
    digests: RowDigests
    kept: set[str] = field(default_factory=set)
    """Ids of the passages and figures that are there."""

    def write(self) -> None:
        """Write every row that can be restored."""
        for config in ORDER:
            for split in SPLITS:
                for row in self.release.rows(config, split=split):
                    self._add(config, split, row)

    def _add(self, config: str, split: str, row: Row) -> None:
        document, identity = document_of(config, row), str(row["id"])
        made = self._restored(config, row, document)
        if isinstance(made, str):
            self.rebuilt.lose(document, config, identity, made)
            return
        self.writer.write(config, split, made)
        self.digests.add(document, config, made)
        self.rebuilt.restored[document, config] += 1
        if config in {"passages", "figures"}:
            self.kept.add(identity)

    def _restored(self, config: str, row: Row, document: str) -> Row | str:
        """The row of the full release, or why there is none."""
        if not self.restorer.has(document):
            return "no PDF of the document"
        copies = copies_of(row)
        if _length(copies) > _ROW_CHARACTERS:
            raise StorageError(f"{self.release.path}: {config} {row['id']}: too large to be true", repeat=False)
        texts = self.restorer.texts(document, copies)
        if texts is None:
            return "a text is not in the PDF as it was"
        image = self.restorer.image(document, row[IMAGE_FILE]) if row.get(IMAGE_FILE) else None
        if row.get(IMAGE_FILE) and image is None:
            return "an image is not in the PDF as it was"
        if config == "examples" and not _refers_to(row) <= self.kept:
            return "a passage or figure that it refers to is not restored"
        if image is not None and not image[1]:
            self.rebuilt.by_pixels[document] += 1
        try:
            return decode_row(row, texts, image[0] if image else None)
        except (ValueError, KeyError) as error:
            raise StorageError(
                f"{self.release.path}: {config} {row['id']} is damaged: {error}",
                hint="fetch the release once more",
                repeat=False,
            ) from None


def _refers_to(row: Row) -> set[str]:
    """Ids of passages and figures of which an example speaks."""
    found = {part["passage_id"] for part in row["context"]}
    for step in row["steps"]:
        found |= {region["figure_id"] for region in step["regions"]} | {span["passage_id"] for span in step["spans"]}
    return found | ({row["figure_id"]} if row["figure_id"] else set())


def _write_carried(release: ReleaseFolder, restorer: Restorer, writer: DatasetWriter) -> None:
    """The text files of the full release, where all rows are there: what they count is true."""
    for name, (text, copies) in _carried(release).items():
        if all(copy.sha256 is None or copy.sha256 in restorer.shared() for copy in copies):
            try:
                content = decode(text, copies, restorer.shared())
            except (ValueError, KeyError) as error:
                raise StorageError(f"{release.path}: {name} is damaged: {error}", repeat=False) from None
            (writer.folder / name).parent.mkdir(exist_ok=True)
            writer.write_text(name, content)
    if not (writer.folder / MANIFEST).exists():
        raise StorageError(f"{release.path}: it does not have the {MANIFEST} of the full release", repeat=False)
    try:
        ReleaseFolder.open(writer.folder)
    except StorageError as error:
        raise StorageError(
            f"{release.path}: the {MANIFEST} of the full release is damaged: {error.message}",
            hint="fetch the release once more",
            repeat=False,
        ) from None


_PARTIAL: Final = """---
configs:
{configs}---

# {name} {version}, restored in part

`corpusbuilder hydrate` made this dataset from the stand-off release of {name} {version} and the PDFs that were there.
Some rows are left out: `hydrate-report.json` names them all, with the reasons. Numbers that were published about the
release are not those of this folder.
"""


def _write_partial(release: ReleaseFolder, writer: DatasetWriter, digests: RowDigests) -> None:
    """A card and a manifest that say what is here."""
    rows: dict[str, dict[str, int]] = {}
    for (config, split), count in sorted(writer.rows().items()):
        rows.setdefault(config, {})[split] = count
    manifest = release.manifest.model_copy(
        update={"kind": "full", "rows": rows, "documents": digests.documents(), "card": {}}
    )
    configs = "".join(_config(config, rows[config]) for config in CONFIGS if config in rows)
    writer.write_text(CARD, _PARTIAL.format(configs=configs, name=manifest.name, version=manifest.version))
    writer.write_text(MANIFEST, ReleaseManifest.model_dump_json(manifest, indent=1) + "\n")


def _config(name: str, splits: Mapping[str, int]) -> str:
    files = "".join(
        f"  - split: {split}\n    path: data/{name}/{split}-*.parquet\n" for split in SPLITS if split in splits
    )
    return f"- config_name: {name}\n  data_files:\n{files}"


def _differing(release: ReleaseFolder, writer: DatasetWriter) -> list[str]:
    """Files of the full release that did not come out byte for byte."""
    expected = read_full(release.path)["checksums"]
    lines = checksum_lines(writer.folder, (name for name in writer.files() if name in expected)).splitlines()
    made = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return sorted(name for name, digest in expected.items() if made.get(name) != digest)

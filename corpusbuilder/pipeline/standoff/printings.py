"""Which of a reader's PDFs are the sources of a stand-off release, whatever they are called."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError, storage_errors
from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.pipeline.sources import SOURCES_FILE, KnownSource, known_sources, write_sources
from corpusbuilder.records.document import Unit
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.standoff import SourceTexts, folded_digest
from corpusbuilder.store.files import sha256_of, write_whole
from corpusbuilder.store.workspace import Workspace

LEAST_SHARED: Final = 0.5
"""Share of the passages that another printing of a book has, word for word: different books share next to none."""
_PDFS: Final = "pdf"
_ADVICE: Final = re.compile(r" \([^()]*: corpusbuilder forget [^()]*\)\Z")
_LANGUAGES: Final = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document of the release."""

    id: str
    title: str
    file_name: str
    sha256: str
    """Of the PDF."""
    language: str | None
    """Stated by the makers of the release; None when it was found out from the text."""

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.file_name} ({self.title}, sha256 {self.sha256})"


@dataclass(frozen=True, slots=True)
class Given:
    """A PDF of the reader."""

    path: Path
    sha256: str

    @property
    def parsed_as(self) -> str:
        """The id under which it is parsed."""
        return document_id(self.sha256)


@dataclass(slots=True)
class Matched:
    """Which PDF stands for which document."""

    exact: dict[str, Given] = field(default_factory=dict)
    """By document id: the same file."""
    printings: dict[str, tuple[Given, float]] = field(default_factory=dict)
    """By document id: another file with most of the passages, and their share."""
    refused: list[Given] = field(default_factory=list)
    """None of the sources."""


def pdfs_in(paths: Iterable[Path]) -> list[Given]:
    """Every PDF in the folders and files given, each content once, by path.

    Raises:
        MissingInputError: there is no such path, or no PDF at all.
        StorageError: a file cannot be read.
    """
    found: dict[str, Given] = {}
    paths = list(paths)
    for path in paths:
        with storage_errors(path):
            if not path.exists():
                raise MissingInputError(f"--pdf {path}: there is no such file or folder", hint="check the path")
            inside = path.rglob("*") if path.is_dir() else (path,)
            files = sorted(one for one in inside if one.is_file() and (one == path or one.suffix.lower() == ".pdf"))
        for file in files:
            with storage_errors(file):
                digest = sha256_of(file)
            found.setdefault(digest, Given(file.resolve(), digest))
    if not found:
        raise MissingInputError(f"there is no PDF in {', '.join(map(str, paths))}", hint="name the folder of your PDFs")
    return list(found.values())


def exact_matches(wanted: Sequence[Wanted], given: Sequence[Given]) -> Matched:
    """Every document with the PDF that has its SHA-256; all other PDFs are refused so far."""
    by_digest = {one.sha256: one for one in given}
    exact = {document.id: by_digest[document.sha256] for document in wanted if document.sha256 in by_digest}
    used = {one.sha256 for one in exact.values()}
    return Matched(exact=exact, refused=[one for one in given if one.sha256 not in used])


def parse_pdfs(
    work: Workspace,
    given: Mapping[Given, str | None],
    *,
    run: Callable[[Workspace, Config], StageReport],
    config: Config,
    password_env: str | None,
) -> dict[str, str]:
    """Parse PDFs in a workspace that stays for the next try; what is parsed there already is not parsed again.

    Args:
        work: the workspace.
        given: PDFs, each with the language that was stated for it.
        run: runs the stage.
        config: with the settings of the release.
        password_env: name of the variable that holds the password of the PDFs.

    Returns:
        Why a PDF could not be read, by the id under which it is parsed.
    """
    folder = work.root / _PDFS
    known = {source.sha256: source for source in known_sources(work) if Path(source.path).exists()}
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for one in given:
            link = folder / f"{one.sha256}.pdf"
            link.unlink(missing_ok=True)
            link.symlink_to(one.path)
            known[one.sha256] = KnownSource(path=str(link), sha256=one.sha256, password_env=password_env)
    write_whole(folder / SOURCES_FILE, "".join(_stated(one, language) for one, language in given.items()).encode())
    write_sources(work, sorted(known.values(), key=lambda source: source.sha256))
    report = run(work, config)
    names = {one.parsed_as: f"{one.sha256}.pdf: " for one in given}
    rejects = [reject for shard in report.shards for reject in shard.rejected]
    return {one.input_id: _why(one.message.removeprefix(names.get(one.input_id, ""))) for one in rejects}


def _why(message: str) -> str:
    """A message of the workspace of a hydration, without advice that is of use in a workspace of the reader only."""
    return _ADVICE.sub("", message)


def _stated(given: Given, language: str | None) -> str:
    # A sources.toml beside the reader's own PDFs is of no account: it would change what is read.
    return f'["{given.sha256}.pdf"]\nlanguage = "{language if language in _LANGUAGES else "auto"}"\n'


def find_printings(
    matched: Matched, missing: Mapping[str, frozenset[str]], read: Callable[[Given], SourceTexts | None]
) -> None:
    """Say of each missing document which of the refused PDFs is another printing of it.

    Args:
        matched: is told what was found.
        missing: folded hashes of the passages of each missing document, by its id.
        read: the texts of a PDF; None when it cannot be read.
    """
    shares: dict[str, list[tuple[float, Given]]] = {}
    for one in matched.refused:
        texts = read(one)
        known = {folded_digest(text) for text in texts.texts} if texts else set()
        for document, passages in missing.items():
            if passages and (share := len(passages & known) / len(passages)) >= LEAST_SHARED:
                shares.setdefault(document, []).append((share, one))
    for document, found in shares.items():
        share, best = max(found, key=lambda pair: (pair[0], pair[1].sha256))
        matched.printings[document] = (best, share)
    used = {one.sha256 for one, _ in matched.printings.values()}
    matched.refused = [one for one in matched.refused if one.sha256 not in used]


def units_of(work: Workspace, given: Given) -> list[Unit]:
    """What was parsed of a PDF; empty when it could not be."""
    shard = work.shard("parse", given.parsed_as)
    return list(shard.read(Unit)) if shard.read_done() is not None and shard.data.exists() else []

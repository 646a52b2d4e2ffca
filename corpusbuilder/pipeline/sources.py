"""Which PDFs belong to a workspace, and what their owner says of them."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from corpusbuilder.config import CorpusSection, Language
from corpusbuilder.errors import ConfigError, MissingInputError, StorageError, command_line
from corpusbuilder.records.base import Record
from corpusbuilder.records.ids import document_id
from corpusbuilder.stages.contract import Source
from corpusbuilder.store.files import locked_folder, sha256_of
from corpusbuilder.store.workspace import Workspace

SOURCES_FILE: Final = "sources.toml"
_LISTING: Final = ("parse", "sources.json")


class SourceEntry(BaseModel):
    """One table of ``sources.toml``: what its owner says of a PDF."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, coerce_numbers_to_str=True)

    title: str | None = None
    language: Language | None = None
    """``en``, ``fr``, or ``auto``."""
    subject: str | None = None
    grade: str | None = None
    licence: str | None = None
    """SPDX expression or free text."""
    attribution: str | None = None
    """Whom the licence asks to name."""


class KnownSource(Record):
    """A PDF that was given to this workspace."""

    path: str
    sha256: str
    password_env: str | None = None
    """Name of the environment variable with the password; the password itself is never stored."""


@dataclass(frozen=True, slots=True)
class Collected:
    """The PDFs of a workspace and what could not be used."""

    sources: tuple[Source, ...]
    duplicates: tuple[str, ...]
    """Sentences: which file is the same as which other."""
    unreadable: tuple[str, ...]
    """Sentences: which path does not exist or cannot be read."""
    replaced: tuple[str, ...]
    """Sentences: which file has other content now."""


_LIST = TypeAdapter(list[KnownSource])


def collect(
    workspace: Workspace,
    paths: Sequence[Path],
    corpus: CorpusSection,
    *,
    password_env: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Collected:
    """Add ``paths`` (PDFs and folders of PDFs) to the workspace's list and describe every PDF on it.

    Raises:
        MissingInputError: no PDF is left, or the variable ``password_env`` is not set.
        ConfigError: a ``sources.toml`` is not as it should be.
    """
    environ = os.environ if environ is None else environ
    if password_env is not None and password_env not in environ:
        raise MissingInputError(
            f"--password-env {password_env}: this environment variable is not set",
            hint="the option takes the name of a variable that holds the password, not the password itself",
        )
    with locked_folder(workspace.stage_folder("parse")):
        listing = _Listing(known_sources(workspace))
        given = list(dict.fromkeys(_pdfs(paths, listing.unreadable)))
        listing.look_again()
        for path in given:
            listing.add(path, password_env)
        if not listing.known:
            raise MissingInputError(
                "; ".join(listing.unreadable) or f"{workspace.root}: no PDF has been given to this workspace",
                hint=command_line("build", "BOOK.pdf", "-w", workspace.root),
            )
        known = sorted(listing.known.values(), key=lambda source: source.sha256)
        write_sources(workspace, known)
    return Collected(
        sources=tuple(describe(known, corpus, environ)),
        duplicates=tuple(listing.duplicates),
        unreadable=tuple(listing.unreadable),
        replaced=tuple(
            f"{path}: the PDF was replaced; what was made of the old one goes"
            for path, digest in listing.replaced
            if digest not in listing.known
        ),
    )


class _Listing:
    """The PDFs of a workspace, by the hash of their content, while paths are added to them."""

    def __init__(self, known: Iterable[KnownSource]) -> None:
        self.known = {source.sha256: source for source in known}
        self.duplicates: list[str] = []
        self.unreadable: list[str] = []
        self.replaced: list[tuple[str, str]] = []
        """Path, and hash of the content that it had."""

    def look_again(self) -> None:
        """Follow PDFs of earlier runs whose content has changed since. Those that are gone stay on the list."""
        for source in list(self.known.values()):
            path = Path(source.path)
            digest = self._digest(path) if path.exists() else None
            if digest is not None and digest != source.sha256:
                del self.known[source.sha256]
                self.replaced.append((source.path, source.sha256))
                self._put(path, digest, source.password_env)

    def add(self, path: Path, password_env: str | None) -> None:
        """Put a PDF on the list, unless the same file is there under another name."""
        digest = self._digest(path)
        if digest is not None:
            self._put(path, digest, password_env)

    def _put(self, path: Path, digest: str, password_env: str | None) -> None:
        other = self.known.get(digest)
        if other is not None and other.path != str(path) and Path(other.path).exists():
            self.duplicates.append(f"{path}: the same file as {other.path}; kept once")
            path = Path(other.path)
        known = password_env or (other.password_env if other else None)
        self.known[digest] = KnownSource(path=str(path), sha256=digest, password_env=known)

    def _digest(self, path: Path) -> str | None:
        try:
            return sha256_of(path)
        except OSError as error:
            self.unreadable.append(f"{path}: cannot be read: {error.strerror}")
            return None


def known_sources(workspace: Workspace) -> list[KnownSource]:
    """The PDFs that were given to this workspace, sorted by hash; empty when there were none."""
    listing = workspace.read_json(*_LISTING)
    try:
        return _LIST.validate_python(listing) if listing is not None else []
    except ValidationError:
        path = workspace.root.joinpath(*_LISTING)
        raise StorageError(f"{path}: not a list of PDFs", hint="delete it and give the PDFs again") from None


def write_sources(workspace: Workspace, known: Sequence[KnownSource]) -> None:
    """Make ``known`` the list of this workspace's PDFs."""
    workspace.write_json(_LIST.dump_python(list(known), mode="json"), *_LISTING)


def describe(known: Iterable[KnownSource], corpus: CorpusSection, environ: Mapping[str, str]) -> Iterator[Source]:
    """Sources with everything that ``sources.toml`` and the ``[corpus]`` table say of them."""
    entries: dict[Path, dict[str, SourceEntry]] = {}
    for item in known:
        path = Path(item.path)
        if path.parent not in entries:
            entries[path.parent] = read_sources_file(path.parent / SOURCES_FILE)
        entry = entries[path.parent].get(path.name, SourceEntry())
        language = entry.language or corpus.language
        yield Source(
            path=path,
            sha256=item.sha256,
            document_id=document_id(item.sha256),
            file_name=path.name,
            password=environ.get(item.password_env) if item.password_env else None,
            title=entry.title,
            language=None if language == "auto" else language,
            subject=entry.subject or corpus.subject,
            grade=entry.grade or corpus.grade,
            licence=entry.licence or corpus.licence,
            attribution=entry.attribution or corpus.attribution,
        )


def read_sources_file(path: Path) -> dict[str, SourceEntry]:
    """The tables of a ``sources.toml`` by file name; empty when there is no such file.

    Raises:
        ConfigError: it is not TOML, a table is not named after a file, or a key is unknown.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    entries = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {name!r} is not a table", hint='write ["BOOK.pdf"] above the keys of a book')
        try:
            entries[name] = SourceEntry.model_validate(table)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            key = ".".join(map(str, problem["loc"]))
            close = difflib.get_close_matches(key, SourceEntry.model_fields, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(SourceEntry.model_fields)}"
            raise ConfigError(f"{path}: [{name!r}] {key}: {problem['msg']}", hint=hint) from None
    return entries


def _pdfs(paths: Iterable[Path], unreadable: list[str]) -> Iterator[Path]:
    """Files as they are given, folders as the PDFs in them, all absolute."""
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file())
            if not inside:
                unreadable.append(f"{path}: there is no PDF in this folder")
            yield from (p.resolve() for p in inside)
        elif path.exists():
            yield path.resolve()
        else:
            unreadable.append(f"{path}: there is no such file or folder")

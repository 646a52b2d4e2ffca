"""Makes a stand-off release whole with the reader's own PDFs. Nothing is put in its place unless its hash agrees."""

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from corpusbuilder.config import Config
from corpusbuilder.errors import MissingInputError, StorageError, UsageError, storage_errors
from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.pipeline.standoff.checks import check_release, passages_by_document
from corpusbuilder.pipeline.standoff.making import versions
from corpusbuilder.pipeline.standoff.printings import (
    Given,
    Matched,
    Wanted,
    exact_matches,
    find_printings,
    parse_pdfs,
    pdfs_in,
    units_of,
)
from corpusbuilder.pipeline.standoff.rebuilding import ORDER, Rebuilt, Restorer, rebuild
from corpusbuilder.stages.standoff import SourceTexts
from corpusbuilder.store.files import locked_folder
from corpusbuilder.store.release import ReleaseFolder
from corpusbuilder.store.workspace import Workspace

REPORT: Final = "hydrate-report.json"
"""In the folder of the dataset; hidden where that is the full release again, byte for byte."""
_NAMED: Final = 5
"""Documents and PDFs named one by one in a message; the report has all."""
_NAME: Final = re.compile(r"\w[\w.-]{0,99}")


@dataclass(slots=True)
class DocumentOutcome:
    """What became of one document."""

    id: str
    title: str
    sha256: str
    """Of the PDF it was made from."""
    outcome: str
    """``restored``, ``partly restored``, ``missing`` or ``unreadable``."""
    pdf: str | None = None
    """Name of the reader's PDF."""
    printing: float | None = None
    """Share of the passages in it, where it is another printing or scan: page coordinates stay those of the release."""
    reason: str | None = None
    restored: dict[str, int] = field(default_factory=dict)
    """Rows by config."""
    lost: dict[str, list[str]] = field(default_factory=dict)
    """Ids of rows that could not be restored, by config."""
    lost_because: dict[str, int] = field(default_factory=dict)
    """How many rows by reason."""
    images_of_equal_pixels: int = 0
    """Images whose file is another one with the same pixels."""


@dataclass(slots=True)
class HydrationReport:
    """What was restored and what was not."""

    release: str
    version: str
    folder: Path
    complete: bool
    """Whether every row was restored."""
    identical: bool
    """Whether every file of the full release came out byte for byte."""
    differing: list[str]
    """Files of the full release that are missing here or are other ones."""
    documents: list[DocumentOutcome]
    refused: list[str]
    """Sentences on PDFs that are none of the sources."""
    versions: dict[str, tuple[str | None, str | None]]
    """Packages of which the release was made with another version: theirs and ours."""

    def as_json(self) -> dict[str, Any]:
        """For ``hydrate-report.json``: without the place where it lies."""
        plain = asdict(self)
        del plain["folder"]
        return plain


def hydrate(
    folder: Path,
    pdfs: Sequence[Path],
    out: Path | None,
    *,
    run: Callable[[Workspace, Config], StageReport],
    password_env: str | None = None,
    exact: bool = False,
) -> HydrationReport:
    """Make the full dataset out of a stand-off release and PDFs.

    What was parsed is kept in a hidden folder beside ``out`` until everything is restored: a second try goes on there.

    Args:
        folder: the stand-off release.
        pdfs: PDFs, and folders of PDFs.
        out: for the dataset; a folder of the release's name when None.
        run: runs the parse stage of a workspace.
        password_env: name of the variable that holds the password of the PDFs.
        exact: use only the very files of which the release was made, and parse no other.

    Raises:
        MissingInputError: a document was not restored as a whole; what could be restored is in ``out``.
        UsageError: ``out`` holds something else.
        StorageError: the release is damaged.
    """
    release = ReleaseFolder.open(folder)
    wanted = check_release(release)
    if password_env is not None and password_env not in os.environ:
        raise MissingInputError(
            f"--password-env {password_env}: this environment variable is not set",
            hint="the option takes the name of a variable that holds the password, not the password itself",
        )
    out = out or Path(release.manifest.name if _NAME.fullmatch(release.manifest.name) else "dataset")
    _check_out(out)
    given = pdfs_in(pdfs)
    work = Workspace(out.resolve().with_name(f".{out.resolve().name}.hydrate"))
    with locked_folder(work.root):
        hydration = _Hydration(release, wanted, work, run, password_env)
        hydration.match(given, exact=exact)
        hydration.refuse_if_nothing_fits(out)
        report = hydration.write(out)
    if report.complete:
        with storage_errors(work.root):
            shutil.rmtree(work.root)
        return report
    raise MissingInputError(_lacking(report), hint=_advice(report), result={"hydrated": asdict(report)})


def _check_out(out: Path) -> None:
    """Refuse to replace what no hydration has made."""
    with storage_errors(out):
        if out.exists() and not out.is_dir():
            raise UsageError(f"-o {out}: this is a file", hint="name a new folder")
        is_ours = (out / REPORT).is_file() or (out / f".{REPORT}").is_file()
        if out.is_dir() and any(out.iterdir()) and not is_ours:
            raise UsageError(f"-o {out}: this folder holds something else", hint="name a new or empty folder")


class _Hydration:
    """One stand-off release and the PDFs found for it."""

    def __init__(
        self,
        release: ReleaseFolder,
        wanted: Sequence[Wanted],
        work: Workspace,
        run: Callable[[Workspace, Config], StageReport],
        password_env: str | None,
    ) -> None:
        self._release = release
        self._wanted = wanted
        self._work = work
        self._run = run
        self._password_env = password_env
        self._config = _parse_config(release)
        self._matched = Matched()
        self._unreadable: dict[str, str] = {}

    def match(self, given: Sequence[Given], *, exact: bool) -> None:
        """Find every document's PDF, and parse it."""
        self._matched = exact_matches(self._wanted, given)
        same = {self._matched.exact[w.id]: w.language for w in self._wanted if w.id in self._matched.exact}
        missing = [document for document in self._wanted if document.id not in self._matched.exact]
        if same:
            self._parse(same)
        if missing and self._matched.refused and not exact:
            stated = {document.language for document in missing}
            language = stated.pop() if len(stated) == 1 else None
            self._parse({**same, **dict.fromkeys(self._matched.refused, language)})
            passages = passages_by_document(self._release, {document.id for document in missing})
            find_printings(self._matched, passages, self._texts)

    def refuse_if_nothing_fits(self, out: Path) -> None:
        """Stop before anything is written when no PDF is a source.

        Raises:
            MissingInputError: it is so.
        """
        if not any(self._pdf_of(wanted.id) for wanted in self._wanted):
            if not out.exists():  # what was parsed is of no use to a next try
                shutil.rmtree(self._work.root, ignore_errors=True)
            refusals = [self._refusal(given) for given in self._matched.refused]
            more = [f"And {len(refusals) - _NAMED} more"] if len(refusals) > _NAMED else []
            raise MissingInputError(
                ". ".join((*refusals[:_NAMED], *more)),
                hint="name the folder of the PDFs with --pdf; the config documents of the release lists them",
            )

    def _parse(self, given: Mapping[Given, str | None]) -> None:
        self._unreadable |= parse_pdfs(
            self._work, given, run=self._run, config=self._config, password_env=self._password_env
        )

    def _texts(self, given: Given) -> SourceTexts | None:
        units = units_of(self._work, given)
        return SourceTexts.of(units) if units else None

    def _pdf_of(self, document: str) -> Given | None:
        if document in self._matched.exact:
            return self._matched.exact[document]
        return self._matched.printings[document][0] if document in self._matched.printings else None

    def write(self, out: Path) -> HydrationReport:
        """Write the dataset, and the report into it."""
        found = {wanted.id: pdf for wanted in self._wanted if (pdf := self._pdf_of(wanted.id))}
        readable = {name: pdf for name, pdf in found.items() if pdf.parsed_as not in self._unreadable}
        restorer = Restorer(self._work, readable, self._release)
        outcomes = {w.id: self._outcome(w) for w in self._wanted}

        def report(rebuilt: Rebuilt) -> dict[str, Any]:
            for document, outcome in outcomes.items():
                _tell(outcome, rebuilt, document)
            return self._report(out, list(outcomes.values()), rebuilt).as_json()

        rebuilt = rebuild(self._release, restorer, out, report=(REPORT, report))
        return self._report(out, list(outcomes.values()), rebuilt)

    def _outcome(self, wanted: Wanted) -> DocumentOutcome:
        pdf = self._pdf_of(wanted.id)
        made = DocumentOutcome(wanted.id, wanted.title, wanted.sha256, "restored")
        if pdf is None:
            made.outcome, made.reason = "missing", f"no PDF with the SHA-256 {wanted.sha256} was given"
        else:
            made.pdf = pdf.path.name
            made.printing = self._matched.printings[wanted.id][1] if wanted.id in self._matched.printings else None
            if pdf.parsed_as in self._unreadable:
                made.outcome, made.reason = "unreadable", self._unreadable[pdf.parsed_as]
        return made

    def _report(self, out: Path, documents: list[DocumentOutcome], rebuilt: Rebuilt) -> HydrationReport:
        theirs, ours = self._release.manifest.settings.get("packages"), versions()
        theirs = theirs if isinstance(theirs, dict) else {}
        differ = {name: (theirs.get(name), ours[name]) for name in ours if theirs.get(name) != ours[name]}
        return HydrationReport(
            release=self._release.manifest.name,
            version=self._release.manifest.version,
            folder=out,
            complete=rebuilt.complete,
            identical=not rebuilt.differing,
            differing=rebuilt.differing,
            documents=documents,
            refused=[self._refusal(given) for given in self._matched.refused],
            versions={name: (_text(old), _text(new)) for name, (old, new) in differ.items()},
        )

    def _refusal(self, given: Given) -> str:
        missing = [w for w in self._wanted if self._pdf_of(w.id) is None]
        expected = "; expected: " + "; ".join(w.name for w in missing[:_NAMED]) if missing else ""
        more = f"; and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        why = self._unreadable.get(given.parsed_as)
        cause = f" (it cannot be read: {why})" if why else ""
        return f"{given.path.name} is none of the sources of this release{cause}{expected}{more}"


def _parse_config(release: ReleaseFolder) -> Config:
    """The settings under which the sources were read.

    Raises:
        StorageError: the release does not say, or nonsense.
    """
    settings = release.manifest.settings.get("parse")
    try:
        return Config.model_validate({"parse": settings})
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        raise StorageError(
            f"{release.path}: its sources were read with settings that this version does not know: {where}: "
            f"{problem['msg']}",
            hint=f"it was made with corpusbuilder {release.manifest.tool_version}: use that version",
            repeat=False,
        ) from None


def _tell(outcome: DocumentOutcome, rebuilt: Rebuilt, document: str) -> None:
    outcome.restored = {config: rebuilt.restored[document, config] for config in ORDER}
    outcome.lost = {config: ids for config in ORDER if (ids := rebuilt.lost.get((document, config), []))}
    outcome.lost_because = dict(rebuilt.reasons.get(document, {}))
    outcome.images_of_equal_pixels = rebuilt.by_pixels[document]
    if outcome.outcome == "restored" and outcome.lost:
        outcome.outcome = "partly restored"


def _lacking(report: HydrationReport) -> str:
    parts = list(report.refused)
    for document in report.documents:
        lost = ", ".join(f"{len(ids)} {config}" for config, ids in document.lost.items())
        name = f"{document.title} ({document.id})"
        if document.outcome in {"missing", "unreadable"}:
            parts.append(f"{name} is {document.outcome}: {document.reason}")
        elif lost:
            parts.append(f"{name}, of {document.pdf}: not restored: {lost}")
    return f"{report.folder}: the dataset is not whole: " + ". ".join(parts)


def _advice(report: HydrationReport) -> str:
    if any(document.outcome == "missing" for document in report.documents):
        return f"the rest is restored; {REPORT} names all rows. Give the missing PDFs with --pdf and run it again"
    if report.versions:
        theirs = ", ".join(f"{name} {old}" for name, (old, _) in report.versions.items())
        return f"the release was made with {theirs}: with these versions more may be restored"
    return f"{REPORT} in this folder names all rows that are left out"


def _text(value: object) -> str | None:
    return None if value is None else str(value)

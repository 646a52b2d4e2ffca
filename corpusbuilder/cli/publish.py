"""``corpusbuilder publish``."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from corpusbuilder.cli.options import WorkspaceOptions, with_options

if TYPE_CHECKING:
    from corpusbuilder.backends.hub.address import HubAddress
    from corpusbuilder.config import Config
    from corpusbuilder.pipeline.publishing.plan import PublishReport
    from corpusbuilder.store.release import ReleaseFolder
    from corpusbuilder.store.workspace import Workspace

_INTERVAL_S = 5.0


class Gated(StrEnum):
    """How people get access."""

    AUTO = "auto"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Asked(WorkspaceOptions):
    """Where to, under which version, and who may see it."""

    writes: ClassVar[bool] = True

    revision: Annotated[
        str | None,
        typer.Option("--revision", metavar="VERSION", help="Publish as this version, such as v1.2.0: a tag."),
    ] = None
    private: Annotated[bool, typer.Option("--private", help="Make the repository private when it is made.")] = False
    gated: Annotated[
        Gated | None, typer.Option("--gated", help="Let people ask for access, when the repository is made.")
    ] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be uploaded, deleted and tagged. Send nothing.")
    ] = False
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="URL", help="Server to publish to.", show_default="HF_ENDPOINT, or the Hub"),
    ] = None
    token_env: Annotated[
        str, typer.Option("--token-env", metavar="NAME", help="Environment variable that holds the token.")
    ] = "HF_TOKEN"  # noqa: S105 - the name of a variable
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="RELEASE", help="Publish this release folder, such as a stand-off one."),
    ] = None
    branch: Annotated[str, typer.Option("--branch", help="Branch to publish to.")] = "main"
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=1, help="The longest that the server may say nothing.")
    ] = 30.0
    no_read_back: Annotated[
        bool, typer.Option("--no-read-back", help="Do not read what was sent from the server again before tagging.")
    ] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")] = False


@with_options(Asked)
def publish(
    options: Asked,
    repository: Annotated[str, typer.Argument(metavar="USER/NAME", help="The dataset's name on the Hub.")],
) -> None:
    """Publish the dataset on the Hugging Face Hub, or a server like it: one commit and one tag, or nothing."""
    from corpusbuilder.backends.hub.connection import Connection
    from corpusbuilder.cli.report import emit_json, say, tell
    from corpusbuilder.pipeline.publishing.check import check_release
    from corpusbuilder.pipeline.publishing.plan import PublishOptions, tag_for
    from corpusbuilder.pipeline.publishing.publish import publish as send

    address = _address(options, repository)
    told = Told(quiet=options.quiet)
    release = _release(options, told)
    asked = PublishOptions(
        tag=tag_for(release.manifest.version, options.revision),
        branch=options.branch,
        private=options.private,
        gated=None if options.gated is None else options.gated.value,
        read_back=not options.no_read_back,
        dry_run=options.dry_run,
    )
    check_release(release, told)
    with Connection(address, timeout_s=options.timeout) as connection:
        report = send(release, connection, asked, told)
    for note in report.notes:
        say(f"note: {note}")
    if options.as_json:
        emit_json({"ok": True, **report.as_json()})
        return
    for line in _lines(report, address):
        tell(line)


class Told:
    """Progress as lines on stderr, of which a long upload prints few."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._last = time.monotonic()

    def __call__(self, text: str) -> None:
        """A step begins."""
        from corpusbuilder.cli.report import say

        if not self._quiet:
            say(text)

    def sent(self, files: int, of_files: int, size: int, of_size: int) -> None:
        """Now and then a line, and one at the end."""
        if files == of_files or time.monotonic() - self._last >= _INTERVAL_S:
            self._last = time.monotonic()
            self(f"sent {files} of {of_files} large files, {size / 1e6:,.1f} of {of_size / 1e6:,.1f} MB")


def _address(options: Asked, repository: str) -> "HubAddress":
    from corpusbuilder.backends.hub.address import HUB, HubAddress, find_token, read_endpoint, read_repo_name

    name = read_repo_name(repository)
    endpoint = read_endpoint(options.endpoint or os.environ.get("HF_ENDPOINT", "").strip() or HUB)
    token, where = find_token(os.environ, options.token_env, endpoint)
    return HubAddress(endpoint, name, token, where)


def _release(options: Asked, told: Told) -> "ReleaseFolder":
    """The release to publish: the folder that was named, or the workspace's own, made if it is stale."""
    from corpusbuilder.cli.run import config_of
    from corpusbuilder.pipeline.publishing.plan import version_of
    from corpusbuilder.pipeline.releasing import release as make_release
    from corpusbuilder.pipeline.status import looker
    from corpusbuilder.store.release import ReleaseFolder
    from corpusbuilder.store.workspace import Workspace

    # A wrong --revision must not be found out after the release was made.
    version = None if options.revision is None else version_of(options.revision)
    if options.folder is not None:
        return ReleaseFolder.open(options.folder)
    overrides = [*(options.overrides or ()), *([] if version is None else [f'release.version="{version}"'])]
    config = config_of(options.workspace, overrides)
    workspace = Workspace(options.workspace.resolve())
    if unfinished := looker(workspace, config).unfinished():
        _refuse_a_part(options, workspace, config, unfinished)
    report = make_release(workspace, config, without=unfinished)
    told(f"release {'is current' if report.cached else 'made'}: {report.folder}")
    for note in report.notes:
        told(f"note: {note}")
    return ReleaseFolder.open(report.folder)


def _refuse_a_part(options: Asked, workspace: "Workspace", config: "Config", unfinished: dict[str, str]) -> None:
    """A tag is for ever: a corpus of which some documents are stale is not what somebody means to publish.

    Raises:
        UsageError: some documents are finished and some are not.
    """
    from corpusbuilder.errors import UsageError, command_line
    from corpusbuilder.pipeline.sources import known_sources
    from corpusbuilder.records.ids import document_id

    names = {document_id(source.sha256): Path(source.path).name for source in known_sources(workspace)}
    if unfinished.keys() >= names.keys():
        return  # then there is nothing to release, which is told otherwise
    file, reason = min((names.get(document, document), reason) for document, reason in unfinished.items())
    folder = workspace.root / "release" / config.release_name
    raise UsageError(
        f"{options.workspace}: {len(unfinished)} of {len(names)} documents are not finished and would be missing, "
        f"such as {file} ({reason}); nothing was sent",
        hint=f"{command_line('build', '-w', options.workspace)}, with the same --set, finishes them. To publish "
        f"without them: {command_line('release', '-w', options.workspace)}, then publish with --folder {folder}",
    )


def _lines(report: "PublishReport", address: "HubAddress") -> Iterator[str]:
    """What was done, for a person."""
    from corpusbuilder.cli.report import counted

    would = "would be " if report.state == "would_publish" else ""
    if report.state == "current":
        yield f"{report.url} holds this release already: nothing to do"
    else:
        yield f"{report.url}: version {report.version} {would}published"
        if report.created and would:
            yield "  the repository would be made"
        size = f"{report.changed_bytes / 1e6:,.1f} MB"
        sent = "" if would else f", {report.sent_bytes / 1e6:,.1f} MB of them sent ahead in this run"
        yield f"  {counted(len(report.changed), 'file')} of {report.files} {would}uploaded ({size}{sent})"
        for name in report.changed if would else ():
            yield f"    + {name}"
        if report.deleted:
            yield f"  {counted(len(report.deleted), 'file')} of earlier releases {would}deleted"
        for name in report.deleted:
            yield f"    - {name}"
        if kept := [name for name in report.kept if name != ".gitattributes"]:
            yield f"  left as they are, being no part of a release: {', '.join(kept)}"
    if report.commit:
        yield f"  commit {report.commit}" + (f", tag {report.tag}" if report.tag and not would else "")
    elif report.tag:
        yield f"  tag {report.tag} would be made"
    if not would:
        yield _load_line(report, address)


def _load_line(report: "PublishReport", address: "HubAddress") -> str:
    from corpusbuilder.backends.hub.address import HUB

    revision = report.tag or report.branch
    elsewhere = "" if address.endpoint == HUB else f"with HF_ENDPOINT={address.endpoint}: "
    config = report.configs[0] if report.configs else "examples"
    return f'load it: {elsewhere}datasets.load_dataset("{report.repo}", "{config}", revision="{revision}")'

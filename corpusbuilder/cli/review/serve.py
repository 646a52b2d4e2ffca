"""``corpusbuilder review serve``."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from corpusbuilder.cli.options import JsonOption, WorkspaceOption, check_workspace
from corpusbuilder.cli.report import emit_json, reporting_errors, say, tell
from corpusbuilder.errors import MissingInputError, command_line

if TYPE_CHECKING:
    from corpusbuilder.backends.labelstudio.server.accounts import Credentials
    from corpusbuilder.backends.labelstudio.server.folder import ServerFolder
    from corpusbuilder.backends.labelstudio.server.installing import Installation
    from corpusbuilder.backends.labelstudio.server.running import RunningServer


def serve(
    *,
    workspace: WorkspaceOption = Path(),
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine.")] = 8080,
    label_studio: Annotated[
        Path | None,
        typer.Option("--label-studio", metavar="PATH", help="Use this label-studio script instead of installing one."),
    ] = None,
    install_only: Annotated[bool, typer.Option("--install-only", help="Install Label Studio, and stop.")] = False,
    new_credentials: Annotated[
        bool, typer.Option("--new-credentials", help="Make a new password and a new token, and show them.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a Label Studio for this workspace, on this machine only, until Ctrl-C."""
    with reporting_errors(as_json=as_json):
        from corpusbuilder.backends.labelstudio.server.folder import ServerFolder

        check_workspace(workspace, writes=True)
        folder = ServerFolder(workspace.resolve())
        show = _Shown(workspace, as_json=as_json)
        if install_only:
            show.installation(_install(folder, label_studio))
            return
        if not (workspace / "assets").is_dir():
            raise MissingInputError(
                f"{workspace}: there is no corpus here whose examples people could look at",
                hint=command_line("build", "BOOK.pdf", "-w", workspace),
            )
        with _ended_by_hangup():
            _serve(folder, label_studio, show, port=port, new_credentials=new_credentials)


def _serve(
    folder: "ServerFolder", label_studio: Path | None, show: "_Shown", *, port: int, new_credentials: bool
) -> None:
    """Run the server in the foreground, after what has to be done before."""
    from corpusbuilder.backends.labelstudio.server.accounts import has_account, make_account, remember_account
    from corpusbuilder.backends.labelstudio.server.ports import check_port
    from corpusbuilder.backends.labelstudio.server.running import locked, running

    with locked(folder) as lock:
        check_port(port)
        installation = _installation(folder, label_studio, lock)
        credentials = None
        if new_credentials or not has_account(folder):
            say("preparing Label Studio's database: half a minute the first time")
            credentials = make_account(folder, installation)
        with running(folder, installation, port=port, lock=lock) as server:
            show.server(server, installation, credentials)
            if credentials:
                remember_account(folder)
            try:
                server.wait()
            except KeyboardInterrupt:
                say("ended; what people annotated is kept in the workspace")


def _installation(folder: "ServerFolder", named: Path | None, lock: BinaryIO) -> "Installation":
    from corpusbuilder.backends.labelstudio.server.installing import existing, install

    return install(folder.venv, say, lock=lock) if named is None else existing(named)


def _install(folder: "ServerFolder", named: Path | None) -> "Installation":
    """Install only, which needs no lock where it is done already."""
    from corpusbuilder.backends.labelstudio.server.installing import installed
    from corpusbuilder.backends.labelstudio.server.running import locked

    if named is None and (there := installed(folder.venv)):
        return there
    with locked(folder) as lock:
        return _installation(folder, named, lock)


@contextmanager
def _ended_by_hangup() -> Iterator[None]:
    """A terminal that is closed ends the server in order, too."""
    before = signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a person, or a script, is told."""

    workspace: Path
    as_json: bool

    def installation(self, installation: "Installation") -> None:
        follows = command_line("review", "serve", "-w", self.workspace)
        if self.as_json:
            emit_json({"ok": True, "version": installation.version, "python": installation.python, "next": follows})
            return
        tell(f"Label Studio {installation.version} is installed: {installation.python}")
        tell(f"next: {follows}")

    def server(self, server: "RunningServer", installation: "Installation", credentials: "Credentials | None") -> None:
        """Where the server is and how to use it; this is the only time that credentials are shown."""
        from corpusbuilder.backends.labelstudio.server.accounts import USER

        result = {
            "ok": True,
            "url": server.url,
            "pid": server.process.pid,
            "version": installation.version,
            "user": USER,
            "password": credentials.password if credentials else None,
            "token": credentials.token if credentials else None,
            "sign_up": server.url + credentials.invitation if credentials else None,
            "next": command_line("review", "push", "-w", self.workspace),
        }
        if self.as_json:
            emit_json(result)
        else:
            tell(_explained(result))


def _explained(result: Mapping[str, object]) -> str:
    """The same for people, with lines that can be pasted into a shell."""
    url, port = result["url"], str(result["url"]).rpartition(":")[2]
    is_new = result["password"] is not None
    told = (
        f"password:  {result['password']}\n           password and token are shown this once: keep them"
        if is_new
        else "password and token: those shown at the first start; --new-credentials makes new ones"
    )
    where = result["sign_up"] or f"the link that {url}/organization gives under Add Members"
    return "\n".join(
        [
            f"Label Studio {result['version']} is up, for this machine only: {url} (Ctrl-C ends it)",
            "",
            f"user:      {result['user']}",
            told,
            "",
            f"export LABEL_STUDIO_URL={url}",
            f"export LABEL_STUDIO_API_KEY={result['token'] if is_new else 'THE_TOKEN'}",
            "",
            f"annotators make their own accounts at {where}",
            f"  from another machine, first: ssh -N -L {port}:127.0.0.1:{port} THIS_MACHINE",
            f"next: {result['next']}",
        ]
    )

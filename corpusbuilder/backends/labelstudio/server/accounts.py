"""The account that the owner of a workspace uses: made by us, kept by Label Studio only."""

import json
import secrets
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from corpusbuilder.backends.labelstudio.server.environment import INSIDE, environment
from corpusbuilder.backends.labelstudio.server.files import write_json
from corpusbuilder.backends.labelstudio.server.folder import ServerFolder
from corpusbuilder.backends.labelstudio.server.installing import Installation
from corpusbuilder.errors import BackendError, StorageError, storage_errors

USER: Final = "reviewer@localhost"
"""Label Studio wants something that looks like an e-mail address. Nothing is ever sent to it."""
_TIMEOUT_S: Final = 600
_LAST_LINES: Final = 8
_FULL: Final = ("disk is full", "No space left on device")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a person is shown once."""

    user: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    invitation: str = field(repr=False)
    """The path, below the server's URL, at which annotators make accounts of their own."""


def has_account(folder: ServerFolder) -> bool:
    """Whether somebody was shown credentials for this data folder."""
    return folder.accounts.exists() and any(folder.data.glob("*.sqlite3"))


def make_account(folder: ServerFolder, installation: Installation) -> Credentials:
    """Give the owner's account a new password and a new token; makes the database and the account if need be.

    No server may run on the data folder. Takes half a minute for a new database, 5 s for another.

    Raises:
        BackendError: Label Studio cannot do it; the message ends with its last lines.
        StorageError: the data folder cannot be made, or the disk is full.
    """
    password, token = secrets.token_urlsafe(12), secrets.token_hex(20)
    with storage_errors(folder.data):
        folder.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = _ask(folder, installation, {"email": USER, "password": password, "token": token})
    try:
        invitation = json.loads(said.splitlines()[-1])["invitation"]
    except (IndexError, KeyError, TypeError, ValueError):
        last = "\n  ".join(said.splitlines()[-_LAST_LINES:])
        if any(sign in last for sign in _FULL):
            raise StorageError(
                f"{folder.data}: no space left on the disk", hint="make room, then run it again"
            ) from None
        raise BackendError(
            f"Label Studio {installation.version} did not make an account in {folder.data}; it said:\n  {last}",
            hint=f"if its database is broken and holds nothing of worth, delete {folder.data}",
        ) from None
    return Credentials(USER, password, token, f"/user/signup/?token={invitation}")


def _ask(folder: ServerFolder, installation: Installation, wanted: Mapping[str, str]) -> str:
    """Run the program that makes accounts; what it said, the answer last."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [installation.python, INSIDE / "corpusbuilder_accounts.py"],
            input=json.dumps(wanted),
            env=environment(folder.data, folder.document_root),
            cwd=folder.data,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"(nothing for {_TIMEOUT_S} s)"
    return f"{done.stderr}\n{done.stdout}" if done.returncode == 0 else f"{done.stdout}\n{done.stderr}"


def remember_account(folder: ServerFolder) -> None:
    """Note that the credentials were shown: from now on they are not made anew.

    Raises:
        StorageError: the folder cannot be written.
    """
    write_json(folder.accounts, {"user": USER})

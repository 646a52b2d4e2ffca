"""Puts Label Studio into a Python environment of its own: it wants other versions of what we need."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Final

from corpusbuilder.errors import BackendError, StorageError

REQUIREMENT: Final = "label-studio>=1.23,<1.24"
"""What the page and the client were tested with."""
SPACE_BYTES: Final = 1_500_000_000
"""What an installation takes while it is under way; 1.0 GB stay."""
_VERSIONS: Final = ("1.23", "1.24")
_COMPLETE: Final = "corpusbuilder.json"
_EVERY_S: Final = 10.0
_LAST_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Installation:
    """A Label Studio that can be started."""

    python: Path
    """The interpreter that can import it."""
    version: str


def installed(venv: Path) -> Installation | None:
    """What was installed into ``venv`` by `install`, completely and as now required; otherwise None."""
    try:
        made = json.loads((venv / _COMPLETE).read_bytes())
    except (OSError, ValueError):
        return None
    python = venv / "bin" / "python"
    if not isinstance(made, dict) or made.get("requirement") != REQUIREMENT or not python.exists():
        return None
    return Installation(python, str(made.get("version")))


def install(venv: Path, say: Callable[[str], None], *, lock: BinaryIO | None = None) -> Installation:
    """Install Label Studio into ``venv``, unless it is there; what an interrupted run left is made anew.

    pip gets ``lock``, too: if only this process is killed, nobody else begins before pip has ended.

    Raises:
        StorageError: the folder cannot be written, or the disk is or would be full.
        BackendError: pip is missing or fails; the message ends with its last lines.
    """
    if there := installed(venv):
        return there
    if importlib.util.find_spec("pip") is None:
        raise BackendError(
            f"installing Label Studio needs pip, which {sys.executable} does not have",
            hint="python -m ensurepip, or name a Label Studio that is installed: --label-studio PATH",
        )
    try:
        _make_empty(venv)
    except OSError as error:
        raise StorageError(f"{venv}: {error.strerror or error}", hint="check the folder and its permissions") from error
    say(f"installing Label Studio into {venv}: once, about 75 s and 1 GB")
    python = venv / "bin" / "python"
    pip = ["-m", "pip", "--python", str(python), "install", "--disable-pip-version-check", REQUIREMENT]
    for command in (["-m", "venv", "--without-pip", str(venv)], pip):
        _run([sys.executable, *command], say, lock)
    found = existing(python)
    made = {"requirement": REQUIREMENT, "version": found.version}
    try:
        partial = venv / f"{_COMPLETE}.tmp"
        partial.write_text(json.dumps(made))
        partial.replace(venv / _COMPLETE)
    except OSError as error:
        raise StorageError(f"{venv}: {error.strerror or error}", hint="make room, then run it again") from error
    return found


def existing(executable: Path) -> Installation:
    """The Label Studio that ``executable`` belongs to: its ``label-studio`` script, or its Python.

    Raises:
        BackendError: there is none, or it is of another version.
    """
    place = executable.resolve().parent if executable.name == "label-studio" else executable.parent
    python = executable if executable.name.startswith("python") else place / "python"
    hint = "name the label-studio script of its Python environment, or let it be installed: leave --label-studio away"
    ask = "from importlib.metadata import version; print(version('label-studio'))"
    try:
        asked = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - named by the user
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackendError(f"{executable}: there is no Python beside it that runs: {error}", hint=hint) from None
    version = asked.stdout.strip()
    if asked.returncode or not version:
        raise BackendError(f"{executable}: its Python, {python}, has no label-studio", hint=hint)
    if not _numbers(_VERSIONS[0]) <= _numbers(version) < _numbers(_VERSIONS[1]):
        raise BackendError(f"{executable}: this is Label Studio {version}; {REQUIREMENT} is needed", hint=hint)
    return Installation(python, version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def _make_empty(venv: Path) -> None:
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)
    venv.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(venv.parent).free < SPACE_BYTES:
        raise StorageError(
            f"{venv}: Label Studio takes {SPACE_BYTES / 1e9:.1f} GB while it is installed, and this disk has less",
            hint="make room, or name a Label Studio that is installed: --label-studio PATH",
        )


def _run(command: list[str], say: Callable[[str], None], lock: BinaryIO | None = None) -> None:
    """Run a program that takes long, saying now and then that it still does. Whatever it started ends with it.

    Raises:
        StorageError: it found the disk full.
        BackendError: it failed otherwise.
    """
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock.fileno()] if lock else [],
        )
        try:
            while True:
                try:
                    code = process.wait(timeout=_EVERY_S)
                    break
                except subprocess.TimeoutExpired:
                    say(f"  still installing, {time.monotonic() - began:.0f} s")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if code:
            raise _failure(output)


def _failure(output: IO[bytes]) -> StorageError | BackendError:
    output.seek(0)
    lines = [line for line in output.read().decode(errors="replace").splitlines() if line.strip()]
    last = "\n  ".join(lines[-_LAST_LINES:])
    if "No space left on device" in last or "Disk quota exceeded" in last:
        return StorageError(
            f"no space left on the disk while Label Studio was installed; pip said:\n  {last}",
            hint="make room, then run it again: it begins anew",
        )
    return BackendError(
        f"Label Studio could not be installed; pip said:\n  {last}",
        hint="check the network and pip's configuration; or name one that is installed: --label-studio PATH",
    )

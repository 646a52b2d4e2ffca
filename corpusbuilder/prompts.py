"""Finds prompts: versioned Markdown files with front matter, ``<task>/<name>.v<N>.<en|fr>.md``.

The highest version of a prompt is used. A folder ``prompts/`` in the workspace wins over the shipped one, file by file.
"""

import difflib
import hashlib
import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from corpusbuilder.errors import ConfigError, MissingInputError
from corpusbuilder.records.prompt import Prompt

_FILE_NAME: Final = re.compile(r"(?P<name>[a-z0-9_-]+)\.v(?P<version>\d+)\.(?P<language>[a-z]{2})\.md")
_FRONT_MATTER: Final = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<body>.*)\Z", re.DOTALL)
_REQUIRED: Final = frozenset({"task", "version"})
_ALLOWED: Final = _REQUIRED | {"output_schema"}


def load_prompts(task: str, language: str, *, own: Path | None = None) -> dict[str, Prompt]:
    """All prompts of ``task`` in ``language`` by name, each in its highest version.

    Args:
        task: a folder under ``prompts/``.
        language: ``en`` or ``fr``.
        own: a folder of the user's with the same structure; its files win.

    Raises:
        MissingInputError: there is none.
        ConfigError: a file has no valid front matter.
    """
    if own is not None:
        _check_names(own / task, {name for name, _, _ in _files(data_folder("prompts") / task, language)}, language)
    found: dict[str, tuple[int, Path]] = {}
    for root in filter(None, (data_folder("prompts"), own)):
        for name, version, path in _files(root / task, language):
            if name not in found or version >= found[name][0]:
                found[name] = (version, path)
    if not found:
        raise MissingInputError(f"there are no {language!r} prompts for the task {task!r}")
    return {name: read_prompt(path) for name, (_, path) in sorted(found.items())}


def read_prompt(path: Path) -> Prompt:
    """One prompt file.

    Raises:
        ConfigError: its name or front matter is not as it should be; the message names the file.
    """
    raw = path.read_bytes()
    named = _FILE_NAME.fullmatch(path.name)
    parts = _FRONT_MATTER.match(raw.decode("utf-8"))
    if not named or not parts:
        raise ConfigError(
            f"{path}: a prompt is <name>.v<N>.<en|fr>.md and starts with front matter between '---' lines"
        )
    head = dict(_fields(parts["head"], path))
    if _REQUIRED - head.keys() or head.keys() - _ALLOWED:
        raise ConfigError(f"{path}: front matter needs {sorted(_REQUIRED)} and may have {sorted(_ALLOWED - _REQUIRED)}")
    if head["version"] != named["version"] or head["task"] != path.parent.name:
        raise ConfigError(f"{path}: task and version in the front matter differ from the file's folder and name")
    return Prompt(
        id=f"{head['task']}/{named['name']}.v{named['version']}.{named['language']}",
        task=head["task"],
        name=named["name"],
        version=int(named["version"]),
        language=named["language"],
        output_schema=head.get("output_schema"),
        text=parts["body"],
        sha256=hashlib.sha256(raw).hexdigest(),
    )


@cache
def data_folder(name: str) -> Path:
    """A root-level data folder: inside the installed package, or at the root of a source checkout.

    Raises:
        MissingInputError: it is in neither place: the installation is broken.
    """
    package = Path(str(resources.files("corpusbuilder")))
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise MissingInputError(f"the folder {name!r} of corpusbuilder is missing", hint="install corpusbuilder again")


def _check_names(folder: Path, known: Collection[str], language: str) -> None:
    """Refuse a file of the user's that would be passed over without a word.

    Raises:
        ConfigError: its name is not that of a prompt.
    """
    for path in sorted(folder.glob("*.md")):
        named = _FILE_NAME.fullmatch(path.name)
        if named is None:
            raise ConfigError(f"{path}: a prompt is called <name>.v<N>.<en|fr>.md, such as questions.v1.fr.md")
        if named["language"] == language and known and named["name"] not in known:
            close = difflib.get_close_matches(named["name"], sorted(known), n=1)
            advice = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
            raise ConfigError(f"{path}: there is no prompt called {named['name']!r}: {advice}")


def _files(folder: Path, language: str) -> Iterator[tuple[str, int, Path]]:
    for path in sorted(folder.glob(f"*.{language}.md")):
        if named := _FILE_NAME.fullmatch(path.name):
            yield named["name"], int(named["version"]), path


def _fields(head: str, path: Path) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            raise ConfigError(f"{path}: front matter line {line!r} is not 'key: value'")
        yield key.strip(), value.strip()

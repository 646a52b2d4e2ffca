"""One commit or none, one tag or none, whatever becomes of the answers."""

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from corpusbuilder.backends.hub.address import quoted
from corpusbuilder.backends.hub.connection import ATTEMPTS
from corpusbuilder.backends.hub.failures import GOES_ON, LostError, RefusedError
from corpusbuilder.backends.hub.files import LocalFile, RemoteFile
from corpusbuilder.backends.hub.repository import Repository
from corpusbuilder.errors import BackendError

ATTRIBUTES: Final = ".gitattributes"
"""Which files are in LFS. The server itself writes into it."""
_CONFLICT: Final = frozenset({409, 412})
_LOOKS: Final = 3
"""How often one looks for what must be there: a server of several machines may need a moment."""


class MovedError(BackendError):
    """Somebody else has written to the branch. Nothing of ours is half done."""


@dataclass(frozen=True, slots=True)
class Change:
    """One commit to be, on top of what was read."""

    branch: str
    parent: str | None
    """None in a repository without a commit."""
    before: Mapping[str, RemoteFile]
    """All files of the parent."""
    release: Sequence[LocalFile]
    """All files of the release."""
    added: Collection[str]
    """Names of those that the parent does not hold."""
    deleted: Sequence[str]


def differences(repository: Repository, change: Change, made: str) -> list[str]:
    """What is otherwise in a commit than it is to be: one sentence a file."""
    after = repository.files(made)
    ours = {file.name for file in change.release}
    kept = {name: file for name, file in change.before.items() if name not in ours and name not in change.deleted}
    return [
        *(f"{name} is missing" for name in sorted((ours | kept.keys()) - after.keys())),
        *(
            f"{file.name} is another file"
            for file in repository.others(made, after, change.release)
            if file.name in after
        ),
        *(
            f"{name} is another file than before"
            for name in kept
            if name in after and name != ATTRIBUTES and after[name] != kept[name]
        ),
        *(f"{name} is too many" for name in sorted(after.keys() - ours - kept.keys() - {ATTRIBUTES})),
    ]


def commit(repository: Repository, change: Change, apart: Collection[str], summary: str, description: str) -> str:
    """Make the commit, or find that it was made; its name.

    Args:
        repository: to commit to.
        change: what is to be.
        apart: names of the files whose content is in LFS already.
        summary: the first line of its message.
        description: the rest.

    Raises:
        MovedError: the branch has moved: nothing was committed.
        BackendError: it is not known to be there, or is not what was sent.
    """
    lines = _lines(change, apart, summary, description)
    path = f"{repository.address.api}/commit/{quoted(change.branch)}"
    doing = f"committing to {repository.address.repo}"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            document = repository.connection.post_lines(path, doing, lines).document
        except (RefusedError, LostError) as error:
            # It may have been carried out all the same: by this request, or by one that was given up before.
            if (made := _made(repository, change)) is not None:
                return made
            if isinstance(error, RefusedError) and error.status in _CONFLICT:
                raise _moved(repository, change, error.message) from None
            if attempt == ATTEMPTS or not repository.connection.pause(attempt, error):
                raise
        else:
            named = document.get("commitOid") if isinstance(document, dict) else None
            return _verified(repository, change, named if isinstance(named, str) else None)
    raise AssertionError  # the last attempt returns or raises


def _made(repository: Repository, change: Change) -> str | None:
    """The head of the branch when it is what was to be; None while it is still the parent.

    Raises:
        MovedError: it is neither.
    """
    head = repository.commit_of(change.branch)
    if head == change.parent:
        return None
    if head is None or (found := differences(repository, change, head)):
        more = "" if head is None else f": {found[0]}"
        raise _moved(repository, change, f"its head is {head or 'gone'}, which is not this release{more}")
    return head


def _verified(repository: Repository, change: Change, named: str | None) -> str:
    """The commit that the server says it has made, when it is what was to be.

    Raises:
        BackendError: it is not.
    """
    made, found = named, ["it has no new head"]
    for attempt in range(1, _LOOKS + 1):
        head = repository.commit_of(change.branch)
        if head is not None and head != change.parent:
            # When somebody has built on it already, it is not the head any more.
            made = named or head
            found = differences(repository, change, made)
            if not found:
                return made
        if attempt < _LOOKS:
            repository.connection.wait(attempt)
    address = repository.address
    raise BackendError(
        f"{address.endpoint} says that it has committed, but {made or 'the branch'} of {address.repo} is not what was "
        f"sent: {_some(found)}",
        hint=f"the server is not to be trusted with this; look at {address.page}/tree/{change.branch}",
    )


def _moved(repository: Repository, change: Change, what: str) -> MovedError:
    """The branch is not what it was when it was read."""
    return MovedError(
        f"{change.branch} of {repository.address.repo} has moved since it was read ({change.parent or 'empty'}): "
        f"{what}. Nothing was committed over it",
        hint=f"see what is there now: {repository.address.page}/commits/{change.branch}; the same command compares "
        "again and goes on from there",
    )


def tag(repository: Repository, name: str, made: str) -> None:
    """Make a tag that points to a commit, or find that it does.

    Raises:
        BackendError: it points elsewhere, or cannot be made. It is never moved.
    """
    address = repository.address
    for attempt in range(1, ATTEMPTS + 1):
        failure: RefusedError | LostError | None = None
        try:
            path = f"{address.api}/tag/{quoted(made)}"
            doing = f"tagging {made[:12]} as {name}"
            repository.connection.post(path, doing, {"tag": name}, once=True, reads_json=False)
        except (RefusedError, LostError) as error:
            failure = error
        there = repository.tagged(name)
        if there == made:
            return
        if there is not None:
            raise BackendError(
                f"the tag {name} of {address.repo} points to {there}, not to {made}, where the release is; tags are "
                "not moved",
                hint=f"the release is on its branch at {made}; publish it under another version, or see "
                f"{address.page}/tree/{name}",
                repeat=False,
            )
        if failure is None:
            failure = LostError(f"{address.endpoint} says that it has tagged, but has no tag {name}", hint=GOES_ON)
        if attempt == ATTEMPTS or not repository.connection.pause(attempt, failure):
            raise failure


def _lines(change: Change, apart: Collection[str], summary: str, description: str) -> list[object]:
    header = {"summary": summary, "description": description}
    if change.parent is not None:
        header["parentCommit"] = change.parent
    lines: list[object] = [{"key": "header", "value": header}]
    lines += ({"key": "deletedFile", "value": {"path": name}} for name in change.deleted)
    for file in change.release:
        if file.name not in change.added:
            continue
        if file.name in apart:
            value = {"path": file.name, "algo": "sha256", "oid": file.sha256, "size": file.size}
            lines.append({"key": "lfsFile", "value": value})
        else:
            content = base64.b64encode(file.content()).decode()
            lines.append({"key": "file", "value": {"content": content, "path": file.name, "encoding": "base64"}})
    return lines


def _some(sentences: Sequence[str]) -> str:
    more = f"; and {len(sentences) - 3} more" if len(sentences) > 3 else ""
    return "; ".join(sentences[:3]) + more

"""What a dataset repository holds and says of itself, and the small changes to it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

from corpusbuilder.backends.hub.address import quoted
from corpusbuilder.backends.hub.connection import ATTEMPTS, Connection
from corpusbuilder.backends.hub.failures import LostError, RefusedError, not_a_hub
from corpusbuilder.backends.hub.files import LocalFile, RemoteFile
from corpusbuilder.errors import BackendError

Gate: TypeAlias = Literal["auto", "manual"]
Refs: TypeAlias = tuple[dict[str, str], dict[str, str]]
"""Commits by branch, and by tag."""

_MOST_PAGES: Final = 10_000
_READINGS: Final = 3
"""How often a file is read back that has other bytes than it should: a proxy may have mangled it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a repository says of itself."""

    private: bool | None
    """None when the server does not say."""
    gated: Gate | Literal[False] | None
    """False when everybody may read it; None when the server does not say."""
    head: str | None
    """The commit that it shows; None when it has none."""


class Repository:
    """One dataset repository. It may not exist yet."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.address = connection.address

    def account(self) -> tuple[str | None, bool]:
        """Whose the token is (None: not said), and whether it may write, as far as the server says.

        Raises:
            RefusedError: the token is not accepted.
            BackendError: there is no answer.
        """
        doing = "asking whose the token is"
        try:
            answer = self._mapping(self.connection.get("/api/whoami-v2", doing).document, doing)
        except RefusedError as error:
            if error.is_unknown_request:
                return None, True
            raise
        token = answer.get("auth")
        token = token.get("accessToken") if isinstance(token, dict) else None
        name = answer.get("name")
        return name if isinstance(name, str) else None, not isinstance(token, dict) or _may_write(token)

    def standing(self) -> Standing | None:
        """What it says of itself; None when it does not exist, or not for this token."""
        answer = self._information(None)
        if answer is None:
            return None
        private, gated = answer.get("private"), answer.get("gated")
        return Standing(
            private if isinstance(private, bool) else None,
            gated if gated in ("auto", "manual") or gated is False else None,
            self._head(answer),
        )

    def commit_of(self, revision: str) -> str | None:
        """The commit that a branch or a tag points to; None when there is none."""
        answer = self._information(revision)
        return None if answer is None else self._head(answer)

    def _head(self, answer: Mapping[str, Any]) -> str | None:
        commit = answer.get("sha")
        if commit is not None and not isinstance(commit, str):
            raise not_a_hub(self.address, "asking for a commit", "the commit has no name")
        return commit or None

    def refs(self) -> Refs | None:
        """The commits of all branches and of all tags by name; None when the server does not list them."""
        doing = "listing branches and tags"
        try:
            answer = self._mapping(self.connection.get(f"{self.address.api}/refs", doing).document, doing)
        except RefusedError as error:
            if error.is_unknown_request:
                return None
            raise
        try:
            branches, tags = (
                {str(ref["name"]): str(ref["targetCommit"]) for ref in answer.get(kind) or ()}
                for kind in ("branches", "tags")
            )
        except (KeyError, TypeError):
            raise not_a_hub(self.address, doing, "a ref has no name or no commit") from None
        # A server that says nothing of tags does not say that there are none: it is asked for each by name.
        return (branches, tags) if "branches" in answer and "tags" in answer else None

    def tagged(self, tag: str, refs: Refs | None = None) -> str | None:
        """The commit that a tag points to; None when there is no such tag. ``refs``: as they were just read."""
        refs = refs or self.refs()
        if refs is not None and tag not in refs[1]:
            return None
        # The list may name the tag's own object instead of the commit.
        return self.commit_of(tag) or (refs[1][tag] if refs else None)

    def files(self, revision: str) -> dict[str, RemoteFile]:
        """Every file of a commit by its place."""
        doing = "listing the files"
        return {file.name: file for file in self._listed(revision, doing)}

    def others(self, commit: str, there: Mapping[str, RemoteFile], files: Iterable[LocalFile]) -> list[LocalFile]:
        """Those of ``files`` that a commit, whose files are ``there``, does not hold as they are here.

        A file outside LFS that may have our size and has not our name in git is read: not every server names content
        as git.
        """
        return [file for file in files if not self._holds(commit, there.get(file.name), file)]

    def _holds(self, commit: str, remote: RemoteFile | None, file: LocalFile) -> bool:
        if remote is None or remote.holds(file):
            return remote is not None
        if remote.lfs_sha256 is not None or remote.size not in {None, file.size}:
            return False
        place, doing = self._place(commit, file.name), f"comparing {file.name}"
        return self.connection.fingerprint(place, doing, size=file.size) == file.sha256

    def read(self, revision: str, name: str) -> bytes:
        """The bytes of a small file of a commit."""
        return self.connection.read(self._place(revision, name), f"reading {name}")

    def check(self, revision: str, file: LocalFile) -> None:
        """Read a file of a commit back.

        Raises:
            BackendError: the server gives out other bytes than ours.
        """
        place, doing = self._place(revision, file.name), f"reading {file.name} back"
        for _ in range(_READINGS):
            if self.connection.fingerprint(place, doing, size=file.size) == file.sha256:
                return
        raise BackendError(
            f"{self.address.endpoint} gives out other bytes for {file.name} than those that were sent: its SHA-256 in "
            f"commit {revision[:12]} of {self.address.repo} differs",
            hint="the server's storage is not to be trusted: tell whoever runs it",
        )

    def create(self, *, private: bool) -> bool:
        """Make it; False when it was there. When the answer is lost, looking tells whether it was made.

        Raises:
            BackendError: the server does not make it.
        """
        doing = f"making {self.address.repo}"
        user, _, name = self.address.repo.partition("/")
        body = {"name": name, "organization": user, "type": "dataset"}
        if private:
            body["visibility"] = "private"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self.connection.post("/api/repos/create", doing, body, once=True, reads_json=False)
            except (RefusedError, LostError) as error:
                if self.standing() is not None:
                    return not isinstance(error, RefusedError) or error.status >= 500
                if attempt == ATTEMPTS or not self.connection.pause(attempt, error):
                    raise
            else:
                return True
        raise AssertionError  # the last attempt returns or raises

    def set_up(self, *, private: bool | None = None, gated: Gate | None = None) -> None:
        """Change who may see it."""
        body = {
            **({} if private is None else {"visibility": "private" if private else "public"}),
            **({} if gated is None else {"gated": gated}),
        }
        self.connection.put(f"{self.address.api}/settings", "changing who may see it", body)

    def _information(self, revision: str | None) -> Mapping[str, Any] | None:
        path, doing = self.address.api, f"looking at {self.address.repo}"
        if revision is not None:
            path += f"/revision/{quoted(revision)}"
        try:
            return self._mapping(self.connection.get(path, doing).document, doing)
        except RefusedError as error:
            if error.is_absence:
                return None
            raise

    def _listed(self, revision: str, doing: str) -> Iterator[RemoteFile]:
        path: str | None = f"{self.address.api}/tree/{quoted(revision)}"
        params: Mapping[str, str] | None = {"recursive": "true", "expand": "false"}
        for _ in range(_MOST_PAGES):
            if path is None:
                return
            reply = self.connection.get(path, doing, params)
            if not isinstance(reply.document, list):
                raise not_a_hub(self.address, doing, "a listing is a list")
            try:
                yield from (RemoteFile.of(entry) for entry in reply.document if entry["type"] != "directory")
            except (KeyError, TypeError, ValueError, AttributeError):
                raise not_a_hub(self.address, doing, "a file has no path or no content") from None
            path, params = reply.next_page, None
        raise not_a_hub(self.address, doing, "the listing does not end")

    def _place(self, revision: str, name: str) -> str:
        return f"/datasets/{self.address.repo}/resolve/{quoted(revision)}/{quote(name)}"

    def _mapping(self, document: Any, doing: str) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON
        if not isinstance(document, dict):
            raise not_a_hub(self.address, doing, "expected an object")
        return document


def _may_write(token: Mapping[str, Any]) -> bool:
    """Whether a token may write somewhere, as far as its description says."""
    rights = token.get("fineGrained")
    if token.get("role") != "fineGrained" or not isinstance(rights, dict):
        return token.get("role") != "read"
    scoped = [one.get("permissions") for one in _items(rights.get("scoped")) if isinstance(one, dict)]
    names = [name for some in (rights.get("global"), *scoped) for name in _items(some) if isinstance(name, str)]
    # A server may describe it in other words: then the server itself will say no.
    return not names or any("write" in name for name in names)


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

"""Which repository on which server, and how it is spoken of without giving away what opens it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from corpusbuilder.backends.http.secrets import Secrets
from corpusbuilder.errors import BackendError, MissingExtraError, UsageError

HUB: Final = "https://huggingface.co"
TOKEN_ENV: Final = "HF_TOKEN"  # noqa: S105 - the name of a variable
_PART: Final = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?")
"""What the Hub allows as the name of a user or of a repository."""


@dataclass(frozen=True)
class HubAddress:
    """A dataset repository on a server that speaks the Hub's protocol."""

    endpoint: str
    """Without trailing slash, user info and query."""
    repo: str
    """``user/name``."""
    token: str | None = field(default=None, repr=False)
    token_from: str = "no token"  # noqa: S105 - words for messages
    """Where the token comes from, for messages: ``the token in HF_TOKEN``."""

    @property
    def page(self) -> str:
        """What a person opens."""
        return f"{self.endpoint}/datasets/{self.repo}"

    @property
    def api(self) -> str:
        """Path of what is asked about the repository."""
        return f"/api/datasets/{self.repo}"

    def words(self, text: str) -> str:
        """The server's words for a message of ours: short, and without the token."""
        return Secrets.of((self.token,)).words(text)


def quoted(revision: str) -> str:
    """A branch, tag or commit as one part of a path."""
    return quote(revision, safe="")


def read_repo_name(text: str) -> str:
    """``user/name`` as given.

    Raises:
        UsageError: the Hub has no such names.
    """
    user, slash, name = text.partition("/")
    if not slash or not _PART.fullmatch(user) or not _PART.fullmatch(name) or name.endswith(".git"):
        raise UsageError(
            f"{text}: not the name of a dataset repository",
            hint="expected user/name or organisation/name: letters, digits, '-', '_' and '.', such as marie/plants",
        )
    return text


def read_endpoint(text: str) -> str:
    """The address of a server as given.

    Raises:
        UsageError: it cannot be one.
    """
    # What was given is not repeated: it may hold a password.
    wrong = UsageError(
        "--endpoint (or HF_ENDPOINT) is not the address of a server",
        hint=f"such as {HUB} or http://localhost:8080, without user, password and query",
    )
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
        raise wrong
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise wrong
    netloc = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))


def find_token(environ: Mapping[str, str], variable: str, endpoint: str) -> tuple[str | None, str]:
    """The token, and where it comes from in words.

    It is read from ``variable``. Where that is the usual one, is not set and the server is the Hub itself, the login
    that ``hf auth login`` has stored is taken: never for another server, which it was not meant for.

    Raises:
        BackendError: the token cannot be sent.
        MissingExtraError: `huggingface_hub` is not installed.
    """
    token, where = environ.get(variable, "").strip(), f"the token in {variable}"
    if not token and variable == TOKEN_ENV and endpoint == HUB:
        token, where = _stored_login() or "", "the login that `hf auth login` has stored"
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise BackendError(
            f"{where} holds characters that cannot be sent", hint=f"set {variable} to the token alone", repeat=False
        )
    return token or None, where


def _stored_login() -> str | None:
    try:
        from huggingface_hub import get_token
        from huggingface_hub.errors import DeviceCodeError, HfHubHTTPError, OIDCError
    except ImportError:
        raise MissingExtraError("huggingface_hub", "release", purpose="publishing") from None
    try:
        return get_token()
    except (DeviceCodeError, HfHubHTTPError, OIDCError, OSError) as error:
        raise BackendError(
            f"the stored login of the Hub cannot be used: {Secrets().words(str(error))}",
            hint=f"hf auth login, or export {TOKEN_ENV}=…",
        ) from None

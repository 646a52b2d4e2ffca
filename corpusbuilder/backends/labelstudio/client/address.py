"""Where the server is, and how it is spoken of without giving away what opens it."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from corpusbuilder.backends.http.secrets import Secrets
from corpusbuilder.errors import BackendError

_PAGE: Final = re.compile(r"/(?:projects|user|api|tasks|organization)(?:/.*)?$")
"""What follows the server's own address in a browser's address bar."""
_E_MAIL: Final = re.compile(r"[^\s@\"'<>,;:]+@[^\s@\"'<>,;:]+\.[^\s@\"'<>,;:]+")


@dataclass(frozen=True)
class Address:
    """A server with what opens it."""

    url: str
    """Without trailing slash, user info, query and page."""
    url_env: str
    api_key_env: str
    api_key: str = field(repr=False)

    @property
    def is_personal(self) -> bool:
        """Whether the key is a personal access token (a JWT that is exchanged for others), not a legacy token."""
        return self.api_key.count(".") == 2

    def words(self, text: str) -> str:
        """The server's words for a message of ours: short, without the key and without anybody's e-mail address."""
        return Secrets((self.api_key,)).words(_E_MAIL.sub("[e-mail]", text))


def read_address(url: str, api_key: str, *, url_env: str, api_key_env: str) -> Address:
    """The address as a person gave it, often from the browser's address bar.

    Raises:
        BackendError: it cannot be one, or the key cannot be sent.
    """
    wrong = BackendError(
        f"{url_env} is not the address of a server",
        hint=f"export {url_env}=http://localhost:8080, or wherever your Label Studio is",
    )
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:%-]+", host):
        raise wrong
    netloc = f"[{host}]" if ":" in host else host
    netloc += "" if port is None else f":{port}"
    path = _PAGE.sub("", parts.path.rstrip("/"))
    api_key = api_key.strip()
    if not api_key or not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
        raise BackendError(f"{api_key_env} holds no key that can be sent", hint=f"set {api_key_env} to the key alone")
    return Address(urlunsplit((parts.scheme, netloc, path, "", "")), url_env, api_key_env, api_key)

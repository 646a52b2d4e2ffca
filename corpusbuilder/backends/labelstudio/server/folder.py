"""Where the files of a workspace's server lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerFolder:
    """A workspace's server on disk; nothing need exist."""

    workspace: Path
    """An absolute path."""

    @property
    def root(self) -> Path:
        """Everything below is ours."""
        return self.workspace / "review" / "server"

    @property
    def venv(self) -> Path:
        """The Python environment."""
        return self.root / "venv"

    @property
    def data(self) -> Path:
        """What Label Studio keeps."""
        return self.root / "data"

    @property
    def document_root(self) -> Path:
        """The only folder that it may serve files of; holds nothing but `served_assets`."""
        return self.root / "images"

    @property
    def served_assets(self) -> Path:
        """A link to the workspace's assets. Label Studio serves no document root itself, only folders in it."""
        return self.document_root / "assets"

    @property
    def accounts(self) -> Path:
        """Says that the data folder has an account whose credentials somebody was shown; holds none of them."""
        return self.root / "accounts.json"

    @property
    def lock(self) -> Path:
        """Locked by the server's process itself."""
        return self.root / "lock"

    @property
    def marker(self) -> Path:
        """Where the running server is to be found."""
        return self.root / "running.json"

    @property
    def log(self) -> Path:
        """What the last server said."""
        return self.root / "server.log"

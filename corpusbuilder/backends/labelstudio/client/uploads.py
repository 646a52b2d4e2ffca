"""Images on the server: uploaded, or lying in a folder of its own disk."""

import re
from pathlib import Path
from typing import Final

from corpusbuilder.backends.labelstudio.client.connection import Connection
from corpusbuilder.backends.labelstudio.client.failures import not_label_studio
from corpusbuilder.backends.labelstudio.client.records import (
    ImportAnswer,
    StorageAnswer,
    UploadAnswer,
    read_answer,
    read_answers,
)

_DOING: Final = "uploading an image"
_SERVING: Final = "letting a project show local files"
_MARK: Final = re.compile(r"[0-9a-f]{8}-")
"""What the server puts before the name of every file."""


class Uploads:
    """Files of one project. The server keeps every upload under a new name, so that we look before we send."""

    def __init__(self, connection: Connection, project_id: int) -> None:
        self._connection = connection
        self._project_id = project_id
        self._known: dict[tuple[str, int | None], str] | None = None

    def upload(self, name: str, media_type: str, data: bytes) -> str:
        """The address of a file in task data, relative to the server: a browser that is logged in can show it.

        Args:
            name: says the content (a hash), in letters, digits, ``-``, ``_`` and one ``.``.
            media_type: such as image/png.
            data: the file.

        Raises:
            BackendError: the server does not take it.
        """
        known = self._known_files()
        key = (name, len(data))
        if key not in known:
            # It becomes a file and no task: `commit_to_project`.
            answer = self._connection.send(
                "POST",
                f"/api/projects/{self._project_id}/import",
                _DOING,
                params={"commit_to_project": "false"},
                file=(name, data, media_type),
            )
            ids = read_answer(ImportAnswer, answer, self._connection.address, _DOING).file_upload_ids
            if len(ids) != 1:
                raise not_label_studio(self._connection.address, _DOING)
            answer = self._connection.get(f"/api/import/file-upload/{ids[0]}", _DOING)
            known[key] = _address(read_answer(UploadAnswer, answer, self._connection.address, _DOING))
        return known[key]

    def _known_files(self) -> dict[tuple[str, int | None], str]:
        if self._known is None:
            path = f"/api/projects/{self._project_id}/file-uploads"
            answer = self._connection.get(path, "listing uploaded images", {"all": "true"})
            files = read_answers(UploadAnswer, answer, self._connection.address, "listing uploaded images")
            self._known = {(_name(file), file.size): _address(file) for file in files}
        return self._known

    def serve_folder(self, folder: Path) -> None:
        """Let the project show what lies in a folder of the server's own disk, below its document root.

        Raises:
            BackendError: the server does not serve files of its disk, or not this folder.
        """
        address, params = self._connection.address, {"project": self._project_id}
        answer = self._connection.get("/api/storages/localfiles", _SERVING, params)
        if str(folder) not in {one.path for one in read_answers(StorageAnswer, answer, address, _SERVING)}:
            body = {**params, "path": str(folder), "title": "corpusbuilder", "use_blob_urls": True}
            self._connection.send("POST", "/api/storages/localfiles", _SERVING, body=body)


def _name(file: UploadAnswer) -> str:
    """As it was called when it was uploaded."""
    return _MARK.sub("", file.file.rpartition("/")[2], count=1)


def _address(file: UploadAnswer) -> str:
    return "/data/" + file.file.lstrip("/")

"""A Label Studio server: what it is, and its projects."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final, Self

from corpusbuilder.backends.labelstudio.client.address import read_address
from corpusbuilder.backends.labelstudio.client.connection import Connection
from corpusbuilder.backends.labelstudio.client.failures import RefusedError, not_label_studio
from corpusbuilder.backends.labelstudio.client.project import RemoteProject, instruction_fields, project_of
from corpusbuilder.backends.labelstudio.client.records import ProjectAnswer, ProjectsAnswer, read_answer
from corpusbuilder.errors import BackendError

_OLDEST: Final = (1, 20)
_PAGE: Final = 100
_FIELDS: Final = "id,title,description,label_config,created_at,maximum_annotations"
_IN_ORDER: Final = "Sequential sampling"
"""Serves tasks by id, so in the order in which they were added. "Uncertainty sampling", by the predictions' scores,
would let later tasks come first, but once two people have annotated it takes any task at random. Where more than one
person sees a task, the server finishes tasks that somebody has begun before all others, at random; no setting of the
community edition changes that."""
_LISTINGS: Final = 4
"""How often projects are listed while others make and delete some."""
_IMAGES: Final = "corpusbuilder images"
"""Title of the project that holds them."""


@dataclass(frozen=True)
class Server:
    """A server that answered, and accepts the key."""

    url: str
    """Without a slash at its end, credentials and query."""
    version: str
    _connection: Connection = field(repr=False, compare=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._connection.close()

    def projects(self) -> list[RemoteProject]:
        """All projects that the key may see.

        Raises:
            BackendError: the server cannot be used.
        """
        found: dict[int, RemoteProject] = {}
        for _ in range(_LISTINGS):
            seen, is_whole = self._listed()
            found |= seen
            if is_whole:
                return list(seen.values())
        return list(found.values())

    def _listed(self) -> tuple[dict[int, RemoteProject], bool]:
        """Projects, and whether they are all: one that is deleted meanwhile moves others to pages that were read."""
        found: dict[int, RemoteProject] = {}
        counts: set[int] = set()
        number, left = 0, True
        while left:
            number += 1
            params: dict[str, str | int] = {"page": number, "page_size": _PAGE, "include": _FIELDS}
            answer = self._connection.get("/api/projects/", "listing projects", params)
            page = read_answer(ProjectsAnswer, answer, self._connection.address, "listing projects")
            new = {one.id: project_of(one, self._connection) for one in page.results if one.id not in found}
            found |= new
            counts.add(page.count)
            left = bool(new) and number * _PAGE < page.count
        return found, counts == {len(found)}

    def project(self, project_id: int) -> RemoteProject | None:
        """A project; None when there is none of this id, or not for the owner of the key.

        Raises:
            BackendError: the server cannot be used.
        """
        doing = f"reading project {project_id}"
        try:
            answer = self._connection.get(f"/api/projects/{project_id}/", doing)
        except RefusedError as error:
            if error.status == 404 and error.is_from_label_studio:
                return None
            raise
        return project_of(read_answer(ProjectAnswer, answer, self._connection.address, doing), self._connection)

    def create_project(
        self, *, title: str, config: str, instruction: str, description: str, overlap: int
    ) -> RemoteProject:
        """A new project, whose tasks are served in the order in which they are added.

        Args:
            title: 3 to 50 characters, as the server wants it.
            config: the labeling config.
            instruction: HTML that opens before the first task.
            description: plain text.
            overlap: how many people annotate a task.

        Raises:
            BackendError: the server refuses it, or cannot be used.
        """
        body: dict[str, Any] = {
            "title": title,
            "label_config": config,
            "description": description,
            "maximum_annotations": overlap,
            "sampling": _IN_ORDER,
            "show_skip_button": True,
            "show_collab_predictions": True,
            **instruction_fields(instruction),
        }
        doing = f"making the project {title!r}"
        answer = self._connection.send("POST", "/api/projects/", doing, body=body)
        return project_of(read_answer(ProjectAnswer, answer, self._connection.address, doing), self._connection)

    def image_store(self) -> RemoteProject:
        """The project that holds uploaded images, of all corpora: it is made when there is none.

        Label Studio takes a file only into a project whose page shows one thing, and ours shows many.

        Raises:
            BackendError: the server refuses it, or cannot be used.
        """
        there = [project for project in self.projects() if project.title == _IMAGES]
        return min(there, key=lambda project: project.id, default=None) or self.create_project(
            title=_IMAGES,
            config='<View><Image name="image" value="$image"/></View>',
            instruction="",
            description="Images that tasks of other projects show. There is nothing to annotate here.",
            overlap=1,
        )


def connect(url: str, api_key: str, *, url_env: str, api_key_env: str) -> Server:
    """A server that answers, is of a version we know, and accepts the key.

    Args:
        url: of the server, or of any page of it.
        api_key: a personal access token or a legacy token.
        url_env: the environment variable that held ``url``: for messages.
        api_key_env: the environment variable that held ``api_key``: for messages.

    Raises:
        BackendError: it is none of that.
        MissingExtraError: the SDK is not installed.
    """
    with ExitStack() as on_failure:
        connection = Connection(read_address(url, api_key, url_env=url_env, api_key_env=api_key_env))
        on_failure.callback(connection.close)
        version = _version(connection)
        # Anybody may ask for the version. Who we are is of no interest: that we are somebody is.
        connection.get("/api/current-user/whoami", "asking who we are")
        on_failure.pop_all()
    return Server(connection.address.url, version, connection)


def _version(connection: Connection) -> str:
    doing = "asking for its version"
    answer = connection.get("/api/version", doing)
    release = answer.get("release") if isinstance(answer, dict) else None
    match = re.match(r"(\d{1,4})\.(\d{1,4})[\w.+-]{0,40}$", release) if isinstance(release, str) else None
    if match is None:
        raise not_label_studio(connection.address, doing)
    if (int(match[1]), int(match[2])) < _OLDEST:
        raise BackendError(
            f"{connection.address.url} is Label Studio {match[0]}; 1.20 and later are supported (1.23 is tested)",
            hint="pip install -U label-studio where it runs, or `corpusbuilder review serve` for one of your own",
            repeat=False,
        )
    return match[0]

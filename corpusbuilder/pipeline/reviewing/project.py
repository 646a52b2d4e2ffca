"""The server and the project that a workspace is reviewed in."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Literal

from corpusbuilder.backends.labelstudio.client import RefusedError, RemoteProject, Server, connect, page_address
from corpusbuilder.backends.labelstudio.fitting import is_same, missing_from
from corpusbuilder.backends.labelstudio.page import instruction, labeling_config
from corpusbuilder.backends.labelstudio.tasks import UNLISTED
from corpusbuilder.config import Config, ReviewSection
from corpusbuilder.errors import BackendError, MissingInputError, command_line
from corpusbuilder.pipeline.glimpses import language_of
from corpusbuilder.pipeline.reviewfiles import ProjectState, ReviewFiles
from corpusbuilder.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Opened:
    """A project that can be worked on."""

    project: RemoteProject
    state: ProjectState
    notes: tuple[str, ...] = ()


@contextmanager
def server_of(workspace: Workspace, config: ReviewSection, environ: Mapping[str, str]) -> Iterator[Server]:
    """A connection to the server that the environment names.

    Raises:
        BackendError: a variable is not set, or the server cannot be used.
        MissingExtraError: the SDK is not installed.
    """
    url, api_key = environ.get(config.url_env, "").strip(), environ.get(config.api_key_env, "").strip()
    missing = [name for name, value in ((config.url_env, url), (config.api_key_env, api_key)) if not value]
    if missing:
        raise BackendError(
            f"no Label Studio to talk to: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            hint=f"export {'=… '.join(missing)}=…, or start a server of your own: "
            + command_line("review", "serve", "-w", workspace.root),
        )
    with closing(connect(url, api_key, url_env=config.url_env, api_key_env=config.api_key_env)) as server:
        yield server


def state_of(workspace: Workspace) -> ProjectState:
    """The project that was pushed to before.

    Raises:
        MissingInputError: nothing was pushed from this workspace yet.
    """
    state = ReviewFiles(workspace).read_project()
    if state is None:
        raise MissingInputError(
            f"{workspace.root}: nothing was sent to annotators from here yet",
            hint=command_line("review", "push", "-w", workspace.root),
        )
    return state


def open_project(server: Server, workspace: Workspace) -> Opened:
    """The project that was pushed to before.

    Raises:
        MissingInputError: nothing was pushed from this workspace yet.
        BackendError: the server is another one, or the project is gone.
    """
    state = state_of(workspace)
    project = server.project(state.project_id)
    is_same = project is not None and state.created_at in {None, project.created_at}
    if state.url != server.url:
        if project is None or not is_same or state.created_at is None:
            raise _elsewhere(state, server, workspace)
        state = _moved(state, server, workspace)
    if project is None or not is_same:
        raise _gone(state, workspace)
    state = state.model_copy(update={"title": project.title, "created_at": project.created_at})
    return Opened(project, state, _hand_made_changes(project, state))


def open_for_push(server: Server, workspace: Workspace, config: Config, *, afresh: bool = False) -> Opened | None:
    """The project to push to: the one of before, or one with our title and our examples; None when there is none.

    Args:
        server: that holds it.
        workspace: that is reviewed.
        config: names the project and the language of its page.
        afresh: a new one is wanted: only one that such a push has begun, and not finished, will do.

    Raises:
        BackendError: the server is another one, or the project is gone.
    """
    state = ReviewFiles(workspace).read_project()
    if state is not None and not afresh:
        return open_project(server, workspace)
    if state is not None and state.afresh and state.url == server.url and server.project(state.project_id):
        opened = open_project(server, workspace)
        note = f"goes on with the new project {state.project_id}, which was begun before"
        return replace(opened, notes=(*opened.notes, note))
    title, language = _title(config), page_language(workspace, config)
    project = _of_this_title(server, title, language, workspace, other_than=state, only_empty=afresh)
    if project is None:
        return None
    note = f"the project {title!r} was there already: it is used"
    return Opened(project, _state(server, project, language, afresh=afresh), (note,))


def create_project(
    server: Server, workspace: Workspace, config: Config, *, overlap: int, afresh: bool = False
) -> Opened:
    """A new project to push to.

    Args:
        server: that shall hold it.
        workspace: that is reviewed.
        config: names the project and the language of its page.
        overlap: how many people see each example.
        afresh: it was asked for, though there may be others.

    Raises:
        BackendError: the server cannot be used.
    """
    language = page_language(workspace, config)
    project = server.create_project(
        title=_title(config),
        config=labeling_config(language),
        instruction=instruction(language),
        description=f"Review of the corpus {config.corpus.name}, made by corpusbuilder.",
        overlap=overlap,
    )
    try:
        project.hide_columns(UNLISTED)
        notes: tuple[str, ...] = ()
    except BackendError as error:
        notes = (f"the list of tasks shows more columns than it should: {error.message}",)
    return Opened(project, _state(server, project, language, afresh=afresh), notes)


def restore_page(opened: Opened) -> None:
    """Put our page back in place of one that was changed by hand.

    Raises:
        BackendError: the server refuses: there are annotations that only fit the other one.
    """
    language = opened.state.language
    try:
        opened.project.update(config=labeling_config(language), instruction=instruction(language))
    except RefusedError as error:
        if error.status != 400:
            raise
        raise BackendError(
            f"our labeling page cannot be put back: {error.message}",
            hint="annotations that only fit the page as it is now have to be deleted or changed first; "
            "`corpusbuilder review push --new-project` begins anew, and what was pulled is kept",
            repeat=False,
        ) from None


def page_language(workspace: Workspace, config: Config) -> Literal["en", "fr"]:
    """The language of the page: as configured, or that of most documents."""
    if config.review.language != "auto":
        return config.review.language
    counts = Counter(language_of(workspace, document)[:2] for document in workspace.document_ids("verify"))
    return "fr" if counts["fr"] > counts["en"] else "en"


def _title(config: Config) -> str:
    """A title that Label Studio takes: 3 to 50 characters."""
    name = config.corpus.name
    return config.review.project or (name[:50] if len(name) >= 3 else f"corpus {name}")


def _state(server: Server, project: RemoteProject, language: Literal["en", "fr"], *, afresh: bool) -> ProjectState:
    return ProjectState(
        url=server.url,
        project_id=project.id,
        title=project.title,
        language=language,
        created_at=project.created_at,
        afresh=afresh,
    )


def _of_this_title(
    server: Server,
    title: str,
    language: str,
    workspace: Workspace,
    *,
    other_than: ProjectState | None,
    only_empty: bool,
) -> RemoteProject | None:
    """A project of ours with this title: its page is the one we would make, and so are its tasks if it has any.

    A corpus of the same name may be reviewed on the same server.
    """
    ours, known = labeling_config(language), set(workspace.document_ids("verify"))
    passed = other_than.project_id if other_than is not None and other_than.url == server.url else None
    empty: list[RemoteProject] = []
    for project in sorted(server.projects(), key=lambda project: project.id):
        if project.title != title or project.id == passed or missing_from(project.config, ours):
            continue
        if not project.counts().tasks:
            empty.append(project)
        elif not only_empty and any(task.document_id in known for task in project.tasks()):
            return project
    return next(iter(empty), None)


def check_page(opened: Opened) -> None:
    """Refuse a page that was changed by hand so that our examples do not fit.

    Raises:
        BackendError: they do not.
    """
    missing = missing_from(opened.project.config, labeling_config(opened.state.language))
    if missing:
        raise BackendError(
            f"the labeling page of project {opened.project.title!r} was changed by hand: "
            f"{', '.join(missing[:6])} {'is' if len(missing) == 1 else 'are'} missing or of another kind",
            hint="`corpusbuilder review push --restore-page` puts ours back; what people did is kept",
            repeat=False,
        )


def _hand_made_changes(project: RemoteProject, state: ProjectState) -> tuple[str, ...]:
    ours = labeling_config(state.language)
    if is_same(project.config, ours):
        return ()
    if missing_from(project.config, ours):
        return (f"the labeling page of project {project.title!r} was changed by hand and lacks tags of ours",)
    return (f"the labeling page of project {project.title!r} is not the one of this version; it fits all the same",)


def _moved(state: ProjectState, server: Server, workspace: Workspace) -> ProjectState:
    """The server answers at another address: pseudonyms go with it."""
    files = ReviewFiles(workspace)
    files.write_annotators(files.read_annotators().moved(state.url, server.url))
    return state.model_copy(update={"url": server.url})


def _elsewhere(state: ProjectState, server: Server, workspace: Workspace) -> BackendError:
    return BackendError(
        f"this workspace is reviewed at {state.url}, and {server.url} is another server, without that project",
        hint="set the environment variable to that address. To leave that server, pull from it a last time, then "
        + command_line("review", "push", "--new-project", "-w", workspace.root),
        repeat=False,
    )


def _gone(state: ProjectState, workspace: Workspace) -> BackendError:
    return BackendError(
        f"project {state.project_id} ({state.title!r}) is no longer at {state.url}; what was pulled before is kept",
        hint=f"to send the rest again, into a new project: "
        f"{command_line('review', 'push', '--new-project', '-w', workspace.root)}",
        repeat=False,
    )


def address_of(workspace: Workspace, config: ReviewSection, environ: Mapping[str, str], key: str | None = None) -> str:
    """The address of the project's page, or of the task of one example.

    Raises:
        MissingInputError: nothing was sent yet, or not this example.
        BackendError: the server has to be asked for the task, and cannot be used.
    """
    state = state_of(workspace)
    if key is None:
        return page_address(state.url, state.project_id)
    with server_of(workspace, config, environ) as server:
        project = open_project(server, workspace).project
        task = next((task for task in project.tasks() if task.example_id == key), None)
    if task is None:
        raise MissingInputError(
            f"{key}: no task of this example is in project {project.title!r}",
            hint="ids of examples stand in verify/*.jsonl of the workspace; `corpusbuilder review push` sends them",
        )
    return project.page_url(task.id)

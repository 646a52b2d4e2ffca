"""Against the real server."""

import itertools
import json
from datetime import timedelta

import httpx
import pytest
from studio_tasks import ACCEPT, CONFIG, a_task

from corpusbuilder.backends.labelstudio.client import connect
from corpusbuilder.backends.labelstudio.client import listing as listing_module
from corpusbuilder.backends.labelstudio.client import project as project_module
from corpusbuilder.errors import BackendError

MOMENT = timedelta(microseconds=1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
numbers = itertools.count()


@pytest.fixture
def server(studio):
    with connect(studio.url, studio.owner.token, url_env="URL", api_key_env="KEY") as server:
        yield server


@pytest.fixture
def project(server):
    return new_project(server)


def new_project(server, **options):
    given = {"config": CONFIG, "instruction": "<p>Lisez.</p>", "description": "of a test", "overlap": 1} | options
    return server.create_project(title=f"client {next(numbers)}", **given)


@pytest.fixture
def no_overlap(monkeypatch):
    """As if the minutes had gone by for which a pull looks back."""
    monkeypatch.setattr(project_module, "_OVERLAP", timedelta(0))


def ids_of(project):
    return [task.id for task in project.tasks()]


def seen(project, since=None):
    return {(c.task.id, a.annotation_id) for c in project.changed(since) for a in c.annotations}


def newest(project):
    return max(change.task.updated_at for change in project.changed(None))


def next_task(studio, project, person=None):
    answer = studio.call("POST", "/api/dm/actions", {}, person=person, id="next_task", project=project.id)
    return answer["id"]


def test_a_project_is_found_again_as_it_was_made(server):
    made = new_project(server, overlap=2)
    assert server.project(made.id) == made
    assert made in server.projects()
    assert (made.config, made.description, made.overlap) == (CONFIG, "of a test", 2)
    assert made.page_url(7) == f"{server.url}/projects/{made.id}/data?task=7"


def test_projects_on_several_pages_are_all_listed(server, monkeypatch):
    made = {new_project(server).id for _ in range(3)}
    monkeypatch.setattr("corpusbuilder.backends.labelstudio.client.server._PAGE", 2)
    listed = [project.id for project in server.projects()]
    assert made <= set(listed)
    assert len(listed) == len(set(listed))


def test_the_instruction_opens_by_itself_until_it_is_taken_away(studio, project):
    of_server = studio.call("GET", f"/api/projects/{project.id}/")
    assert (of_server["expert_instruction"], of_server["show_instruction"]) == ("<p>Lisez.</p>", True)
    project.update(instruction="")
    assert studio.call("GET", f"/api/projects/{project.id}/")["show_instruction"] is False


def test_there_is_no_project_where_there_never_was_one_or_it_is_deleted(studio, server, project):
    studio.call("DELETE", f"/api/projects/{project.id}/")
    assert server.project(project.id) is None
    assert server.project(987_654_321) is None


def test_work_on_a_project_deleted_meanwhile_ends_with_a_message(studio, project):
    studio.call("DELETE", f"/api/projects/{project.id}/")
    for work in (
        lambda: list(project.tasks()),
        lambda: list(project.changed(None)),
        lambda: project.add([a_task(1)]),
        lambda: project.update(overlap=2),
        lambda: project.remove([1]),
        lambda: project.upload("ab.png", "image/png", PNG),
    ):
        with pytest.raises(BackendError, match="404"):
            work()


def test_tasks_come_back_with_what_we_need_to_know_of_them(studio, project):
    project.add([a_task(1), {**a_task(2), "predictions": []}])
    first, second = project.tasks()
    assert (first.example_id, first.document_id, first.version) == ("ex_1", "doc_1", "ver_1")
    assert (first.predictions, second.predictions) == (1, 0)
    assert (first.annotations, first.drafts) == (0, 0)
    studio.annotate(first.id, ACCEPT)
    studio.annotate(first.id, [], skip=True)
    studio.call("POST", f"/api/tasks/{second.id}/drafts", {"result": ACCEPT})
    first, second = project.tasks()
    assert (first.annotations, second.annotations) == (2, 0)
    assert (first.drafts, second.drafts) == (0, 1)
    assert (project.counts().tasks, project.counts().annotations, project.counts().skipped) == (2, 1, 1)


def test_drafts_of_other_people_count(studio, project):
    project.add([a_task(1)])
    studio.call(
        "POST", f"/api/tasks/{ids_of(project)[0]}/drafts", {"result": ACCEPT}, person=studio.add_annotator("drafter")
    )
    assert [task.drafts for task in project.tasks()] == [1]
    assert not project.replace_many({ids_of(project)[0]: a_task(1, version="ver_2")})


def test_tasks_are_listed_whole_over_pages_while_some_are_deleted(project, monkeypatch):
    monkeypatch.setattr(listing_module, "LISTED", 3)
    project.add([a_task(number) for number in range(10)])
    there = ids_of(project)
    listing = project.tasks()
    found = [next(listing).id]
    project.remove(there[:2])
    found += [task.id for task in listing]
    assert found == there


def test_a_task_made_by_hand_is_listed_with_empty_names(studio, project):
    studio.call("POST", f"/api/projects/{project.id}/import", [{"data": {"passage": "p", "version": 5}}])
    (task,) = project.tasks()
    assert (task.example_id, task.document_id, task.version) == ("", "", "")


def test_a_refused_task_says_why_and_leaves_none_of_its_batch(project):
    with pytest.raises(BackendError, match=r'Error at item 1: "passage" key is expected'):
        project.add([a_task(1), {"data": {"example_id": "ex_2"}}])
    assert not ids_of(project)


def test_removing_no_tasks_removes_none(project):
    project.add([a_task(1), a_task(2)])
    project.remove([])
    assert len(ids_of(project)) == 2
    project.remove([ids_of(project)[0], 987_654_321])
    assert [task.example_id for task in project.tasks()] == ["ex_2"]


def predictions_of(studio, task):
    return studio.call("GET", "/api/predictions/", task=task)


def test_tasks_nobody_has_begun_show_something_else(studio, project):
    project.add([a_task(1), a_task(2)])
    changed, _ = ids_of(project)
    assert project.replace_many({changed: a_task(7, version="ver_2")}) == {changed}
    assert [task.version for task in project.tasks()] == ["ver_2", "ver_1"]
    (prediction,) = predictions_of(studio, changed)
    assert prediction["result"][0]["value"] == {"text": ["q7"]}
    assert next_task(studio, project) == changed
    answer = studio.call("POST", "/api/dm/actions", {}, id="next_task", project=project.id)
    assert [prediction["result"][0]["value"]["text"] for prediction in answer["predictions"]] == [["q7"]]


def test_tasks_that_somebody_has_begun_skipped_or_deleted_stay_as_they_are(studio, project):
    project.add([a_task(number) for number in range(5)])
    begun, drafted, skipped, deleted, other = ids_of(project)
    studio.annotate(begun, ACCEPT)
    studio.call("POST", f"/api/tasks/{drafted}/drafts", {"result": ACCEPT}, person=studio.add_annotator("drafter"))
    studio.annotate(skipped, [], skip=True)
    project.remove([deleted])
    new = {
        task: a_task(number, version="ver_2") for number, task in enumerate((begun, drafted, skipped, deleted, other))
    }
    assert project.replace_many(new) == {other}
    assert [task.version for task in project.tasks()] == ["ver_1", "ver_1", "ver_1", "ver_2"]


def test_many_tasks_are_changed_a_few_at_a_time(studio, project, monkeypatch):
    monkeypatch.setattr(project_module, "_LOOKED_AT", 3)
    project.add([a_task(number) for number in range(8)])
    ids = ids_of(project)
    studio.annotate(ids[4], ACCEPT)
    done = project.replace_many({task: a_task(number, version="ver_2") for number, task in enumerate(ids)})
    assert done == {*ids} - {ids[4]}
    assert {task.id: task.version for task in project.tasks()} == {
        task: "ver_2" if task in done else "ver_1" for task in ids
    }
    assert not project.replace_many({})


def test_who_has_the_page_open_while_it_changes_can_still_submit(studio, project):
    project.add([a_task(1)])
    (task,) = ids_of(project)
    (opened,) = predictions_of(studio, task)
    project.replace_many({task: a_task(2, version="ver_2", score=0.75)})
    (prediction,) = predictions_of(studio, task)
    assert (prediction["result"][0]["value"], prediction["score"]) == ({"text": ["q2"]}, 0.75)
    studio.annotate(task, ACCEPT, prediction=opened["id"])
    ((annotation,),) = (change.annotations for change in project.changed(None))
    assert list(annotation.result) == ACCEPT


def test_a_task_with_no_prediction_or_with_two_has_one_afterwards(studio, project):
    project.add([{**a_task(1), "predictions": []}, a_task(2)])
    none, two = ids_of(project)
    studio.call("POST", "/api/predictions/", {**a_task(9)["predictions"][0], "task": two})
    assert project.replace_many({none: a_task(1, version="ver_2"), two: a_task(2, version="ver_2")}) == {none, two}
    found = [[p["result"][0]["value"]["text"] for p in predictions_of(studio, task)] for task in (none, two)]
    assert found == [[["q1"]], [["q2"]]]


def test_a_task_whose_annotation_the_server_cannot_show_counts_as_begun(studio, project):
    project.add([a_task(1), a_task(2)])
    broken, other = ids_of(project)
    half = [{**ACCEPT[0], "meta": {"text": "\ud83c"}}]
    body = json.dumps({"result": half, "lead_time": 1})
    url = f"{studio.url}/api/tasks/{broken}/annotations/"
    httpx.post(url, content=body, headers={**studio.owner.headers, "Content-Type": "application/json"}, timeout=60)
    new = {broken: a_task(1, version="ver_2"), other: a_task(2, version="ver_2")}
    assert project.replace_many(new) == {other}


def test_annotations_come_with_who_when_and_what_and_no_e_mail_address(studio, project):
    project.add([a_task(1), a_task(2)])
    first, second = ids_of(project)
    person = studio.add_annotator("reader")
    made = studio.annotate(first, ACCEPT, person=person, lead_time=3.25)
    studio.annotate(second, [], skip=True)
    one, other = project.changed(None)
    (annotation,), (skipped,) = one.annotations, other.annotations
    assert (annotation.task_id, annotation.annotation_id, annotation.user_id) == (first, made["id"], person.id)
    assert (annotation.example_id, annotation.version, annotation.seconds) == ("ex_1", "ver_1", 3.25)
    assert list(annotation.result) == ACCEPT
    assert annotation.created_at.utcoffset() is not None
    assert (annotation.cancelled, skipped.cancelled) == (False, True)
    assert "@" not in repr([one, other])
    assert annotation.editor_id == person.id
    studio.update_annotation(made["id"], ACCEPT)
    ((changed,), _) = (change.annotations for change in project.changed(None))
    assert (changed.user_id, changed.editor_id) == (person.id, studio.owner.id)


@pytest.mark.usefixtures("no_overlap")
def test_a_pull_sees_what_was_made_changed_or_deleted_since_and_nothing_else(studio, project):
    project.add([a_task(number) for number in range(6)])
    ids = ids_of(project)
    made = [studio.annotate(task, ACCEPT)["id"] for task in ids[:4]]
    since = newest(project)
    assert seen(project, since) == {(ids[3], made[3])}
    assert seen(project, since + MOMENT) == set()
    studio.update_annotation(made[0], ACCEPT)
    studio.call("DELETE", f"/api/annotations/{made[1]}/")
    new = studio.annotate(ids[4], [], skip=True)["id"]
    project.add([a_task(99)])
    changed = {change.task.id: change.annotations for change in project.changed(since + MOMENT)}
    assert set(changed) == {ids[0], ids[1], ids[4]}
    assert [annotation.annotation_id for annotation in changed[ids[0]]] == [made[0]]
    assert changed[ids[1]] == ()
    assert [annotation.annotation_id for annotation in changed[ids[4]]] == [new]


@pytest.mark.usefixtures("no_overlap")
def test_annotations_deleted_all_at_once_are_seen(studio, project):
    project.add([a_task(1)])
    (task,) = ids_of(project)
    studio.annotate(task, ACCEPT)
    since = newest(project) + MOMENT
    chosen = {"selectedItems": {"all": False, "included": [task]}}
    studio.call("POST", "/api/dm/actions", chosen, id="delete_tasks_annotations", project=project.id)
    assert [change.annotations for change in project.changed(since)] == [()]


def test_a_pull_looks_back_some_minutes(studio, project):
    project.add([a_task(1)])
    studio.annotate(ids_of(project)[0], ACCEPT)
    assert seen(project, newest(project) + timedelta(minutes=1)) == seen(project)


def test_a_pull_over_several_pages_misses_nothing(studio, project, monkeypatch):
    monkeypatch.setattr(listing_module, "READ", 2)
    project.add([a_task(number) for number in range(7)])
    made = {(task, studio.annotate(task, ACCEPT)["id"]) for task in ids_of(project)}
    assert seen(project) == made


def test_an_annotation_the_server_cannot_show_hides_no_other(studio, project):
    project.add([a_task(number) for number in range(10)])
    ids = ids_of(project)
    made = {(task, studio.annotate(task, ACCEPT)["id"]) for task in ids}
    half = '{"result": [{"id": "q", "from_name": "question", "value": {"text": ["\\ud83c"]}}]}'
    headers = {**studio.owner.headers, "Content-Type": "application/json"}
    httpx.post(f"{studio.url}/api/tasks/{ids[4]}/annotations/", content=half, headers=headers, timeout=60)
    annotations = [annotation for change in project.changed(None) for annotation in change.annotations]
    readable = {(one.task_id, one.annotation_id) for one in annotations if one.unreadable is None}
    assert readable == made
    (broken,) = (one for one in annotations if one.unreadable is not None)
    assert broken.task_id == ids[4]
    assert "status 500" in broken.unreadable


def test_one_person_gets_tasks_in_the_order_in_which_they_were_added(studio, project):
    project.add([a_task(number, score=score) for number, score in enumerate((0.5, 0.1, 0.9, 0.3))])
    ids, served = ids_of(project), []
    for _ in ids:
        served.append(next_task(studio, project))
        studio.annotate(served[-1], ACCEPT)
    assert served == ids


def test_a_second_opinion_is_asked_for_until_there_are_enough(studio, server):
    project = new_project(server)
    project.add([a_task(1)])
    project.update(overlap=2)
    (task,) = ids_of(project)
    studio.annotate(task, ACCEPT)
    assert next_task(studio, project, studio.add_annotator("second")) == task
    assert server.project(project.id).overlap == 2


def test_a_config_the_server_refuses_is_named_with_its_reason(server, project):
    with pytest.raises(BackendError, match="Couldn't find end of Start Tag"):
        project.update(config="<View><Text")
    assert server.project(project.id).config == CONFIG


def test_a_title_the_server_refuses_is_named_with_its_reason(server):
    with pytest.raises(BackendError, match="title: Ensure this field has at least 3 characters"):
        server.create_project(title="x", config=CONFIG, instruction="", description="", overlap=1)


def test_an_image_is_stored_once_and_a_browser_can_show_it(studio, server, project):
    address = project.upload("0f3a9c.png", "image/png", PNG)
    again = server.project(project.id)
    assert {project.upload("0f3a9c.png", "image/png", PNG), again.upload("0f3a9c.png", "image/png", PNG)} == {address}
    assert len(studio.call("GET", f"/api/projects/{project.id}/file-uploads", all="true")) == 1
    assert not ids_of(project)
    shown = httpx.get(studio.url + address, headers=studio.owner.headers)
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")


def test_an_upload_that_was_cut_short_is_not_taken_for_the_image(project):
    cut = project.upload("0f3a9c.png", "image/png", PNG[:-9])
    assert project.upload("0f3a9c.png", "image/png", PNG) != cut


def test_nothing_secret_shows_in_what_can_be_printed(studio, server, project):
    project.add([a_task(1)])
    assert studio.owner.token not in repr([server, project, *project.tasks(), vars(project)])
    assert json.dumps(project.title) in json.dumps(studio.call("GET", f"/api/projects/{project.id}/"))


def test_a_project_that_has_lost_which_predictions_it_shows_shows_them_again(server, studio):
    project = new_project(server)
    project.add([a_task(1)])
    studio.call("PATCH", f"/api/projects/{project.id}/", {"model_version": ""})
    asked = {"id": "next_task", "project": project.id}
    assert studio.call("POST", "/api/dm/actions", {}, **asked)["predictions"] == []
    project.show_predictions("corpusbuilder")
    assert len(studio.call("POST", "/api/dm/actions", {}, **asked)["predictions"]) == 1


def test_an_annotation_is_fetched_though_the_server_has_lost_count_of_it(server, studio):
    project = new_project(server)
    project.add([a_task(1), a_task(2)])
    task = ids_of(project)[0]
    made = studio.annotate(task, ACCEPT)["id"]
    studio.forget_counts(task)
    assert seen(project) == {(task, made)}

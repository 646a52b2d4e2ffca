"""What goes wrong between annotators, server and workspace: nothing is lost or doubled, and the next step is told."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
import uuid
from contextlib import suppress
from itertools import count

import httpx
import pytest
import review_corpus
from annotated import Page
from forking import forking
from meddling import CUT, LOSE, Meddler
from running import Done, command, corpusbuilder, tree

from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.store.workspace import DoneFile, Workspace

TIMES = ("pulled_at", "cursor", "created_at", "updated_at", "time")


class Bench:
    """A workspace, the server that it is reviewed on, and the command between them."""

    forked = None
    """Runs a command."""

    def __init__(self, root, studio, number=12, *, url=None, **corpus):
        self.studio, self.url = studio, url or studio.url
        self.workspace = review_corpus.corpus(root, number, **{"documents": 2, **corpus})
        self.root, self.name = root, f"trouble-{uuid.uuid4().hex[:12]}"
        (root / "corpusbuilder.toml").write_text(f'[corpus]\nname = "{self.name}"\n')

    @property
    def environ(self):
        return {"LABEL_STUDIO_URL": self.url, "LABEL_STUDIO_API_KEY": self.studio.owner.token}

    @property
    def files(self):
        return ReviewFiles(self.workspace)

    @property
    def state(self):
        return self.files.read_project()

    @property
    def project(self):
        return self.state.project_id

    def start(self, *arguments, **environ):
        """The command, running."""
        line = command("review", *arguments, "-w", self.root, "--json")
        return subprocess.Popen(
            line,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.environ, **environ},
        )

    def run(self, *arguments, code=0, **environ):
        """The command, to its end; what it printed must not give anything away."""
        line = ("review", *arguments, "-w", self.root, "--json")
        done = Done(*self.forked(*line, **{**self.environ, **environ}))
        while done.code == 5 != code and "status 500" in done.err:
            # SQLite was busy with what other tests do: the message says to type the same again.
            done = Done(*self.forked(*line, **{**self.environ, **environ}))
        assert done.code == code, done.out + done.err
        no_secrets(self, done.out + done.err)
        return done

    def push(self, *arguments, **kwargs):
        return self.run("push", *arguments, **kwargs)

    def pull(self, *arguments, **kwargs):
        return self.run("pull", "--max-rejected", "100%", *arguments, **kwargs)

    def status(self):
        return self.run("status").json

    def tasks(self, fields="all"):
        found, page = [], 1
        while True:
            some = self.studio.call("GET", "/api/tasks/", project=self.project, page=page, page_size=100, fields=fields)
            found += some["tasks"]
            if len(found) >= some["total"]:
                return found
            page += 1

    def whole(self, number):
        """Every example has one task with one prediction, and it is logged."""
        tasks = self.tasks()
        assert len(tasks) == number
        assert len({task["data"]["example_id"] for task in tasks}) == number
        assert [len(task["predictions"]) for task in tasks] == [1] * number, [
            (t["id"], t["total_predictions"], t["predictions"]) for t in tasks if len(t["predictions"]) != 1
        ]
        versions = {s for document in self.files.documents() for s in self.files.sent_versions(document)}
        assert {(task["data"]["example_id"], task["data"]["version"]) for task in tasks} <= versions
        return tasks

    def annotate(self, task, decision="accept", edit=lambda page: None, **kwargs):
        """Open a task, change something, and submit it."""
        page = self.page(task)
        edit(page)
        result = list(page.annotation(decision).result)
        return self.studio.annotate(task["id"], result, prediction=task["predictions"][0]["id"], **kwargs)

    def page(self, task):
        key, version = task["data"]["example_id"], task["data"]["version"]
        document = task["data"]["document_id"]
        shown = self.files.shown_by_key(document)[key][version]
        units = {unit.id: unit for unit in load_units(self.workspace, document)}
        page = Page(shown.grounded, units[shown.grounded.example.unit_id])
        page.shown = shown
        page.results = [{**result, "origin": "prediction"} for result in task["predictions"][0]["result"]]
        return page

    def reviewed(self):
        return {
            record.id: record
            for document in self.workspace.document_ids("review")
            for record in self.workspace.shard("review", document).read(ReviewedExample)
        }

    def rewrite(self, change):
        """Another outcome of verification: ``change`` gets a record and returns what becomes of it, or None."""
        for document in self.workspace.document_ids("verify"):
            shard = self.workspace.shard("verify", document)
            records = [new for record in shard.read(VerifiedExample) if (new := change(record)) is not None]
            done = shard.read_done()
            digest = shard.write([record.model_dump_json().encode() for record in records], [])
            counts = done.counts.model_copy(
                update={"inputs": len(records), "done": len(records), "outputs": len(records)}
            )
            shard.write_done(DoneFile(**{**dict(done), "output_sha256": digest, "counts": counts}))

    def person(self, name):
        """Somebody new; SQLite may be busy with what other tests do."""
        for _ in range(10):
            with suppress(httpx.HTTPStatusError):
                return self.studio.add_annotator(name)
            time.sleep(0.5)
        return self.studio.add_annotator(name)

    def delete(self, task):
        self.studio.call("DELETE", f"/api/tasks/{task['id']}/")


def no_secrets(bench, *texts):
    """No token, password or address of a person in what is printed, nor in any file of the review."""
    kept = [p.read_text(errors="replace") for p in (bench.root / "review").rglob("*") if p.is_file()]
    owner = bench.studio.owner
    for text in (*texts, *kept):
        for secret in (owner.token, owner.password, owner.email, "@example.org"):
            assert secret not in text


def contents(root):
    """The files of the review; times, and what an interruption may leave to be told, apart."""
    found = {}
    for name, data in tree(root).items():
        if name.startswith("review/") and name != "review/images.jsonl":
            text = data.decode()
            found[name] = [plain(json.loads(line)) for line in text.splitlines()] if name.endswith("l") else text
    return {k: v for k, v in found.items() if isinstance(v, list)}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in TIMES}
    return [plain(v) for v in value] if isinstance(value, list) else value


@pytest.fixture(scope="module", autouse=True)
def _forked(tmp_path_factory):
    with forking(tmp_path_factory.mktemp("forked")) as run:
        Bench.forked = staticmethod(run)
        yield


@pytest.fixture
def bench(tmp_path, studio):
    """Twelve examples that nobody has sent yet."""
    return Bench(tmp_path / "ws", studio)


@pytest.fixture
def meddler(studio):
    """Between the command and the server that all share."""
    with Meddler(studio.url).at_work() as proxy:
        yield proxy


@pytest.fixture
def crossed(tmp_path, studio, meddler):
    """The same, with a meddler on the way."""
    return Bench(tmp_path / "ws", studio, url=meddler.url)


def at(method, path, then, *, number=1):
    """A rule: do something at the n-th such request; ``path`` is a regular expression."""
    passed = count(1)

    def rule(asked, where, _):
        is_meant = asked == method and re.search(path, where) and next(passed) == number
        return then() if is_meant else None

    return rule


def projects(bench):
    """Projects with the title of this corpus, without empty ones: a busy server now and then makes one of its own."""
    found = bench.studio.call("GET", "/api/projects/", page_size=1000)["results"]
    return [p["id"] for p in found if p["title"] == bench.name and p["task_number"]]


def killed(run, answer, sign=signal.SIGKILL):
    """End a command and wait until it is gone; what becomes of the request that it made."""
    run().send_signal(sign)
    run().wait()
    return answer


# The command is killed, or the answer gets lost.


IMPORT = r"/import$"
"""Where tasks go."""


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("POST", r"/api/projects/$", LOSE),  # the project is made, and nobody has noted it
        ("GET", r"/api/tasks/", LOSE),
        ("POST", IMPORT, CUT),  # noted as sent, and never sent
        ("POST", IMPORT, LOSE),  # sent, and nobody knows
    ],
)
def test_a_push_that_is_killed_is_gone_on_with(crossed, meddler, method, path, answer):
    run = None
    meddler.rule = at(method, path, lambda: killed(lambda: run, answer))
    run = crossed.start("push")
    _, err = run.communicate()
    assert run.returncode == -signal.SIGKILL, err
    crossed.push()
    crossed.whole(12)
    assert projects(crossed) == [crossed.project]
    assert crossed.state.tasks == 12


def test_what_the_server_adds_after_the_command_was_killed_is_not_there_twice(crossed, meddler):
    run, second = None, threading.Event()

    def kill_and_go_on():
        killed(lambda: run, None)
        meddler.rule = at("POST", IMPORT, second.set)
        second.wait(60)  # the next push has seen that there is nothing
        return LOSE

    meddler.rule = at("POST", IMPORT, kill_and_go_on)
    run = crossed.start("push")
    run.communicate()
    done = crossed.push()
    until = time.monotonic() + 60
    while "repeated others" not in done.err and len(crossed.tasks()) < 24 and time.monotonic() < until:
        time.sleep(0.1)
    again = crossed.push()
    crossed.whole(12)
    assert "repeated others" in done.err + again.err
    assert crossed.state.tasks == 12


def test_an_answer_that_is_lost_is_looked_for(crossed, meddler):
    meddler.rule = at("POST", IMPORT, lambda: LOSE)
    failed = crossed.push(code=5)
    assert "whether it was done is not known" in failed.err
    assert "to go on: corpusbuilder review push" in failed.err
    again = crossed.push()
    assert (again.json["added"], again.json["current"]) == (0, 12)
    crossed.whole(12)


@pytest.mark.parametrize("command_name", ["push", "pull"])
def test_an_interruption_is_told_and_gone_on_with(crossed, meddler, command_name):
    run = None
    if command_name == "pull":
        crossed.push()
        crossed.annotate(crossed.tasks()[0])
    meddler.rule = at("GET", r"/api/tasks/", lambda: killed(lambda: run, CUT, signal.SIGINT))
    run = crossed.start(command_name)
    out, err = run.communicate()
    assert run.returncode == 130
    assert "interrupted" in err
    assert f"to go on: corpusbuilder review {command_name}" in err
    assert json.loads(out)["exit_code"] == 130
    crossed.push()
    crossed.whole(12)
    assert crossed.pull().json["pulled"]["fetched"] == (command_name == "pull")


@pytest.mark.parametrize("seed", range(1, 2))
def test_killed_at_any_time_a_push_and_a_pull_come_to_what_they_would_have(tmp_path, studio, seed):
    chance = random.Random(seed)
    calm, wild = (Bench(tmp_path / name, studio) for name in ("calm", "wild"))
    calm.push()
    for _ in range(2):
        stop(wild.start("push"), 0.5 + 1.5 * chance.random())
    wild.push()
    wild.whole(12)
    assert contents(wild.root) == contents(calm.root)
    for task in wild.tasks()[:6]:
        wild.annotate(task, "correct", lambda page: page.write("answer", "something else"))
    shutil.copytree(wild.root, tmp_path / "copy")
    wild.pull()
    copy = Workspace(tmp_path / "copy")
    for _ in range(2):
        stop(wild.start("pull", "-w", copy.root), 0.5 + 1.5 * chance.random())
    again = corpusbuilder("review", "pull", "-w", copy.root, "--json", "--max-rejected", "100%", **wild.environ)
    assert again.code == 0, again.err
    assert len(again.json["stages"]) == 1
    assert contents(copy.root) == contents(wild.root)


def stop(run, seconds):
    """Kill a command after a while, unless it is done."""
    try:
        run.wait(seconds)
    except subprocess.TimeoutExpired:
        run.kill()
    run.communicate()


# The server is killed.


@pytest.fixture
def own(tmp_path, own_studio):
    """Thirty examples, a server to kill, and a meddler before it."""
    studio = own_studio(tmp_path / "server")
    with Meddler(studio.url).at_work() as proxy:
        bench = Bench(tmp_path / "ws", studio, 30, url=proxy.url)
        bench.meddler = proxy
        yield bench
    bench.studio.kill()


def broken_off(bench, arguments, method, path, wait):
    """Run a command whose server is killed at a request, or some seconds after it came; start the server again."""

    def die():
        time.sleep(wait)
        bench.studio.kill()

    killer = threading.Thread(target=die)

    def rule():
        killer.start()
        if not wait:
            killer.join()

    bench.meddler.rule = at(method, path, rule)
    run = bench.start(*arguments)
    _, err = run.communicate()
    bench.meddler.rule = lambda *_: None
    killer.join()
    if run.returncode:
        assert run.returncode == 5, err
        assert f"to go on: corpusbuilder review {arguments[0]}" in err
        no_secrets(bench, err)
    bench.studio = bench.studio.restart()
    return run.returncode


@pytest.mark.slow
def test_a_server_that_is_killed_while_it_takes_something_has_it_once_in_the_end(own):
    for path, wait in ((r"commit_to_project", 0.03), (IMPORT, 0.0), (IMPORT, 0.08)):
        broken_off(own, ["push"], "POST", path, wait)
    own.push()
    own.whole(30)
    files = [
        p["id"] for p in own.studio.call("GET", "/api/projects/")["results"] if p["title"] == "corpusbuilder images"
    ]
    assert len(files) == 1
    assert len(own.studio.call("GET", f"/api/projects/{files[0]}/file-uploads", all="true")) == 1


@pytest.mark.slow
def test_a_server_that_is_killed_while_it_changes_or_gives_something_loses_nothing(own):
    own.push()
    begun, *_ = before = own.tasks()
    own.annotate(begun)
    own.rewrite(lambda record: reworded(record, "Say it otherwise"))
    for method, path in (("PATCH", "/api/predictions/"), ("PATCH", "/api/tasks/")):
        assert broken_off(own, ["push"], method, path, 0.0) == 5
    done = own.push().json
    assert (done["added"], done["begun"], done["updated"] + done["current"]) == (0, 1, 29)
    after = own.whole(30)
    assert [task["id"] for task in after] == [task["id"] for task in before]
    assert broken_off(own, ["pull"], "GET", "/api/tasks/", 0.0) == 5
    assert own.pull().json["pulled"]["fetched"] == 1
    assert own.pull().json["pulled"]["fetched"] == 0
    reviewed = own.reviewed()
    assert list(reviewed) == [begun["data"]["example_id"]]
    assert reviewed[begun["data"]["example_id"]].reviews[0].version == begun["data"]["version"]


def reworded(record, text):
    """A verified example with another first step, under the id it had."""
    first, *others = record.example.steps
    steps = (first.model_copy(update={"text": f"{text} 😀"}), *others)
    grounded = record.grounded.model_copy(update={"example": record.example.model_copy(update={"steps": steps})})
    return record.model_copy(update={"grounded": grounded})


# The key and the address.


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"LABEL_STUDIO_API_KEY": "0" * 40}, "does not accept the key in LABEL_STUDIO_API_KEY"),
        ({"LABEL_STUDIO_API_KEY": ""}, "LABEL_STUDIO_API_KEY is not set"),
        (
            {"LABEL_STUDIO_API_KEY": "  ", "LABEL_STUDIO_URL": ""},
            "LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY are not set",
        ),
        ({"LABEL_STUDIO_URL": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"LABEL_STUDIO_URL": "localhost:8080"}, "LABEL_STUDIO_URL is not the address of a server"),
    ],
)
def test_what_is_wrong_with_key_or_address_is_told(bench, environ, said):
    failed = bench.push(code=5, **environ)
    assert said in failed.err
    assert "→" in failed.err
    assert json.loads(failed.out)["exit_code"] == 5
    assert bench.state is None


def test_another_server_at_the_address_is_recognised(crossed, meddler):
    meddler.rule = lambda *_: (404, b"<html>nothing here")
    assert "404" in crossed.push(code=5).err
    meddler.rule = lambda *_: (200, b"<html>Welcome to nginx")
    assert "something that Label Studio does not say" in crossed.push(code=5).err
    secure = crossed.push(code=5, LABEL_STUDIO_URL=meddler.url.replace("http", "https"))
    assert "cannot be reached" in secure.err
    assert crossed.state is None


def test_a_key_that_is_revoked_in_the_middle_is_named_and_the_next_one_goes_on(crossed, meddler):
    studio = crossed.studio
    person = crossed.person("leaver")

    def revoke():
        studio.call("POST", "/api/current-user/reset-token", person=person)

    meddler.rule = at("POST", IMPORT, revoke)
    failed = crossed.push(code=5, LABEL_STUDIO_API_KEY=person.token)
    assert "does not accept the key" in failed.err
    assert person.token not in failed.err + failed.out
    crossed.push()
    crossed.whole(12)


def test_a_key_in_the_address_is_not_kept(bench):
    address = bench.url.replace("http://", f"http://someone:{bench.studio.owner.token}@")
    bench.push(LABEL_STUDIO_URL=f"{address}/projects/?key={bench.studio.owner.token}")
    assert bench.state.url == bench.url


# Nothing is there.


def test_what_is_not_there_is_told_before_the_server_is_asked(tmp_path, bench):
    for arguments in (["pull"], ["status"], ["open"]):
        assert "nothing was sent to annotators" in bench.run(*arguments, code=3, LABEL_STUDIO_URL="").err
    nothing = corpusbuilder("review", "push", "-w", tmp_path / "none", **bench.environ)
    assert nothing.code == 3
    assert "corpusbuilder build" in nothing.err
    assert not (bench.root / "review").exists()
    assert not (tmp_path / "none" / "review").exists()


@pytest.mark.parametrize("share", ["150%", "-1", "five", "nan", "1e999", ""])
def test_a_share_that_is_none_is_refused(bench, share):
    assert "--sample-accepted" in bench.push("--sample-accepted", share, code=2).err


# The project.


def test_a_project_that_is_gone_is_told_and_a_new_one_begins_with_what_is_left(crossed, meddler):
    bench = crossed
    bench.push()
    bench.annotate(bench.tasks()[0])
    bench.pull()
    bench.studio.call("DELETE", f"/api/projects/{bench.project}/")
    for arguments in (["push"], ["pull"], ["open", "x"]):
        failed = bench.run(*arguments, code=5)
        assert "is no longer at" in failed.err
        assert "push --new-project" in failed.err
        assert "to go on" not in failed.err
    assert len(bench.reviewed()) == 1
    run = None
    meddler.rule = at("POST", IMPORT, lambda: killed(lambda: run, LOSE))
    run = bench.start("push", "--new-project")
    run.communicate()
    done = bench.push("--new-project").json
    assert (done["added"], done["current"], done["settled"]) == (0, 11, 1)
    bench.whole(11)
    assert projects(bench) == [bench.project]
    assert bench.pull().json["pulled"]["deleted_tasks"] == [bench_task(bench)]


def bench_task(bench):
    """The task that the only review is about."""
    return next(iter(bench.reviewed().values())).reviews[0].task_id


def test_a_project_may_get_another_name(bench):
    bench.push()
    bench.studio.call("PATCH", f"/api/projects/{bench.project}/", {"title": "Renamed by hand"})
    assert bench.push().json["current"] == 12
    assert bench.pull().json["pulled"]["project"] == "Renamed by hand"
    assert bench.status()["project"]["title"] == "Renamed by hand"


def test_a_project_of_the_same_title_with_somebody_elses_tasks_is_left_alone(bench, tmp_path):
    bench.push()
    mine = bench.project
    task = {"example_id": "ex-1", "document_id": "doc-other", "version": "v", "passage": "x"}
    config = bench.studio.call("GET", f"/api/projects/{mine}/")["label_config"]
    other = bench.studio.call("POST", "/api/projects/", {"title": bench.name, "label_config": config})["id"]
    bench.studio.call("POST", f"/api/projects/{other}/import", [{"data": blank(bench) | task}])
    bench.studio.call("DELETE", f"/api/projects/{mine}/")
    shutil.rmtree(bench.root / "review")
    bench.push("--prune")
    assert bench.project not in {mine, other}
    assert bench.studio.call("GET", f"/api/projects/{other}/")["task_number"] == 1


def blank(bench):
    """What a task needs to be taken by the server."""
    return bench.tasks()[0]["data"]


def test_a_rehearsal_changes_nothing_anywhere(bench):
    told = bench.push("--dry-run").json
    assert (told["added"], bench.state, projects(bench)) == (12, None, [])
    bench.push("--limit", "5")
    before = tree(bench.root)
    again = bench.push("--dry-run", "--overlap", "3", "--restore-page", "--prune").json
    assert (again["added"], again["current"]) == (7, 5)
    assert tree(bench.root) == before
    assert bench.studio.call("GET", f"/api/projects/{bench.project}/")["maximum_annotations"] == 1


# The page.


def configured(bench, change):
    path = f"/api/projects/{bench.project}/"
    config = bench.studio.call("GET", path)["label_config"]
    changed = change(config)
    assert changed != config
    bench.studio.call("PATCH", path, {"label_config": changed})


def test_a_harmless_change_of_the_page_is_noted(bench):
    bench.push()
    configured(bench, lambda config: config.replace("<View", '<View title="mine"', 1))
    assert "it fits all the same" in bench.push().err
    assert bench.push("--restore-page").code == 0
    assert "it fits" not in bench.push().err


@pytest.mark.parametrize(
    "change",
    [
        lambda config: re.sub(r'<TextArea name="comment"[^>]*/>', "", config),
        lambda config: re.sub(r'(<)TextArea( name="question"[^>]*/>)', r"\1Rating\2", config),
        lambda config: "<View/>",
    ],
    ids=["removed", "another kind", "emptied"],
)
def test_a_page_that_our_tasks_do_not_fit_stops_a_push_until_it_is_restored(bench, change):
    bench.push("--limit", "6")
    configured(bench, change)
    failed = bench.push(code=5)
    assert "was changed by hand" in failed.err
    assert "--restore-page" in failed.err
    bench.pull()
    bench.push("--restore-page")
    bench.whole(12)


def test_annotations_that_only_fit_the_changed_page_keep_ours_from_coming_back(bench):
    bench.push()
    task = bench.tasks()[0]
    extra = '<Choices name="mood" toName="passage"><Choice value="good"/></Choices></View>'
    configured(
        bench, lambda config: re.sub(r"</View>\s*$", extra, re.sub(r'<TextArea name="comment"[^>]*/>', "", config))
    )
    mood = {"id": "m", "type": "choices", "from_name": "mood", "to_name": "passage", "value": {"choices": ["good"]}}
    bench.studio.annotate(task["id"], [mood])
    failed = bench.push("--restore-page", code=5)
    assert "cannot be put back" in failed.err
    assert "--new-project" in failed.err


# Tasks and annotations.


def test_tasks_that_are_deleted_by_hand_come_back_only_when_nothing_was_decided(bench):
    bench.push()
    tasks = bench.tasks()
    pulled, lost, untouched = tasks[0], tasks[5], tasks[11]
    bench.annotate(pulled)
    bench.pull()
    bench.annotate(lost)
    for task in (pulled, lost, untouched):
        bench.delete(task)
    told = bench.pull().json["pulled"]
    assert told["deleted_tasks"] == [pulled["id"]]
    assert bench.pull().json["pulled"]["deleted_tasks"] == []
    assert bench.pull("--whole").json["pulled"]["deleted_tasks"] == [pulled["id"]]
    again = bench.push().json
    assert (again["added"], again["settled"], again["current"]) == (2, 1, 9)
    bench.whole(11)
    assert list(bench.reviewed()) == [pulled["data"]["example_id"]]
    assert bench.push().json["added"] == 0


def test_a_task_that_is_deleted_before_a_push_is_still_told_by_the_pull_after_it(bench):
    bench.push("--limit", "6")
    task = bench.tasks()[2]
    bench.annotate(task)
    bench.pull()
    bench.delete(task)
    bench.push()
    assert bench.pull().json["pulled"]["deleted_tasks"] == [task["id"]]


def test_what_was_said_of_a_task_counts_when_its_id_is_given_to_the_next(own):
    bench, ann, bob = own, own.person("ann"), own.person("bob")
    bench.push("--overlap", "2")
    last = bench.tasks()[-1]
    bench.annotate(last, "accept", person=ann)
    bench.annotate(last, "reject", person=bob)
    bench.pull()
    assert bench.status()["disputed"] == [last["data"]["example_id"]]
    bench.delete(last)
    assert bench.push("--overlap", "2").json["added"] == 1
    again = bench.tasks()[-1]
    assert (again["id"], again["data"]) == (last["id"], last["data"])
    bench.annotate(again, "reject", person=ann)
    told = bench.pull().json["pulled"]
    assert (told["fetched"], told["withdrawn"]) == (1, 0)
    reviewed = bench.reviewed()[last["data"]["example_id"]]
    assert (reviewed.status, len(reviewed.reviews)) == ("rejected", 3)


@pytest.mark.parametrize("whole", [[], ["--whole"]], ids=["", "whole"])
def test_what_is_withdrawn_or_changed_after_a_pull_is_taken_over(bench, whole):
    bench.push()
    first, second, *_ = bench.tasks()
    gone = bench.annotate(first)
    kept = bench.annotate(second)
    bench.pull()
    assert len(bench.reviewed()) == 2
    bench.studio.call("DELETE", f"/api/annotations/{gone['id']}/")
    changed = list(bench.page(second).annotation("reject").result)
    bench.studio.update_annotation(kept["id"], changed)
    told = bench.pull(*whole).json["pulled"]
    assert (told["fetched"], told["withdrawn"]) == (1, 1)
    assert {key: r.status for key, r in bench.reviewed().items()} == {second["data"]["example_id"]: "rejected"}
    before = contents(bench.root)
    again = bench.pull(*whole).json["pulled"]
    assert (again["fetched"], again["withdrawn"]) == (0, 0)
    assert contents(bench.root) == before


def test_examples_that_change_vanish_or_become_right_keep_what_was_said_of_them(bench):
    bench.push()
    tasks = bench.tasks()
    begun, drafted, vanished, _, fresh = tasks[:5]
    key = {name: task["data"]["example_id"] for name, task in zip("bdvsf", tasks, strict=False)}
    bench.annotate(begun, "correct", lambda page: page.write("answer", "of the old version"))
    bench.annotate(vanished)
    draft = {"result": list(bench.page(drafted).results), "lead_time": 1}
    bench.studio.call("POST", f"/api/tasks/{drafted['id']}/drafts", draft)

    def change(record):
        if record.id == key["v"]:
            return None
        if record.id == key["s"]:
            return record.model_copy(update={"verdict": record.verdict.model_copy(update={"label": "supported"})})
        return reworded(record, "Changed") if record.id in {key["b"], key["d"], key["f"]} else record

    bench.rewrite(change)
    told = bench.push().json
    assert (told["added"], told["updated"], told["begun"], told["obsolete"]) == (0, 1, 2, 2)
    after = {task["id"]: task["data"]["version"] for task in bench.tasks()}
    assert after[begun["id"]] == begun["data"]["version"]
    assert after[drafted["id"]] == drafted["data"]["version"]
    assert after[fresh["id"]] != fresh["data"]["version"]
    bench.pull()
    reviewed = bench.reviewed()
    assert list(reviewed) == [key["b"]]
    assert reviewed[key["b"]].verified.example.answer == "of the old version"
    assert not reviewed[key["b"]].verified.example.steps[0].text.startswith("Changed")
    assert bench.status()["orphans"] == 1
    pruned = bench.push("--prune").json
    assert (pruned["obsolete"], pruned["removed"]) == (2, 1)
    assert {vanished["id"]} <= {task["id"] for task in bench.tasks()}
    assert bench.pull().json["pulled"]["deleted_tasks"] == []


def test_what_somebody_submits_who_had_the_page_open_is_about_the_version_they_saw(bench):
    bench.push()
    task = bench.tasks()[0]
    page = bench.page(task)
    bench.rewrite(lambda record: reworded(record, "Changed meanwhile"))
    assert bench.push().json["updated"] == 12
    bench.studio.annotate(task["id"], list(page.annotation("accept").result))
    bench.pull()
    reviewed = bench.reviewed()[task["data"]["example_id"]]
    assert (reviewed.status, reviewed.reviews[0].version) == ("accepted", task["data"]["version"])
    assert reviewed.verified.example.steps[0].text == page.shown.grounded.example.steps[0].text


def test_tasks_of_others_in_our_project_are_neither_counted_nor_touched(bench):
    bench.push()
    data = bench.tasks()[0]["data"]
    strange = [{key: value for key, value in data.items() if key not in {"example_id", "version"}} for _ in range(2)]
    strange.append({**data, "example_id": "ex-theirs", "document_id": "../../etc"})
    bench.studio.call("POST", f"/api/projects/{bench.project}/import", [{"data": one} for one in strange])
    theirs = bench.tasks()[12:]
    for task in theirs:
        bench.studio.annotate(task["id"], [])
    told = bench.push("--prune").json
    assert (told["added"], told["current"], told["removed"], told["notes"]) == (0, 12, 0, [])
    pulled = bench.pull()
    assert pulled.json["pulled"]["unknown"] == 3
    assert "3 annotations passed over" in pulled.err
    assert len(bench.tasks()) == 15


# Annotations that make no sense.


def spoil(name, value):
    def edit(page):
        page.results.append({"id": "x", "type": "textarea", "from_name": name, "to_name": "passage", "value": value})

    return edit


GARBAGE = {
    "unknown": spoil("nobody", {"text": ["x"]}),
    "long": spoil("comment", {"text": ["x" * 10_000_000]}),
    "huge number": lambda page: page.draw("h", "1", x=10**400, y=1, width=5, height=5, rotation=0),
    "no value": spoil("comment", None),
    "list": spoil("comment", {"text": [["x"]]}),
    "no step": lambda page: page.draw("h", "77", x=1, y=1, width=5, height=5, rotation=0),
}


def test_annotations_that_make_no_sense_are_refused_by_name_and_the_others_count(bench):
    bench.push()
    tasks = bench.tasks()
    made = {name: bench.annotate(task) for name, task in zip(GARBAGE, tasks, strict=False)}
    undecided = bench.annotate(tasks[len(GARBAGE)], None)
    for number, name in enumerate(GARBAGE):
        page = bench.page(tasks[number])
        GARBAGE[name](page)
        result = list(page.annotation().result)
        httpx.patch(
            f"{bench.studio.url}/api/annotations/{made[name]['id']}/",
            json={"result": result, "lead_time": 1, "was_cancelled": False},
            headers=bench.studio.owner.headers,
            timeout=60,
        )
    good = bench.annotate(tasks[8])
    assert good["id"]
    told = bench.run("pull", "--max-rejected", "0", code=4)
    assert "bug" not in told.err
    named = {int(number) for number in re.findall(r"annotation (\d+)", told.err)}
    assert {made["unknown"]["id"], made["long"]["id"], made["no step"]["id"], undecided["id"]} <= named
    assert len(told.err) < 20_000
    assert tasks[8]["data"]["example_id"] in bench.reviewed()
    problems = bench.status()["problems"]
    assert len(problems) == len(named)
    bench.pull()
    refused = bench.run("pull", "--max-rejected", "0", code=4).json
    assert refused["pulled"]["fetched"] == 0
    page = bench.page(tasks[0])
    bench.studio.update_annotation(made["unknown"]["id"], list(page.annotation().result))
    bench.pull()
    assert bench.reviewed()[tasks[0]["data"]["example_id"]].status == "accepted"
    assert len(bench.status()["problems"]) == len(problems) - 1


# Two at a time, and disks.


def test_two_pushes_and_a_pull_at_the_same_time_do_not_get_in_each_others_way(bench):
    runs = [bench.start("push") for _ in range(2)]
    ended = [(*run.communicate(), run.returncode) for run in runs]
    assert all(code == 0 or "status 500" in err for _, err, code in ended), ended
    bench.push()
    task = bench.whole(12)[0]
    assert projects(bench) == [bench.project]
    bench.annotate(task)
    runs = [bench.start("pull"), bench.start("push"), bench.start("pull")]
    ended = [(*run.communicate(), run.returncode) for run in runs]
    assert all(code == 0 or "status 500" in err for _, err, code in ended), ended
    bench.pull()
    bench.whole(12)
    assert [len(r.reviews) for r in bench.reviewed().values()] == [1]
    kept = [a for document in bench.files.annotated() for a in bench.files.annotations(document).read()]
    assert len(kept) == 1


@pytest.fixture
def disk(tmp_path):
    """A file system of its own: a function mounts it again with other options."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(*options):
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", folder], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("mounting a small tmpfs needs root")

    mount("size=50m")
    yield folder, mount
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
@pytest.mark.parametrize("harm", ["full", "read-only"])
def test_a_disk_that_takes_nothing_is_named_and_nothing_is_sent_that_is_not_noted(disk, studio, harm):
    folder, mount = disk
    bench = Bench(folder / "ws", studio)
    bench.push("--limit", "4")
    bench.annotate(bench.tasks()[0])
    filler = folder / "filler"

    def spoil_it():
        if harm == "read-only":
            mount("remount", "ro")
        else:
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(b"x" * 4096):
                    pass

    def mend():
        mount("remount", "rw") if harm == "read-only" else filler.unlink()

    said = {"full": "no space left on the disk", "read-only": "Read-only file system"}[harm]
    spoil_it()
    for arguments in (["push"], ["pull"]):
        failed = bench.run(*arguments, code=1)
        assert said in failed.err
        assert "bug" not in failed.err
    mend()
    assert len(bench.tasks()) == 4
    bench.push()
    assert bench.pull().json["pulled"]["fetched"] == 1
    bench.whole(12)


# What lies in the workspace is damaged, or lost.


@pytest.mark.parametrize("name", ["project.json", "annotators.json"])
def test_a_damaged_file_is_named_with_what_to_do(bench, name):
    bench.push()
    bench.annotate(bench.tasks()[0])
    bench.pull()
    before = bench.reviewed()
    path = bench.root / "review" / name
    path.write_bytes(b'{"users": 5, "url": "\xff')
    for arguments in (["pull"], ["status"]):
        failed = bench.run(*arguments, code=1)
        assert f"review/{name}" in failed.err
        assert "take it away" in failed.err
    path.unlink()
    bench.push()
    bench.pull("--whole")
    assert bench.reviewed() == before
    bench.whole(12)


def test_a_torn_line_is_passed_over_and_a_wrong_one_named(bench):
    bench.push()
    bench.annotate(bench.tasks()[0])
    bench.pull()
    logs = {n: next((bench.root / "review" / n).glob("*.jsonl")) for n in ("shown", "annotations")}
    for path in logs.values():
        path.write_bytes(path.read_bytes() + b'{"torn": ')
    bench.push()
    bench.pull("--whole")
    for path in logs.values():
        whole = path.read_bytes()
        path.write_bytes(whole + b'{"wrong": 1}\n')
        failed = [bench.run(*arguments, code=1).err for arguments in (["pull", "--whole"], ["status"])]
        assert all(f"{path.parent.name}/{path.name}, line" in err for err in failed)
        path.write_bytes(whole)
    bench.pull()


@pytest.mark.parametrize("part", ["", "shown", "project.json"])
def test_what_is_lost_of_the_review_is_found_again_on_the_server(bench, part):
    bench.push()
    tasks = bench.tasks()
    ann = bench.person("ann")
    bench.annotate(tasks[0], "reject", person=ann)
    bench.pull()
    said = bench.annotate(tasks[1], "accept")
    assert said["id"]
    project, lost = bench.project, bench.root / "review" / part
    lost.unlink() if lost.is_file() else shutil.rmtree(lost)
    if part == "shown":
        passed = bench.pull()
        assert "`corpusbuilder review push` finds them again" in passed.err
    told = bench.push().json
    assert (told["added"], told["current"] + told["settled"]) == (0, 12)
    assert told["recovered"] == (0 if part == "project.json" else 12)
    assert bench.project == project
    bench.pull()
    bench.whole(12)
    statuses = {key: record.status for key, record in bench.reviewed().items()}
    assert statuses == {tasks[0]["data"]["example_id"]: "rejected", tasks[1]["data"]["example_id"]: "accepted"}
    annotators = [record.annotator for record in bench.reviewed().values()]
    assert sorted(annotators) == ["annotator-1", "annotator-2"]


def test_pseudonyms_never_change_hands(bench):
    bench.push()
    tasks = bench.tasks()
    people = [bench.person(name) for name in ("ann", "bob", "cem")]
    for task, person in zip(tasks, people[:2], strict=False):
        bench.annotate(task, person=person)
    bench.pull()
    named = {record.id: record.annotator for record in bench.reviewed().values()}
    (bench.root / "review" / "annotators.json").unlink()
    bench.annotate(tasks[5], person=people[2])
    bench.pull()
    after = {record.id: record.annotator for record in bench.reviewed().values()}
    assert {key: after[key] for key in named} == named
    assert after[tasks[5]["data"]["example_id"]] == "annotator-3"


# How much is sent.


def test_a_limit_goes_on_where_it_stopped(bench):
    seen = []
    for added, postponed in ((5, 7), (5, 2), (2, 0), (0, 0)):
        told = bench.push("--limit", "5").json
        assert (told["added"], told["postponed"]) == (added, postponed)
        seen.append([task["data"]["example_id"] for task in bench.tasks()])
    assert seen[1][:5] == seen[0]
    bench.whole(12)


def test_gold_tasks_are_as_many_as_asked_for_and_look_like_audits(tmp_path, studio):
    bench = Bench(tmp_path / "ws", studio, 20, supported=9)
    told = bench.push("--gold", "3", "--sample-accepted", "50%").json
    assert told["gold"] == 3
    assert told["added"] > 20 + 3
    for _ in range(2):
        again = bench.push("--gold", "3", "--sample-accepted", "50%").json
        assert (again["gold"], again["added"], again["obsolete"]) == (0, 0, 0)
    purposes = {s.key: s.purpose for d in bench.files.documents() for s in bench.files.shown(d).read()}
    by_purpose = {}
    for place, task in enumerate(bench.whole(told["added"])):
        by_purpose.setdefault(purposes[task["data"]["example_id"]], []).append((place, task))
    gold, audit = by_purpose["gold"], by_purpose["audit"]
    assert {looks(task) for _, task in gold} <= {looks(task) for _, task in audit}
    assert {place for place, _ in gold}.isdisjoint({0, 1})
    assert len(audit) == told["added"] - 23


def looks(task):
    """All of a task that does not say what it is about."""
    data, prediction = task["data"], task["predictions"][0]
    return (
        tuple(sorted(data)),
        data["why"],
        data["note"],
        re.sub(r"[0-9a-f]", "0", data["example_id"]),
        re.sub(r"[0-9a-f]", "0", data["version"]),
        prediction["score"],
        prediction["model_version"],
    )

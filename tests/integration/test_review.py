"""The whole round, against a real server: sent, looked at, fetched, corrected, released."""

import json
import re
from dataclasses import dataclass
from itertools import cycle
from uuid import uuid4

import review_corpus
from annotated import Page
from running import corpusbuilder, tree

from corpusbuilder.config import Config
from corpusbuilder.pipeline.releasing import release
from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.reviewing.selecting import verified
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.evidence import RegionEvidence, SpanEvidence
from corpusbuilder.records.review import ReviewedExample
from corpusbuilder.store.workspace import Workspace

WITHHELD, AUDITED, LOOKED_AT = 200, 100, 150
SENT = WITHHELD + AUDITED
ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+\.\w+")


class Desk:
    """An annotator before the tasks of one project."""

    def __init__(self, workspace, studio):
        self.workspace, self.studio = workspace, studio
        files = ReviewFiles(workspace)
        self.project = files.read_project().project_id
        self.units = {d: {u.id: u for u in load_units(workspace, d)} for d in files.documents()}
        self.shown = {s.key: s for d in files.documents() for s in files.shown(d).read()}

    def tasks(self):
        """All tasks with their predictions, in the order in which they are served."""
        found, page = [], 1
        while True:
            answer = self.studio.call(
                "GET", "/api/tasks/", project=self.project, page=page, page_size=100, fields="all"
            )
            found += answer["tasks"]
            if len(found) >= answer["total"]:
                return found
            page += 1

    def page(self, task):
        """What the browser shows of a task: our version of the example with what the server says of it."""
        shown = self.shown[task["data"]["example_id"]]
        example = shown.grounded.example
        page = Page(shown.grounded, self.units[example.document_id][example.unit_id])
        page.shown = shown
        sent = task["predictions"][0]["result"]
        page.results = [{**result, "origin": "prediction"} for result in sent]
        return page

    def submit(self, task, page, decision, *, person=None, skip=False):
        """Press the button."""
        result = list(page.annotation(decision).result)
        return self.studio.annotate(
            task["id"], result, person=person, skip=skip, prediction=task["predictions"][0]["id"]
        )


def regions(record):
    """Regions of an example's steps, by step."""
    return {g.step: [e for e in g.evidence if isinstance(e, RegionEvidence)] for g in record.groundings}


def spans(record):
    """Spans of an example's steps, by step."""
    return {g.step: [e for e in g.evidence if isinstance(e, SpanEvidence)] for g in record.groundings}


def evidence(page, control):
    """What is marked with a control, candidates apart."""
    return [r for r in page.results if r.get("from_name") == control and not r["id"].startswith("c")]


def step_of(result):
    """The step of a mark that was sent."""
    return int(result["id"][1:].split("-")[0])


# Each of these changes one thing on the page and returns what must be true of the example afterwards.


def leave(page):
    before = page.shown.grounded.example
    return "accepted", lambda after: after.example.question == before.question and after.example.answer == before.answer


def edit_a_text(page):
    text = "Écrit à la main 😀 — “l’œuf”"
    page.write("text_0", text)
    return "corrected", lambda after: after.example.steps[0].text == text


def put_the_answer_right(page):
    answer = review_corpus.right_answer(page.shown.grounded.example)
    if answer == page.shown.grounded.example.answer:
        return take_the_candidates(page)
    page.write("answer", answer)
    return "corrected", lambda after: after.example.answer == answer


def take_the_candidates(page):
    pale = [r for r in page.results if r["type"] == "labels" and r["value"]["labels"] == ["1?"]]
    if not pale:
        return edit_a_text(page)
    for result in pale:
        result["value"]["labels"] = ["1"]
    grounding = page.shown.grounded.groundings[0]
    want = [e.quote if isinstance(e, SpanEvidence) else e.element_ids for e in grounding.candidates]

    def holds(after):
        return [
            e.quote if isinstance(e, SpanEvidence) else e.element_ids for e in after.groundings[0].evidence
        ] == want and all(e.confirmed for e in after.groundings[0].evidence)

    return "corrected", holds


def move_a_box(page):
    found = evidence(page, "box")
    if not found:
        return edit_a_text(page)
    page.value(found[0]["id"], x=12.345, y=6.789, width=20.5, height=10.25)
    step = step_of(found[0])
    want = (12.345 * 6, 6.789 * 4, (12.345 + 20.5) * 6, (6.789 + 10.25) * 4)

    def holds(after):
        return any(
            all(abs(a - b) < 0.5 for a, b in zip(region.box, want, strict=True)) for region in regions(after)[step]
        )

    return "corrected", holds


def change_a_span(page):
    found = evidence(page, "span")
    if not found:
        return add_a_region(page)
    value, text = found[0]["value"], page.task.data["passage"]
    start, end = value["start"] - 2, value["end"] - 3
    page.value(found[0]["id"], start=start, end=end, text=text[start:end])
    step = step_of(found[0])
    return "corrected", lambda after: [span.quote for span in spans(after)[step]] == [text[start:end]]


def delete_a_region(page):
    found = evidence(page, "region")
    if not found:
        return edit_a_text(page)
    identity = found[0]["id"]
    step = step_of(found[0])
    before = sum(len(region.polygons) for region in regions(page.shown.grounded)[step])
    page.remove(identity)
    return "corrected", lambda after: sum(len(r.polygons) for r in regions(after)[step]) == before - 1


def add_a_region(page):
    if not page.shown.grounded.example.figure_ids:
        return edit_a_text(page)
    page.draw("new-1", "2", x=1.5, y=2.5, width=10.0, height=20.0, rotation=0)
    want = (9.0, 10.0, 69.0, 90.0)
    return "corrected", lambda after: any(
        all(abs(a - b) < 0.5 for a, b in zip(region.box, want, strict=True)) for region in regions(after)[2]
    )


def reject(page):
    page.write("comment", "Nobody can answer this: ask lead@example.org")
    return "rejected", lambda after: after.example == page.shown.grounded.example


def skip(page):
    return None, lambda after: False


@dataclass
class Round:
    """300 examples sent, half of them looked at by one person or two, all fetched."""

    workspace: Workspace
    desk: Desk
    first: dict
    again: dict
    expected: dict
    pulled: dict
    told: str
    """What the commands have printed."""


def played(root, studio):
    # No document asks anything twice: what people put right is released.
    workspace = review_corpus.corpus(root, WITHHELD, documents=AUDITED, supported=1)
    (workspace.root / "corpusbuilder.toml").write_text(f'[corpus]\nname = "round-{uuid4().hex[:12]}"\n')
    push = ("review", "push", "-w", workspace.root, "--sample-accepted", "100%", "--json")
    first = corpusbuilder(*push, **studio.environ)
    assert first.code == 0, first.err
    again = corpusbuilder(*push, **studio.environ)
    desk = Desk(workspace, studio)
    ann, bob = studio.add_annotator("ann"), studio.add_annotator("bob")
    expected = {}
    acts = cycle(
        (
            leave,
            edit_a_text,
            put_the_answer_right,
            take_the_candidates,
            move_a_box,
            change_a_span,
            delete_a_region,
            add_a_region,
            reject,
            skip,
            leave,
        )
    )
    for place, (task, act) in enumerate(zip(desk.tasks()[:LOOKED_AT], acts, strict=False)):
        page = desk.page(task)
        status, holds = act(page)
        decision = {"accepted": "accept", "corrected": "correct", "rejected": "reject", None: "accept"}[status]
        desk.submit(task, page, decision, person=ann, skip=status is None)
        if place % 11 == 10:
            other = desk.page(task)
            if place % 22 == 10:
                desk.submit(task, other, "accept", person=bob)
            else:
                desk.submit(task, other, "reject", person=bob)
                status, holds = "disputed", lambda after: True
        expected[page.shown.key] = status, holds
    pulled = corpusbuilder("review", "pull", "-w", workspace.root, "--json", **studio.environ)
    assert pulled.code == 0, pulled.err
    told = "".join(run.out + run.err for run in (first, again, pulled))
    return Round(workspace, desk, first.json, again.json, expected, pulled.json, told)


def reviewed(workspace):
    return {
        record.id: record
        for document in workspace.document_ids("review")
        for record in workspace.shard("review", document).read(ReviewedExample)
    }


def _what_was_sent_is_not_sent_again(round_):
    desk, first, again = round_.desk, round_.first, round_.again
    assert (first["added"], first["refused"]) == (SENT, [])
    assert (again["added"], again["updated"], again["current"]) == (0, 0, SENT)
    tasks = desk.tasks()
    assert len({task["data"]["example_id"] for task in tasks}) == len(tasks) == SENT


def _every_edit_comes_back_exactly(round_):
    workspace, expected, pulled = round_.workspace, round_.expected, round_.pulled
    assert pulled["pulled"]["refused"] == []
    found = reviewed(workspace)
    assert found.keys() == {key for key, (status, _) in expected.items() if status is not None}
    wrong = [
        (key, status, found[key].status)
        for key, (status, holds) in expected.items()
        if status is not None and not (found[key].status == status and holds(found[key].verified.grounded))
    ]
    assert wrong == []


def _offsets_fit_the_passages_they_are_about(round_):
    workspace, desk = round_.workspace, round_.desk
    for record in reviewed(workspace).values():
        document = next(iter(desk.units[record.example.document_id].values()))
        texts = {p.id: p.text for p in document.passages}
        for some in spans(record.verified.grounded).values():
            assert all(texts[span.passage_id][span.start : span.end] == span.quote for span in some)


def _a_second_pull_changes_nothing(round_, studio):
    workspace = round_.workspace
    before = {k: v for k, v in tree(workspace.root).items() if not k.endswith("project.json")}
    again = corpusbuilder("review", "pull", "-w", workspace.root, "--json", **studio.environ)
    assert again.code == 0, again.err
    assert again.json["pulled"]["fetched"] == 0
    assert again.json["stages"]["review"]["made"] == 0
    assert {k: v for k, v in tree(workspace.root).items() if not k.endswith("project.json")} == before


def _nothing_that_was_said_leaves_a_name_or_an_address(round_, studio):
    workspace = round_.workspace
    kept = [path for path in workspace.root.rglob("*") if path.is_file()]
    said = b"".join(path.read_bytes() for path in kept)
    for person in ("ann-", "bob-", studio.owner.email):
        assert person.encode() not in said + round_.told.encode()
    with_an_address = {
        path.relative_to(workspace.root).parts[:-1] for path in kept if ADDRESS.search(path.read_bytes())
    }
    assert with_an_address == {("review",), ("review", "annotations")}  # the comment of `reject`, word for word
    for record in reviewed(workspace).values():
        silent = [review.model_copy(update={"comment": ""}) for review in record.reviews]
        assert not ADDRESS.search(record.model_copy(update={"reviews": tuple(silent)}).model_dump_json().encode())
    assert {r.annotator for record in reviewed(workspace).values() for r in record.reviews} == {
        "annotator-1",
        "annotator-2",
    }


def _the_release_carries_what_people_decided(round_):
    from datasets import load_dataset

    workspace = round_.workspace
    made = release(workspace, Config.model_validate({"corpus": {"name": "round"}, "release": {"repeated": "keep"}}))
    rows = [row for split in load_dataset(str(made.folder), "examples").values() for row in split]
    found = reviewed(workspace)
    by_people = {row["id"]: row["review"] for row in rows if row["review"]["status"] is not None}
    assert by_people == {
        key: {"status": record.status, "annotator": record.annotator}
        for key, record in found.items()
        if record.accepted
    }
    assert {one["status"] for one in by_people.values()} == {"accepted", "corrected"}
    assert {one["annotator"] for one in by_people.values()} <= {"annotator-1", "annotator-2"}
    untouched = {record.id for record in verified(workspace) if record.accepted} - found.keys()
    assert {row["id"] for row in rows} == by_people.keys() | untouched
    assert "Krippendorff" in (made.folder / "README.md").read_text()
    for path in (path for path in made.folder.rglob("*") if path.is_file()):
        assert not ADDRESS.search(_plain(path)), path


def _plain(path):
    """What a file of a release says; columns of Parquet files are compressed."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    from pyarrow import parquet

    rows = parquet.read_table(path).to_pylist()
    return json.dumps(rows, default=lambda _: "", ensure_ascii=False).encode()


def _status_tells_where_it_stands(round_):
    workspace, expected = round_.workspace, round_.expected
    told = corpusbuilder("review", "status", "-w", workspace.root, "--json").json
    statuses = [status for status, _ in expected.values()]
    assert told["sent"] == {"withheld": WITHHELD, "audit": AUDITED}
    assert (told["unanswered"], told["unwanted"]) == (SENT - LOOKED_AT, 0)
    assert told["skipped"] == statuses.count(None)
    assert told["decided"] == {s: statuses.count(s) for s in sorted({s for s in statuses if s})}
    assert told["agreement"]["overlapping"] == len(range(10, LOOKED_AT, 11))
    found = reviewed(workspace).values()
    assert told["fit"] == sum(record.accepted for record in found)
    assert told["unfit"] == sum(r.status in {"accepted", "corrected"} and not r.accepted for r in found)
    plain = corpusbuilder("review", "status", "-w", workspace.root)
    assert "annotator-2" in plain.out
    assert f"review open {told['disputed'][0]} " in plain.out
    assert json.dumps(told["disputed"][0])[1:-1] in plain.out


def test_examples_go_to_people_and_come_back_as_they_left_them(tmp_path, studio):
    # One test: a round takes half a minute, and every process of a parallel run would play its own.
    round_ = played(tmp_path / "ws", studio)
    _what_was_sent_is_not_sent_again(round_)
    _every_edit_comes_back_exactly(round_)
    _offsets_fit_the_passages_they_are_about(round_)
    _a_second_pull_changes_nothing(round_, studio)
    _nothing_that_was_said_leaves_a_name_or_an_address(round_, studio)
    _the_release_carries_what_people_decided(round_)
    _status_tells_where_it_stands(round_)


def test_a_push_says_how_many_tasks_with_a_known_answer_it_hides_and_when_they_are_too_few(tmp_path, studio):
    workspace = review_corpus.corpus(tmp_path / "ws", 2, documents=1, supported=2)
    (workspace.root / "corpusbuilder.toml").write_text(f'[corpus]\nname = "gold-{uuid4().hex[:12]}"\n')
    pushed = corpusbuilder("review", "push", "-w", workspace.root, "--gold", "1", **studio.environ)
    assert "3 tasks added (of them 1 with a known answer)" in pushed.out
    assert "could be made" not in pushed.err
    rehearsed = corpusbuilder("review", "push", "-w", workspace.root, "--gold", "50", "--dry-run", **studio.environ)
    assert "of 50 tasks with a known answer could be made" in rehearsed.err
    again = corpusbuilder("review", "push", "-w", workspace.root, "--gold", "50", **studio.environ)
    hidden = sum(
        shown.purpose == "gold"
        for d in workspace.document_ids("verify")
        for shown in ReviewFiles(workspace).shown(d).read()
    )
    assert f"note: {hidden} of 50 tasks with a known answer could be made" in again.err

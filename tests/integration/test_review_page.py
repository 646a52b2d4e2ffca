"""What people do in a browser, and what `review pull` makes of it: in both languages, on a small screen and a large."""

import pytest
import review_corpus
from running import corpusbuilder
from studio import page

from corpusbuilder.pipeline.reviewfiles import ReviewFiles
from corpusbuilder.pipeline.specs import load_units
from corpusbuilder.records.evidence import RegionEvidence
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.records.geometry import union
from corpusbuilder.records.review import ReviewedExample, confirmed

SCREENS = [pytest.param("en", 1366, 768, id="en-1366"), pytest.param("fr", 1920, 1080, id="fr-1920")]
HOSTILE = "<img src=x onerror=alert(1)> <script>alert(2)</script> {{7*7}} $answer &amp; \u202bשלום\u202c 👨‍👩‍👧"
PRECISE = 0.5
"""Pixels of the figure."""
ROOM = 10
"""Of a box's corner, where nothing else lies: in pixels of the figure."""

READY = """before => {
    if (document.body.innerText.includes('No More Tasks Left in Queue')) return {task: null};
    const task = window.Htx?.task;
    if (!task || task.id === before || !document.querySelector('.cb-decision')) return false;
    const fields = [...document.querySelectorAll('.cb-step textarea')];
    const areOpen = fields.length && fields.every(field => getComputedStyle(field).visibility === 'visible');
    const images = [...document.querySelectorAll('.cb-figure img')].filter(image => image.offsetWidth);
    const hasFigure = !JSON.parse(task.data).figure.startsWith('data:');
    const isDrawn = !hasFigure || images.length && images.every(image => image.complete && image.naturalWidth);
    const canvas = [...document.querySelectorAll('.konvajs-content')];
    const places = JSON.stringify([
        task.id, areOpen, isDrawn, document.querySelectorAll('.lsf-outliner-item').length,
        ...[...images, ...canvas, ...fields].map(element => element.getBoundingClientRect()),
    ]);
    if (places !== window.placesBefore) [window.placesBefore, window.steadySince] = [places, performance.now()];
    return areOpen && isDrawn && performance.now() - window.steadySince > 300 && {task: task.id};
}"""
"""Another task is there, all of it, and nothing on the page has moved for a moment."""
WORDS = """words => {
    const walker = document.createTreeWalker(document.querySelector('.cb-text'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const start = walker.currentNode.data.indexOf(words);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(walker.currentNode, start);
        range.setEnd(walker.currentNode, start + words.length);
        const {left, right, top, bottom} = range.getBoundingClientRect();
        return {left, right, y: (top + bottom) / 2};
    }
}"""


class Desk:
    """Somebody before the stream of tasks, with a mouse and a keyboard."""

    def __init__(self, shown, url):
        self.page, self.mishaps, self.task = shown, [], None
        shown.on("dialog", lambda dialog: (self.mishaps.append(dialog.message), dialog.dismiss()))
        shown.on("pageerror", lambda error: self.mishaps.append(str(error)))
        shown.goto(url)
        shown.get_by_text("Labeling Instructions").wait_for()
        shown.keyboard.press("Escape")
        shown.get_by_text("Labeling Instructions").wait_for(state="hidden")

    def tasks(self):
        """The numbers of the tasks, one after the other, as long as each of them is done."""
        while True:
            self.task = self.page.wait_for_function(READY, arg=self.task).json_value()["task"]
            if self.task is None:
                return
            yield self.task

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, name, text):
        """Replace what a field says, as a person does, and leave it."""
        field = self.page.locator(f"textarea[name^='{name}']")
        field.click()
        self.press("Control+a")
        self.page.keyboard.type(text)
        self.page.locator(".cb-why").click()

    def decide(self, key):
        """Decide with a key and submit with keys."""
        self.press(key)
        place = "acx".index(key)
        self.page.wait_for_function(
            "place => document.querySelectorAll('.cb-decision input[type=radio]')[place].checked", arg=place
        )
        with self.page.expect_response(lambda r: "/annotations" in r.url and r.request.method == "POST") as answer:
            self.press("Control+Enter")
        assert answer.value.ok

    def skip(self):
        with self.page.expect_response(lambda r: "/annotations" in r.url and r.request.method == "POST") as answer:
            self.page.get_by_label("skip-task").click()
        assert answer.value.ok

    def chip(self, panel, label):
        """The key that stands on the chip of a step."""
        chip = self.page.locator(f".{panel} .lsf-label", has_text=label).first
        return chip.locator(".lsf-label__hotkey").inner_text().strip()

    def marks(self):
        """How many marks the list at the side shows."""
        return self.page.locator(".lsf-outliner-item").count()

    def wait_for_marks(self, number):
        self.page.wait_for_function(
            "number => document.querySelectorAll('.lsf-outliner-item').length === number", arg=number
        )

    def at(self, x, y):
        """The pixel of the screen nearest to a pixel of the figure: a mouse is nowhere between two."""
        left, top, scale = self.figure()
        return round(left + x * scale), round(top + y * scale)

    def figure(self):
        """Where the figure begins on the screen, and how many of its pixels one of the figure's takes."""
        image = self.page.locator(".cb-figure img").bounding_box()
        width = self.page.eval_on_selector(".cb-figure img", "image => image.naturalWidth")
        return image["x"], image["y"], image["width"] / width

    def drag(self, start, end):
        """From one pixel of the figure to another; where that was, exactly, and how far."""
        places = self.at(*start), self.at(*end)
        self.drag_on_screen(*places)
        left, top, scale = self.figure()
        begins, ends = (((x - left) / scale, (y - top) / scale) for x, y in places)
        return (*begins, *ends), (ends[0] - begins[0], ends[1] - begins[1])

    def drag_on_screen(self, start, end):
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move(*((a + b) / 2 for a, b in zip(start, end, strict=True)), steps=4)
        mouse.move(*end, steps=4)
        mouse.up()

    def drag_over(self, words):
        place = self.page.evaluate(WORDS, words)
        self.drag_on_screen((place["left"] + 1, place["y"]), (place["right"] - 1, place["y"]))

    def select(self, x, y):
        """Click on a box."""
        self.page.mouse.click(*self.at(x, y))
        self.wait_for_selection()

    def wait_for_selection(self):
        self.page.locator(".lsf-tree-treenode-selected").first.wait_for()


def regions(record, step):
    return [e for e in record.groundings[step - 1].evidence if isinstance(e, RegionEvidence)]


def bounds(polygon):
    return union((x, y, x, y) for x, y in polygon)


def near(box, want):
    return all(abs(a - b) <= PRECISE for a, b in zip(box, want, strict=True))


def same(before, after, *fields, steps=()):
    """Whether all is as it was, but for fields of the example and for the evidence of some steps."""
    return _left(before, fields, steps) == _left(after, fields, steps)


def _left(record, fields, steps):
    """What must not change. What the teacher cited is no longer told of what people have settled."""
    example = record.example.model_dump(exclude={*fields, "steps"})
    said = [step.model_dump(exclude={"citations"}) for step in record.example.steps]
    others = [[confirmed(e) for e in g.evidence] for g in record.groundings if g.step not in steps]
    return example, None if "steps" in fields else said, others


# Each of these does one thing at the desk, decides, and returns what must be true of the example afterwards.


def accept(desk, before):
    desk.decide("a")
    return "accepted", lambda after: same(before, after)


def skip(desk, before):
    desk.skip()
    return None, None


def reject(desk, before):
    desk.write("comment", "Nobody can answer this. <b>No</b> 😀")
    desk.decide("x")
    return "rejected", lambda after: same(before, after)


def edit_texts(desk, before):
    text, answer = "Le texte dit : « été » 😀 <i>", "aquifère"
    desk.write("text_0", text)
    desk.write("answer", answer)
    desk.decide("c")

    def holds(after):
        steps = [step.text for step in before.example.steps]
        return (
            after.example.answer == answer
            and [step.text for step in after.example.steps] == [text, *steps[1:]]
            and same(before, after, "answer", "steps")
        )

    return "corrected", holds


def move_and_resize_a_box(desk, before):
    left, top, right, bottom = bounds(regions(before, 2)[0].polygons[-1])
    grip = (right - ROOM, bottom - ROOM)
    desk.select(*grip)
    _, (right_by, down_by) = desk.drag(grip, (grip[0] - 60, grip[1] + 45))
    moved = (left + right_by, top + down_by, right + right_by, bottom + down_by)
    _, (wider_by, higher_by) = desk.drag(moved[2:], (moved[2] + 30, moved[3] + 20))
    desk.press("Escape")
    desk.decide("c")
    want = (*moved[:2], moved[2] + wider_by, moved[3] + higher_by)

    def holds(after):
        kept, new = regions(after, 2)
        return (
            kept.polygons == regions(before, 2)[0].polygons[:-1]
            and near(new.box, want)
            and same(before, after, steps=[2])
        )

    return "corrected", holds


def draw_a_box(desk, before):
    number = desk.marks()
    desk.press(desk.chip("cb-figure", "1"))
    drawn, _ = desk.drag((20, 180), (130, 260))
    desk.wait_for_marks(number + 1)
    desk.press("Escape")
    desk.decide("c")

    def holds(after):
        *kept, new = regions(after, 1)
        return (
            kept == [confirmed(e) for e in regions(before, 1)]
            and near(new.box, drawn)
            and same(before, after, steps=[1])
        )

    return "corrected", holds


def take_a_region(desk, before):
    [candidate] = before.groundings[0].candidates
    *_, right, bottom = candidate.box
    desk.select(right - ROOM, bottom - ROOM)
    desk.press(desk.chip("cb-figure", "1"), "Escape")
    desk.decide("c")
    return (
        "corrected",
        lambda after: list(after.groundings[0].evidence) == [confirmed(candidate)] and same(before, after, steps=[1]),
    )


def take_a_span(desk, before):
    [candidate] = before.groundings[0].candidates
    desk.page.locator(".htx-highlight").first.click()
    desk.wait_for_selection()
    desk.press(desk.chip("cb-passage", "1"), "Escape")
    desk.decide("c")
    return (
        "corrected",
        lambda after: list(after.groundings[0].evidence) == [confirmed(candidate)] and same(before, after, steps=[1]),
    )


def mark_other_words(desk, before):
    words = {"en": "at the café", "fr": "l’été"}[before.example.language]
    number = desk.marks()
    desk.page.locator(".htx-highlight").first.click()
    desk.wait_for_selection()
    desk.press("Backspace")
    desk.wait_for_marks(number - 1)
    desk.press(desk.chip("cb-passage", "2"))
    desk.drag_over(words)
    desk.wait_for_marks(number)
    desk.press("Escape")
    desk.decide("c")
    prefix = review_corpus.PREFIX[before.example.language]
    start = prefix.index(words)

    def holds(after):
        [span] = after.groundings[1].evidence
        return (span.passage_id, span.start, span.end, span.quote) == (
            before.groundings[1].evidence[0].passage_id,
            start,
            start + len(words),
            words,
        ) and same(before, after, steps=[2])

    return "corrected", holds


def drop_a_step(desk, before):
    step = desk.page.locator(".cb-step").first
    step.locator("input[type=radio]").last.click()
    desk.decide("c")

    def holds(after):
        left = [step.text for step in before.example.steps[1:]]
        return (
            [step.text for step in after.example.steps] == left
            and [step.premises for step in after.example.steps] == [(), (1,)]
            and [confirmed(e) for g in before.groundings[1:] for e in g.evidence]
            == [e for g in after.groundings for e in g.evidence]
            and before.example.model_dump(exclude={"steps"}) == after.example.model_dump(exclude={"steps"})
            and [step.kind for step in after.example.steps] == [step.kind for step in before.example.steps[1:]]
        )

    return "corrected", holds


ACTS = {
    ("en", "figure", True): move_and_resize_a_box,
    ("fr", "figure", True): draw_a_box,
    ("en", "figure", False): take_a_region,
    ("fr", "figure", False): reject,
    ("en", "text", True): accept,
    ("fr", "text", True): edit_texts,
    ("en", "text", False): take_a_span,
    ("fr", "text", False): skip,
    ("en", "both", True): drop_a_step,
    ("fr", "both", True): mark_other_words,
    ("en", "both", False): mark_other_words,
    ("fr", "both", False): accept,
}
"""By language, what the question is about, and whether its first step has evidence: of each there is one."""


def kind_of(record):
    """Which of the examples of `review_corpus` it is."""
    has_figure, has_span = bool(record.example.figure_ids), any(step.kind == "read" for step in record.example.steps)
    about = "both" if has_figure and has_span else "figure" if has_figure else "text"
    return record.example.language, about, bool(record.groundings[0].evidence)


def make(tmp_path, name, language, number, **options):
    """A workspace with hostile words in it."""
    workspace = review_corpus.corpus(tmp_path / "ws", number, documents=2, **options)
    text = f'[corpus]\nname = "{name}-{language}"\n[review]\nlanguage = "{language}"\n'
    (workspace.root / "corpusbuilder.toml").write_text(text)
    for document in workspace.document_ids("verify"):
        [unit] = load_units(workspace, document)
        passages = [p.model_copy(update={"text": f"{p.text} {HOSTILE}"}) for p in unit.passages]
        about = unit.document.model_copy(update={"title": HOSTILE})
        review_corpus.written(
            workspace, "parse", document, [unit.model_copy(update={"passages": tuple(passages), "document": about})]
        )
        records = [_spoiled(record) for record in workspace.shard("verify", document).read(VerifiedExample)]
        review_corpus.written(workspace, "verify", document, records)
    return workspace


def _spoiled(record):
    """The first step of an example about the text says hostile things."""
    if record.example.figure_ids:
        return record
    first, *others = record.example.steps
    steps = (first.model_copy(update={"text": f"{first.text} {HOSTILE}"}), *others)
    example = record.example.model_copy(update={"question": f"{HOSTILE} {record.example.question}", "steps": steps})
    return record.model_copy(update={"grounded": record.grounded.model_copy(update={"example": example})})


def pushed(workspace, studio, *options):
    done = corpusbuilder("review", "push", "-w", workspace.root, "--json", *options, **studio.environ)
    assert done.code == 0, done.err
    return done.json


def shown_by_task(workspace, studio):
    """What was sent, by the number of the task."""
    files = ReviewFiles(workspace)
    shown = {s.key: s for d in files.documents() for s in files.shown(d).read()}
    project = files.read_project().project_id
    tasks = studio.call("GET", "/api/tasks/", project=project, page_size=100, fields="all")["tasks"]
    return {task["id"]: shown[task["data"]["example_id"]] for task in tasks}


@pytest.mark.parametrize(("language", "width", "height"), SCREENS)
def test_what_a_person_does_in_the_browser_comes_back_exactly(tmp_path, studio, language, width, height):
    workspace = make(tmp_path, "page", language, len(ACTS))
    url = pushed(workspace, studio)["url"]
    shown, sent, expected = shown_by_task(workspace, studio), {}, {}
    with page(studio, studio.add_annotator("ann"), width=width, height=height) as opened:
        desk = Desk(opened, url)
        for number in desk.tasks():
            before = shown[number].grounded
            sent[before.id] = before
            expected[before.id] = ACTS[kind_of(before)](desk, before)
        assert desk.mishaps == []
    done = corpusbuilder("review", "pull", "-w", workspace.root, "--json", **studio.environ)
    assert done.code == 0, done.err
    assert done.json["pulled"]["refused"] == []
    found = {
        record.id: record
        for document in workspace.document_ids("review")
        for record in workspace.shard("review", document).read(ReviewedExample)
    }
    assert {key: record.status for key, record in found.items()} == {
        key: status for key, (status, _) in expected.items() if status
    }
    now = {key: record.verified.grounded for key, record in found.items()}
    assert [
        ACTS[kind_of(before)] for key, before in sent.items() if key in now and not expected[key][1](now[key])
    ] == []


def test_the_second_person_sees_nothing_of_the_first(tmp_path, studio):
    workspace = make(tmp_path, "overlap", "en", 2, supported=3)
    sent = pushed(workspace, studio, "--overlap", 2, "--gold", 2)
    assert (sent["added"], sent["gold"]) == (4, 2)
    shown = shown_by_task(workspace, studio)
    people = [studio.add_annotator(name) for name in ("ann", "bob")]
    seen = [_rewrite_all(studio, person, sent["url"]) for person in people]
    assert seen[0].keys() == seen[1].keys() == shown.keys()
    assert [s.purpose for s in shown.values()].count("gold") == 2
    for texts in seen:
        assert texts == {number: s.grounded.example.question for number, s in shown.items()}
    done = corpusbuilder("review", "pull", "-w", workspace.root, "--json", **studio.environ)
    assert done.code == 0, done.err
    reviews = [
        (review.annotator, review.corrected.example.question)
        for document in workspace.document_ids("review")
        for record in workspace.shard("review", document).read(ReviewedExample)
        for review in record.reviews
    ]
    assert sorted(reviews) == [(f"annotator-{i}", _mine(person)) for i, person in enumerate(people, 1) for _ in "ab"]


def _mine(person):
    return f"A question by person {person.id}?"


def _rewrite_all(studio, person, url):
    """Put a question of one's own into every task; what was there before, by task."""
    found = {}
    with page(studio, person) as opened:
        desk = Desk(opened, url)
        for number in desk.tasks():
            fields = opened.locator("textarea[name^='question']")
            assert fields.count() == 1
            found[number] = fields.input_value()
            assert "A question by" not in opened.inner_text("body")
            desk.write("question", _mine(person))
            desk.decide("c")
        assert desk.mishaps == []
    return found

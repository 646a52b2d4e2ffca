import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from released_rows import (
    CONNECTORS,
    HOSTILE,
    LABELS,
    REGIONS,
    content,
    exported,
    figure,
    figure_example,
    image,
    png,
    release,
    text_example,
)

from corpusbuilder.exports.formats.ai2d import annotation, export

SECTIONS = {"arrowHeads", "arrows", "blobs", "containers", "imageConsts", "meaningfulSpaces", "relationships", "text"}
CATEGORIES = {
    "arrowDescriptor", "arrowHeadTail", "imageCaption", "imageTitle", "interObjectLinkage", "intraObjectLabel",
    "intraObjectLinkage", "intraObjectRegionLabel", "intraObjectTextLinkage", "misc", "sectionTitle",
}  # fmt: skip
"""Of the relationships in the original data set."""

points = st.tuples(st.integers(0, 6_000), st.integers(0, 4_000)).map(lambda xy: [xy[0] / 100, xy[1] / 100])


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_folder_is_laid_out_as_the_original(tmp_path):
    of = release(
        tmp_path / "release",
        [figure_example()],
        [figure(), figure("fig-2")],
        train=([figure_example("ex-3", shown="fig-3")], [figure("fig-3", image=image(png("3", kind="jpeg")))]),
    )
    report = exported(export, of, tmp_path / "out")
    assert sorted(content(tmp_path / "out")) == [
        "ai2d_test_ids.csv",
        "ai2d_train_ids.csv",
        "annotations/0.jpg.json",
        "annotations/1.png.json",
        "annotations/2.png.json",
        "categories.json",
        "images/0.jpg",
        "images/1.png",
        "images/2.png",
        "questions/0.jpg.json",
        "questions/1.png.json",
        "sources.json",
    ]
    assert (tmp_path / "out/ai2d_test_ids.csv").read_text() == "1\n2\n"
    assert read(tmp_path / "out/sources.json") == {"0.jpg": "fig-3", "1.png": "fig-1", "2.png": "fig-2"}
    assert read(tmp_path / "out/categories.json")["1.png"] == "diagram"
    assert (tmp_path / "out/images/1.png").read_bytes() == png("fig-1")
    assert report.rows == {"annotations": 3, "questions": 2}


def test_an_annotation_has_all_sections_and_refers_to_nothing_that_is_not_in_it():
    entry = annotation(figure(), "0.png")
    assert set(entry) == SECTIONS | {"imageName"}
    elements = {key for section in SECTIONS - {"relationships"} for key in entry[section]}
    assert all(key == element["id"] for s in SECTIONS for key, element in entry[s].items())
    assert all(key.startswith(("T", "B", "A", "H", "I")) for key in elements)
    for key, link in entry["relationships"].items():
        ends = [link["origin"], *([link["connector"]] if "connector" in link else []), link["destination"]]
        assert key == "+".join(ends)
        assert set(ends) <= elements
        assert link["category"] in CATEGORIES


def test_arrows_lines_and_names_become_the_relationships_of_ai2d():
    links = annotation(figure(), "0.png")["relationships"]
    assert {key: (link["category"], link["hasDirectionality"]) for key, link in links.items()} == {
        "A0+H0": ("arrowHeadTail", False),
        "T0+A0+T1": ("interObjectLinkage", True),
        "T1+A1+B0": ("intraObjectLinkage", False),  # the leader says it already: no label relationship besides
        "T0+B1": ("intraObjectLabel", False),
    }


def test_a_connector_whose_ends_are_unknown_is_drawn_and_not_linked():
    loose = CONNECTORS[0] | {"tail_id": "lab-gone", "head_id": None}
    entry = annotation(figure(connectors=[loose]), "0.png")
    assert set(entry["arrows"]) == {"A0"}
    assert entry["arrowHeads"]["H0"]["rectangle"] == [[30.0, 20.0], [30.0, 20.0]]
    assert {link["category"] for link in entry["relationships"].values()} == {"arrowHeadTail", "intraObjectLabel"}


@given(
    corners=st.tuples(points, points),
    polygon=st.lists(points, min_size=3, max_size=7),
    path=st.lists(points, min_size=2),
)
@settings(max_examples=60)
def test_boxes_polygons_and_paths_come_back_as_they_were_released(corners, polygon, path):
    (ax, ay), (bx, by) = corners
    box = [min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)]
    drawn = figure(
        labels=[LABELS[0] | {"box": box}],
        regions=[REGIONS[0] | {"polygon": polygon}, REGIONS[1] | {"box": box}],
        connectors=[CONNECTORS[0] | {"points": path}],
    )
    entry = json.loads(json.dumps(annotation(drawn, "0.png")))
    (x0, y0), (x1, y1) = entry["text"]["T0"]["rectangle"]
    assert [x0, y0, x1, y1] == box
    assert entry["blobs"]["B0"]["polygon"] == polygon
    assert entry["blobs"]["B1"]["polygon"] == [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]
    outline = entry["arrows"]["A0"]["polygon"]
    assert len(outline) == 2 * len(path)
    for place, (x, y) in enumerate(path):
        (ax, ay), (bx, by) = outline[place], outline[-1 - place]
        assert abs((ax + bx) / 2 - x) < 1e-5
        assert abs((ay + by) / 2 - y) < 1e-5
    assert entry["arrowHeads"]["H0"]["rectangle"] == [path[-1], path[-1]]


def test_the_right_answer_of_every_question_is_the_released_one(tmp_path):
    asked = [
        figure_example(f"ex-{n}", choices=choices, answer="Leaf")
        for n, choices in enumerate([["Leaf", "Sun"], ["Sun", "Leaf", "Moon"], ["a", "b", "c", "Leaf"]])
    ]
    exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    data = read(tmp_path / "out/questions/0.png.json")
    assert data["imageName"] == "0.png"
    assert [entry["correctAnswer"] for entry in data["questions"].values()] == [0, 1, 3]
    assert all(entry["answerTexts"][entry["correctAnswer"]] == "Leaf" for entry in data["questions"].values())
    assert [entry["questionId"] for entry in data["questions"].values()] == ["0.png-0", "0.png-1", "0.png-2"]
    assert list(data["questions"]) == [row["question"] for row in asked]


def test_what_ai2d_cannot_hold_is_left_out_with_the_reason(tmp_path):
    asked = [
        figure_example(),
        figure_example(),
        figure_example("ex-2", choices=[], answer_type="short"),
        figure_example("ex-3", answer="Star"),
        figure_example("ex-4", choices=["Leaf", "Sun", "Sun"]),
        text_example(),
    ]
    report = exported(export, release(tmp_path / "release", asked, [figure()]), tmp_path / "out")
    assert report.rows["questions"] == 1
    assert report.left_out == {
        "the same was asked on their figure before": 1,
        "their answer is none of their choices": 1,
        "they are on no figure of their split": 1,
        "they have no choices": 1,
        "two of their choices are the same": 1,
    }


def test_texts_of_strangers_come_back_as_they_are(tmp_path):
    asked = figure_example("../../ex", question=HOSTILE, answer=HOSTILE, choices=["Sun", HOSTILE])
    drawn = figure(labels=[LABELS[0] | {"text": HOSTILE}], kind=HOSTILE)
    exported(export, release(tmp_path / "release", [asked], [drawn]), tmp_path / "out")
    (entry,) = read(tmp_path / "out/questions/0.png.json")["questions"].items()
    assert (entry[0], entry[1]["answerTexts"][1]) == (HOSTILE, HOSTILE)
    assert read(tmp_path / "out/annotations/0.png.json")["text"]["T0"]["value"] == HOSTILE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "release"]


@given(number=st.integers(1, 80))
@settings(max_examples=10)
def test_every_text_has_a_letter_of_its_own(number):
    entry = annotation(figure(labels=[LABELS[0] | {"id": f"lab-{n}"} for n in range(number)]), "0.png")
    letters = [text["replacementText"] for text in entry["text"].values()]
    assert len(set(letters)) == number
    assert letters[0] == "A"


def test_the_same_release_gives_the_same_bytes():
    with tempfile.TemporaryDirectory() as place:
        of = release(Path(place) / "release", [figure_example()], [figure(), figure("fig-2")])
        for name in ("one", "two"):
            exported(export, of, Path(place) / name)
        assert content(Path(place) / "one") == content(Path(place) / "two")

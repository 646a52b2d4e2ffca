import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from released_rows import (
    HOSTILE,
    LABELS,
    REGIONS,
    exported,
    figure,
    figure_example,
    image,
    png,
    region,
    release,
    step,
    text_example,
)

from corpusbuilder.errors import StorageError, UsageError
from corpusbuilder.exports.formats.coco import ELEMENTS, STEPS, export

hundredths = st.integers(0, 5_000).map(lambda value: value / 100)
boxes = st.tuples(hundredths, hundredths, hundredths, hundredths).map(
    lambda b: [min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])]
)
paths = st.lists(st.tuples(hundredths, hundredths).map(list), min_size=2, max_size=6)


def read(folder, kind, split="test"):
    return json.loads((folder / f"annotations/{kind}_{split}.json").read_text(encoding="utf-8"))


def released_box(annotation):
    x, y, width, height = annotation["bbox"]
    return [x, y, round(x + width, 2), round(y + height, 2)]


@pytest.fixture
def both(tmp_path):
    """A figure and a question on it, exported."""
    report = exported(export, release(tmp_path / "release", [figure_example()], [figure()]), tmp_path / "out")
    return tmp_path / "out", report


def test_every_element_of_a_figure_is_an_annotation_with_its_released_box(both):
    folder, report = both
    by_source = {entry["source_id"]: entry for entry in read(folder, "instances")["annotations"]}
    for row in (*LABELS, *REGIONS):
        assert released_box(by_source[row["id"]]) == row["box"]
    assert [ELEMENTS[by_source[key]["category_id"] - 1] for key in ("lab-sun", "reg-disc", "con-arrow")] == [
        "label", "region", "connector",
    ]  # fmt: skip
    assert by_source["lab-sun"]["text"] == "Sun"
    assert by_source["con-arrow"]["head_id"] == "lab-leaf"
    assert report.rows == {"annotations/instances_test.json": 7, "annotations/evidence_test.json": 1}


def test_evidence_says_of_which_step_of_which_example_it_is(both):
    folder, _ = both
    (entry,) = read(folder, "evidence")["annotations"]
    assert (entry["example_id"], entry["step"], entry["caption"]) == ("ex-1", 1, "An arrow leads to it.")
    assert STEPS[entry["category_id"] - 1] == "perceive"
    assert released_box(entry) == LABELS[0]["box"]


def test_the_files_have_the_keys_and_types_of_coco(both):
    folder, _ = both
    for kind in ("instances", "evidence"):
        data = read(folder, kind)
        assert set(data) == {"licenses", "categories", "images", "annotations"}
        for entry in data["images"]:
            assert [type(entry[key]) for key in ("id", "width", "height", "file_name")] == [int, int, int, str]
            assert (folder / "images" / entry["file_name"]).is_file()
        shown, named = ({entry["id"] for entry in data[key]} for key in ("images", "categories"))
        for entry in data["annotations"]:
            assert entry["image_id"] in shown
            assert entry["category_id"] in named
            assert entry["iscrowd"] == 0
            assert len(entry["bbox"]) == 4
            (polygon,) = entry["segmentation"]
            assert len(polygon) >= 6
            assert len(polygon) % 2 == 0
        ids = [entry["id"] for entry in data["annotations"]]
        assert len(set(ids)) == len(ids)


def test_pycocotools_loads_both_files_and_paints_every_polygon(both):
    coco = pytest.importorskip("pycocotools.coco")
    folder, _ = both
    for kind, number in (("instances", 7), ("evidence", 1)):
        loaded = coco.COCO(str(folder / f"annotations/{kind}_test.json"))
        annotations = loaded.loadAnns(loaded.getAnnIds(imgIds=loaded.getImgIds()))
        assert len(annotations) == number
        for entry in annotations:
            painted = int(loaded.annToMask(entry).sum())
            assert painted == pytest.approx(entry["area"], rel=0.3, abs=15)


@given(box=boxes, path=paths)
@settings(max_examples=25, deadline=None)
def test_boxes_and_paths_come_back_as_they_were_released(box, path):
    drawn = figure(
        labels=[LABELS[0] | {"box": box}],
        regions=[],
        connectors=[
            {"id": "c", "tail_id": None, "head_id": None, "directed": True, "points": path, "method": "v", "score": 1}
        ],
    )
    asked = figure_example(steps=[step(regions=[region(box=box)])])
    with tempfile.TemporaryDirectory() as place:
        exported(export, release(Path(place) / "release", [asked], [drawn]), Path(place) / "out")
        label, arrow = read(Path(place) / "out", "instances")["annotations"]
        (evidence,) = read(Path(place) / "out", "evidence")["annotations"]
    assert released_box(label) == box
    assert released_box(evidence) == box
    assert arrow["points"] == path
    outline = [arrow["segmentation"][0][n : n + 2] for n in range(0, 4 * len(path), 2)]
    middles = [[(a + b) / 2 for a, b in zip(outline[n], outline[-1 - n], strict=True)] for n in range(len(path))]
    assert middles == [pytest.approx(point, abs=1e-5) for point in path]


def test_an_image_that_two_figures_share_is_written_once_and_named_by_its_content(tmp_path):
    shared = image(png("shared"))
    figures = [figure("../../fig", image=shared), figure("fig-2", image=shared), figure("fig-3")]
    report = exported(export, release(tmp_path / "release", [figure_example(shown="fig-3")], figures), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out/images").iterdir())
    assert report.images == len(names) == 2
    assert all(len(name) == 64 + len(".png") for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "release"]


def test_texts_of_strangers_come_back_as_they_are(tmp_path):
    drawn = figure(caption=HOSTILE, labels=[LABELS[0] | {"text": HOSTILE}])
    asked = figure_example(steps=[step(regions=[region()], text=HOSTILE)])
    exported(export, release(tmp_path / "release", [asked], [drawn]), tmp_path / "out")
    assert read(tmp_path / "out", "instances")["annotations"][0]["text"] == HOSTILE
    assert read(tmp_path / "out", "evidence")["annotations"][0]["caption"] == HOSTILE
    assert read(tmp_path / "out", "evidence")["images"][0]["caption"] == HOSTILE


def test_examples_without_a_region_in_their_split_are_left_out_and_counted(tmp_path):
    asked = [figure_example(), text_example(), figure_example("ex-2", steps=[step(regions=[region("fig-far")])])]
    of = release(tmp_path / "release", asked, [figure()], train=([figure_example("ex-3")], [figure("fig-far")]))
    report = exported(export, of, tmp_path / "out", split="test")
    assert report.left_out == {
        "none of their steps rests on a region of a figure": 1,
        "a step rests on a figure that is not in their split": 1,
    }


def test_an_image_has_the_licence_of_its_document(tmp_path):
    figures = [figure(), figure("fig-2", document_id="doc-of-nobody")]
    exported(export, release(tmp_path / "release", [], figures), tmp_path / "out")
    data = read(tmp_path / "out", "instances")
    names = {entry["id"]: entry["name"] for entry in data["licenses"]}
    assert [names[entry["license"]] for entry in data["images"]] == ["CC-BY-4.0", "unknown"]


def test_ids_go_on_from_one_split_to_the_next(tmp_path):
    of = release(tmp_path / "release", [figure_example()], [figure()], train=([], [figure("fig-2")]))
    exported(export, of, tmp_path / "out")
    ids = [entry["id"] for split in ("train", "test") for entry in read(tmp_path / "out", "instances", split)["images"]]
    assert ids == [1, 2]


def test_a_figure_without_its_image_is_an_error_that_names_it(tmp_path):
    of = release(tmp_path / "release", [], [figure(image=None)])
    with pytest.raises(StorageError, match="fig-1: the release holds no image"):
        exported(export, of, tmp_path / "out")


def test_a_trace_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no place for a reasoning trace"):
        exported(export, release(tmp_path / "release", [], [figure()]), tmp_path / "out", trace="think")

"""Records become rows."""

import pytest
import release_corpus as corpus

from corpusbuilder.records import CheckResult, Mention, RegionEvidence, StepGrounding, WordBox
from corpusbuilder.stages.release.rows import Contents, example_row, passage_row


def contents(*figures, passages=()):
    return Contents.of([corpus.unit(corpus.document("doc-1"), passages, figures)])


def regions_of(evidence):
    shown = contents(corpus.figure("f-1", size=(40, 30)))
    example = corpus.figure_example("x-1", shown.units["unit-doc-1"])
    groundings = (StepGrounding(step=1, evidence=(evidence,)), StepGrounding(step=2))
    grounded = example.grounded.model_copy(update={"groundings": groundings})
    row = example_row(example.model_copy(update={"grounded": grounded}), shown, b"")
    return row["steps"][0]["regions"]


def region(polygons, element_ids=("l1",), box=(0, 0, 20, 15)):
    return RegionEvidence(
        figure_id="f-1", element_ids=element_ids, polygons=polygons, box=box, method="diagram.element", score=0.9
    )


def test_each_polygon_is_a_region_with_its_own_element_box_and_share_of_the_image():
    triangle = ((0, 0), (20, 0), (0, 12))
    rows = regions_of(region((corpus.square(30, 20), triangle), ("l2", "r1")))
    assert [(r["element_ids"], r["box"]) for r in rows] == [(["l2"], [30, 20, 40, 30]), (["r1"], [0, 0, 20, 12])]
    assert [r["area_ratio"] for r in rows] == pytest.approx([100 / 1200, 120 / 1200], abs=1e-6)


def test_a_box_without_polygons_is_one_region():
    (row,) = regions_of(region((), element_ids=()))
    assert (row["box"], row["polygon"], row["element_ids"]) == ([0, 0, 20, 15], [], [])
    assert row["area_ratio"] == pytest.approx(0.25)


def test_polygons_that_do_not_pair_with_the_elements_keep_all_their_ids():
    rows = regions_of(region((corpus.square(0, 0), corpus.square(20, 10)), ("c1",)))
    assert [r["element_ids"] for r in rows] == [["c1"], ["c1"]]


@pytest.mark.parametrize(
    ("polygon", "area"),
    [
        (((0, 0), (10, 10), (10, 0), (0, 10)), 50),
        (((0, 0), (10, 4)), 40),
        (((5, 5), (5, 5), (5, 5)), 4),
    ],
    ids=["crosses itself", "a line", "a point"],
)
def test_the_area_of_an_odd_polygon_is_defined(polygon, area):
    (row,) = regions_of(region((polygon,)))
    assert row["area_ratio"] == pytest.approx(area / 1200, abs=1e-6)


def test_the_reason_of_a_check_names_the_step():
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    record = corpus.text_example("x-1", within)
    checks = (
        CheckResult(name="a", version=1, step=2, outcome="fail", reason="It leaks."),
        CheckResult(name="b", version=1, step=2, outcome="pass"),
        CheckResult(name="c", version=1, outcome="abstain", reason="No figure."),
    )
    record = record.model_copy(update={"verdict": record.verdict.model_copy(update={"checks": checks})})
    row = example_row(record, Contents.of([within]), None)
    assert [check["reason"] for check in row["checks"]] == ["step 2: It leaks.", "", "No figure."]


def test_a_teacher_with_a_model_is_named_with_it():
    within = corpus.unit(corpus.document("doc-1"), [corpus.passage("p-1", "Some text.")])
    made = corpus.text_example("x-1", within).example.provenance.model_copy(
        update={"producer": "openai", "model": "m-2"}
    )
    row = example_row(corpus.text_example("x-1", within, provenance=made), Contents.of([within]), None)
    assert row["provenance"]["teacher"] == "openai:m-2"


def words(*places):
    """Two letters each: (page, x, y), 10 wide and 8 high."""
    return tuple(WordBox(3 * n, 3 * n + 2, page, x, y, x + 10, y + 8) for n, (page, x, y) in enumerate(places))


def boxes(*places):
    text = "ab " * len(places)
    row = passage_row(corpus.passage("p-1", text, words=words(*places)), "unit-doc-1", 0, contents())
    return [(box["page_no"], box["box"]) for box in row["boxes"]]


def test_lines_of_one_column_are_one_box():
    assert boxes((1, 50, 100), (1, 65, 99), (1, 50, 112), (1, 50, 124)) == [(1, [50, 99, 75, 132])]


def test_a_passage_that_goes_on_in_the_next_column_has_two_boxes():
    assert boxes((1, 50, 500), (1, 50, 512), (1, 200, 60), (1, 215, 60)) == [
        (1, [50, 500, 60, 520]),
        (1, [200, 60, 225, 68]),
    ]


def test_a_passage_that_goes_on_on_the_next_page_has_two_boxes():
    assert boxes((1, 50, 500), (2, 50, 60)) == [(1, [50, 500, 60, 508]), (2, [50, 60, 60, 68])]


def test_words_that_run_up_the_page_are_one_box():
    assert boxes((1, 50, 300), (1, 50, 285), (1, 50, 270)) == [(1, [50, 270, 60, 308])]


def test_a_mention_of_what_the_document_does_not_hold_has_no_figure():
    about = corpus.document("doc-1")
    lost = Mention(passage_id="p-1", start=4, end=12, text="Figure 9", method="number", score=0.0)
    unit = corpus.unit(about, [corpus.passage("p-1", "See Figure 9.")]).model_copy(update={"unresolved": (lost,)})
    row = passage_row(unit.passages[0], "u-1", 0, Contents.of([unit]))
    assert row["mentions"] == [{"figure_id": None, "start": 4, "end": 12, "text": "Figure 9"}]


def test_a_mention_by_a_figure_of_another_unit_is_found():
    about = corpus.document("doc-1")
    here = corpus.unit(about, [corpus.passage("p-1", "See Figure 1 and 2.")], id_="u-1")
    mentions = [
        Mention(passage_id="p-1", start=start, end=start + 1, text="?", method="number", score=1.0)
        for start in (17, 11)
    ]
    figures = [corpus.figure(f"f-{n}", mentions=(mention,)) for n, mention in enumerate(mentions)]
    both = Contents.of([here, corpus.unit(about, (), figures, id_="u-2")])
    row = passage_row(here.passages[0], "u-1", 0, both)
    assert [(m["figure_id"], m["start"]) for m in row["mentions"]] == [("f-1", 11), ("f-0", 17)]

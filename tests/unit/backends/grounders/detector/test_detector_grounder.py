"""The grounder that looks: tiny detectors, the real code of transformers, a real ledger."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import looking
import pytest
import tiny_models
from looking import access_to, figure, ground, keep, many_figures, options, picture, queries, red_figure
from tiny_detectors import owl_box, save_grounding_dino, save_owl

from corpusbuilder.backends.grounders.detector import BACKEND
from corpusbuilder.backends.grounders.detector.families import family_of
from corpusbuilder.backends.grounders.detector.grounder import DetectorGrounder
from corpusbuilder.backends.registry import create, find
from corpusbuilder.errors import BackendError, MissingExtraError
from corpusbuilder.records import Diagram, Region, StepKind
from corpusbuilder.records.geometry import box_polygon
from corpusbuilder.store.ledger import CallLedger

pytestmark = pytest.mark.usefixtures("offline_transformers")
PATCH = 75
"""Pixels: an OWL sees an image of 600 × 400 as 8 × 8 patches of a square of 600."""


def cell(column, row, patch=PATCH):
    return column * patch, row * patch, (column + 1) * patch, (row + 1) * patch


def close(box, expected, *, pixels=1):
    return all(abs(a - b) <= pixels for a, b in zip(box, expected, strict=True))


def test_what_is_seen_is_evidence(tiny_owl, tmp_path):
    shown = red_figure(cell(2, 3))
    (found,), _ = ground(options(tiny_owl), tmp_path, queries([shown], "The red cell lies on the left."))
    (evidence,) = found.evidence
    assert close(evidence.box, owl_box(2, 3, (600, 600)))
    assert (evidence.method, evidence.element_ids, evidence.figure_id) == ("detector.box", (), shown.id)
    assert evidence.polygons == (box_polygon(evidence.box),)
    assert 0.5 < evidence.score < 1
    assert found.unresolved == found.candidates == ()


def test_what_is_seen_is_put_onto_the_element_it_fits(tiny_owl, tmp_path):
    box = owl_box(2, 3, (600, 600))
    part = Region(id="reg", polygon=box_polygon(box), box=box, method="vector", score=0.9)
    shown = red_figure(cell(2, 3), diagram=Diagram(regions=(part,)))
    (found,), _ = ground(options(tiny_owl), tmp_path, queries([shown], "The cell is red."))
    assert [(e.method, e.element_ids) for e in found.evidence] == [("detector.snapped", ("reg",))]


def test_of_two_things_that_look_alike_both_are_candidates(tiny_owl, tmp_path):
    (found,), _ = ground(options(tiny_owl), tmp_path, queries([red_figure(cell(1, 1), cell(5, 3))], "The cell is red."))
    assert found.evidence == ()
    upper, lower = sorted((candidate.box for candidate in found.candidates), key=lambda box: box[1])
    assert close(upper, owl_box(1, 1, (600, 600)))
    assert close(lower, owl_box(5, 3, (600, 600)))
    assert found.unresolved == ("several things in the picture look like “cell”",)


def test_what_is_not_seen_is_said(tiny_owl, tmp_path):
    (found,), _ = ground(options(tiny_owl), tmp_path, queries([red_figure()], "The cell is red."))
    assert (found.evidence, found.candidates) == ((), ())
    assert found.unresolved == ("nothing in the picture looks like “cell”",)


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("The cell is not red.", "en", "denies"),
        ("La cellule n’est pas rouge.", "fr", "denies"),
        ("An arrow runs to the cell.", "en", "about an arrow"),
        ("La cellule est au bout d’une flèche.", "fr", "about an arrow"),
    ],
)
def test_what_boxes_cannot_show_is_left_to_the_annotator(tiny_owl, tmp_path, text, language, why):
    (found,), _ = ground(options(tiny_owl), tmp_path, queries([red_figure(cell(2, 3))], text, language=language))
    assert found.evidence == ()
    assert len(found.candidates) == 1
    assert why in found.unresolved[0]


def test_an_image_and_a_phrase_are_looked_at_once_however_many_steps_speak_of_it(tiny_owl, tmp_path):
    shown = red_figure(cell(2, 3))
    same_image = looking.figure(picture(cell(2, 3)), figure_id="fig-again")
    asked = [
        *queries([shown], "The cell is red.", "A cell touches the nucleus.", "The Cell!"),
        *queries([same_image], "The cell and the nucleus."),
    ]
    found, meter = ground(options(tiny_owl), tmp_path, asked)
    assert meter.sent == 2
    assert [grounding.step for grounding in found] == [1, 2, 3, 1]
    again, later = ground(options(tiny_owl), tmp_path, asked)
    assert again == found
    assert (later.sent, later.found) == (0, 2)


def test_another_threshold_computes_nothing(tiny_owl, tmp_path):
    asked = queries([red_figure(cell(2, 3))], "The cell is red.")
    (found,), _ = ground(options(tiny_owl), tmp_path, asked)
    (strict,), meter = ground(options(tiny_owl, box_threshold=0.99), tmp_path, asked)
    assert meter.sent == 0
    assert strict.evidence == ()
    assert strict.candidates == found.evidence
    assert strict.unresolved == ("nothing in the picture is surely “cell”",)


def test_calls_cost_nothing_and_are_listed_like_all_others(tiny_owl, tmp_path):
    _, meter = ground(options(tiny_owl), tmp_path, queries([red_figure(cell(2, 3))], "The cell is red."))
    assert (meter.cost_usd, meter.unpriced) == (0, 0)
    with CallLedger(tmp_path) as ledger:
        (entry,) = ledger.entries()
    assert (entry.call.task, entry.call.producer, entry.state) == ("detect", "transformers", "parsed")
    assert json.loads(entry.answer.body)["family"] == "owlv2"


def test_a_run_that_was_killed_computes_nothing_twice(tiny_owl, tmp_path):
    helper = Path(looking.__file__)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, helper, tiny_owl, tmp_path], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stderr
    asked = [query for each in many_figures() for query in queries([each], "The cell is red.")]
    found, meter = ground(options(tiny_owl), tmp_path, asked)
    assert (meter.found, meter.sent) == (2, 3)
    assert all(len(grounding.evidence) == 1 for grounding in found)


def test_many_threads_share_one_model(tiny_owl, tmp_path):
    figures, found = many_figures(), {}
    with access_to(tmp_path) as access:
        grounder = DetectorGrounder(options(tiny_owl), access)

        def work(number):
            asked = [q for each in figures for q in queries([each], "The cell is red.", f"The bird {number} is red.")]
            found[number] = list(grounder.ground(asked))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert access.meter.sent == 10
    assert found[0] == found[1] == found[2] == found[3]
    assert all(grounding.evidence for grounding in found[0])


@pytest.mark.parametrize("kind", [StepKind.READ, StepKind.INFER])
def test_a_step_that_rests_on_no_picture_is_not_looked_into(kind, tmp_path):
    asked = queries([red_figure(cell(2, 3))], "The cell is red.", kind=kind)
    (found,), meter = ground(options(), tmp_path, asked)
    assert (found.evidence, found.candidates, found.unresolved) == ((), (), ())
    assert meter.as_json() is None


def test_without_a_figure_or_anything_to_look_for_no_model_is_loaded(tmp_path):
    asked = [*queries([], "The cell is red."), *queries([red_figure()], "It is there.", "")]
    found, meter = ground(options("nobody/nothing"), tmp_path, asked)
    assert meter.as_json() is None
    assert [grounding.unresolved for grounding in found] == [
        (),
        ("the step names nothing that could be looked for in a picture",),
        ("the step names nothing that could be looked for in a picture",),
    ]


def test_no_queries_have_no_answers(tmp_path):
    assert ground(options(), tmp_path, [])[0] == []


def test_an_image_that_cannot_be_read_costs_only_its_own_steps(tiny_owl, tmp_path):
    good = red_figure(cell(2, 3))
    bad = [figure(data, figure_id=f"bad-{n}") for n, data in enumerate([b"", b"\x89PNG\r\n\x1a\nno", picture()[:60]])]
    gone = figure(b"gone", figure_id="gone")
    looking.IMAGES.pop(gone.image.sha256)
    asked = [query for each in (*bad, good, gone) for query in queries([each], "The cell is red.")]
    found, _ = ground(options(tiny_owl), tmp_path, asked)
    assert [len(grounding.evidence) for grounding in found] == [0, 0, 0, 1, 0]
    assert all("“cell” could not be looked for" in g.unresolved[0] for g in found if not g.evidence)
    assert all(g.candidates == () for g in found if not g.evidence)


def test_what_stands_out_while_another_figure_cannot_be_read_is_a_candidate(tiny_owl, tmp_path):
    good, bad = red_figure(cell(2, 3)), figure(b"no image", figure_id="bad")
    (found,), _ = ground(options(tiny_owl), tmp_path, queries([good, bad], "The cell is red."))
    assert found.evidence == ()
    assert [c.figure_id for c in found.candidates] == [good.id]


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (3, 2), (1500, 4)])
def test_tiny_and_thin_images_do_no_harm(tiny_owl, tiny_dino, tmp_path, size):
    good = red_figure(cell(2, 3))
    asked = [query for each in (red_figure(size=size), good) for query in queries([each], "The cell is red.")]
    for folder in (tiny_owl, tiny_dino):
        found, _ = ground(options(folder), tmp_path, asked)
        assert not found[0].evidence or folder == tiny_dino
        assert found[1].evidence or found[1].candidates


def test_a_replay_looks_at_the_ledger_only(tiny_owl, tmp_path):
    shown = red_figure(cell(2, 3))
    asked = queries([shown], "The cell is red.")
    live, _ = ground(options(tiny_owl), tmp_path, asked)
    replayed, _ = ground(options(tiny_owl), tmp_path, asked, mode="replay")
    assert replayed == live
    (absent,), _ = ground(options(tiny_owl), tmp_path, queries([shown], "The bird is red."), mode="replay")
    assert absent.reason_code == "not_in_ledger"


def test_an_estimate_counts_what_would_be_looked_for(tmp_path):
    with access_to(tmp_path, mode="estimate") as access:
        asked = queries([red_figure(cell(2, 3))], "The cell and the nucleus.", "The cell is red.")
        list(DetectorGrounder(options(), access).ground(asked))
        assert access.estimate.by_task() == {"detect": 2}
        assert not access.costs_money(options())


def boxes(**fields):
    known = {
        "phrase": "cell",
        "family": "owlv2",
        "boxes": [[0.1, 0.1, 0.3, 0.4]],
        "scores": [0.9],
        "text_scores": [0.9],
    }
    return json.dumps({**known, **fields}).encode()


def test_an_answer_in_the_ledger_is_used_as_it_is(tmp_path):
    shown, chosen = red_figure(), options("some/model")
    keep(tmp_path, chosen, shown, "cell", boxes())
    (found,), meter = ground(chosen, tmp_path, queries([shown], "The cell is red."))
    assert (meter.found, meter.sent) == (1, 0)
    assert [(e.box, e.score) for e in found.evidence] == [((60, 40, 180, 160), 0.9)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 5000,
        boxes(boxes=[[float("nan"), 0, 1, 1]]),
        boxes(boxes=[[0.1, 0.1, float("inf"), 1]]),
        boxes(boxes=[[0.3, 0.1, 0.1, 0.4]]),
        boxes(boxes=[[0.1, 0.1, 1.3, 0.4]]),
        boxes(boxes=[[-1e9, 0.1, 0.3, 0.4]]),
        boxes(boxes=[[0.1, 0.1, 0.3]]),
        boxes(boxes=[]),
        boxes(boxes=[[0.1, 0.1, 0.3, 0.4]] * 5000, scores=[0.5] * 5000, text_scores=[0.5] * 5000),
        boxes(scores=[float("nan")]),
        boxes(scores=[7]),
        boxes(scores=["high"]),
        boxes(scores=[]),
        boxes(text_scores=[0.5, 0.5]),
        boxes(phrase="another"),
        boxes(family="unknown"),
        boxes(more=1),
        b'{"choices": [{"message": {"content": "a chat completion"}}]}',
    ],
)
def test_an_answer_in_the_ledger_that_makes_no_sense_is_told(tmp_path, body):
    shown, chosen = red_figure(), options("some/model")
    keep(tmp_path, chosen, shown, "cell", body)
    (found,), meter = ground(chosen, tmp_path, queries([shown], "The cell is red."))
    assert (found.evidence, found.candidates) == ((), ())
    assert found.unresolved[0].startswith("“cell” could not be looked for: the answer cannot be used")
    assert len(found.unresolved[0]) < 400
    assert meter.failed == 1
    with CallLedger(tmp_path) as ledger:
        assert [entry.state for entry in ledger.entries()] == ["malformed"]


def test_a_model_that_cannot_be_had_ends_the_run(tmp_path):
    with pytest.raises(BackendError, match="no such folder"):
        ground(options(tmp_path / "nothing"), tmp_path, queries([red_figure()], "The cell is red."))


def test_a_detector_of_another_family_is_told():
    from transformers import OmDetTurboConfig

    other = SimpleNamespace(model=SimpleNamespace(config=OmDetTurboConfig()))
    with pytest.raises(BackendError, match="'omdet-turbo' is not known here") as caught:
        family_of(other, "some/model")
    assert "OWLv2" in caught.value.hint


def test_a_model_that_is_no_detector_is_told(tmp_path):
    folder = tiny_models.save_llama(tmp_path / "llama")
    with pytest.raises(BackendError, match=r"no zero-shot object detector|no processor") as caught:
        ground(options(folder), tmp_path / "ledger", queries([red_figure()], "The cell is red."))
    assert "AutoModelForZeroShotObjectDetection" in caught.value.hint


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "processor_config.json"])
def test_a_broken_folder_is_told(tiny_owl, tmp_path, name):
    file = shutil.copytree(tiny_owl, tmp_path / "model") / name
    file.write_bytes(file.read_bytes()[:20])
    with pytest.raises(BackendError, match=str(tmp_path)) as caught:
        ground(options(file.parent), tmp_path / "ledger", queries([red_figure()], "The cell is red."))
    assert caught.value.hint


@pytest.mark.parametrize("package", ["transformers", "scipy"])
def test_a_missing_package_is_named_with_its_extra(tiny_owl, tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        ground(options(tiny_owl), tmp_path, queries([red_figure()], "The cell is red."))
    assert (caught.value.package, caught.value.extra) == (package, "ground")


def test_it_is_found_by_its_name_and_made_without_loading_anything(tmp_path):
    assert find("grounders", "detector") is BACKEND
    with access_to(tmp_path) as access:
        assert isinstance(create("grounders", options(), access), DetectorGrounder)


def test_what_is_set_about_speed_changes_no_fingerprint(tiny_owl):
    plain = options(tiny_owl)
    assert plain.fingerprint() == options(tiny_owl, batch_size=64).fingerprint()
    assert str(tiny_owl) not in json.dumps(plain.fingerprint())
    others = [{"box_threshold": 0.5}, {"text_threshold": 0.5}, {"max_boxes": 2}, {"max_image_side": 64}]
    prints = [json.dumps(options(tiny_owl, **other).fingerprint()) for other in others]
    assert len({json.dumps(plain.fingerprint()), *prints}) == 5


@pytest.mark.parametrize(
    ("save", "kind"),
    [
        (save_owl, "Owlv2"),
        (save_owl, "OwlViT"),
        (save_grounding_dino, "GroundingDino"),
        (save_grounding_dino, "MMGroundingDino"),
    ],
)
def test_each_family_answers_through_the_ledger(tmp_path, save, kind):
    folder = save(tmp_path / "model", kind=kind)
    asked = queries([red_figure(cell(2, 3))], "The cell is red.", "La cellule et le noyau.", language="fr")
    found, meter = ground(options(folder, box_threshold=0.02), tmp_path / "ledger", asked)
    assert meter.sent == 3
    assert any(grounding.evidence or grounding.candidates for grounding in found)
    assert ground(options(folder, box_threshold=0.02), tmp_path / "ledger", asked)[0] == found

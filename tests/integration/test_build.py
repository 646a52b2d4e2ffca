"""The main job, end to end, on the sample chapters."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image
from running import corpusbuilder, tree

from corpusbuilder.records.document import Unit
from corpusbuilder.records.evidence import RegionEvidence, SpanEvidence
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.stages.release import features_by_config
from corpusbuilder.store.workspace import Workspace


@pytest.fixture(scope="module")
def verified(built):
    workspace = Workspace(built)
    return [r for d in workspace.document_ids("verify") for r in workspace.shard("verify", d).read(VerifiedExample)]


@pytest.fixture(scope="module")
def units(built):
    workspace = Workspace(built)
    return {u.id: u for d in workspace.document_ids("parse") for u in workspace.shard("parse", d).read(Unit)}


def generously_asked(shelf, folder):
    """A workspace up to `ground` with more questions about each figure than by default."""
    for stage in (["parse", shelf], ["generate", "--set", "generate.per_figure=16"], ["ground"]):
        done = corpusbuilder(*stage, "-w", folder / "ws", "--json")
        assert done.code == 0, done.err
    return folder / "ws"


def test_both_chapters_come_through_in_their_languages(units):
    assert {u.document.language for u in units.values()} == {"en", "fr"}
    assert {u.document.licence for u in units.values()} == {"CC0-1.0"}


def test_each_chapter_yields_accepted_examples_of_every_context(shelf, tmp_path):
    # Which of the questions about a figure are asked is drawn: those that need both are few.
    done = corpusbuilder("verify", "-w", generously_asked(shelf, tmp_path), "--json")
    assert done.code == 0, done.err
    workspace = Workspace(tmp_path / "ws")
    every = [r for d in workspace.document_ids("verify") for r in workspace.shard("verify", d).read(VerifiedExample)]
    for language in ("en", "fr"):
        accepted = [r for r in every if r.accepted and r.example.language == language]
        kinds = [{step.kind.value for step in r.example.steps} for r in accepted]
        assert len(accepted) >= 15
        assert any("perceive" in k and "read" not in k for k in kinds), f"{language}: none on a figure alone"
        assert any("read" in k and "perceive" not in k for k in kinds), f"{language}: none on text alone"
        assert any({"perceive", "read"} <= k for k in kinds), f"{language}: none that needs both"


def test_every_piece_of_evidence_of_an_accepted_example_is_where_it_says(verified, units):
    for record in (r for r in verified if r.accepted):
        unit = units[record.example.unit_id]
        for grounding in record.grounded.groundings:
            for evidence in grounding.evidence:
                if isinstance(evidence, SpanEvidence):
                    text = unit.passage(evidence.passage_id).text
                    assert text[evidence.start : evidence.end] == evidence.quote
                if isinstance(evidence, RegionEvidence):
                    image = unit.figure(evidence.figure_id).image
                    x0, y0, x1, y1 = evidence.box
                    assert 0 <= x0 < x1 <= image.width
                    assert 0 <= y0 < y1 <= image.height


@pytest.mark.parametrize("config", ["examples", "figures", "passages", "documents"])
def test_each_config_loads_with_the_declared_features(built, config, tmp_path):
    import datasets

    loaded = datasets.load_dataset(str(built / "release" / "corpus"), config, cache_dir=str(tmp_path))
    assert loaded
    for split in loaded.values():
        assert split.features == features_by_config()[config]
        for row in split:
            if row.get("image") is not None:
                assert min(row["image"].size) > 0


def test_figure_images_are_what_the_records_say(built, units):
    workspace = Workspace(built)
    for figure in (f for u in units.values() for f in u.figures):
        with Image.open(io.BytesIO(workspace.read_asset(figure.image.sha256))) as image:
            assert image.size == (figure.image.width, figure.image.height)


def test_the_summary_shows_an_example_and_how_to_load(built, shelf, tmp_path):
    done = corpusbuilder("build", shelf, "-w", tmp_path / "ws")
    assert done.code == 0, done.err
    assert "one of the examples" in done.out
    assert f'datasets.load_dataset("{tmp_path / "ws" / "release" / "corpus"}", "examples")' in done.out


def test_a_second_run_does_nothing_and_says_so(workspace):
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in workspace.rglob("*")}
    done = corpusbuilder("build", "-w", workspace)
    assert done.code == 0
    assert "nothing to do: everything is current (2 documents)" in done.out
    after = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in workspace.rglob("*")}
    assert after == before, "a corpus on a disk that can only be read is built again, too"


def test_a_build_is_the_same_on_one_core_and_under_another_hash_seed(built, tmp_path):
    books = built.parent / "books"
    arguments = ("build", books, "-w", tmp_path / "ws", "--set", "parse.workers=1", "-q")
    assert corpusbuilder(*arguments, PYTHONHASHSEED="12345").code == 0
    assert tree(tmp_path / "ws") == tree(built)


def test_stages_one_by_one_give_the_same_as_build(built, tmp_path):
    books = built.parent / "books"
    assert corpusbuilder("parse", books, "-w", tmp_path / "ws").code == 0
    for stage in ("generate", "ground", "verify", "release"):
        assert corpusbuilder(stage, "-w", tmp_path / "ws").code == 0
    assert tree(tmp_path / "ws") == tree(built)


def test_parts_of_the_documents_add_up_to_the_whole(built, tmp_path):
    books = built.parent / "books"
    for part in ("1/2", "2/2"):
        done = corpusbuilder("build", books, "-w", tmp_path / "ws", "--shard", part)
        assert done.code == 0, done.err
    assert corpusbuilder("release", "-w", tmp_path / "ws").code == 0
    assert tree(tmp_path / "ws") == tree(built)


def test_json_says_what_was_done(built):
    result = json.loads((built.parent / "done").read_text())
    assert result["ok"] is True
    for counts in result["stages"].values():
        assert counts["inputs"] == counts["done"] + counts["rejected"]
    assert Path(result["release"]["folder"]) == built / "release" / "corpus"


def test_a_stage_whose_input_is_missing_says_which_command_makes_it(tmp_path, shelf):
    assert corpusbuilder("parse", shelf, "-w", tmp_path / "ws").code == 0
    done = corpusbuilder("ground", "-w", tmp_path / "ws")
    assert done.code == 3
    assert "corpusbuilder generate -w" in done.err


def test_the_card_is_valid_and_counts_what_is_there(built):
    card = (built / "release" / "corpus" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n")
    assert "CC0-1.0" in card

"""What depends on a change is made again, nothing else, and `status` says why."""

import shutil

import pymupdf
from running import corpusbuilder

from corpusbuilder.prompts import data_folder
from corpusbuilder.records.document import Unit
from corpusbuilder.records.example import VerifiedExample
from corpusbuilder.store.workspace import Workspace


def made(done):
    return {stage: counts["made"] for stage, counts in done.json["stages"].items()}


def stale(workspace, *arguments):
    done = corpusbuilder("status", "-w", workspace, "--json", *arguments)
    assert done.code == 0, done.err
    return {name: stage["stale"] for name, stage in done.json["stages"].items()}, done.json


def test_a_finished_workspace_is_current(workspace):
    by_stage, whole = stale(workspace)
    assert whole["is_current"]
    assert not any(by_stage.values())
    assert "everything is current" in corpusbuilder("status", "-w", workspace).out


def test_an_edited_french_prompt_concerns_the_french_chapter_alone(workspace):
    french = next(
        unit.document.id
        for document in Workspace(workspace).document_ids("parse")
        for unit in Workspace(workspace).shard("parse", document).read(Unit)
        if unit.document.language == "fr"
    )
    shipped = min((data_folder("prompts") / "rules").glob("*.fr.md"))
    own = workspace / "prompts" / "rules"
    own.mkdir(parents=True)
    shutil.copy(shipped, own)
    (own / shipped.name).write_text(shipped.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    by_stage, _ = stale(workspace)
    assert set(by_stage["generate"]) == {french}
    assert f"prompt rules/{shipped.name.removesuffix('.md')} changed" in by_stage["generate"][french]
    assert not by_stage["parse"]
    done = corpusbuilder("build", "-w", workspace, "--json")
    assert (made(done)["parse"], made(done)["generate"]) == (0, 1)


def test_a_changed_value_concerns_its_stage_and_what_follows_from_it(workspace):
    setting = ("--set", "verify.max_area_ratio=0.5")
    by_stage, _ = stale(workspace, *setting)
    assert [stage for stage, documents in by_stage.items() if documents] == ["verify"]
    assert all("max_area_ratio changed from 0.9 to 0.5" in reason for reason in by_stage["verify"].values())
    done = corpusbuilder("build", "-w", workspace, "--json", *setting)
    assert made(done) == {"parse": 0, "generate": 0, "ground": 0, "verify": 2}


def test_what_comes_after_a_stale_stage_is_not_called_current(workspace):
    setting = ("--set", "parse.dpi=90")
    by_stage, whole = stale(workspace, *setting)
    assert all("dpi changed" in reason for reason in by_stage["parse"].values())
    for stage in ("generate", "ground", "verify"):
        assert len(by_stage[stage]) == 2
        assert set(by_stage[stage].values()) == {"depends on parse"}
        assert whole["stages"][stage]["current"] == 0
    assert whole["release"] == "depends on parse"
    told = corpusbuilder("status", "-w", workspace, *setting).out
    assert told.count("2 stale: depends on parse") == 3
    assert f"to do it: corpusbuilder build -w {workspace} --set parse.dpi=90" in told


def test_only_the_documents_that_wait_are_called_stale(workspace):
    shard = min((workspace / "ground").glob("*.jsonl"))
    shard.write_bytes(shard.read_bytes().replace(b" ", b"  ", 1))
    by_stage, whole = stale(workspace)
    assert not by_stage["parse"]
    assert not by_stage["generate"]
    assert list(by_stage["ground"]) == [shard.stem]
    assert by_stage["verify"].keys() == {shard.stem}
    assert [whole["stages"][stage]["current"] for stage in ("parse", "generate", "ground", "verify")] == [2, 2, 1, 1]


def test_what_verification_withholds_is_counted_by_label(workspace):
    assert stale(workspace)[1]["withheld"] == {}
    done = corpusbuilder("build", "-w", workspace, "--set", "verify.max_area_ratio=0.01")
    labels = [
        record.verdict.label
        for document in Workspace(workspace).document_ids("verify")
        for record in Workspace(workspace).shard("verify", document).read(VerifiedExample)
    ]
    refuted, unclear = labels.count("refuted"), labels.count("not_enough_info")
    assert refuted + unclear
    expected = {label: n for label, n in (("not_enough_info", unclear), ("refuted", refuted)) if n}
    assert stale(workspace)[1]["withheld"] == expected
    told = "withheld: " + ", ".join(f"{n} {k.replace('_', ' ')}" for k, n in expected.items())
    assert told in done.out
    assert told in corpusbuilder("status", "-w", workspace).out


def test_a_value_that_changes_no_result_makes_nothing_stale(workspace):
    _, whole = stale(workspace, "--set", "parse.workers=3")
    assert whole["is_current"]


def test_an_edited_pdf_is_the_only_one_parsed_again(workspace):
    book = next((workspace.parent / "books").glob("*_en.pdf"))
    with pymupdf.open(book) as pdf:
        pdf.delete_page(-1)
        edited = pdf.tobytes()
    book.write_bytes(edited)
    by_stage, _ = stale(workspace)
    assert list(by_stage["parse"].values()) == ["the PDF has changed"]
    done = corpusbuilder("build", "-w", workspace, "--json")
    assert set(made(done).values()) == {1}
    assert len(Workspace(workspace).document_ids("verify")) == 2


def test_a_licence_stated_later_reaches_the_release(workspace):
    sources = workspace.parent / "books" / "sources.toml"
    sources.write_text(sources.read_text().replace("CC0-1.0", "CC-BY-4.0"))
    by_stage, _ = stale(workspace)
    assert set(by_stage["parse"].values()) == {'stated licence changed from "CC0-1.0" to "CC-BY-4.0"'}
    assert corpusbuilder("build", "-w", workspace).code == 0
    assert "CC-BY-4.0" in (workspace / "release" / "corpus" / "README.md").read_text()


def test_a_shard_changed_by_hand_is_made_again(workspace):
    shard = min((workspace / "generate").glob("*.jsonl"))
    before = shard.read_bytes()
    shard.write_bytes(b"".join(before.splitlines(keepends=True)[:-1]))
    by_stage, _ = stale(workspace)
    assert by_stage["generate"] == {shard.stem: "its file was changed or deleted by hand"}
    assert corpusbuilder("build", "-w", workspace).code == 0
    assert shard.read_bytes() == before


def test_force_makes_current_shards_again_and_changes_nothing(workspace):
    before = {p: p.read_bytes() for p in workspace.glob("*/*.jsonl")}
    done = corpusbuilder("verify", "-w", workspace, "--force", "--json")
    assert made(done) == {"verify": 2}
    assert {p: p.read_bytes() for p in workspace.glob("*/*.jsonl")} == before


def test_limit_makes_so_many_shards_and_no_more(workspace):
    done = corpusbuilder("verify", "-w", workspace, "--force", "--limit", "1", "--json")
    assert made(done) == {"verify": 1}

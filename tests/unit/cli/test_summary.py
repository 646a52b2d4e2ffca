"""What a person reads after a build, in wide and narrow terminals."""

import ast
from pathlib import Path

import pytest

from corpusbuilder.cli.summary import counted, load_line, summarise, told_withheld
from corpusbuilder.pipeline.build import BuildReport
from corpusbuilder.pipeline.releasing import ReleaseReport
from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.pipeline.shards import ShardReport
from corpusbuilder.store.workspace import Counts


def report(*, documents, cached):
    counts = Counts(inputs=12, done=11, rejected=1, outputs=1234)
    shards = tuple(ShardReport(f"doc-{n}", counts, cached=cached) for n in range(documents))
    rows = {"documents": {"train": documents}, "examples": {"train": 56}}
    release = ReleaseReport("corpus", Path("/ws/release/corpus"), rows, 0, (), cached=cached)
    return BuildReport(stages=[StageReport("parse", shards, {})], release=release)


@pytest.mark.parametrize("columns", ["20", "40", "50", "80", "200"])
def test_no_number_or_word_is_cut_in_any_width(tmp_path, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    words = summarise(tmp_path, report(documents=2, cached=False)).replace(",", "").split()
    assert {"2468", "56", "parse", "rejected", "documents"} <= {word.strip(":") for word in words}
    assert not any("…" in word for word in words)


@pytest.mark.parametrize(("documents", "said"), [(1, "(1 document)"), (2, "(2 documents)")])
def test_one_is_not_told_as_many(tmp_path, documents, said):
    assert said in summarise(tmp_path, report(documents=documents, cached=True))
    assert counted(documents, "document") == said.strip("()")


def test_what_is_withheld_is_told_by_label():
    told = told_withheld({"not_enough_info": 3, "refuted": 1})
    assert told == "withheld by verification: 3 not enough info, 1 refuted"


def released(folder, examples):
    rows = {"examples": {"train": examples}} if examples else {"passages": {"train": 3}}
    return ReleaseReport("corpus", Path(folder), rows, withheld=0, notes=(), cached=False)


def arguments(line):
    return [ast.literal_eval(argument) for argument in ast.parse(line, mode="eval").body.args]


@pytest.mark.parametrize("folder", ["/my corpus/release", '/a "quoted" one', "/été\\x"])
def test_the_line_that_loads_is_python(folder):
    assert arguments(load_line(released(folder, 7))) == [folder, "examples"]


def test_a_release_without_examples_is_loaded_by_its_passages():
    assert arguments(load_line(released("/ws", 0))) == ["/ws", "passages"]

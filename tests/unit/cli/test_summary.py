"""What a person reads after a build, in wide and narrow terminals."""

import ast
from pathlib import Path

import builders
import pytest
import scripted_bench
from rich.console import Console

from corpusbuilder.cli.summary import _panel, counted, load_line, summarise, told_withheld
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
    assert told == "withheld: 3 not enough info, 1 refuted"


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


def test_a_path_that_looks_like_markup_is_told_as_it_is(tmp_path):
    made = report(documents=1, cached=True)
    made.release = released("/books [red]/release/corpus", 7)
    assert "release: /books [red]/release/corpus" in summarise(tmp_path, made)


def test_an_example_commands_no_terminal():
    unit = builders.unit()
    (record,) = scripted_bench.judged([unit], [builders.about_figure()])
    example = record.example.model_copy(update={"question": "Where\x1b]0;gone\x07 is it?"})
    grounded = record.grounded.model_copy(update={"example": example})
    console = Console(width=100)
    with console.capture() as capture:
        console.print(_panel(record.model_copy(update={"grounded": grounded}), unit))
    assert "Where\ufffd]0;gone" in capture.get()
    assert "\x1b]" not in capture.get()

"""How the configuration chooses a layout model, and what the parse stage then depends on."""

from pathlib import Path

import pytest

from corpusbuilder.config import load
from corpusbuilder.errors import ConfigError, MissingExtraError
from corpusbuilder.pipeline.specs import Given, build_parse
from corpusbuilder.store.workspace import Workspace


def chosen(*settings):
    return load(None, overrides=settings, environ={}).parse.layout


def fingerprint(root, *settings):
    config = load(None, overrides=["parse.ocr=none", *settings], environ={})
    return build_parse(Given(config, Workspace(root), None)).fingerprint("")


def test_a_word_is_short_for_a_table_with_that_kind():
    assert chosen("parse.layout=pymupdf") == chosen("parse.layout.kind=pymupdf")
    assert chosen().kind == "none"


def test_a_table_says_what_a_model_needs(tmp_path):
    path = tmp_path / "corpusbuilder.toml"
    path.write_text('[parse.layout]\nkind = "unstructured"\nelements = "mine"\nlabels = { Sidebar = "text" }\n')
    options = load(path, environ={}).parse.layout
    assert (options.kind, options.elements, options.labels) == ("unstructured", Path("mine"), {"Sidebar": "text"})


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("parse.layout=docling", "docling"),
        ('parse.layout={kind="unstructured", element="x"}', "element"),
        ('parse.layout={kind="layoutparser"}', "a model or layouts"),
        ("parse.layout=3", "layout"),
    ],
)
def test_a_choice_that_makes_no_sense_is_named(setting, problem):
    with pytest.raises(ConfigError, match=problem):
        chosen(setting)


def test_files_with_answers_are_part_of_what_parsing_depends_on(tmp_path):
    (tmp_path / "mine").mkdir()
    setting = 'parse.layout={kind="unstructured", elements="mine"}'
    empty = fingerprint(tmp_path, setting)
    (tmp_path / "mine" / "book.json").write_text("[]")
    first = fingerprint(tmp_path, setting)
    (tmp_path / "mine" / "book.json").write_text("[1]")
    assert len({str(empty), str(first), str(fingerprint(tmp_path, setting))}) == 3
    assert str(tmp_path) not in str(first)


def test_the_version_of_the_model_is_part_of_it(tmp_path):
    assert "package pymupdf_layout" in fingerprint(tmp_path, "parse.layout=pymupdf")
    assert "package pymupdf_layout" not in fingerprint(tmp_path)
    assert "package unstructured" in fingerprint(tmp_path, "parse.units=by_title")


def test_units_by_title_without_unstructured_are_refused_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("corpusbuilder.pipeline.specs.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="by_title"):
        fingerprint(tmp_path, "parse.units=by_title")

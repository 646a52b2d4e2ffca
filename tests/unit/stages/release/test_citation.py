"""The citation is BibTeX that holds together, whatever the dataset and its makers are called."""

import re

import pytest
import release_corpus as corpus
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.stages.release.card.citation import bibtex
from corpusbuilder.stages.release.refusals import facts_in
from corpusbuilder.store.release import ReleaseFolder


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    about = {"title": "Cells", "authors": ("Marie Dupont", "Li Wei"), "version": "v1.2.0", "doi": "10.57967/hf/1234"}
    corpus.release([corpus.simple_document("doc-1")], folder, corpus.ReleaseSection(**about), name="Cellules é_1")
    return facts_in(ReleaseFolder.open(folder))


def test_it_names_title_authors_version_and_where_it_is(facts):
    entry = bibtex(facts)
    assert entry.splitlines()[0] == "@misc{cellules-e-1-v1-2-0,"
    assert "  title = {{Cells}}," in entry
    assert "  author = {Marie Dupont and Li Wei}," in entry
    assert "  version = {v1.2.0}," in entry
    assert "  doi = {10.57967/hf/1234}," in entry
    assert "year" not in entry
    assert "url" not in entry


def test_the_year_is_that_of_the_date_its_makers_state(facts):
    assert "  year = {2026}," in bibtex(facts.model_copy(update={"date": "2026-11-22"}))


@pytest.mark.parametrize("name", ["Team of Lyon and Turin", "Dupont, Marie", "OpenLab"])
def test_a_name_that_bibtex_would_take_apart_is_kept_whole(facts, name):
    assert f"  author = {{{{{name}}}}}," in bibtex(facts.model_copy(update={"authors": (name,)}))


@given(st.text(), st.lists(st.text(), max_size=3), st.text(min_size=1))
def test_no_text_breaks_the_entry_or_the_code_block_it_stands_in(facts, title, authors, url):
    changed = {"title": title, "authors": tuple(authors), "url": "https://" + "".join(url.split()), "name": title}
    entry = bibtex(facts.model_copy(update=changed))
    lines = entry.splitlines()
    assert re.fullmatch(r"@misc\{[a-z0-9-]+,", lines[0])
    assert lines[-1] == "}"
    assert all(re.match(r"  \w+ = \{.*\},$", line) for line in lines[1:-1])
    assert "```" not in entry
    depth = 0
    for character in re.sub(r"\\[{}]", "", entry):
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0

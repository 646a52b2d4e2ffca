"""Numbers and letters in a figure, and the key that explains them."""

import pytest
from sketch import blob, disc, read, stroke, text

from corpusbuilder.diagrams.callouts import mark_of, marks_explained


@pytest.mark.parametrize(
    ("drawn", "mark"),
    [("3", "3"), ("(3)", "3"), ("3.", "3"), ("3)", "3"), ("③", "3"), ("❸", "3"), ("a", "a"), ("(B)", "B"), ("Ⓑ", "B"),
     ("ⓑ", "b"), ("iv", "iv"), ("IV.", "IV"), ("123", None), ("leaf", None), ("3 m", None)],
)  # fmt: skip
def test_the_dress_of_a_callout_says_nothing(drawn, mark):
    assert mark_of(drawn) == mark


@pytest.mark.parametrize(
    ("entry", "marks"),
    [("3. root", ("3",)), ("3 root", ("3",)), ("3: root", ("3",)), ("3 - root", ("3",)), ("(3) root", ("3",)),
     ("③ root", ("3",)), ("③root", ("3",)), ("b) root", ("b",)), ("iv. root", ("iv",)), ("1-3 petals", ("1", "2", "3")),
     ("B-cell", ()), ("T-cell receptor", ()), ("ii", ()), ("1815", ()), ("3 000 m", ()), ("9-2 hooks", ())],
)  # fmt: skip
def test_an_entry_begins_with_what_it_explains(entry, marks):
    assert marks_explained(entry) == marks


def two_parts(one, other, key):
    """A part in a part, each with a callout at its leader, and the lines of a key."""
    lines = [text(one, 250, 55), text(other, 250, 95), *key]
    paths = [blob(120, 100, 80), blob(120, 100, 25)]
    return read(lines, [*paths, stroke((247, 60), (160, 60)), stroke((247, 100), (125, 100))])


def named(diagram):
    names = {label.id: (label.text, label.role) for label in diagram.labels}
    return sorted((*names[region.label_id], region.linked_by) for region in diagram.regions)


@pytest.mark.parametrize(
    ("one", "other", "entries"),
    [("a", "b", ("a. cell", "b. core")), ("①", "②", ("1 cell", "2 core")), ("II", "IV", ("II: cell", "IV: core"))],
)
def test_letters_and_rings_name_parts_through_the_key(one, other, entries):
    diagram = two_parts(one, other, [text(entries[0], 60, 220), text(entries[1], 160, 220)])
    assert named(diagram) == [(entry, "legend", "number") for entry in entries]
    assert {label.role for label in diagram.labels if label.text in (one, other)} == {"number"}


def test_letters_without_a_key_are_names():
    assert named(two_parts("A", "B", [])) == [("A", "text", "leader"), ("B", "text", "leader")]


def test_a_key_in_two_columns_is_joined_row_by_row():
    columns = [("1", "cell wall"), ("2", "core")]
    key = [text(n, 300, 200 + 14 * k) for k, (n, _) in enumerate(columns)]
    key += [text(name, 312, 200 + 14 * k) for k, (_, name) in enumerate(columns)]
    assert named(two_parts("1", "2", key)) == [("1 cell wall", "legend", "number"), ("2 core", "legend", "number")]


def test_numbers_beside_names_that_stand_just_once_are_labels_of_their_own():
    rows = [("1", "oak"), ("2", "elm")]
    lines = [text(word, 100 + 14 * k, 50 + 14 * n) for n, row in enumerate(rows) for k, word in enumerate(row)]
    assert sorted(label.text for label in read(lines).labels) == ["1", "2", "elm", "oak"]


def test_a_callout_in_a_ring_has_the_ring_as_its_outline():
    diagram = read(
        [text("a", 248, 55), text("b", 248, 95), text("a: cell", 60, 220), text("b: core", 160, 220)],
        [blob(120, 100, 80), blob(120, 100, 25), disc(250, 60, 7, fill=None, ink="#000000"),
         stroke((243, 60), (160, 60)), stroke((246, 100), (125, 100))],
    )  # fmt: skip
    assert named(diagram) == [("a: cell", "legend", "number"), ("b: core", "legend", "number")]

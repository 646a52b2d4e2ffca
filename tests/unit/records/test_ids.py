import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from corpusbuilder.records.ids import canonical_json, content_id, document_id

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_an_id_is_the_same_on_every_machine_and_in_every_run():
    assert content_id("fig", "doc-1", 3, [1.5, 2.0]) == snapshot("fig-21f6567bc8b084eebf09")


def test_the_id_of_a_document_follows_from_its_bytes_alone():
    assert document_id("a" * 64) == document_id("a" * 64) != document_id("b" * 64)


@given(st.dictionaries(st.text(max_size=5), json_values, min_size=2, max_size=5))
def test_the_order_of_keys_plays_no_part(value):
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


def test_parts_do_not_run_into_one_another():
    assert content_id("x", "ab", "c") != content_id("x", "a", "bc")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_json_cannot_write_has_no_id(bad):
    with pytest.raises(ValueError, match="not JSON compliant"):
        content_id("x", bad)

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.text import fold, normalised

CHARACTERS = st.sampled_from("aZ éÉœßİÅ1\t\n\x85\xa0\xad\u0301\u200b…‘’«»“”!?;:\"'`-–ﬁ,.")


def folded_slowly(text):
    decomposed = unicodedata.normalize("NFD", normalised(text).text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


@given(st.one_of(st.text(CHARACTERS), st.text()))
def test_the_quick_way_of_folding_gives_what_the_slow_one_gives(text):
    if not (text.isascii() and text.isalnum()):
        assert fold(text) == folded_slowly(text)


@pytest.mark.parametrize(
    ("text", "folded"), [("« L’Œuvre » : 2", '"l\'oeuvre":2'), ("a ; ; b", "a;;b"), ('x " " y', 'x""y')]
)
def test_blanks_beside_signs_go(text, folded):
    assert fold(text) == folded

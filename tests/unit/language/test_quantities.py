"""The numbers of a text by their values."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.language.quantities import quantities


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("1,492 ships, 3.5 km, 150 million", "en", [1492, 3.5, 150_000_000]),
        ("twenty-five and two hundred and six", "en", [25, 206]),
        ("a hundred and one, five thousand three hundred", "en", [101, 5300]),
        ("the nineteenth century, Louis XIV", "en", [19, 14]),
        ("two and three", "en", [2, 3]),
        ("from 1914 to 1918", "en", [1914, 1918]),
        ("1 200 000 habitants, 3,5 %, 1.000 km", "fr", [1_200_000, 3.5, 1000]),
        ("quatre-vingt-dix-sept, soixante et onze, vingt et un", "fr", [97, 71, 21]),
        ("deux cents, XIXe siècle, trois ou quatre", "fr", [200, 19, 3, 4]),
        ("un loup et une louve", "fr", []),
        ("one of them, first and second", "en", []),
    ],
)
def test_a_number_has_its_value_however_it_is_written(text, language, values):
    assert [q.value for q in quantities(text, language)] == values


@given(st.text(alphabet=st.sampled_from("0123456789., deux vingt et cent-mille\u00a0XIV"), max_size=60))
def test_numbers_lie_in_order_in_the_text(text):
    found = quantities(text, "fr")
    assert all(0 <= q.start < q.end <= len(text) for q in found)
    assert all(a.end <= b.start for a, b in pairwise(found))

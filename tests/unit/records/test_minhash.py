"""Short texts that are alike are found again."""

from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.records.minhash import Index, asked, repeats, shingles, similarity

LEAST_SIMILARITY = 0.7
WORDS = st.lists(
    st.sampled_from(["sea", "cloud", "rain", "soil", "root", "leaf", "stem", "cell", "heart"]), min_size=8, max_size=30
)


def test_texts_with_the_same_words_about_two_names_are_less_than_the_same():
    frame = "In which year did the troops of {} cross the river and enter the town without a fight?"
    a, b = (frame.format(name) for name in ("Napoleon", "Wellington"))
    assert 0.5 < similarity(shingles(a), shingles(b)) < 1
    assert not repeats(asked(a, "1805"), asked(b, "1805"), 0.5)


def test_accents_and_case_make_no_difference():
    assert shingles("L’ÉTÉ DERNIER, À MIDI") == shingles("l'ete dernier a midi")


def test_two_texts_without_words_have_nothing_in_common():
    assert similarity(shingles("…"), shingles("?!")) == 0


@given(WORDS, st.integers(0, 29), st.sampled_from(["moon", "sea", ""]))
def test_whatever_is_similar_enough_is_found_in_the_index(words, place, other):
    changed = [*words]
    changed[place % len(words)] = other
    a, b = shingles(" ".join(words)), shingles(" ".join(changed))
    index = Index()
    index.add(7, a)
    if similarity(a, b) >= LEAST_SIMILARITY:
        assert index.near(b) == [7]


@given(WORDS, WORDS)
def test_repeating_works_both_ways(a, b):
    first, second = asked(" ".join(a), "x"), asked(" ".join(b), "x")
    assert repeats(first, second, 0.5) == repeats(second, first, 0.5)

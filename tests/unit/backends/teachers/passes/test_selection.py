"""Selection: what is new comes first, kinds vary, and nothing is asked twice."""

from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.teachers.passes.plan import Slot
from corpusbuilder.backends.teachers.passes.selection import Candidate, choose


def candidate(question, *elements, answer="x", reasoning="lookup", form="short", passages=()):
    slot = Slot("S1", what="factual", context="figure", reasoning=reasoning, difficulty="easy", form=form)
    return Candidate(slot, question, answer, frozenset(elements), frozenset(passages))


def questions(chosen):
    return [candidate.question for candidate in chosen]


def test_what_was_not_asked_about_comes_before_more_about_the_same():
    about_a = candidate("Where does the arrow from the sea lead?", "a", "b")
    more_of_a = candidate("What is drawn above the big lake?", "a", reasoning="spatial")
    about_c = candidate("Which part holds the roots?", "c")
    assert choose([about_a, more_of_a, about_c], 2) == [about_a, about_c]


def test_of_equally_new_ones_the_rarest_kind_comes_next():
    first = candidate("Where does the arrow from the sea lead?", "a")
    alike = candidate("What is next to the mill?", "b", "c")
    other = candidate("How many leaves has the stem?", "d", reasoning="counting", form="number")
    assert choose([first, alike, other], 2) == [alike, other]


def test_passages_count_as_elements_do():
    first = candidate("Where does the arrow from the sea lead?", "a")
    again = candidate("What does the mill grind?", "a")
    reads = candidate("What is said of rain?", "a", passages=["p-1"])
    assert choose([first, again, reads], 2) == [reads, first]


def test_of_two_near_duplicates_one_stays():
    frame = "Which organ of the human body pumps the blood through {} arteries and the veins?"
    twice = [candidate(frame.format(word), "a", answer="the heart") for word in ("the", "our")]
    assert questions(choose(twice, 2)) == [twice[0].question]


def test_questions_that_differ_in_a_name_both_stay():
    frame = "To which part does the arrow that begins at “{}” lead in the figure on this page?"
    both = [candidate(frame.format(name), name) for name in ("Sea", "Rain")]
    assert set(choose(both, 2)) == set(both)


TEXTS = st.text("abcdefgh ?", min_size=3, max_size=30)
CANDIDATES = st.lists(
    st.builds(candidate, TEXTS, st.sampled_from("uvwxyz"), reasoning=st.sampled_from(["lookup", "spatial", "causal"])),
    max_size=12,
)


@given(CANDIDATES, st.integers(0, 12))
def test_no_more_than_asked_for_are_chosen_and_fewer_is_the_beginning_of_more(candidates, count):
    chosen = choose(candidates, count)
    assert len(chosen) <= count
    assert chosen == choose(candidates, count + 1)[:count]
    assert all(one in candidates for one in chosen)

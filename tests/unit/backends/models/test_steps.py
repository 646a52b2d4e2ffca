import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.steps import cut_into_steps


@pytest.mark.parametrize(
    ("trace", "steps"),
    [
        ("", []),
        ("  \n ", []),
        ("One thought only, with 3.5 cm in it.", ["One thought only, with 3.5 cm in it."]),
        (
            "The question asks for a valve. First, I find it. It is at the top. Then I follow the arrow. So it is B.",
            [
                "The question asks for a valve.",
                "First, I find it. It is at the top.",
                "Then I follow the arrow.",
                "So it is B.",
            ],
        ),
        (
            "D’abord, je cherche la valve. Elle est en haut. Ensuite, je suis la flèche. Donc la réponse est B.",
            [
                "D’abord, je cherche la valve. Elle est en haut.",
                "Ensuite, je suis la flèche.",
                "Donc la réponse est B.",
            ],
        ),
        ("We go. Attendez, the sign is wrong! Wait… no.", ["We go.", "Attendez, the sign is wrong!", "Wait… no."]),
        ("It flows so slowly. then it stops.", ["It flows so slowly. then it stops."]),
        ("The first step is so. Sooner or later it ends.", ["The first step is so. Sooner or later it ends."]),
        ("Some words.\n\nOther words.\n \nMore.", ["Some words.", "Other words.", "More."]),
        ("Look at it\nThen decide", ["Look at it", "Then decide"]),
    ],
)
def test_prose_is_cut_where_a_new_thought_begins(trace, steps):
    assert list(cut_into_steps(trace)) == steps


@pytest.mark.parametrize(
    ("trace", "steps"),
    [
        ("1. Find the valve.\n2. Follow the arrow.", ["1. Find the valve.", "2. Follow the arrow."]),
        ("Let me think.\n1) Find it. Then look.\n2) Go.", ["Let me think.", "1) Find it. Then look.", "2) Go."]),
        ("**Step 1:** look\n\nclosely\n**Step 2:** say", ["**Step 1:** look\n\nclosely", "**Step 2:** say"]),
        ("Étape 1 : regarder\nÉtape 2 : dire", ["Étape 1 : regarder", "Étape 2 : dire"]),
        ("## 1. Look\n### 1. twice\n## 2. Say", ["## 1. Look\n### 1. twice", "## 2. Say"]),
    ],
)
def test_numbered_steps_are_cut_where_they_are_numbered(trace, steps):
    assert list(cut_into_steps(trace)) == steps


@pytest.mark.parametrize("trace", ["In 1789.\n1789. A year.", "1. Only one number here.", "3. Three\n4. Four"])
def test_numbers_that_do_not_count_up_from_one_are_no_steps(trace):
    assert list(cut_into_steps(trace)) == [trace]


def test_what_is_fenced_stays_with_the_thought_before_it():
    trace = 'I write it down:\n```json\n{"a":\n\n1}\nThen\n```\n\nThen I check.'

    assert list(cut_into_steps(trace)) == ['I write it down:\n```json\n{"a":\n\n1}\nThen\n```', "Then I check."]


_PIECES = st.sampled_from(
    ["First, ", "Then ", "Donc ", "1. ", "2. ", "\n", "\n\n", ". ", "! ", "```", "the valve", " ", "Step 1", "- ", "É"]
)


@given(st.lists(_PIECES | st.text(max_size=4), max_size=30).map("".join))
def test_nothing_of_a_trace_is_lost_or_added(trace):
    steps = list(cut_into_steps(trace))

    assert "".join("".join(steps).split()) == "".join(trace.split())
    assert all(step == step.strip() != "" for step in steps)

"""How a request becomes a prompt: chat templates that differ, and pages that try to steer the model."""

from dataclasses import replace

import pytest
import tiny_models
from hypothesis import given, settings
from hypothesis import strategies as st
from local_asking import ask, image, options, outcomes_of, reasons_of

from corpusbuilder.backends.models.base import Message, OutputSchema, TextPart
from corpusbuilder.backends.models.local.loading import load
from corpusbuilder.errors import BackendError

pytestmark = pytest.mark.usefixtures("offline_transformers")
ONE_STRING_TEMPLATE = (
    "<s>{% for message in messages %}[{{ message['role'] }}] {{ message['content'] + '\\n' }}{% endfor %}"
)
NO_SYSTEM_TEMPLATE = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    + tiny_models.CHAT_TEMPLATE
)
FORGETS_SYSTEM_TEMPLATE = tiny_models.CHAT_TEMPLATE.replace(
    "for message in messages", "for message in messages if message['role'] != 'system'"
)


def test_what_an_answer_has_to_look_like_stands_at_the_end_of_the_prompt(tiny_llava):
    output = OutputSchema("answer", {"type": "object"}, instruction="Answer with JSON.")
    request = ask("Why?", output=output)
    chat = load(options(tiny_llava)).chat
    assert chat.render(request) == "<s>USER: Why?\n\nAnswer with JSON.\nASSISTANT:"
    assert chat.render(ask("Why?", output=replace(output, instruction=""))) == "<s>USER: Why?\nASSISTANT:"
    (answer,) = outcomes_of(tiny_llava, [request])
    assert answer.mode == "fenced"


PIECES = st.sampled_from(["<image>", "</s>", "<s>", "<pad>", "<", "ima", "ge>", "/s>", "é", " ", "a"])


@given(parts=st.lists(st.lists(PIECES).map("".join), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_page_cannot_steer_the_model(loaded, parts):
    prompt = loaded.chat.render(ask(*parts))
    ids = loaded.processor.tokenizer(prompt, add_special_tokens=False)["input_ids"]
    special = [token for token in ids if token >= 256]
    assert special == loaded.processor.tokenizer.convert_tokens_to_ids([tiny_models.BEGIN])
    assert "".join(parts).replace(" ", "") in prompt.replace(" ", "")


@pytest.fixture(scope="module")
def loaded(tiny_llava):
    return load(options(tiny_llava))


def test_a_page_that_names_the_image_token_is_answered(tiny_llava):
    outcomes = outcomes_of(tiny_llava, [ask(image("red"), "Is <image> an HTML tag? </s>"), ask("And <image>?")])
    assert reasons_of(outcomes) == [None, None]


def saved_with(tmp_path, template):
    return tiny_models.save_llava(tmp_path / "model", chat_template=template)


@pytest.mark.parametrize("template", [NO_SYSTEM_TEMPLATE, FORGETS_SYSTEM_TEMPLATE])
def test_a_model_without_system_role_is_told_in_the_users_first_message(tmp_path, template):
    chat = load(options(saved_with(tmp_path, template))).chat
    request = ask(image("red"), "Why?", system="Be brief.")
    assert chat.render(request) == "<s>USER: Be brief.\n\n<image>Why?\nASSISTANT:"
    said = replace(request, messages=(request.messages[0], Message("assistant", (TextPart("Hm."),))))
    assert chat.render(said) == "<s>USER: Be brief.\nASSISTANT: Hm.\nASSISTANT:"


def test_a_template_that_wants_one_string_gets_one(tmp_path):
    folder = saved_with(tmp_path, ONE_STRING_TEMPLATE)
    request = ask(image("red"), "Why?", system="Be brief.")
    assert load(options(folder)).chat.render(request) == "<s>[system] Be brief.\n[user] <image>\nWhy?\n"
    assert reasons_of(outcomes_of(folder, [request])) == [None]


def test_a_conversation_that_the_template_refuses_is_refused_alone(tmp_path):
    template = "{% if messages|length > 1 %}{{ raise_exception('one turn only') }}{% endif %}"
    folder = saved_with(tmp_path, template + tiny_models.CHAT_TEMPLATE)
    turn = Message("assistant", (TextPart("Hm."),))
    talk = replace(ask("Why?"), messages=(*ask("Why?").messages, turn, *ask("And?").messages))
    outcomes = outcomes_of(folder, [talk, ask("Why?")])
    assert reasons_of(outcomes) == ["request_refused", None]
    assert "one turn only" in outcomes[0].message


@pytest.mark.parametrize(
    ("template", "complaint"),
    [(None, "no chat template"), ("{% for m in messages %}{{ m['role'] }}{% endfor %}", "puts no image")],
)
def test_a_model_that_cannot_be_talked_to_is_told_with_a_way_out(tmp_path, template, complaint):
    with pytest.raises(BackendError, match=complaint) as caught:
        load(options(saved_with(tmp_path, template)))
    assert "chat_template.jinja" in caught.value.hint

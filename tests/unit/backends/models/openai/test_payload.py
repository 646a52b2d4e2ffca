import asyncio
import base64
import json

import pytest
from asking import OUTPUT, SCHEMA
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.base import ImagePart, Message, ModelRequest, Sampling, TextPart
from corpusbuilder.backends.models.openai.payload import Dialect, Payloads


class Pictures:
    """URLs without images."""

    async def get(self, part):
        return b"data:image/png;base64," + base64.b64encode(part.sha256.encode())


def made(request, dialect, *, detail=None, **extra):
    payloads = Payloads("a-model", Pictures(), image_detail=detail, extra=extra)
    return json.loads(asyncio.run(payloads.make(request, dialect)))


def asked(*parts, output=OUTPUT, **sampling):
    messages = (Message("system", (TextPart("You teach."),)), Message("user", parts))
    return ModelRequest(messages, output, Sampling(**sampling))


IMAGE = ImagePart("ab" * 32, "image/png", 10, 10)


def test_text_goes_as_text_and_settings_only_where_they_are_set():
    body = made(asked(TextPart("What?")), Dialect("fenced"))

    assert body == {
        "model": "a-model",
        "messages": [
            {"role": "system", "content": "You teach."},
            {"role": "user", "content": f"What?\n\n{OUTPUT.instruction}"},
        ],
        "max_tokens": 4096,
    }


def test_an_image_goes_as_a_url_in_its_place():
    body = made(asked(TextPart("Here:"), IMAGE, TextPart("What?")), Dialect("json_schema"), detail="high")
    url = "data:image/png;base64," + base64.b64encode(IMAGE.sha256.encode()).decode()

    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "Here:"},
        {"type": "image_url", "image_url": {"url": url, "detail": "high"}},
        {"type": "text", "text": "What?"},
    ]


def test_after_an_image_the_instruction_is_a_part_of_its_own():
    body = made(asked(IMAGE), Dialect("json_object"))

    assert body["messages"][1]["content"][-1] == {"type": "text", "text": OUTPUT.instruction}


@pytest.mark.parametrize(
    ("mode", "field", "value"),
    [
        (
            "json_schema",
            "response_format",
            {"type": "json_schema", "json_schema": {"name": "short_answer", "strict": True, "schema": SCHEMA}},
        ),
        ("structured_outputs", "structured_outputs", {"json": SCHEMA}),
        ("json_object", "response_format", {"type": "json_object"}),
    ],
)
def test_structure_is_asked_for_in_the_endpoints_way(mode, field, value):
    body = made(asked(TextPart("What?")), Dialect(mode))

    assert body[field] == value
    assert (OUTPUT.instruction in body["messages"][-1]["content"]) == (mode == "json_object")


def test_settings_go_by_the_names_that_the_endpoint_knows():
    request = asked(TextPart("What?"), temperature=0.5, top_p=0.9, seed=3, max_tokens=10)

    body = made(request, Dialect(None, "max_completion_tokens", takes_seed=False), chat_template_kwargs={"x": True})

    del body["messages"], body["model"]
    assert body == {
        "max_completion_tokens": 10,
        "temperature": 0.5,
        "top_p": 0.9,
        "chat_template_kwargs": {"x": True},
    }


@given(st.lists(st.text(), min_size=1, max_size=4), st.lists(st.booleans(), max_size=4))
def test_any_text_arrives_as_it_is(texts, pictures):
    parts = [TextPart(text) for text in texts] + [IMAGE for _ in pictures]

    content = made(asked(*parts, output=None), Dialect(None))["messages"][1]["content"]

    arrived = [part["text"] for part in content if part["type"] == "text"] if pictures else content.split("\n\n")
    assert "\n\n".join(arrived) == "\n\n".join(texts)


def test_half_a_surrogate_pair_does_not_stop_a_request():
    assert made(asked(TextPart("cut \ud83d")), Dialect(None))["messages"][1]["content"].startswith("cut ?")

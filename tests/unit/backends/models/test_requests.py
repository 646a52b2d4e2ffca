import hashlib

from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.models.base import (
    ImagePart,
    Message,
    ModelRequest,
    OutputSchema,
    Sampling,
    TextPart,
    text_as_json,
)
from corpusbuilder.records.ids import canonical_json

IMAGE = ImagePart("ab" * 32, "image/png", 10, 10)
texts = st.text(st.characters(codec="utf-8"), max_size=40)
parts = texts.map(TextPart) | st.just(IMAGE)
messages = st.builds(Message, st.sampled_from(["system", "user", "assistant"]), st.lists(parts, max_size=3).map(tuple))


@given(st.lists(messages, max_size=3), texts, st.integers(0, 3))
def test_a_key_is_made_of_the_canonical_json_of_all_that_the_answer_depends_on(said, instruction, sample):
    schema = {"type": "object", "properties": {}}
    output = OutputSchema("facts", schema, instruction)
    request = ModelRequest(tuple(said), output, Sampling(seed=7, max_tokens=9), sample)
    content = {
        "messages": [
            {
                "role": message.role,
                "parts": [{"text": p.text} if isinstance(p, TextPart) else {"image": p.sha256} for p in message.parts],
            }
            for message in said
        ],
        "output": {"name": "facts", "schema": schema, "instruction": instruction},
        "sampling": {"temperature": None, "top_p": None, "seed": 7, "max_tokens": 9},
        "sample": sample,
    }

    assert request.canonical == canonical_json(content)
    assert request.key("m") == hashlib.sha256(b'"m"\n' + canonical_json(content)).hexdigest()


def test_half_a_surrogate_pair_has_a_key_too():
    request = ModelRequest((Message("user", (TextPart("a \ud83d b"),)),))

    assert b'"a ? b"' in request.canonical
    assert text_as_json("\udc00") == b'"?"'

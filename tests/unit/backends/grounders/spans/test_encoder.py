"""Sentence vectors by a real encoder with random weights, and what grounding makes of them."""

import numpy as np
import pytest
import tiny_models
from builders import passage

from corpusbuilder.backends.grounders.spans.encoder import EncoderOptions, TransformersEncoder
from corpusbuilder.backends.grounders.spans.support import SIMILAR, find_support
from corpusbuilder.errors import BackendError

TEXTS = ["A short one.", "Quite another sentence, which is a good deal longer than the first.", "", "Un été."]


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    tiny_models.prepare()
    return tiny_models.save_bert(tmp_path_factory.mktemp("bert"))


@pytest.fixture
def encoder(bert):
    return TransformersEncoder(EncoderOptions(model=str(bert), device="cpu"))


def test_each_text_has_a_unit_vector(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, 32)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_vector_does_not_depend_on_the_texts_beside_it(bert, encoder):
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    pairs = TransformersEncoder(EncoderOptions(model=str(bert), device="cpu", batch_size=2)).encode(TEXTS)
    assert np.allclose(encoder.encode(TEXTS), alone, atol=1e-4)
    assert np.allclose(pairs, alone, atol=1e-4)


def test_pooling_and_prefix_change_the_vectors(bert, encoder):
    plain = encoder.encode(TEXTS[:1])
    for changed in ({"pooling": "first"}, {"prefix": "query: "}):
        other = TransformersEncoder(EncoderOptions(model=str(bert), device="cpu", **changed)).encode(TEXTS[:1])
        assert not np.allclose(plain, other, atol=1e-3)


def test_no_texts_give_no_vectors_and_a_long_text_is_cut(encoder):
    assert encoder.encode([]).shape == (0, 0)
    assert encoder.encode(["word " * 5_000]).shape == (1, 32)


def test_what_is_no_encoder_is_said_in_a_sentence(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(BackendError, match=r"this is no text encoder|cannot be loaded"):
        TransformersEncoder(EncoderOptions(model=str(tmp_path), device="cpu")).encode(["a"])


def test_a_device_that_is_not_there_is_said_in_a_sentence(bert):
    with pytest.raises(BackendError, match="there is no device 'cuda:7'"):
        TransformersEncoder(EncoderOptions(model=str(bert), device="cuda:7")).encode(["a"])


PASSAGE = passage("p", "Zyx 1 2 3 !! The harbour closes at dusk.")


def test_an_encoder_is_asked_when_no_sentence_has_the_words(encoder):
    # To random weights nothing is nearer than the same letters.
    step = "Eht ruobrah sesolc ta ksud."
    assert not find_support(step, [PASSAGE], language="en").evidence
    found = find_support(step, [PASSAGE], language="en", encoder=encoder, least_similar=0.9)
    assert [(e.method, e.quote) for e in found.evidence] == [(SIMILAR, "The harbour closes at dusk.")]
    assert not find_support(step, [PASSAGE], language="en", encoder=encoder, least_similar=1.01).evidence


def test_a_number_that_no_sentence_has_is_not_overruled_by_an_encoder(encoder):
    found = find_support("Eht ruobrah sesolc ta 9.", [PASSAGE], language="en", encoder=encoder, least_similar=0.5)
    assert not found.evidence

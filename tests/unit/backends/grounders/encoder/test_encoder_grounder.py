"""The grounder that compares meanings: a tiny encoder, the real code of transformers, a real ledger."""

from contextlib import contextmanager

import builders
import numpy as np
import pytest
import tiny_models

from corpusbuilder.backends.grounders.base import GroundingQuery
from corpusbuilder.backends.grounders.encoder import BACKEND
from corpusbuilder.backends.grounders.encoder.model import read_vector
from corpusbuilder.backends.grounders.spans.encoder import EncoderOptions
from corpusbuilder.backends.models.access import Access
from corpusbuilder.backends.models.calls import UnusableAnswerError
from corpusbuilder.backends.registry import find
from corpusbuilder.config import load
from corpusbuilder.errors import BackendError, ConfigError
from corpusbuilder.records import StepKind
from corpusbuilder.store.ledger import CallLedger

HARBOUR = "The harbour closes at dusk."
TEXT = f"{HARBOUR} Fishing boats bring herring and cod. A lighthouse guides them past the rocks."
OTHER_WORDS = "In the evening ships cannot enter any more."


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    tiny_models.prepare()
    return tiny_models.save_bert(tmp_path_factory.mktemp("bert"))


@contextmanager
def access_to(folder, mode="live"):
    access = Access(
        open_ledger=lambda: CallLedger(folder),
        read_image=lambda _: b"",
        environ={},
        own_prices=folder / "prices.toml",
        mode=mode,
    )
    try:
        yield access
    finally:
        access.close()


def query(text, kind=StepKind.READ):
    unit = builders.unit().model_copy(update={"passages": (builders.passage("pas-0", TEXT),)})
    example = builders.example("en", "What?", "That.", [{"text": text, "kind": kind}], passage_ids=["pas-0"])
    return GroundingQuery(unit, example, 1)


def ground(folder, options, *queries, mode="live"):
    with access_to(folder, mode) as access:
        return list(BACKEND.create(options, access).ground(queries)), access.meter


def options(bert, **more):
    return EncoderOptions(model=str(bert), device="cpu", **more)


def test_it_is_registered_and_configured_by_its_table(bert):
    config = load(
        None, overrides=['ground.grounders=["diagram", "encoder"]', f"ground.encoder.model={bert}"], environ={}
    )
    assert find("grounders", "encoder") is BACKEND
    assert config.ground.encoder.model == str(bert)
    with pytest.raises(ConfigError, match=r"set ground\.encoder\.model"):
        load(None, overrides=['ground.grounders=["encoder"]'], environ={})


def test_what_is_said_word_for_word_needs_no_model(tmp_path):
    (found,), meter = ground(tmp_path, options("nowhere"), query(HARBOUR))
    assert ([span.quote for span in found.evidence], meter.sent) == ([HARBOUR], 0)


def test_every_sentence_is_encoded_once_and_kept(bert, tmp_path):
    first, live = ground(tmp_path, options(bert), query(OTHER_WORDS), query(OTHER_WORDS))
    again, later = ground(tmp_path, options(bert), query(OTHER_WORDS))
    replayed, _ = ground(tmp_path, options(bert), query(OTHER_WORDS), mode="replay")
    assert live.sent == 4  # three sentences and the step
    assert (later.sent, again, replayed) == (0, first[:1], first[:1])


def test_a_replay_without_answers_is_left_to_another_run(bert, tmp_path):
    (error,), _ = ground(tmp_path, options(bert), query(OTHER_WORDS), mode="replay")
    assert error.reason_code == "not_in_ledger"


@pytest.mark.parametrize("kind", [StepKind.PERCEIVE, StepKind.INFER, StepKind.RECALL])
def test_only_what_is_read_is_looked_for(kind, tmp_path):
    (found,), meter = ground(tmp_path, options("nowhere"), query(OTHER_WORDS, kind))
    assert (found.evidence, found.candidates, meter.sent) == ((), (), 0)


def test_a_model_that_is_not_there_ends_the_run(tmp_path):
    with pytest.raises(BackendError):
        ground(tmp_path, options(tmp_path / "nothing"), query(OTHER_WORDS))


def test_the_options_that_matter_are_in_the_fingerprint(bert):
    plain = options(bert).fingerprint()
    assert options(bert, batch_size=2).fingerprint() == plain
    for changed in ({"pooling": "first"}, {"prefix": "query: "}, {"least_similar": 0.9}):
        assert options(bert, **changed).fingerprint() != plain


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"float32": 3}', b'{"float32": "AAAA"}', b'{"float32": ""}', b'{"float32": "AADAfw=="}'],
)
def test_what_is_no_vector_is_refused(body):
    with pytest.raises(UnusableAnswerError, match="vector"):
        read_vector(body)


def test_vectors_are_of_length_one(bert, tmp_path):
    with access_to(tmp_path) as access:
        vectors = BACKEND.create(options(bert), access)._encoder.encode(["One.", "Another one.", "One."])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.array_equal(vectors[0], vectors[2])

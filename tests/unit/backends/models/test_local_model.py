"""A model on this machine: tiny ones with random weights, loaded and run by the real code of transformers."""

import asyncio
import json
import shutil
import time

import pytest
import tiny_models
from local_asking import (
    IMAGES,
    ask,
    bodies_of,
    generation,
    image,
    mixed_requests,
    options,
    outcomes_of,
    read_image,
    reasons_of,
    stored,
)

from corpusbuilder.backends.models.base import ImagePart
from corpusbuilder.backends.models.completion import read_completion
from corpusbuilder.backends.models.local.model import LocalModel
from corpusbuilder.errors import BackendError

pytestmark = pytest.mark.usefixtures("offline_transformers")


@pytest.fixture
def folder(request):
    """The folder of the model that a parametrised test names."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("folder", ["tiny_llava", "tiny_idefics"], indirect=True)
def test_answers_do_not_depend_on_what_else_is_in_the_batch(folder):
    requests = mixed_requests()
    together, alone = bodies_of(folder, requests, batch_size=8), bodies_of(folder, requests, batch_size=1)
    assert together == alone
    assert len(set(together)) == len(requests)
    assert bodies_of(folder, requests[::-1], batch_size=3) == alone[::-1]


@pytest.mark.parametrize("folder", ["tiny_llava", "tiny_idefics"], indirect=True)
def test_drawn_answers_do_not_depend_on_what_else_is_in_the_batch(folder):
    requests = mixed_requests(temperature=0.8, top_p=0.95, seed=7)
    assert bodies_of(folder, requests, batch_size=8) == bodies_of(folder, requests, batch_size=1)


def test_what_a_model_sets_for_its_own_draws_plays_no_part(tiny_llava, tmp_path):
    file = shutil.copytree(tiny_llava, tmp_path / "model") / "generation_config.json"
    own = {"do_sample": True, "temperature": 0.1, "top_k": 1, "num_beams": 3, "repetition_penalty": 1.5}
    file.write_text(json.dumps({**json.loads(file.read_text()), **own, "no_repeat_ngram_size": 2, "max_length": 30}))
    texts = [
        [read_completion(outcome.body).text for outcome in outcomes_of(folder, mixed_requests())]
        for folder in (tiny_llava, file.parent)
    ]
    assert texts[0] == texts[1]


def test_each_draw_and_each_seed_gives_its_own_answer(tiny_llava):
    draws = [ask("Why?", temperature=1.0, seed=seed, sample=sample) for seed in (1, 2) for sample in (0, 1, 2)]
    texts = [read_completion(body).text for body in bodies_of(tiny_llava, draws)]
    assert len(set(texts)) == len(draws)
    greedy = [ask("Why?", temperature=0, seed=seed) for seed in (1, 2)]
    assert len({read_completion(body).text for body in bodies_of(tiny_llava, greedy)}) == 1


def test_what_is_seen_and_where_it_stands_change_the_answer(tiny_llava):
    red, blue = image("red"), image("blue")
    requests = [ask(red, "Why?"), ask(blue, "Why?"), ask("Why?", red), ask("Why?"), ask(red, blue, "Why?")]
    assert len({read_completion(body).text for body in bodies_of(tiny_llava, requests)}) == len(requests)


def test_the_answer_has_the_form_in_which_an_endpoint_sends_it(tiny_llava):
    request = ask(image("red"), "Why?", max_tokens=5)
    (answer,) = outcomes_of(tiny_llava, [request])
    body = json.loads(answer.body)
    completion = read_completion(answer.body)
    assert completion.finish == "length"
    assert completion.text == body["choices"][0]["message"]["content"].strip()
    assert body["id"] == answer.response_id
    # One token a byte, sixteen an image.
    assert answer.usage.prompt_tokens == len("s" + "USER: Why?\nASSISTANT:") + 16
    assert answer.usage.completion_tokens == 5
    assert body["usage"] == {"prompt_tokens": 38, "completion_tokens": 5, "total_tokens": 43}
    assert answer.served_model == body["model"] == options(tiny_llava).identity
    assert answer.price_usd is None
    assert answer.mode is None


def test_an_answer_that_ends_by_itself_says_so_and_leaves_the_end_out(tiny_llava):
    requests = [ask(f"Say {number}", max_tokens=200) for number in range(12)]
    answers = outcomes_of(tiny_llava, requests, batch_size=6)
    ended = [answer for answer in answers if read_completion(answer.body).finish == "stop"]
    assert ended
    assert all(answer.usage.completion_tokens < 200 for answer in ended)
    assert all(tiny_models.END not in answer.body.decode() for answer in answers)


def test_what_does_not_fit_the_model_is_refused_and_the_rest_is_answered(tiny_llava):
    fits = ask("Why?")
    long, full = ask("Why? " * 1000), ask("x" * (tiny_models.CONTEXT - 24))
    outcomes = outcomes_of(tiny_llava, [fits, long, fits, full])
    assert reasons_of(outcomes) == [None, "context_too_long", None, None]
    assert "2048" in outcomes[1].message
    assert bodies_of(tiny_llava, [fits]) == [outcomes[0].body]
    # What is left of the context bounds the answer.
    assert outcomes[3].usage.prompt_tokens + outcomes[3].usage.completion_tokens <= tiny_models.CONTEXT
    assert read_completion(outcomes[3].body).finish == "length"


def test_an_image_that_cannot_be_read_costs_only_its_own_request(tiny_llava):
    broken, absent = stored(b"\x89PNG\r\n\x1a\nnot an image"), ImagePart("0" * 64, "image/png", 5, 5)
    cut = stored(IMAGES[image("red").sha256][:60])
    good = ask(image("red"), "Why?")
    outcomes = outcomes_of(tiny_llava, [ask(broken, "a"), good, ask(absent, "b"), ask(cut, "c")])
    assert reasons_of(outcomes) == ["image_unreadable", None, "image_unreadable", "image_unreadable"]
    assert outcomes[1].body == bodies_of(tiny_llava, [good])[0]


@pytest.mark.parametrize("folder", ["tiny_llava", "tiny_idefics"], indirect=True)
def test_large_and_thin_images_are_scaled_down(folder):
    requests = [ask(image("red", size), "Why?") for size in [(2000, 1500), (1, 700), (900, 2), (1, 1)]]
    assert reasons_of(outcomes_of(folder, requests, max_image_side=64)) == [None] * 4


def test_a_batch_that_needs_too_much_memory_is_halved(tiny_llava):
    import torch

    requests = [ask(f"Say {number}") for number in range(7)]
    expected = bodies_of(tiny_llava, requests, batch_size=1)
    small = generation(tiny_llava)
    model, sizes = small._loaded.model, []
    enough = model.generate

    def generate(**inputs):
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return enough(**inputs)

    model.generate = generate
    assert [outcome.body for outcome in small.answers(requests)] == expected
    assert sizes == [7, 3, 1, 2, 4, 2, 2]
    # From now on no more are tried at once than were found to fit.
    sizes.clear()
    assert [outcome.body for outcome in small.answers(requests)] == expected
    assert sizes == [2, 2, 2, 1]


def test_a_single_request_that_needs_too_much_memory_stops_the_run(tiny_llava):
    small = generation(tiny_llava)

    def generate(**_):
        raise RuntimeError("MPS backend out of memory (MPS allocated: 18.1 GB)")

    small._loaded.model.generate = generate
    with pytest.raises(BackendError, match="not enough memory") as caught:
        small.answers([ask("Why?"), ask("How?")])
    assert "max_image_side" in caught.value.hint


@pytest.mark.parametrize("kind", [ValueError, RuntimeError])
def test_a_request_that_the_model_does_not_take_is_refused_alone(tiny_llava, kind):
    picky = generation(tiny_llava)
    enough = picky._loaded.model.generate

    def generate(**inputs):
        if len(inputs["input_ids"]) > 1 or inputs["input_ids"].shape[1] == len("sUSER: b\nASSISTANT:"):
            raise kind("Image features and image tokens do not match")
        return enough(**inputs)

    picky._loaded.model.generate = generate
    outcomes = picky.answers([ask("b"), ask("aa"), ask("cc")])
    assert reasons_of(outcomes) == ["request_refused", None, None]
    assert "do not match" in outcomes[0].message
    assert reasons_of(picky.answers([ask("b")])) == ["request_refused"]


@pytest.mark.parametrize("words", ["only supports fp16", "CUDA error: device-side assert triggered"])
def test_a_model_that_never_answers_stops_the_run(tiny_llava, words):
    broken = generation(tiny_llava)

    def generate(**_):
        raise RuntimeError(words)

    broken._loaded.model.generate = generate
    with pytest.raises(BackendError, match=words):
        broken.answers([ask("a"), ask("b")])


def test_the_event_loop_goes_on_while_the_model_works(tiny_llava):
    async def ticks_while_answering():
        model = LocalModel(options(tiny_llava), read_image=read_image)
        await model.answer(ask("Why?"))
        answer = asyncio.ensure_future(model.answer(ask("Why not?", max_tokens=400, temperature=1.0)))
        ticks = 0
        while not answer.done():
            await asyncio.sleep(0.002)
            ticks += 1
        await model.close()
        return ticks

    assert asyncio.run(ticks_while_answering()) > 5


def test_closing_ends_the_thread_and_lets_nobody_wait(tiny_llava):
    async def close_while_waiting():
        model = LocalModel(options(tiny_llava, batch_size=1), read_image=read_image)
        answers = [asyncio.ensure_future(model.answer(ask(f"Say {number}"))) for number in range(40)]
        await answers[0]
        began = time.monotonic()
        await model.close()
        took = time.monotonic() - began
        outcomes = await asyncio.gather(*answers, return_exceptions=True)
        return model, took, outcomes

    model, took, outcomes = asyncio.run(close_while_waiting())
    assert not model._thread.is_alive()
    assert took < 5
    assert isinstance(outcomes[-1], asyncio.CancelledError)


def test_a_model_that_was_never_asked_loads_nothing():
    model = LocalModel(options("nobody/nothing"), read_image=read_image)
    asyncio.run(model.close())
    assert model.name == "nobody/nothing"

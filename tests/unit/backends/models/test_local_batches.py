"""Which requests go together, and how each row of a batch is drawn."""

from hypothesis import given, settings
from hypothesis import strategies as st
from local_asking import ask

from corpusbuilder.backends.models.base import ImagePart
from corpusbuilder.backends.models.local.batches import Queue, in_image
from corpusbuilder.backends.models.local.drawing import SeededDraw
from corpusbuilder.errors import BackendError


def test_a_request_whose_caller_went_away_is_not_answered():
    queue = Queue(4, gather_s=0)
    gone, stays = queue.put(ask("a")), queue.put(ask("b"))
    gone.cancel()
    (batch,) = [next(queue.batches())]
    assert [waiting.answer for waiting in batch] == [stays]


def test_those_who_ask_after_a_failure_get_the_same_one():
    queue = Queue(4, gather_s=0)
    before = queue.put(ask("a"))
    queue.fail(BackendError("no model"))
    assert before.exception() is queue.put(ask("b")).exception()


@given(
    kinds=st.lists(
        st.tuples(st.integers(0, 200), st.booleans(), st.sampled_from([None, 0.5])), min_size=1, max_size=30
    ),
    batch_size=st.integers(1, 6),
)
@settings(deadline=None)
def test_every_request_is_in_one_batch_with_its_like(kinds, batch_size):
    red = ImagePart("0" * 64, "image/png", 5, 5)
    requests = [
        ask("x" * length, *([red] if seen else []), temperature=temperature, order=(number % 3,))
        for number, (length, seen, temperature) in enumerate(kinds)
    ]
    queue = Queue(batch_size, gather_s=0)
    for request in requests:
        queue.put(request)
    batches = []
    for batch in queue.batches():
        batches.append([waiting.request for waiting in batch])
        if sum(map(len, batches)) == len(requests):
            queue.close()
    assert sorted(map(id, requests)) == sorted(id(request) for batch in batches for request in batch)
    assert all(len(batch) <= batch_size for batch in batches)
    for batch in batches:
        assert len({(bool(request.images), request.sampling.temperature) for request in batch}) == 1
    # The first of each batch comes before all that are still to come.
    heads = [batch[0].order for batch in batches]
    assert heads == sorted(heads)


def test_requests_about_one_image_meet_where_that_is_wanted():
    images = [ImagePart(letter * 64, "image/png", 5, 5) for letter in "abab"]
    requests = [ask("x" * (1 + 90 * number), image, order=(number,)) for number, image in enumerate(images)]
    taken = []
    for distance in ({"distance": in_image}, {}):
        queue = Queue(2, gather_s=0, **distance)
        for request in requests:
            queue.put(request)
        taken.append([waiting.request.order[0] for waiting in next(queue.batches())])
    assert taken == [[0, 2], [0, 1]]


def test_draws_follow_the_models_probabilities():
    import torch

    likely = torch.tensor([0.5, 0.25, 0.15, 0.1, 0.0])
    draw = SeededDraw(range(4000), temperature=1.0, top_p=None, device="cpu")
    chosen = draw(None, likely.log().expand(4000, -1)).argmax(dim=1)
    assert torch.allclose(chosen.bincount(minlength=5) / 4000, likely, atol=0.03)
    colder = SeededDraw(range(4000), temperature=0.5, top_p=None, device="cpu")
    chosen = colder(None, likely.log().expand(4000, -1)).argmax(dim=1)
    assert torch.allclose(chosen.bincount(minlength=5) / 4000, likely**2 / (likely**2).sum(), atol=0.03)


@given(
    weights=st.lists(st.floats(0.01, 1), min_size=2, max_size=12), top_p=st.floats(0.05, 1), seed=st.integers(0, 2**62)
)
@settings(deadline=None)
def test_draws_stay_among_the_likeliest_that_reach_top_p(weights, top_p, seed):
    import torch

    likely = torch.tensor(weights) / sum(weights)
    chosen = int(SeededDraw([seed], temperature=1.0, top_p=top_p, device="cpu")(None, likely.log()[None]).argmax())
    likelier = float(likely[likely > likely[chosen] + 1e-6].sum())
    assert likelier < top_p + 1e-4

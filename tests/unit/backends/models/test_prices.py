import pytest

from corpusbuilder.backends.models.prices import Price, listed_price
from corpusbuilder.errors import ConfigError
from corpusbuilder.records.call import Usage


def table(tmp_path, text):
    path = tmp_path / "prices.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_listed_model_has_a_price_with_the_day_it_was_noted_down():
    price = listed_price("gpt-4o-mini")
    assert price.input == 0.15
    assert price.output == 0.6
    assert price.as_of.year >= 2024


@pytest.mark.parametrize("model", ["gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "gpt-4.1-2025-04-14"])
def test_a_dated_snapshot_costs_what_its_model_costs(model):
    assert listed_price(model).model == model[: -len("-2024-08-06")]


@pytest.mark.parametrize("model", ["Qwen/Qwen2.5-VL-7B-Instruct", "gpt-4", "gpt-4o-audio", ""])
def test_the_price_of_an_unlisted_model_is_unknown(model):
    assert listed_price(model) is None


def test_a_row_of_the_users_table_wins_and_the_others_stay(tmp_path):
    own = table(tmp_path, '[[price]]\nmodel = "gpt-4o"\ninput = 1.5\noutput = 2\nas_of = 2026-11-01\n')
    assert listed_price("gpt-4o", own).input == 1.5
    assert listed_price("gpt-4o-mini", own).input == 0.15


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[price]]\nmodel = 'x'\ninput = -1\noutput = 1\nas_of = 2026-01-01\n", "price.0.input"),
        ("[[price]]\nmodel = 'x'\ninput = 1\noutput = 1\n", "price.0.as_of"),
        ("[[prices]]\nmodel = 'x'\n", "prices"),
        ("[[price", "not a readable price table"),
    ],
)
def test_a_broken_table_is_named_with_what_is_wrong(tmp_path, text, complaint):
    own = table(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        listed_price("x", own)
    assert str(own) in caught.value.message
    assert complaint in caught.value.message


def test_cached_tokens_cost_their_own_price_and_the_rest_the_full_one():
    price = Price(input=2.0, cached_input=0.5, output=10.0)
    usage = Usage(prompt_tokens=1_000_000, cached_tokens=400_000, completion_tokens=100_000)
    assert price.cost_usd(usage) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5 + 0.1 * 10.0)


def test_without_a_price_for_cached_tokens_they_cost_as_much_as_others():
    usage = Usage(prompt_tokens=1000, cached_tokens=900, completion_tokens=0)
    assert Price(input=1.0, output=1.0).cost_usd(usage) == pytest.approx(0.001)


def test_a_batch_costs_its_share():
    usage = Usage(prompt_tokens=1000, completion_tokens=1000)
    price = Price(input=1.0, output=3.0, batch=0.5)
    assert price.cost_usd(usage, in_batch=True) == pytest.approx(price.cost_usd(usage) / 2)


def test_a_server_that_claims_more_cached_tokens_than_it_got_makes_no_money():
    assert Price(input=1.0, cached_input=0.0, output=1.0).cost_usd(
        Usage(prompt_tokens=10, cached_tokens=10**9, completion_tokens=0)
    ) == pytest.approx(0.0)


@pytest.mark.parametrize("usage", [Usage(), Usage(prompt_tokens=3), Usage(completion_tokens=3)])
def test_what_was_not_counted_has_an_unknown_cost(usage):
    assert Price(input=1.0, output=1.0).cost_usd(usage) is None

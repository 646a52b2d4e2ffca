"""What a person sees while a stage runs."""

import time

import pytest

from corpusbuilder.backends.models.meter import Meter
from corpusbuilder.cli.progress import LogDisplay, calls_line, forecast_line, in_words, summary_line
from corpusbuilder.pipeline.forecast import Forecast, Range
from corpusbuilder.pipeline.runner import StageReport
from corpusbuilder.pipeline.shards import ShardReport
from corpusbuilder.store.workspace import Counts


def flat(value):
    return Range(value, value, value)


def shard(number, *, postponed=0, cached=False):
    counts = Counts(inputs=3, done=3, rejected=0, outputs=12)
    return ShardReport(f"doc-{number}", counts, postponed=postponed, cached=cached)


def test_nothing_is_said_of_calls_that_were_not_made():
    assert calls_line(Meter()) == ""


def test_calls_are_told_with_what_they_cost():
    meter = Meter(sent=1200, found=38, failed=2, in_flight=64, prompt_tokens=4_000_000, completion_tokens=90_000)
    meter.cost_usd = 12.345
    assert calls_line(meter) == (
        "1,200 calls, 38 from the ledger, 64 under way, 2 came to nothing, 4.1 M tokens, $12.35"
    )


def test_an_unknown_price_is_told_as_such():
    assert calls_line(Meter(sent=1, unpriced=1)).endswith("price unknown")


def test_what_holds_the_calls_up_is_told_even_before_the_first_answer():
    meter = Meter()
    meter.trouble = lambda: "3 wait to try again: HTTP 429: slow\x1b[2J down"
    assert calls_line(meter).startswith("0 calls, 3 wait to try again: HTTP 429: slow")
    assert "\x1b" not in calls_line(meter)


def test_a_forecast_names_its_interval_and_the_budget():
    cost = Range(12.4, 9.8, 15.9)
    forecast = Forecast(424, Range(1690, 1500, 1880), flat(5e6), flat(1e5), cost, from_units=6)
    line = forecast_line(forecast, 10.0)
    assert "for 424 more units, from 6: 1,690 (90 %: 1,500 to 1,880) calls, 5.1 M tokens" in line
    assert "$12.40 (90 %: $9.80 to $15.90); the budget is $10 in all" in line


def test_a_forecast_without_a_price_has_no_sum():
    forecast = Forecast(4, flat(9), flat(9), flat(9), None, from_units=6)
    assert forecast_line(forecast, None).endswith("price unknown")


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (950, "950"), (12_300, "12,300"), (4_123_000, "4.1 M")])
def test_numbers_are_told_in_words(number, words):
    assert in_words(number) == words


def test_units_that_wait_are_told():
    report = StageReport("generate", (shard(1), shard(2, postponed=5)), {})
    assert summary_line(report).endswith("5 units wait for answers")
    assert "1 made" in summary_line(report)


def lines_of(capsys, **options):
    meter = Meter(sent=7, prompt_tokens=10, unpriced=7, inputs=2)
    with LogDisplay(interval_s=0.02, **options) as display:
        display.stage_begins("generate", stale=1, current=0, inputs=9, meter=meter)
        time.sleep(0.15)
    return capsys.readouterr().err.splitlines()


def test_a_book_that_takes_long_is_followed_by_its_units(capsys):
    lines = lines_of(capsys)
    assert len(lines) >= 2
    assert all(line.startswith("generate: 2/9 units, about") for line in lines)
    assert all("7 calls" in line for line in lines)


def test_a_quiet_run_says_nothing(capsys):
    assert lines_of(capsys, silent=True) == []

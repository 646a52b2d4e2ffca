import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.backends.http.waiting import backoff, retry_after, wait_before_next


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 9),
        ({"retry-after-ms": "900", "retry-after": "Sun, 22 Nov 2020 07:00:00 GMT"}, 0.9),
        ({"retry-after": "1, 20"}, 20),
        ({"retry-after": "12s"}, 12),
        ({"retry-after": "12 seconds"}, 12),
        ({"retry-after": "1, soon"}, None),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Sun, 99 Nov 2026 99:00:00 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 07:00:30 GMT", "date": "Sun, 22 Nov 2026 07:00:00 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2020 07:00:00 GMT"}, 0),
    ],
)
def test_what_the_endpoint_asks_for_is_understood(headers, seconds):
    assert retry_after(headers) == seconds


def test_a_date_counts_from_now():
    wait = retry_after({"retry-after": formatdate(time.time() + 10, usegmt=True), "date": formatdate(usegmt=True)})

    assert wait is not None
    assert 8.5 < wait <= 10


@given(st.text(max_size=30))
def test_any_text_is_a_wait_or_none(text):
    seconds = retry_after({"retry-after": text})

    assert seconds is None or seconds >= 0


@given(st.integers(1, 2000))
def test_a_backoff_grows_up_to_a_minute(attempt):
    assert 0 <= backoff(attempt) <= min(60, 0.5 * 2 ** min(attempt - 1, 20))


@given(st.integers(1, 50), st.floats(0, 1e4))
def test_nothing_is_sent_before_the_wait_is_over_nor_long_after(attempt, wait):
    assert wait < wait_before_next(attempt, wait) < wait + 1.02

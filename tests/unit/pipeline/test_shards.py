import pytest

from corpusbuilder.pipeline.shards import differences


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"config.dpi": 150}, {"config.dpi": 200}, ["config.dpi changed from 150 to 200"]),
        ({}, {"prompt rules/x.v1.en": "a" * 64}, ["prompt rules/x.v1.en is new"]),
        ({"a": 1}, {}, ["a is gone"]),
        ({"input PDF": "a" * 64}, {"input PDF": "b" * 64}, ["input PDF changed"]),
        ({"a": [1, 2]}, {"a": [1, 2]}, []),
    ],
)
def test_a_difference_is_told_in_words(before, after, told):
    assert differences(before, after) == told


def test_a_long_value_is_cut():
    (told,) = differences({"a": "x"}, {"a": "y" * 500})
    assert len(told) < 100

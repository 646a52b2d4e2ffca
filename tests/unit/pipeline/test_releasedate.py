from datetime import UTC, date, datetime

import pytest
import release_corpus as corpus

from corpusbuilder.config import ReleaseSection
from corpusbuilder.errors import ConfigError
from corpusbuilder.pipeline.releasedate import release_date
from corpusbuilder.store.release import ReleaseFolder

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}


@pytest.fixture
def previous(tmp_path):
    config = corpus.ALL_TRAIN.model_copy(update={"date": date(2024, 2, 29), "version": "1.0.0"})
    corpus.release([corpus.simple_document("doc-1")], tmp_path / "release", config)
    return ReleaseFolder.open(tmp_path / "release").manifest


def test_the_date_that_is_configured_wins(previous):
    config = ReleaseSection(date="2026-11-22", version="1.0.0")
    assert release_date(config, previous, EPOCH) == date(2026, 11, 22)


def test_a_version_that_is_made_again_keeps_its_date(previous):
    assert release_date(ReleaseSection(version="1.0.0"), previous, EPOCH) == date(2024, 2, 29)


def test_a_new_version_has_the_date_of_the_variable_if_there_is_one(previous):
    assert release_date(ReleaseSection(version="1.1.0"), previous, EPOCH) == date(2023, 11, 14)
    before = datetime.now(UTC).date()
    today = release_date(ReleaseSection(version="1.1.0"), previous, {})
    assert before <= today <= datetime.now(UTC).date()


def test_a_release_of_before_dates_is_dated_anew(previous):
    undated = previous.model_copy(update={"card": {}})
    assert release_date(ReleaseSection(version="1.0.0"), undated, EPOCH) == date(2023, 11, 14)


@pytest.mark.parametrize("value", ["yesterday", "1e9", "9" * 30])
def test_a_variable_that_holds_no_time_is_refused_by_name(value):
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH"):
        release_date(ReleaseSection(), None, {"SOURCE_DATE_EPOCH": value})

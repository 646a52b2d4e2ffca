import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.config import Config, commented, load
from corpusbuilder.errors import ConfigError, MissingInputError


def written(tmp_path, text):
    path = tmp_path / "corpusbuilder.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_has_a_default():
    assert load(None, environ={}) == Config()


def test_flag_beats_environment_beats_file(tmp_path):
    path = written(tmp_path, "[parse]\ndpi = 100\nunit_tokens = 300\nocr_dpi = 99\n")
    environ = {"CORPUSBUILDER_PARSE__DPI": "110", "CORPUSBUILDER_PARSE__UNIT_TOKENS": "400", "HOME": "/"}
    config = load(path, overrides=["parse.dpi=120"], environ=environ)
    assert (config.parse.dpi, config.parse.unit_tokens, config.parse.ocr_dpi) == (120, 400, 99)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("[parse]\ndpl = 100\n", "did you mean 'parse.dpi'?"),
        ("[parze]\ndpi = 100\n", "did you mean 'parse'?"),
        ("[release.splits]\ntrian = 1\n", "did you mean 'release.splits.train'?"),
        ("[generate.teacher]\nkind = 'rules'\nmodle = 'x'\n", "unknown key 'modle'"),
    ],
)
def test_a_misspelt_key_is_answered_with_the_closest_known_one(tmp_path, text, advice):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), environ={})
    assert advice in caught.value.message
    assert "corpusbuilder.toml" in caught.value.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[parse]\ndpi = 'high'\n", "parse.dpi"),
        ("[parse]\ndpi = 100000\n", "parse.dpi"),
        ("[release]\nsplits = {train = 0.5, validation = 0.1, test = 0.1}\n", "must add up to 1"),
        ("[corpus]\nname = '../escape'\n", "corpus.name"),
        ("[generate.teacher]\nkind = 'oracle'\n", "no teacher backend called 'oracle'"),
        ("= nonsense", "not valid TOML"),
    ],
)
def test_a_bad_value_is_named_with_its_file(tmp_path, text, message):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text), environ={})
    assert message in caught.value.message
    assert "corpusbuilder.toml" in caught.value.message


@pytest.mark.parametrize("override", ["dpi=3", "parse.dpi", "=", "parse=3"])
def test_an_override_without_table_key_and_value_is_refused(override):
    with pytest.raises(ConfigError):
        load(None, overrides=[override], environ={})


def test_a_bare_word_needs_no_quotes_on_the_command_line():
    assert load(None, overrides=["corpus.name=cells"], environ={}).corpus.name == "cells"


def test_a_config_file_that_is_not_there_is_missing_input(tmp_path):
    with pytest.raises(MissingInputError):
        load(tmp_path / "none.toml", environ={})


def test_the_commented_file_is_toml_and_changes_nothing(tmp_path):
    assert load(written(tmp_path, commented()), environ={}) == Config()


def test_every_key_of_the_commented_file_is_a_key(tmp_path):
    lines = [
        line for line in commented().splitlines() if not line.startswith("# ") or " = " in line.partition("  # ")[0]
    ]
    uncommented = "\n".join(line.removeprefix("# ") for line in lines if "…" not in line and "Precedence" not in line)
    tomllib.loads(uncommented)
    assert load(written(tmp_path, uncommented), environ={}) == Config()


def test_a_config_can_be_a_key_of_a_cache():
    assert hash(Config()) == hash(Config())


@given(
    st.dictionaries(st.sampled_from(["CORPUSBUILDER_PARSE__DPI", "CORPUSBUILDER_X__Y", "CORPUSBUILDER_"]), st.text())
)
def test_rubbish_in_the_environment_is_a_config_error_or_a_config(environ):
    try:
        config = load(None, environ=environ)
    except ConfigError as refusal:
        config, message = None, refusal.message
        assert message
    assert config is None or isinstance(config, Config)

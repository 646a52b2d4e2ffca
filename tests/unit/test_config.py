import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusbuilder.config import Config, load
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


@pytest.mark.parametrize(
    ("override", "choice"),
    [
        ('ground.grounders=["foo"]', "diagram"),
        ('ground.grounders=["diagram", "foo"]', "diagram"),
        ("parse.ocr=foo", "rapidocr"),
        ("generate.teacher.kind=foo", "rules"),
    ],
)
def test_a_backend_that_does_not_exist_is_refused_with_the_choices(override, choice):
    with pytest.raises(ConfigError) as caught:
        load(None, overrides=[override], environ={})
    assert override.partition("=")[0].removesuffix(".kind") in caught.value.message
    assert "'foo'" in caught.value.message
    assert choice in caught.value.hint


@pytest.mark.parametrize(
    ("override", "environ", "origin"),
    [
        ("parse.dpi=5", {}, "--set parse.dpi=5: "),
        ("parse.dpl=5", {}, "--set parse.dpl=5: "),
        ("parse.ocr=foo", {}, "--set parse.ocr=foo: "),
        ("generate.teacher.modle=x", {}, "--set generate.teacher.modle=x: "),
        ("generate.teacher.kind=x", {}, "--set generate.teacher.kind=x: "),
        ("release.splits.train=0.5", {}, "--set release.splits.train=0.5: "),
        ("corpus.name=fine", {"CORPUSBUILDER_PARSE__DPI": "5"}, "CORPUSBUILDER_PARSE__DPI: "),
        ("parse.dpi=5", {"CORPUSBUILDER_PARSE__DPI": "6"}, "--set parse.dpi=5: "),
    ],
)
def test_a_bad_value_from_outside_the_file_is_not_blamed_on_the_file(tmp_path, override, environ, origin):
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, "[parse]\ndpi = 100\n"), overrides=[override], environ=environ)
    assert caught.value.message.startswith(origin)
    assert "corpusbuilder.toml" not in caught.value.message


def test_a_good_value_from_outside_takes_no_blame_for_the_file(tmp_path):
    path = written(tmp_path, "[parse]\ndpi = 5\n")
    with pytest.raises(ConfigError) as caught:
        load(path, overrides=["parse.ocr_dpi=100"], environ={"CORPUSBUILDER_CORPUS__NAME": "fine"})
    assert caught.value.message.startswith(f"{path}: parse.dpi")


def test_numbers_are_words_where_words_are_meant(tmp_path):
    path = written(tmp_path, "[corpus]\ngrade = 6\n[release]\nname = 2025\n")
    config = load(path, overrides=["corpus.name=2024"], environ={})
    assert (config.corpus.grade, config.corpus.name, config.release_name) == ("6", "2024", "2025")


@pytest.mark.parametrize("override", ["corpus.name=-1", "corpus.grade=true", "corpus.grade=[6]"])
def test_not_everything_is_a_word(override):
    with pytest.raises(ConfigError, match="corpus"):
        load(None, overrides=[override], environ={})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("CORPUSBUILDER_PARSE_DPI", "CORPUSBUILDER_PARSE__DPI"),
        ("CORPUSBUILDER_PARSE_OCR_DPI", "CORPUSBUILDER_PARSE__OCR_DPI"),
        ("CORPUSBUILDER_RELEASE_SPLITS_TRAIN", "CORPUSBUILDER_RELEASE__SPLITS__TRAIN"),
        ("CORPUSBUILDER_GENERATE_TEACHER_KIND", "CORPUSBUILDER_GENERATE__TEACHER__KIND"),
        ("CORPUSBUILDER_PARSE", "CORPUSBUILDER_PARSE__<KEY>"),
    ],
)
def test_a_variable_with_one_underscore_too_few_is_answered_with_its_right_name(name, meant):
    with pytest.raises(ConfigError) as caught:
        load(None, environ={name: "50"})
    assert caught.value.message.startswith(f"{name}: ")
    assert f"{meant}?" in caught.value.message


@pytest.mark.parametrize("name", ["CORPUSBUILDER_HOME", "CORPUSBUILDER_PARSER_DPI", "CORPUSBUILDER_", "PARSE_DPI"])
def test_a_variable_of_somebody_else_is_left_alone(name):
    assert load(None, environ={name: "50"}) == Config()


def test_a_bare_word_needs_no_quotes_on_the_command_line():
    assert load(None, overrides=["corpus.name=cells"], environ={}).corpus.name == "cells"


def test_a_config_file_that_is_not_there_is_missing_input(tmp_path):
    with pytest.raises(MissingInputError):
        load(tmp_path / "none.toml", environ={})


def test_a_misspelt_key_is_named_rather_than_the_one_that_it_should_have_been():
    with pytest.raises(ConfigError, match=r"unknown key 'modle': did you mean 'model'"):
        load(None, overrides=["generate.teacher.kind=openai", "generate.teacher.modle=gpt-4o"], environ={})


@pytest.mark.parametrize("table", ['{"input": 1, "output": 2}', "{ input = 1, output = 2 }"])
def test_a_table_can_be_set_as_in_toml_or_as_in_json(table):
    flags = ["generate.teacher.kind=openai", "generate.teacher.model=m", f"generate.teacher.price={table}"]
    assert load(None, overrides=flags, environ={}).generate.teacher.price.output == 2.0


def test_a_config_can_be_a_key_of_a_cache():
    assert hash(Config()) == hash(Config())


def test_a_config_with_tables_in_its_teacher_can_be_one_too():
    def config(model):
        table = {"kind": "openai", "model": model, "extra_body": {"chat_template_kwargs": {"enable_thinking": False}}}
        return Config.model_validate({"generate": {"teacher": table}})

    assert hash(config("a")) == hash(config("a"))
    assert config("a") != config("b")


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


SECRET = "sk-abcdef0123456"


@pytest.mark.parametrize("key", ["generate.teacher.api_key_env", "generate.teacher.api_key"])
def test_a_key_that_is_typed_into_the_configuration_is_refused_and_never_repeated(key):
    flags = ["generate.teacher.kind=openai", "generate.teacher.model=m", f"{key}={SECRET}"]
    with pytest.raises(ConfigError) as refusal:
        load(None, overrides=flags, environ={})
    assert SECRET not in f"{refusal.value.message} {refusal.value.hint}"
    assert "environment variable" in refusal.value.message or "export OPENAI_API_KEY" in refusal.value.hint


def test_another_teacher_chosen_by_a_flag_does_not_get_the_files_table(tmp_path):
    path = written(tmp_path, '[generate.teacher]\nkind = "openai"\nmodel = "m"\nconcurrency = 3\n')
    assert load(path, overrides=["generate.teacher.kind=rules"], environ={}).generate.teacher.kind == "rules"
    same = load(path, overrides=["generate.teacher.kind=openai"], environ={}).generate.teacher
    assert (same.model, same.concurrency) == ("m", 3)


@pytest.mark.parametrize(
    ("stated", "share"),
    [({"spatial": 1, "comparison": 3}, {"spatial": 0.25, "comparison": 0.75}), ({"lookup": 0}, {"lookup": 0.0})],
)
def test_shares_that_are_stated_are_all_that_is_wanted(stated, share):
    teacher = {"kind": "openai", "model": "m", "shares": {"reasoning": stated}}
    shares = Config.model_validate({"generate": {"teacher": teacher}}).generate.teacher.shares.reasoning.normalised()
    assert {key: shares[key] for key in share} == share
    assert (shares["causal"] > 0) is (sum(stated.values()) == 0)


def test_the_rule_of_an_adjudicator_needs_one(tmp_path):
    with pytest.raises(ConfigError, match="annotator-1"):
        load(None, overrides=["review.rule=adjudicator"], environ={})
    with pytest.raises(ConfigError, match="adjudicators"):
        load(None, overrides=["review.rule=adjudicator", 'review.adjudicators=["bob@example.org"]'], environ={})
    config = load(None, overrides=["review.rule=adjudicator", 'review.adjudicators=["annotator-2"]'], environ={})
    assert config.review.adjudicators == ("annotator-2",)

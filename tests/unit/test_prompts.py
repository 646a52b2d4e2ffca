import pytest

from corpusbuilder.errors import ConfigError, MissingInputError
from corpusbuilder.prompts import data_folder, load_prompts, read_prompt

GOOD = "---\ntask: mine\nversion: 2\n---\nWhat is {{ term }}?\n"


def write(folder, name, text=GOOD):
    (folder / "mine").mkdir(exist_ok=True)
    path = folder / "mine" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_prompt_knows_its_id_and_text(tmp_path):
    prompt = read_prompt(write(tmp_path, "ask.v2.en.md"))
    assert (prompt.id, prompt.text) == ("mine/ask.v2.en", "What is {{ term }}?\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ask.md", GOOD),
        ("ask.v2.en.md", "no front matter"),
        ("ask.v3.en.md", GOOD),
        ("ask.v2.en.md", GOOD.replace("mine", "other")),
        ("ask.v2.en.md", GOOD.replace("version: 2", "version: 2\nextra: 1")),
        ("ask.v2.en.md", GOOD.replace("version: 2", "version")),
    ],
)
def test_a_prompt_that_is_not_as_it_should_be_is_named(tmp_path, name, text):
    with pytest.raises(ConfigError, match=r"\.md"):
        read_prompt(write(tmp_path, name, text))


def test_the_highest_version_wins_and_languages_stay_apart(tmp_path):
    write(tmp_path, "ask.v2.en.md")
    write(tmp_path, "ask.v10.en.md", GOOD.replace("2", "10"))
    write(tmp_path, "ask.v2.fr.md")
    assert {p.id for p in load_prompts("mine", "en", own=tmp_path).values()} == {"mine/ask.v10.en"}
    assert {p.id for p in load_prompts("mine", "fr", own=tmp_path).values()} == {"mine/ask.v2.fr"}


def test_a_task_without_prompts_is_missing_input(tmp_path):
    with pytest.raises(MissingInputError, match="nobody"):
        load_prompts("nobody", "en", own=tmp_path)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_prompts_of_the_rules_teacher_ship(language):
    assert load_prompts("rules", language)


@pytest.mark.parametrize("name", ["prompts", "schemas", "data_cards"])
def test_data_folders_are_found_in_a_source_checkout(name):
    assert any(data_folder(name).iterdir())


@pytest.mark.parametrize(
    ("name", "advice"),
    [("questions.fr.md", "<name>.v<N>.<en|fr>.md"), ("question.v1.fr.md", "did you mean questions?")],
)
def test_a_file_of_the_users_that_would_be_passed_over_is_refused(tmp_path, name, advice):
    own = tmp_path / "prompts" / "teacher"
    own.mkdir(parents=True)
    (own / name).write_text("---\ntask: teacher\nversion: 1\n---\nText.\n", encoding="utf-8")
    with pytest.raises(ConfigError) as refusal:
        load_prompts("teacher", "fr", own=tmp_path / "prompts")
    assert advice in refusal.value.message
    assert name in refusal.value.message

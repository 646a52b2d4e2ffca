import re
import tomllib
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest

from corpusbuilder.backends.labelstudio import page
from corpusbuilder.stages.verify.checks import CHECKS
from corpusbuilder.stages.verify.duplicates import NAME

RESERVED = {"r", "p", "v", "h", "u"}
"""Keys of Label Studio on this page: box, polygon, move, pan, let go."""


def config(language="en"):
    return ET.fromstring(page.labeling_config(language))


def named(tag):
    return {element.get("name"): element for element in config().iter(tag)}


@pytest.mark.parametrize("language", page.LANGUAGES)
def test_every_check_has_its_words(language):
    assert set(page.words(language)["checks"]) == {check.name for check in CHECKS} | {NAME}


def test_both_languages_say_the_same_things():
    english, french = (page.words(language) for language in page.LANGUAGES)
    assert {name: set(section) for name, section in english.items()} == {
        name: set(section) for name, section in french.items()
    }
    for section in english:
        for name, text in english[section].items():
            assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", french[section][name]), name


def test_the_languages_differ_in_what_is_shown_and_not_in_what_comes_back():
    def choices(language):
        return [choice.get("alias") or choice.get("value") for choice in config(language).iter("Choice")]

    assert choices("en") == choices("fr")
    assert [c.get("value") for c in config("en").iter("Choice")] != [
        c.get("value") for c in config("fr").iter("Choice")
    ]


@pytest.mark.parametrize(("asked", "given"), [("fr-CA", "fr"), ("FR", "fr"), ("en", "en"), ("de", "en"), ("", "en")])
def test_a_language_without_words_gets_english(asked, given):
    assert page.labeling_config(asked) == page.labeling_config(given)
    assert page.instruction(asked) == page.instruction(given)


def test_nothing_is_left_to_fill_in():
    for language in page.LANGUAGES:
        assert "[[" not in page.labeling_config(language)


def test_every_choice_has_a_hotkey_because_the_server_invents_one_otherwise():
    assert [choice.get("value") for choice in config().iter("Choice") if not choice.get("hotkey")] == []


def test_decisions_have_letters_that_nothing_else_has():
    keys = [choice.get("hotkey") for choice in named("Choices")["decision"]]
    others = {choice.get("hotkey") for choice in config().iter("Choice")} - set(keys)
    assert len(set(keys)) == len(keys) == 3
    assert not set(keys) & (RESERVED | others | {page.NO_KEY})


def test_what_a_step_is_made_of_is_bound_to_something_in_the_repeater():
    # Otherwise the server refuses every change of the config once there is an annotation.
    repeater = next(config().iter("Repeater"))
    bound = {element.get("toName") for element in repeater.iter() if element.get("toName")}
    assert bound == {"step_{{idx}}"}


def test_fields_are_open_for_writing_without_a_click():
    assert {name: field.get("transcription") for name, field in named("TextArea").items()} == dict.fromkeys(
        named("TextArea"), "true"
    )


def test_the_style_sheet_survives_the_server():
    # It escapes what is special in HTML and reads style sheets without comments.
    style = next(config().iter("Style")).text
    assert not set("<>&") & set(style)
    assert "/*" not in style
    assert all(shade in style for shade in page.COLOURS)


def test_the_guidelines_name_every_kind_decision_and_key():
    for language in page.LANGUAGES:
        text, said = page.instruction(language), page.words(language)["page"]
        assert all(f"<b>{said[kind]}</b>" in text for kind in ("perceive", "read", "recall", "infer", "drop"))
        assert all(
            f"<b>{said[name]}</b> ({key})" in text
            for name, key in zip(("accept", "correct", "reject"), "ACX", strict=True)
        )
        ET.fromstring(f"<div>{text}</div>")


def test_colours_stay_apart_for_colour_blind_people():
    distances = [
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for sight in SIGHTS.values()
        for one, other in combinations([lab(shade, sight) for shade in page.COLOURS], 2)
    ]
    assert min(distances) > 20


def test_a_pale_colour_is_lighter_and_still_a_colour():
    for shade in page.COLOURS:
        assert re.fullmatch("#[0-9a-f]{6}", page.pale(shade))
        assert lab(page.pale(shade), SIGHTS["normal"])[0] > lab(shade, SIGHTS["normal"])[0]


def test_colours_begin_again_after_the_last():
    assert page.colour(1) == page.colour(len(page.COLOURS) + 1) == page.COLOURS[0]


def test_words_are_files_that_a_translator_can_edit():
    for language in page.LANGUAGES:
        path = Path(page.__file__).with_name(f"words.{language}.toml")
        assert tomllib.loads(path.read_text(encoding="utf-8")) == page.words(language)


SIGHTS = {  # Machado, Oliveira and Fernandes (2009), severity 1.0, in linear RGB
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


def lab(shade, sight):
    """CIELAB of a colour as somebody sees it."""
    values = [int(shade[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    seen = [max(0.0, sum(a * b for a, b in zip(row, linear, strict=True))) for row in sight]
    xyz = [sum(a * b for a, b in zip(row, seen, strict=True)) for row in TO_XYZ]
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in map(lambda a, b: a / b, xyz, white))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)

import io
import logging
import os
import subprocess
import sys

import pymupdf
import pytest
from PIL import Image

from corpusbuilder.backends.ocr.rapidocr import BACKEND, RapidOcrOptions
from corpusbuilder.errors import MissingExtraError


@pytest.fixture(scope="module")
def engine():
    return BACKEND.create(RapidOcrOptions())


@pytest.fixture(scope="module")
def page():
    document = pymupdf.open()
    sheet = document.new_page(width=300, height=90)
    sheet.insert_text((20, 30), "La forêt protège", fontsize=16)
    sheet.insert_text((20, 65), "les élèves français", fontsize=16)
    return sheet.get_pixmap(dpi=150).tobytes("png")


@pytest.fixture(scope="module")
def lines(engine, page):
    return next(iter(engine.lines([page], language="fr")))


def test_french_accents_are_read_line_by_line_from_the_top(lines):
    assert [line.text for line in lines] == ["La forêt protège", "les élèves français"]


def test_words_lie_in_their_line_and_spell_it(lines):
    for line in lines:
        assert " ".join(text for text, _ in line.words) == line.text
        assert all(line.box[0] - 2 <= box[0] < box[2] <= line.box[2] + 2 for _, box in line.words)
        assert len(line.polygon) == 4
        assert 0.5 <= line.confidence <= 1


def test_reading_again_gives_the_same(engine, page, lines):
    assert list(engine.lines([page, page], language="fr")) == [lines, lines]


def test_an_image_without_text_has_no_lines(engine):
    data = io.BytesIO()
    Image.new("L", (120, 80), 255).save(data, "PNG")
    assert list(engine.lines([data.getvalue()], language="en")) == [()]


def test_what_is_no_image_is_a_value_error(engine):
    with pytest.raises(ValueError, match="not an image"):
        list(engine.lines([b"nonsense"], language="en"))


def test_the_engine_is_silent(engine, page, capfd):
    list(engine.lines([page], language="fr"))
    assert capfd.readouterr() == ("", "")
    assert not logging.getLogger("RapidOCR").isEnabledFor(logging.ERROR)


def test_threads_do_not_change_the_fingerprint():
    assert RapidOcrOptions(threads=4).fingerprint() == RapidOcrOptions().fingerprint()
    assert RapidOcrOptions(min_confidence=0.7).fingerprint() != RapidOcrOptions().fingerprint()


def test_a_missing_package_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="rapidocr") as caught:
        BACKEND.create(RapidOcrOptions())
    assert "pip install" in caught.value.hint


READ_AN_IMAGE = """
import io, os, sys
from PIL import Image
from corpusbuilder.backends.ocr.rapidocr import BACKEND, RapidOcrOptions
image = io.BytesIO()
Image.new("RGB", (80, 40), "white").save(image, "PNG")
assert "onnxruntime" not in sys.modules
assert list(BACKEND.create(RapidOcrOptions()).lines([image.getvalue()], language="en")) == [()]
assert "onnxruntime" in sys.modules
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""


@pytest.mark.parametrize(("chosen", "found"), [(None, "1"), ("true", "true")])
def test_reading_leaves_nothing_in_the_home_and_the_users_own_choice_stands(tmp_path, chosen, found):
    environ = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY" and not k.startswith("XDG_")}
    environ |= {"HOME": str(tmp_path), **({"ORT_DISABLE_TELEMETRY": chosen} if chosen else {})}
    done = subprocess.run(
        [sys.executable, "-c", READ_AN_IMAGE], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == found
    if chosen is None:
        assert list(tmp_path.iterdir()) == []

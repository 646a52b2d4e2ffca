import pymupdf
import pytest

from corpusbuilder.backends.ocr.rapidocr import BACKEND, RapidOcrOptions
from corpusbuilder.backends.pdf.pymupdf import PyMuPdf
from corpusbuilder.config import ParseSection
from corpusbuilder.stages.parse.pages import PageReader

TEXT = (
    "When the plant takes water from the soil it carries minerals into the stem. Light then turns them into sugar "
    "that feeds all the other parts and makes flowers grow. Every leaf breathes through small pores, which close at "
    "night."
)
CMAP = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def
1 begincodespacerange <00> <ff> endcodespacerange
{0} beginbfchar
{1}
endbfchar endcmap end end"""


def broken(path, code):
    """A page that looks right while its font says that each small letter is the character ``code`` of its place."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_textbox((30, 30, 370, 270), TEXT, fontsize=14)
    rows = "\n".join(f"<{97 + i:02x}> <{code(i):04x}>" for i in range(26))
    cmap = document.get_new_xref()
    document.update_object(cmap, "<<>>")
    document.update_stream(cmap, CMAP.format(26, rows).encode())
    for font in page.get_fonts():
        document.xref_set_key(font[0], "ToUnicode", f"{cmap} 0 R")
    document.save(path)
    return path


@pytest.fixture(scope="module")
def engine():
    return BACKEND.create(RapidOcrOptions())


@pytest.mark.parametrize("code", [lambda i: 68 + i, lambda i: 0xE000 + i], ids=["shifted", "private use"])
def test_a_page_whose_fonts_give_wrong_characters_is_read_by_ocr_and_says_so(tmp_path, engine, code):
    with PyMuPdf().open(broken(tmp_path / "broken.pdf", code)) as pdf:
        assert "water from the soil" not in " ".join(line.text for line in pdf.read_page(1).lines)
        page = PageReader(engine, ParseSection(), 10.0, "en")(pdf, 1).page
        kept = PageReader(engine, ParseSection(ocr="none"), 10.0, "en")(pdf, 1).page
    assert "water from the soil" in " ".join(line.text for line in page.lines)
    assert page.status == kept.status == "bad_encoding"
    assert page.message.endswith("it was read by OCR")
    assert kept.lines
    assert "OCR" not in kept.message


def test_what_ocr_reads_no_better_keeps_its_text_layer(tmp_path, engine):
    words = [f"{a}{b}{c}{d}x" for a in "qzk" for b in "xjw" for c in "vfgb" for d in "hd"]
    document = pymupdf.open()
    document.new_page(width=400, height=300).insert_textbox(
        (30, 30, 370, 270), " ".join(words) + " pylmnst", fontsize=12
    )
    document.save(tmp_path / "codes.pdf")
    with PyMuPdf().open(tmp_path / "codes.pdf") as pdf:
        layer = pdf.read_page(1)
        page = PageReader(engine, ParseSection(), 10.0, "en")(pdf, 1).page
    assert layer.status == "bad_encoding"
    assert [line.text for line in page.lines] == [line.text for line in layer.lines]

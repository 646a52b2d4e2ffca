import io
import struct
import zlib
from pathlib import Path

import pymupdf
import pytest
from PIL import Image
from pymupdf import mupdf

from corpusbuilder.backends.pdf.pymupdf import BACKEND, MAX_PATHS, PyMuPdf, PyMuPdfDocument, PyMuPdfOptions
from corpusbuilder.errors import RecordError


@pytest.fixture
def backend():
    return PyMuPdf()


def save(document, path: Path, **options) -> Path:
    document.save(path, **options)
    document.close()
    return path


def one_page(path: Path, draw, *, width=400, height=300, **options) -> Path:
    document = pymupdf.open()
    draw(document.new_page(width=width, height=height))
    return save(document, path, **options)


def read(backend, path: Path, page_no: int = 1):
    with backend.open(path) as pdf:
        return pdf.read_page(page_no)


def png(color=(200, 30, 30), size=(40, 20)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, color).save(data, "PNG")
    return data.getvalue()


def red_box(rendered: bytes) -> tuple[float, ...]:
    """Bounds of the red pixels of a rendering at 72 dpi, in points."""
    image = Image.open(io.BytesIO(rendered)).convert("RGB")
    mask = Image.new("1", image.size)
    mask.putdata([r > 150 and g < 100 and b < 100 for r, g, b in image.get_flattened_data()])
    return mask.getbbox()


def test_words_lines_styles_and_colours_are_read(tmp_path, backend):
    def draw(page):
        page.insert_text((50, 60), "The nucleus", fontsize=12, fontname="tibo", color=(1, 0, 0))
        page.insert_text((50, 90), "plain and", fontsize=10, fontname="tiro")
        page.insert_text((92, 90), "slanted", fontsize=10, fontname="tiit")

    page = read(backend, one_page(tmp_path / "a.pdf", draw))
    assert [line.text for line in page.lines] == ["The nucleus", "plain and slanted"]
    assert [(w.bold, w.italic, w.color, w.size) for w in page.lines[0].words] == [(True, False, "#ff0000", 12.0)] * 2
    assert [word.italic for word in page.lines[1].words] == [False, False, True]
    assert page.status == "ok"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [False, True])
def test_coordinates_are_those_of_the_page_as_displayed(tmp_path, backend, rotation, crop):
    def draw(page):
        page.draw_rect(pymupdf.Rect(120, 60, 200, 90), color=(1, 0, 0), fill=(1, 0, 0), width=0)
        page.insert_image(pymupdf.Rect(120, 60, 200, 90), stream=png(size=(80, 30)))
        page.insert_text((130, 80), "X", fontsize=20)
        if crop:
            page.set_cropbox(pymupdf.Rect(40, 20, 390, 290))
        page.set_rotation(rotation)

    path = one_page(tmp_path / "a.pdf", draw)
    with backend.open(path) as pdf:
        page, rendered = pdf.read_page(1), pdf.render(1, dpi=72)
    picture = red_box(rendered)
    assert page.images[0].box == pytest.approx(picture, abs=1.01)
    assert page.paths[0].box == pytest.approx(picture, abs=1.01)
    x, y = (page.lines[0].box[0] + page.lines[0].box[2]) / 2, (page.lines[0].box[1] + page.lines[0].box[3]) / 2
    assert picture[0] <= x <= picture[2]
    assert picture[1] <= y <= picture[3]
    assert (page.width, page.height) == pytest.approx(Image.open(io.BytesIO(rendered)).size, abs=1)


def test_paths_carry_colours_dashes_widths_and_shape(tmp_path, backend):
    def draw(page):
        page.draw_line((20, 20), (120, 20), color=(0, 0, 1), width=2, dashes="[3 2] 0")
        page.draw_rect(pymupdf.Rect(20, 40, 60, 80), color=None, fill=(0, 1, 0), fill_opacity=0.5)
        page.draw_bezier((20, 100), (40, 80), (60, 120), (80, 100), color=(0, 0, 0))

    line, box, curve = read(backend, one_page(tmp_path / "a.pdf", draw)).paths
    assert (line.stroke, line.fill, line.dashes, line.width, line.closed) == ("#0000ff", None, (3.0, 2.0), 2.0, False)
    assert (box.fill, box.stroke, box.closed, len(box.segments)) == ("#00ff00", None, True, 4)
    assert box.opacity == pytest.approx(0.5)
    assert [segment.kind for segment in curve.segments] == ["c"]


def test_a_path_shows_only_where_its_clip_lets_it(tmp_path, backend):
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    content = b"q 50 100 100 100 re W n 0 150 m 400 150 l S 300 20 m 380 20 l S Q"
    page.insert_text((10, 10), "x")
    document.update_stream(page.get_contents()[0], content)
    (path,) = read(backend, save(document, tmp_path / "a.pdf")).paths
    assert path.box == pytest.approx((50, 150, 150, 150))


def test_the_same_image_has_the_same_digest_on_every_page(tmp_path, backend):
    document = pymupdf.open()
    for color in ((200, 30, 30), (200, 30, 30), (30, 200, 30)):
        document.new_page().insert_image(pymupdf.Rect(10, 10, 90, 50), stream=png(color))
    path = save(document, tmp_path / "a.pdf")
    with backend.open(path) as pdf:
        first, second, third = (pdf.read_page(n).images[0] for n in (1, 2, 3))
    assert first.digest == second.digest != third.digest
    assert (first.width, first.height) == (40, 20)


def test_an_empty_page_is_blank(tmp_path, backend):
    assert read(backend, one_page(tmp_path / "a.pdf", lambda page: None)).status == "blank"


def test_a_page_that_is_one_image_is_a_scan(tmp_path, backend):
    page = read(backend, one_page(tmp_path / "a.pdf", lambda p: p.insert_image(p.rect, stream=png(size=(400, 300)))))
    assert (page.status, page.lines) == ("scanned", ())
    assert page.message


@pytest.mark.parametrize(
    ("layer", "status"),
    [("Le vent souffle sur la plaine et les collines", "ok"), (". ; ' | , - ~ . : ' | ; .", "scanned")],
)
def test_the_hidden_text_of_a_scan_counts_when_it_makes_sense(tmp_path, backend, layer, status):
    def draw(page):
        page.insert_image(page.rect, stream=png(size=(400, 300)))
        page.insert_text((30, 50), layer, fontsize=11, render_mode=3)

    page = read(backend, one_page(tmp_path / "a.pdf", draw))
    assert page.status == status
    assert bool(page.lines) == (status == "ok")


def test_hidden_text_without_a_scan_is_not_on_the_page(tmp_path, backend):
    page = read(
        backend, one_page(tmp_path / "a.pdf", lambda p: p.insert_text((9, 50), "ghost words here", render_mode=3))
    )
    assert (page.lines, page.status) == ((), "blank")


def test_ligatures_are_spelt_out(tmp_path, backend):
    def draw(page):
        font = pymupdf.Font("helv")
        writer = pymupdf.TextWriter(page.rect)
        writer.append((30, 50), "ﬁgure ﬂeuve œuvre", font=font)
        writer.write_text(page)

    assert read(backend, one_page(tmp_path / "a.pdf", draw)).lines[0].text == "figure fleuve œuvre"


def test_more_paths_than_anyone_could_look_at_are_read_by_their_bounds(tmp_path, backend):
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    page.insert_text((10, 10), "x")
    rows = b"".join(b"%d %d m %d %d l S\n" % (i % 390, i % 280, i % 390 + 5, i % 280 + 5) for i in range(MAX_PATHS + 1))
    document.update_stream(page.get_contents()[0], rows)
    page = read(backend, save(document, tmp_path / "a.pdf"))
    assert (len(page.paths), page.status) == (MAX_PATHS + 1, "ok")
    assert page.paths[0].segments == ()
    assert str(MAX_PATHS + 1) in page.message


def test_title_language_outline_and_page_labels_are_read(tmp_path, backend):
    document = pymupdf.open()
    for _ in range(3):
        document.new_page().insert_text((30, 30), "x")
    document.set_metadata({"title": "La Terre"})
    document.set_language("fr")
    document.set_toc([[1, "Volcans", 1], [2, "Laves", 2]])
    document.set_page_labels([{"startpage": 0, "style": "r", "firstpagenum": 1}])
    with backend.open(save(document, tmp_path / "a.pdf")) as pdf:
        info, label = pdf.info, pdf.read_page(2).label
    assert (info.page_count, info.title, info.language) == (3, "La Terre", "fr")
    assert [(entry.level, entry.title, entry.page_no) for entry in info.outline] == [(1, "Volcans", 1), (2, "Laves", 2)]
    assert label == "ii"


def test_a_title_that_a_program_made_up_is_no_title(tmp_path, backend):
    document = pymupdf.open()
    document.new_page()
    document.set_metadata({"title": "Microsoft Word - chapter3.doc"})
    with backend.open(save(document, tmp_path / "a.pdf")) as pdf:
        assert pdf.info.title is None


def code(backend, path, **options) -> str:
    with pytest.raises(RecordError) as caught:
        backend.open(path, **options)
    assert str(path) in caught.value.message
    return caught.value.reason_code


def test_files_that_are_no_pdf_are_named_for_what_they_are(tmp_path, backend):
    (tmp_path / "empty.pdf").write_bytes(b"")
    (tmp_path / "text.pdf").write_text("just words")
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.7\n1 0 obj\n<< /Type /Cata")
    assert code(backend, tmp_path / "empty.pdf") == "empty_file"
    assert code(backend, tmp_path / "text.pdf") == "not_a_pdf"
    assert code(backend, tmp_path / "cut.pdf") == "damaged"
    assert code(backend, tmp_path / "none.pdf") == "unreadable"
    assert code(backend, tmp_path) == "unreadable"


def test_an_encrypted_file_needs_its_password(tmp_path, backend):
    path = one_page(
        tmp_path / "a.pdf",
        lambda page: page.insert_text((30, 50), "secret"),
        encryption=pymupdf.PDF_ENCRYPT_AES_256,
        user_pw="open sesame",
    )
    with pytest.raises(RecordError, match="password") as caught:
        backend.open(path)
    assert caught.value.reason_code == "encrypted"
    assert "--password-env" in caught.value.hint
    assert code(backend, path, password="wrong") == "wrong_password"
    with backend.open(path, password="open sesame") as pdf:
        assert pdf.read_page(1).lines[0].text == "secret"


def test_a_page_number_that_does_not_exist_gives_a_failed_page(tmp_path, backend):
    page = read(backend, one_page(tmp_path / "a.pdf", lambda page: page.insert_text((30, 50), "x")), 7)
    assert (page.status, page.page_no) == ("failed", 7)
    assert page.message


def test_rendering_cuts_out_the_box_and_whitens_what_is_to_be_left_out(tmp_path, backend):
    path = one_page(tmp_path / "a.pdf", lambda p: p.draw_rect(p.rect, color=None, fill=(1, 0, 0)))
    with backend.open(path) as pdf:
        image = Image.open(io.BytesIO(pdf.render(1, (100, 100, 200, 150), dpi=144, without=[(100, 100, 150, 150)])))
        assert pdf.render(1, dpi=50) == pdf.render(1, dpi=50)
    assert image.size == (200, 100)
    assert image.getpixel((50, 50)) == (255, 255, 255)
    assert image.getpixel((150, 50))[0] > 250 > image.getpixel((150, 50))[1]


def test_what_the_library_prints_stays_out_of_stderr(tmp_path, backend, capfd):
    broken = b"q 10 10 m (unfinished" + zlib.compress(struct.pack(">I", 7))
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((10, 10), "x")
    document.update_stream(page.get_contents()[0], broken)
    read(backend, save(document, tmp_path / "a.pdf"))
    assert capfd.readouterr().err == ""


def test_guarded_reading_gives_the_same_as_reading_here(tmp_path, backend):
    path = one_page(tmp_path / "a.pdf", lambda page: page.insert_text((30, 50), "same words"))
    guarded = BACKEND.create(PyMuPdfOptions())
    with guarded.open(path) as pdf, backend.open(path) as plain:
        assert pdf.info == plain.info
        assert pdf.read_page(1) == plain.read_page(1)
        assert pdf.render(1, dpi=40) == plain.render(1, dpi=40)
    with pytest.raises(RecordError, match="cannot be read") as caught:
        guarded.open(tmp_path / "none.pdf")
    assert caught.value.reason_code == "unreadable"


def test_time_limits_do_not_change_the_fingerprint():
    assert PyMuPdfOptions(page_timeout_s=1).fingerprint() == PyMuPdfOptions(page_timeout_s=None).fingerprint()


class Raising:
    """A document of the library whose pages cannot be had."""

    def __init__(self, error):
        self._error = error

    def __getitem__(self, place):
        raise self._error


LIBRARY_ERRORS = [
    KeyError("Type"),
    MemoryError(),
    SystemError("NULL"),
    pymupdf.FileDataError("x"),
    mupdf.FzErrorBase(7, "x"),
]


@pytest.mark.parametrize("error", LIBRARY_ERRORS)
def test_whatever_the_library_raises_spoils_one_page(error):
    document = PyMuPdfDocument(pymupdf, Raising(error))
    assert document.read_page(1).status == "failed"
    with pytest.raises(RecordError) as caught:
        document.page_size(1)
    assert caught.value.reason_code == "failed"
    with pytest.raises(RecordError) as caught:
        document.render(1, dpi=40)
    assert caught.value.reason_code == "not_rendered"


def test_a_bug_of_ours_is_not_taken_for_a_bad_page():
    class OurError(Exception):
        pass

    document = PyMuPdfDocument(pymupdf, Raising(OurError()))
    for ask in (document.read_page, document.page_size, lambda page_no: document.render(page_no, dpi=40)):
        with pytest.raises(OurError):
            ask(1)

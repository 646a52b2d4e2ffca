"""Links of real PDFs, made here: where they stand and lead as a reader sees it."""

import pymupdf
import pytest

from corpusbuilder.backends.pdf.pymupdf import PyMuPdf


def links(tmp_path, change, *, page_no=1):
    """The links of a page of a book of three pages."""
    document = pymupdf.open()
    for _ in range(3):
        document.new_page(width=400, height=600)
    change(document)
    path = tmp_path / "book.pdf"
    document.save(path)
    document.close()
    with PyMuPdf().open(path) as pdf:
        return pdf.read_page(page_no).links


def goto(page, target, page_no=2, box=(50, 60, 120, 80)):
    page.insert_link(
        {"kind": pymupdf.LINK_GOTO, "page": page_no - 1, "to": pymupdf.Point(target), "from": pymupdf.Rect(box)}
    )


def test_a_link_says_where_it_stands_and_where_it_leads(tmp_path):
    (link,) = links(tmp_path, lambda book: goto(book[0], (30, 100)))
    assert (link.box, link.page_no, link.target) == ((50, 60, 120, 80), 2, pytest.approx((30, 100)))


def test_rotation_and_crop_box_apply_to_both_ends(tmp_path):
    def change(book):
        goto(book[0], (30, 100))
        book[0].set_rotation(90)
        book[1].set_cropbox(pymupdf.Rect(10, 20, 390, 590))

    (link,) = links(tmp_path, change)
    assert link.box == pytest.approx((520, 50, 540, 120))
    assert link.target == pytest.approx((20, 80))


def named(book, uri, *, name="leaf"):
    """A link by ``uri``, in a book with one named destination: page 3, 100 points from the top."""
    catalog, third = book.pdf_catalog(), book.page_xref(2)
    book.xref_set_key(catalog, "Names", f"<</Dests<</Names[({name})[{third} 0 R/XYZ 25 500 0]]>>>>")
    book[0].insert_link({"kind": pymupdf.LINK_URI, "uri": uri, "from": pymupdf.Rect(50, 60, 120, 80)})


@pytest.mark.parametrize("uri", ["#leaf", "file://#leaf"])
def test_an_address_that_is_only_a_fragment_names_a_place_of_the_same_file(tmp_path, uri):
    (link,) = links(tmp_path, lambda book: named(book, uri))
    assert (link.page_no, link.target) == (3, pytest.approx((25, 100)))


@pytest.mark.parametrize(
    "uri", ["#stem", "file://#", "https://example.org/#leaf", "file:///other.pdf#page=2", "#page=99"]
)
def test_what_leads_elsewhere_or_nowhere_is_no_link(tmp_path, uri):
    assert links(tmp_path, lambda book: named(book, uri)) == ()


def test_a_broken_destination_names_no_point_and_costs_only_itself(tmp_path):
    def change(book):
        goto(book[0], (30, 100))
        goto(book[0], (30, 200), box=(50, 90, 120, 110))
        first = book[0].get_links()[0]["xref"]
        book.xref_set_key(first, "A", "<</S/GoTo/D[null/XYZ (a) null]>>")

    assert [link.target for link in links(tmp_path, change)] == [None, pytest.approx((30, 200))]


def test_the_same_link_twice_is_one(tmp_path):
    assert len(links(tmp_path, lambda book: [goto(book[0], (30, 100)) for _ in range(2)])) == 1


def test_links_lie_on_the_page(tmp_path):
    (link,) = links(tmp_path, lambda book: goto(book[0], (0, 0), box=(-50, 500, 900, 900)))
    assert link.box == (0, 500, 400, 600)
    assert link.target in (None, (0, 0))

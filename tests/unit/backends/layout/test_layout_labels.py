import pytest

from corpusbuilder.backends.layout.labels import label_named
from corpusbuilder.errors import RecordError
from corpusbuilder.records.document import BlockLabel


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("NarrativeText", BlockLabel.TEXT),
        ("Section-header", BlockLabel.SECTION_HEADER),
        ("FigureCaption", BlockLabel.CAPTION),
        ("List", BlockLabel.LIST_ITEM),
        ("ImageRegion", BlockLabel.PICTURE),
        ("page_footer", BlockLabel.PAGE_FOOTER),
        ("PageBreak", None),
    ],
)
def test_names_of_every_library_mean_the_same_labels(name, label):
    assert label_named(name, {}, where="x") is label


def test_what_the_user_says_wins():
    assert label_named("Figure", {"Figure": BlockLabel.TABLE}, where="x") is BlockLabel.TABLE
    assert label_named(4, {"4": BlockLabel.PICTURE}, where="x") is BlockLabel.PICTURE


def test_a_name_that_nobody_knows_is_an_error_that_says_what_to_write():
    with pytest.raises(RecordError, match=r"book\.json, page 3: .*'Sidebar'") as caught:
        label_named("Sidebar", {}, where="book.json, page 3")
    assert "labels" in caught.value.hint


def test_every_element_type_of_unstructured_is_known():
    elements = pytest.importorskip("unstructured.documents.elements", reason="the extra layout brings unstructured")
    for name in elements.TYPE_TO_TEXT_ELEMENT_MAP:
        kind = elements.TYPE_TO_TEXT_ELEMENT_MAP[name].__name__
        label_named(kind, {}, where=kind)

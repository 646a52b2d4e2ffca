"""The version that an annotation began with is in the id of a result."""

import pytest
from annotated import Page, grounded
from builders import about_figure, unit

from corpusbuilder.backends.labelstudio.stamp import version_seen


def test_what_comes_back_from_the_page_names_the_version_that_was_shown():
    page = Page(grounded(about_figure("en"), unit("en")))
    assert version_seen(page.annotation().result) == page.shown.version


@pytest.mark.parametrize("identity", ["shape", "x9", None, "shape-", "shape-a b", "shape-" + "v" * 100, ["shape-v"]])
def test_an_id_that_is_none_of_ours_names_nothing(identity):
    assert version_seen([None, "shape-v", {"from_name": "shape", "id": identity}]) is None

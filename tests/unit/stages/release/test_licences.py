"""What licences mean, however they are written, and what follows for examples and for the whole."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpusbuilder.stages.release.licences import (
    attribution_line,
    carried_by_examples,
    hub_identifier,
    is_publishable,
    judge,
    lacks_attribution,
    of_whole,
)

# From https://huggingface.co/docs/hub/repositories-licenses: what the Hub accepts of what can come out here.
ON_THE_HUB = {
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "isc", "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5", "cc-by-3.0",
    "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "etalab-2.0", "gfdl",
    "odc-by", "odbl", "pddl", "unlicense", "unknown", "other",
}  # fmt: skip
CHOICES = [("MIT", "ISC"), ("CC0-1.0", "PDDL-1.0"), ("odbl", "CC-BY-3.0"), ("CC-BY-2.0", "CC-BY-2.5")]
CHOICES += [("BSD-2-Clause", "CC-BY-4.0"), ("BSD-3-Clause", "Unlicense")]
MANY_CHOICES = " AND ".join(f"({first} OR {second})" for first, second in CHOICES)
CREATIVE_COMMONS = [
    f"CC-{elements}-{version}"
    for elements in ("BY", "BY-SA", "BY-NC", "BY-ND", "BY-NC-SA", "BY-NC-ND")
    for version in ("1.0", "2.0", "2.5", "3.0", "4.0")
]


@pytest.mark.parametrize(
    ("written", "spdx"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC BY 4.0", "CC-BY-4.0"),
        ("  cc  by-sa 3.0 ", "CC-BY-SA-3.0"),
        ("Creative Commons Attribution 4.0", "CC-BY-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0 International License", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        ("CC BY-NC-SA v2.0", "CC-BY-NC-SA-2.0"),
        ("CC-BY-SA-NC-2.5", "CC-BY-NC-SA-2.5"),
        (
            "Creative Commons Paternité – Pas d’utilisation commerciale – Partage dans les mêmes conditions 3.0",
            "CC-BY-NC-SA-3.0",
        ),
        ("CC-BY-SA-3.0-FR", "CC-BY-SA-3.0-FR"),
        ("CC BY-SA 3.0 France", "CC-BY-SA-3.0-FR"),
        ("CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)", "CC-BY-4.0"),
        ("cc-by-3.0-igo", "CC-BY-3.0-IGO"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("http://www.creativecommons.org/licenses/by-sa/3.0/fr/deed.fr", "CC-BY-SA-3.0-FR"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "LicenseRef-PublicDomain"),
        ("CC0", "CC0-1.0"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("Public Domain.", "LicenseRef-PublicDomain"),
        ("domaine public", "LicenseRef-PublicDomain"),
        ("PDM", "LicenseRef-PublicDomain"),
        ("Etalab-2.0", "etalab-2.0"),
        ("Licence Ouverte 2.0", "etalab-2.0"),
        ("MIT", "MIT"),
        ("apache 2.0", "Apache-2.0"),
        ("GFDL-1.3+", "GFDL-1.3-or-later"),
        ("odbl", "ODbL-1.0"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0"),
        ("(cc-by-4.0)", "CC-BY-4.0"),
        ("mit and cc-by-4.0", "MIT AND CC-BY-4.0"),
        ("GFDL-1.2-or-later OR CC-BY-SA-3.0", "CC-BY-SA-3.0 OR GFDL-1.2-or-later"),
        ("(MIT AND CC-BY-4.0) OR CC0-1.0", "CC0-1.0 OR MIT AND CC-BY-4.0"),
        ("CC0-1.0 OR MIT AND CC-BY-4.0", "CC0-1.0 OR MIT AND CC-BY-4.0"),
        ("CC0-1.0 AND (MIT OR CC-BY-4.0)", "CC0-1.0 AND CC-BY-4.0 OR CC0-1.0 AND MIT"),
    ],
)
def test_a_licence_is_understood_however_it_is_written(written, spdx):
    judgement = judge(written)
    assert judgement.spdx == spdx
    assert judgement.publishable
    assert judgement.reading == "understood"


@pytest.mark.parametrize(
    ("written", "reading", "said"),
    [
        (None, "unstated", "no licence is stated"),
        ("  ", "unstated", "no licence is stated"),
        ("Unknown", "unstated", "stated as “Unknown”"),
        ("NOASSERTION", "unstated", "NOASSERTION"),
        ("All Rights Reserved", "forbids", "allows nobody"),
        ("© 2020 Éditions Quai, tous droits réservés", "forbids", "allows nobody"),
        ("CC BY 4.0, all rights reserved", "forbids", "allows nobody"),
        ("CC BY", "unknown", "does not say which version"),
        ("Creative Commons Attribution-ShareAlike", "unknown", "does not say which version"),
        ("Creative Commons", "unknown", "is no licence that is known here"),
        ("CC-BY-4.0-FR", "unknown", "no licence that is known"),
        ("CC-BY-SA-ND-4.0", "unknown", "no licence that is known"),
        ("CC BY 4.0 CC BY-SA 4.0", "unknown", "no licence that is known"),
        ("CC BY 4.0 (CC BY-NC 4.0)", "unknown", "no licence that is known"),
        ("not in the public domain", "unknown", "no licence that is known"),
        ("public domain in some countries", "unknown", "no licence that is known"),
        ("LicenseRef-Publisher", "unknown", "no licence that is known"),
        ("free for schools", "unknown", "no licence that is known"),
        ("CC BY 4.0 with restrictions", "unknown", "no licence that is known"),
        ("CC BY 4.0 except where noted", "unknown", "no licence that is known"),
        ("CC-BY-4.0 OR later", "unknown", "no licence that is known"),
        ("CC-BY-4.0 OR", "unknown", "no licence that is known"),
        ("CC-BY-4.0 AND ()", "unknown", "no licence that is known"),
        ("CC-BY-4.0 MIT", "unknown", "no licence that is known"),
        ("MIT) OR (CC0-1.0", "unknown", "no licence that is known"),
        ("(" * 400, "unknown", "no licence that is known"),
        (MANY_CHOICES, "unknown", "no licence that is known"),
    ],
)  # fmt: skip
def test_what_is_not_understood_or_forbids_is_not_published_and_the_reason_is_said(written, reading, said):
    judgement = judge(written)
    assert not judgement.publishable
    assert judgement.reading == reading
    assert said in judgement.why
    assert judgement.spdx is None


@pytest.mark.parametrize("licence", [x for x in CREATIVE_COMMONS if "ND" in x])
def test_a_licence_without_derivatives_keeps_questions_and_figures_in(licence):
    judgement = judge(licence)
    assert judgement.spdx == licence
    assert judgement.no_derivatives
    assert not judgement.publishable
    assert "adaptations" in judgement.why


@pytest.mark.parametrize("licence", [x for x in CREATIVE_COMMONS if "ND" not in x])
def test_what_a_creative_commons_licence_asks_is_read_off_its_name(licence):
    judgement = judge(licence)
    assert judgement.publishable
    assert judgement.needs_attribution
    assert (judgement.share_alike, judgement.non_commercial) == ("SA" in licence, "NC" in licence)
    assert judgement.urls == (f"https://creativecommons.org/licenses/{licence[3:-4].lower()}/{licence[-3:]}/",)


def test_the_freest_of_several_choices_counts():
    judgement = judge("CC-BY-NC-4.0 OR CC-BY-SA-4.0 OR CC-BY-ND-4.0")
    assert judgement.name == "CC BY-SA 4.0"
    assert judgement.publishable
    assert not judge("CC-BY-ND-4.0 OR CC-BY-NC-ND-4.0").publishable


def test_parts_that_cannot_stand_in_one_example_are_not_published():
    judgement = judge("CC-BY-SA-4.0 AND CC-BY-NC-4.0")
    assert not judgement.publishable
    assert "CC BY-SA 4.0 only" in judgement.why


@pytest.mark.parametrize(
    ("licence", "identifier"),
    [
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        (" cc0-1.0 ", "cc0-1.0"),
        ("CC-BY-SA-2.0", "cc"),
        ("CC-BY-SA-3.0-FR", "cc"),
        ("GFDL-1.3-only", "gfdl"),
        ("Public domain", "other"),
        ("MIT AND CC-BY-4.0", "other"),
        ("All rights reserved", "other"),
        ("my own", "other"),
        (None, "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_the_hub_has_its_own_names(licence, identifier):
    assert hub_identifier(licence) == identifier


@given(
    st.one_of(st.none(), st.text(), st.sampled_from(CREATIVE_COMMONS), st.text("()ANDORWITH mitc-by4.0 ", max_size=60))
)
@example("()")
@example("WITH")
@example("cc0 with \x00")
@example("İ" * 80)
def test_no_text_breaks_the_judge_and_the_hub_knows_what_comes_out(licence):
    judgement = judge(licence)
    assert hub_identifier(licence) in ON_THE_HUB
    assert is_publishable(licence) is judgement.publishable
    assert judgement.options or not judgement.publishable
    assert len(judgement.why.splitlines()) == 1


@given(st.sampled_from(CREATIVE_COMMONS), st.sampled_from([" ", "-", "_", " – ", "/"]), st.booleans())
def test_separators_and_case_do_not_matter(licence, separator, upper):
    written = licence.replace("-", separator)
    assert judge(written.upper() if upper else written.lower()).spdx == judge(licence).spdx == licence


# The adapter's licence chart of https://creativecommons.org/faq, without what it only tolerates.
CHART = {
    "CC0-1.0": ["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"],
    "CC-BY-4.0": ["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"],
    "CC-BY-NC-4.0": ["BY-NC", "BY-NC-ND", "BY-NC-SA"],
    "CC-BY-NC-SA-4.0": ["BY-NC-SA"],
    "CC-BY-SA-4.0": ["BY-SA"],
}


@pytest.mark.parametrize("document", CHART)
@pytest.mark.parametrize("own", ["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"])
def test_examples_carry_a_licence_that_the_chart_allows(document, own):
    carried = carried_by_examples(judge(document), judge(f"CC-{own}-4.0"))
    if own in CHART[document]:
        assert carried.spdx == f"CC-{own}-4.0"
    elif carried.problem is None:
        # The annotations ask less than the document: what is made of both carries what the document asks.
        assert carried.spdx.removeprefix("CC-").removesuffix("-4.0") in CHART[document]
        assert set(own.split("-")) <= set(carried.spdx.split("-"))
    else:
        assert "SA" in f"{document}{own}"


@pytest.mark.parametrize(
    ("document", "own", "carried"),
    [
        ("CC0-1.0", "CC0-1.0", "CC0-1.0"),
        ("CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-SA-3.0-FR", "CC-BY-4.0", "CC-BY-SA-3.0-FR"),
        ("CC-BY-SA-4.0", "CC0-1.0", "CC-BY-SA-4.0"),
        ("CC-BY-3.0-US", "CC-BY-4.0", "CC-BY-4.0"),
        ("CC-BY-NC-2.0", "CC-BY-4.0", "CC-BY-NC-2.0"),
        ("Etalab-2.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("Etalab-2.0", "CC0-1.0", "etalab-2.0"),
        ("MIT", "CC-BY-4.0", "CC-BY-4.0 AND MIT"),
        ("GFDL-1.3-only", "CC0-1.0", "GFDL-1.3-only"),
        ("GFDL-1.2-or-later OR CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("LicenseRef-Permission", "CC-BY-4.0", "CC-BY-4.0 AND LicenseRef-Permission"),
    ],
)
def test_what_examples_carry_follows_from_the_document_and_the_annotations(document, own, carried):
    assert carried_by_examples(judge(document), judge(own)).spdx == carried


@pytest.mark.parametrize(
    ("document", "own", "said"),
    [
        ("CC-BY-SA-4.0", "CC-BY-NC-4.0", "under CC BY-SA 4.0 only, not with CC BY-NC 4.0"),
        ("CC-BY-NC-4.0", "CC-BY-SA-4.0", "under CC BY-SA 4.0 only, not with CC BY-NC 4.0"),
        ("CC-BY-NC-SA-4.0", "CC-BY-SA-4.0", "only, not with"),
        ("CC-BY-SA-4.0", "CC-BY-ND-4.0", "only, not with"),
        ("CC-BY-SA-1.0", "CC-BY-SA-4.0", "no clause that would allow a later version"),
        ("GFDL-1.3-only", "CC-BY-SA-4.0", "no compatibility between them is known"),
        ("ODbL-1.0", "GFDL-1.3-only", "no compatibility between them is known"),
        ("CC-BY-4.0", "mine", "licence of the annotations is not usable"),
        ("CC-BY-ND-4.0", "CC-BY-4.0", "adaptations"),
        (None, "CC-BY-4.0", "no licence is stated"),
    ],
)
def test_a_pair_that_does_not_go_together_is_named(document, own, said):
    carried = carried_by_examples(judge(document), judge(own))
    assert carried.spdx is None
    assert said in carried.problem


@pytest.mark.parametrize(
    ("documents", "whole"),
    [
        (["CC0-1.0", "Public domain"], "CC-BY-4.0"),
        (["CC0-1.0", "CC-BY-3.0", "CC-BY-SA-4.0"], "CC-BY-SA-4.0"),
        (["CC-BY-4.0", "CC-BY-NC-4.0"], "CC-BY-NC-4.0"),
        (["CC-BY-NC-4.0", "CC-BY-NC-SA-3.0"], "CC-BY-NC-SA-3.0"),
        (["CC-BY-SA-4.0", "CC-BY-NC-4.0"], None),
        (["CC-BY-4.0", "LicenseRef-Permission"], None),
        (["CC-BY-SA-4.0", "CC-BY-NC-SA-4.0"], None),
        ([], None),
    ],
)
def test_one_licence_carries_the_whole_or_the_reason_is_said(documents, whole):
    own = judge("CC-BY-4.0")
    carried = of_whole([carried_by_examples(judge(document), own) for document in documents])
    assert carried.spdx == whole
    assert (carried.problem is None) is (whole is not None)


@given(
    st.lists(
        st.sampled_from([*CREATIVE_COMMONS, "CC0-1.0", "MIT", "Etalab-2.0", "GFDL-1.3-only"]), min_size=1, max_size=6
    )
)
def test_the_order_of_documents_plays_no_part(documents):
    own = judge("CC-BY-4.0")
    parts = [carried_by_examples(judge(document), own) for document in documents]
    assert (of_whole(parts).spdx is None) is (of_whole(parts[::-1]).spdx is None)
    assert of_whole(parts).spdx == of_whole(parts[::-1]).spdx


def test_an_attribution_line_names_title_author_licence_its_address_and_the_changes():
    line = attribution_line("Cells", "Marie Dupont", judge("CC-BY-SA-4.0"))
    assert line == (
        "“Cells” by Marie Dupont, CC BY-SA 4.0 (https://creativecommons.org/licenses/by-sa/4.0/); "
        "cut into passages and figures, with questions, answers and reasoning added"
    )
    assert attribution_line("Cells", None, judge("Public domain")).startswith("“Cells”, public domain (https://")
    assert attribution_line("Cells", "Marie", judge("all rights reserved")) is None


def test_an_author_is_missing_only_where_the_licence_asks_for_one():
    assert lacks_attribution(None, judge("CC-BY-4.0"))
    assert lacks_attribution(" ", judge("MIT"))
    assert not lacks_attribution("Marie", judge("CC-BY-4.0"))
    assert not lacks_attribution(None, judge("CC0-1.0"))
    assert not lacks_attribution(None, judge("all rights reserved"))

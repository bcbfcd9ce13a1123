"""What a report says of its publication: what is known, how to cite it, and once what is not known."""

from __future__ import annotations

from datetime import date

import pytest

from natpatsip.params import Correction, Params, Publication
from natpatsip.publication_details import details_of
from natpatsip.settings import Settings

KNOWN = {"publisher": "Riverside *Trust*", "contact": "a@example.org", "licence": "OGL v3.0", "url": "https://e.org/r"}
CORRECTED = Correction(date=date(2024, 12, 14), text="The number was 231.")
PUBLISHED = Publication(date=date(2024, 11, 30), version="1.1", corrections=(CORRECTED,))


def details(publication=None, **settings):
    decided = Params(quarter="2024-25-Q2", cut_off=date(2024, 9, 30), publication=publication or Publication())
    return details_of(Settings(subtitle="Q2 2024/25", **settings), decided, title="Waits").splitlines()


def test_all_that_is_known_is_listed():
    assert details(PUBLISHED, **KNOWN) == [
        "- **Publisher:** Riverside \\*Trust\\*",
        "- **Date of publication:** 30 November 2024",
        "- **Version:** 1.1",
        "- **Contact:** a\\@example.org",
        "- **Licence:** OGL v3.0",
        "- **Corrections:** 14 December 2024: The number was 231.",
        "",
        "To cite it: Riverside \\*Trust\\*. *Waits: Q2 2024/25*, data to 30 September 2024, "
        "published 30 November 2024, version 1.1. https://e.org/r",
    ]


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"publisher"}, "publisher and date of publication"),
        ({"publisher", "contact", "licence"}, "publisher, date of publication, contact and licence"),
    ],
)
def test_what_is_not_known_is_said_once_and_a_draft_has_no_version(lacking, said):
    lines = details(**{key: value for key, value in KNOWN.items() if key not in lacking})
    assert lines[-1] == f"Not known yet: {said}."
    assert not any("ersion" in line for line in lines)
    assert lines[-5] == "- **Corrections:** none"

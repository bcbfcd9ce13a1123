"""What the checks of words find in a small project: typed numbers, other quarters, links, acronyms."""

from __future__ import annotations

import re

import pytest

from natpatsip.checks import broken_link, glossary, inline_syntax, stale, typed_number, unused
from natpatsip.facts.fact import Fact
from support.checking import Q2, charting, context, printing, publishing, seen
from support.projects import code, edit, prose, small, write

BEDS = Fact("ward_beds", "2024-25-Q2", 240, "beds", "Ward list")
SEEN = Fact("seen", "2024-25-YTD", 240, "people", "Return")
SHARE = Fact("share_seen", "2024-25-Q2", 66.5, "percent", "Return")


# Typed numbers


def test_a_typed_number_is_quoted_with_what_is_around_it_and_what_to_write(tmp_path):
    text = "In the whole of the trust there were never more than 240 beds in use by anybody in any of the wards at all."
    (found,) = typed_number.check(context(tmp_path, publishing(BEDS), prose(text, id="text")))
    assert found.message == (
        '"240" is typed in "…the trust there were never more than 240 beds in use by anybody in any of the…". '
        'A published fact has that value: write `{python} cite("ward_beds")`.'
    )
    assert (found.check, found.fact, found.found, found.expected) == (
        "typed-number",
        "ward_beds",
        "240",
        'cite("ward_beds")',
    )
    assert (found.notebook, found.cell, found.position) == ("ward.ipynb", "text", 5)


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("We had 240 beds.", ['cite("ward_beds")', 'cite("seen", "2024-25-YTD")']),
        ("We saw 240 people in the year.", ['cite("seen", "2024-25-YTD")', 'cite("ward_beds")']),
        ("It was 66.5% of them.", ['cite("share_seen")']),
        ("It was 66.50% of them.", ['cite("share_seen")']),
        ("It was 67% of them.", ['cite("share_seen")']),
        ("It was 67 per cent of them.", ['cite("share_seen")']),
        ("It was 66% of them.", []),
        ("It was 66.6% of them.", []),
        ("We had 67 beds.", []),
        ("It was 66.5 of them.", ['cite("share_seen")']),
        ("It was 240%.", []),
        ("It was £240.", []),
        ("It was 241.", []),
        ("From 240 to 250.", []),
    ],
)
def test_the_facts_that_have_the_value_and_the_unit_are_offered_the_likeliest_first(tmp_path, text, cites):
    (found,) = typed_number.check(context(tmp_path, publishing(BEDS, SEEN, SHARE), prose(text, id="text")))
    assert found.expected == " or ".join(cites)
    if not cites:
        assert found.message.endswith(
            "Publish it from data or a calculation and cite it, or tag the cell typed-number if it must be typed."
        )
        assert found.fact == ""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Of those referred 240 came.", "referrals"),  # the first six letters are those of its name
        ("Of those refused 240 came.", "admissions"),
        ("Of those admitted 240 came.", "admissions"),
    ],
)
def test_a_fact_of_whose_name_a_sentence_has_the_stem_is_offered_first(tmp_path, text, first):
    facts = [Fact(name, "2024-25-Q2", 240, "people", "Return") for name in ("admissions", "referrals")]
    (found,) = typed_number.check(context(tmp_path, publishing(*facts), prose(text, id="text")))
    assert found.expected.startswith(f'cite("{first}")')


@pytest.mark.parametrize(
    "word", ["baseline", "before", "earlier", "first", "from", "previous", "start", "now", "starting"]
)
def test_a_fact_about_an_earlier_time_is_offered_first_only_where_the_sentence_is_about_the_past(tmp_path, word):
    facts = [Fact(name, "2024-25-Q2", 240, "people", "Return") for name in ("waits_mean_before", "waits_mean")]
    (found,) = typed_number.check(context(tmp_path, publishing(*facts), prose(f"{word} 240 came.", id="text")))
    is_of_the_past = word not in ("now", "starting")
    assert found.expected.startswith('cite("waits_mean_before")' if is_of_the_past else 'cite("waits_mean")')


def test_three_facts_are_offered_at_most(tmp_path):
    facts = [Fact(f"beds_{letter}", "2024-25-Q2", 240, "beds", "List") for letter in "abcd"]
    (found,) = typed_number.check(context(tmp_path, publishing(*facts), prose("There were 240.", id="text")))
    assert found.expected.count("cite(") == 3


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("There were 2,500 people.", True),
        ("There were 2,510 people.", True),
        ("There were 2,511 people.", False),
        ("There were 2.5 thousand people.", True),
        ("There were 3,000 people.", False),
        ("There were 2,500 teams.", False),
    ],
)
def test_a_rounded_number_is_that_of_the_fact_of_its_unit_that_rounds_to_it(tmp_path, text, cited):
    seen_by_all = Fact("seen_by_all", "2024-25-Q2", 2512, "people", "Return")
    (found,) = typed_number.check(context(tmp_path, publishing(seen_by_all), prose(text, id="text")))
    written = 'A published fact rounds to that: write `{python} cite("seen_by_all")` (2,512).'
    assert found.message.endswith(written) == cited
    assert found.fact == ("seen_by_all" if cited else "")


@pytest.mark.parametrize(
    ("text", "first"), [("It is 75%.", "waits_mean_now"), ("It was 75% at the baseline.", "waits_baseline")]
)
def test_of_a_measures_facts_with_a_value_the_one_of_now_is_first_and_each_has_its_label(tmp_path, text, first):
    roles = {"baseline": "Waits: mean at the baseline", "mean_now": "Waits: mean since July 2023"}
    facts = [Fact(f"waits_{role}", str(Q2), 75, "percent", "baseline", label=label) for role, label in roles.items()]
    (found,) = typed_number.check(context(tmp_path, publishing(*facts), prose(text, id="text")))
    assert found.fact == first
    for role, label in roles.items():
        assert f'`{{python}} cite("waits_{role}")` ({label})' in found.message


def test_the_number_of_a_figure_is_the_builds(tmp_path):
    (found,) = typed_number.check(context(tmp_path, prose("See Figure 3.", id="text")))
    assert found.message == (
        '"Figure 3" is typed in "See Figure 3.". The build numbers the figures: refer to it by its id, as @fig-….'
    )
    assert (found.expected, found.fact) == ("@fig-…", "")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ('tile("57", "beds")', '"57" is typed in "57" (tile.value).'),
        ("tile(57, label)", "57 is typed into what a tile shows."),
        ('pd.DataFrame({"Seen": [57]})', "57 is typed into what a table or chart shows."),
        ('figure("fig-a", c, title="It rose by 57")', '"57" is typed in "It rose by 57" (figure.title).'),
    ],
)
def test_a_number_typed_into_code_is_told_by_where_readers_see_it(tmp_path, cell, message):
    found = typed_number.check(context(tmp_path, code(cell, id="code")))
    assert [each.message.partition(" Publish it")[0] for each in found] == [message]


def test_a_number_that_an_expression_hides_is_told_with_the_cell_that_binds_it(tmp_path):
    cells = [
        code("beds = 57", id="binds"),
        prose("We had `{python} beds`, `{python} str(12 + 45)` and `{python} 'some 58 more'`.", id="text"),
    ]
    first, second, third = typed_number.check(context(tmp_path, *cells))
    assert first.message.startswith('57 is typed in cell 4 "beds = 57" (id binds) and printed by `{python} beds`.')
    assert second.message.startswith("12 is typed and printed by `{python} str(12 + 45)`.")
    assert third.message.startswith("\"58\" is typed in `{python} 'some 58 more'`.")
    assert [each.found for each in (first, second, third)] == ["57", "12", "58"]


def test_a_number_in_the_reason_for_a_rebase_is_told_with_its_place_in_the_params(tmp_path):
    project = small(tmp_path, ward=[publishing(BEDS)])
    file = project / "params" / f"{Q2}.yml"
    reasons = {"a": "New rota", "b": "From 240 beds"}
    rows = "".join(
        f"  - {{measure: {name}, date: 2024-05, reason: {why}, provenance: reported}}\n"
        for name, why in reasons.items()
    )
    file.write_text(f"quarter: {Q2}\ncut_off: 2024-09-30\nrebase:\n{rows}", encoding="utf-8")
    (project / "data" / "measures.yml").unlink()  # it has a target of the params that were there
    (found,) = typed_number.check(seen(project))
    assert found.message == (
        '"240" is typed in "From 240 beds", the reason for b, 2024-05, which is printed as it is and cannot cite. '
        "Say it without the number."
    )
    assert (found.where, found.fact, found.found) == (
        "params/2024-25-Q2.yml, line 5, rebase.1.reason",
        "ward_beds",
        "240",
    )
    assert found.expected == 'cite("ward_beds")'


@pytest.mark.parametrize(
    ("key", "old", "new", "number"),
    [
        ("definition", "definition: People whose", "definition: The 240 people whose", "240"),
        ("caption", "caption: Each person", "caption: Of 240 beds, each person", "240"),
        ("columns.value", '{value: "Seen within', '{value: "Of 240, seen within', "240"),
        ("label", "label: People seen", "label: Two hundred and forty people seen", "Two hundred and forty"),
    ],
)
def test_a_number_in_a_measures_text_that_is_a_facts_value_is_told_with_its_key(tmp_path, key, old, new, number):
    project = small(tmp_path, ward=[publishing(BEDS)])
    edit(project / "data" / "measures.yml", old, new)
    (found,) = typed_number.check(seen(project))
    assert re.sub(r"line \d+, ", "", found.where) == f"data/measures.yml, waits.{key}"
    assert (found.fact, found.found, found.expected) == ("ward_beds", number, 'cite("ward_beds")')
    assert "say it in a sentence that cites the fact" in found.message


def test_a_number_of_a_measures_definition_that_is_no_fact_is_its_own(tmp_path):
    project = small(tmp_path, ward=[publishing(BEDS)])
    edit(project / "data" / "measures.yml", "definition: People whose", "definition: People of 800 g whose")
    assert not typed_number.check(seen(project))


@pytest.mark.parametrize(("text", "found"), [("240 Full wards", []), ("Wards with 240 beds", ["240"])])
def test_a_categorys_own_number_is_its_name(tmp_path, text, found):
    project = small(tmp_path, ward=[publishing(BEDS)])
    edit(project / "data" / "measures.yml", "  unit: percent", f"  categories: {{240: {text}}}\n  unit: percent")
    assert [each.found for each in typed_number.check(seen(project))] == found


def test_only_a_typed_number_of_a_cell_that_is_tagged_so_is_listed(tmp_path):
    here = context(tmp_path, prose("We had 57.", id="text", tags=["typed-number"]), prose("We had 58.", id="other"))
    tagged, plain = typed_number.check(here)
    assert [typed_number.is_listed(each, here) for each in (tagged, plain)] == [True, False]
    other = here.places["ward", "text"].finding("stale", "m")
    assert not typed_number.is_listed(other, here)


# Stale narrative


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2024-25-Q1", ["2024-25-Q1"]),
        ("2024-26-Q1", []),
        ("Q3 2023/24 and Q4, 2022-23 and Q1 of 2021/22", ["2023-24-Q3", "2022-23-Q4", "2021-22-Q1"]),
        ("Q3", ["2024-25-Q3"]),
        ("Q3a or Q5", []),
        ("quarter 1 and Quarter two of 2023/24", ["2024-25-Q1", "2023-24-Q2"]),
        ("quarter three, quarter four", ["2024-25-Q3", "2024-25-Q4"]),
        ("first, second quarter", ["2024-25-Q2"]),
        ("the third quarter of the financial year 2023/24", ["2023-24-Q3"]),
        ("the fourth quarter of the year 2022/23 and the 1st quarter", ["2022-23-Q4", "2024-25-Q1"]),
        ("the 2nd quarter, 3rd quarter, 4th quarter", ["2024-25-Q2", "2024-25-Q3", "2024-25-Q4"]),
    ],
)
def test_the_quarters_that_a_sentence_names_are_those_of_the_reported_year_unless_said(text, names):
    found = list(stale.quarters_in(text, Q2))
    assert [str(quarter) for quarter, _, _ in found] == names
    assert all(text[start:end].strip() == text[start:end] != "" for _, start, end in found)


@pytest.mark.parametrize(
    ("text", "words", "when"),
    [
        ("In Q1 the wards were full.", "Q1", "an earlier"),
        ("In Q3 the wards were full.", "Q3", "a later"),
        ("In Q2 2023/24 the wards were full.", "Q2 2023/24", "an earlier"),
    ],
)
def test_a_sentence_about_another_quarter_is_found_with_the_words_that_name_it(tmp_path, text, words, when):
    (found,) = stale.check(context(tmp_path, prose(text, id="text")))
    assert found.message == (
        f'"{text}" names {words}, {when} quarter than the one reported on (Q2 2024/25), and compares nothing. '
        "Say what is true now, or what is compared."
    )
    assert (found.check, found.found, found.expected) == ("stale", words, "Q2 2024/25")


@pytest.mark.parametrize(
    "text",
    [
        "In Q2 the wards were full.",
        "The wards were fuller than in Q1.",
        "From Q1 to Q2 the wards filled.",
        "Another ward will open in Q3.",
    ],
)
def test_a_quarter_that_is_compared_with_or_planned_for_is_not_stale(tmp_path, text):
    assert stale.check(context(tmp_path, prose(text, id="text"))) == []


def test_what_is_planned_for_a_quarter_that_is_over_is_stale(tmp_path):
    assert len(stale.check(context(tmp_path, prose("Another ward will open in Q1.", id="text")))) == 1


def test_a_cell_to_review_is_found_by_how_it_begins(tmp_path):
    long = "All of the teams in the North and the South met again and agreed on what is to be done about it."
    first, second = stale.to_review(
        context(
            tmp_path, prose("`{python} x` came.", id="a", tags=["to-review"]), prose(long, id="b", tags=["to-review"])
        )
    )
    assert first.message == (
        'The cell was carried over from the quarter before and is tagged to-review: "{…} came.". '
        "Read it, make it true of this quarter, and remove the tag."
    )
    assert (first.cell, first.found) == ("a", "{…} came.")
    assert second.found == "All of the teams in the North and the South met again and agreed on…"


BOTH = "Teams in the North saw more people."


@pytest.mark.parametrize(
    ("tags", "count"),
    [
        (["2024-25-Q2"], 1),
        (["2024-25-Q2", "2024-25-Q1"], 0),
        (["2024-25-Q2", "to-review"], 0),
        ([], 0),
        (["2024-25-Q3"], 0),
    ],
)
def test_only_a_cell_of_this_quarter_alone_may_not_repeat_the_last(tmp_path, tags, count):
    here = context(tmp_path, prose(BOTH, id="then", tags=["2024-25-Q1"]), prose(BOTH, id="now", tags=tags))
    assert len(list(stale._unchanged_words(here))) == count


@pytest.mark.parametrize(
    ("then", "now", "count"),
    [
        (BOTH, BOTH.upper(), 1),
        (BOTH, BOTH.replace(".", "!"), 1),
        (BOTH, f"## Heading\n\n{BOTH}", 1),
        (f"## {BOTH}", f"## {BOTH}", 0),
        ("Teams saw more.", "Teams saw more.", 0),  # three words
        ("Teams saw more people.", "Teams saw more people.", 1),
        (BOTH, BOTH.replace("more", "fewer"), 0),
        ("Teams saw `{python} a` more people.", "Teams saw `{python} a` more people.", 1),
        ("Teams saw `{python} a` more people.", "Teams saw `{python} b` more people.", 0),
    ],
)
def test_a_paragraph_is_the_same_if_its_words_and_expressions_are(tmp_path, then, now, count):
    here = context(tmp_path, prose(then, id="then", tags=["2024-25-Q1"]), prose(now, id="now", tags=["2024-25-Q2"]))
    assert len(list(stale._unchanged_words(here))) == count


def test_one_paragraph_that_is_the_same_is_told_with_the_cell_that_had_it(tmp_path):
    here = context(tmp_path, prose(BOTH, id="then", tags=["2024-25-Q1"]), prose(BOTH, id="now", tags=["2024-25-Q2"]))
    (found,) = stale._unchanged_words(here)
    assert found.message == (
        f'"{BOTH}" is word for word what Q1 2024/25 says (cell 4 "{BOTH}" (id then)). Say what is true now, '
        f"or remove the "
        "tag from both cells and keep one, if it is true of any quarter."
    )


# Links


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("See @fig-beds.", None),
        ("See @fig-bed.", '@fig-bed is not a figure of this quarter\'s report. Did you mean "fig-beds"?'),
        (
            "See @tbl-beds.",
            "@tbl-beds is not a table of this quarter's report.",
        ),
        ("See `@fig-bed`.", None),
        ("Write to me@fig-bed.org.", None),
        ("See [this]().", "[this]() leads nowhere: the link has no target. Add one, or remove the brackets."),
        ("See [this](https://www.nhs.uk).", None),
        (
            "See [this](https://nhs).",
            "[this](https://nhs) is not a complete address. Write it as https://www.example.org/.",
        ),
        ("Write to [us](mailto:a@b.uk).", None),
        ("Write to [us](mailto:).", "[us](mailto:) is not a complete address. Write it as https://www.example.org/."),
        ("Ring [us](tel:111).", None),
        ("See [the summary](index.ipynb).", None),
        ("See [the summary](index.qmd).", None),
        (
            "See [it](indx.ipynb).",
            '[it](indx.ipynb) is not a chapter of the report. Did you mean "index"? Link to a notebook, such as '
            "waits.ipynb.",
        ),
        (
            "See [it](index).",
            (
                "[it](index) is not a chapter of the report. Did you "
                'mean "index"? Link to a notebook, such as waits.ipynb.'
            ),
        ),
        ("See [it](index.ipynb#Summary).", None),
        ("See [it](index.ipynb#index-summary).", None),
        (
            "See [it](index.ipynb#Sumary).",
            (
                "[it](index.ipynb#Sumary) is not a heading or figure "
                'of index in this quarter. Did you mean "index-summary"?'
            ),
        ),
        ("See [it](#fig-beds).", None),
        ("See [it](#ward-waits) below.", None),
        ("See [it](#ward-waits-2) below.", None),
        ("See [it](#own) below.", None),
        (
            "See [it](#ward-empty).",
            '[it](#ward-empty) is not a heading or figure of ward in this quarter. Did you mean "ward-waits"?',
        ),
        ("See ![a picture](nowhere.png).", None),
    ],
)
def test_a_reference_or_link_leads_somewhere_or_is_told_what_is_near(tmp_path, text, problem):
    cells = [
        charting("fig-beds"),
        prose("## Waits\n\nOne.\n\n## Waits\n\nTwo.\n\n## Named {#own}\n\nThree.", id="headings"),
        prose(text, id="text"),
        prose("## Empty", id="empty"),
    ]
    found = broken_link.check(context(tmp_path, *cells))
    assert [(each.message, each.cell) for each in found] == ([(problem, "text")] if problem else [])
    assert all(problem.startswith(each.found) for each in found)


@pytest.mark.parametrize("shown", ["chart", "nothing"])
def test_a_heading_with_a_figure_alone_under_it_can_be_linked_to(tmp_path, shown):
    under = charting("fig-beds") if shown == "chart" else code("1", id="chart")
    cells = [prose("## Beds", id="heading"), under, prose("## Waits\n\nSee [it](#ward-beds).", id="text")]
    assert bool(broken_link.check(context(tmp_path, *cells))) == (shown == "nothing")


def test_a_value_in_a_heading_is_a_0_in_its_id_as_where_pages_are_checked(tmp_path):
    cells = [prose("## The `{python} 3` wards\n\nSee [it](#ward-the-0-wards).", id="text")]
    assert broken_link.check(context(tmp_path, *cells)) == []


# Acronyms


def with_glossary(folder, *cells, rows=(), caption="", meaning=" Meaning of it"):
    project = small(folder, ward=cells)
    edit(project / "_quarto.yml", "[index.qmd, ward.qmd]", "[index.qmd, ward.qmd, glossary.qmd]")
    table = "\n".join(["| Term | Meaning |", "|---|---|", *(f"| {term} |{meaning} |" for term in rows), "", caption])
    write(project / "notebooks" / "glossary.ipynb", "Glossary", prose(table, id="terms"))
    return seen(project)


def test_an_acronym_that_the_glossary_lacks_is_told_once_where_it_first_stands(tmp_path):
    here = with_glossary(
        tmp_path, prose("The CQC met. The CQC and ICSs met in the UK.", id="a"), prose("The CQC.", id="b"), rows=["ICS"]
    )
    (found,) = glossary.check(here)
    assert found.message == "CQC is used, but the glossary does not explain it. Add a row to notebooks/glossary.ipynb."
    assert (found.check, found.found, found.cell) == ("glossary", "CQC", "a")


def test_a_term_that_nothing_uses_is_told_at_its_table_unless_that_is_of_terms_used_elsewhere(tmp_path):
    cells = [prose("Rounds are long; the ward's stay.", id="a"), code("x = 'Handovers here'", id="b")]
    here = with_glossary(tmp_path, *cells, rows=["Round", "ward", "Handover", "Huddle"])
    (found,) = glossary.check(here)
    assert found.message == "Huddle is explained in the glossary, but used nowhere. Remove its row, or use it."
    assert (found.found, found.cell, found.notebook) == ("Huddle", "terms", "glossary.ipynb")


def test_a_term_that_an_expression_prints_is_used(tmp_path):
    printed = printing("The team had `{python} kind(3)` and `{python} count`.", "Huddles", "3", id="a")
    (found,) = glossary.check(with_glossary(tmp_path, printed, rows=["Huddle", "Handover"]))
    assert found.found == "Handover"


@pytest.mark.parametrize(("row", "meaning"), [("CPN", ""), ("CPN |", ""), ("| Meaning of it", ""), ("`CPN`", " ")])
def test_a_row_of_the_glossary_with_words_in_one_cell_is_told_once(tmp_path, row, meaning):
    here = with_glossary(tmp_path, prose("A CPN came.", id="a"), rows=[row], meaning=meaning)
    (found,) = [each for each in glossary.check(here) if each.cell == "terms"]
    assert f'The glossary\'s row "{found.found}" has only one cell with words' in found.message


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (["CI | Confidence interval", "CI | Continuous improvement"], ["CI"]),
        (["CI | Confidence interval", "**CI** | Confidence interval"], []),
        (["CI | Confidence interval", "CIs | Some of them"], []),
    ],
)
def test_a_term_with_two_meanings_is_told(tmp_path, rows, told):
    here = with_glossary(tmp_path, prose("A CI and CIs.", id="a"), rows=rows, meaning="")
    assert [each.found for each in glossary.check(here) if "twice" in each.message] == told


def test_terms_that_are_captioned_as_used_elsewhere_may_be_unused(tmp_path):
    assert glossary.check(with_glossary(tmp_path, rows=["Huddle"], caption=": Terms used elsewhere")) == []


def test_without_a_glossary_no_acronym_is_asked_for(tmp_path):
    assert glossary.check(context(tmp_path, prose("The CQC met.", id="a"))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The CQC's A&E, GPs and NEWS2", ["CQC", "A&E", "GP", "NEWS2"]),
        ("see `CQC` and [CQC](CQC.html) and https://CQC.uk and {.CQC}", ["CQC"]),
        ("QuiSIP is one, Ward is none, I am", ["QuiSIP"]),
        ("In Q2 2024/25", []),
    ],
)
def test_acronyms_are_words_of_capitals_in_what_readers_read(text, found):
    assert glossary.acronyms(text) == found


KNOWN = (
    "UK EU US USA PDF CSV HTML URL OK AM PM GMT BST ID TV COVID II III IV VI VII VIII IX XI XII XIII "
    "NOT AND OR ALL NO ANY MUST NEVER THE IN IS ON AT BY TO OF"
)


def test_what_everybody_knows_needs_no_row_in_the_glossary_and_its_near_miss_does(tmp_path):
    here = with_glossary(tmp_path, prose(f"{KNOWN} PMX", id="a"))
    assert [each.found for each in glossary.check(here)] == ["PMX"]


# Facts and figures that nothing uses


def test_a_fact_that_is_published_and_not_cited_is_told_with_how_to_cite_it(tmp_path):
    (found,) = [each for each in unused.check_facts(context(tmp_path, publishing(BEDS))) if each.fact == "ward_beds"]
    assert found.message == (
        "ward_beds (Q2 2024/25), 240, is published, and nothing in the report cites it. Cite it where it matters, with "
        'cite("ward_beds"), or leave it out.'
    )
    assert (found.check, found.found, found.expected, found.cell) == (
        "uncited-fact",
        "240",
        'cite("ward_beds")',
        "facts",
    )


@pytest.mark.parametrize(
    ("cell", "is_used"),
    [
        (prose('We had `{python} cite("ward_beds")`.', id="a"), True),
        (code('x = cite("ward_beds")', id="a"), True),
        (prose('We had `{python} cite("ward_bed")`.', id="a"), False),
        (code('publish("ward_beds", 240, unit="beds", source="")', id="a"), False),
    ],
)
def test_a_fact_that_any_cell_cites_is_used(tmp_path, cell, is_used):
    found = [each.fact for each in unused.check_facts(context(tmp_path, publishing(BEDS), cell))]
    assert ("ward_beds" not in found) == is_used


def test_what_a_fact_is_calculated_from_is_used(tmp_path):
    double = Fact("double", "2024-25-Q2", 480, "beds", "Sum", inputs=(BEDS,))
    found = {each.fact for each in unused.check_facts(context(tmp_path, publishing(BEDS, double)))}
    assert "ward_beds" not in found
    assert "double" in found


@pytest.mark.parametrize(
    ("text", "is_mentioned"),
    [
        ("As @fig-beds shows.", True),
        ("See [it](#fig-beds).", True),
        ("See [it](ward.ipynb#fig-beds).", True),
        ("## @fig-beds", False),
        ("All.", False),
    ],
)
def test_a_figure_is_mentioned_in_a_sentence_by_reference_or_link(tmp_path, text, is_mentioned):
    found = unused.check_figures(context(tmp_path, charting("fig-beds", "Beds"), prose(text, id="text")))
    if is_mentioned:
        assert found == []
    else:
        assert found[0].message == (
            'fig-beds ("Beds") is not mentioned in the text. Refer to '
            "it as @fig-beds where the text discusses what it shows."
        )
        assert (found[0].check, found[0].found, found[0].expected) == ("unmentioned-figure", "fig-beds", "@fig-beds")
        assert found[0].cell == "chart"


# Other tools' syntax


@pytest.mark.parametrize(
    "typed", ["`r beds`", "`{python} `", "{eval}`beds`", "{{beds}}", "${beds}", "{beds:.1f}", "`= beds`"]
)
def test_inline_code_of_another_tool_is_told_with_what_to_write(tmp_path, typed):
    (found,) = inline_syntax.check(context(tmp_path, prose(f"We had {typed} beds.", id="a"), code("'{beds}'", id="b")))
    shown = " ".join(typed.split())
    assert found.message == (
        f"{shown} is not run: readers would see it as it is typed. Write `{{python}} expression` for a value, "
        f"or put two "
        "backticks around what readers are to see."
    )
    assert (found.check, found.found, found.cell) == ("inline-syntax", shown, "a")


def test_a_number_in_words_that_code_puts_together_is_told_once(tmp_path):
    (found,) = typed_number.check(context(tmp_path, prose("We had `{python} f'{57} beds'`.", id="text")))
    assert found.found == "57"


def test_an_acronym_in_the_words_of_the_glossary_is_asked_for_and_one_of_its_rows_is_not(tmp_path):
    here = with_glossary(tmp_path, rows=["CQC (UKX)"], caption="The NPSAX explains.")
    assert [each.found for each in glossary.check(here) if "does not explain" in each.message] == ["NPSAX"]

"""The report's words: plain by the rules of NHS and GOV.UK content, and true to the published report."""

from __future__ import annotations

import re
from collections import Counter

import docx
import pytest
from prose import Chapter, reading_ease, words

from support.reading import tidy

pytestmark = pytest.mark.end_to_end
QUARTERS = ("2024-25-Q1", "2024-25-Q2")
PROGRAMMES = ("managing-deterioration", "maternity-neonatal", "medicines", "systems-safety")
CHAPTERS = ("index", "infographics", *PROGRAMMES, "case-studies", "glossary", "about")
ENOUGH = 100  # words of running prose: fewer, such as a list of terms, have no reading ease to speak of
in_each_quarter = pytest.mark.parametrize("quarter", QUARTERS)
in_each_chapter = pytest.mark.parametrize("name", CHAPTERS)


@pytest.fixture(scope="module")
def chapters(whole):
    """The chapters by quarter and name; each is read once."""
    return {(q, name): Chapter(whole.report(q) / "html" / f"{name}.html") for q in QUARTERS for name in CHAPTERS}


@pytest.fixture(scope="module")
def report(chapters):
    """All that readers of Q2 see in a chapter."""
    return {name: chapters["2024-25-Q2", name].text for name in CHAPTERS}


def everything(chapters, quarter="2024-25-Q2"):
    return [text for name in CHAPTERS for text in (*chapters[quarter, name].blocks, *chapters[quarter, name].captions)]


# Plain


@in_each_quarter
@in_each_chapter
def test_running_prose_is_easy_to_read(chapters, quarter, name):
    chapter = chapters[quarter, name]
    if sum(len(words(each)) for each in chapter.blocks) >= ENOUGH:
        assert reading_ease(chapter.sentences) >= 65


@in_each_quarter
@in_each_chapter
def test_no_sentence_has_more_than_35_words(chapters, quarter, name):
    assert [each for each in chapters[quarter, name].sentences if len(each.split()) > 35] == []


def test_the_report_has_8000_to_10000_words(chapters):
    """Headings, prose, tables and captions; not what the pages put beside them, such as links to files and keys."""
    beside = " or ".join(
        f"@class='{name}'" for name in ("passport-hint", "figure-number", "figure-note", "figure-files", "table-notes")
    )
    count = 0
    for name in CHAPTERS:
        chapter = chapters["2024-25-Q2", name]
        added = chapter.main.xpath(f".//nav | .//*[{beside}]")
        count += len(chapter.text.split()) - sum(len(each.text_content().split()) for each in added)
    assert 8000 <= count <= 10000


@in_each_quarter
def test_no_sentence_is_said_twice(chapters, quarter):
    """Except what charts show: the same may hold for several."""
    of_charts = re.compile(
        r"^The (rise|fall) is|^No month (since )?stands out|^The months since|^The latest \d+ months|trial limits"
    )
    sentences = [each for name in CHAPTERS for each in chapters[quarter, name].sentences if len(words(each)) > 6]
    said = Counter(each for each in sentences if not of_charts.search(each))
    assert [sentence for sentence, times in said.items() if times > 1] == []


@in_each_quarter
@in_each_chapter
def test_headings_of_a_chapter_differ_from_each_other(chapters, quarter, name):
    headings = chapters[quarter, name].headings
    assert sorted(headings) == sorted(set(headings))


@in_each_quarter
@in_each_chapter
def test_list_items_have_no_punctuation_at_the_end(chapters, quarter, name):
    assert [each for each in chapters[quarter, name].items if each[-1] in ".,;:"] == []


@in_each_quarter
def test_numbers_are_numerals(chapters, quarter):
    units = "(minute|hour|day|week|month|year)"
    spelt = re.compile(rf"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|one {units})\b", re.IGNORECASE)
    assert [text for text in everything(chapters, quarter) if spelt.search(text)] == []


@in_each_quarter
@in_each_chapter
def test_no_caption_repeats_the_heading_above_it(chapters, quarter, name):
    headings = [*chapters[quarter, name].main.xpath(".//h2 | .//h3 | .//h4")]
    pairs = [(each, found[0]) for each in headings if (found := each.xpath("following::*[self::p or self::caption]"))]
    said = [(tidy(each.text_content()), tidy(below.text_content())) for each, below in pairs if below.tag == "caption"]
    assert [both for both in said if both[1].lower().startswith(both[0].lower())] == []


@in_each_quarter
def test_none_of_them_is_a_word(chapters, quarter):
    assert [text for text in everything(chapters, quarter) if re.search(r"(?<![\d.,])0 of (the )?\d", text)] == []


@in_each_quarter
def test_notes_say_who_has_published_what_they_call_published(chapters, quarter):
    """An edition of another quarter than the published one has the same notes."""
    captions = [caption for name in CHAPTERS for caption in chapters[quarter, name].captions]
    assert [caption for caption in captions if "Published:" in caption] == []


@in_each_quarter
def test_why_networks_returned_to_earlier_phases_is_said_in_each_quarter_that_shows_it(chapters, quarter):
    assert "At the end of 2023/24, networks in phase 6 went back" in chapters[quarter, "medicines"].text


@in_each_quarter
def test_no_caption_repeats_what_a_chart_says_of_its_limits(chapters, quarter):
    assert [text for text in everything(chapters, quarter) if re.search(r"its limits are trial limits", text)] == []
    assert "Limits from fewer than 13 points are trial limits." in chapters[quarter, "about"].text


def test_a_term_of_the_glossary_has_capitals_only_if_it_is_a_name(chapters):
    terms = [row.xpath("string(*[1])").strip() for row in _rows_of_the_glossary(chapters, 2)]
    assert {each for each in terms if each[0].isupper()} == {"FutureNHS", "Quad"}


def test_the_glossary_writes_what_an_acronym_stands_for_as_the_chapters_do(chapters):
    """Except its first letter."""
    prose = " ".join(chapters["2024-25-Q2", name].text for name in CHAPTERS if name != "glossary")
    in_full = [tidy(row.xpath("string(*[2])")).split(":")[0] for row in _rows_of_the_glossary(chapters, 0)]
    found = {each: re.findall(re.escape(each), prose, re.IGNORECASE) for each in in_full}
    assert sum(map(bool, found.values())) > 15
    assert [each for each, used in found.items() if used and not any(text[1:] == each[1:] for text in used)] == []


def _rows_of_the_glossary(chapters, place):
    return chapters["2024-25-Q2", "glossary"].main.xpath(".//table")[place].xpath(".//tbody/tr")


def test_the_glossary_is_in_the_order_of_the_alphabet(chapters):
    for table in chapters["2024-25-Q2", "glossary"].main.xpath(".//table")[:3]:
        terms = [row.xpath("string(*[1])").strip().lower() for row in table.xpath(".//tbody/tr")]
        assert terms == sorted(terms)


@pytest.mark.parametrize("name", ["index", "infographics", *PROGRAMMES])
def test_each_chapter_of_q1_begins_with_which_of_its_numbers_are_illustrative(chapters, name):
    """Of Q1 few numbers are published: that one is marked must not say that those beside it are published."""
    blocks = chapters["2024-25-Q1", name].blocks
    assert any("illustrative" in block and "number" in block for block in blocks[:10])
    assert "(this split is illustrative)" not in " ".join(blocks)
    assert "(illustrative)" not in " ".join(blocks)


def test_the_headline_numbers_of_q1_say_above_them_which_are_illustrative(chapters):
    [tiles] = chapters["2024-25-Q1", "index"].main.xpath(".//*[@class='tiles']")
    [said] = tiles.xpath("./preceding-sibling::p")
    assert re.search("agree with published totals; the other .* are illustrative", said.text_content())


@in_each_quarter
def test_no_definition_is_called_the_usual_one_without_its_words(chapters, quarter):
    assert [text for text in everything(chapters, quarter) if "is the usual one" in text and "where" not in text] == []


@in_each_quarter
def test_the_gain_in_all_interventions_says_how_many_the_baseline_has(chapters, quarter):
    blocks = chapters[quarter, "maternity-neonatal"].blocks
    assert [block for block in blocks if re.search(r"has \d of the \d interventions at its baseline", block)]


@in_each_quarter
def test_a_heading_of_a_table_of_the_word_file_has_room_for_a_whole_quarter(whole, quarter):
    tables = docx.Document(str(whole.report(quarter) / "report.docx")).tables
    heads = [(table, [cell.text for cell in table.rows[0].cells]) for table in tables]
    found = [(table, head) for table, head in heads if any("Change on Q" in text for text in head)]
    assert found
    for table, head in found:
        widths = dict(zip(head, [column.width for column in table.columns], strict=True))
        change = next(text for text in head if "Change on Q" in text)
        assert widths[change] > widths["Baseline"]  # 10 letters to 8


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("PSC", r"(?<!Safety )(?<!breakthrough )[Cc]ollaboratives?\b"),
        ("ICB", r"(?<![Ii]ntegrated [Cc]are )(?<!provider )\b[Bb]oards?\b"),
        ("birth in the right place", r"(?<!\()[Oo]ptimising place of birth"),
        ("normal temperature", r"(?<!\()[Nn]ormothermia"),
        ("early breast milk", r"maternal breast milk"),
        ("whole systems approach", r"whole systems? framework"),
        ("pilot", r"test pilot"),
    ],
)
@in_each_quarter
def test_one_thing_has_one_name(chapters, quarter, what, pattern):
    assert [text for text in everything(chapters, quarter) if re.search(pattern, text)] == [], f"say {what}"


@in_each_quarter
def test_the_quarter_is_explained_where_it_is_first_named(chapters, quarter):
    months = {"2024-25-Q1": "April to June 2024 (Q1 2024/25)", "2024-25-Q2": "July to September 2024 (Q2 2024/25)"}
    prose = " ".join(chapters[quarter, "index"].blocks)
    assert prose.index(months[quarter]) < prose.index(months[quarter][-12:])


@in_each_quarter
def test_the_executive_summary_leads_to_each_programme(chapters, quarter):
    links = chapters[quarter, "index"].main.xpath(".//p[contains(., 'More in')]//a/@href")
    assert [name for name in (link.removesuffix(".html") for link in links) if name in PROGRAMMES] == [*PROGRAMMES]


def test_the_executive_summary_opens_with_what_a_board_reads_first(chapters):
    assert chapters["2024-25-Q2", "index"].headings[1:6] == [
        "At a glance",
        "Measures at a glance",
        "What improved",
        "What needs attention",
        "Next steps",
    ]


# True: statements that contradicted the published report, or that it does not make

WRONG = {
    "index": [r"counted twice"],
    "managing-deterioration": [
        r"presented the national visual identity",
        r"value what (it|PIER)",
        r"\banswered by clinical experts",
        r"main reason",
        r"because Martha['’]s Rule came first",
        r"sites said about branding",
        r"another site a relative",
        r"common frame",
        r"carry this work",
        r"what the measures will have to catch",
        r"as (boards|ICBs) settle",
        r"rapid review",
        r"not just the crisis",
    ],
    "maternity-neonatal": [
        r"[Ll]eads support each other",
        r"compare notes",
        r"[Uu]nits set local ambitions",
        r"interfaces with other systems",
        r"how completely",
        r"PSCs have kept up the momentum",
        r"take as an example",
        r"gives this work its shape",
        r"drop off a crowded agenda",
        r"same people for the same time",
        r"high enough",
        r"cannot be put in pounds",
        r"second wave of units",
        r"bedside stabilisation",
        r"timing prompts",
        r"delivery suites",
        r"cord management resources launched",
        r"[Bb]oth were well received",
        r"so PSCs find ways",
        r"for 7 at baseline",
        r"times the baseline",
        r"unlike the share",
        r"totals may be too high",
    ],
    "medicines": [
        r"not measured nationally",
        r"[Ss]ome people in the programme",
        r"little benefit",
        r"before the post is empty",
        r"standing to act",
        r"second year of the whole systems",
        r"step back",
    ],
    "infographics": [r"by some people", r"not measured"],
    "systems-safety": [
        r"knew before",
        r"pulls an organisation",
        r"name alone",
        r"come to believe",
        r"same people who provide care",
        r"how much remains",
        r"how, and with whom",
        r"blame",
        r"[Aa]ppreciative enquiry works",
    ],
    "case-studies": [r"see inequalities", r"a board of its own", r"causes of harm"],
    "glossary": [r"MOMENTS[^A-Z]*[Tt]raining day"],
}


@pytest.mark.parametrize(("name", "claim"), [(name, each) for name, claims in WRONG.items() for each in claims])
def test_no_wrong_or_invented_claim_stands(report, name, claim):
    assert not re.search(claim, report[name])


# True: what the published report says, and must not be lost; each as the words that its fact cannot be told without

SAID = {
    "index": [
        r"38.*year|year.*38",
        r"learning health system",
        r"54.7%.*47.2%|47.2%.*54.7%",
        r"73\.0%.*70\.1%|70\.1%.*73\.0%",
        r"up from 96",
        r"all interventions together have averaged 2,725 a month since May 2023, up from 2,466 \(illustrative\)",
        r"progress depends on Quads",
        r"lead PSCs",
        r"system priorities",
        r"significant barrier",
        r"struggle to make room for improvement work",
        r"turnover, uneven knowledge, limited resources and requests that do not fit its principles",
        r"25,000 fewer.*4,500 fewer",
        r"safety themes by Q3 2024/25 \(October to December 2024\)",
        r"general practices to move to PSIRF by March 2025",
        r"some are strongly engaged, and most show some good engagement",
    ],
    "infographics": [r"less pain"],
    "managing-deterioration": [
        r"helped NHS England to understand.*national visual identity",
        r"appreciation and understanding phases",
        r"gathered from clinical experts",
        r"focused on Martha['’]s Rule.*restructuring",
        r"PSCs['’] feedback on branding",
        r"raised through escalation by patients and families",
        r"safe space to think",
        r"mentor",
    ],
    "maternity-neonatal": [
        r"national PCLP team continues to hold supportive meetings",
        r"build relationships.*context, challenges and successes",
        r"PSC agrees an ambition.*where the data are good enough",
        r"user interfaces",
        r"completed correctly",
        r"ventilation and caffeine are to be measured",
        r"all 8 domains",
        r"gain on the baseline is 37.3 percentage points",
        r"does not say whether a baby can be counted more than once",
        r"second is planned for October 2024",
        r"teams continue to engage",
        r"one neonatal unit has a comprehensive action plan",
        r"Joy in Work framework to find components",
        r"struggled to keep momentum and to achieve its outcomes on time",
        r"flexible support",
        r"sensitive",
        r"through others in the change team, such as culture coaches",
        r"missed the leadership development",
        r"work as a team again",
        r"time ago and may have lost momentum",
        r"not to strain",
        r"may not engage in future",
        r"essential first step",
        r"the pathway first has greatly improved care and made it last",
        r"well received",
        r"trusts that did not respond",
        r"GBS infection avoided 57 .*567",
        r"great national achievement",
    ],
    "medicines": [
        r"less disability and more ability to work",
        r"supported self-management",
        r"any dose, by mouth or skin patch",
        r"continuous measurement",
        r"Phase 7 was added",
        r"semi-structured interviews",
        r"appreciative enquiry",
        r"lead PSCs['’] rapid evidence review",
        r"All PSCs 83 108 191",
        r"better quality of life, with less pain and less disability",
        r"learning health system",
    ],
    "systems-safety": [
        r"for example from coroners and from system and provider leaders",
        r"shared across systems",
        r"real desire to use QI",
        r"how to measure impact and how to learn",
        r"as a network and with the central team",
        r"[Aa]ppreciative enquiry is well received",
    ],
    "case-studies": [
        r"reducing health inequalities",
        r"develop and pilot",
        r"co-producing a process map.*sharing them widely",
        r"chairs and facilitates",
    ],
    "glossary": [
        r"MOMENTS\s+A framework of resources",
        r"worst health outcomes fastest",
        r"represent the diversity of the population",
        r"insights into safety culture",
        r"clinical leaders",
        r"dosing approach",
        r"process, balancing and outcome metrics",
        r"horizon scanning and prioritisation",
    ],
}


@pytest.mark.parametrize(("name", "fact"), [(name, each) for name, facts in SAID.items() for each in facts])
def test_what_has_weight_is_said(report, name, fact):
    assert re.search(fact, report[name])


@in_each_quarter
def test_the_terms_that_readers_ask_about_are_explained(chapters, quarter):
    rows = chapters[quarter, "glossary"].main.xpath(".//tr[td]")
    explained = {row[0].text_content().replace("\N{NO-BREAK SPACE}", " ") for row in rows}
    assert {
        "common cause",
        "special cause",
        "Quad",
        "34+0 weeks",
        "opioid stewardship",
        "biopsychosocial support",
        "appreciative enquiry",
        "community of practice",
        "light-touch support",
    } <= explained


@in_each_quarter
def test_reasons_for_new_limits_are_published_or_say_that_they_are_not(chapters, quarter):
    texts = [chapters[quarter, name].text for name in ("maternity-neonatal", "medicines")]
    reasons = [found for text in texts for found in re.findall(r"Since \w+ \d{4} \(([^)]*)\)", text)]
    assert "Since July 2023, when a change of process in 2 PSC areas brought a rise," in texts[0]
    assert len(reasons) == 7
    assert set(reasons) == {"sustained rise", "sustained fall"}
    said = {
        "2024-25-Q1": "Points, and the months of step changes, are illustrative",
        "2024-25-Q2": "dates none of the step changes, so their months are illustrative",
    }
    assert [each for each, text in said.items() if text in texts[0]] == [quarter]


@in_each_quarter
def test_a_note_with_a_chart_is_of_its_quarter(chapters, quarter):
    """Notes are the same in all quarters; what is published of the charts is in cells of the published quarter."""
    notes = [caption for name in PROGRAMMES for caption in chapters[quarter, name].captions]
    assert [note for note in notes if re.search(r"\b20\d\d[^.]*\bpublished\b", note)] == []
    texts = [chapters[quarter, name].text for name in ("maternity-neonatal", "medicines")]
    published = ["each chart’s latest mean", "a split by support that does not add up"]
    is_said = [words in text for words, text in zip(published, texts, strict=True)]
    assert is_said == [quarter == "2024-25-Q2"] * 2


@in_each_quarter
def test_tables_of_the_glossary_do_not_claim_that_a_quarter_uses_their_terms(chapters, quarter):
    assert [each for each in chapters[quarter, "glossary"].captions if "this report" in each] == []


@in_each_quarter
def test_no_text_says_where_on_a_page_a_chart_has_its_note(chapters, quarter):
    """In Word notes are below their charts."""
    assert [text for text in everything(chapters, quarter) if re.search(r"[Nn]otes? beside", text)] == []

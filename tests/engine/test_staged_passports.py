"""Passports before they are rendered: which cell a number belongs to, what is said of it, where it is printed."""

from __future__ import annotations

import json
import re
from itertools import product

import docx
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from natpatsip import worded
from natpatsip.blocks.tables_and_callouts import BLOCK, fact_span
from natpatsip.context import OPENED
from natpatsip.errors import FactError, StagingError
from natpatsip.facts.fact import CITED, PUBLISHED, Fact
from natpatsip.facts.fact_descriptions import kind
from natpatsip.pipeline.inline_code import substitute
from natpatsip.pipeline.notebook_outputs import collect_facts, gather
from natpatsip.pipeline.render import PANDOC, render
from natpatsip.pipeline.staging import output_texts
from natpatsip.pipeline.staging.passport_text import audit_trail, lines, listing, script
from natpatsip.pipeline.staging.passports import homes_of, passports_of, uses_in, with_entries
from natpatsip.quarter import Quarter
from support.reading import words_of_docx, words_of_pdf
from support.staged import TIMESTAMP, chapter_with, stage

Q2 = Quarter(2024, 2)
WOMEN = Fact(
    "people_seen",
    "2024-25-Q2",
    677,
    "women",
    "Progress report",
    kind="reported",
    rows="data/reported.csv: fact_id people_seen",
    rows_sha256="ab" * 32,
    label="Women who were seen",
)
CASES = Fact(
    "cases",
    "2024-25-Q2",
    18,
    "babies",
    "Impact model",
    formula="women / 37",
    inputs=(WOMEN,),
    is_estimate=True,
    label="Cases that may have been avoided",
)
FILES = {"data/reported.csv": "cd" * 32, "data/interviews.csv": "ef" * 32}
TITLES = {"index": "Summary", "ward": "Ward"}
ENTRY = re.compile(r'::: \{\.passport #(\S+) entry="(\w+)"\}\n(.*?)\n:::(?=\n)', re.DOTALL)
NAMED = re.compile(r'\{\.fact key="(\S+)" period="(\S+)" entry="(\w+)"\}')


def publishing(fact, id="publishes"):  # noqa: A002
    return new_code_cell("publish(…)", id=id, outputs=[new_output("display_data", data={PUBLISHED: fact.record()})])


def printing(fact, id="prints"):  # noqa: A002
    kept = [{"expression": "cite(…)", "result": {"data": {CITED: fact.record()}}}]
    return new_markdown_cell("`{python} cite(…)`", id=id, metadata={"user_expressions": kept})


def tiling(fact, id="tiles"):  # noqa: A002
    record = {"markdown": "", "facts": [fact.record()]}
    return new_code_cell("tiles(…)", id=id, outputs=[new_output("display_data", data={BLOCK: record})])


def homes(programmes=("ward",), **notebooks):
    outputs = gather({name: new_notebook(cells=cells) for name, cells in notebooks.items()})
    return {key: (home.notebook, home.cell) for key, home in homes_of(outputs, programmes).items()}


def passports(*facts, notebook="ward"):
    outputs = gather({notebook: new_notebook(cells=[publishing(fact, fact.id) for fact in facts])})
    return passports_of(facts, homes_of(outputs, [notebook]), FILES, {notebook: ""}, outputs)


def test_a_fact_that_prose_says_in_words_is_cited_and_so_is_the_whole_that_it_is_a_part_of():
    held, planned = (
        Fact(name, "2024-25-Q2", value, "sessions", "Returns") for name, value in (("held", 1), ("all", 3))
    )
    said = worded.out_of(held, planned)
    kept = [{"expression": "sessions", "result": {"status": "ok", "data": said._repr_mimebundle_()}}]
    cell = new_markdown_cell("`{python} sessions` sessions", id="prints", metadata={"user_expressions": kept})
    assert substitute(cell, output_texts.printed) == '[one of the three]{.fact key="held" period="2024-25-Q2"} sessions'
    found = homes(ward=[cell])
    assert found == {held.key: ("ward", "prints"), planned.key: ("ward", "prints")}
    assert collect_facts(gather({"ward": new_notebook(cells=[cell])})) == [held, planned]


def test_what_is_no_count_is_not_said_in_words():
    with pytest.raises(FactError, match="which is not a count"):
        worded.in_words(Fact("share", "2024-25-Q2", 83.5, "percent", "Returns"))


def test_a_number_belongs_to_the_cell_that_publishes_it():
    found = homes(index=[printing(CASES)], ward=[printing(CASES, "earlier"), publishing(CASES)])
    assert found[CASES.key] == ("ward", "publishes")


def test_a_reported_number_belongs_to_the_programme_that_first_prints_it():
    found = homes(index=[printing(WOMEN, "summary")], ward=[printing(WOMEN, "one"), tiling(WOMEN, "two")])
    assert found[WOMEN.key] == ("ward", "one")


def test_a_number_that_is_only_calculated_with_belongs_to_that_calculation():
    assert homes(ward=[publishing(CASES)])[WOMEN.key] == ("ward", "publishes")


@pytest.mark.parametrize("cell", [printing(WOMEN), tiling(WOMEN)], ids=["prose", "tiles"])
def test_a_number_of_no_programme_belongs_to_the_chapter_that_prints_it(cell):
    assert homes(programmes=(), index=[cell], ward=[])[WOMEN.key] == ("index", cell.id)


def test_entries_are_numbered_by_chapter():
    outputs = gather({"a": new_notebook(cells=[publishing(CASES)]), "b": new_notebook(cells=[printing(WOMEN)])})
    listed = passports_of([WOMEN, CASES], homes_of(outputs, ["b", "a"]), FILES, {"b": "", "a": ""}, outputs)
    assert [(each.entry, each.fact.id) for each in listed] == [("a1", "people_seen"), ("a2", "cases")]
    assert listed[1].inputs == (listed[0],)


def test_entries_of_a_chapter_are_numbered_as_it_prints_them():
    first, second, unprinted = (Fact(name, "all", 1, "beds", "") for name in ("first", "second", "unprinted"))
    published = [publishing(fact, fact.id) for fact in (unprinted, first, second)]
    outputs = gather({"ward": new_notebook(cells=published)})
    text = f"{fact_span(second)} and {fact_span(first)}, and {fact_span(second)} again"
    listed = passports_of([unprinted, first, second], homes_of(outputs, ["ward"]), FILES, {"ward": text}, outputs)
    assert [each.fact.id for each in listed] == ["second", "first", "unprinted"]


def test_a_number_of_files_that_its_notebook_opens_by_itself_rests_on_those_that_were_open_by_then():
    opens = [{"file": "data/beds.xlsx", "sha256": "ef" * 32}, {"host": "10.0.0.5:443"}]
    later = [{"file": "data/later.csv", "sha256": "aa" * 32}]
    beds = Fact("beds", "all", 3, "beds", "List")
    cells = [publishing(beds, "first"), new_code_cell("", id="opens", metadata={OPENED: later})]
    cells[0].metadata[OPENED] = opens
    outputs = gather({"ward": new_notebook(cells=cells)})
    (passport,) = passports_of([beds], homes_of(outputs, ["ward"]), FILES, {"ward": ""}, outputs)
    assert passport.files == {"data/beds.xlsx": "ef" * 32}
    (text,) = dict(audit_trail(passport))["Data"]
    assert text == "files that its notebook opens (SHA-256: data/beds.xlsx efefefefefef)"


def test_a_passport_names_the_files_of_its_rows_alone():
    assert passports(WOMEN)[0].files == {"data/reported.csv": "cd" * 32}


def test_each_chapter_that_prints_a_number_is_named_with_its_first_section():
    fact = '[677]{.fact key="people_seen" period="2024-25-Q2"}'
    text = f"# Ward {{#ward}}\n\n## One {{#ward-one}}\n\n{fact} and\n\n## Two {{#ward-two}}\n\n{fact}"
    found = uses_in({"index": f"# Summary {{#index}}\n\n{fact}", "ward": text}, TITLES, {})
    assert [(use.title, use.target) for use in found[WOMEN.key]] == [
        ("Summary", "index.qmd#index"),
        ("Ward", "ward.qmd#ward-one"),
    ]


def test_a_chapter_that_prints_a_number_within_the_words_for_another_is_named():
    seen, whole = (Fact(name, "all", value, "teams", "List") for name, value in (("seen", 3), ("teams", 15)))
    words = worded.out_of(seen, whole)._repr_mimebundle_()
    kept = [{"expression": "out_of(…)", "result": {"data": words}}]
    cell = new_markdown_cell("`{python} out_of(…)`", id="x", metadata={"user_expressions": kept})
    text = f"# Ward {{#ward}}\n\n## One {{#ward-one}}\n\n{fact_span(seen, '3 of the 15')}"
    found = uses_in({"ward": text}, TITLES, gather({"ward": new_notebook(cells=[cell])}))
    assert [(use.title, use.target) for use in found[whole.key]] == [("Ward", "ward.qmd#ward")]
    assert [use.target for use in found[seen.key]] == ["ward.qmd#ward-one"]


def test_the_list_the_cards_and_the_audit_trail_name_units_as_the_report_does():
    fact = Fact("taking_part", "2024-25-Q2", 15, "collaboratives", "Returns", kind="reported", label="Taking part")
    whole = Fact("share", "2024-25-Q2", 50, "percent", "Returns", inputs=(fact,), formula="a / b", label="Share")
    units, known = {"collaboratives": "teams"}, passports(fact, whole)
    for said in (listing(known, {}, {"ward": "Ward"}, Q2, units), script(known, {}, Q2, units)):
        assert said.count("15 teams") == 2  # its own entry, and that of the share
        assert "unit teams" in said
        assert "collaboratives" not in said


def test_a_printed_number_names_its_entry():
    (women,) = passports(WOMEN)
    text = with_entries('x [677]{.fact key="people_seen" period="2024-25-Q2"} y', {WOMEN.key: women})
    assert text == 'x [677]{.fact key="people_seen" period="2024-25-Q2" entry="a1"} y'


def test_an_entry_begins_with_its_label_and_ends_with_its_audit_trail():
    women, cases = passports(WOMEN, CASES)
    text = listing([women, cases], {}, {"ward": "Ward"}, Q2)
    entries = ENTRY.findall(text)
    assert [(name, entry) for name, entry, _ in entries] == [(women.id, "a1"), (cases.id, "a2")]
    for (_, _, content), fact, number in zip(entries, (WOMEN, CASES), ("677 women", "18 babies"), strict=True):
        label, value, about, *terms = content.strip().split("\n\n")
        assert (label, value, about.split(" · ")[0]) == (fact.label, number, "Q2 2024/25")
        heading = terms.index("Audit trail")
        for_readers, for_auditors = terms[:heading], terms[heading + 1 :]
        assert all("\n: " in term for term in (*for_readers, *for_auditors))
        assert not any(mark in "".join(for_readers) for mark in (fact.id, "ipynb", "SHA-256", "data/"))
        assert f"Cited as\n: {fact.id}".replace("_", r"\_") in "".join(for_auditors)
    assert text.count(":::: {.passports}") == text.count("\n::::\n") == 1


def test_the_list_begins_with_the_kinds_of_number_that_its_entries_name():
    both = {"is_estimate": (False, True), "is_illustrative": (False, True)}
    facts = [
        Fact("a", "all", 1, "w", "", kind=each, **dict(zip(both, values, strict=True)))
        for each in ("reported", "inferred", "model", "target", "published")
        for values in product(*both.values())
    ]
    said = listing([], {}, {}, Q2).lower()
    assert {kind(fact).lower().split(",")[0] for fact in facts if kind(fact).lower().split(",")[0] not in said} == set()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cases avoided x cost per case", "Cases avoided × cost per case"),
        ("beds * 7", "Beds × 7"),
        ("100 - share of the wards", "100 − share of the wards"),
        ("share - 12.5% - rest", "Share − 12.5% − rest"),
        ("1,000 - 5 - rest", "1,000 − 5 − rest"),
        ("(north + south) - closed beds", "(north + south) − closed beds"),
        ("all beds - (closed + spare) / 2", "All beds − (closed + spare) / 2"),
        ("crude rate - all ages", "Crude rate - all ages"),
        ("rate (per 1,000 people) - all ages", "Rate (per 1,000 people) - all ages"),
        ("mean of April 2023 - March 2024", "Mean of April 2023 - March 2024"),
    ],
)
def test_a_formula_has_signs_of_arithmetic_where_it_calculates_and_dashes_between_words(typed, said):
    (passport,) = passports(Fact("beds", "all", 12, "beds", "List", formula=typed))
    assert dict(lines(passport, ()))["Formula"] == (said,)


def test_what_a_number_is_made_from_is_named_by_its_label_and_period():
    women, cases = passports(WOMEN, CASES)
    content = ENTRY.findall(listing([women, cases], {}, {"ward": "Ward"}, Q2))[1][2]
    assert f"Made from\n: [Women who were seen (Q2 2024/25): 677 women](#{women.id})" in content


def test_a_number_without_a_label_has_its_id_in_its_place():
    bare = Fact("beds", "all", 12, "beds", "List", rows="x")
    ((_, _, content),) = ENTRY.findall(listing(passports(bare), {}, {"ward": "Ward"}, Q2))
    assert content.startswith("beds\n\n12 beds\n\nAll periods · Calculated\n\n")


def test_every_entry_that_a_chapter_names_is_in_the_list():
    listed = passports(WOMEN, CASES)
    text = "".join(f'[x]{{.fact key="{fact.id}" period="{fact.period}"}} ' for fact in (CASES, WOMEN))
    named = NAMED.findall(with_entries(text, {each.fact.key: each for each in listed}))
    entries = {name: entry for name, entry, _ in ENTRY.findall(listing(listed, {}, {"ward": "Ward"}, Q2))}
    assert named == [(fact.id, fact.period, entries[f"fact-{fact.id}-{fact.period}"]) for fact in (CASES, WOMEN)]


def test_a_number_without_an_entry_stops_the_build():
    with pytest.raises(StagingError, match=r'"people_seen" \(2024-25-Q2\) is marked as a fact'):
        with_entries('[677]{.fact key="people_seen" period="2024-25-Q2"}', {})


def test_labels_and_sources_are_printed_as_they_are_written(tmp_path):
    texts = ["1. A list", "(a) A list", "- A list", "+ A list", ": A list", "A *b* <i> [c](d) $e$"]
    facts = [
        Fact(f"beds_{number}", "2024-25-Q2", 12, "beds", text, rows="x", label=text)
        for number, text in enumerate(texts)
    ]
    staged = staged_with(tmp_path, listing(passports(*facts, notebook="index"), {}, {"index": "Summary"}, Q2))
    render(staged, tmp_path / "out", ["docx"], renderer=PANDOC, timestamp=TIMESTAMP)
    words = words_of_docx(tmp_path / "out")
    assert [text for text in texts if f"{text} Q2 2024/25 · Calculated 12 beds {text}" not in words] == []


def test_a_card_has_the_apostrophes_of_the_list_of_all_numbers():
    fact = Fact("beds", "2024-25-Q2", 12, "beds", "The trust's 'own' return", rows="x", label="The ward's beds")
    text = script(passports(fact), {}, Q2)
    assert "The ward’s beds" in text
    assert "The trust’s 'own' return" in text


def test_the_script_holds_no_end_of_itself():
    end = "</script><script>alert(1)</script>"
    fact = Fact("beds", "2024-25-Q2", 12, "beds", end, rows="x", label=end)
    text = script(passports(fact), {}, Q2)
    assert "<" not in text
    record = json.loads(text.removeprefix("window.natpatsipPassports(").removesuffix(");\n"))
    assert record["fact-beds-2024-25-Q2"]["lines"][0] == ["Source", [end]]
    assert record["fact-beds-2024-25-Q2"]["label"] == end


@pytest.mark.parametrize(
    ("kind_", "is_illustrative", "said"), [("calculated", True, 1), ("calculated", False, 0), ("reported", True, 0)]
)
def test_the_list_says_that_what_rests_on_illustrative_data_may_equal_a_published_number(kind_, is_illustrative, said):
    fact = Fact("beds", "all", 1, "beds", "", kind=kind_, is_illustrative=is_illustrative)
    assert listing(passports(fact), {}, {"ward": "Ward"}, Q2).count("may equal a published one") == said


# Chapters ------------------------------------------------------------------------------------------------------------


def staged_with(folder, sources):
    """Stage the sample chapters with a list of all numbers."""
    staged = stage(folder / "staged")
    settings = staged / "_quarto.yml"
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content["book"]["chapters"].append("sources.qmd")
    settings.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    (staged / "sources.qmd").write_text(sources, encoding="utf-8")
    return staged


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The sample chapters with numbers in a heading, a paragraph, a list and a table, and the list of all numbers."""
    women = '[677]{.fact key="people_seen" period="2024-25-Q2" entry="a1"}'
    babies = women.replace("677", "31").replace("a1", "a2")
    text = f"All {women} of {women} women.\n\n- {women} women\n- {babies} babies\n- others"
    table = f"| Measure | Women |\n|:--|--:|\n| Treated | {women} |\n\n: Women treated"
    folder = tmp_path_factory.mktemp("passports")
    staged = staged_with(folder, listing(passports(WOMEN, CASES, notebook="index"), {}, {"index": "Summary"}, Q2))
    chapter_with(staged / "glossary.qmd", f"### Of {women} women {{#glossary-women}}\n\n{text}\n\n{table}")
    render(staged, folder / "out", ["pdf", "docx"], renderer=PANDOC, timestamp=TIMESTAMP)
    return folder / "out"


@pytest.mark.parametrize("words_of", [words_of_docx, words_of_pdf])
def test_a_paragraph_names_each_entry_once_and_a_heading_leaves_it_to_what_follows(built, words_of):
    words = words_of(built)
    assert "Of 677 women All 677 of 677 women. [a1]" in words
    assert "677 women [a1]" in words
    assert "31 babies [a2]" in words
    assert "others [a" not in words


@pytest.mark.parametrize("words_of", [words_of_docx, words_of_pdf])
def test_on_paper_a_number_made_from_others_says_how_and_from_which(built, words_of):
    words = words_of(built)
    assert "18 babies Impact model. Women / 37 [a1]" in words
    assert "677 women Progress report a2" in words


@pytest.mark.parametrize("words_of", [words_of_docx, words_of_pdf])
def test_a_table_names_the_entries_of_its_numbers_in_its_caption(built, words_of):
    words = words_of(built)
    assert "Women treated [a1]" in words
    assert "677 [a1]" not in words


def test_the_list_of_all_numbers_is_set_small_in_word(built):
    document = docx.Document(str(built / "report.docx"))
    (listed,) = [table for table in document.tables if table.rows[1].cells[0].text == "a1"]
    styles = {line.style.name for row in listed.rows[1:] for cell in row.cells for line in cell.paragraphs}
    assert styles == {"Table Small"}

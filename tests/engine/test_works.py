"""A work of which pandoc would take a part without a word is told with its line; all else of BibTeX is read."""

from __future__ import annotations

import pytest

from natpatsip.pipeline.render.works import faults_of, read_works

FAULTS = {
    "a field twice": ("title={One}, title={Two}", "the field title is there 2 times"),
    "an abbreviation that nobody defines": ("journal=jama", 'journal is "jama", and no @string defines jama'),
    "an abbreviation in a part": ('journal="The " # lancet', "no @string defines lancet"),
    "a misspelt month": ("month=sept", "no @string defines sept"),
    "month 13": ("month={13}", 'month is "13"'),
    "month 0": ("month=0", 'month is "0"'),
    "a date in words": ("date={5 May 2006}", 'date is "5 May 2006". Write it like 2024-08-14'),
    "a date without zeros": ("date={2006-1-5}", 'date is "2006-1-5"'),
    "a day that does not exist": ("date={2006-02-30}", 'date is "2006-02-30"'),
    "a month that does not exist, in a range": ("date={2006-01/2006-13}", 'date is "2006-01/2006-13"'),
    "a date of another year": ("year={2006}, date={2007-01}", "year is 2006, and date is 2007-01"),
    "people joined by commas": ("author={Smith, Ann, Jones, Bo}", 'the name "Smith, Ann, Jones, Bo"'),
    "a work that it refers to": ("crossref={gone}", 'crossref is "gone", which is the key of no work'),
}
RIGHT = (
    "author={Bloggs, Jr, Jo and {Trusts, Boards, Teams, Wards} and others}",
    'title={The {NHS} at "75", a #1 plan = {good}}, year=1948',
    'title="A {\\"u}ber title", journal=jx # " " # {Letters}, month=jan',
    'month = "10~" # jan',
    "month={January}, year={2006}",
    "month=12, year=in",
    "date={2006}, year={2006}",
    "date={2006-05-31/2007-06}",
    "date={2006-21}",
    "date={2006/..}",
    "date={-0044-03-15~}",
    "crossref={other}",
    "note={a, b, c, d and e}",
    "author={family=Bloggs, given=Jo, prefix=van, useprefix=true}",
    "date={2024-08-14T10:00:00}",
    "pages=1--3",
)


def faults(fields):
    others = "@string{jx = {Journal}, in = {in press}}\n@book{other, title={O}}\n"
    text = f"{others}@Article{{own,\n  {fields}\n}}\n"
    return list(faults_of("own", [read_works("works.bib", text)]))


@pytest.mark.parametrize(("fields", "said"), FAULTS.values(), ids=FAULTS)
def test_what_pandoc_would_take_a_part_of_is_told(fields, said):
    (fault,) = faults(fields)
    assert fault.startswith("works.bib, line 3, own: ")
    assert said in fault


@pytest.mark.parametrize("fields", RIGHT)
def test_what_is_bibtex_is_read(fields):
    assert faults(fields) == []


def test_a_work_in_a_comment_is_none():
    text = "% @misc{own, title={Old}}\n@misc{own, title={New}}\n"
    assert list(faults_of("own", [read_works("works.bib", text)])) == []


def test_a_key_of_two_works_is_told_with_their_files_and_lines():
    files = [read_works("a.bib", "@book{own, title={A}}"), read_works("b.bib", "@comment{x}\n@book(own, title={B})")]
    (fault,) = faults_of("own", files)
    assert fault.startswith("a.bib, line 1 and b.bib, line 2: own is the key of 2 works")
    assert list(faults_of("gone", files)) == []


def test_works_after_comments_and_other_entries_are_read():
    text = '% a remark @ home\n@comment{@book{no, title={N}}}\n@preamble{"x"}\n@misc{a}\n@book{b, title={{B}},}\n'
    assert [(work.key, work.line, work.text("title")) for work in read_works("w.bib", text).works] == [("b", 5, "{B}")]

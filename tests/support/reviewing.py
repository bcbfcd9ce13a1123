"""What reviewers do to a Word file, put into it with python-docx and lxml; and its way through LibreOffice."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.run import Run

from natpatsip.quarter import Quarter
from natpatsip.review import Item, review
from support.projects import code, command, prose, small

QUARTER = "2024-25-Q2"

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
OFFICE_SCRIPT = Path(__file__).parents[1] / "tools" / "office_edits.py"


def _office_python() -> str:
    """Return the Python that can drive LibreOffice: that of Debian, with python3-uno; empty if there is none."""
    program = shutil.which("python3", path="/usr/bin")
    if not (SOFFICE and program):
        return ""
    done = subprocess.run([program, "-c", "import uno"], check=False, capture_output=True)
    return "" if done.returncode else program


OFFICE_PYTHON = _office_python()
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
EXTENDED = "http://schemas.microsoft.com/office/word/2012/wordml"
EXTENDED_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
EXTENDED_LINK = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
DAYS = "2024-11-{:02}T{:02}:{:02}:00Z"


CHART = """\
import altair as alt
import pandas as pd

rows = pd.DataFrame({"month": ["April", "May", "June"], "beds": [3, 5, 4]})
figure(
    "fig-beds",
    alt.Chart(rows).mark_bar().encode(x=alt.X("month:N", sort=None), y="beds:Q"),
    title="Beds rose and fell",
    description="Beds by month",
    caption="Each bed counts once.",
    data=rows,
)
"""
WARD = [
    prose(
        "## Progress\n\nThe ward made *steady* progress with [the plan](https://example.org/plan) this quarter.",
        id="progress",
    ),
    code('beds = publish("beds", 41, unit="beds", source="Ward list")\nnurses = "many more nurses"', id="facts"),
    prose(
        "There were `{python} beds` on the ward, and `{python} nurses` came. The team's view is that **staffing** "
        "helped most.\n\nVisits were longer than before.\n\nMeals were served on time, and patients said that they "
        "were good.",
        id="numbers",
    ),
    prose(
        "### What comes next\n\n- training for all new staff\n- a second room for families\n- shorter waits at night",
        id="next",
    ),
    code(CHART, id="chart"),
    prose("@fig-beds shows the beds. Most of them are in the north wing.", id="chart-text"),
    prose("| Wing | Beds |\n|:--|--:|\n| North | twenty |\n| South | ten |\n\n: Beds by wing", id="table"),
    prose(
        "The old kitchen was closed.\n\nThe new kitchen was opened.\n\nThe garden is open all day.\n\n"
        "The hall was painted.",
        id="places",
    ),
]
INDEX = [
    prose("## Summary\n\nAll is well on the ward.", id="summary"),
    prose("The ward asks for `{python} cite('beds')` more in spring.", id="ask"),
]


def build_ward(folder: Path) -> Path:
    """Make the project whose Word file the tests review, and build it."""
    project = small(folder, index=INDEX, ward=WARD)
    run = command(project, "build", QUARTER, "--to", "docx")
    assert run.returncode == 0, run.stderr
    return project


def ward_file(project: Path, author: str = "Ann Lee") -> ReviewedFile:
    """Return the project's Word file, for a reviewer to work on."""
    return ReviewedFile(project / "reports" / QUARTER / "report.docx", author)


def read(project: Path, *files: Path, **options: bool) -> list[Item]:
    """Return what reviewers have left in files of the project."""
    found = review(files, project, reports=project / "reports", quarter=Quarter.parse(QUARTER), **options)
    return list(found.items)


def source(project: Path, cell: str, notebook: str = "ward") -> str:
    """Return the source of a cell."""
    content = json.loads((project / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    return next("".join(each["source"]) for each in content["cells"] if each["id"] == cell)


def only(items: Sequence[Item], kind: str) -> Item:
    """Return the one item of a kind."""
    (found,) = [item for item in items if item.kind == kind]
    return found


class ReviewedFile:
    """A Word file that a reviewer works on; `save` writes it."""

    def __init__(self, path: Path, author: str = "Ann Lee") -> None:
        self.path, self.author = path, author
        self.document = docx.Document(str(path))
        self._ids = itertools.count(70_000)
        self._threads: list[tuple[str, str, bool]] = []

    def save(self, path: Path | None = None) -> Path:
        if self._threads:
            self._write_threads()
        path = path or self.path
        self.document.save(str(path))
        return path

    # Places

    def paragraph(self, words: str, within: str = "") -> Any:
        """Return the first paragraph that holds some words, and those of `within`; also in tables."""
        found = [each for each in self._paragraphs() if words in each.text and within in each.text]
        assert found, f"{words!r} is in no paragraph"
        return found[0]

    def _paragraphs(self) -> Iterator[Any]:
        from docx.text.paragraph import Paragraph

        for element in self.document.element.body.iter(qn("w:p")):
            yield Paragraph(element, self.document._body)

    def run(self, words: str, within: str = "") -> Any:
        """Return a run of these words alone, parted from those around them."""
        paragraph = self.paragraph(words, within)
        for element in paragraph._element.iter(qn("w:r")):
            run = Run(element, paragraph)
            if words in run.text:
                before, _, after = run.text.partition(words)
                middle, end = deepcopy(element), deepcopy(element)
                run.text = before
                element.addnext(middle)
                middle.addnext(end)
                Run(middle, paragraph).text, Run(end, paragraph).text = words, after
                return Run(middle, paragraph)
        raise AssertionError(f"{words!r} is in several runs: {[run.text for run in paragraph.runs]}")

    # Comments

    def comment(self, words: str, text: str, *, within: str = "", is_resolved: bool = False) -> Any:
        """Comment on some words."""
        return self._commented([self.run(words, within)], text, is_resolved=is_resolved)

    def comment_on_picture(self, alt: str, text: str) -> Any:
        """Comment on the picture with this in its alternative text."""
        for element in self.document.element.body.iter(qn("wp:docPr")):
            if alt in (element.get("descr") or ""):
                run = next(element.iterancestors(qn("w:r")))
                return self._commented([Run(run, self.document.paragraphs[0])], text)
        raise AssertionError(f"no picture shows {alt!r}")

    def reply(self, comment: Any, text: str) -> Any:
        """Reply to a comment."""
        new = self.document.add_comment(self.document.paragraphs[0].runs[:1], text, author=self.author, initials="")
        body = self.document.element.body
        for tag in ("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"):
            for element in [e for e in body.iter(qn(tag)) if e.get(qn("w:id")) == str(new.comment_id)]:
                element.getparent().remove(element)
        parent = next(e for e in body.iter(qn("w:commentReference")) if e.get(qn("w:id")) == str(comment.comment_id))
        parent.addnext(parse_xml(f'<w:commentReference {nsdecls("w")} w:id="{new.comment_id}"/>'))
        self._thread(new, comment, is_resolved=False)
        return new

    def lose(self, comment: Any) -> None:
        """Delete the place of a comment, and not the comment."""
        for tag in ("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"):
            for element in list(self.document.element.body.iter(qn(tag))):
                if element.get(qn("w:id")) == str(comment.comment_id):
                    element.getparent().remove(element)

    def drop_threads(self) -> None:
        """Take out what the file says of threads, so that it can be written again."""
        links = self.document.part.rels
        self.document.part.drop_rel(next(name for name, link in links.items() if link.reltype == EXTENDED_LINK))

    def _commented(self, runs: Sequence[Any], text: str, *, is_resolved: bool = False) -> Any:
        comment = self.document.add_comment(runs, text, author=self.author, initials="AL")
        self._thread(comment, None, is_resolved=is_resolved)
        return comment

    def _thread(self, comment: Any, parent: Any, *, is_resolved: bool) -> None:
        line = comment._comment_elm.findall(qn("w:p"))[-1]
        own = f"{next(self._ids):08X}"
        line.set(f"{{{W14}}}paraId", own)
        above = parent._comment_elm.findall(qn("w:p"))[-1].get(f"{{{W14}}}paraId") if parent is not None else ""
        self._threads.append((own, above, is_resolved))

    def _write_threads(self) -> None:
        rows = "".join(
            f'<w15:commentEx w15:paraId="{own}"{f" w15:paraIdParent={chr(34)}{above}{chr(34)}" if above else ""} '
            f'w15:done="{int(is_resolved)}"/>'
            for own, above, is_resolved in self._threads
        )
        xml = f'<w15:commentsEx xmlns:w15="{EXTENDED}">{rows}</w15:commentsEx>'.encode()
        package = self.document.part.package
        self.document.part.relate_to(
            Part(PackURI("/word/commentsExtended.xml"), EXTENDED_TYPE, xml, package), EXTENDED_LINK
        )

    # Tracked changes

    def insert(self, after: str, text: str, *, within: str = "") -> None:
        """Insert text after some words."""
        self.run(after, within)._element.addnext(self._inserted(text))

    def delete(self, words: str, *, within: str = "") -> None:
        """Delete some words."""
        self._wrap([self.run(words, within)._element], "del")

    def replace(self, words: str, text: str, *, within: str = "") -> None:
        """Delete some words and insert others."""
        self._wrap([self.run(words, within)._element], "del").addnext(self._inserted(text))

    def delete_paragraph(self, words: str) -> None:
        """Delete a whole paragraph with its end."""
        paragraph = self.paragraph(words)._element
        self._wrap_all(paragraph, "del")
        self._mark_end(paragraph, "del")

    def insert_paragraph(self, after: str, text: str) -> None:
        """Insert a paragraph below another."""
        above = self.paragraph(after)._element
        new = deepcopy(above)
        for child in [child for child in new if child.tag != qn("w:pPr")]:
            new.remove(child)
        new.append(self._inserted(text))
        above.addnext(new)
        self._mark_end(above, "ins")

    def split_paragraph(self, after: str) -> None:
        """Begin a new paragraph after some words."""
        run = self.run(after)._element
        above = run.getparent()
        below = deepcopy(above)
        place = list(above).index(run)
        for child in list(above)[place + 1 :]:
            above.remove(child)
        for child in list(below)[: place + 1]:
            if child.tag != qn("w:pPr"):
                below.remove(child)
        above.addnext(below)
        self._last = self._attributes()
        self._mark_end(above, "del", "ins")

    def delete_end(self, words: str) -> None:
        """Delete the end of a paragraph, which joins it to the next."""
        self._last = self._attributes()
        self._mark_end(self.paragraph(words)._element, "del")

    def move_paragraph(self, words: str, after: str) -> None:
        """Move a whole paragraph below another."""
        old, target = self.paragraph(words)._element, self.paragraph(after)._element
        new, name = deepcopy(old), f"move{next(self._ids)}"
        for child in list(new.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"))):
            child.getparent().remove(child)
        for element, kind in ((old, "moveFrom"), (new, "moveTo")):
            self._wrap_all(element, kind)
            self._mark_end(element, kind)
            place = 1 if element.find(qn("w:pPr")) is not None else 0
            attributes = self._attributes()
            number = attributes.split('"')[1]
            element.insert(place, parse_xml(f'<w:{kind}RangeStart {nsdecls("w")} {attributes} w:name="{name}"/>'))
            element.append(parse_xml(f'<w:{kind}RangeEnd {nsdecls("w")} w:id="{number}"/>'))
        target.addnext(new)

    def delete_row(self, words: str) -> None:
        """Delete the row of a table."""
        row = next(self.paragraph(words)._element.iterancestors(qn("w:tr")))
        row.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')} {self._attributes()}/>"))
        for paragraph in row.iter(qn("w:p")):
            self._wrap_all(paragraph, "del")

    def format(self, words: str, *, within: str = "") -> None:
        """Make words bold."""
        run = self.run(words, within)
        run.bold = True
        run._element.rPr.append(parse_xml(f"<w:rPrChange {nsdecls('w')} {self._attributes()}><w:rPr/></w:rPrChange>"))

    def _attributes(self) -> str:
        number = next(self._ids)
        date = DAYS.format(1 + number % 27, number % 24, number % 60)
        return f'w:id="{number}" w:author="{escape(self.author)}" w:date="{date}"'

    def _inserted(self, text: str) -> Any:
        run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
        return parse_xml(f"<w:ins {nsdecls('w')} {self._attributes()}>{run}</w:ins>")

    def _wrap(self, runs: Sequence[Any], kind: str) -> Any:
        wrapped = parse_xml(f"<w:{kind} {nsdecls('w')} {self._attributes()}/>")
        runs[0].addprevious(wrapped)
        for run in runs:
            wrapped.append(run)
            for text in list(run.iter(qn("w:t"))) if kind in ("del", "moveFrom") else ():
                text.tag = qn("w:delText") if kind == "del" else text.tag
        return wrapped

    def _wrap_all(self, paragraph: Any, kind: str) -> None:
        """Wrap all runs of a paragraph, as one change: also those in links."""
        attributes = self._attributes()
        for run in list(paragraph.iter(qn("w:r"))):
            wrapped = parse_xml(f"<w:{kind} {nsdecls('w')} {attributes}/>")
            run.addprevious(wrapped)
            wrapped.append(run)
            for text in list(run.iter(qn("w:t"))) if kind == "del" else ():
                text.tag = qn("w:delText")
        self._last = attributes

    def _mark_end(self, paragraph: Any, kind: str, mark_as: str = "") -> None:
        if kind == "ins":  # as Word does: the end of the line above is new, and the new line has the old end
            inserted = paragraph.getnext().find(qn("w:ins"))
            attributes = " ".join(f'w:{name}="{inserted.get(qn(f"w:{name}"))}"' for name in ("id", "author", "date"))
        else:
            attributes = self._last
        properties = paragraph.get_or_add_pPr()
        mark = properties.find(qn("w:rPr"))
        if mark is None:
            mark = parse_xml(f"<w:rPr {nsdecls('w')}/>")
            properties.append(mark)
        mark.insert(0, parse_xml(f"<w:{mark_as or kind} {nsdecls('w')} {attributes}/>"))


def through_libreoffice(path: Path, folder: Path) -> Path:
    """Open a Word file in LibreOffice, and save it as one again."""
    assert SOFFICE
    folder.mkdir(parents=True, exist_ok=True)
    profile = (folder / "profile").resolve().as_uri()
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "docx:MS Word 2007 XML",
         "--outdir", str(folder), str(path)],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return folder / path.name


def edited_in_libreoffice(path: Path, folder: Path, edits: Sequence[dict[str, Any]]) -> Path:
    """Edit a Word file in LibreOffice, and return the edited one: see tests/tools/office_edits.py."""
    edited = folder / "edited.docx"
    subprocess.run(
        [OFFICE_PYTHON, str(OFFICE_SCRIPT), str(path), str(edited)],
        input=json.dumps(edits), check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return edited


def annotation(text: str = "Which?", exact: str = "steady", cell: str = "progress", **more: str) -> dict[str, Any]:
    """Return a comment on a page of the project, as the page writes it."""
    selector = {"type": "TextQuoteSelector", "exact": exact, "prefix": "", "suffix": ""}
    return {
        "id": "urn:uuid:1",
        "type": "Annotation",
        "creator": {"name": "Ann Lee"},
        "created": "2024-11-20T10:00:00Z",
        "body": {"type": "TextualBody", "value": text},
        "target": {"source": "ward.html", "notebook": "ward", "cell": cell, "selector": selector},
        **more,
    }


def with_annotations(path: Path, *items: dict[str, Any]) -> Path:
    """Write a file of comments on pages."""
    content = {"type": "AnnotationCollection", "quarter": QUARTER, "first": {"items": list(items)}}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path

"""Edits a Word file in LibreOffice itself, as a reviewer does: run by the Python that has LibreOffice's module ``uno``.

``python3 office_edits.py FILE.docx REVIEWED.docx < edits.json``, with a list of ``{"do": …, "words": …, "text": …}``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.text.ControlCharacter import PARAGRAPH_BREAK


def value(name, content):
    return PropertyValue(Name=name, Value=content)


class Office:
    """LibreOffice without a window, with one document open."""

    def __init__(self, file, author):
        self.profile = tempfile.TemporaryDirectory()
        pipe = f"natpatsip{Path(self.profile.name).name}"
        self.process = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={Path(self.profile.name).as_uri()}",
                *("--headless", "--norestore", "--nologo", "--nodefault", f"--accept=pipe,name={pipe};urp;"),
            ]
        )
        resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        until = time.monotonic() + 120
        while True:
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        self.author = author
        self._name(author)
        self.desktop = self._make("com.sun.star.frame.Desktop")
        self.dispatcher = self._make("com.sun.star.frame.DispatchHelper")
        self.document = self.desktop.loadComponentFromURL(
            Path(file).resolve().as_uri(), "_blank", 0, (value("Hidden", True),)
        )
        self.controller = self.document.CurrentController
        self.view = self.controller.getViewCursor()

    def _make(self, name):
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    def _name(self, author):
        provider = self._make("com.sun.star.configuration.ConfigurationProvider")
        place = value("nodepath", "/org.openoffice.UserProfile/Data")
        access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationUpdateAccess", (place,))
        first, _, last = author.partition(" ")
        access.setPropertyValue("givenname", first)
        access.setPropertyValue("sn", last)
        access.commitChanges()

    def close(self):
        self.document.close(True)
        try:
            self.desktop.terminate()
        finally:
            self.process.wait(timeout=60)
            self.profile.cleanup()

    def save(self, file):
        self.document.storeToURL(Path(file).resolve().as_uri(), (value("FilterName", "MS Word 2007 XML"),))

    def track(self, is_tracked):
        self.document.RecordChanges = is_tracked

    # Places

    def found(self, words, within=""):
        """Return the first place with these words whose paragraph holds those of `within`."""
        search = self.document.createSearchDescriptor()
        search.SearchString, search.SearchCaseSensitive = words, True
        places = self.document.findAll(search)
        for number in range(places.Count):
            place = places.getByIndex(number)
            if within in self._paragraph(place).String:
                return place
        raise SystemExit(f"{words!r} is nowhere in a paragraph with {within!r}")

    def _paragraph(self, place):
        cursor = place.Text.createTextCursorByRange(place)
        cursor.gotoStartOfParagraph(False)
        cursor.gotoEndOfParagraph(True)
        return cursor

    def _with_end(self, place):
        cursor = self._paragraph(place)
        cursor.goRight(1, True)
        return cursor

    def run(self, command, *arguments):
        self.dispatcher.executeDispatch(self.controller.Frame, f".uno:{command}", "", 0, arguments)

    def select(self, place):
        self.view.gotoRange(place.Start, False)
        self.view.gotoRange(place.End, True)

    # What a reviewer does

    def comment(self, words, text, within=""):
        self.select(self.found(words, within))
        self.run("InsertAnnotation", value("Text", text))

    def comment_on_picture(self, words, text, within=""):
        """Comment beside the picture whose alternative text has some words."""
        pictures = self.document.GraphicObjects
        for name in pictures.ElementNames:
            picture = pictures.getByName(name)
            if words in picture.Description or words in picture.Title:
                note = self.document.createInstance("com.sun.star.text.textfield.Annotation")
                note.Content, note.Author = text, self.author
                picture.Anchor.Text.insertTextContent(picture.Anchor.Start, note, False)
                return
        raise SystemExit(f"no picture shows {words!r}")

    def insert(self, words, text, within=""):
        place = self.found(words, within)
        place.Text.insertString(place.End, text, False)

    def delete(self, words, text="", within=""):
        self.found(words, within).String = ""

    def replace(self, words, text, within=""):
        place = self.found(words, within)
        place.Text.insertString(place.End, text, False)
        self.found(words, within).String = ""

    def delete_paragraph(self, words, text="", within=""):
        self._with_end(self.found(words, within)).String = ""

    def insert_paragraph(self, words, text, within=""):
        place = self._paragraph(self.found(words, within))
        cursor = place.Text.createTextCursorByRange(place.End)
        place.Text.insertControlCharacter(cursor, PARAGRAPH_BREAK, False)
        place.Text.insertString(cursor, text, False)

    def split_paragraph(self, words, text="", within=""):
        place = self.found(words, within)
        place.Text.insertControlCharacter(place.End, PARAGRAPH_BREAK, False)

    def join_paragraph(self, words, text="", within=""):
        """Take out the end of a paragraph."""
        place = self._paragraph(self.found(words, within))
        cursor = place.Text.createTextCursorByRange(place.End)
        cursor.goRight(1, True)
        cursor.String = ""

    def move_paragraph(self, words, text, within=""):
        """Cut a paragraph, and paste it below that with the words in `text`."""
        self.select(self._with_end(self.found(words, within)))
        self.run("Cut")
        target = self._paragraph(self.found(text)).End
        cursor = target.Text.createTextCursorByRange(target)
        cursor.goRight(1, False)
        self.view.gotoRange(cursor, False)
        self.run("Paste")

    def move_down(self, words, text="", within=""):
        self.view.gotoRange(self.found(words, within), False)
        self.run("MoveDown")

    def delete_row(self, words, text="", within=""):
        self.view.gotoRange(self.found(words, within), False)
        self.run("DeleteRows")

    def insert_row(self, words, text, within=""):
        self.view.gotoRange(self.found(words, within), False)
        self.run("InsertRowsAfter")
        self.view.goDown(1, False)
        self.view.Text.insertString(self.view, text, False)

    def format(self, words, text="", within=""):
        self.found(words, within).CharWeight = 150.0

    def highlight(self, words, text="", within=""):
        self.found(words, within).CharBackColor = 0xFFFF00


def main():
    edits = json.load(sys.stdin)
    office = Office(sys.argv[1], edits[0].get("author", "Cora Office") if edits else "Cora Office")
    try:
        office.track(True)
        for edit in edits:
            if "track" in edit:
                office.track(edit["track"])
                continue
            rest = {name: edit[name] for name in ("words", "text", "within") if name in edit}
            getattr(office, edit["do"])(**rest)
        office.save(sys.argv[2])
    finally:
        office.close()


if __name__ == "__main__":
    main()

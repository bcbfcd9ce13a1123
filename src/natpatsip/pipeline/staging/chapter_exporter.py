"""The nbconvert exporter that makes a chapter of an executed notebook.

It is imported where a notebook has run: nbconvert takes a quarter of a second, with HTML sanitisers, Jupyter's clients
and all exporters of its own.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat import NotebookNode

from natpatsip.pipeline.staging.chapter import ChapterWriter


class ChapterExporter(Exporter):
    """Exports an executed notebook as a chapter."""

    output_mimetype = "text/markdown"

    def __init__(self, writer: ChapterWriter, **options: Any) -> None:
        super().__init__(default_preprocessors=[], **options)  # type: ignore[no-untyped-call]
        self.writer = writer

    def _file_extension_default(self) -> str:
        return ".qmd"

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the staged chapter's text, and the resources as nbconvert passes them on.

        Raises
        ------
        StagingError, NotebookError
            As `ChapterWriter.write` does.
        """
        frame = NotebookNode({**nb, "cells": []})  # type: ignore[no-untyped-call]
        _, resources = super().from_notebook_node(frame, resources, **options)  # which makes two copies of each cell
        return self.writer.write(nb), resources

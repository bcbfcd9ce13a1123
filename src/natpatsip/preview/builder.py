"""The process that builds for a preview: ``python -m natpatsip.preview.builder PROJECT QUARTER OUTPUT JOBS``.

Each line on standard input requests a build; the answers are lines of JSON. The process ends when its input does.
Whatever else prints goes to standard error.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

Answer = Callable[..., None]


def main(project: Path, quarter: str, output: Path, jobs: int) -> None:
    """Build for the preview, once for each line of input."""
    answer = _answering(os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1))
    os.dup2(2, 1)
    try:
        for _ in sys.stdin:
            try:
                _build(project, quarter, output, jobs, answer)
            except Exception as error:
                answer(failed=_message(error))
    finally:
        if draw_worker := sys.modules.get("natpatsip.pipeline.drawing.draw_worker"):
            draw_worker.stop()  # or Python would wait at exit for drawings that are no longer needed


def _build(project: Path, quarter: str, output: Path, jobs: int, answer: Answer) -> None:
    """Build once for the preview, and tell it how that went."""
    from natpatsip.build import build
    from natpatsip.files import memory
    from natpatsip.pipeline.caching.inputs import SourceChanged
    from natpatsip.pipeline.execution import kernels
    from natpatsip.pipeline.options import Options
    from natpatsip.quarter import Quarter

    kernels.start()  # ready for the first cell that is edited
    options = Options(formats=("html",), renderer="pandoc", jobs=jobs, output=output, is_preview=True)
    try:
        with memory.remembering(is_on=True):
            build(
                project,
                Quarter.parse(quarter),
                options,
                lambda line: answer(log=line),
                published=lambda folder: answer(published=str(folder)),
                on_read=lambda files: answer(read=sorted(files)),
            )
    except SourceChanged:
        answer(outdated=True)
        sys.exit()
    answer(done=True)


def _answering(stream: TextIO) -> Answer:
    """Return how the preview is told something: in a line of JSON."""

    def answer(**message: Any) -> None:
        stream.write(json.dumps(message) + "\n")
        stream.flush()

    return answer


def _message(error: Exception) -> str:
    """Return what the preview shows of an error: a report's own as its sentence, any other with its traceback."""
    from natpatsip.errors import ReportError

    return str(error) if isinstance(error, ReportError) else "".join(traceback.format_exception(error)).strip()


if __name__ == "__main__":
    gc.set_threshold(50_000, 10, 10)  # lower than in the command line, since this process stays
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))

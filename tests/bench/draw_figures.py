"""Draws the figures of a built report as a build does, and nothing else: ``draw_figures.py PROJECT QUARTER JOBS``.

It prints the processor seconds of the processes that draw, and the seconds by the clock, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Draw all figures with an empty cache."""
    import nbformat

    from natpatsip import look
    from natpatsip.pipeline.caching.store import Cache
    from natpatsip.pipeline.drawing.draw_worker import DrawWorkers
    from natpatsip.pipeline.notebook_outputs import Outputs

    project, quarter, jobs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    executed = project / "reports" / quarter / "notebooks"
    outputs = [Outputs.of(path.stem, nbformat.read(path, as_version=4)) for path in sorted(executed.glob("*.ipynb"))]
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder), is_read=True)
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        workers = DrawWorkers(cache, look.fonts(project), jobs=jobs, formats=("html", "pdf"))
        for each in outputs:
            workers.draw(each)
        workers.finish(cache)
        clock = time.perf_counter() - start
        workers.close()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write(json.dumps({"processor": processor, "clock": clock}) + "\n")


if __name__ == "__main__":
    main()

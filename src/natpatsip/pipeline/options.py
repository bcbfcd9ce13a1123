"""How a report is built: the options of ``natpatsip build``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

FORMATS = ("html", "pdf", "docx")
RENDERERS = ("auto", "quarto", "pandoc")
NOTIFY = "NATPATSIP_NOTIFY"  # the environment variable that names where summaries are posted; it may hold a secret
Log = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How a report is built."""

    formats: Collection[str] = FORMATS  # of `FORMATS`
    renderer: str = "auto"  # "auto" (Quarto if it is found), "quarto" or "pandoc"
    jobs: int = 2  # how many notebooks run at once
    output: Path | None = None  # the folder that the quarter's folder is put into
    # "warm" (forks of one process), "stock" (a kernel for each notebook) or "auto"; the default is the environment
    # variable NATPATSIP_KERNELS, else "auto": warm if the system can fork safely
    kernels: str = ""
    is_fresh: bool = False  # whether nothing of earlier builds is used
    cluster: str = ""  # the address of a Dask scheduler whose workers run the notebooks; by default they run here
    is_final: bool = False  # whether it is the final edition, not a draft
    # whether somebody waits for the pages: the whole report on one page is left out, and the checks follow once the
    # pages are there
    is_preview: bool = False

    def report(self, project: Path, quarter: object) -> Path:
        """Return the folder of a quarter's report."""
        return (self.output or project / "reports") / str(quarter)

    def earlier(self, project: Path, quarter: object) -> list[Path]:
        """Return the folders that may hold an earlier quarter's report, the likelier first."""
        return list(dict.fromkeys([self.report(project, quarter), project / "reports" / str(quarter)]))

    def arguments(self, project: Path) -> list[str]:
        """Return the arguments of ``natpatsip build`` for these options, for a build elsewhere of this project."""
        return [
            *("--to", ",".join(self.formats)),
            *("--renderer", self.renderer),
            *("--jobs", str(self.jobs)),
            *("--output", str((self.output or project / "reports").resolve())),
            *(["--final"] if self.is_final else []),
        ]


def files_of(report: Path, formats: Collection[str]) -> list[Path]:
    """Return the files of a report in some formats that a reader opens."""
    files = {"html": report / "html" / "index.html", "pdf": report / "report.pdf", "docx": report / "report.docx"}
    return [files[name] for name in formats]

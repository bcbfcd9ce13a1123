# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0"]
# ///
"""Make the fallback typefaces beside this file: `uv run fallbacks.py DejaVuSans.ttf NotoEmoji_400Regular.ttf`.

They are for the characters that Open Sans lacks: arrows, signs, other scripts (DejaVu Sans) and emoji (Noto Emoji, in
one colour). Pages need none of them: a browser takes such characters from the reader's own typefaces.
"""

import sys
from pathlib import Path

from fontTools import subset

HERE = Path(__file__).parent
LETTERS = "U+0020-024F,U+0250-02FF,U+0300-058F,U+0590-06FF,U+10A0-10FF,U+1E00-1FFF,U+FB1D-FB4F,U+FB50-FEFF"
SIGNS = "U+2000-23FF,U+2460-27FF,U+2900-297F,U+2A00-2AFF,U+2B00-2BFF,U+FFFC-FFFD"
UNICODES = {"DejaVuSans-Fallback.ttf": f"{LETTERS},{SIGNS}", "NotoEmoji-Fallback.ttf": "*"}


def main(sources: list[str]) -> None:
    """Write each subset: without instructions for screens of old, and with no other change."""
    for (name, unicodes), source in zip(UNICODES.items(), sources, strict=True):
        subset.main(
            [
                source,
                f"--unicodes={unicodes}",
                "--layout-features=*",
                "--no-hinting",
                "--desubroutinize",
                "--drop-tables+=FFTM,kern",
                "--name-IDs=0,1,2,3,4,5,6,13,14",
                f"--output-file={HERE / name}",
            ]
        )


if __name__ == "__main__":
    main(sys.argv[1:])

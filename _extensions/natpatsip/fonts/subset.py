# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools==4.68.0", "brotli==1.2.1"]
# ///
"""Make the web subsets beside this file: `uv run _extensions/natpatsip/fonts/subset.py`.

A report page needs Latin letters (Polish and Welsh names among them), punctuation and a few signs of arithmetic,
in four styles. The whole family as TrueType is for Typst, Word's pictures and the charts, which cannot read WOFF2.
"""

from pathlib import Path

from fontTools import subset

HERE = Path(__file__).parent
STYLES = ("Regular", "Italic", "SemiBold", "Bold")
LATIN = "U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6-02DD,U+1E80-1E85,U+1EF2-1EF3"
SIGNS = "U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032-2033,U+2039-203A,U+2044,U+2070-2089"
ARITHMETIC = "U+20AC,U+2122,U+2153-215E,U+2212,U+2248,U+2260,U+2264-2265"
FEATURES = "kern,liga,locl,ccmp,mark,mkmk,tnum,lnum,pnum,frac,numr,dnom,sups,subs,ordn"


def main() -> None:
    """Write `OpenSans-<style>.woff2` for each style a page uses."""
    for style in STYLES:
        subset.main(
            [
                str(HERE / f"OpenSans-{style}.ttf"),
                f"--unicodes={LATIN},{SIGNS},{ARITHMETIC}",
                f"--layout-features={FEATURES}",
                "--flavor=woff2",
                "--no-hinting",
                "--name-IDs=0,1,2,3,4,5,6,13,14,16,17",
                f"--output-file={HERE / f'OpenSans-{style}.woff2'}",
            ]
        )


if __name__ == "__main__":
    main()

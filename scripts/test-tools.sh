#!/bin/sh
# Sees that the programs which the tests look at the report with are there: a browser, and poppler for the PDF.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

has() {
    for name in "$@"; do
        command -v "$name" >/dev/null && return
    done
    return 1
}

# A package of its own in Debian; in Ubuntu `chromium` is only a pointer to a snap, which containers cannot run.
debian_has_chromium() {
    apt-cache show chromium 2>/dev/null | grep -q '^Depends:.*libc6'
}

missing=
has pdftotext || scripts/apt-install.sh poppler-utils || missing="poppler-utils"

if ! has chromium chromium-browser google-chrome google-chrome-stable; then
    if has apt-get && ! debian_has_chromium; then
        [ "$(id -u)" != 0 ] || apt-get update -qq >&2 || true
    fi
    if debian_has_chromium; then
        scripts/apt-install.sh chromium || missing="$missing chromium"
    else
        .venv/bin/playwright install --with-deps chromium >&2 || missing="$missing chromium"
    fi
fi

if [ -n "$missing" ]; then
    say "The tests look at the report with programs that are not here and could not be installed:$missing." \
        "Install them and run this again (on Debian or Ubuntu: sudo apt-get install $missing)."
    exit 1
fi

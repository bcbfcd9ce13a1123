"""A page as a preview serves it: the file on disk, with a script that reloads it and leave for that script."""

from __future__ import annotations

import re
from html import escape

OWN = "/-preview/"  # no page of a report begins so
POLICY = re.compile(r"""(<meta\s+http-equiv="Content-Security-Policy"\s+content=")([^"]*)(")""", re.IGNORECASE)
NEEDED = ("connect-src", "script-src", "style-src")


def served(page: str, version: str) -> str:
    """Return a page with the preview's script and styles.

    Parameters
    ----------
    page : str
        The page as it is on disk.
    version : str
        The report's version that it belongs to.
    """
    page = POLICY.sub(lambda found: found[1] + relaxed(found[2]) + found[3], page, count=1)
    own = (
        f'<link rel="stylesheet" href="{OWN}preview.css">\n'
        f'<script src="{OWN}preview.js" data-version="{escape(version)}" defer></script>\n'
    )
    head, found, rest = page.partition("</head>")
    return f"{head}{own}{found}{rest}" if found else own + page


def relaxed(policy: str) -> str:
    """Return a security policy under which a page may load from this server, and ask it for news.

    Examples
    --------
    >>> relaxed("default-src 'none'; script-src 'self'; style-src 'self'")
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    """
    directives = [each.split() for each in policy.split(";") if each.strip()]
    named = {each[0]: each for each in directives}
    fallback = named.get("default-src", ["default-src", "*"])[1:]
    for name in NEEDED:
        if name not in named:
            named[name] = [name, *(word for word in fallback if word != "'none'")]
            directives.append(named[name])
        words = named[name]
        if "'self'" not in words and "*" not in words:
            words[1:] = [*(word for word in words[1:] if word != "'none'"), "'self'"]
    return "; ".join(" ".join(each) for each in directives)


def blank(title: str, text: str, version: str) -> str:
    """Return a page for a place where the report has none."""
    page = (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head>"
        f'<body class="preview-blank"><main><h1>{escape(title)}</h1><p>{escape(text)}</p>'
        '<p><a href="/">The first page of the report</a></p></main></body></html>\n'
    )
    return served(page, version)

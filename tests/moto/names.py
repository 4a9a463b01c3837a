"""Names that are no friends of spreadsheets, markup and terminals.

An account's name is free text to whoever made the account, and an organizational unit's is any
text of up to 128 characters. AWS documents printable ASCII for accounts, so the last two are names
that only moto takes; units may really be called so.
"""

from __future__ import annotations

# Label of the case -> the account's name in Organizations. Every other account is called by its
# label. Escapes, so that this file does not do to its readers what it tests.
ACCOUNT_NAMES = {
    "formula-name": '=HYPERLINK("http://x","y")',
    "markup-name": "</script><b>",
    "right-to-left-name": "\u202eexe.stnuocca",
    "emoji-name": "\U0001f9ad\u200d\U0001f30a & co",
}

# What a CSV cell must show, written by hand from the apostrophe rule: free text that begins like a
# formula gets an apostrophe in front, everything else stays as it is.
ACCOUNT_CELLS = {
    "formula-name": '\'=HYPERLINK("http://x","y")',
    "markup-name": "</script><b>",
    "right-to-left-name": "\u202eexe.stnuocca",
    "emoji-name": "\U0001f9ad\u200d\U0001f30a & co",
}

UNIT_NAMES = {
    "formula-unit": "=1+cmd|' /C calc'!A0",
    "markup-unit": "<img src=x onerror=alert(1)>",
    "right-to-left-unit": "\u202etinu",
}


def label(cell: str) -> str:
    """The label of the account that a cell shows; text that shows none comes back as it is."""
    return next((it for it, shown in ACCOUNT_CELLS.items() if shown == cell), cell)


def unit_path(labels: str) -> str:
    """A path of units' labels as the names of these units."""
    return "/".join(UNIT_NAMES.get(it, it) for it in labels.split("/"))

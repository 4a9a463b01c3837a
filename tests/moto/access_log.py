"""moto's access log: it shows what the recorder does not, requests that no service takes."""

from __future__ import annotations

import pathlib
import re
from collections import Counter

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
REQUEST = re.compile(r'\] "([A-Z]+) (\S+) HTTP/[0-9.]+" (\d{3}) ')
START = ("POST", "/moto-api/recorder/start-recording")

# moto does not know account:ListRegions, and so its recorder never sees the call.
LIST_REGIONS = ("POST", "/listRegions")


def problems(file: pathlib.Path, recorded: int, sessions: int) -> list[str]:
    """At most one ListRegions a session, nothing else beside the recorder, and no breakdown."""
    requests = since_start(file)
    lines = [
        f"access log: moto broke on {method} {path} ({status})"
        for method, path, status in requests
        if status.startswith("5")
    ]
    counts = Counter((method, path) for method, path, _ in requests)
    listed = counts[LIST_REGIONS]
    if listed > sessions:
        lines.append(f"access log: ListRegions {listed} times for {sessions} accounts")
    if len(requests) != listed + recorded:
        lines.append(
            f"access log: {len(requests)} requests, but {recorded} were recorded "
            f"and {listed} were ListRegions"
        )
    return lines


def since_start(file: pathlib.Path) -> list[tuple[str, str, str]]:
    """Method, path and status of every request since the recorder was last started."""
    text = COLOURS.sub("", file.read_text(encoding="utf-8", errors="replace"))
    requests = REQUEST.findall(text)
    starts = [number for number, request in enumerate(requests) if request[:2] == START]
    if not starts:
        raise SystemExit(f"{file}: the recorder was never started")
    return requests[starts[-1] + 1 :]

"""The simulator's own interface, which no AWS client knows."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime


class Control:
    """The simulator's own interface, which no AWS client knows."""

    def __init__(self, address: str) -> None:
        self._address = address

    def tell(self, path: str, what: dict | None = None, method: str = "POST") -> dict:
        body = None if what is None else json.dumps(what).encode()
        request = urllib.request.Request(self._address + path, data=body, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def ask(self, path: str) -> dict:
        return self.tell(path, method="GET")

    @contextmanager
    def later(self, hours: int) -> Iterator[None]:
        """Some hours later, for a while."""
        with self._clock_kept():
            self.tell("clock", {"advance_s": hours * 3600})
            yield

    @contextmanager
    def frozen(self, at: datetime | None = None) -> Iterator[None]:
        """Lets the clock stand, for a while."""
        with self._clock_kept() as now:
            self.tell("clock", {"freeze": at.isoformat() if at else now})
            yield

    @contextmanager
    def _clock_kept(self) -> Iterator[str]:
        """Puts the clock back afterwards."""
        before = self.ask("clock")
        try:
            yield before["now"]
        finally:
            how = "freeze" if before["is_frozen"] else "run_from"
            self.tell("clock", {how: before["now"]})

    def throttled(self, operation: str) -> int:
        calls = self.ask("log")["operations"]
        return sum(it["throttled"] for it in calls if it["operation"] == operation)

"""The simulator's own interface, which no AWS client knows."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager


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
    def moved(self, hours: int) -> Iterator[None]:
        """Some hours later, for a while."""
        now = self.ask("clock")["now"]
        self.tell("clock", {"advance_s": hours * 3600})
        try:
            yield
        finally:
            self.tell("clock", {"run_from": now})

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Lets the clock stand, for a while."""
        now = self.ask("clock")["now"]
        self.tell("clock", {"freeze": now})
        try:
            yield
        finally:
            self.tell("clock", {"run_from": now})

    def throttled(self, operation: str) -> int:
        calls = self.ask("log")["operations"]
        return sum(it["throttled"] for it in calls if it["operation"] == operation)

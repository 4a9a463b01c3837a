"""A copy of a scan, to be falsified and judged again."""

from __future__ import annotations

import csv
import json
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

import recording

JUDGE = pathlib.Path(__file__).resolve().parent / "judge.py"


@dataclass
class Scan:
    """A copy of a scan's reports and of its recorded calls."""

    out: pathlib.Path
    world: pathlib.Path
    recording: pathlib.Path
    access_log: pathlib.Path
    scan_log: pathlib.Path
    secret_access_key: str
    stage: str

    def copy(self, folder: pathlib.Path) -> Scan:
        copied = Scan(
            folder / "out",
            self.world,
            folder / "recording.jsonl",
            folder / "access.log",
            folder / "scan.log",
            self.secret_access_key,
            self.stage,
        )
        copied.out.mkdir()
        for file in self.out.glob("*.csv"):
            shutil.copy(file, copied.out / file.name)
        shutil.copy(self.recording, copied.recording)
        shutil.copy(self.access_log, copied.access_log)
        shutil.copy(self.scan_log, copied.scan_log)
        return copied

    def judge(self) -> tuple[bool, str]:
        """Whether the judge accepts it, and what it says."""
        command = [sys.executable, str(JUDGE), "--out", str(self.out), "--world", str(self.world)]
        command += ["--recording", str(self.recording), "--access-log", str(self.access_log)]
        command += ["--scan-log", str(self.scan_log), "--stage", self.stage]
        command += ["--secret-access-key", self.secret_access_key]
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if result.returncode not in (0, 1) or result.stderr:
            raise SystemExit(f"the judge broke: {result.stderr or result.returncode}")
        return result.returncode == 0, result.stdout

    def edit_table(self, name: str, edit: Callable[[list[dict[str, str]]], object]) -> None:
        path = self.out / name
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns, rows = list(reader.fieldnames or []), list(reader)
        edit(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    def edit_bytes(self, name: str, edit: Callable[[bytes], bytes]) -> None:
        path = self.out / name
        path.write_bytes(edit(path.read_bytes()))

    def edit_calls(self, edit: Callable[[list[dict]], object]) -> None:
        entries = [json.loads(line) for line in self.recording.read_text().splitlines()]
        edit(entries)
        self.recording.write_text("".join(json.dumps(entry) + "\n" for entry in entries))

    def call(self, operation: str) -> dict:
        """A recorded call of this operation, to be falsified."""
        for line in self.recording.read_text().splitlines():
            if recording.parse(json.loads(line)).operation == operation:
                return json.loads(line)
        raise SystemExit(f"no {operation} was recorded")

    def log(self, line: str) -> None:
        with self.access_log.open("a") as file:
            file.write(f"127.0.0.1 - - [01/Jan/2026 00:00:00] {line} -\n")

    def add_call(self, entry: dict) -> None:
        self.edit_calls(lambda entries: entries.append(entry))

    def drop_call(self, entry: dict) -> None:
        self.edit_calls(lambda entries: entries.remove(entry))

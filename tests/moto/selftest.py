"""Shows that the judge can say no: it must refuse every falsified copy of a scan it accepts."""

from __future__ import annotations

import argparse
import pathlib
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import falsified_calls
import falsified_reports
from scan_copy import Scan

FALSIFICATIONS = falsified_reports.FALSIFICATIONS | falsified_calls.FALSIFICATIONS

# Each attempt waits for a judge, which is a process of its own.
AT_A_TIME = 2


def main() -> None:
    genuine = parse_arguments()
    accepted, said = genuine.judge()
    if not accepted:
        raise SystemExit(f"the judge refuses the genuine scan already:\n{said}")
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        attempts = list(pool.map(lambda it: attempt(genuine, *it), FALSIFICATIONS.items()))
    if undetected := [line for line in attempts if line]:
        raise SystemExit("\n".join(undetected))
    print(f"{len(FALSIFICATIONS)} falsified scans refused")


def attempt(genuine: Scan, falsify: Callable[[Scan], None], expected: str) -> str | None:
    """What went wrong, if the judge lets a falsified scan pass or refuses it for another reason."""
    with tempfile.TemporaryDirectory() as folder:
        scan = genuine.copy(pathlib.Path(folder))
        falsify(scan)
        accepted, said = scan.judge()
    if accepted:
        return f"{falsify.__name__}: the judge accepts it"
    if expected not in said:
        return f"{falsify.__name__}: the judge does not say {expected!r} but:\n{said}"
    return None


def parse_arguments() -> Scan:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--out", "--world", "--recording", "--access-log", "--scan-log"):
        parser.add_argument(name, type=pathlib.Path, required=True, help="as for judge.py")
    for name in ("--secret-access-key", "--stage"):
        parser.add_argument(name, required=True, help="as for judge.py")
    return Scan(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()

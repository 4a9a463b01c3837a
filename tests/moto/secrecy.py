"""No secret of the scan stands in anything it wrote, its trace included."""

from __future__ import annotations

import json
import pathlib
import re

TRACE = " TRACE trailseal"

# A signature is 64 hexadecimal digits. There are thousands of them, one for each call, so they are
# not searched for one by one.
SIGNATURE = 64
HEXADECIMAL = re.compile(f"[0-9a-f]{{{SIGNATURE},}}")


def problems(
    out: pathlib.Path, scan_log: pathlib.Path, recorded: pathlib.Path, secret_access_key: str
) -> list[str]:
    """The secrets found, by file. The log must be a trace, else the search would prove nothing."""
    secrets = session_secrets(recorded) | {secret_access_key}
    others = {it for it in secrets if not HEXADECIMAL.fullmatch(it)}
    lines = []
    if TRACE not in scan_log.read_text(encoding="utf-8"):
        lines.append(f"{scan_log.name}: there is no trace in it")
    for file in [scan_log, *sorted(it for it in out.iterdir() if it.is_file())]:
        text = file.read_text(encoding="utf-8")
        found = len(secrets & signatures(text))
        found += sum(1 for secret in others if secret in text)
        if found:
            lines.append(f"{file.name}: {found} secrets of the scan stand in it")
    return lines


def signatures(text: str) -> set[str]:
    """Whatever in a text may be a signature."""
    return {
        run[start : start + SIGNATURE]
        for run in HEXADECIMAL.findall(text)
        for start in range(len(run) - SIGNATURE + 1)
    }


def session_secrets(recorded: pathlib.Path) -> set[str]:
    """Every session token and signature that was sent."""
    secrets = set()
    for line in recorded.read_text(encoding="utf-8").splitlines():
        headers = {name.lower(): value for name, value in json.loads(line)["headers"].items()}
        token = headers.get("x-amz-security-token")
        signature = headers.get("authorization", "").partition("Signature=")[2]
        secrets |= {it for it in (token, signature) if it}
    if not any(secret for secret in secrets if len(secret) > 100):
        raise SystemExit(f"{recorded}: no session token was sent")
    return secrets

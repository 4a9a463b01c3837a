"""Every call that is made, in order: a later one may rely on what an earlier one wrote."""

from __future__ import annotations

import cases_directory
import cases_keys
import cases_objects
import cases_sessions
import cases_trails

CASES = (
    cases_directory.CASES
    + cases_sessions.CASES
    + cases_trails.CASES
    + cases_keys.CASES
    + cases_objects.CASES
)

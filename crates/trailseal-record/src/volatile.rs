//! What legitimately differs between two runs of the same world.

/// Columns and record fields that may differ between two runs of the same world. A comparison of
/// two runs blanks exactly these, by name, in every report.
pub const VOLATILE: &[&str] = &[
    "run_id",
    "tool_version",
    "program_sha256",
    "started_at",
    "finished_at",
    "as_of",
    "window_start",
    "window_end",
    "request_id",
    "evidence_request_ids",
    "evidence_at",
    "at",
    "checked_at",
    "last_management_call_at",
    "attempts",
    "api_calls",
    "throttles",
    "throttled_keys",
    "calls",
];

//! What Linux tells about a process.

use std::fs;
use std::time::Duration;

use crate::Failure;

/// This process, instead of a number.
pub const THIS: &str = "self";

fn mebibytes(process: &str, field: &str) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let value = status.lines().find_map(|it| it.strip_prefix(field)?.strip_prefix(':'));
    let kib: f64 = value.ok_or("the field is missing")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1024.0)
}

/// The resident memory.
///
/// # Errors
/// When there is no such process, or this is not Linux.
pub fn rss_mib(process: &str) -> Result<f64, Failure> {
    mebibytes(process, "VmRSS")
}

/// The peak of resident memory.
///
/// # Errors
/// As [`rss_mib`].
pub fn peak_rss_mib(process: &str) -> Result<f64, Failure> {
    mebibytes(process, "VmHWM")
}

/// User and system time, in hundredths of a second.
///
/// # Errors
/// As [`rss_mib`].
pub fn cpu_time(process: &str) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| -> Result<u64, Failure> {
        Ok(fields.get(index).ok_or("a field is missing")?.parse()?)
    };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}

//! The names of CloudTrail's log objects.
//!
//! Source: CloudTrail user guide, "CloudTrail log file examples" and "Finding your log files":
//! `[prefix/]AWSLogs/[o-id/]<account>/CloudTrail/<region>/YYYY/MM/DD/` and
//! `<account>_CloudTrail_<region>_YYYYMMDDTHHmmZ_<16 characters>.json.gz`. The time is when the
//! file was delivered, UTC. The trail's name is not in it.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use trailseal_model::{AccountId, Region};

/// Where one account's logs of one Region lie in a trail's bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCell {
    /// The account whose calls are logged.
    pub account: AccountId,
    /// The Region they were made in.
    pub region: Region,
}

impl LogCell {
    /// The prefix of one day's log objects.
    #[must_use]
    pub fn day_prefix(
        &self,
        trail_prefix: Option<&str>,
        organization: Option<&str>,
        day: Date,
    ) -> String {
        let start = trail_prefix.map(|it| format!("{it}/")).unwrap_or_default();
        let organization = organization.map(|it| format!("{it}/")).unwrap_or_default();
        let (account, region) = (self.account, self.region);
        let (year, month, day) = (day.year(), day.month(), day.day());
        format!(
            "{start}AWSLogs/{organization}{account}/CloudTrail/{region}/{year:04}/{month:02}/{day:02}/"
        )
    }

    /// The time in a log object's name; `None` unless the key is exactly this prefix and a log
    /// object's name for this account and Region. Digests, insights and foreign objects are not.
    #[must_use]
    pub fn log_time(&self, day_prefix: &str, key: &str) -> Option<Timestamp> {
        let name = key.strip_prefix(day_prefix)?;
        let stem = name.strip_suffix(".json.gz")?;
        let rest = stem.strip_prefix(&format!("{}_CloudTrail_{}_", self.account, self.region))?;
        let (time, unique) = rest.split_once('_')?;
        let is_unique = unique.len() == 16 && unique.bytes().all(|it| it.is_ascii_alphanumeric());
        if !is_unique {
            return None;
        }
        parse_time(time)
    }
}

/// `YYYYMMDDTHHmmZ`, exactly.
fn parse_time(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    let is_form = bytes.len() == 14
        && bytes[8] == b'T'
        && bytes[13] == b'Z'
        && bytes[..8].iter().chain(&bytes[9..13]).all(u8::is_ascii_digit);
    if !is_form {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<i16>().ok();
    let small = |range: std::ops::Range<usize>| text[range].parse::<i8>().ok();
    let date = Date::new(number(0..4)?, small(4..6)?, small(6..8)?).ok()?;
    let (hour, minute) = (small(9..11)?, small(11..13)?);
    let time = Time::new(hour, minute, 0, 0).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{account, region, time};

    fn cell() -> LogCell {
        LogCell { account: account(12_345_678_901), region: region("eu-west-1") }
    }

    const PREFIX: &str = "my logs+x/AWSLogs/012345678901/CloudTrail/eu-west-1/2026/11/05/";

    #[test]
    fn a_days_prefix_is_as_documented() {
        let day = Date::new(2026, 11, 5).unwrap();
        assert_eq!(cell().day_prefix(Some("my logs+x"), None, day), PREFIX);
        assert_eq!(
            cell().day_prefix(None, Some("o-abc"), day),
            "AWSLogs/o-abc/012345678901/CloudTrail/eu-west-1/2026/11/05/"
        );
    }

    #[test]
    fn only_log_objects_have_a_time() {
        let check = |name: &str, expected: Option<&str>| {
            let key = format!("{PREFIX}{name}");
            assert_eq!(cell().log_time(PREFIX, &key), expected.map(time), "{name}");
        };
        let ok = "012345678901_CloudTrail_eu-west-1_20261105T2355Z_abcDEF0123456789.json.gz";
        check(ok, Some("2026-11-05T23:55:00Z"));
        for wrong in [
            "012345678901_CloudTrail_eu-west-1_20261105T2355Z_short.json.gz",
            "012345678901_CloudTrail_eu-west-1_20261105T2355Z_abcDEF0123456789.json",
            "012345678901_CloudTrail_eu-west-1_20261305T2355Z_abcDEF0123456789.json.gz",
            "012345678901_CloudTrail_eu-west-1_20261105T2460Z_abcDEF0123456789.json.gz",
            "012345678901_CloudTrail_us-east-1_20261105T2355Z_abcDEF0123456789.json.gz",
            "999999999999_CloudTrail_eu-west-1_20261105T2355Z_abcDEF0123456789.json.gz",
            "012345678901_CloudTrail-Digest_eu-west-1_t_eu-west-1_20261105T235500Z.json.gz",
            "012345678901_CloudTrail_eu-west-1_20261105T2355Z_abcDEF012345678/.json.gz",
            "",
            "readme.txt",
        ] {
            check(wrong, None);
        }
        assert_eq!(cell().log_time("other/", &format!("{PREFIX}{ok}")), None);
    }

    proptest! {
        #[test]
        fn any_key_is_survived(key in ".{0,120}") {
            let _ = cell().log_time("", &key);
            let _ = cell().log_time(PREFIX, &format!("{PREFIX}{key}"));
            let _ = parse_time(&key);
        }
    }
}

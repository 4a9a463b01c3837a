//! The names of CloudTrail's log objects.
//!
//! Source: CloudTrail user guide, "CloudTrail log file examples" and "Finding your log files":
//! `[prefix/]AWSLogs/[o-id/]<account>/CloudTrail/<region>/YYYY/MM/DD/` and
//! `<account>_CloudTrail_<region>_YYYYMMDDTHHmmZ_<16 characters>.json.gz`. The time is when the
//! file was delivered, UTC. The trail's name is not in it.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use trailseal_model::{AccountId, Region};

/// The letters and digits at the end of a name.
const UNIQUE: usize = 16;

/// Where one account's logs of one Region lie in a trail's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountRegion {
    /// The account whose calls are logged.
    pub account: AccountId,
    /// The Region they were made in.
    pub region: Region,
}

/// What the name of a log object says beside its cluster, packed: a trail can have hundreds of
/// thousands. The order is that of S3 within one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogName {
    /// The day of the folder, in days since 1970.
    folder: u16,
    /// The time in the name, in minutes since 1970.
    minute: u32,
    unique: [u8; UNIQUE],
}

impl LogName {
    /// When the object was delivered, by its name.
    #[must_use]
    pub fn at(self) -> Timestamp {
        from_epoch(SignedDuration::from_mins(i64::from(self.minute)))
    }
}

/// Where the logs of a trail begin in its bucket, up to the account: `[prefix/]AWSLogs/[o-id/]`.
#[must_use]
pub fn log_root(trail_prefix: Option<&str>, organization: Option<&str>) -> String {
    let prefix = trail_prefix.map(|it| format!("{it}/")).unwrap_or_default();
    let organization = organization.map(|it| format!("{it}/")).unwrap_or_default();
    format!("{prefix}AWSLogs/{organization}")
}

impl AccountRegion {
    /// The prefix of the cluster's log objects.
    #[must_use]
    pub fn prefix(self, root: &str) -> String {
        format!("{root}{}/CloudTrail/{}/", self.account, self.region)
    }

    /// The prefix of one day's log objects.
    #[must_use]
    pub fn day_prefix(self, root: &str, day: Date) -> String {
        format!("{}{}", self.prefix(root), day.strftime("%Y/%m/%d/"))
    }

    /// The first key that a log object of this time can have: what was delivered earlier lies
    /// before it, but for a folder of another day.
    #[must_use]
    pub fn first_key(self, root: &str, at: Timestamp) -> String {
        let at = Offset::UTC.to_datetime(at);
        let (folder, minute) = (at.strftime("%Y/%m/%d/"), at.strftime("%Y%m%dT%H%M"));
        let Self { account, region } = self;
        format!("{}{folder}{account}_CloudTrail_{region}_{minute}", self.prefix(root))
    }

    /// Reads the names of this cluster.
    #[must_use]
    pub fn names(self, root: &str) -> LogNames {
        let Self { account, region } = self;
        LogNames { prefix: self.prefix(root), head: format!("{account}_CloudTrail_{region}_") }
    }

    /// The prefix of the cluster's digests.
    #[must_use]
    pub fn digest_prefix(self, root: &str) -> String {
        format!("{root}{}/CloudTrail-Digest/{}/", self.account, self.region)
    }

    /// When a digest of this trail was delivered, by its name; `None` for any other key. Digests
    /// that were made up for later are none: they tell nothing of now.
    ///
    /// Source: CloudTrail user guide, "CloudTrail digest file structure":
    /// `<account>_CloudTrail-Digest_<region>_<trail>_<home region>_YYYYMMDDTHHMMSSZ.json.gz`.
    #[must_use]
    pub fn digest_time(
        self,
        root: &str,
        key: &str,
        trail: &str,
        home: Region,
    ) -> Option<Timestamp> {
        let rest = key.strip_prefix(&self.digest_prefix(root))?;
        let mut parts = rest.splitn(4, '/');
        let lengths = [4, 2, 2];
        for length in lengths {
            digits(parts.next()?, length)?;
        }
        let stem = parts.next()?.strip_suffix(".json.gz")?;
        let Self { account, region } = self;
        let head = format!("{account}_CloudTrail-Digest_{region}_{trail}_{home}_");
        let time = stem.strip_prefix(&head)?;
        let seconds = time.get(13..15).and_then(|it| digits(it, 2)).filter(|it| *it < 60)?;
        let minute = parse_time(&format!("{}{}", time.get(..13)?, time.get(15..)?))?;
        Some(minute + SignedDuration::from_secs(i64::from(seconds)))
    }

    /// The key that this name was read from.
    #[must_use]
    pub fn key(self, root: &str, name: LogName) -> String {
        let hours = 24 * i64::from(name.folder);
        let folder = Offset::UTC.to_datetime(from_epoch(SignedDuration::from_hours(hours)));
        let minute = Offset::UTC.to_datetime(name.at());
        let (folder, minute) = (folder.strftime("%Y/%m/%d/"), minute.strftime("%Y%m%dT%H%MZ"));
        let Self { account, region } = self;
        let unique = name.unique.iter().copied().map(char::from).collect::<String>();
        let prefix = self.prefix(root);
        format!("{prefix}{folder}{account}_CloudTrail_{region}_{minute}_{unique}.json.gz")
    }
}

/// What the keys of one cluster begin with, made once: a page has a thousand.
#[derive(Debug)]
pub struct LogNames {
    prefix: String,
    head: String,
}

impl LogNames {
    /// Reads a key. `None` unless it is exactly a log object's for this cluster: digests, insights and
    /// foreign objects are not, nor is a copy in the folder of quite another day.
    #[must_use]
    pub fn read(&self, key: &str) -> Option<LogName> {
        let rest = key.strip_prefix(&*self.prefix)?;
        let mut parts = rest.split('/');
        let (year, in_year) = (digits(parts.next()?, 4)?, two_digits(parts.next()?)?);
        let folder = Date::new(year, in_year, two_digits(parts.next()?)?).ok()?;
        let name = parts.next()?;
        if parts.next().is_some() {
            return None;
        }
        let stem = name.strip_suffix(".json.gz")?.strip_prefix(&*self.head)?;
        let (time, unique) = stem.split_once('_')?;
        let unique: [u8; UNIQUE] = unique.as_bytes().try_into().ok()?;
        if !unique.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let at = parse_time(time)?.duration_since(Timestamp::UNIX_EPOCH);
        let folder = start_of(folder)?.duration_since(Timestamp::UNIX_EPOCH);
        let (minute, folder) = (at.as_mins(), folder.as_hours() / 24);
        // Around midnight the folder may be that of the day before or after.
        if (minute.div_euclid(24 * 60) - folder).abs() > 1 {
            return None;
        }
        let (minute, folder) = (u32::try_from(minute).ok()?, u16::try_from(folder).ok()?);
        Some(LogName { folder, minute, unique })
    }
}

fn from_epoch(since: SignedDuration) -> Timestamp {
    Timestamp::from_duration(since).unwrap_or(Timestamp::MAX)
}

fn start_of(day: Date) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok()
}

/// So many digits, and nothing else.
fn digits(text: &str, count: usize) -> Option<i16> {
    let is_number = text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Two digits, such as of a month.
fn two_digits(text: &str) -> Option<i8> {
    digits(text, 2).and_then(|it| i8::try_from(it).ok())
}

/// `YYYYMMDDTHHmmZ`, exactly.
fn parse_time(text: &str) -> Option<Timestamp> {
    if !text.is_ascii() || text.len() != 14 {
        return None;
    }
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    if day.len() != 8 {
        return None;
    }
    let date =
        Date::new(digits(&day[..4], 4)?, two_digits(&day[4..6])?, two_digits(&day[6..])?).ok()?;
    let time = Time::new(two_digits(&time[..2])?, two_digits(&time[2..])?, 0, 0).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_support::{account, region, time};

    fn cluster() -> AccountRegion {
        AccountRegion { account: account(12_345_678_901), region: region("eu-west-1") }
    }

    const ROOT: &str = "my logs+x/AWSLogs/";
    const PREFIX: &str = "my logs+x/AWSLogs/012345678901/CloudTrail/eu-west-1/";
    const NAME: &str = "012345678901_CloudTrail_eu-west-1_20261105T2355Z_abcDEF0123456789.json.gz";

    #[test]
    fn prefixes_are_as_documented() {
        assert_eq!(log_root(Some("my logs+x"), None), ROOT);
        assert_eq!(log_root(None, Some("o-abc")), "AWSLogs/o-abc/");
        assert_eq!(cluster().prefix(ROOT), PREFIX);
        let day = Date::new(2026, 11, 5).unwrap();
        assert_eq!(cluster().day_prefix(ROOT, day), format!("{PREFIX}2026/11/05/"));
    }

    #[test]
    fn only_log_objects_are_read() {
        let check = |key: &str, expected: Option<&str>| {
            let read = cluster().names(ROOT).read(key).map(LogName::at);
            assert_eq!(read, expected.map(time), "{key}");
        };
        let at = Some("2026-11-05T23:55:00Z");
        for folder in ["2026/11/05/", "2026/11/06/", "2026/11/04/"] {
            check(&format!("{PREFIX}{folder}{NAME}"), at);
        }
        for folder in ["2026/11/07/", "2025/11/05/", "2026/13/05/", "2026/11/5/", "", "2026/11/"] {
            check(&format!("{PREFIX}{folder}{NAME}"), None);
        }
        for name in [
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
            &format!("archive/{NAME}"),
            &format!("/{NAME}"),
            &format!("{NAME}\n"),
            &format!("{NAME}.bak"),
            &format!(" {NAME}"),
            &NAME.replace("2355Z", "235500Z"),
            &NAME.replace("2355Z", "2355"),
            &NAME.replace("T2355", "t2355"),
            &NAME.replace("T2355", "T+355"),
            &NAME.replace("20261105", "２0261105"),
            &NAME.replace("abc", "abcd"),
            &NAME.replace("abc", "ab-"),
            &NAME.replace("_abc", "__abc"),
            &NAME.replace("CloudTrail", "CloudTrail-Insight"),
            &NAME.replace("CloudTrail", "cloudtrail"),
            &NAME.to_uppercase(),
        ] {
            check(&format!("{PREFIX}2026/11/05/{name}"), None);
        }
        let elsewhere = PREFIX.replace("eu-west-1", "us-east-1");
        check(&format!("{elsewhere}2026/11/05/{NAME}"), None);
        for kind in ["CloudTrail-Insight", "CloudTrail-Digest", "Config"] {
            let other = PREFIX.replace("CloudTrail", kind);
            check(&format!("{other}2026/11/05/{NAME}"), None);
        }
        let of_organization = PREFIX.replace("AWSLogs/", "AWSLogs/o-abc/");
        check(&format!("{of_organization}2026/11/05/{NAME}"), None);
        check(&format!("/{PREFIX}2026/11/05/{NAME}"), None);
        check(&format!("{PREFIX}2026/11/05//{NAME}"), None);
        check(&format!("AWSLogs/012345678901/CloudTrail/eu-west-1/2026/11/05/{NAME}"), None);
    }

    #[test]
    fn only_digests_of_the_trail_have_a_time() {
        let home = region("us-east-1");
        let prefix = "my logs+x/AWSLogs/012345678901/CloudTrail-Digest/eu-west-1/";
        assert_eq!(cluster().digest_prefix(ROOT), prefix);
        let check = |name: &str, expected: Option<&str>| {
            let key = format!("{prefix}2026/11/05/{name}");
            let read = cluster().digest_time(ROOT, &key, "my_trail", home);
            assert_eq!(read, expected.map(time), "{name}");
        };
        let name = "012345678901_CloudTrail-Digest_eu-west-1_my_trail_us-east-1_20261105T235507Z";
        check(&format!("{name}.json.gz"), Some("2026-11-05T23:55:07Z"));
        check(&format!("{name}_backfill.json.gz"), None);
        check(&format!("{}.json.gz", name.replace("my_trail", "other")), None);
        check(&format!("{}.json.gz", name.replace("_us-east-1_", "_eu-west-1_")), None);
        check(&format!("{}.json.gz", name.replace("07Z", "61Z")), None);
        check(NAME, None);
        check("", None);
    }

    #[test]
    fn a_listing_begins_before_the_first_object_of_a_minute_and_after_those_before() {
        let first = |text: &str| cluster().first_key(ROOT, time(text));
        let key = format!("{PREFIX}2026/11/05/{NAME}");
        assert!(first("2026-11-05T23:55:59Z") < key);
        assert!(first("2026-11-05T23:56:00Z") > key);
        assert!(first("2026-11-06T00:00:00Z") > key);
    }

    fn a_name() -> impl Strategy<Value = (i64, i64, String)> {
        (0i64..90_000 * 1440 / 2, -1i64..=1, "[0-9A-Za-z]{16}")
    }

    /// The key of such a name, as AWS documents it.
    fn documented((minute, folder, unique): &(i64, i64, String)) -> String {
        let at = from_epoch(SignedDuration::from_mins(*minute));
        let day = from_epoch(SignedDuration::from_hours((minute / 1440 + folder).max(0) * 24));
        let (at, day) = (Offset::UTC.to_datetime(at), Offset::UTC.to_datetime(day));
        let at = at.strftime("%Y%m%dT%H%MZ");
        let name = format!("012345678901_CloudTrail_eu-west-1_{at}_{unique}.json.gz");
        format!("{}{name}", cluster().day_prefix(ROOT, day.date()))
    }

    proptest! {
        #[test]
        fn any_key_is_survived(key in ".{0,120}") {
            let _ = cluster().names("").read(&key);
            let digest = format!("{}{key}", cluster().digest_prefix(""));
            let _ = cluster().digest_time("", &digest, "t", region("eu-west-1"));
            let _ = cluster().names(ROOT).read(&format!("{PREFIX}{key}"));
            let _ = cluster().names(ROOT).read(&format!("{PREFIX}2026/11/05/{key}"));
            let _ = parse_time(&key);
        }

        #[test]
        fn a_documented_name_with_one_letter_changed_is_refused_or_a_documented_name_again(
            name in a_name(),
            place in any::<prop::sample::Index>(),
            letter in prop_oneof![
                any::<char>(),
                prop::sample::select("0123456789_/-TZ.+ \u{660}\0\n".chars().collect::<Vec<_>>()),
            ],
            edit in 0..4u8,
        ) {
            let key = documented(&name);
            prop_assert!(cluster().names(ROOT).read(&key).is_some(), "{key}");
            let mut letters: Vec<char> = key.chars().collect();
            let at = place.index(letters.len());
            match edit {
                0 => letters[at] = letter,
                1 => letters.insert(at, letter),
                2 => drop(letters.remove(at)),
                _ => letters.truncate(at),
            }
            let changed: String = letters.into_iter().collect();
            if let Some(read) = cluster().names(ROOT).read(&changed) {
                prop_assert_eq!(cluster().key(ROOT, read), changed);
            }
        }

        #[test]
        fn what_is_read_is_written_again_and_keeps_its_order(one in a_name(), other in a_name()) {
            let (one, other) = (documented(&one), documented(&other));
            let read = |key: &str| cluster().names(ROOT).read(key).unwrap();
            prop_assert_eq!(cluster().key(ROOT, read(&one)), one.clone());
            prop_assert_eq!(read(&one).cmp(&read(&other)), one.cmp(&other));
        }
    }
}

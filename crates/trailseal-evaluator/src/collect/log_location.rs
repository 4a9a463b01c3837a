//! Where the log objects of one trail are looked for, and what is listed there. Pure.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use trailseal_model::hash::KeysDigest;
use trailseal_model::{
    ClusterUse, Gap, GapClass, ObjectsListed, Operation, SampledCluster, Window,
};

use crate::object_name::{AccountRegion, LogName};

/// Where the log objects of one trail are looked for.
#[derive(Debug)]
pub(super) struct LogLocation {
    /// What comes before the account in every key.
    pub(super) root: String,
    /// The home Region first.
    pub(super) clusters: Vec<AccountRegion>,
    /// Which objects count.
    pub(super) window: Window,
}

/// One listed log object, packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Listed {
    /// The cluster's index in its place.
    pub(super) cluster: u32,
    pub(super) name: LogName,
}

impl Listed {
    pub(super) fn at(self) -> Timestamp {
        self.name.at()
    }
}

/// A part of one cluster's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) cluster: u32,
    /// For one day's objects.
    pub(super) day: Option<Date>,
    pub(super) prefix: String,
    pub(super) start_after: String,
    /// The first key that does not belong to it any more.
    pub(super) before: String,
}

impl LogLocation {
    pub(super) fn key(&self, listed: Listed) -> String {
        self.cluster(listed.cluster).key(&self.root, listed.name)
    }

    pub(super) fn cluster(&self, index: u32) -> AccountRegion {
        self.clusters[index as usize]
    }

    /// The indexes of all clusters.
    pub(super) fn all_clusters(&self) -> Vec<u32> {
        (0u32..).zip(&self.clusters).map(|it| it.0).collect()
    }

    /// What one cluster holds of this window.
    pub(super) fn span(&self, cluster: u32, window: Window) -> Span {
        let it = self.cluster(cluster);
        Span {
            cluster,
            day: None,
            prefix: it.prefix(&self.root),
            start_after: it.first_key(&self.root, whole_minute(window.start)),
            before: it.first_key(&self.root, whole_minute(window.end)),
        }
    }

    /// What one cluster holds of this window in the folder of one day.
    pub(super) fn span_of_day(&self, cluster: u32, day: Date, window: Window) -> Span {
        let prefix = self.cluster(cluster).day_prefix(&self.root, day);
        let Span { start_after, before, .. } = self.span(cluster, window);
        // Slash and nought are neighbours, so this is the first key behind the folder.
        let end = format!("{}0", prefix.trim_end_matches('/'));
        let (start_after, before) = (start_after.max(prefix.clone()), before.min(end));
        Span { cluster, day: Some(day), prefix, start_after, before }
    }
}

/// What was listed of a span so far.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) span: Span,
    pub(super) names: Vec<LogName>,
    digest: KeysDigest,
    /// The text that the next page starts after.
    pub(super) next: Option<String>,
    /// Whether nothing more can come.
    pub(super) is_over: bool,
}

impl Walk {
    pub(super) fn new(span: Span) -> Self {
        let (names, digest) = (Vec::new(), KeysDigest::default());
        Self { span, names, digest, next: None, is_over: false }
    }

    /// Takes in the next page; what is no log object of the window is passed over.
    pub(super) fn add(&mut self, page: ObjectsListed, place: &LogLocation, window: Window) {
        let names = place.cluster(self.span.cluster).names(&place.root);
        let ObjectsListed { keys, next, .. } = page;
        let is_beyond = keys.last().is_some_and(|it| *it >= self.span.before);
        for key in keys.iter().take_while(|it| **it < self.span.before) {
            let name = names.read(key);
            if let Some(name) = name.filter(|it| window.contains(it.at())) {
                self.digest.add(key);
                self.names.push(name);
            }
        }
        self.is_over = is_beyond || next.is_none();
        self.next = next.filter(|_| !is_beyond);
    }

    pub(super) fn listed(&self) -> impl Iterator<Item = Listed> {
        let cluster = self.span.cluster;
        self.names.iter().map(move |it| Listed { cluster, name: *it })
    }

    /// The cluster as the record has it.
    pub(super) fn sampled(
        &self,
        place: &LogLocation,
        used: ClusterUse,
        index: u32,
    ) -> SampledCluster {
        let AccountRegion { account, region } = place.cluster(self.span.cluster);
        let Span { day, prefix, start_after, before, .. } = self.span.clone();
        SampledCluster {
            account,
            region,
            day,
            used,
            index,
            prefix,
            start_after,
            before,
            objects: self.names.len() as u64,
            is_whole: self.is_over,
            sha256: self.is_over.then(|| self.digest.clone().finish()),
        }
    }
}

/// The days of a window, the oldest first.
pub(super) fn days(window: Window) -> Vec<Date> {
    let date = |at: Timestamp| Offset::UTC.to_datetime(at).date();
    let last = date(window.end - SignedDuration::from_nanos(1));
    let next = |it: &Date| it.tomorrow().ok();
    let days = std::iter::successors(Some(date(window.start)), next);
    days.take_while(|it| *it <= last).collect()
}

/// Names have whole minutes, so a window that ends within one holds what bears its name, and one that
/// begins within one does not: exactly what is listed is counted, and can be counted again.
fn whole_minute(at: Timestamp) -> Timestamp {
    let past = at.as_nanosecond().rem_euclid(60_000_000_000);
    let past = SignedDuration::from_nanos(i64::try_from(past).unwrap_or_default());
    if past.is_zero() { at } else { at - past + SignedDuration::from_mins(1) }
}

/// A gap for a trail whose objects cannot be looked for, because the organization's id, which is
/// part of their prefix, is not known.
pub(super) fn no_organization_id() -> Gap {
    Gap::new(GapClass::MalformedAnswer, Operation::ListAccounts)
        .on("organization id")
        .saying("no account's ARN names the organization, so its log prefix is not known")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{account, region, time};

    #[test]
    fn a_week_touches_eight_days_unless_it_begins_at_midnight() {
        let days = |start: &str, end: &str| -> Vec<String> {
            let window = Window { start: time(start), end: time(end) };
            days(window).iter().map(ToString::to_string).collect()
        };
        let week = days("2026-11-16T10:00:00Z", "2026-11-23T10:00:00Z");
        assert_eq!(week.len(), 8);
        assert_eq!(week[0], "2026-11-16");
        assert_eq!(week[7], "2026-11-23");
        assert_eq!(days("2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z").len(), 7);
    }

    fn place() -> LogLocation {
        LogLocation {
            root: "AWSLogs/".to_owned(),
            clusters: vec![AccountRegion { account: account(1), region: region("us-east-1") }],
            window: Window {
                start: time("2026-11-16T10:00:30Z"),
                end: time("2026-11-23T10:00:30Z"),
            },
        }
    }

    const CELL: &str = "AWSLogs/000000000001/CloudTrail/us-east-1/";
    const NAME: &str = "000000000001_CloudTrail_us-east-1";

    #[test]
    fn a_cell_is_listed_from_the_windows_start_to_its_end() {
        let place = place();
        let span = place.span(0, place.window);
        assert_eq!(span.prefix, CELL);
        assert_eq!(span.start_after, format!("{CELL}2026/11/16/{NAME}_20261116T1001"));
        assert_eq!(span.before, format!("{CELL}2026/11/23/{NAME}_20261123T1001"));
    }

    #[test]
    fn a_day_is_listed_whole_but_for_the_first_and_the_last() {
        let place = place();
        let day = |day: i8| {
            let Span { prefix, start_after, before, .. } =
                place.span_of_day(0, Date::new(2026, 11, day).unwrap(), place.window);
            (prefix, start_after, before)
        };
        let folder = |day: i8| format!("{CELL}2026/11/{day}/");
        let end = |day: i8| format!("{CELL}2026/11/{day}0");
        assert_eq!(day(18), (folder(18), folder(18), end(18)));
        let first = format!("{}{NAME}_20261116T1001", folder(16));
        assert_eq!(day(16), (folder(16), first, end(16)));
        let last = format!("{}{NAME}_20261123T1001", folder(23));
        assert_eq!(day(23), (folder(23), folder(23), last));
    }

    #[test]
    fn a_walk_keeps_log_objects_of_the_window_and_ends_behind_it() {
        let place = place();
        let key = |day: u8, minute: &str| {
            format!("{CELL}2026/11/{day}/{NAME}_202611{day}T{minute}Z_abcdefgh01234567.json.gz")
        };
        let page = |keys, next: &str| ObjectsListed {
            keys,
            next: Some(next.to_owned()),
            ..ObjectsListed::default()
        };
        let mut walk = Walk::new(place.span(0, place.window));
        let keys = vec![key(16, "1000"), key(16, "1001"), format!("{CELL}2026/11/17/readme.txt")];
        walk.add(page(keys, "t"), &place, place.window);
        assert_eq!((walk.names.len(), walk.is_over), (1, false));
        assert_eq!(walk.next.as_deref(), Some("t"));
        assert_eq!(walk.sampled(&place, ClusterUse::Counted, 0).sha256, None);
        let keys = vec![key(23, "1000"), key(23, "1001")];
        walk.add(page(keys, "u"), &place, place.window);
        assert_eq!((walk.names.len(), walk.is_over, walk.next.as_deref()), (2, true, None));
        let keys: Vec<String> = walk.listed().map(|it| place.key(it)).collect();
        assert_eq!(keys, [key(16, "1001"), key(23, "1000")]);
        let mut digest = KeysDigest::default();
        for key in &keys {
            digest.add(key);
        }
        let cluster = walk.sampled(&place, ClusterUse::Counted, 0);
        assert_eq!((cluster.objects, cluster.sha256), (2, Some(digest.finish())));
    }
}

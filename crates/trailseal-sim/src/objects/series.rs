//! The files of one kind that one trail delivered from one account and Region.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::schedule::{DAY, Moment, Schedule, first};
use crate::draw::Draw;
use crate::world::World;
use crate::world::account::{Account, AccountId};
use crate::world::region::Region;
use crate::world::trail::{Odd, Phase, Seal, Trail};

/// The kinds of file, in the order of their folders' names: `-` comes before `/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Digest,
    Insight,
    Log,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Digest, Self::Insight, Self::Log];

    /// The folder, which is also a part of the files' names.
    pub(super) const fn folder(self) -> &'static str {
        match self {
            Self::Digest => "CloudTrail-Digest",
            Self::Insight => "CloudTrail-Insight",
            Self::Log => "CloudTrail",
        }
    }
}

/// Whether a trail records this Region of this account. `known` is the account, unless it is a
/// stranger's: a stranger has the Regions that cannot be disabled.
pub(super) fn records(
    trail: &Trail,
    account: AccountId,
    known: Option<&Account>,
    region: Region,
) -> bool {
    let is_enabled = |region: Region| {
        known.map_or(!region.is_opt_in(), |account| account.regions.is_enabled(region))
    };
    if account == trail.owner {
        return region == trail.home || (trail.is_multi_region && is_enabled(region));
    }
    // CloudTrail user guide, "Creating a trail for an organization": members that have not enabled
    // the home Region send nothing.
    let is_copied = trail.is_organization && known.is_some_and(|it| it.state.is_usable());
    is_copied
        && is_enabled(trail.home)
        && (region == trail.home || (trail.is_multi_region && is_enabled(region)))
}

/// The files, by number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Series<'a> {
    pub(super) trail: &'a Trail,
    pub(super) account: AccountId,
    pub(super) region: Region,
    pub(super) kind: Kind,
    draw: Draw,
    schedule: Schedule,
    /// The first there is.
    pub(super) start: i64,
    /// The first that there is not, or not yet.
    pub(super) end: i64,
}

/// The first full second that is not before a time.
fn ceiling(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

impl<'a> Series<'a> {
    /// The files that there are now; `None` if there are none.
    pub(super) fn new(
        world: &World,
        trail: &'a Trail,
        (account, known): (AccountId, Option<&Account>),
        region: Region,
        kind: Kind,
        now: Timestamp,
    ) -> Option<Self> {
        let deliveries = &*trail.deliveries;
        let is_loud =
            deliveries.only_regions.is_empty() || deliveries.only_regions.contains(&region);
        let (per_day, step) = match kind {
            Kind::Log if is_loud => (deliveries.per_day, 300),
            Kind::Insight if is_loud && deliveries.insights => (1, 300),
            Kind::Digest if trail.validates_log_files && !deliveries.digest_phases.is_empty() => {
                (24, 1)
            }
            _ => return None,
        };
        let is_silent = per_day == 0 || deliveries.silent.contains(&account);
        if is_silent || !records(trail, account, known, region) {
            return None;
        }
        let draw = world.draw("object").number(trail.owner.number()).word(&trail.name);
        let draw = draw.word(trail.home.name()).number(account.number()).word(region.name());
        let draw = draw.word(kind.folder());
        let schedule = Schedule::new(draw, per_day, step);
        let start = schedule.first_delivered(ceiling(deliveries.from));
        let until = deliveries.until.map_or(i64::MAX, ceiling);
        let end = schedule.first_delivered(until.min(now.as_second() + 1));
        let series = Self { trail, account, region, kind, draw, schedule, start, end };
        (start < end).then_some(series)
    }

    /// When a file was delivered.
    pub(super) fn at(&self, number: i64) -> Timestamp {
        Timestamp::from_second(self.schedule.delivered(number)).unwrap_or_default()
    }

    /// Appends a file's key from the year on.
    pub(super) fn write_tail(&self, number: i64, out: &mut String) {
        let moment = self.schedule.moment(number);
        self.write_shown(moment.named, out);
        self.write_rest(number, moment, out);
    }

    /// Appends the key from the year on as far as the time decides it.
    fn write_shown(&self, named: i64, out: &mut String) {
        let named = Timestamp::from_second(named).unwrap_or_default();
        let named = Offset::UTC.to_datetime(named);
        let (year, month, day) = (named.year().into(), named.month().into(), named.day().into());
        write_digits(year, 4, out);
        out.push('/');
        write_digits(month, 2, out);
        out.push('/');
        write_digits(day, 2, out);
        out.push('/');
        write_digits(self.account.number().cast_signed(), 12, out);
        out.extend(["_", self.kind.folder(), "_", self.region.name(), "_"]);
        if self.kind == Kind::Digest {
            out.extend([&*self.trail.name, "_", self.trail.home.name(), "_"]);
        }
        write_digits(year * 10_000 + month * 100 + day, 8, out);
        out.push('T');
        write_digits(i64::from(named.hour()) * 100 + i64::from(named.minute()), 4, out);
        if self.kind == Kind::Digest {
            write_digits(named.second().into(), 2, out);
        }
        out.push('Z');
    }

    fn write_rest(&self, number: i64, moment: Moment, out: &mut String) {
        if self.kind != Kind::Digest {
            out.push('_');
            self.write_unique(number, moment, out);
        }
        out.push_str(".json.gz");
    }

    /// The 16 characters that tell files of the same minute apart. They look random, and the first
    /// three grow with the number: so the order of keys is the order of numbers.
    fn write_unique(&self, number: i64, Moment { rank, of, .. }: Moment, out: &mut String) {
        const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        const HEADS: i64 = 62 * 62 * 62;
        let draw = self.draw_of(number).word("unique");
        let (low, high) = (rank * HEADS / of, (rank + 1) * HEADS / of);
        let within = draw.below((high - low).max(1).unsigned_abs());
        let head = low.unsigned_abs() + within;
        for digit in [head / (62 * 62), head / 62 % 62, head % 62] {
            let digit = usize::try_from(digit).unwrap_or_default();
            out.push(char::from(ALPHABET.as_bytes()[digit]));
        }
        out.push_str(&draw.text(ALPHABET, 13));
    }

    fn draw_of(&self, number: i64) -> Draw {
        self.draw.number(number.unsigned_abs())
    }

    /// The first number whose key, from the year on, is not less than this text.
    pub(super) fn first_from(&self, tail: &str) -> i64 {
        if tail.is_empty() {
            return self.start;
        }
        let (mut low, mut high) = (self.start, self.end);
        if let Some(day) = day_of(tail) {
            low = self.schedule.first_due(day).clamp(self.start, self.end);
            high = self.schedule.first_due(day + DAY).clamp(self.start, self.end);
        }
        let mut key = String::with_capacity(160);
        first(low, high, |number| {
            let moment = self.schedule.moment(number);
            key.clear();
            self.write_shown(moment.named, &mut key);
            // The rest is drawn, which takes longer, and seldom decides.
            if tail.starts_with(&key) {
                self.write_rest(number, moment, &mut key);
            }
            key.as_str() >= tail
        })
    }
}

/// Appends a number with leading zeros.
fn write_digits(number: i64, width: u32, out: &mut String) {
    for place in (0..width).rev() {
        let digit = number / 10i64.pow(place) % 10;
        out.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
    }
}

/// The first second of the day that a key, from the year on, begins with.
fn day_of(tail: &str) -> Option<i64> {
    let (date, rest) = tail.split_at_checked(10)?;
    let mut parts = date.split('/');
    let mut number = |width: usize| {
        let is_number = |it: &&str| it.len() == width && it.bytes().all(|it| it.is_ascii_digit());
        parts.next().filter(is_number)?.parse::<i16>().ok()
    };
    let (year, month, day) = (number(4)?, number(2)?, number(2)?);
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok()?;
    rest.starts_with('/').then(|| midnight.as_second())
}

/// One file that a trail delivered.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    pub(super) series: Series<'a>,
    pub(super) number: i64,
}

impl<'a> Delivered<'a> {
    /// The trail that delivered it.
    #[must_use]
    pub fn trail(&self) -> &'a Trail {
        self.series.trail
    }

    /// Whether it is a digest file: those are signed.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.series.kind == Kind::Digest
    }

    /// When it was delivered.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.series.at(self.number)
    }

    /// What is drawn for it.
    #[must_use]
    pub fn draw(&self) -> Draw {
        self.series.draw_of(self.number)
    }

    /// Its size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        let draw = self.draw().word("size");
        if self.is_digest() { 700 + draw.below(1_500) } else { 350 + draw.below(30_000) }
    }

    /// How it is encrypted.
    #[must_use]
    pub fn seal(&self) -> &'a Seal {
        let deliveries = &*self.series.trail.deliveries;
        let phases = if self.is_digest() { &deliveries.digest_phases } else { &deliveries.phases };
        let at = self.at();
        let current = phases.iter().rev().find(|it| it.from <= at).or(phases.first());
        match current {
            Some(Phase { exception: Some((odd, seal)), from, .. }) if self.is_odd(*odd, *from) => {
                seal
            }
            Some(phase) => &phase.seal,
            None => &Seal::Aes256,
        }
    }

    /// Whether it is an odd one of the phase that begins at this time.
    fn is_odd(&self, odd: Odd, from: Timestamp) -> bool {
        let Self { series, number } = self;
        match odd {
            Odd::EveryNth(n) => {
                let first = series.schedule.first_delivered(ceiling(from)).max(series.start);
                n > 0 && (number - first + 1) % i64::from(n) == 0
            }
            Odd::NewestBefore(time) => {
                *number + 1 == series.schedule.first_delivered(ceiling(time))
            }
        }
    }
}

//! Numbers, dates, booleans and addresses as the condition operators compare them.
//!
//! Each function answers `None` where one side is not of a form that AWS documents without doubt.
//! Source: IAM user guide, *IAM JSON policy elements: Condition operators*.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::operator::Order;

/// Whether two booleans are the same.
pub(crate) fn booleans(wanted: &str, found: &str) -> Option<bool> {
    Some(boolean(wanted)? == boolean(found)?)
}

/// A boolean, spelled as JSON spells it: AWS does not say that it takes other spellings.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether two texts in base 64 are the same bytes. Padded ones may be spelled in several ways.
pub(crate) fn binaries(wanted: &str, found: &str) -> Option<bool> {
    let is_whole = |it: &str| {
        it.len().is_multiple_of(4)
            && it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/'))
    };
    (wanted == found || (is_whole(wanted) && is_whole(found))).then_some(wanted == found)
}

/// Whether the found number stands to the wanted one as the order says.
pub(crate) fn numbers(order: Order, wanted: &str, found: &str) -> Option<bool> {
    number(found)?.partial_cmp(&number(wanted)?).map(|it| is_in_order(order, it))
}

/// A decimal number that a float holds without loss that matters: at most 15 digits.
fn number(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let fits = are_digits(whole) && are_digits(fraction) && whole.len() + fraction.len() <= 15;
    if fits { text.parse().ok() } else { None }
}

/// Whether the found time stands to the wanted one as the order says.
pub(crate) fn dates(order: Order, wanted: &str, found: &str) -> Option<bool> {
    Some(is_in_order(order, date(found)?.cmp(&date(wanted)?)))
}

fn is_in_order(order: Order, ordering: Ordering) -> bool {
    match order {
        Order::Equal => ordering.is_eq(),
        Order::Less => ordering.is_lt(),
        Order::LessOrEqual => ordering.is_le(),
        Order::Greater => ordering.is_gt(),
        Order::GreaterOrEqual => ordering.is_ge(),
    }
}

/// Seconds since 1970 and the nanoseconds after them, from seconds since 1970 or from
/// `YYYY-MM-DDThh:mm[:ss[.s]]` with `Z` or `±hh:mm`. Shorter forms are left open: AWS does not say
/// which moment of the day they mean, and a bare year looks like seconds.
fn date(text: &str) -> Option<(i64, i64)> {
    if are_digits(text) && (5..=12).contains(&text.len()) {
        return Some((text.parse().ok()?, 0));
    }
    let (day, clock) = text.split_once('T')?;
    let [year, month, day] = fixed(day, '-', [4, 2, 2])?;
    let (clock, offset) = split_offset(clock)?;
    let (clock, nanoseconds) = match clock.split_once('.') {
        Some((clock, fraction)) if are_digits(fraction) && fraction.len() <= 9 => {
            (clock, format!("{fraction:0<9}").parse().ok()?)
        }
        Some(_) => return None,
        None => (clock, 0),
    };
    let [hour, minute, second] = fixed(clock, ':', [2, 2, 2])
        .or_else(|| fixed(clock, ':', [2, 2]).map(|[hour, minute]| [hour, minute, 0]))?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_since_1970(year, month, day)? * 86_400 + hour * 3600 + minute * 60 + second;
    Some((seconds - offset, nanoseconds))
}

/// The clock, and the offset from UTC in seconds.
fn split_offset(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let at = clock.find(['+', '-'])?;
    let (clock, offset) = clock.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let [hours, minutes] = fixed(offset.get(1..)?, ':', [2, 2])?;
    let is_offset = hours <= 23 && minutes <= 59;
    is_offset.then_some((clock, sign * (hours * 3600 + minutes * 60)))
}

/// Numbers of fixed widths between separators.
fn fixed<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i64; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next().filter(|it| it.len() == width && are_digits(it))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days of the proleptic Gregorian calendar, for a date that exists.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

/// Whether the address lies in the range, which is an address or CIDR block.
pub(crate) fn addresses(range: &str, address: &str) -> Option<bool> {
    let address: IpAddr = address.parse().ok()?;
    let (network, length) = match range.split_once('/') {
        Some((network, length)) if are_digits(length) => {
            (network.parse().ok()?, length.parse::<u32>().ok()?)
        }
        Some(_) => return None,
        // AWS gives a bare address the length 32, which for IPv6 can hardly be meant.
        None => (range.parse().ok().filter(IpAddr::is_ipv4)?, 32),
    };
    let (network_bits, width) = bits(network)?;
    let (address_bits, address_width) = bits(address)?;
    if length > width {
        return None;
    }
    let differ = (network_bits ^ address_bits).checked_shr(width - length).unwrap_or(0);
    Some(width == address_width && differ == 0)
}

/// Whether any address of IPv4, or of IPv6, is in the range: all of them, or none where the range is of
/// the other family.
pub(crate) fn any_address(range: &str, is_ipv4: bool) -> Option<bool> {
    let (probe, all) = if is_ipv4 { ("0.0.0.0", "0.0.0.0/0") } else { ("::1", "::/0") };
    // Only a range that can be read is of a family.
    addresses(range, probe)?;
    let is_of_other_family = range.contains(':') == is_ipv4;
    if range == all { Some(true) } else { is_of_other_family.then_some(false) }
}

/// The bits of an address and how many they are; an IPv4 address in IPv6 form is left open.
fn bits(address: IpAddr) -> Option<(u128, u32)> {
    match address {
        IpAddr::V4(address) => Some((u128::from(address.to_bits()), 32)),
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => None,
        IpAddr::V6(address) => Some((address.to_bits(), 128)),
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert_eq!(numbers(Order::Less, "10", "9"), Some(true));
        assert_eq!(numbers(Order::Equal, "10", "10.0"), Some(true));
        assert_eq!(numbers(Order::GreaterOrEqual, "-1", "-2"), Some(false));
        for text in ["", "x", "1e3", "inf", "+1", "1.", ".5", "1234567890123456"] {
            assert_eq!(numbers(Order::Equal, text, "1"), None, "{text}");
        }
    }

    #[test]
    fn binaries_are_compared_as_bytes() {
        assert_eq!(binaries("YWJj", "YWJj"), Some(true));
        assert_eq!(binaries("YWJj", "YWJk"), Some(false));
        assert_eq!(binaries("YQ==", "YQ=="), Some(true));
        assert_eq!(binaries("YQ==", "YR=="), None);
        assert_eq!(binaries("YWJj", "arn:"), None);
        assert_eq!(binaries("arn:", "YWJj"), None);
        assert_eq!(binaries("a+/9", "a+/9"), Some(true));
        assert_eq!(binaries("a+/9", "YWJj"), Some(false));
        assert_eq!(binaries("YWJjY", "YWJj"), None);
    }

    #[test]
    fn dates_are_compared_as_moments() {
        let same = |one, other| dates(Order::Equal, one, other);
        assert_eq!(same("1970-01-01T00:00:00Z", "00000"), Some(true));
        assert_eq!(same("2000-02-29T12:00:00Z", "951825600"), Some(true));
        assert_eq!(same("2023-06-30T01:30:00+01:30", "2023-06-30T00:00Z"), Some(true));
        assert_eq!(same("2023-06-30T00:00:00.5Z", "2023-06-30T00:00:00.50Z"), Some(true));
        let early = dates(Order::Less, "2024-01-01T00:00:00Z", "2023-12-31T23:59:59.9Z");
        assert_eq!(early, Some(true));
        for text in ["", "2023", "2023-06-30", "2023-02-29T00:00:00Z", "2023-06-30T24:00:00Z"] {
            assert_eq!(same(text, "951825600"), None, "{text}");
        }
        for text in ["2023-06-30T00:00:00", "2023-6-30T00:00:00Z", "2023-06-30T00:00:00.Z", "TZ"] {
            assert_eq!(same(text, "951825600"), None, "{text}");
        }
    }

    #[test]
    fn a_moment_is_counted_from_1970() {
        // As Python's datetime counts.
        for (text, seconds) in [
            ("1970-01-01T00:01:01Z", 61),
            ("1999-12-31T23:59:59Z", 946_684_799),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("1900-03-01T05:06:07Z", -2_203_872_833),
            ("2024-02-29T23:30:15Z", 1_709_249_415),
            ("2026-10-31T08:09:10Z", 1_793_434_150),
            ("2100-02-28T12:34:56Z", 4_107_501_296),
            ("2026-04-30T00:00:00Z", 1_777_507_200),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
            ("2026-04-30T01:59:00+01:59", 1_777_507_200),
            ("2026-04-29T20:30:00-03:30", 1_777_507_200),
            ("2026-04-30T23:59:00+23:59", 1_777_507_200),
            ("12345", 12_345),
            ("999999999999", 999_999_999_999),
        ] {
            assert_eq!(date(text), Some((seconds, 0)), "{text}");
        }
        let fraction = |text: &str| date(&format!("1970-01-01T00:00:00.{text}Z"));
        assert_eq!(fraction("000000001"), Some((0, 1)));
        assert_eq!(fraction("25"), Some((0, 250_000_000)));
        for text in ["0000000001", "", "x", "-1"] {
            assert_eq!(fraction(text), None, "{text}");
        }
        for text in ["1234", "1234567890123", "2026-04-30T00:00", "2026-04-30T00:00:00"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn only_moments_that_exist_are_read() {
        let at = |day: &str, clock: &str| date(&format!("{day}T{clock}")).is_some();
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (month, length) in (1..).zip(lengths) {
            let day = |day: u32| at(&format!("2026-{month:02}-{day:02}"), "00:00:00Z");
            assert!(day(1) && day(length), "{month}");
            assert!(!day(0) && !day(length + 1), "{month}");
        }
        for (year, has_leap_day) in [(2000, true), (2024, true), (1900, false), (2026, false)] {
            assert_eq!(at(&format!("{year}-02-29"), "00:00:00Z"), has_leap_day, "{year}");
        }
        assert!(!at("2026-00-01", "00:00:00Z") && !at("2026-13-01", "00:00:00Z"));
        assert!(at("2026-01-01", "23:59:59Z") && at("2026-01-01", "00:00:00+23:59"));
        for clock in ["24:00:00Z", "23:60:00Z", "23:59:60Z", "00:00:00+24:00", "00:00:00+00:60"] {
            assert!(!at("2026-01-01", clock), "{clock}");
        }
        for clock in ["00:00:00+1", "00:00:00+01:00:00", "00:00:00 01:00", "0:00:00Z", "00Z"] {
            assert!(!at("2026-01-01", clock), "{clock}");
        }
    }

    #[test]
    fn each_order_is_its_own() {
        let check = |order, [less, equal, greater]: [bool; 3]| {
            assert_eq!(numbers(order, "2", "1"), Some(less), "{order:?}");
            assert_eq!(numbers(order, "2", "2"), Some(equal), "{order:?}");
            assert_eq!(numbers(order, "2", "3"), Some(greater), "{order:?}");
        };
        check(Order::Equal, [false, true, false]);
        check(Order::Less, [true, false, false]);
        check(Order::LessOrEqual, [true, true, false]);
        check(Order::Greater, [false, false, true]);
        check(Order::GreaterOrEqual, [false, true, true]);
        // Fifteen digits and no more, wherever the point is.
        assert_eq!(numbers(Order::Equal, "12345678901234", "12345678901234"), Some(true));
        assert_eq!(numbers(Order::Equal, "1234567.12345678", "1234567.12345678"), Some(true));
        assert_eq!(numbers(Order::Equal, "1234567.123456789", "1234567.123456789"), None);
        assert_eq!(numbers(Order::Equal, "-12345678901234", "-12345678901234"), Some(true));
    }

    #[test]
    fn any_address_is_in_a_range_of_all_and_in_none_of_the_other_family() {
        assert_eq!(any_address("0.0.0.0/0", true), Some(true));
        assert_eq!(any_address("::/0", false), Some(true));
        assert_eq!(any_address("::/0", true), Some(false));
        assert_eq!(any_address("0.0.0.0/0", false), Some(false));
        assert_eq!(any_address("2001:db8::/32", true), Some(false));
        for range in ["10.0.0.0/8", "0.0.0.0/1", "203.0.113.9", "a", "0.0.0.0/33"] {
            assert_eq!(any_address(range, true), None, "{range}");
        }
        assert_eq!(any_address("2001:db8::/32", false), None);
    }

    #[test]
    fn addresses_lie_in_ranges() {
        assert_eq!(addresses("203.0.113.0/24", "203.0.113.9"), Some(true));
        assert_eq!(addresses("203.0.113.0/24", "203.0.114.9"), Some(false));
        assert_eq!(addresses("203.0.113.9", "203.0.113.9"), Some(true));
        assert_eq!(addresses("0.0.0.0/0", "203.0.113.9"), Some(true));
        assert_eq!(addresses("::/0", "203.0.113.9"), Some(false));
        assert_eq!(addresses("::/0", "2001:db8::1"), Some(true));
        assert_eq!(addresses("2001:db8::/32", "2001:db9::1"), Some(false));
        assert_eq!(addresses("203.0.113.9/32", "203.0.113.8"), Some(false));
        assert_eq!(addresses("203.0.113.8/31", "203.0.113.9"), Some(true));
        assert_eq!(addresses("2001:db8::1/128", "2001:db8::1"), Some(true));
        assert_eq!(addresses("2001:db8::1/128", "2001:db8::2"), Some(false));
        assert_eq!(addresses("2001:db8::/129", "2001:db8::1"), None);
        assert_eq!(addresses("203.0.113.0/24", "2001:db8::1"), Some(false));
        assert_eq!(addresses("::/0", "::ffff:203.0.113.9"), None);
        for range in ["203.0.113.0/+24", "203.0.113.0/24/1", "203.0.113.0/ 24"] {
            assert_eq!(addresses(range, "203.0.113.9"), None, "{range}");
        }
        for range in ["2001:db8::1", "203.0.113.0/33", "203.0.113.0/", "::ffff:0:0/96", "a"] {
            assert_eq!(addresses(range, "203.0.113.9"), None, "{range}");
        }
        assert_eq!(addresses("0.0.0.0/0", "cloudtrail.amazonaws.com"), None);
    }
}

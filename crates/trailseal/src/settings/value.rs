//! Values of settings, each read from one text, wherever it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use trailseal_fanout::RateShare;
use trailseal_model::{AccountId, MemberStatusScope, Partition, Region, Severity};

/// A value of a setting.
pub(crate) trait Value: Sized {
    /// Reads it, or says in one line what is wrong with the text.
    fn parse(text: &str) -> Result<Self, String>;

    /// Reads it from an entry of a table in the file.
    fn pair(_key: &str, _value: &str) -> Result<Self, String> {
        Err("this must be a list of values, not a table".to_owned())
    }

    /// The same as text, as reports show it.
    fn shown(&self) -> String;
}

/// A value for a message, short.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let short: String = text.chars().take(LONGEST).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("`{short}{rest}`")
}

/// For clap.
pub(crate) fn parse<T: Value>(text: &str) -> Result<T, String> {
    T::parse(text)
}

/// For reports.
pub(crate) fn shown_list<T: Value>(values: &[T]) -> String {
    values.iter().map(Value::shown).collect::<Vec<_>>().join(";")
}

/// The values of a list, each on a line.
pub(crate) fn lines<T: Value>(values: &[T]) -> String {
    values.iter().map(Value::shown).collect::<Vec<_>>().join("\n")
}

/// The value of a setting among texts by key, if it is there.
pub(crate) fn of_text<T: Value>(
    texts: &BTreeMap<String, String>,
    key: &str,
) -> Result<Option<T>, String> {
    texts.get(key).map(|text| T::parse(text)).transpose()
}

/// The values of a list among texts by key.
pub(crate) fn of_lines<T: Value>(
    texts: &BTreeMap<String, String>,
    key: &str,
) -> Result<Vec<T>, String> {
    texts.get(key).into_iter().flat_map(|text| text.lines()).map(T::parse).collect()
}

/// For serde: one value.
pub(crate) fn one<'de, D: Deserializer<'de>, T: Value>(from: D) -> Result<Option<T>, D::Error> {
    Scalar(PhantomData).deserialize(from).map(Some)
}

/// For serde: an array of values, or a table of pairs.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Value>(from: D) -> Result<Vec<T>, D::Error> {
    from.deserialize_any(Values(PhantomData))
}

/// A text, number or truth value of the file as a value of a setting.
struct Scalar<T>(PhantomData<T>);

impl<'de, T: Value> DeserializeSeed<'de> for Scalar<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        from.deserialize_any(self)
    }
}

impl<T: Value> Visitor<'_> for Scalar<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one text or number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::parse(text).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}

struct Values<T>(PhantomData<T>);

impl<'de, T: Value> Visitor<'de> for Values<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = from.next_element_seed(Scalar(PhantomData))? {
            values.push(value);
        }
        Ok(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Vec<T>, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = from.next_key::<String>()? {
            values.push(from.next_value_seed(Pair(&key, PhantomData))?);
        }
        Ok(values)
    }
}

/// The value of an entry of a table, whose key is known.
struct Pair<'a, T>(&'a str, PhantomData<T>);

impl<'de, T: Value> DeserializeSeed<'de> for Pair<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<T, D::Error> {
        let value = String::deserialize(from)?;
        T::pair(self.0, &value).map_err(D::Error::custom)
    }
}

/// A text of one line.
impl Value for String {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("this must not be empty".to_owned()),
            text if text.contains(char::is_control) => {
                Err("this must be one line, without control characters".to_owned())
            }
            text => Ok(text.to_owned()),
        }
    }

    fn shown(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("this must not be empty".to_owned()) } else { Ok(text.into()) }
    }

    fn shown(&self) -> String {
        self.display().to_string()
    }
}

/// What no report and no log may show.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// Source: AWS STS API reference, `AssumeRole`, `ExternalId`.
impl Value for Secret {
    fn parse(text: &str) -> Result<Self, String> {
        let is_known = |it: char| it.is_ascii_alphanumeric() || "_+=,.@:/-".contains(it);
        if (2..=1224).contains(&text.len()) && text.chars().all(is_known) {
            Ok(Self(text.to_owned()))
        } else {
            Err("this must be 2 to 1,224 letters, digits and _ + = , . @ : / -".to_owned())
        }
    }

    fn shown(&self) -> String {
        "***".to_owned()
    }
}

/// A span of time, such as `50m` or `1h30m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl Span {
    /// Units in seconds, the largest first.
    const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];
    /// The longest span, in seconds: a year.
    const MOST: u64 = 366 * 86_400;

    /// A span of whole hours.
    pub(crate) const fn of_hours(hours: u64) -> Self {
        Self(Duration::from_secs(hours * 3600))
    }
}

impl Value for Span {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a time such as 90s, 50m or 1h30m", quoted(text));
        let (mut seconds, mut number, mut units) = (0u64, String::new(), &Self::UNITS[..]);
        for character in text.chars() {
            if character.is_ascii_digit() {
                number.push(character);
                continue;
            }
            // Each unit at most once, from the largest to the smallest.
            let at = units.iter().position(|(unit, _)| *unit == character).ok_or_else(wrong)?;
            let count: u64 = number.parse().map_err(|_| wrong())?;
            seconds = seconds.saturating_add(count.saturating_mul(units[at].1));
            units = &units[at + 1..];
            number.clear();
        }
        let is_span = number.is_empty() && (1..=Self::MOST).contains(&seconds);
        is_span.then(|| Self(Duration::from_secs(seconds))).ok_or_else(wrong)
    }

    fn shown(&self) -> String {
        let mut rest = self.0.as_secs();
        let parts = Self::UNITS.iter().map(|(unit, seconds)| {
            let count = rest / seconds;
            rest %= seconds;
            if count == 0 { String::new() } else { format!("{count}{unit}") }
        });
        parts.collect()
    }
}

/// A whole number within these bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whole<const LEAST: u32, const MOST: u32>(pub(crate) u32);

impl<const LEAST: u32, const MOST: u32> Value for Whole<LEAST, MOST> {
    fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|it| (LEAST..=MOST).contains(it));
        number.map(Self).ok_or_else(|| format!("{} is not from {LEAST} to {MOST}", quoted(text)))
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl Value for u64 {
    fn parse(text: &str) -> Result<Self, String> {
        // The file has no larger numbers.
        let number = text.parse().ok().filter(|it| i64::try_from(*it).is_ok());
        number
            .ok_or_else(|| format!("{} is not a whole number from 0 to {}", quoted(text), i64::MAX))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// A share above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl Value for Share {
    fn parse(text: &str) -> Result<Self, String> {
        let share = text.parse().ok().filter(|it| *it > 0.0 && *it < 1.0);
        share.map(Self).ok_or_else(|| format!("{} is not above 0 and below 1", quoted(text)))
    }

    fn shown(&self) -> String {
        self.0.to_string()
    }
}

impl Value for RateShare {
    fn parse(text: &str) -> Result<Self, String> {
        let share = text.parse().ok().and_then(Self::new);
        share.ok_or_else(|| format!("{} is not above 0 and at most 1", quoted(text)))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for AccountId {
    fn parse(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|it: trailseal_model::InvalidAccountId| {
            format!("{it}; write all twelve digits, zeros included")
        })
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for Region {
    fn parse(text: &str) -> Result<Self, String> {
        let is_known = |it: &Self| Partition::ALL.iter().any(|of| of.regions().contains(it));
        let region = Self::new(text.trim()).filter(is_known);
        region.ok_or_else(|| format!("{} is not an AWS Region", quoted(text)))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for MemberStatusScope {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Self>().ok().ok_or_else(|| format!("{} is not off, home or all", quoted(text)))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Value for Severity {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse::<Self>()
            .ok()
            .ok_or_else(|| format!("{} is not note, low, medium or high", quoted(text)))
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// The id of a root or organizational unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitId(pub(crate) String);

impl Value for UnitId {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let id = text.strip_prefix("ou-").or_else(|| text.strip_prefix("r-"));
        let is_unit = id.is_some_and(|it| {
            !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
        });
        let wrong = || format!("{} is not the id of a root or unit (r-..., ou-...)", quoted(text));
        is_unit.then(|| Self(text.to_owned())).ok_or_else(wrong)
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// A bucket and the account that must own it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketOwner(pub(crate) String, pub(crate) AccountId);

impl Value for BucketOwner {
    fn parse(text: &str) -> Result<Self, String> {
        let (bucket, owner) = text
            .split_once('=')
            .ok_or_else(|| format!("{} is not BUCKET=ACCOUNT", quoted(text)))?;
        Self::pair(bucket, owner)
    }

    fn pair(bucket: &str, owner: &str) -> Result<Self, String> {
        Ok(Self(String::parse(bucket)?, AccountId::parse(owner)?))
    }

    fn shown(&self) -> String {
        format!("{}={}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_units_are_known_by_their_form() {
        for (text, expected) in
            [("ou-ab12-cdef3456", true), ("r-ab12", true), ("Sandbox", false), ("ou-", false)]
        {
            assert_eq!(UnitId::parse(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn bounds_belong_to_the_range() {
        type Few = Whole<1, 4>;
        for (text, expected) in [("1", true), ("4", true), ("0", false), ("5", false), ("", false)]
        {
            assert_eq!(Few::parse(text).is_ok(), expected, "{text}");
        }
        for (text, expected) in [("0.5", true), ("0", false), ("1", false), ("nan", false)] {
            assert_eq!(Share::parse(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn spans_are_read_and_shown() {
        for (text, seconds, shown) in [
            ("50m", 3000, "50m"),
            ("1h30m", 5400, "1h30m"),
            ("90s", 90, "1m30s"),
            ("24h", 86_400, "1d"),
        ] {
            let span = Span::parse(text).unwrap();
            assert_eq!((span.0.as_secs(), &*span.shown()), (seconds, shown));
            assert_eq!(Span::parse(shown), Ok(span));
        }
        for text in [
            "",
            "50",
            "m",
            "0s",
            "1m1h",
            "1m1m",
            "-5m",
            "1.5h",
            "5 m",
            "99999999999999999999h",
            "400d",
        ] {
            assert!(Span::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret::parse("canary").unwrap();
        assert_eq!((secret.shown(), format!("{secret:?}")), ("***".to_owned(), "***".to_owned()));
    }
}

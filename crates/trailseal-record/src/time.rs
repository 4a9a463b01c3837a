//! Times as the record writes them.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time in UTC with milliseconds, shown and written as `2026-11-20T00:04:05.678Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

/// How many bytes a time has as a text.
const LENGTH: usize = "2026-11-20T00:04:05.678Z".len();

impl Time {
    /// The time as a timestamp.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl From<Timestamp> for Time {
    /// What is finer than milliseconds is cut off.
    fn from(at: Timestamp) -> Self {
        Self(Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at))
    }
}

impl Deref for Time {
    type Target = Timestamp;

    fn deref(&self) -> &Timestamp {
        &self.0
    }
}

/// A text that is not a time in the record's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time such as `2026-11-20T00:04:05.678Z`")]
pub struct InvalidTime;

impl FromStr for Time {
    type Err = InvalidTime;

    /// Only the record's own form is read, so that what is read is written back as it was.
    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let bytes = text.as_bytes();
        let has_form = bytes.len() == LENGTH
            && (bytes[10], bytes[19], bytes[23]) == (b'T', b'.', b'Z')
            && bytes[0].is_ascii_digit();
        if !has_form {
            return Err(InvalidTime);
        }
        text.parse().map(Self).map_err(|_| InvalidTime)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.3}", self.0)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Time;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a time such as `2026-11-20T00:04:05.678Z`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                text.parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_written() {
        let at: Timestamp = "2026-11-20T00:04:05.678912Z".parse().unwrap();
        let time = Time::from(at);
        assert_eq!(time.to_string(), "2026-11-20T00:04:05.678Z");
        assert_eq!(time.to_string().parse(), Ok(time));
        let whole = Time::from(Timestamp::UNIX_EPOCH);
        assert_eq!(whole.to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn another_form_is_refused() {
        for text in [
            "",
            "2026-11-20",
            "2026-11-20T00:04:05Z",
            "2026-11-20T00:04:05.678912Z",
            "2026-11-20 00:04:05.678Z",
            "2026-11-20T00:04:05.678z",
            "2026-13-20T00:04:05.678Z",
            "+026-11-20T00:04:05.678Z",
        ] {
            assert_eq!(text.parse::<Time>(), Err(InvalidTime), "{text}");
        }
    }
}

//! JSON with numbers as each service writes them.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::Value;
use serde_json::ser::{Formatter, Serializer};

/// How a service writes numbers that have a fraction, which times are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// `1444151834.5`.
    Plain,
    /// `1.4441518345E9`, as KMS's API reference shows its times ("ListGrants", "DescribeKey").
    Exponent,
}

impl Formatter for Numbers {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        match self {
            Self::Plain => write!(writer, "{value:?}"),
            Self::Exponent => writer.write_all(with_exponent(value).as_bytes()),
        }
    }
}

/// A number with one digit, a point, at least one more digit, and the power of ten.
fn with_exponent(value: f64) -> String {
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, power)) if !digits.contains('.') => format!("{digits}.0E{power}"),
        _ => text,
    }
}

/// The value as text.
pub(super) fn to_text(value: &Value, numbers: Numbers) -> String {
    let mut text = Vec::new();
    let written = value.serialize(&mut Serializer::with_formatter(&mut text, numbers));
    // Writing a value into memory does not fail.
    written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fractions_are_written_in_either_way_and_whole_numbers_in_one() {
        for (value, plain, exponent) in [
            (1_600_000_000.0, "1600000000.0", "1.6E9"),
            (1_444_151_834.5, "1444151834.5", "1.4441518345E9"),
            (1_795_176_000.007, "1795176000.007", "1.795176000007E9"),
            (1_000_000_000.0, "1000000000.0", "1.0E9"),
        ] {
            let value = json!({ "At": value, "Count": 3 });
            let told = |at: &str| format!("{{\"At\":{at},\"Count\":3}}");
            assert_eq!(to_text(&value, Numbers::Plain), told(plain));
            assert_eq!(to_text(&value, Numbers::Exponent), told(exponent));
        }
    }
}

//! JSON as people write policies: the elements of a statement in AWS's order.

use serde_json::{Map, Value};

/// The elements of a statement in the order of AWS's documentation; others follow them.
const ORDER: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// A value over several lines, indented by two blanks.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Object(statement) => object(statement),
        other => pretty(other),
    }
}

fn object(statement: &Map<String, Value>) -> String {
    let known = ORDER.iter().filter_map(|name| statement.get_key_value(*name));
    let others = statement.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    let line = |(name, value): (&String, &Value)| {
        // A line break inside a text is `\n` in JSON, so every one here is between elements.
        let value = pretty(value).replace('\n', "\n  ");
        format!("  {}: {value}", text(name))
    };
    let lines: Vec<String> = known.chain(others).map(line).collect();
    if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{}\n}}", lines.join(",\n")) }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// A text in quotation marks, for JSON and for a basic string of TOML, whose escapes include JSON's.
pub(super) fn text(text: &str) -> String {
    // TOML refuses a bare DEL, which JSON does not escape.
    Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_statement_is_shown_in_aws_s_order() {
        let statement = json!({
            "Action": ["kms:DescribeKey", "kms:Decrypt"], "Effect": "Allow", "Sid": "a\nb",
            "Odd": 1, "Principal": {"Service": "cloudtrail.amazonaws.com"},
        });
        let expected = "{
  \"Sid\": \"a\\nb\",
  \"Effect\": \"Allow\",
  \"Principal\": {
    \"Service\": \"cloudtrail.amazonaws.com\"
  },
  \"Action\": [
    \"kms:DescribeKey\",
    \"kms:Decrypt\"
  ],
  \"Odd\": 1
}";
        assert_eq!(shown(&statement), expected);
        assert_eq!(serde_json::from_str::<Value>(&shown(&statement)).unwrap(), statement);
        assert_eq!(shown(&json!({})), "{}");
        assert_eq!(shown(&json!(["a"])), "[\n  \"a\"\n]");
    }

    #[test]
    fn a_text_is_one_of_toml_too() {
        assert_eq!(text("a\"b\\c\u{7f}\n"), r#""a\"b\\c\u007F\n""#);
    }
}

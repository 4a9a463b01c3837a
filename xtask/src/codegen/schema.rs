//! The JSON Schemas of the record and the summary, and how JSON files are laid out.

use anyhow::Result;
use serde_json::{Map, Value};

/// The schema of one line of record version 1.
pub(super) fn record() -> Result<String> {
    pretty(&trailseal_record::v1::schema())
}

/// The schema of a scan's summary object, version 1.
pub(super) fn summary() -> Result<String> {
    pretty(&trailseal_model::summary::schema())
}

/// JSON for people, its keys sorted whatever features another crate turns on in `serde_json`.
pub(super) fn pretty(value: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(&sorted(value))? + "\n")
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by_key(|it| it.0);
            let members = members.into_iter().map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted() {
        let text = pretty(&json!({ "b": [{ "d": 1, "c": 2 }], "a": null })).unwrap();
        let keys: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
        assert_eq!(keys, ["a", "b", "c", "d"]);
        assert!(text.ends_with("}\n"));
    }
}

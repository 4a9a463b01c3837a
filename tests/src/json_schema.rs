//! Checks a JSON value against a JSON Schema: the keywords that our schemas use, and no other.

use serde_json::Value;

use crate::Failure;

/// What of a value is not as the schema says, each with its place; empty if nothing is.
///
/// # Errors
/// When the schema has a keyword that is not understood here, so that nothing passes unchecked.
pub fn problems(schema: &Value, value: &Value) -> Result<Vec<String>, Failure> {
    let mut check = Check { root: schema, problems: Vec::new() };
    check.value(schema, value, "$")?;
    Ok(check.problems)
}

struct Check<'a> {
    root: &'a Value,
    problems: Vec<String>,
}

impl<'a> Check<'a> {
    fn value(&mut self, schema: &'a Value, value: &Value, place: &str) -> Result<(), Failure> {
        let Some(keywords) = schema.as_object() else {
            return Err(format!("{place}: a schema is an object").into());
        };
        for (keyword, wanted) in keywords {
            let is_met = match keyword.as_str() {
                "$schema" | "$id" | "$defs" | "title" | "description" | "default" | "format"
                | "examples" => true,
                "$ref" => {
                    let pointer = wanted.as_str().and_then(|it| it.strip_prefix('#'));
                    let target = pointer.and_then(|it| self.root.pointer(it)).ok_or("no target")?;
                    self.value(target, value, place)?;
                    true
                }
                "anyOf" => self.any(wanted, value)?,
                "type" => has_type(wanted, value)?,
                "const" => wanted == value,
                "enum" => wanted.as_array().ok_or("no list")?.contains(value),
                "minimum" => at_least(value.as_f64(), wanted),
                "maximum" => at_most(value.as_f64(), wanted),
                "minLength" => at_least(length(value), wanted),
                "maxLength" => at_most(length(value), wanted),
                "minItems" => at_least(items(value), wanted),
                "maxItems" => at_most(items(value), wanted),
                "required" => {
                    let names =
                        wanted.as_array().ok_or("no list")?.iter().filter_map(Value::as_str);
                    names.into_iter().all(|name| value.get(name).is_some())
                }
                "properties" => {
                    for (name, part) in wanted.as_object().ok_or("no object")? {
                        if let Some(member) = value.get(name) {
                            self.value(part, member, &format!("{place}.{name}"))?;
                        }
                    }
                    true
                }
                "additionalProperties" => {
                    self.others(keywords.get("properties"), wanted, value, place)?
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.value(wanted, item, &format!("{place}[{index}]"))?;
                    }
                    true
                }
                other => return Err(format!("{place}: `{other}` is not understood").into()),
            };
            if !is_met {
                self.problems.push(format!("{place}: not {keyword} {wanted}: {value}"));
            }
        }
        Ok(())
    }

    /// Whether one of these schemas has no complaint.
    fn any(&self, schemas: &'a Value, value: &Value) -> Result<bool, Failure> {
        for schema in schemas.as_array().ok_or("no list")? {
            let mut check = Check { root: self.root, problems: Vec::new() };
            check.value(schema, value, "$")?;
            if check.problems.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The members that have no schema of their own.
    fn others(
        &mut self,
        known: Option<&Value>,
        wanted: &'a Value,
        value: &Value,
        place: &str,
    ) -> Result<bool, Failure> {
        let is_known = |name: &String| known.is_some_and(|known| known.get(name).is_some());
        let members = value.as_object().into_iter().flatten();
        for (name, member) in members.filter(|member| !is_known(member.0)) {
            if *wanted == Value::Bool(false) {
                return Ok(false);
            }
            if *wanted != Value::Bool(true) {
                self.value(wanted, member, &format!("{place}.{name}"))?;
            }
        }
        Ok(true)
    }
}

fn has_type(wanted: &Value, value: &Value) -> Result<bool, Failure> {
    let is = |word: &Value| {
        Ok::<bool, Failure>(match word.as_str().ok_or("a type is a word")? {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => return Err(format!("`{other}` is no type").into()),
        })
    };
    match wanted {
        Value::Array(words) => words.iter().try_fold(false, |any, word| Ok(any || is(word)?)),
        word => is(word),
    }
}

#[expect(clippy::cast_precision_loss, reason = "no text here is so long")]
fn length(value: &Value) -> Option<f64> {
    value.as_str().map(|text| text.chars().count() as f64)
}

#[expect(clippy::cast_precision_loss, reason = "no list here is so long")]
fn items(value: &Value) -> Option<f64> {
    value.as_array().map(|items| items.len() as f64)
}

/// A keyword about something that the value is not says nothing of it.
fn at_least(found: Option<f64>, wanted: &Value) -> bool {
    found.is_none_or(|found| wanted.as_f64().is_some_and(|wanted| found >= wanted))
}

fn at_most(found: Option<f64>, wanted: &Value) -> bool {
    found.is_none_or(|found| wanted.as_f64().is_some_and(|wanted| found <= wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_keyword_finds_what_it_is_about() {
        let schema = json!({
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": { "$ref": "#/$defs/name" },
                "counts": { "type": "object", "additionalProperties": { "type": "integer", "minimum": 0 } },
                "list": { "type": "array", "minItems": 1, "maxItems": 2, "items": { "enum": ["a", "b"] } },
                "maybe": { "anyOf": [{ "type": "null" }, { "const": 7 }] },
            },
            "additionalProperties": false,
            "$defs": { "name": { "type": "string", "minLength": 1, "maxLength": 3 } },
        });
        let check = |value: Value, expected: usize| {
            let found = problems(&schema, &value).unwrap();
            assert_eq!(found.len(), expected, "{value}: {found:?}");
        };
        check(json!({ "name": "abc", "counts": { "x": 1 }, "list": ["a"], "maybe": null }), 0);
        check(json!({ "name": "abc", "maybe": 7 }), 0);
        check(json!({}), 1);
        check(json!({ "name": "" }), 1);
        check(json!({ "name": "abcd" }), 1);
        check(json!({ "name": 1 }), 1);
        check(json!({ "name": "a", "counts": { "x": -1 } }), 1);
        check(json!({ "name": "a", "list": [] }), 1);
        check(json!({ "name": "a", "list": ["a", "b", "c"] }), 2);
        check(json!({ "name": "a", "maybe": 8 }), 1);
        check(json!({ "name": "a", "other": 1 }), 1);
        problems(&json!({ "pattern": "x" }), &json!(1)).unwrap_err();
    }
}

//! What sessions in other accounts are called, as STS allows it.

use std::collections::BTreeMap;

use crate::error::UserError;

/// Source: AWS STS API reference, `AssumeRole`: 2 to 64 characters of `[\w+=,.@-]`.
pub(crate) fn name(text: &str, from: &str) -> Result<String, UserError> {
    let is_allowed = |it: char| it.is_ascii_alphanumeric() || "_+=,.@-".contains(it);
    let is_name = (2..=64).contains(&text.len()) && text.chars().all(is_allowed);
    is_name.then(|| text.to_owned()).ok_or_else(|| {
        UserError::usage(
            format!("{from}: `{text}` is no name for a session"),
            "take 2 to 64 letters, digits and _ + = , . @ -",
        )
    })
}

/// `KEY=VALUE`, as a flag has it.
pub(crate) fn tag(text: &str) -> Result<(String, String), UserError> {
    let pair = text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
    pair.ok_or_else(|| wrong(&format!("`{text}` is not KEY=VALUE")))
}

/// Source: AWS STS API reference, `Tag`: at most 50, keys of up to 128 characters and values of up
/// to 256, of letters, digits, blanks and `_.:/=+-@`; keys are told apart whatever their case.
pub(crate) fn tags(
    tags: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<String, String>, UserError> {
    let mut known = BTreeMap::new();
    let mut keys = std::collections::BTreeSet::new();
    for (key, value) in tags {
        let is_key = (1..=128).contains(&key.chars().count())
            && !key.to_ascii_lowercase().starts_with("aws:");
        if !is_key || !is_tag_text(&key) {
            return Err(wrong(&format!("`{key}` is no key of a tag")));
        }
        if value.chars().count() > 256 || !is_tag_text(&value) {
            return Err(wrong(&format!("`{value}` is no value of a tag")));
        }
        if !keys.insert(key.to_lowercase()) {
            return Err(wrong(&format!("`{key}` is there twice")));
        }
        known.insert(key, value);
    }
    if known.len() > 50 {
        return Err(wrong("there are more than 50"));
    }
    Ok(known)
}

fn is_tag_text(text: &str) -> bool {
    text.chars().all(|it| it.is_alphanumeric() || it == ' ' || "_.:/=+-@".contains(it))
}

fn wrong(problem: &str) -> UserError {
    UserError::usage(
        format!("--session-tag: {problem}"),
        "take KEY=VALUE with letters, digits, blanks and _ . : / = + - @",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_sts_takes() {
        let long = "n".repeat(64);
        for (text, expected) in [
            ("nightly-audit", true),
            ("auditor@example.com", true),
            ("a", false),
            ("", false),
            ("aws:x", false),
            ("two words", false),
            (long.as_str(), true),
            (&format!("{long}n"), false),
            ("größe", false),
        ] {
            assert_eq!(name(text, "--session-name").is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn tags_are_those_that_sts_takes() {
        let check = |texts: &[&str], expected: bool| {
            let pairs: Result<Vec<_>, _> = texts.iter().map(|it| tag(it)).collect();
            assert_eq!(pairs.and_then(tags).is_ok(), expected, "{texts:?}");
        };
        check(&["team=security", "purpose=nightly audit", "empty="], true);
        check(&["cost-center=a=b"], true);
        check(&["team"], false);
        check(&["=security"], false);
        check(&["aws:team=security"], false);
        check(&["team=a", "Team=b"], false);
        check(&["team=a;b"], false);
        let many: Vec<String> = (0..51).map(|it| format!("k{it}=v")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        check(&many[..50], true);
        check(&many, false);
    }
}

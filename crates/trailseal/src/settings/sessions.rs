//! Roles, and what sessions in other accounts are called, as IAM and STS allow it.

use std::collections::{BTreeMap, BTreeSet};

use super::value::{Value, quoted};
use crate::error::UserError;

/// Source: AWS STS API reference, `AssumeRole`, and IAM API reference, `CreateRole`: `[\w+=,.@-]`.
fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_+=,.@-".contains(character)
}

/// The name of a role, with its path if it has one. Its account is not part of it, for the role is
/// assumed in every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleName(pub(crate) String);

impl RoleName {
    /// The role that the documentation deploys.
    pub(crate) fn documented() -> Self {
        Self("TrailsealAudit".to_owned())
    }
}

impl Value for RoleName {
    fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("arn:") {
            let instead = text.split_once(":role/").map(|it| it.1);
            let instead = instead.map(|it| format!(", {}", quoted(it))).unwrap_or_default();
            return Err(format!("{} is an ARN; give only the role name{instead}", quoted(text)));
        }
        let is_part = |part: &str| !part.is_empty() && part.chars().all(is_name_character);
        let is_name = text.len() <= 512 && text.split('/').all(is_part);
        let wrong = || {
            format!(
                "{} is not the name of a role: take letters, digits and _ + = , . @ -",
                quoted(text)
            )
        };
        is_name.then(|| Self(text.to_owned())).ok_or_else(wrong)
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// The name of a session, or a source identity: 2 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionName(pub(crate) String);

impl Value for SessionName {
    fn parse(text: &str) -> Result<Self, String> {
        let is_name = (2..=64).contains(&text.len()) && text.chars().all(is_name_character);
        let wrong = || {
            format!(
                "{} is not a name for a session: take 2 to 64 letters, digits and _ + = , . @ -",
                quoted(text)
            )
        };
        is_name.then(|| Self(text.to_owned())).ok_or_else(wrong)
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// A tag of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionTag {
    key: String,
    value: String,
}

impl Value for SessionTag {
    fn parse(text: &str) -> Result<Self, String> {
        let (key, value) =
            text.split_once('=').ok_or_else(|| format!("{} is not KEY=VALUE", quoted(text)))?;
        Self::pair(key, value)
    }

    /// Source: AWS STS API reference, `Tag`: keys of up to 128 characters and values of up to 256, of
    /// letters, digits, blanks and `_.:/=+-@`.
    fn pair(key: &str, value: &str) -> Result<Self, String> {
        let is_text = |text: &str, most: usize| {
            text.chars().count() <= most
                && text.chars().all(|it| it.is_alphanumeric() || " _.:/=+-@".contains(it))
        };
        let may = "letters, digits, blanks and _ . : / = + - @";
        if key.is_empty() || key.to_ascii_lowercase().starts_with("aws:") || !is_text(key, 128) {
            return Err(format!("`{key}` is not a key for a tag: take {may}"));
        }
        if !is_text(value, 256) {
            return Err(format!("`{value}` is not a value for a tag: take {may}"));
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }

    fn shown(&self) -> String {
        format!("{}={}", self.key, self.value)
    }
}

/// All tags of a session. Source: as above; at most 50, and keys are told apart whatever their case.
pub(crate) fn tags(tags: &[SessionTag]) -> Result<BTreeMap<String, String>, UserError> {
    let wrong = |problem: String| {
        UserError::usage(
            format!("--session-tag: {problem}"),
            "give at most 50 tags, and each key once",
        )
    };
    if tags.len() > 50 {
        return Err(wrong(format!("{} tags are given", tags.len())));
    }
    let mut keys = BTreeSet::new();
    match tags.iter().find(|it| !keys.insert(it.key.to_lowercase())) {
        Some(twice) => Err(wrong(format!("`{}` is given twice", twice.key))),
        None => Ok(tags.iter().map(|it| (it.key.clone(), it.value.clone())).collect()),
    }
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
            assert_eq!(SessionName::parse(text).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_role_is_named_without_its_account() {
        for (text, expected) in [
            ("TrailsealAudit", true),
            ("audit/TrailsealAudit", true),
            ("arn:aws:iam::000000000001:role/TrailsealAudit", false),
            ("role name", false),
            ("/TrailsealAudit", false),
            ("", false),
        ] {
            assert_eq!(RoleName::parse(text).is_ok(), expected, "{text}");
        }
        let error = RoleName::parse("arn:aws:iam::000000000001:role/path/Audit").unwrap_err();
        assert!(error.contains("`path/Audit`"), "{error}");
    }

    #[test]
    fn tags_are_those_that_sts_takes() {
        let check = |texts: &[&str], expected: bool| {
            let read: Result<Vec<_>, _> = texts.iter().map(|it| SessionTag::parse(it)).collect();
            assert_eq!(read.is_ok_and(|it| tags(&it).is_ok()), expected, "{texts:?}");
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

//! Where an alert lies: a path that no repository needs to have, the same in every run.

use serde_json::json;
use trailseal_model::record::v1::FindingLine;

/// Stands where nothing is known: GitHub takes an empty text for a missing one.
const UNKNOWN: &str = "unknown";

/// The place of one alert.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AlertLocation {
    /// A relative URI, each of its segments percent-encoded.
    pub(crate) uri: String,
    /// The subject's identity: its ARN, or an id.
    pub(crate) identity: String,
    /// The subject's name.
    pub(crate) name: String,
}

impl AlertLocation {
    /// The place of a finding's subject: a trail or store under its owner and home Region, an
    /// account under itself.
    pub(crate) fn of_finding(finding: &FindingLine) -> Self {
        let account = finding.account_id.as_str();
        let name = finding.resource_name.as_str();
        let region = finding
            .region
            .as_deref()
            .or_else(|| finding.resource_arn.split(':').nth(3))
            .unwrap_or_default();
        let uri = match finding.resource_type.as_str() {
            "account" => return Self::of_account(account),
            "trail" => path(&["aws", account, region, "cloudtrail"], name),
            "event_data_store" => {
                let id = finding.resource_arn.rsplit('/').next().unwrap_or(name);
                path(&["aws", account, region, "cloudtrail", "eventdatastore"], id)
            }
            other => path(&["aws", account, region, other], name),
        };
        let name = if name.is_empty() { UNKNOWN } else { name };
        Self { uri, identity: finding.resource_arn.clone(), name: name.to_owned() }
    }

    /// The place of an account.
    pub(crate) fn of_account(id: &str) -> Self {
        let uri = path(&["aws", id], "account");
        Self { uri, identity: id.to_owned(), name: id.to_owned() }
    }

    /// The place of the organization: its id, or the caller's account where no id is known.
    pub(crate) fn of_organization(id: &str) -> Self {
        let uri = path(&["aws", id], "organization");
        Self { uri, identity: id.to_owned(), name: id.to_owned() }
    }

    /// What the file at the path would say: one line of JSON.
    pub(crate) fn content(&self) -> String {
        json!({ "id": self.identity }).to_string()
    }
}

fn path(folders: &[&str], file: &str) -> String {
    let mut path = String::new();
    for folder in folders {
        path.push_str(&segment(folder));
        path.push('/');
    }
    path + &segment(file) + ".json"
}

/// One segment of a path: everything but unreserved characters is percent-encoded, so that a name
/// can neither leave its folder nor look like a scheme.
pub(crate) fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    if matches!(text, "" | "." | "..") {
        return UNKNOWN.to_owned();
    }
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leading_zeros_stay() {
        assert_eq!(AlertLocation::of_account("000000000001").uri, "aws/000000000001/account.json");
        assert_eq!(AlertLocation::of_organization("o-1").uri, "aws/o-1/organization.json");
    }

    #[test]
    fn a_segment_is_encoded() {
        assert_eq!(segment("a-b._~C9"), "a-b._~C9");
        assert_eq!(segment("arn:aws:x/y z%"), "arn%3Aaws%3Ax%2Fy%20z%25");
        assert_eq!(segment("é🦭"), "%C3%A9%F0%9F%A6%AD");
        for nowhere in ["", ".", ".."] {
            assert_eq!(segment(nowhere), "unknown");
        }
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_folder(name in "\\PC*") {
            let place = path(&["aws", &name], &name);
            prop_assert_eq!(place.split('/').count(), 3);
            prop_assert!(place.is_ascii() && !place.contains([':', ' ', '\\', '?', '#', '"', '<']));
            prop_assert!(place.split('/').all(|it| !matches!(it, "" | "." | "..")));
        }
    }
}

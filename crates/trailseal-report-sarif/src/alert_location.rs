//! Where an alert is shown: a path that no repository needs to have, the same in every run.

use serde_json::json;
use trailseal_model::{AccountId, Region, SubjectKind};

use crate::failures::Failure;

/// Used where nothing is known: GitHub takes an empty text for a missing one.
const UNKNOWN: &str = "unknown";

/// The location of one alert.
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
    /// The location of what failed: a trail or store under its owner and home Region, an account under
    /// itself.
    pub(crate) fn of_failure(failure: &Failure) -> Self {
        let account = failure.account.map(|account| account.to_string()).unwrap_or_default();
        let (name, arn) = (failure.name.as_str(), failure.subject.as_str());
        let region = failure.region.map(Region::name);
        let region = region.or_else(|| arn.split(':').nth(3)).unwrap_or_default();
        let uri = match failure.kind {
            SubjectKind::Account => path(&["aws", &account], "account"),
            SubjectKind::Trail => path(&["aws", &account, region, "cloudtrail"], name),
            SubjectKind::EventDataStore => {
                let id = arn.rsplit('/').next().unwrap_or(name);
                path(&["aws", &account, region, "cloudtrail", "eventdatastore"], id)
            }
        };
        let known = |text: &str| if text.is_empty() { UNKNOWN } else { text }.to_owned();
        Self { uri, identity: known(arn), name: known(name) }
    }

    /// The location of an account.
    pub(crate) fn of_account(account: AccountId) -> Self {
        let id = account.to_string();
        Self { uri: path(&["aws", &id], "account"), identity: id.clone(), name: id }
    }

    /// The location of the organization: its id, or the caller's account where no id is known.
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
        assert_eq!(
            AlertLocation::of_account(AccountId::new(1).unwrap()).uri,
            "aws/000000000001/account.json"
        );
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
            let location = path(&["aws", &name], &name);
            prop_assert_eq!(location.split('/').count(), 3);
            prop_assert!(location.is_ascii() && !location.contains([':', ' ', '\\', '?', '#', '"', '<']));
            prop_assert!(location.split('/').all(|part| !matches!(part, "" | "." | "..")));
        }
    }
}

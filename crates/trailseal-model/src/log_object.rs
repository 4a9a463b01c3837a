//! Delivered objects as S3 shows them from outside: their names and their heads.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::header_problem::HeaderProblem;
use crate::target::Target;

/// Who reads a bucket's objects, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reader {
    /// The account whose session is used, and the bucket's Region.
    pub target: Target,
    /// Sent as `ExpectedBucketOwner`, where the owner is known.
    pub expected_owner: Option<AccountId>,
}

/// What is wanted of one page of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Want {
    /// The names of all objects.
    Names,
    /// The names of the first objects.
    First,
    /// The folders that objects are in, directly below the prefix; a slash is S3's `Delimiter`.
    Folders,
}

impl Want {
    /// Names on a page that is read whole: as many as S3 gives at most.
    pub const PAGE: u16 = 1000;
    /// Names to ask for where one object is wanted, because something else may be among the logs.
    pub const FEW: u16 = 50;

    /// Names to ask for, `MaxKeys`.
    #[must_use]
    pub const fn most(self) -> u16 {
        match self {
            Self::First => Self::FEW,
            Self::Names | Self::Folders => Self::PAGE,
        }
    }
}

/// What one page of a listing has of what was wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectsListed {
    /// Keys, in S3's order; none where folders are wanted.
    pub keys: Vec<String>,
    /// Folders, each with its slash; none unless they are wanted.
    pub folders: Vec<String>,
    /// The text that the next page starts after; `None` on the last page.
    pub next: Option<String>,
}

impl ObjectsListed {
    /// What is wanted of a page with these keys and folders, both in S3's order.
    #[must_use]
    pub fn of_page(
        want: Want,
        keys: Vec<String>,
        folders: Vec<String>,
        is_truncated: bool,
    ) -> Self {
        let next = if is_truncated { last_of(&keys, &folders) } else { None };
        match want {
            Want::Names | Want::First => Self { keys, folders: Vec::new(), next },
            Want::Folders => Self { keys: Vec::new(), folders, next },
        }
    }
}

/// The text behind the last name of a page and behind everything in the last folder.
fn last_of(keys: &[String], folders: &[String]) -> Option<String> {
    let key = keys.last().cloned();
    let folder = folders.last().map(|folder| behind_folder(folder));
    key.max(folder)
}

/// A text that comes after everything in a folder, and before what follows it: slash and nought are
/// neighbours. With the folder's own name S3 would list it again, as its objects come after that.
#[must_use]
pub fn behind_folder(folder: &str) -> String {
    format!("{}0", folder.strip_suffix('/').unwrap_or(folder))
}

/// What HeadObject shows of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectHead {
    /// `x-amz-version-id`.
    pub version_id: Option<String>,
    /// `Last-Modified`.
    #[serde(with = "crate::serde_text::optional", default)]
    pub last_modified: Option<Timestamp>,
    /// Bytes.
    pub size: Option<u64>,
    /// `ETag`, without its quotation marks.
    pub etag: Option<String>,
    /// `x-amz-server-side-encryption`, verbatim.
    pub algorithm: Option<String>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`, verbatim.
    pub kms_key_id: Option<String>,
    /// `x-amz-server-side-encryption-customer-algorithm`, verbatim.
    pub customer_algorithm: Option<String>,
    /// `x-amz-server-side-encryption-bucket-key-enabled`.
    pub bucket_key: Option<bool>,
    /// A header that could not be parsed, and is left out of the rest.
    pub not_understood: Option<HeaderProblem>,
}

impl ObjectHead {
    /// Names the kind of encryption.
    pub const ALGORITHM: &'static str = "x-amz-server-side-encryption";
    /// Names the KMS key.
    pub const KEY_ID: &'static str = "x-amz-server-side-encryption-aws-kms-key-id";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_page_of_names_goes_on_after_its_last_one() {
        let page = |is_truncated| {
            ObjectsListed::of_page(Want::Names, names(&["a", "b"]), Vec::new(), is_truncated)
        };
        assert_eq!(page(true).next.as_deref(), Some("b"));
        assert_eq!(page(false).next, None);
    }

    #[test]
    fn folders_go_on_behind_everything_in_the_last_one() {
        let page = |keys: &[&str], folders: &[&str]| {
            let page = ObjectsListed::of_page(Want::Folders, names(keys), names(folders), true);
            assert_eq!(page.keys, names(&[]));
            page.next.unwrap()
        };
        let next = page(&[], &["logs/1/", "logs/2/"]);
        assert_eq!(next, "logs/20");
        for inside in ["logs/2/", "logs/2/a", "logs/2/~", "logs/2/\u{10ffff}\u{10ffff}"] {
            assert!(*inside < *next, "{inside} would be listed again");
        }
        for behind in ["logs/20/", "logs/20/a", "logs/21/", "logs/3/"] {
            assert!(*behind > *next, "{behind} would be passed over");
        }
        assert_eq!(page(&["logs/3.txt"], &["logs/2/"]), "logs/3.txt");
        assert_eq!(page(&["logs/1.txt"], &["logs/2/"]), "logs/20");
    }
}

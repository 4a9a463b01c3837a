//! Buckets. Log objects are not in them: they follow from what trails deliver.

use super::account::AccountId;
use super::region::Region;
use super::trail::Seal;

/// Who but its owner's account may read a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    /// Nobody.
    OwnerOnly,
    /// Every account of the organization.
    Organization,
    /// These accounts.
    Accounts(Vec<AccountId>),
}

/// One bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Its name, unique in the partition.
    pub name: Box<str>,
    /// The account that owns it; a stranger, where somebody took the name of a deleted bucket.
    pub owner: AccountId,
    /// Its Region.
    pub region: Region,
    /// How objects without an encryption header of their own are encrypted: `AES256` unless set.
    pub default_seal: Seal,
    /// Whom its policy lets read.
    pub readers: Readers,
    /// IAM actions that its policy denies to everybody, its owner's account too.
    pub denied_actions: Box<[Box<str>]>,
    /// Whether it keeps versions: HeadObject then tells the one that is shown.
    pub is_versioned: bool,
    /// Objects that no trail delivered, by key.
    pub extra: Vec<ExtraObject>,
}

/// An object that no trail delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraObject {
    /// Its key.
    pub key: Box<str>,
    /// Its size in bytes.
    pub size: u64,
    /// How it is encrypted.
    pub seal: Seal,
}

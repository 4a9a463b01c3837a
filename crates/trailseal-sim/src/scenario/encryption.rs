//! How objects are encrypted: said by the relation of their key to the trail, for the keys' ARNs follow from
//! the rest of a case.

use crate::world::trail::Odd;

/// How objects are encrypted, before the keys' ARNs are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Under the trail's key.
    TrailKey,
    /// Under the trail's key, encrypted twice.
    TrailKeyTwice,
    /// Under the primary key that the trail's key is a replica of.
    PrimaryKey,
    /// Under another customer managed key of the account.
    OtherKey,
    /// Under the key of the account's other trail, which delivers under the same prefix.
    SiblingsKey,
    /// Under a key of an account outside the organization.
    StrangersKey,
    /// Under `aws/s3`, the key that AWS manages.
    AwsManagedKey,
    /// Under S3's keys.
    Aes256,
    /// Under some key, and S3 does not tell which.
    UntoldKey,
    /// Under the trail's key, and S3 tells an alias of it.
    TrailKeyAlias,
    /// Under the trail's key, by an algorithm that S3 does not document.
    UnknownAlgorithm,
    /// Under the trail's key, and the algorithm comes in upper case.
    UpperCaseAlgorithm,
    /// Under a key that comes with each request.
    CustomerProvided,
    /// As before S3 encrypted everything.
    Unencrypted,
}

/// How objects are encrypted from a time on, and which ones otherwise.
#[derive(Debug, Clone, Copy)]
pub struct EncryptedSince {
    /// Hours before the audit.
    pub hours_ago: i64,
    /// How they are encrypted.
    pub how: How,
    /// The odd ones.
    pub odd: Option<(Odd, How)>,
}

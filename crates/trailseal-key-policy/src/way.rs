//! The actions by which somebody comes to decrypt a log.
//!
//! Beside kms:Decrypt, kms:ReEncryptFrom turns the data key to another KMS key; kms:CreateGrant gives
//! any identity either of the two; kms:PutKeyPolicy changes who may (KMS developer guide, *AWS KMS
//! permissions*, *Grants in AWS KMS*).

use crate::evaluate::can_apply_to;
use crate::policy::Statement;

/// One of the actions that lead to decryption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// kms:Decrypt.
    Decrypt,
    /// kms:ReEncryptFrom.
    ReEncryptFrom,
    /// kms:CreateGrant, of a grant that gives kms:Decrypt or kms:ReEncryptFrom.
    CreateGrant,
    /// kms:PutKeyPolicy.
    PutKeyPolicy,
}

/// The way that is found first is shown.
const WAYS: [Way; 4] = [Way::Decrypt, Way::ReEncryptFrom, Way::CreateGrant, Way::PutKeyPolicy];

impl Way {
    /// The action, with its prefix.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Decrypt => "kms:Decrypt",
            Self::ReEncryptFrom => "kms:ReEncryptFrom",
            Self::CreateGrant => "kms:CreateGrant",
            Self::PutKeyPolicy => "kms:PutKeyPolicy",
        }
    }

    /// Those of which a statement may speak at all.
    pub(crate) fn of(statement: &Statement) -> Vec<Self> {
        let ways = WAYS.into_iter();
        ways.filter(|it| can_apply_to(&statement.action, it.action())).collect()
    }
}

//! What policies are asked for.

use std::collections::BTreeSet;
use std::fmt;

use trailseal_model::{ControlId, Operation, Purpose};

use super::bucket::LogBucket;
use super::caller::Caller;

/// Who gets a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// The role or user that runs scans.
    Caller,
    /// The role that a scan assumes in each member account.
    Member,
    /// The same role in the management account, which no StackSet reaches.
    Management,
    /// The same role in the account that owns the buckets of trails.
    LogArchive,
}

/// An external id. No `Debug` output shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalId(pub String);

impl fmt::Debug for ExternalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// The name of a role, with its path if it has one: `audit/TrailsealAudit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(pub String);

impl RoleName {
    /// The name without its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |it| it.1)
    }

    /// The path, as IAM has it: `/`, or `/audit/`.
    #[must_use]
    pub fn path(&self) -> String {
        self.0.rsplit_once('/').map_or_else(|| "/".to_owned(), |it| format!("/{}/", it.0))
    }
}

/// What policies are asked for: who gets them, and the settings of the scan that they are for.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says whether a setting is used")]
pub struct IamRequest {
    /// Who gets the policy.
    pub recipient: Recipient,
    /// Who runs the scan.
    pub caller: Caller,
    /// The role that is assumed in other accounts.
    pub role: RoleName,
    /// Roles that are tried where it cannot be assumed.
    pub fallbacks: Vec<RoleName>,
    /// What trust policies ask for.
    pub external_id: Option<ExternalId>,
    /// Whether sessions have tags.
    pub tags_sessions: bool,
    /// Whether sessions have a source identity.
    pub sets_source_identity: bool,
    /// The organization that the caller must belong to, `o-…`.
    pub organization: Option<String>,
    /// The buckets whose objects may be read; none is every bucket.
    pub buckets: Vec<LogBucket>,
    /// Whether accounts are listed in a file in case Organizations lists none.
    pub has_accounts_file: bool,
    /// Whether tags of accounts are read.
    pub reads_account_tags: bool,
    /// Controls that are not judged.
    pub skipped_controls: BTreeSet<ControlId>,
}

impl IamRequest {
    /// The request of a scan with the default settings.
    #[must_use]
    pub fn new(recipient: Recipient, caller: Caller, role: RoleName) -> Self {
        Self {
            recipient,
            caller,
            role,
            fallbacks: Vec::new(),
            external_id: None,
            tags_sessions: false,
            sets_source_identity: false,
            organization: None,
            buckets: Vec::new(),
            has_accounts_file: false,
            reads_account_tags: false,
            skipped_controls: BTreeSet::new(),
        }
    }

    /// Whether a scan with these settings makes the call, in an account of the recipient.
    ///
    /// ListAccounts is asked first, whether accounts are in a file or not; DescribeOrganization only
    /// where that refuses.
    pub(super) fn calls(&self, operation: Operation) -> bool {
        let is_of_caller = matches!(operation.service(), "organizations" | "sts");
        let is_wanted = match operation {
            Operation::DescribeOrganization => self.has_accounts_file,
            Operation::ListTagsForResource => self.reads_account_tags,
            _ => true,
        };
        is_wanted
            && operation.purpose() == Purpose::Audit
            && (self.recipient == Recipient::Caller || !is_of_caller)
            && operation.is_asked(&self.skipped_controls)
    }
}

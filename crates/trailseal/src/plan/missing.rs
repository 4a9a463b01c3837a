//! What is missing, and what to paste so that it is there: one entry for each kind, with every account
//! that it concerns. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trailseal_model::{AccountId, Arn, Denial, Gap, GapClass, Operation, Partition, Region};

use super::probe::{AccountRow, Standing};
use super::resources::{BucketAnswer, BucketRow, KeyRow};

/// What keeps a scan from seeing something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Missing {
    pub(crate) operation: Operation,
    pub(crate) class: GapClass,
    /// The accounts, sorted; none for what the caller itself lacks in Organizations.
    pub(crate) accounts: Vec<AccountId>,
    /// The Regions in which it showed, sorted.
    pub(crate) regions: Vec<Region>,
    /// AWS's message of the first of them, in short.
    pub(crate) message: String,
    /// What to do, in one sentence.
    pub(crate) what_to_do: String,
    /// Where to paste the statement.
    pub(crate) paste_into: Option<String>,
    /// The statement to paste, where one helps.
    pub(crate) statement: Option<Value>,
}

/// Who asks, for the statements.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) caller: Arn,
    pub(super) partition: Partition,
    pub(super) role_name: String,
    pub(super) has_external_id: bool,
}

impl Who {
    /// The ARN of what reads an account: the caller itself in its own one, else the audit role.
    fn reader(&self, account: AccountId) -> String {
        if self.caller.account() == Some(account) {
            return principal(&self.caller);
        }
        format!("arn:{}:iam::{account}:role/{}", self.partition, self.role_name)
    }

    /// Whose policies let these accounts be read.
    fn readers(&self, accounts: &[AccountId]) -> String {
        let own = self.caller.account().filter(|account| accounts.contains(account));
        let role = format!("a policy of role {}", self.role_name);
        match own {
            None => role,
            Some(_) if accounts.len() == 1 => format!("a policy of {}", principal(&self.caller)),
            Some(own) => format!("{role}, and for {own} into one of {}", principal(&self.caller)),
        }
    }
}

/// Characters of a message that are shown.
const SHOWN: usize = 500;

/// What the probes lacked, the accounts that cannot be opened first.
pub(super) fn missing(
    of_organization: &[Gap],
    rows: &[AccountRow],
    keys: &[KeyRow],
    buckets: &[BucketRow],
    who: &Who,
) -> Vec<Missing> {
    let gaps = of_organization.iter().chain(rows.iter().flat_map(gaps_of));
    let of_keys = keys.iter().filter_map(|row| row.answer.as_ref()?.as_ref().err());
    let of_buckets = buckets.iter().filter_map(|row| match &row.answer {
        BucketAnswer::Refused(gap) => Some(gap),
        BucketAnswer::Listed(_) | BucketAnswer::Gone | BucketAnswer::OwnerUnknown(_) => None,
    });
    let gaps = gaps.chain(of_keys.chain(of_buckets).map(|gap| &**gap));
    let mut kinds: BTreeMap<Kind, Vec<&Gap>> = BTreeMap::new();
    for gap in gaps.filter(|gap| gap.class != GapClass::RegionDisabled) {
        kinds.entry(Kind::of(gap)).or_default().push(gap);
    }
    // An account that could not be opened for its key is named for its own probe already.
    kinds.into_iter().map(|(kind, gaps)| kind.missing(&gaps, who)).collect()
}

/// Everything that an account refused.
fn gaps_of(row: &AccountRow) -> Vec<&Gap> {
    match &row.standing {
        Standing::NotInUse | Standing::LeftOut => Vec::new(),
        Standing::Unreachable(gap) => vec![gap],
        Standing::Reached(reached) => {
            let trails = reached.trails.as_ref().err();
            let stores = reached.stores.as_ref().err();
            let listed = reached.listed.as_ref().and_then(|listed| listed.as_ref().err());
            [trails, stores, listed].into_iter().flatten().map(|gap| &**gap).collect()
        }
    }
}

/// What gaps have in common that are mended in the same way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// Accounts that cannot be opened first, then what a scan needs most.
    rank: (bool, bool),
    operation: &'static str,
    class: GapClass,
    what_to_do: String,
}

impl Kind {
    fn of(gap: &Gap) -> Self {
        let operation = gap.operation;
        Self {
            rank: (operation != Operation::AssumeRole, !operation.is_essential()),
            operation: operation.as_str(),
            class: gap.class,
            what_to_do: gap.cause().what_to_do(&[]),
        }
    }

    fn missing(self, gaps: &[&Gap], who: &Who) -> Missing {
        let first = gaps[0];
        let mut accounts: Vec<AccountId> = gaps.iter().filter_map(|gap| gap.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let mut regions: Vec<Region> = gaps.iter().filter_map(|gap| gap.region).collect();
        regions.sort_unstable();
        regions.dedup();
        let names: Vec<&str> = regions.iter().map(|region| region.name()).collect();
        let pasted = statement(gaps, &accounts, who);
        let (paste_into, statement) = pasted.unzip();
        Missing {
            operation: first.operation,
            class: self.class,
            message: short(first.message.as_deref().or(first.code.as_deref()).unwrap_or_default()),
            what_to_do: first.cause().what_to_do(&names),
            accounts,
            regions,
            paste_into,
            statement,
        }
    }
}

/// A message on one line, cut where it gets long.
fn short(message: &str) -> String {
    let clean: String =
        message.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match clean.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

/// Where to paste which statement; `None` where no statement of the account or the caller helps.
fn statement(gaps: &[&Gap], accounts: &[AccountId], who: &Who) -> Option<(String, Value)> {
    let gap = gaps[0];
    let denial = gap.message.as_deref().and_then(Denial::read);
    // A statement that denies is not undone by one that allows.
    if denial.is_some_and(|denial| denial.is_explicit) {
        return None;
    }
    let action = gap.operation.iam_action()?;
    match (gap.operation, gap.class) {
        (Operation::AssumeRole, GapClass::DeniedByIdentityPolicy) => {
            let role = &who.role_name;
            let resource = format!("arn:{}:iam::*:role/{role}", who.partition);
            Some((
                format!("a policy of {}", principal(&who.caller)),
                allow(action, &json!(resource)),
            ))
        }
        (
            Operation::AssumeRole,
            GapClass::RoleNotAssumable | GapClass::Denied | GapClass::DeniedByResourcePolicy,
        ) => Some((format!("the trust policy of role {}", who.role_name), trust(who))),
        (operation, GapClass::DeniedByIdentityPolicy | GapClass::Denied) => {
            let is_directory = operation.service() == "organizations";
            let place = if is_directory {
                format!("a policy of {}", principal(&who.caller))
            } else {
                who.readers(accounts)
            };
            Some((place, allow(action, &resources(gaps))))
        }
        (operation, GapClass::DeniedByResourcePolicy) => {
            let place = if operation.service() == "kms" {
                "the key's policy"
            } else {
                "the bucket's policy"
            };
            let mut statement = allow(action, &resources(gaps));
            let roles: Vec<String> = accounts.iter().map(|account| who.reader(*account)).collect();
            statement["Principal"] = json!({ "AWS": roles });
            Some((place.to_owned(), statement))
        }
        _ => None,
    }
}

fn allow(action: &str, resource: &Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

/// The trust in the caller, with a placeholder for the external id, which is never printed.
fn trust(who: &Who) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "AWS": principal(&who.caller) },
        "Action": "sts:AssumeRole",
    });
    if who.has_external_id {
        let condition =
            json!({ "StringEquals": { "sts:ExternalId": "<the value of --external-id>" } });
        statement["Condition"] = condition;
    }
    statement
}

/// The role behind an assumed role's session, as a policy names it; any other caller as it is.
fn principal(caller: &Arn) -> String {
    let session = caller.resource().strip_prefix("assumed-role/");
    match (session.and_then(|it| it.split('/').next()), caller.account()) {
        (Some(role), Some(account)) => {
            format!("arn:{}:iam::{account}:role/{role}", caller.partition())
        }
        _ => caller.to_string(),
    }
}

/// The ARNs of the keys and buckets that were asked about; `*` for what knows no resource.
fn resources(gaps: &[&Gap]) -> Value {
    let arn = |gap: &&Gap| -> Option<String> {
        let subject = gap.subject.as_deref()?;
        match gap.operation {
            Operation::DescribeKey => Some(subject.to_owned()),
            Operation::ListObjectsV2 => {
                let bucket = subject.split('/').next()?;
                let partition = gap.region.map_or("aws", partition_of);
                Some(format!("arn:{partition}:s3:::{bucket}"))
            }
            _ => None,
        }
    };
    let mut arns: Vec<String> = gaps.iter().filter_map(arn).collect();
    arns.sort();
    arns.dedup();
    match arns.as_slice() {
        [] => json!("*"),
        [one] => json!(one),
        several => json!(several),
    }
}

fn partition_of(region: Region) -> &'static str {
    let has = |partition: &&Partition| partition.regions().contains(&region);
    Partition::ALL.iter().find(has).map_or("aws", |partition| partition.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(caller: &str) -> Who {
        Who {
            caller: Arn::new(caller).unwrap(),
            partition: Partition::Aws,
            role_name: "TrailsealAudit".to_owned(),
            has_external_id: true,
        }
    }

    fn gap(operation: Operation, class: GapClass, account: u64, subject: &str) -> Gap {
        let region = Region::new("eu-west-1");
        Gap::new(class, operation).at(AccountId::new(account).unwrap(), region).on(subject)
    }

    fn of(gaps: &[Gap]) -> Vec<Missing> {
        let who = who("arn:aws:sts::111122223333:assumed-role/Auditor/run");
        missing(gaps, &[], &[], &[], &who)
    }

    #[test]
    fn one_statement_names_every_key_and_every_account() {
        let [one, other] = [1, 2].map(|account| {
            let key = format!("arn:aws:kms:eu-west-1:00000000000{account}:key/k");
            gap(Operation::DescribeKey, GapClass::DeniedByIdentityPolicy, account, &key)
        });
        let found = of(&[other, one]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].accounts.len(), 2);
        let statement = found[0].statement.as_ref().unwrap();
        let expected = json!({
            "Effect": "Allow",
            "Action": "kms:DescribeKey",
            "Resource": [
                "arn:aws:kms:eu-west-1:000000000001:key/k",
                "arn:aws:kms:eu-west-1:000000000002:key/k",
            ],
        });
        assert_eq!(*statement, expected);
        assert_eq!(found[0].paste_into.as_deref(), Some("a policy of role TrailsealAudit"));
    }

    #[test]
    fn the_role_must_trust_the_role_behind_the_session_and_no_secret_is_shown() {
        let found = of(&[gap(Operation::AssumeRole, GapClass::RoleNotAssumable, 7, "")]);
        let statement = found[0].statement.as_ref().unwrap();
        assert_eq!(statement["Principal"]["AWS"], "arn:aws:iam::111122223333:role/Auditor");
        let id = &statement["Condition"]["StringEquals"]["sts:ExternalId"];
        assert_eq!(id, "<the value of --external-id>");
    }

    #[test]
    fn the_caller_reads_its_own_account_and_the_role_the_others() {
        let own = 111_122_223_333;
        let denied = |account| {
            gap(Operation::ListEventDataStores, GapClass::DeniedByIdentityPolicy, account, "")
        };
        let caller = "arn:aws:iam::111122223333:role/Auditor";
        let place = |gaps: &[Gap]| of(gaps)[0].paste_into.clone().unwrap();
        assert_eq!(place(&[denied(own)]), format!("a policy of {caller}"));
        assert_eq!(place(&[denied(7)]), "a policy of role TrailsealAudit");
        let both = place(&[denied(7), denied(own)]);
        let expected = "a policy of role TrailsealAudit, and for 111122223333 into one of ";
        assert_eq!(both, format!("{expected}{caller}"));
    }

    #[test]
    fn a_policy_that_denies_is_named_and_no_statement_pretends_to_undo_it() {
        let message = "User: x is not authorized to perform: cloudtrail:DescribeTrails with an \
            explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/\
            service_control_policy/p-deny";
        let denied = gap(Operation::DescribeTrails, GapClass::DeniedByScp, 7, "").saying(message);
        let found = of(&[denied]);
        assert_eq!(found[0].statement, None);
        assert!(found[0].what_to_do.contains("p-deny"), "{}", found[0].what_to_do);
        assert!(found[0].what_to_do.contains("eu-west-1"), "{}", found[0].what_to_do);
    }

    #[test]
    fn a_bucket_is_named_in_its_partition_and_a_resource_policy_names_the_role() {
        let region = Region::new("cn-north-1");
        let refused =
            gap(Operation::ListObjectsV2, GapClass::DeniedByResourcePolicy, 7, "logs/AWSLogs/");
        let found = of(&[Gap { region, ..refused }]);
        let statement = found[0].statement.as_ref().unwrap();
        assert_eq!(statement["Resource"], "arn:aws-cn:s3:::logs");
        assert_eq!(statement["Action"], "s3:ListBucket");
        let role = "arn:aws:iam::000000000007:role/TrailsealAudit";
        assert_eq!(statement["Principal"]["AWS"], json!([role]));
    }

    #[test]
    fn what_opens_accounts_comes_first_and_disabled_regions_are_not_missing() {
        let found = of(&[
            gap(Operation::ListTrails, GapClass::Denied, 1, ""),
            gap(Operation::DescribeTrails, GapClass::Timeout, 1, ""),
            gap(Operation::DescribeTrails, GapClass::RegionDisabled, 2, ""),
            gap(Operation::AssumeRole, GapClass::RoleNotAssumable, 3, ""),
        ]);
        let order: Vec<&str> = found.iter().map(|it| it.operation.as_str()).collect();
        assert_eq!(order, ["AssumeRole", "DescribeTrails", "ListTrails"]);
        assert_eq!(found[1].statement, None);
    }
}

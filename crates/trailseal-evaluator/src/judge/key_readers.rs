//! `key-readers-limited`: who can decrypt the logs, by the key policy and by grants.
//!
//! Sources: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail" and "Default KMS
//! key policy created in CloudTrail console"; KMS developer guide, "Creating a key policy" and "Grants
//! in AWS KMS". The policy is simulated by `trailseal-key-policy`.

use std::sync::Arc;

use trailseal_key_policy::{
    Accounts, LogReading, Member, Membership, Way, Who, Why, is_reader_denied, readers,
};
use trailseal_model::{
    Account, AccountId, Answer, ControlId, DecryptGrant, Evidence, Finding, GapId, Observed, Reason,
};

use super::TrailCase;
use super::key_policy::PolicyRead;

const CONTROL: ControlId = ControlId::KeyReadersLimited;
const EXPECTED: &str = "decryption by named readers only";

pub(super) fn judge(case: &TrailCase<'_>) -> Finding {
    let read = match PolicyRead::of(case, CONTROL, EXPECTED) {
        Ok(read) => read,
        Err(finding) => return *finding,
    };
    let found = case.readers_by(&read);
    // What is certain takes precedence over what is not, and the wider over the narrower.
    let worst = found.iter().filter_map(|it| it.fault.as_ref()).min_by_key(|it| it.rank());
    match worst {
        Some(Fault::Fails(reason)) => failed(case, &read, &found, *reason),
        Some(Fault::Unlisted(gap)) => {
            let observed = shown(found.iter().filter(|it| it.is(Fault::Unlisted(*gap))));
            let finding = Finding::not_proven(CONTROL, case.subject(), Reason::Unread, vec![*gap])
                .saying(format!(
                    "An account that was not listed can decrypt the logs of '{}', and the list of accounts is incomplete.",
                    case.name()
                ))
                .comparing(EXPECTED, observed);
            case.showing_both(finding, &read)
        }
        Some(Fault::Doubt) => {
            let observed = shown(found.iter().filter(|it| it.is(Fault::Doubt)));
            let finding = Finding::not_proven(
                CONTROL,
                case.subject(),
                Reason::ReadersUnknown,
                Vec::new(),
            )
            .saying(format!(
                "Who can decrypt the logs of '{}' cannot be determined from the key policy and grants.",
                case.name()
            ))
            .comparing(EXPECTED, observed);
            case.showing_both(finding, &read)
        }
        None => limited(case, &read, &found),
    }
}

/// A principal that can decrypt, in words, and what is wrong with that.
struct Reader<'a> {
    words: String,
    fault: Option<Fault>,
    /// ListGrants, for one by a grant.
    granted_by: Option<&'a Evidence>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Fails(Reason),
    /// The reader's account may be a member that was not listed.
    Unlisted(GapId),
    /// It is not known who reads, or whether.
    Doubt,
}

impl Fault {
    fn rank(self) -> u8 {
        match self {
            Self::Fails(Reason::EverybodyReads) => 0,
            Self::Fails(Reason::OutsiderReads) => 1,
            Self::Fails(_) => 2,
            Self::Unlisted(_) => 3,
            Self::Doubt => 4,
        }
    }
}

impl Reader<'_> {
    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

fn shown<'r, 'a: 'r>(readers: impl Iterator<Item = &'r Reader<'a>>) -> String {
    let words: Vec<&str> = readers.map(|it| it.words.as_str()).collect();
    if words.is_empty() { "no reader".to_owned() } else { words.join("; ") }
}

fn failed(
    case: &TrailCase<'_>,
    read: &PolicyRead<'_>,
    found: &[Reader<'_>],
    reason: Reason,
) -> Finding {
    let name = case.name();
    let wrong = || found.iter().filter(|it| it.is(Fault::Fails(reason)));
    let what = match reason {
        Reason::EverybodyReads => "Anyone with an AWS account can decrypt",
        Reason::OutsiderReads => "An account outside the organization can decrypt",
        _ => "Every identity, or every one of a kind, of one or more accounts can decrypt",
    };
    let mut proof = read.proof();
    if let Some(evidence) = wrong().find_map(|it| it.granted_by) {
        proof = proof.and(evidence);
    }
    Finding::fail(CONTROL, case.subject(), reason, &proof)
        .saying(format!("{what} the logs of '{name}'."))
        .comparing(EXPECTED, shown(wrong()))
}

/// Nothing is wrong with the policy; without the grants that may not be all.
fn limited(case: &TrailCase<'_>, read: &PolicyRead<'_>, found: &[Reader<'_>]) -> Finding {
    let name = case.name();
    match case.grants() {
        Some(Observed::Known(grants)) => {
            let proof = read.proof().and(&grants.evidence);
            Finding::pass(CONTROL, case.subject(), Reason::ReadersLimited, &proof)
                .saying(format!("Only chosen readers can decrypt the logs of '{name}'."))
                .comparing(EXPECTED, shown(found.iter()))
        }
        unread => {
            let gaps = unread.and_then(Observed::gap).into_iter().collect();
            Finding::not_proven(CONTROL, case.subject(), Reason::Unread, gaps)
                .by_gaps_alone()
                .saying(format!(
                    "The key policy of '{name}' limits who can decrypt, but the grants of the key could not be read."
                ))
                .comparing(EXPECTED, shown(found.iter()))
                .showing(read.evidence)
        }
    }
}

/// How a grant leads to decryption.
fn ways(grant: &DecryptGrant) -> Vec<Way> {
    let of = [(grant.gives_decrypt, Way::Decrypt), (grant.gives_re_encrypt, Way::ReEncryptFrom)];
    of.into_iter().filter(|it| it.0).map(|it| it.1).collect()
}

/// For accounts of the organization, a condition only narrows who of the chosen readers reads; what an
/// element does that is not understood is not known.
fn doubt_of_element(doubt: Option<&Why>) -> Option<Fault> {
    matches!(doubt, Some(Why::Element(_))).then_some(Fault::Doubt)
}

impl<'a> TrailCase<'a> {
    fn grants(&self) -> Option<&'a Observed<Answer<Arc<[DecryptGrant]>>>> {
        self.trail.key.as_ref().and_then(|it| self.facts.key_grants.get(it))
    }

    /// The finding with GetKeyPolicy, and with ListGrants where it was read.
    fn showing_both(&self, finding: Finding, read: &PolicyRead<'_>) -> Finding {
        let grants = self.grants().and_then(Observed::known);
        finding.showing(read.evidence).showing_all(grants.map(|grants| &grants.evidence))
    }

    /// Every principal that can decrypt, by the policy and then by grants.
    fn readers_by(&self, read: &PolicyRead<'_>) -> Vec<Reader<'a>> {
        let membership = |account: &str| self.membership(account);
        let members = || self.members();
        let reading = LogReading {
            delivery: read.delivery.simulated(),
            organization: self.facts.organization.as_ref().map(|it| it.id.as_str()),
            membership: &membership,
            members: &members,
            is_complete: self.lists_all_members(),
        };
        let mut found = self.readers_by_policy(read, &reading);
        found.extend(self.readers_by_grants(read, &reading));
        found
    }

    fn readers_by_policy(
        &self,
        read: &PolicyRead<'_>,
        reading: &LogReading<'_>,
    ) -> Vec<Reader<'a>> {
        let own = read.delivery.key_account();
        let found = readers(&read.policy, reading).into_iter().map(|reader| {
            let mut words = format!("{} by {}", reader.who, reader.statement);
            if reader.way != Way::Decrypt {
                words = format!("{words} through {}", reader.way.action());
            }
            if !reader.conditions.is_empty() {
                words = format!("{words} under {}", reader.conditions.join(", "));
            }
            let fault = self.fault(&reader.who, reader.doubt.as_ref(), own);
            if let (Some(Fault::Doubt), Some(why)) = (fault, &reader.doubt) {
                words = format!("{words}: {why}");
            }
            Reader { words, fault, granted_by: None }
        });
        found.collect()
    }

    fn readers_by_grants(
        &self,
        read: &PolicyRead<'_>,
        reading: &LogReading<'_>,
    ) -> Vec<Reader<'a>> {
        let own = read.delivery.key_account();
        let Some(grants) = self.grants().and_then(Observed::known) else { return Vec::new() };
        let trail = &self.trail.description.arn;
        let of_logs = grants.value.iter().filter(|it| it.may_read_logs_of(trail));
        // What the policy denies, no grant gives.
        let is_denied = |grantee: &str, way| is_reader_denied(&read.policy, reading, grantee, way);
        let found = of_logs.filter_map(|grant| {
            let way = ways(grant).into_iter().find(|way| !is_denied(&grant.grantee, *way))?;
            let who = Who::of_grantee(&grant.grantee);
            let mut words = format!("{who} by grant {}", grant.id);
            if way != Way::Decrypt {
                words = format!("{words} of {}", way.action());
            }
            let fault = self.fault(&who, None, own);
            Some(Reader { words, fault, granted_by: Some(&grants.evidence) })
        });
        found.collect()
    }

    /// Whether every account of the organization is listed for certain. A file of accounts may leave
    /// out some.
    fn lists_all_members(&self) -> bool {
        let is_self_declared = self.facts.population_source.is_self_declared();
        self.facts.population.known().is_some() && !is_self_declared
    }

    fn membership(&self, account: &str) -> Membership {
        let Ok(id) = account.parse::<AccountId>() else { return Membership::Unknown };
        match self.facts.account(id) {
            Some(account) => Membership::Member { path: account.ou_path.clone() },
            None if self.lists_all_members() => Membership::Stranger,
            None => Membership::Unknown,
        }
    }

    fn members(&self) -> Vec<Member> {
        let accounts = self.facts.accounts.iter();
        let member = |it: &Account| Member { account: it.id.to_string(), path: it.ou_path.clone() };
        accounts.map(member).collect()
    }

    /// What is wrong with a reader; `own` is the key's account.
    fn fault(&self, who: &Who, doubt: Option<&Why>, own: Option<AccountId>) -> Option<Fault> {
        let certain = |reason| Some(doubt.map_or(Fault::Fails(reason), |_| Fault::Doubt));
        match who {
            Who::Everybody => certain(Reason::EverybodyReads),
            Who::OtherOrganization(_) => certain(Reason::OutsiderReads),
            Who::Whole { accounts: Accounts::One(account), .. } => {
                match self.outsider(account, own) {
                    // To trust an account is to trust whom it chooses, and here it chooses nobody.
                    // Where it is not known whether it is a member, that holds in both cases.
                    None | Some(Fault::Doubt) => certain(Reason::WholeAccountReads),
                    Some(fault) => Some(doubt.map_or(fault, |_| Fault::Doubt)),
                }
            }
            Who::Whole { .. } => certain(Reason::WholeAccountReads),
            Who::Part { accounts: Accounts::One(account), .. }
            | Who::Account(account)
            | Who::Identity { account, .. } => match (self.outsider(account, own), doubt) {
                (Some(fault), None) => Some(fault),
                (Some(_), Some(_)) => Some(Fault::Doubt),
                (None, doubt) => doubt_of_element(doubt),
            },
            Who::Part { .. } => doubt_of_element(doubt),
            Who::Deleted(_) | Who::Service(_) => None,
            Who::Other(_) => Some(Fault::Doubt),
        }
    }

    /// What is wrong, or may be, with an account that is neither the key's own, nor a member, nor trusted.
    fn outsider(&self, account: &str, own: Option<AccountId>) -> Option<Fault> {
        let trusted = &self.facts.trusted_readers;
        let is_trusted = account.parse().is_ok_and(|it: AccountId| trusted.contains(&it));
        if is_trusted || self.is_ours(account, own) {
            return None;
        }
        if let Some(gap) = self.facts.population.gap() {
            return Some(Fault::Unlisted(gap));
        }
        // A member that the file of accounts leaves out is no outsider.
        let is_outsider = self.lists_all_members();
        Some(if is_outsider { Fault::Fails(Reason::OutsiderReads) } else { Fault::Doubt })
    }

    fn is_ours(&self, account: &str, own: Option<AccountId>) -> bool {
        let is_ours = |it: AccountId| own == Some(it) || self.facts.account(it).is_some();
        account.parse().is_ok_and(is_ours)
    }
}

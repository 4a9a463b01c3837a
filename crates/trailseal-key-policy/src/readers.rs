//! Who may decrypt the logs of a trail, by the key policy.
//!
//! Each principal of each statement that allows is tried with a request of its own, over the whole
//! policy, so that denials count. Where the principal is everybody, the conditions decide who that is,
//! by what their keys can do:
//!
//! - Keys that name accounts or organizations are evaluated for a stranger, for each organization and
//!   account that the policy names, and for every member of the organization with its path of units.
//! - Keys that name identities are tried with made-up ones of each kind. Only where a condition lets
//!   none of them in, some identities read; else it is everybody of those accounts.
//! - All other keys tell something of the request or the key, and never narrow who reads. What is known
//!   of the reading of a log is used; what is not known leaves a doubt, and so does every key that is
//!   not recognized.

use std::collections::BTreeSet;

use crate::allowing::Allowing;
use crate::arn::arn_parts;
use crate::cloudtrail::CloudTrailDelivery;
use crate::context::{Caller, ContextValue, Possibility, RequestContext};
use crate::evaluate::denied;
use crate::policy::{Effect, KeyPolicy, Part, Principal, Statement, StatementId};
use crate::principal::{Named, named};
use crate::scoping::{STRANGER, STRANGERS};
use crate::truth::{Truth, Why};
use crate::way::Way;
use crate::who::{Member, Who};

/// What is read, and what is known of who may belong where.
#[derive(Clone, Copy)]
pub struct LogReading<'a> {
    /// The trail whose logs are read, with its key and bucket. Whether the bucket uses a bucket key
    /// today does not matter: older logs may be sealed the other way, and both are tried.
    pub delivery: CloudTrailDelivery<'a>,
    /// The id of the organization, if there is one and it is known.
    pub organization: Option<&'a str>,
    /// Whether an account, by its id, belongs to it.
    pub membership: &'a dyn Fn(&str) -> Membership,
    /// Every member that is known. Asked for only where members differ.
    pub members: &'a dyn Fn() -> Vec<Member>,
    /// Whether these are all members.
    pub is_complete: bool,
}

/// Whether an account belongs to the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    Member {
        /// Its path of units, `o-…/r-…/ou-…/`, if it is known.
        path: Option<String>,
    },
    /// It does not.
    Stranger,
    /// It is not known.
    Unknown,
}

/// Somebody whom a statement lets decrypt, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The statement.
    pub statement: StatementId,
    /// Who it is.
    pub who: Who,
    /// By which action: the first that is allowed.
    pub way: Way,
    /// The statement's conditions, each as operator and key.
    pub conditions: Vec<String>,
    /// Why it is not certain.
    pub doubt: Option<Why>,
}

/// Everybody whom the policy lets decrypt the logs of a trail, or may, in the order of the statements.
///
/// Logs are read through S3, which sends KMS the trail's encryption context and shows nobody their
/// data keys. So `kms:ViaService` is S3 in the key's Region.
#[must_use]
pub fn readers(policy: &KeyPolicy, reading: &LogReading<'_>) -> Vec<Reader> {
    let allowing = policy.statements.iter().filter(|it| it.effect == Effect::Allow);
    allowing.flat_map(|it| Reading::of(policy, reading, it).readers()).collect()
}

/// Whether the policy denies this identity to read the logs of a trail this way for certain, so that
/// nothing else can let it.
#[must_use]
pub fn is_reader_denied(policy: &KeyPolicy, reading: &LogReading<'_>, arn: &str, way: Way) -> bool {
    let caller = match named(arn) {
        Named::Account(account) => Caller::Delegate { account: account.to_owned() },
        _ => Caller::Identity { arn: arn.to_owned() },
    };
    let membership = caller.account().map_or(Membership::Unknown, |it| (reading.membership)(it));
    let organizations = policy.named_organizations();
    let operations = policy.granted_operations();
    let belongings = reading.belongings(&membership, policy, &organizations);
    let requests = belongings.into_iter().flat_map(|belonging| {
        let request = reading.caller_of(caller.clone(), belonging);
        way.requests(&request, &reading.delivery, &operations)
    });
    Truth::all(requests.map(|it| denied(policy, &it))) == Truth::Yes
}

/// Of which organization somebody is, and in which unit.
#[derive(Clone, Copy)]
pub(crate) enum Belonging<'a> {
    To { id: &'a str, path: Option<&'a str> },
    ToNone,
    NotKnown,
}

impl LogReading<'_> {
    /// Where an account may belong: a stranger's to no organization, to one of which nothing is known,
    /// or to another that the policy names.
    pub(crate) fn belongings<'b>(
        &'b self,
        membership: &'b Membership,
        policy: &KeyPolicy,
        organizations: &'b BTreeSet<String>,
    ) -> Vec<Belonging<'b>> {
        let is_asked = policy.names_key("aws:PrincipalOrg");
        if *membership != Membership::Stranger || !is_asked {
            return vec![self.belonging(membership)];
        }
        let others = organizations.iter().filter(|it| Some(it.as_str()) != self.organization);
        let others = others.map(|id| Belonging::To { id, path: None });
        let has_pattern = !policy.organization_patterns().is_empty();
        let unknown = has_pattern.then_some(Belonging::NotKnown);
        let first = [self.belonging(membership), Belonging::ToNone];
        first.into_iter().chain(others).chain(unknown).collect()
    }

    pub(crate) fn belonging<'b>(&'b self, membership: &'b Membership) -> Belonging<'b> {
        match (membership, self.organization) {
            (Membership::Member { path }, Some(id)) => Belonging::To { id, path: path.as_deref() },
            (Membership::Stranger, _) => Belonging::To { id: STRANGERS, path: None },
            _ => Belonging::NotKnown,
        }
    }

    /// Identities to which a grant may be given, as a stranger likes: a stranger to us, of another
    /// organization or of none, and one of which nothing is known.
    fn grantees(&self) -> Vec<RequestContext> {
        let stranger = || Caller::Someone { account: STRANGER.to_owned() };
        vec![
            self.caller_of(stranger(), Belonging::To { id: STRANGERS, path: None }),
            self.caller_of(stranger(), Belonging::ToNone),
            self.caller_of(Caller::Anyone, Belonging::NotKnown),
        ]
    }

    pub(crate) fn caller_of(&self, caller: Caller, belonging: Belonging<'_>) -> RequestContext {
        let (id, paths) = match belonging {
            Belonging::To { id, path: Some(path) } => {
                (ContextValue::one(id), ContextValue::one(path))
            }
            Belonging::To { id, path: None } => {
                let paths = Possibility::StartsWith(format!("{id}/"));
                (ContextValue::one(id), ContextValue::OneOf(vec![paths]))
            }
            Belonging::ToNone => (ContextValue::Absent, ContextValue::Absent),
            Belonging::NotKnown => (ContextValue::Unknown, ContextValue::Unknown),
        };
        let context = RequestContext::of_identity(caller, "kms:Decrypt", self.delivery.key_arn)
            .with("aws:PrincipalOrgID", id)
            .with("aws:PrincipalOrgPaths", paths)
            .of_symmetric_key()
            .at(self.delivery.time);
        self.with_owner(context)
    }

    /// The organization of the key's account and its units.
    fn with_owner(&self, context: RequestContext) -> RequestContext {
        let owner = arn_parts(self.delivery.key_arn).map(|it| (self.membership)(it[4]));
        let (Some(Membership::Member { path }), Some(id)) = (owner, self.organization) else {
            return context;
        };
        let context = context.with("aws:ResourceOrgID", ContextValue::one(id));
        match path {
            Some(path) => context.with("aws:ResourceOrgPaths", ContextValue::one(&path)),
            None => context,
        }
    }
}

/// A statement that allows something, and what it is asked for.
pub(crate) struct Reading<'a> {
    pub(crate) allowing: Allowing<'a>,
    pub(crate) log: &'a LogReading<'a>,
    pub(crate) ways: Vec<Way>,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(
        policy: &'a KeyPolicy,
        reading: &'a LogReading<'a>,
        statement: &'a Statement,
    ) -> Self {
        let names_addresses = policy.names_key("aws:SourceIp");
        let delivery = &reading.delivery;
        let operations = policy.granted_operations();
        let grantees = reading.grantees();
        let allowing =
            Allowing { policy, statement, delivery, names_addresses, operations, grantees };
        Self { allowing, log: reading, ways: Way::of(statement) }
    }

    fn readers(&self) -> Vec<Reader> {
        if self.ways.is_empty() {
            return Vec::new();
        }
        let mut readers = match &self.allowing.statement.principal {
            Part::Only(principals) => {
                principals.iter().flat_map(|it| self.readers_of(it)).collect()
            }
            _ => self.everybody(),
        };
        if readers.iter().any(|it| it.who == Who::Everybody && it.doubt.is_none()) {
            return readers;
        }
        for reader in self.exempt() {
            if !readers.contains(&reader) {
                readers.push(reader);
            }
        }
        readers
    }

    fn readers_of(&self, principal: &Principal) -> Vec<Reader> {
        match principal {
            Principal::Everyone => self.everybody(),
            Principal::Aws(name) if name == "*" => self.everybody(),
            Principal::Aws(name) => match named(name) {
                Named::Account(account) => {
                    let account = account.to_owned();
                    self.named_reader(Who::Account(account.clone()), &Caller::Delegate { account })
                }
                Named::Identity(account) => {
                    let (account, arn) = (account.to_owned(), name.clone());
                    let who = Who::Identity { account, arn: arn.clone() };
                    self.named_reader(who, &Caller::Identity { arn })
                }
                Named::Deleted(id) => self.unless_useless(Who::Deleted(id.to_owned()), None),
                Named::Unheard => self.other(name),
            },
            Principal::Service(name) => self.service(name),
            Principal::Outsider(name) | Principal::Unheard(name) => self.other(name),
        }
    }

    /// An account or an identity by name, if the statement lets it decrypt.
    pub(crate) fn named_reader(&self, who: Who, caller: &Caller) -> Vec<Reader> {
        let found = self.lets_named(caller);
        found.map(|(way, doubt)| self.reader(who, way, doubt)).into_iter().collect()
    }

    /// Of a stranger's account it is not known to which organization it belongs, so it is tried with
    /// each: only what holds in all of them is certain.
    fn lets_named(&self, caller: &Caller) -> Option<(Way, Option<Why>)> {
        let account = caller.account().map(str::to_owned);
        let membership =
            account.map_or(Membership::Unknown, |account| (self.log.membership)(&account));
        let organizations = self.allowing.policy.named_organizations();
        let belongings = self.log.belongings(&membership, self.allowing.policy, &organizations);
        let found = belongings.into_iter().map(|belonging| {
            let request = self.log.caller_of(caller.clone(), belonging);
            self.allowing.lets(&request, &self.ways)
        });
        whichever(found.collect())
    }

    /// The same for the same statement, if its principal were everybody.
    pub(crate) fn with_everyone<T>(&self, ask: impl FnOnce(&Reading<'_>) -> T) -> T {
        let principal = Part::Only(vec![Principal::Everyone]);
        let statement = Statement { principal, ..self.allowing.statement.clone() };
        ask(&Reading::of(self.allowing.policy, self.log, &statement))
    }

    /// A service in its own name, which is shown for kms:Decrypt only. A name with a wildcard may be
    /// that of any service, or of none.
    pub(crate) fn service(&self, name: &str) -> Vec<Reader> {
        if !self.ways.contains(&Way::Decrypt) {
            return Vec::new();
        }
        let delivery = &self.log.delivery;
        let request = RequestContext::of_service(name, Way::Decrypt.action(), delivery.key_arn)
            .at(delivery.time);
        let requests = request.with_log_contexts(delivery);
        let doubt = match Truth::any(requests.iter().map(|it| self.allowing.answers(it))) {
            Truth::No => return Vec::new(),
            Truth::Yes => None,
            Truth::Unknown(why) => Some(why),
        };
        let is_pattern = name.contains(['*', '?', '$']);
        let (who, doubt) = if is_pattern {
            (Who::Other(name.to_owned()), Some(Why::Principal(name.to_owned())))
        } else {
            (Who::Service(name.to_owned()), doubt)
        };
        vec![self.reader(who, Way::Decrypt, doubt)]
    }

    fn other(&self, name: &str) -> Vec<Reader> {
        let doubt = Why::Principal(name.to_owned());
        self.unless_useless(Who::Other(name.to_owned()), Some(doubt))
    }

    /// The reader, if the statement would let anybody decrypt if its principal were everybody.
    fn unless_useless(&self, who: Who, doubt: Option<Why>) -> Vec<Reader> {
        let way = self.with_everyone(|reading| reading.everybody().first().map(|it| it.way));
        way.map(|way| self.reader(who, way, doubt)).into_iter().collect()
    }

    pub(crate) fn reader(&self, who: Who, way: Way, doubt: Option<Why>) -> Reader {
        let statement = self.allowing.statement;
        let conditions = statement.conditions.iter().flatten();
        Reader {
            statement: statement.id.clone(),
            who,
            way,
            conditions: conditions.map(|it| format!("{} {}", it.name, it.key)).collect(),
            doubt,
        }
    }
}

/// What is found under each of several possibilities, of which one is true: certain only if it is
/// certain under all of them.
fn whichever(found: Vec<Option<(Way, Option<Why>)>>) -> Option<(Way, Option<Why>)> {
    let is_certain = found.iter().all(|it| matches!(it, Some((_, None))));
    let mut found: Vec<_> = found.into_iter().flatten().collect();
    found.sort_by_key(|it| it.1.is_none());
    let (way, doubt) = found.into_iter().next()?;
    let of_organization = || Why::ContextKey("aws:PrincipalOrgID".to_owned());
    let doubt = if is_certain { None } else { doubt.or_else(|| Some(of_organization())) };
    Some((way, doubt))
}

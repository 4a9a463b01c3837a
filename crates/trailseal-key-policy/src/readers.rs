//! Who may decrypt the logs of a trail, by the key policy.
//!
//! Each principal of each statement that allows is tried with a request of its own, over the whole
//! policy, so that denials count. Of everybody it is asked who that comes to: a stranger, somebody of
//! the organization, anybody of one account, or less.

use std::collections::BTreeSet;
use std::fmt;

use crate::context::{Caller, CloudTrailDelivery, ContextValue, Possibility, RequestContext};
use crate::evaluate::{applies, denied};
use crate::pattern::arn_parts;
use crate::policy::{Effect, KeyPolicy, Part, Principal, Statement, StatementId};
use crate::principal::{Named, is_account_id, named};
use crate::scoping::{STRANGER, STRANGERS};
use crate::truth::{Truth, Why};

const DECRYPT: &str = "kms:Decrypt";

/// What is read, and what is known of who may belong where.
#[derive(Clone, Copy)]
pub struct LogReading<'a> {
    /// The trail whose logs are read, with its key and bucket.
    pub delivery: CloudTrailDelivery<'a>,
    /// The id of the organization, if there is one and it is known.
    pub organization: Option<&'a str>,
    /// Whether an account, by its id, belongs to it.
    pub membership: &'a dyn Fn(&str) -> Membership,
}

/// Whether an account belongs to the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    Member,
    /// It does not.
    Stranger,
    /// Nobody knows.
    Unknown,
}

/// Somebody whom a statement lets decrypt, or may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The statement.
    pub statement: StatementId,
    /// Who it is.
    pub who: Who,
    /// The statement's conditions, each as operator and key.
    pub conditions: Vec<String>,
    /// Why it is not certain.
    pub doubt: Option<Why>,
}

/// Who a principal is, under the conditions of its statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Anybody with an AWS account.
    Everybody,
    /// Anybody of another organization, by its id.
    OtherOrganization(String),
    /// Anybody of the organization.
    Organization,
    /// Anybody of this account, whatever its IAM policies say.
    WholeAccount(String),
    /// Some of this account, whom the conditions choose.
    PartOfAccount(String),
    /// Whom the IAM policies of this account choose.
    Account(String),
    /// This user, role or session.
    Identity {
        /// Its account.
        account: String,
        /// Its ARN.
        arn: String,
    },
    /// An identity that was deleted, by its unique id.
    Deleted(String),
    /// An AWS service, as itself.
    Service(String),
    /// A principal of another kind.
    Other(String),
}

impl Who {
    /// Who a grantee of a grant is, as KMS prints it: the ARN of an identity, or a service.
    #[must_use]
    pub fn of_grantee(grantee: &str) -> Self {
        let is_service = grantee.contains(".amazonaws.com") && !grantee.contains(['*', ':', '/']);
        match named(grantee) {
            Named::Account(account) => Self::Account(account.to_owned()),
            Named::Identity(account) => {
                Self::Identity { account: account.to_owned(), arn: grantee.to_owned() }
            }
            Named::Nobody => Self::Deleted(grantee.to_owned()),
            Named::Unheard if is_service => Self::Service(grantee.to_owned()),
            Named::Unheard => Self::Other(grantee.to_owned()),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => f.write_str("everybody"),
            Self::OtherOrganization(id) => write!(f, "everybody of the organization {id}"),
            Self::Organization => f.write_str("everybody of the organization"),
            Self::WholeAccount(account) => write!(f, "everybody of account {account}"),
            Self::PartOfAccount(account) => write!(f, "some of account {account}"),
            Self::Account(account) => write!(f, "whom account {account} lets"),
            Self::Identity { arn, .. } => f.write_str(arn),
            Self::Deleted(id) => write!(f, "the deleted {id}"),
            Self::Service(name) => write!(f, "the service {name}"),
            Self::Other(name) => write!(f, "`{name}`"),
        }
    }
}

/// Everybody whom the policy lets decrypt the logs of a trail, or may, in the order of the statements.
///
/// Logs are read through S3, which sends KMS the trail's encryption context, and nobody gets to see
/// their data keys otherwise. So `kms:ViaService` is S3 in the key's Region.
#[must_use]
pub fn readers(policy: &KeyPolicy, reading: &LogReading<'_>) -> Vec<Reader> {
    let allowing = policy.statements.iter().filter(|it| it.effect == Effect::Allow);
    allowing.flat_map(|it| Allowing { policy, reading, statement: it }.readers()).collect()
}

/// Whether the policy denies this identity to decrypt the logs of a trail for certain, so that
/// nothing else can let it.
#[must_use]
pub fn is_reader_denied(policy: &KeyPolicy, reading: &LogReading<'_>, arn: &str) -> bool {
    let caller = Caller::Identity { arn: arn.to_owned() };
    denied(policy, &reading.context(caller)) == Truth::Yes
}

/// Of which organization somebody is.
#[derive(Clone, Copy)]
enum Belonging<'a> {
    To(&'a str),
    ToNone,
    NotKnown,
}

impl LogReading<'_> {
    /// The request of somebody of whose organization is known what is known of its account's.
    fn context(&self, caller: Caller) -> RequestContext {
        let membership = caller.account().map_or(Membership::Unknown, self.membership);
        let belonging = match membership {
            Membership::Member => self.organization.map_or(Belonging::NotKnown, Belonging::To),
            Membership::Stranger => Belonging::To(STRANGERS),
            Membership::Unknown => Belonging::NotKnown,
        };
        self.context_of(caller, belonging)
    }

    fn context_of(&self, caller: Caller, belonging: Belonging<'_>) -> RequestContext {
        let (id, paths) = match belonging {
            Belonging::To(id) => {
                let paths = Possibility::StartsWith(format!("{id}/"));
                (ContextValue::one(id), ContextValue::OneOf(vec![paths]))
            }
            Belonging::ToNone => (ContextValue::Absent, ContextValue::Absent),
            Belonging::NotKnown => (ContextValue::Unknown, ContextValue::Unknown),
        };
        self.context_by(RequestContext::of_identity(caller, DECRYPT, self.delivery.key_arn))
            .with("kms:ViaService", self.via_service())
            .with("aws:PrincipalOrgID", id)
            .with("aws:PrincipalOrgPaths", paths)
    }

    fn context_by(&self, context: RequestContext) -> RequestContext {
        context.with_log_context(&self.delivery)
    }

    /// Only of these partitions AWS documents how the name is written.
    fn via_service(&self) -> ContextValue {
        match arn_parts(self.delivery.key_arn) {
            Some(["arn", "aws" | "aws-us-gov", _, region, ..]) => {
                ContextValue::one(&format!("s3.{region}.amazonaws.com"))
            }
            _ => ContextValue::Unknown,
        }
    }
}

/// A statement that allows something.
struct Allowing<'a> {
    policy: &'a KeyPolicy,
    reading: &'a LogReading<'a>,
    statement: &'a Statement,
}

impl Allowing<'_> {
    fn readers(&self) -> Vec<Reader> {
        let Part::Only(principals) = &self.statement.principal else {
            return self.everybody();
        };
        principals.iter().flat_map(|it| self.readers_of(it)).collect()
    }

    fn readers_of(&self, principal: &Principal) -> Vec<Reader> {
        let one =
            |who, caller| self.reader(who, &self.reading.context(caller)).into_iter().collect();
        match principal {
            Principal::Everyone => self.everybody(),
            Principal::Aws(name) if name == "*" => self.everybody(),
            Principal::Aws(name) => match named(name) {
                Named::Account(account) => {
                    let account = account.to_owned();
                    one(Who::Account(account.clone()), Caller::Delegate { account })
                }
                Named::Identity(account) => {
                    let (account, arn) = (account.to_owned(), name.clone());
                    one(Who::Identity { account, arn: arn.clone() }, Caller::Identity { arn })
                }
                Named::Nobody => self.deleted(name),
                Named::Unheard => self.other(name),
            },
            Principal::Service(name) => {
                let context =
                    RequestContext::of_service(name, DECRYPT, self.reading.delivery.key_arn);
                let context = self.reading.context_by(context);
                self.reader(Who::Service(name.clone()), &context).into_iter().collect()
            }
            Principal::Outsider(name) | Principal::Unheard(name) => self.other(name),
        }
    }

    /// Who everybody comes to, from a stranger down to some of one account.
    fn everybody(&self) -> Vec<Reader> {
        let mut readers: Vec<Reader> = [Belonging::To(STRANGERS), Belonging::ToNone]
            .into_iter()
            .filter_map(|it| self.stranger(Who::Everybody, it))
            .collect();
        // A stranger that surely may makes all others superfluous; one doubt is enough.
        readers.sort_by_key(|it| it.doubt.is_some());
        readers.truncate(1);
        if readers.iter().any(|it| it.doubt.is_none()) {
            return readers;
        }
        readers.extend(self.other_organizations());
        let own = self.reading.organization.map(Belonging::To);
        let anybody = own.and_then(|it| self.stranger(Who::Organization, it));
        match anybody.filter(|it| it.doubt.is_none()) {
            Some(anybody) => readers.push(anybody),
            None => readers.extend(self.whole_accounts()),
        }
        readers
    }

    /// Somebody of an account that no policy names.
    fn stranger(&self, who: Who, belonging: Belonging<'_>) -> Option<Reader> {
        let caller = Caller::Someone { account: STRANGER.to_owned() };
        self.reader(who, &self.reading.context_of(caller, belonging))
    }

    /// Anybody of an organization that a condition names. Which one is ours may not be known.
    fn other_organizations(&self) -> impl Iterator<Item = Reader> {
        let own = self.reading.organization;
        let others = self.organizations().into_iter().filter(move |it| Some(it.as_str()) != own);
        let readers = others
            .filter_map(|it| self.stranger(Who::OtherOrganization(it.clone()), Belonging::To(&it)));
        readers.map(move |it| {
            let doubt = || Why::ContextKey("aws:PrincipalOrgID".to_owned());
            Reader { doubt: it.doubt.or_else(|| own.is_none().then(doubt)), ..it }
        })
    }

    /// Anybody of an account, or those who have what the conditions ask for.
    fn whole_accounts(&self) -> impl Iterator<Item = Reader> {
        self.accounts().into_iter().filter_map(|account| {
            let caller = Caller::Someone { account: account.clone() };
            let context = self.reading.context(caller);
            let reader = self.reader(Who::WholeAccount(account.clone()), &context)?;
            Some(match reader.doubt {
                Some(why) if why.is_of_request() => {
                    Reader { who: Who::PartOfAccount(account), doubt: None, ..reader }
                }
                _ => reader,
            })
        })
    }

    /// Somebody as a reader, unless the policy does not let them.
    fn reader(&self, who: Who, context: &RequestContext) -> Option<Reader> {
        let allows = applies(self.statement, context, self.policy.version);
        let doubt = match Truth::all([allows, denied(self.policy, context).negated()]) {
            Truth::No => return None,
            Truth::Yes => None,
            Truth::Unknown(why) => Some(why),
        };
        Some(self.named(who, doubt))
    }

    /// A deleted identity reads nothing; it is shown where the statement would let it.
    fn deleted(&self, name: &str) -> Vec<Reader> {
        let reader = self.named(Who::Deleted(name.to_owned()), None);
        if self.lets_anybody() { vec![reader] } else { Vec::new() }
    }

    fn other(&self, name: &str) -> Vec<Reader> {
        let doubt = Why::Principal(name.to_owned());
        let reader = self.named(Who::Other(name.to_owned()), Some(doubt));
        if self.lets_anybody() { vec![reader] } else { Vec::new() }
    }

    /// Whether the statement would let anybody decrypt if its principal were everybody.
    fn lets_anybody(&self) -> bool {
        let principal = Part::Only(vec![Principal::Everyone]);
        let statement = Statement { principal, ..self.statement.clone() };
        !Allowing { statement: &statement, ..*self }.everybody().is_empty()
    }

    fn named(&self, who: Who, doubt: Option<Why>) -> Reader {
        let conditions = self.statement.conditions.iter().flatten();
        Reader {
            statement: self.statement.id.clone(),
            who,
            conditions: conditions.map(|it| format!("{} {}", it.name, it.key)).collect(),
            doubt,
        }
    }

    /// The key's own account, and every one that a condition names.
    fn accounts(&self) -> BTreeSet<String> {
        let own = arn_parts(self.reading.delivery.key_arn).map(|it| it[4].to_owned());
        let words = self.words(|it| !it.is_ascii_alphanumeric());
        own.into_iter().chain(words.filter(|it| is_account_id(it))).collect()
    }

    /// Every organization that a condition names.
    fn organizations(&self) -> BTreeSet<String> {
        let words = self.words(|it| !it.is_ascii_alphanumeric() && it != '-');
        words.filter(|it| it.strip_prefix("o-").is_some_and(|it| !it.is_empty())).collect()
    }

    /// The words of the conditions' values.
    fn words(&self, is_between: fn(char) -> bool) -> impl Iterator<Item = String> {
        let conditions = self.statement.conditions.iter().flatten();
        let values = conditions.flat_map(|it| it.values.iter().flatten());
        values.flat_map(move |it| it.split(is_between)).map(str::to_owned)
    }
}

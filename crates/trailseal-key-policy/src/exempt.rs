//! Readers whom a denial leaves out by name.
//!
//! A Deny with NotPrincipal denies everyone but those whom it names. An identity of which no condition
//! speaks is denied, but the named ones still read (IAM user guide, *AWS JSON policy elements:
//! NotPrincipal*).

use std::collections::BTreeSet;

use crate::context::Caller;
use crate::policy::{Effect, KeyPolicy, Part, Principal, Statement};
use crate::principal::{Named, named};
use crate::readers::{Reader, Reading};
use crate::truth::Why;
use crate::who::Who;

/// Of whom a statement that allows speaks, beside those that it names one by one.
enum Covered {
    Everybody,
    /// Identities of these accounts, by the IAM policies there.
    Accounts(BTreeSet<String>),
}

impl Covered {
    fn by(statement: &Statement) -> Self {
        let Part::Only(principals) = &statement.principal else { return Self::Everybody };
        let mut accounts = BTreeSet::new();
        for principal in principals {
            match principal {
                Principal::Everyone => return Self::Everybody,
                Principal::Aws(name) if name == "*" => return Self::Everybody,
                Principal::Aws(name) => {
                    if let Named::Account(account) = named(name) {
                        accounts.insert(account.to_owned());
                    }
                }
                _ => {}
            }
        }
        Self::Accounts(accounts)
    }

    fn includes(&self, account: &str) -> bool {
        match self {
            Self::Everybody => true,
            Self::Accounts(accounts) => accounts.contains(account),
        }
    }
}

impl KeyPolicy {
    /// The principals that a denial leaves out, each once.
    fn exempt_principals(&self) -> Vec<&Principal> {
        let mut exempt = Vec::new();
        for statement in self.statements.iter().filter(|it| it.effect == Effect::Deny) {
            let Part::AllBut(principals) = &statement.principal else { continue };
            for principal in principals {
                if !exempt.contains(&principal) {
                    exempt.push(principal);
                }
            }
        }
        exempt
    }

    /// The same without the denials that leave this principal out.
    fn without_denials_that_exempt(&self, principal: &Principal) -> Self {
        let exempts = |it: &Statement| match &it.principal {
            Part::AllBut(principals) => it.effect == Effect::Deny && principals.contains(principal),
            _ => false,
        };
        let statements = self.statements.iter().filter(|it| !exempts(it)).cloned().collect();
        Self { version: self.version, statements }
    }
}

impl Reading<'_> {
    /// Those that denials leave out, as far as this statement lets them decrypt.
    pub(crate) fn exempt(&self) -> Vec<Reader> {
        let covered = Covered::by(self.allowing.statement);
        let exempt = self.allowing.policy.exempt_principals();
        exempt.into_iter().flat_map(|it| self.exempt_as(it, &covered)).collect()
    }

    fn exempt_as(&self, principal: &Principal, covered: &Covered) -> Vec<Reader> {
        let is_everybody = matches!(covered, Covered::Everybody);
        match principal {
            Principal::Aws(name) => match named(name) {
                Named::Account(account) if is_everybody => self.of_named_account(account),
                Named::Identity(account) if covered.includes(account) => {
                    let who = Who::Identity { account: account.to_owned(), arn: name.clone() };
                    let caller = Caller::Identity { arn: name.clone() };
                    if !is_everybody {
                        // The account's own policies hand on to it.
                        return self.with_everyone(|reading| reading.named_reader(who, &caller));
                    }
                    let mut readers = self.named_reader(who, &caller);
                    readers.extend(self.of_named_account(account));
                    readers
                }
                _ => Vec::new(),
            },
            Principal::Service(name) if is_everybody => self.service(name),
            Principal::Outsider(name) if is_everybody => self.exempt_outsider(principal, name),
            _ => Vec::new(),
        }
    }

    /// Sessions by a federated provider: whose they are is not known.
    fn exempt_outsider(&self, principal: &Principal, name: &str) -> Vec<Reader> {
        let policy = self.allowing.policy.without_denials_that_exempt(principal);
        let found = Reading::of(&policy, self.log, self.allowing.statement).everybody();
        let doubt = Why::Principal(name.to_owned());
        let way = found.first().map(|it| it.way);
        let reader = |way| self.reader(Who::Other(name.to_owned()), way, Some(doubt));
        way.map(reader).into_iter().collect()
    }
}

//! Who everybody is under the conditions of a statement.

use std::collections::{BTreeMap, BTreeSet};

use crate::allowing::Allowing;
use crate::arn::arn_parts;
use crate::context::{Caller, RequestContext};
use crate::evaluate::applies;
use crate::made_up::Of;
use crate::names::{Chosen, tells_who};
use crate::readers::{Belonging, Membership, Reader, Reading};
use crate::scoping::{STRANGER, STRANGERS};
use crate::truth::{Truth, Why};
use crate::way::Way;
use crate::who::{Accounts, Kind, Member, Who};

/// Who of one account, or of all that are like it, reads.
#[derive(Clone, PartialEq)]
struct Verdict {
    /// Every identity of a kind; else some that conditions choose.
    kind: Option<Kind>,
    way: Way,
    doubt: Option<Why>,
    /// By which conditions, where there is no kind.
    chosen: Option<Chosen>,
}

impl Verdict {
    const fn whole(kind: Kind, way: Way, doubt: Option<Why>) -> Self {
        Self { kind: Some(kind), way, doubt, chosen: None }
    }

    /// Whether the two say the same. Of several doubts it depends on the order of the statements which
    /// is shown; of which sort it is, matters only where conditions choose who reads.
    fn is_like(&self, other: &Self) -> bool {
        let sort =
            |it: &Self| it.doubt.as_ref().map(|why| self.kind.is_none() && why.is_of_element());
        self.kind == other.kind && self.way == other.way && sort(self) == sort(other)
    }
}

/// An account of which somebody reads.
struct Found {
    account: String,
    path: Option<String>,
    is_member: bool,
    verdict: Verdict,
}

impl Reading<'_> {
    /// Who everybody is under the conditions, from a stranger down to some of one account.
    pub(crate) fn everybody(&self) -> Vec<Reader> {
        let mut readers = self.strangers();
        if readers.iter().any(|it| it.doubt.is_none()) {
            return readers;
        }
        readers.extend(self.other_organizations());
        readers.extend(self.own());
        readers
    }

    /// Anybody of another organization or of none; one reader is enough.
    fn strangers(&self) -> Vec<Reader> {
        let of = [Belonging::To { id: STRANGERS, path: None }, Belonging::ToNone];
        let verdicts = of.iter().flat_map(|it| self.outside(*it));
        let mut readers: Vec<Reader> =
            verdicts.map(|it| self.outsider(Who::Everybody, it)).collect();
        readers.sort_by_key(|it| it.doubt.is_some());
        readers.truncate(1);
        readers
    }

    /// Who of accounts outside the organization reads that no condition names: of each that a pattern
    /// lets in, else of one of which not even the id is known.
    fn outside(&self, belonging: Belonging<'_>) -> Vec<Verdict> {
        let mut accounts = self.allowing.policy.sample_accounts();
        accounts.insert(STRANGER.to_owned());
        let is_outside = |it: &str| !matches!((self.log.membership)(it), Membership::Member { .. });
        let mut is_any_found = false;
        let mut verdicts = Vec::new();
        for account in &accounts {
            let Some(verdict) = self.verdict(account, belonging) else { continue };
            is_any_found = true;
            if is_outside(account) {
                verdicts.push(verdict);
            }
        }
        if !is_any_found {
            verdicts.extend(self.unknown_account(belonging));
        }
        verdicts
    }

    /// Whether an account whose id no condition names, and no pattern gave, may read: never certain.
    fn unknown_account(&self, belonging: Belonging<'_>) -> Option<Verdict> {
        let policy = self.allowing.policy;
        if !policy.tells_accounts_apart() || self.allowing.statement.lists_accounts() {
            return None;
        }
        let caller = self.log.caller_of(Caller::Anyone, belonging);
        let (way, doubt) = self.allowing.lets(&caller, &self.ways)?;
        let unknown = || Why::ContextKey("kms:CallerAccount".to_owned());
        Some(Verdict::whole(Kind::Identity, way, Some(doubt.unwrap_or_else(unknown))))
    }

    /// Anybody of an organization that a condition names. Which one is ours may not be known.
    fn other_organizations(&self) -> Vec<Reader> {
        let own = self.log.organization;
        let policy = self.allowing.policy;
        let unknown = || Why::ContextKey("aws:PrincipalOrgID".to_owned());
        let mut readers = Vec::new();
        for id in policy.named_organizations() {
            if Some(id.as_str()) == own {
                continue;
            }
            let mut verdicts = self.outside(Belonging::To { id: &id, path: None });
            verdicts.sort_by_key(|it| it.doubt.is_some());
            let Some(verdict) = verdicts.into_iter().next() else { continue };
            let reader = self.outsider(Who::OtherOrganization(id), verdict);
            let doubt = reader.doubt.clone().or_else(|| own.is_none().then(unknown));
            readers.push(Reader { doubt, ..reader });
        }
        for pattern in policy.organization_patterns() {
            let Some(verdict) = self.outside(Belonging::NotKnown).into_iter().next() else { break };
            let reader = self.outsider(Who::OtherOrganization(pattern.to_owned()), verdict);
            let doubt = reader.doubt.clone().or_else(|| Some(unknown()));
            readers.push(Reader { doubt, ..reader });
        }
        readers
    }

    /// Of people outside nobody knows who can meet a condition on identities: everybody chooses the
    /// names and tags of their own.
    fn outsider(&self, who: Who, verdict: Verdict) -> Reader {
        let Verdict { way, doubt, chosen, .. } = verdict;
        let doubt = doubt.or_else(|| chosen.map(|it| Why::ContextKeyInPart(it.key.to_owned())));
        self.reader(who, way, doubt)
    }

    /// Whom the conditions let in of our own accounts, and of those that the policy names.
    fn own(&self) -> Vec<Reader> {
        let policy = self.allowing.policy;
        let own = self.log.organization.map(|id| Belonging::To { id, path: None });
        let any_member = own.and_then(|it| self.any_member(it));
        let is_certain = |it: &Verdict| it.kind.is_some() && it.doubt.is_none();
        let depends_on_path = policy.names_key("aws:PrincipalOrgPaths")
            && any_member.as_ref().is_some_and(|it| !is_certain(it));
        let lists_members = depends_on_path || policy.tells_accounts_apart();

        let mut found = self.named_accounts();
        if lists_members {
            self.add_members(&mut found);
        } else if any_member.is_some() {
            // What holds of any member holds of those that are named, unless they differ.
            let is_alike =
                |it: &Found| any_member.as_ref().is_some_and(|any| any.is_like(&it.verdict));
            found.retain(|it| !it.is_member || !is_alike(it));
        }
        let mut readers = Vec::new();
        if let Some(verdict) = any_member.filter(|_| !lists_members || !self.log.is_complete) {
            // A member that is not listed may be in any unit, and have any id.
            let key = if depends_on_path { "aws:PrincipalOrgPaths" } else { "kms:CallerAccount" };
            let unlisted = || lists_members.then(|| Why::ContextKeyInPart(key.to_owned()));
            let doubt = verdict.doubt.clone().or_else(unlisted);
            readers.push(self.of_accounts(Accounts::Organization, Verdict { doubt, ..verdict }));
        }
        readers.extend(self.joined(found));
        readers
    }

    /// Who of a member reads of which only the organization is known.
    fn any_member(&self, own: Belonging<'_>) -> Option<Verdict> {
        let samples = self.allowing.policy.sample_accounts();
        let samples = samples.iter().filter(|_| !self.log.is_complete);
        let mut accounts = std::iter::once(STRANGER).chain(samples.map(String::as_str));
        let found = accounts.find_map(|account| self.verdict(account, own));
        found.or_else(|| if self.log.is_complete { None } else { self.unknown_account(own) })
    }

    /// The key's own account, and every one that a condition names.
    fn named_accounts(&self) -> Vec<Found> {
        let own = arn_parts(self.log.delivery.key_arn).map(|it| it[4].to_owned());
        let mut accounts = self.allowing.policy.named_accounts();
        accounts.extend(own);
        accounts.into_iter().filter_map(|account| self.found(account)).collect()
    }

    /// Who of this account reads.
    fn found(&self, account: String) -> Option<Found> {
        let membership = (self.log.membership)(&account);
        let verdict = self.verdict_of_named(&account, &membership)?;
        Some(match membership {
            Membership::Member { path } => Found { account, path, is_member: true, verdict },
            _ => Found { account, path: None, is_member: false, verdict },
        })
    }

    /// A stranger's account is tried in each organization to which it may belong: only what is the
    /// same in all of them is certain.
    fn verdict_of_named(&self, account: &str, membership: &Membership) -> Option<Verdict> {
        let policy = self.allowing.policy;
        let organizations = policy.named_organizations();
        let belongings = self.log.belongings(membership, policy, &organizations);
        let verdicts: Vec<Option<Verdict>> =
            belongings.into_iter().map(|it| self.verdict(account, it)).collect();
        let is_same = verdicts.iter().all(|it| *it == verdicts[0]);
        let verdict = verdicts.into_iter().flatten().next()?;
        let unsure = || Why::ContextKey("aws:PrincipalOrgID".to_owned());
        let doubt = verdict.doubt.or_else(|| (!is_same).then(unsure));
        Some(Verdict { doubt, ..verdict })
    }

    /// Who of an account reads that a principal names.
    pub(crate) fn of_named_account(&self, account: &str) -> Vec<Reader> {
        self.found(account.to_owned()).map(|it| self.joined(vec![it])).unwrap_or_default()
    }

    /// Every other member. Those that the policy cannot tell apart are asked for once.
    fn add_members(&self, found: &mut Vec<Found>) {
        let policy = self.allowing.policy;
        let named: BTreeSet<String> = policy.named_accounts();
        let own = arn_parts(self.log.delivery.key_arn).map(|it| it[4]);
        let (by_path, by_account) =
            (policy.names_key("aws:PrincipalOrgPaths"), policy.tells_accounts_apart());
        let mut verdicts: BTreeMap<(Option<String>, String), Option<Verdict>> = BTreeMap::new();
        for Member { account, path } in (self.log.members)() {
            if named.contains(&account) || own == Some(account.as_str()) {
                continue;
            }
            let alike = (
                path.clone().filter(|_| by_path),
                if by_account { account.clone() } else { String::new() },
            );
            let membership = Membership::Member { path: path.clone() };
            let verdict = verdicts
                .entry(alike)
                .or_insert_with(|| self.verdict(&account, self.log.belonging(&membership)));
            if let Some(verdict) = verdict.clone() {
                found.push(Found { account, path, is_member: true, verdict });
            }
        }
    }

    /// Members of whom the same holds, as one reader; everyone else apart.
    fn joined(&self, found: Vec<Found>) -> Vec<Reader> {
        let mut alike: Vec<(Verdict, Vec<Member>)> = Vec::new();
        let mut readers = Vec::new();
        for Found { account, path, is_member, verdict } in found {
            if !is_member {
                readers.push(self.of_accounts(Accounts::One(account), verdict));
                continue;
            }
            match alike.iter_mut().find(|it| it.0 == verdict) {
                Some((_, members)) => members.push(Member { account, path }),
                None => alike.push((verdict, vec![Member { account, path }])),
            }
        }
        let joined = alike.into_iter().map(|it| self.of_accounts(Accounts::of(&it.1), it.0));
        readers.extend(joined);
        readers
    }

    fn of_accounts(&self, accounts: Accounts, verdict: Verdict) -> Reader {
        let Verdict { kind, way, doubt, chosen } = verdict;
        let who = if let Some(kind) = kind {
            Who::Whole { accounts, kind }
        } else {
            let is_one = matches!(accounts, Accounts::One(_));
            let is_creatable = !is_one && chosen.is_some_and(|it| it.is_creatable);
            Who::Part { accounts, is_creatable }
        };
        self.reader(who, way, doubt)
    }

    /// Who of an account reads: every identity of a kind, if made-up ones of it do, else those whom
    /// conditions choose, if there can be any.
    fn verdict(&self, account: &str, belonging: Belonging<'_>) -> Option<Verdict> {
        let someone = Caller::Someone { account: account.to_owned() };
        let caller = self.log.caller_of(someone, belonging);
        let (way, doubt) = self.allowing.lets(&caller, &self.ways)?;
        let policy = self.allowing.policy;
        if doubt.is_none() || !policy.names_identities() {
            // No identity of the account is told from another.
            return Some(Verdict::whole(Kind::Identity, way, doubt));
        }
        let of_conditions = self.part(way, &caller);
        let partition = arn_parts(self.log.delivery.key_arn).map_or("aws", |it| it[1]);
        let mut regions: Vec<String> = policy.named_regions().into_iter().collect();
        regions.extend(arn_parts(self.log.delivery.key_arn).map(|it| it[3].to_owned()));
        let names_tags = policy.names_key("aws:PrincipalTag/");
        let made_up = Of { partition, account, regions: &regions, names_tags };

        let (mut kinds, mut doubt) = (BTreeSet::new(), None);
        let mut first_way = None;
        for identity in made_up.identities() {
            let caller = identity.of(&caller);
            let Some((way, why)) = self.allowing.lets(&caller, &self.ways) else { continue };
            // An identity must be given a tag before it has any.
            let tag = || Why::ContextKey("aws:PrincipalTag".to_owned());
            match why.or_else(|| identity.is_tagged.then(tag)) {
                None => {
                    kinds.insert(identity.kind);
                    first_way = first_way.or(Some(way));
                }
                Some(why) => doubt = doubt.or(Some((way, why))),
            }
        }
        Some(match (widest(&kinds), first_way, doubt) {
            (Some(kind), Some(way), _) => Verdict::whole(kind, way, None),
            (_, _, Some((way, why))) => Verdict::whole(Kind::Identity, way, Some(why)),
            _ => of_conditions,
        })
    }

    /// Those whom conditions choose, of whose names, ids and tags nothing is known.
    fn part(&self, way: Way, caller: &RequestContext) -> Verdict {
        // That some identities meet what the conditions ask of identities is no doubt.
        let Allowing { policy, statement, .. } = &self.allowing;
        let mut others = (*statement).clone();
        if let Ok(conditions) = &mut others.conditions {
            conditions.retain(|it| !tells_who(&it.key));
        }
        let requests = way.requests(caller, &self.log.delivery, &self.allowing.operations);
        let truths = requests.iter().map(|it| applies(&others, it, policy.version));
        let doubt = match Truth::any(truths) {
            Truth::Unknown(why) => Some(why),
            Truth::Yes | Truth::No => None,
        };
        let chosen = Some(Chosen::by(policy, statement, &requests));
        Verdict { kind: None, way, doubt, chosen }
    }
}

/// What to call these kinds together. The root user is one identity, and no kind by itself.
fn widest(kinds: &BTreeSet<Kind>) -> Option<Kind> {
    let several = [Kind::User, Kind::Role, Kind::FederatedUser];
    if several.iter().filter(|it| kinds.contains(it)).count() > 1 {
        return Some(Kind::Identity);
    }
    let order = [Kind::Role, Kind::User, Kind::IdentityCenterRole, Kind::FederatedUser];
    order.into_iter().find(|it| kinds.contains(it))
}

//! A finding with the facts that its fix names.

use trailseal_model::{
    AccountId, Arn, BucketFacts, Finding, Fix, FixActor, FixPlace, KeyFacts, KeyManager,
    KeyPresence, Observed, OrganizationFacts, Reason, Status, StoreFacts, Subject, TrailFacts,
    fix_text,
};

use super::words::brings;

/// A finding that failed or is not proven, with the facts of its subject.
pub(super) struct Case<'a> {
    pub(super) facts: &'a OrganizationFacts,
    pub(super) finding: &'a Finding,
    pub(super) trail: Option<&'a TrailFacts>,
    pub(super) store: Option<&'a StoreFacts>,
    pub(super) bucket: Option<&'a BucketFacts>,
}

impl<'a> Case<'a> {
    pub(super) fn new(facts: &'a OrganizationFacts, finding: &'a Finding) -> Self {
        let (mut trail, mut store) = (None, None);
        match finding.subject() {
            Subject::Trail(arn) => {
                let place = facts.trails.binary_search_by(|it| it.description.arn.cmp(arn));
                trail = place.ok().map(|it| &facts.trails[it]);
            }
            Subject::EventDataStore(arn) => {
                let place = facts.stores.binary_search_by(|it| it.arn.cmp(arn));
                store = place.ok().map(|it| &facts.stores[it]);
            }
            Subject::Account(_) => {}
        }
        let bucket = trail.and_then(|it| it.description.bucket.as_ref());
        let bucket = bucket.and_then(|it| facts.buckets.get(it));
        Self { facts, finding, trail, store, bucket }
    }

    pub(super) fn reason(&self) -> Reason {
        self.finding.reason()
    }

    pub(super) fn has_failed(&self) -> bool {
        self.finding.status() == Status::Fail
    }

    /// The subject in words, such as `trail 'main'`.
    pub(super) fn thing(&self) -> String {
        match (self.finding.subject(), self.trail, self.store) {
            (Subject::Trail(_), Some(trail), _) => format!("trail '{}'", trail.description.name),
            (Subject::Trail(arn), None, _) => format!("trail {arn}"),
            (Subject::EventDataStore(_), _, Some(store)) => {
                format!("event data store '{}'", store.name)
            }
            (Subject::EventDataStore(arn), _, None) => format!("event data store {arn}"),
            (Subject::Account(account), ..) => format!("account {account}"),
        }
    }

    /// Where the subject is changed.
    pub(super) fn subject_place(&self) -> FixPlace {
        match self.finding.subject() {
            Subject::Trail(arn) | Subject::EventDataStore(arn) => of_arn(arn),
            Subject::Account(account) => FixPlace {
                account: Some(*account),
                region: None,
                resource: Some(account.to_string()),
            },
        }
    }

    /// The order of the control and reason for this subject, without steps.
    pub(super) fn general(&self) -> Fix {
        let finding = self.finding;
        let order = fix_text(finding.control(), finding.status(), finding.reason());
        let change = match order {
            Some(order) => format!("for {}, {order}", self.thing()),
            None => format!("change nothing: {} needs no fix", self.thing()),
        };
        Fix {
            change,
            actor: FixActor::AccountAdministrator,
            place: self.subject_place(),
            steps: Vec::new(),
            first: None,
            brings: brings(finding, &self.thing()),
            risks: None,
        }
    }

    /// The same, made by the operator of this program: a setting, or another scan.
    pub(super) fn of_operator(&self) -> Fix {
        Fix { actor: FixActor::TrailsealOperator, place: FixPlace::default(), ..self.general() }
    }

    /// The key as the trail or store names it; also an alias.
    pub(super) fn named_key(&self) -> Option<&'a Arn> {
        self.trail.and_then(|it| it.key.as_ref()).or(self.store.and_then(|it| it.key.as_ref()))
    }

    /// What DescribeKey shows of the key.
    pub(super) fn presence(&self) -> Option<&'a KeyPresence> {
        presence(self.facts, self.named_key()?)
    }

    /// The key, where it exists and was described.
    pub(super) fn key(&self) -> Option<&'a KeyFacts> {
        match self.presence()? {
            KeyPresence::Exists(key) => Some(key),
            KeyPresence::InvalidState(_) | KeyPresence::Gone => None,
        }
    }

    /// The key's own ARN, never an alias.
    pub(super) fn key_arn(&self) -> Option<&'a Arn> {
        key_arn(self.facts, self.named_key()?)
    }

    /// The key in words, such as `key arn:aws:kms:…`.
    pub(super) fn key_words(&self) -> String {
        match self.key_arn().or_else(|| self.named_key()) {
            Some(key) => format!("key {key}"),
            None => format!("the key of {}", self.thing()),
        }
    }

    pub(super) fn is_key_of_aws(&self) -> bool {
        self.key().is_some_and(|key| key.manager == KeyManager::Aws)
    }

    /// Where the key is changed; where it is not known, the subject's place.
    pub(super) fn key_place(&self) -> FixPlace {
        self.key_arn().or_else(|| self.named_key()).map_or_else(|| self.subject_place(), of_arn)
    }

    /// The account that owns the trail's bucket, where ListBuckets tells.
    pub(super) fn bucket_owner(&self) -> Option<AccountId> {
        self.bucket.and_then(|it| it.owner.account())
    }

    /// Where the trail's bucket is changed; without a bucket, the subject's place.
    pub(super) fn bucket_place(&self) -> FixPlace {
        match self.bucket_name() {
            Some(name) => FixPlace {
                account: self.bucket_owner(),
                region: self.bucket.and_then(BucketFacts::region),
                resource: Some(name.to_owned()),
            },
            None => self.subject_place(),
        }
    }

    pub(super) fn bucket_name(&self) -> Option<&'a str> {
        self.trail.and_then(|it| it.description.bucket.as_deref())
    }

    /// The trail's bucket in words, such as `bucket 'logs'`.
    pub(super) fn bucket_words(&self) -> String {
        match self.bucket_name() {
            Some(name) => format!("bucket '{name}'"),
            None => format!("the bucket of {}", self.thing()),
        }
    }

    /// Every trail whose logs are encrypted with the same key, this one included.
    pub(super) fn trails_of_key(&self) -> Vec<&'a TrailFacts> {
        let Some(own) = self.key_arn() else { return self.trail.into_iter().collect() };
        let of_trail = |trail: &&TrailFacts| {
            trail.key.as_ref().and_then(|it| key_arn(self.facts, it)) == Some(own)
        };
        self.facts.trails.iter().filter(of_trail).collect()
    }
}

/// Whether an event data store is encrypted with a trail's key, or may be because its key is not known.
pub(super) fn may_serve_stores(case: &Case<'_>) -> bool {
    let Some(own) = case.key_arn() else { return true };
    case.facts.stores.iter().any(|store| match &store.key {
        Some(named) => key_arn(case.facts, named).is_none_or(|arn| arn == own),
        None => store.description.known().is_none(),
    })
}

/// Whether every trail and event data store that can use a key was listed.
pub(super) fn lists_all_users(facts: &OrganizationFacts) -> bool {
    !facts.scope.is_limited()
        && facts.population.known().is_some()
        && !facts.coverage.is_incomplete()
        && !facts.population_source.is_self_declared()
}

fn presence<'a>(facts: &'a OrganizationFacts, named: &Arn) -> Option<&'a KeyPresence> {
    facts.keys.get(named).and_then(Observed::known).map(|answer| &answer.value)
}

fn key_arn<'a>(facts: &'a OrganizationFacts, named: &'a Arn) -> Option<&'a Arn> {
    match presence(facts, named) {
        Some(KeyPresence::Exists(key)) => Some(&key.arn),
        _ => Some(named).filter(|it| it.resource().starts_with("key/")),
    }
}

/// The account and Region that an ARN names.
pub(super) fn of_arn(arn: &Arn) -> FixPlace {
    FixPlace { account: arn.account(), region: arn.region(), resource: Some(arn.to_string()) }
}

/// A setting of this program.
pub(super) fn setting_place(name: &str) -> FixPlace {
    FixPlace { account: None, region: None, resource: Some(name.to_owned()) }
}

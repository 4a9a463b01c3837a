//! What is wrong with a key: its state, its kind, its policy, who may decrypt with it.

use jiff::Timestamp;
use trailseal_model::{
    AccountId, Arn, CauseKind, ControlId, Finding, GapId, KeyFacts, KeyPresence, Observed,
    OrganizationFacts, Reason, Status,
};

use super::Run;
use super::board::{Blockers, CauseKey, Origin};
use super::view::TrailView;

/// Everything that keeps KMS from making data keys with a key, the state first.
pub(super) fn unusable_reasons(key: &KeyFacts, answered_at: Timestamp) -> Vec<Reason> {
    let state = match key.state.as_str() {
        "Disabled" => Some(Reason::Disabled),
        "PendingDeletion" | "PendingReplicaDeletion" => Some(Reason::PendingDeletion),
        "PendingImport" => Some(Reason::PendingImport),
        "Unavailable" => Some(Reason::Unavailable),
        "Creating" => Some(Reason::NotEnabled),
        _ => None,
    };
    let is_expired = key.valid_to.is_some_and(|until| until <= answered_at);
    let others = [
        (key.deletion_date.is_some(), Reason::PendingDeletion),
        (key.is_symmetric() == Some(false), Reason::NotSymmetric),
        (is_expired, Reason::MaterialExpired),
    ];
    let others = others.into_iter().filter(|it| it.0).map(|it| it.1);
    let mut reasons: Vec<Reason> = state.into_iter().chain(others).collect();
    reasons.dedup();
    reasons
}

/// What is wrong with the state of a key that KMS refuses to work with, in one word.
pub(super) fn state_aspect(facts: &OrganizationFacts, named: &Arn) -> &'static str {
    match facts.keys.get(named).and_then(Observed::known) {
        Some(answer) => match &answer.value {
            KeyPresence::Gone => Reason::KeyGone,
            KeyPresence::InvalidState(_) => Reason::Unavailable,
            KeyPresence::Exists(key) => unusable_reasons(key, answer.evidence.at)
                .first()
                .copied()
                .unwrap_or(Reason::KeyStateUnknown),
        },
        None => Reason::KeyStateUnknown,
    }
    .as_str()
}

/// The ARN that DescribeKey printed for a key, else the one by which it is named.
pub(super) fn canonical(facts: &OrganizationFacts, named: &str) -> String {
    let answer = Arn::new(named).and_then(|arn| facts.keys.get(&arn)).and_then(Observed::known);
    match answer.map(|it| &it.value) {
        Some(KeyPresence::Exists(key)) => key.arn.to_string(),
        _ => named.to_owned(),
    }
}

/// The account of a key that is certainly not the organization's, and not trusted.
pub(super) fn stranger(facts: &OrganizationFacts, key: &str) -> Option<AccountId> {
    let account = Arn::new(key)?.account()?;
    let is_listed = facts.population.known().is_some();
    (is_listed && !facts.may_hold_keys(account)).then_some(account)
}

/// The decision about an account outside the organization that holds keys.
pub(super) fn outside(account: AccountId) -> CauseKey {
    CauseKey::new(CauseKind::Setting, account.to_string(), Reason::OutsideOrganization.as_str())
}

impl TrailView<'_> {
    /// Every fact for which the trail's key cannot encrypt new logs.
    pub(super) fn unusable(&self) -> Vec<(CauseKey, Origin)> {
        let fact = |reason: Reason| {
            let key = match reason {
                Reason::WrongRegion => self.trail_cause(reason.as_str()),
                _ => self.key_cause(reason.as_str()),
            };
            (key, self.origin(ControlId::KeyUsable, Status::Fail, reason))
        };
        let is_elsewhere = self.has_failed(ControlId::KeyUsable, Reason::WrongRegion);
        let mut facts: Vec<_> =
            is_elsewhere.then(|| fact(Reason::WrongRegion)).into_iter().collect();
        let reasons = match self.presence {
            Some(KeyPresence::Gone) => vec![Reason::KeyGone],
            Some(KeyPresence::InvalidState(_)) => vec![Reason::Unavailable],
            Some(KeyPresence::Exists(key)) => unusable_reasons(key, self.key_answered_at()),
            None => Vec::new(),
        };
        facts.extend(reasons.into_iter().map(fact));
        facts
    }

    fn key_answered_at(&self) -> Timestamp {
        let named = self.trail.key.as_ref();
        let answer = named.and_then(|it| self.run.facts.keys.get(it)).and_then(Observed::known);
        answer.map_or(self.run.facts.as_of, |it| it.evidence.at)
    }

    pub(super) fn origin(&self, control: ControlId, status: Status, reason: Reason) -> Origin {
        Origin::Finding(control, status, reason, self.subject())
    }

    /// What keeps the key policy from letting CloudTrail encrypt, if it does.
    pub(super) fn encryption_refused(&self) -> Option<(CauseKey, Origin)> {
        let finding = self.finding(ControlId::KeyPolicyAllowsCloudtrail)?;
        let is_refused = finding.status() == Status::Fail;
        is_refused.then(|| (self.policy_cause(finding), Origin::from(finding)))
    }

    /// What is wrong with the key policy: each of its controls judges a statement of its own.
    fn policy_cause(&self, finding: &Finding) -> CauseKey {
        let aspect = match (finding.control(), finding.reason()) {
            (_, Reason::PolicyMalformed) => Reason::PolicyMalformed.as_str(),
            (ControlId::KeyPolicyAllowsCloudtrail, Reason::PolicyDenies) => "encryption_denied",
            (ControlId::KeyPolicyAllowsCloudtrail, Reason::NotGranted) => "encryption_not_granted",
            (ControlId::KeyPolicyAllowsCloudtrail, Reason::PolicyUnknown) => "encryption_unknown",
            (ControlId::KeyPolicyDescribeKey, Reason::PolicyDenies) => "describe_key_denied",
            (ControlId::KeyPolicyDescribeKey, Reason::PolicyUnknown) => "describe_key_unknown",
            // One statement mends both: one that allows it without an encryption context.
            (ControlId::KeyPolicyDescribeKey, _) => "describe_key_not_granted",
            (ControlId::KeyPolicyScoped, Reason::PolicyUnknown) => "scope_unknown",
            (ControlId::KeyPolicyScoped, _) => "not_scoped",
            (ControlId::KeyReadersLimited, _) => "readers",
            (_, reason) => reason.as_str(),
        };
        self.key_cause(aspect)
    }

    /// What keeps the bucket's Region from being known, if anything does.
    fn add_bucket_region(&self, blockers: &mut Blockers) {
        if self.bucket.is_some_and(|bucket| bucket.region().is_some()) {
            return;
        }
        let gap = self.bucket.and_then(|bucket| bucket.presence.gap());
        blockers.gaps.extend(gap);
        if let Some(gone) = self.bucket_gone() {
            blockers.extend([gone]);
        } else if gap.is_none() {
            let reason = Reason::BucketRegionUnknown;
            let origin = self.origin(ControlId::KeyUsable, Status::NotProven, reason);
            blockers.extend([(self.bucket_cause(reason.as_str()), origin)]);
        }
    }

    pub(super) fn key_gap(&self) -> Option<GapId> {
        let named = self.trail.key.as_ref()?;
        self.run.facts.keys.get(named).and_then(Observed::gap)
    }
}

/// What keeps `key-customer-managed` from passing.
pub(super) fn of_manager(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let mut blockers = unread(view, finding);
    if let (Reason::KeyKindUnknown, Some(KeyPresence::InvalidState(_))) =
        (finding.reason(), view.presence)
    {
        blockers.extend(view.unusable());
    } else if !matches!(finding.reason(), Reason::Unread | Reason::OutsideOrganization) {
        blockers.push(view.key_cause(finding.reason().as_str()), finding);
    }
    blockers
}

/// What keeps `key-usable` from passing.
pub(super) fn of_use(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let mut blockers = unread(view, finding);
    let reason = finding.reason();
    match (finding.status(), reason) {
        (Status::Fail, _) => {
            let own = match reason {
                Reason::WrongRegion => view.trail_cause(reason.as_str()),
                _ => view.key_cause(reason.as_str()),
            };
            blockers.push(own, finding);
            blockers.extend(view.unusable());
            blockers.gaps.extend(view.key_gap());
            if view.key().is_some_and(|key| key.is_symmetric().is_none()) {
                let reason = Reason::KeyKindUnknown;
                let origin = view.origin(ControlId::KeyUsable, Status::NotProven, reason);
                blockers.extend([(view.key_cause(reason.as_str()), origin)]);
            }
            view.add_bucket_region(&mut blockers);
        }
        (_, Reason::BucketRegionUnknown) => view.add_bucket_region(&mut blockers),
        (_, Reason::Unread) => {}
        (_, _) => blockers.push(view.key_cause(reason.as_str()), finding),
    }
    blockers
}

/// What keeps a control of the key policy from passing.
pub(super) fn of_policy(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let mut blockers = unread(view, finding);
    if !matches!(finding.reason(), Reason::Unread | Reason::OutsideOrganization) {
        blockers.push(view.policy_cause(finding), finding);
    }
    let is_readers = finding.control() == ControlId::KeyReadersLimited;
    if is_readers && !matches!(finding.reason(), Reason::Unread | Reason::OutsideOrganization) {
        // Whatever is wrong with the policy: without the grants nothing shows that it is all.
        let named = view.trail.key.as_ref();
        let grants = named.and_then(|it| view.run.facts.key_grants.get(it));
        blockers.gaps.extend(grants.and_then(Observed::gap));
        blockers.gaps.extend(view.run.facts.population.gap());
    }
    blockers
}

/// What keeps `key-rotation-enabled` from passing.
pub(super) fn of_rotation(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let mut blockers = unread(view, finding);
    match finding.reason() {
        Reason::Unread => {
            if let Some(KeyPresence::InvalidState(_)) = view.presence {
                blockers.extend(view.unusable());
            }
        }
        Reason::RotationOff => {
            // A replica rotates with its primary key, so the change is made there.
            let primary = view.key().and_then(|key| key.replica_of.as_ref());
            let key = primary.map_or_else(|| view.key_name(), ToString::to_string);
            let aspect = Reason::RotationOff.as_str();
            blockers.push(CauseKey::new(CauseKind::Key, key, aspect), finding);
        }
        Reason::PendingDeletion => {
            let aspect = Reason::PendingDeletion.as_str();
            let shown = view.unusable().into_iter().find(|(key, _)| key.aspect == aspect);
            blockers.extend([shown.unwrap_or((view.key_cause(aspect), Origin::from(finding)))]);
        }
        reason => blockers.push(view.key_cause(reason.as_str()), finding),
    }
    blockers
}

/// The gaps of a finding about a key, and that the key is an outsider's; what was not read comes first
/// unless the finding has a fact of its own.
fn unread(view: &TrailView<'_>, finding: &Finding) -> Blockers {
    let gaps = finding.gaps().to_vec();
    let gaps_first = matches!(finding.reason(), Reason::Unread | Reason::BucketRegionUnknown);
    let mut blockers = Blockers { gaps, gaps_first, ..Blockers::default() };
    if finding.reason() == Reason::OutsideOrganization {
        blockers.extend(of_stranger(view.run, &view.key_name(), finding));
    }
    if finding.reason() == Reason::Unread && finding.gaps().is_empty() {
        // A key that is named by an alias was not resolved; else there was nothing to ask.
        blockers.push(view.key_cause(Reason::Unread.as_str()), finding);
    }
    blockers
}

/// That the key belongs to an account outside the organization.
pub(super) fn of_stranger(
    run: &Run<'_>,
    key: &str,
    finding: &Finding,
) -> Option<(CauseKey, Origin)> {
    let account = stranger(run.facts, key).or_else(|| Arn::new(key)?.account())?;
    Some((outside(account), Origin::from(finding)))
}

//! Folds consequences into the alert of their cause.
//!
//! A cause that is a trail or an event data store takes the failures of every other subject into the
//! alert of that trail or store. A cause that is a key or a bucket may be behind several trails, each
//! with an alert of its own; of accounts, the first of these alerts takes the failures. Where the cause
//! has no such alert, each subject keeps its own. What an exception accepts is folded only into what one
//! accepts, too, so nothing that fails is hidden behind it.

use std::collections::BTreeMap;

use trailseal_model::{CauseKind, SubjectKind};

use crate::causes::Causes;
use crate::failures::{Failures, Group, GroupKey, LISTED};
use crate::names::AccountNames;
use crate::text::{NAME, SHOWN, quotable};

/// Folds once, when every failure is known.
pub(crate) fn fold(failures: &mut Failures, causes: &Causes, names: &AccountNames) {
    if !failures.begin_folding() {
        return;
    }
    let mut subjects: BTreeMap<String, Vec<GroupKey>> = BTreeMap::new();
    for (key, group) in &failures.groups {
        if group.cause_id.is_some() {
            subjects.entry(key.cause.clone()).or_default().push(key.clone());
        }
    }
    for (cause, keys) in subjects.into_iter().filter(|entry| entry.1.len() > 1) {
        let Some(cause) = causes.get(&cause) else { continue };
        let Some(home) = home(failures, cause.kind, &cause.subject, &keys) else { continue };
        let is_thing = matches!(cause.kind, CauseKind::Trail | CauseKind::EventDataStore);
        for key in keys {
            let is_account = failures.groups[&key].gravest.kind == SubjectKind::Account;
            if key == home || !(is_thing || is_account) {
                continue;
            }
            let Some(group) = failures.groups.remove(&key) else { continue };
            if let Some(home) = failures.groups.get_mut(&home) {
                home.take(group, names);
            }
        }
    }
}

/// The alert of the cause itself among those of its subjects, which are sorted.
fn home(
    failures: &Failures,
    kind: CauseKind,
    subject: &str,
    keys: &[GroupKey],
) -> Option<GroupKey> {
    let own = keys.iter().find(|key| key.subject == subject);
    let first =
        || keys.iter().find(|key| failures.groups[*key].gravest.kind != SubjectKind::Account);
    let home = match kind {
        CauseKind::Trail | CauseKind::EventDataStore => own,
        CauseKind::Key | CauseKind::Bucket => first(),
        CauseKind::DenyingPolicy
        | CauseKind::Role
        | CauseKind::Account
        | CauseKind::Api
        | CauseKind::Setting
        | CauseKind::Run
        | CauseKind::Time => None,
    };
    home.cloned()
}

impl Group {
    /// Takes the failures of another subject as consequences.
    fn take(&mut self, other: Self, names: &AccountNames) {
        let failure = &other.gravest;
        let name = match (failure.kind, failure.account) {
            (SubjectKind::Account, Some(account)) => names.people(account),
            _ => quotable(&failure.name, NAME),
        };
        let consequences = &mut self.consequences;
        for control in other.controls() {
            let (count, shown) = consequences.controls.entry(control).or_default();
            *count += 1;
            if shown.len() < SHOWN {
                shown.push(name.clone());
            }
        }
        consequences.total += 1;
        if consequences.subjects.len() < LISTED {
            consequences.subjects.push(failure.subject.clone());
        }
        let room = LISTED.saturating_sub(self.finding_ids.len());
        self.finding_ids.extend(other.finding_ids.into_iter().take(room));
        self.findings += other.findings;
        self.exceptions.extend(other.exceptions);
    }
}

//! Whether every account refuses the role for the same reason: then a setting is wrong, and the rest of
//! the scan shows nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use trailseal_model::{AccountId, Event, GapClass, Operation};

use crate::settings::Settings;

/// Accounts that must refuse the role before that says something of all.
const FIRST: usize = 20;

/// The refusals of a run, until an account lets the role in.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    has_opened: AtomicBool,
    refused: Mutex<BTreeMap<AccountId, GapClass>>,
    everywhere: Notify,
}

impl Refusals {
    /// Takes one event. Returns why the first accounts refused the role, once, when all of them have.
    pub(super) fn add(&self, event: &Event<'_>) -> Option<GapClass> {
        match event {
            Event::Request { operation: Operation::AssumeRole, failure: None, .. } => {
                self.note_opened();
                None
            }
            Event::GapRecorded { gap } if gap.operation == Operation::AssumeRole => {
                let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
                let is_new = refused.insert(gap.account?, gap.class).is_none();
                let is_same = refused.values().all(|it| *it == gap.class);
                let is_open = self.has_opened.load(Ordering::Relaxed);
                if !is_new || refused.len() != FIRST || !is_same || is_open {
                    return None;
                }
                self.everywhere.notify_one();
                Some(gap.class)
            }
            _ => None,
        }
    }

    /// Notes that an account let the role in; where a journal tells that, no request shows it.
    pub(super) fn note_opened(&self) {
        self.has_opened.store(true, Ordering::Relaxed);
    }

    /// Ready when the first accounts have all refused the role for the same reason.
    pub(super) async fn everywhere(&self) {
        self.everywhere.notified().await;
    }
}

/// What is said then, and which settings to check.
pub(super) fn problem(class: GapClass, role: &str) -> String {
    format!("the first {FIRST} accounts all refuse role `{role}` ({class})")
}

/// The settings to check.
pub(super) fn advice(settings: &Settings) -> String {
    let external_id = if settings.external_id.is_some() { "set" } else { "not set" };
    format!(
        "check --role-name, --external-id ({external_id}), and whether the role's trust policy allows the caller"
    )
}

#[cfg(test)]
mod tests {
    use trailseal_model::Gap;

    use super::*;

    /// The reason that is told after these refusals, if one is.
    fn told(classes: impl IntoIterator<Item = GapClass>, refusals: &Refusals) -> Vec<GapClass> {
        let accounts = (1..).filter_map(AccountId::new);
        let told = accounts.zip(classes).filter_map(|(account, class)| {
            let gap = Gap::new(class, Operation::AssumeRole);
            let gap = Gap { account: Some(account), ..gap };
            refusals.add(&Event::GapRecorded { gap: &gap })
        });
        told.collect()
    }

    #[test]
    fn the_same_refusal_in_twenty_accounts_is_told_once() {
        let same = [GapClass::RoleNotAssumable; 30];
        assert_eq!(told(same, &Refusals::default()), [GapClass::RoleNotAssumable]);
        assert!(told([GapClass::RoleNotAssumable; 19], &Refusals::default()).is_empty());
        let mixed = same.into_iter().skip(1).chain([GapClass::DeniedByScp]).rev();
        assert!(told(mixed, &Refusals::default()).is_empty());
        let refusals = Refusals::default();
        let opened = Event::Request {
            operation: Operation::AssumeRole,
            account: AccountId::new(7),
            region: None,
            attempt: 1,
            took: std::time::Duration::ZERO,
            failure: None,
        };
        refusals.add(&opened);
        assert!(told(same, &refusals).is_empty());
    }
}

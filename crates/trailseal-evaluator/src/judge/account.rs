//! `account-covered`.

use trailseal_model::{Account, ControlId, Finding, Reason, Subject};

/// This version does not judge coverage by trails yet; it says so for every account in use.
pub(super) fn covered(account: &Account) -> Finding {
    let (control, subject) = (ControlId::AccountCovered, Subject::Account(account.id));
    if account.state.is_audited() {
        Finding::not_proven(control, subject, Reason::NotBuilt, Vec::new()).saying(
            "This version does not judge whether a trail records every enabled Region of the account.",
        )
    } else {
        Finding::not_applicable(control, subject, Reason::AccountNotActive)
            .saying(format!("The account is not in use: {}.", account.state))
    }
}

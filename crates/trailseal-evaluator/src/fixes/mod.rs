//! What to change about a finding that failed or is not proven, with the facts of its case.
//!
//! The order of each pair of control and reason is `fix_text` of the model. Here the thing to change is
//! named, and what can be pasted is made: commands that cannot stop the delivery of logs (see
//! [`command`]), statements to review, and settings of this program.

mod account;
mod case;
mod command;
mod delivery;
mod json;
mod key;
mod key_policy;
mod new_key;
mod objects;
mod repair;
mod statement;
mod store;
mod unread;
mod words;

use trailseal_model::{ControlId, Finding, Fix, OrganizationFacts, Reason, Status};

use case::Case;

/// What to change so that the finding passes, or can be judged. A finding that passes or is not
/// applicable needs no change.
pub(crate) fn of_finding(facts: &OrganizationFacts, finding: &Finding) -> Fix {
    without_full_stops(of_case(&Case::new(facts, finding)))
}

/// Texts of AWS, which are quoted as they came, often end in a full stop.
fn without_full_stops(fix: Fix) -> Fix {
    let cut = |text: String| text.trim_end_matches(['.', ' ', '\n']).to_owned();
    Fix {
        change: cut(fix.change),
        first: fix.first.map(cut),
        brings: cut(fix.brings),
        risks: fix.risks.map(cut),
        ..fix
    }
}

fn of_case(case: &Case<'_>) -> Fix {
    let finding = case.finding;
    let is_open = matches!(finding.status(), Status::Fail | Status::NotProven);
    let is_general = matches!(finding.reason(), Reason::ShadowsDisagree | Reason::NotBuilt);
    if !is_open || is_general {
        return case.general();
    }
    match finding.control() {
        ControlId::TrailKmsEncrypted => new_key::for_trail(case),
        ControlId::KeyCustomerManaged => key::customer_managed(case),
        ControlId::KeyUsable => key::usable(case),
        ControlId::KeyPolicyAllowsCloudtrail
        | ControlId::KeyPolicyDescribeKey
        | ControlId::KeyPolicyScoped
        | ControlId::KeyReadersLimited => key_policy::of_policy(case),
        ControlId::KeyRotationEnabled => key::rotation(case),
        ControlId::TrailDelivering => delivery::of_delivery(case),
        ControlId::LogObjectsSealed | ControlId::DigestObjectsSealed => objects::of_objects(case),
        ControlId::HistorySealed => objects::of_history(case),
        ControlId::AccountCovered => account::of_account(case),
        ControlId::EventDataStoreKmsEncrypted => store::of_store(case),
    }
}

#[cfg(test)]
pub(crate) mod tests;

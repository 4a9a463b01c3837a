//! The fixes of what keeps accounts from being covered, which no single finding shows.

use serde_json::json;
use trailseal_model::{CauseKind, Fix, FixActor, FixStep};

use super::gap_fix;
use super::parts::{plain, pretty};
use super::shown::Shown;
use super::title::{accounts_words, counted};

/// The fix of a cause that several findings show together.
pub(super) fn fix(shown: &Shown<'_>) -> Fix {
    match (shown.key.kind, shown.key.aspect) {
        (CauseKind::Trail, "records_one_region") => one_region(shown),
        (CauseKind::Trail, "home_region_not_enabled") => home_region(shown),
        (CauseKind::Trail, "events_not_recorded") => events(shown),
        (CauseKind::Account, "not_covered") => organization(shown),
        _ => gap_fix::fix(shown),
    }
}

const MORE_EVENTS: &str =
    "more events are recorded and stored, which CloudTrail, S3 and KMS may charge for";

fn one_region(shown: &Shown<'_>) -> Fix {
    let change = format!("make trail {} a multi-Region trail", shown.key.subject);
    let mut fix = plain(shown, change, FixActor::AccountAdministrator);
    fix.risks = Some(MORE_EVENTS.to_owned());
    fix
}

fn home_region(shown: &Shown<'_>) -> Fix {
    let region = shown.region().map_or_else(|| "its home Region".to_owned(), |it| it.to_string());
    let default = shown.run.context.partition.default_region();
    let change = format!(
        "create the organization trail with a home Region that every account has enabled, such as {default}, or enable {region} in {}",
        accounts_words(shown)
    );
    let mut fix = plain(shown, change, FixActor::OrganizationAdministrator);
    fix.first = Some(format!(
        "check the other trails of {}: CloudTrail records nothing of a member that has not enabled the trail's home Region",
        accounts_words(shown)
    ));
    fix.risks =
        Some("two organization trails beside each other record and charge twice".to_owned());
    fix
}

fn events(shown: &Shown<'_>) -> Fix {
    let change = format!(
        "let the event selectors of trail {} record all management events, reads and writes",
        shown.key.subject
    );
    let selectors = json!([{ "ReadWriteType": "All", "IncludeManagementEvents": true }]);
    let mut fix = plain(shown, change, FixActor::AccountAdministrator);
    fix.steps.push(FixStep::Statement {
        into:
            "the event selectors of the trail; what they record of data events has to stay in them"
                .to_owned(),
        json: pretty(&selectors),
    });
    fix.risks = Some(MORE_EVENTS.to_owned());
    fix
}

fn organization(shown: &Shown<'_>) -> Fix {
    let change = format!(
        "create a multi-Region organization trail with a customer managed KMS key: {} no trail",
        counted(shown.effect.accounts.len(), "account has", "accounts have")
    );
    let mut fix = plain(shown, change, FixActor::OrganizationAdministrator);
    let management = shown.run.facts.organization.as_ref().map(|it| it.management_account);
    fix.place.account = management;
    fix.risks = Some(MORE_EVENTS.to_owned());
    fix
}

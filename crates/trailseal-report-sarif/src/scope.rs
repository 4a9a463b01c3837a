//! What was not assessed, by account and reason: without it, GitHub would close the alerts of an
//! account that could not be read as fixed.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::hash::short_hash;
use trailseal_model::record::v1::{CoverageLine, FindingLine, GapLine};
use trailseal_model::{ControlId, GapClass, Loss, Operation, Outcome, Reason, Status};

use crate::accepted::Justifications;
use crate::alert_location::AlertLocation;
use crate::result::Alert;
use crate::rule::Rule;
use crate::text::{NAME, SENTENCE, first_few, quotable};

/// Everything that was not assessed. What is accepted is told apart, and is told at all only where
/// nothing of the same key is open: one key is one alert.
#[derive(Debug, Default)]
pub(crate) struct NotAssessed {
    open: BTreeMap<Key, Scope>,
    accepted: BTreeMap<Key, Scope>,
}

/// The account, if there is one, and the class of the gap or the reason of the findings.
type Key = (Option<String>, String, Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Calls failed.
    Unread,
    /// A trail exists that nobody could judge.
    Unshown,
    /// Everything was read, and it proves nothing.
    Unproven,
}

#[derive(Debug, Default)]
struct Scope {
    count: u64,
    /// Operations, or controls.
    what: BTreeSet<String>,
    regions: BTreeSet<String>,
    to_do: BTreeSet<String>,
    /// What accepts it.
    exceptions: BTreeSet<String>,
}

impl NotAssessed {
    /// A call that failed, or a trail that is known by name only.
    pub(crate) fn add_gap(&mut self, gap: &GapLine) {
        let class = gap.class.parse::<GapClass>().ok();
        if !is_lost(gap.operation.parse::<Operation>().ok().map(Operation::loss), class) {
            return;
        }
        let kind = if class == Some(GapClass::NotShown) { Kind::Unshown } else { Kind::Unread };
        let accepted = gap.exception_id.as_slice();
        let scope = self.scope(gap.account_id.as_ref(), &gap.class, kind, accepted);
        scope.add(&gap.operation, gap.region.as_ref());
        // The alert names the Regions itself.
        scope.to_do.insert(gap.what_to_do_in(&[]));
    }

    /// A target that was not listed, or not all of it, where no gap says why. What the user left
    /// out is no news.
    pub(crate) fn add_target(&mut self, target: &CoverageLine) {
        let is_missing = target.outcome.parse::<Outcome>().ok().is_some_and(Outcome::is_incomplete);
        if !is_missing || target.gap_id.is_some() {
            return;
        }
        let class = target.reason_code.as_deref().unwrap_or(GapClass::Cancelled.as_str());
        let scope = self.scope(Some(&target.account_id), class, Kind::Unread, &[]);
        scope.add(Operation::DescribeTrails.as_str(), Some(&target.region));
        if scope.to_do.is_empty() {
            let class = class.parse::<GapClass>().ok().unwrap_or(GapClass::Cancelled);
            scope.to_do.insert(class.what_to_do().to_owned());
        }
    }

    /// A finding that the subject's verdict hangs on and that is not proven though nothing was
    /// unread: a gap would say so for it. What no version judges yet is no news.
    pub(crate) fn add_finding(&mut self, control: ControlId, finding: &FindingLine) {
        let is_unproven = finding.status.parse::<Status>().ok() == Some(Status::NotProven);
        let is_built = finding.status_reason.parse::<Reason>().ok() != Some(Reason::NotBuilt);
        if control.entry().essential && is_unproven && is_built && finding.gap_ids.is_empty() {
            let account = Some(&finding.account_id).filter(|it| !it.is_empty());
            let accepted = &finding.exception_ids;
            let scope = self.scope(account, &finding.status_reason, Kind::Unproven, accepted);
            scope.add(&finding.control_id, finding.region.as_ref());
        }
    }

    fn scope(
        &mut self,
        account: Option<&String>,
        class: &str,
        kind: Kind,
        accepted: &[String],
    ) -> &mut Scope {
        let scopes = if accepted.is_empty() { &mut self.open } else { &mut self.accepted };
        let scope = scopes.entry((account.cloned(), class.to_owned(), kind)).or_default();
        scope.exceptions.extend(accepted.iter().cloned());
        scope
    }

    /// One alert each; `people` gives an account's name for people.
    pub(crate) fn into_alerts(
        mut self,
        organization: &str,
        people: impl Fn(&str) -> String,
        justifications: &Justifications,
    ) -> impl Iterator<Item = Alert> {
        self.accepted.retain(|key, _| !self.open.contains_key(key));
        self.open.into_iter().chain(self.accepted).map(move |((account, class, kind), scope)| {
            let justification = justifications.of(&scope.exceptions);
            let place = account.as_deref().map_or_else(
                || AlertLocation::of_organization(organization),
                AlertLocation::of_account,
            );
            let name = account.as_deref().map_or_else(
                || format!("organization {}", quotable(organization, NAME)),
                |it| format!("account {}", people(it)),
            );
            scope.into_alert(kind, class, place, name).accepted(justification)
        })
    }
}

impl Scope {
    fn add(&mut self, what: &str, region: Option<&String>) {
        self.count += 1;
        if !self.what.contains(what) {
            self.what.insert(what.to_owned());
        }
        self.regions.extend(region.cloned());
    }

    fn into_alert(self, kind: Kind, class: String, place: AlertLocation, name: String) -> Alert {
        let regions = first_few(&self.regions).unwrap_or_else(|| "no particular Region".to_owned());
        let what = first_few(&self.what).unwrap_or_default();
        let mut arguments = vec![
            name,
            quotable(&class, NAME),
            self.count.to_string(),
            quotable(&what, SENTENCE),
            quotable(&regions, SENTENCE),
        ];
        let template = match kind {
            Kind::Unread => "unread",
            Kind::Unshown => "unshown",
            Kind::Unproven => "unproven",
        };
        if kind != Kind::Unproven {
            let to_do: Vec<&str> = self.to_do.iter().map(String::as_str).collect();
            arguments.push(quotable(&to_do.join("; "), SENTENCE));
        }
        Alert {
            rule: Rule::ScopeNotAssessed,
            fingerprint: short_hash(&[Rule::ScopeNotAssessed.id(), &place.identity, &class]),
            place,
            reason: class,
            template,
            arguments,
            justification: None,
        }
    }
}

/// Whether a gap keeps something from being judged. What is not known to this version may.
fn is_lost(loss: Option<Loss>, class: Option<GapClass>) -> bool {
    if matches!(
        class,
        Some(GapClass::RegionDisabled | GapClass::AccountNotActive | GapClass::NotTold)
    ) {
        return false;
    }
    match loss {
        Some(Loss::Nothing | Loss::Publication | Loss::Description) => false,
        // The check itself is no loss; what it found missing is.
        Some(Loss::CrossCheck) => class == Some(GapClass::NotShown),
        Some(Loss::Population | Loss::Account | Loss::Target | Loss::Leg) | None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fingerprint names the class or reason and not which of the two it is.
    #[test]
    fn no_reason_is_named_like_a_class_that_is_reported() {
        for reason in Reason::ALL {
            let class = reason.as_str().parse::<GapClass>().ok();
            assert!(matches!(class, None | Some(GapClass::AccountNotActive)), "{reason}");
        }
    }
}

//! What was not assessed, by cause: without it, GitHub would close the alerts of what could not be read
//! as fixed.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::hash::short_hash;
use trailseal_model::{
    AccountId, ControlId, GapClass, Loss, Operation, Reason, Region, Status, fix_text,
};
use trailseal_record::v1::{CoverageLine, FindingLine, GapLine};

use crate::alert::{Alert, Context, Details, add_fix, controls};
use crate::alert_location::AlertLocation;
use crate::causes::Causes;
use crate::message::{Message, Part};
use crate::rule::Rule;
use crate::text::{NAME, SENTENCE, SHOWN, clause, counted, few_of, quotable};

/// Everything that was not assessed. What is accepted is kept apart, and is reported only where
/// nothing with the same key is open: one key is one alert.
#[derive(Debug, Default)]
pub(crate) struct NotAssessed {
    open: BTreeMap<Key, Scope>,
    accepted: BTreeMap<Key, Scope>,
}

/// A cause by its id; or the class of gaps or the reason of findings of which the record has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Cause(String),
    Word(String),
}

/// What one cause keeps from being assessed.
#[derive(Debug, Default)]
struct Scope {
    /// Whether anything of it is worth an alert.
    is_reported: bool,
    requests: u64,
    operations: BTreeSet<Operation>,
    /// Trails that exist and that no Region showed.
    unshown: u64,
    /// Regions of accounts that were not listed, where no gap says why.
    unlisted: u64,
    findings: u64,
    controls: BTreeSet<ControlId>,
    accounts: BTreeSet<AccountId>,
    /// Whether something belongs to no account.
    is_of_organization: bool,
    /// Of requests and of what was not listed.
    regions: BTreeSet<Region>,
    /// Of findings that are not proven.
    finding_regions: BTreeSet<Region>,
    /// What to do, where the record has no cause.
    to_do: BTreeSet<String>,
    /// What accepts it.
    exceptions: BTreeSet<String>,
}

impl NotAssessed {
    /// A request without an answer, or a trail that is known by name only.
    pub(crate) fn add_gap(&mut self, gap: &GapLine) {
        if !is_lost(gap.operation.loss(), gap.class) {
            return;
        }
        let key = Key::of(gap.cause_id.as_deref(), gap.class.as_str());
        let scope = self.scope(&key, gap.exception_id.as_slice());
        scope.is_reported = true;
        scope.add_account(gap.account_id);
        scope.regions.extend(gap.region);
        if gap.class == GapClass::NotShown {
            scope.unshown += 1;
        } else {
            scope.requests += 1;
            scope.operations.insert(gap.operation);
        }
        scope.advise(&key, || gap.what_to_do_in(&[]));
    }

    /// A target that was not listed, or not all of it, where no gap says why. What the user left
    /// out is no news.
    pub(crate) fn add_target(&mut self, target: &CoverageLine, causes: &Causes) {
        if !target.outcome.is_incomplete() || target.gap_id.is_some() {
            return;
        }
        let class = target.reason_code.unwrap_or(GapClass::Cancelled);
        let key = Key::of(causes.of_class(class), class.as_str());
        let scope = self.scope(&key, &target.exception_ids);
        scope.is_reported = true;
        scope.unlisted += 1;
        scope.add_account(Some(target.account_id));
        scope.regions.insert(target.region);
        scope.advise(&key, || class.what_to_do().to_owned());
    }

    /// A finding that is not proven. It is worth an alert where the subject's verdict depends on it; a
    /// control that this version does not judge is no news.
    pub(crate) fn add_finding(&mut self, finding: &FindingLine) {
        let FindingLine { control_id: control, status_reason: reason, .. } = *finding;
        if reason == Reason::NotBuilt {
            return;
        }
        let key = Key::of(finding.cause_id.as_deref(), reason.as_str());
        let scope = self.scope(&key, &finding.exception_ids);
        scope.is_reported |= control.entry().essential;
        scope.findings += 1;
        scope.controls.insert(control);
        scope.add_account(finding.account_id);
        scope.finding_regions.extend(finding.region);
        let fix = || fix_text(control, Status::NotProven, reason).unwrap_or_default().to_owned();
        scope.advise(&key, fix);
    }

    fn scope(&mut self, key: &Key, accepted: &[String]) -> &mut Scope {
        let scopes = if accepted.is_empty() { &mut self.open } else { &mut self.accepted };
        let scope = scopes.entry(key.clone()).or_default();
        scope.exceptions.extend(accepted.iter().cloned());
        scope
    }

    /// One alert each.
    pub(crate) fn into_alerts(mut self, context: Context<'_>) -> impl Iterator<Item = Alert> {
        self.open.retain(|_, scope| scope.is_reported);
        self.accepted.retain(|key, scope| scope.is_reported && !self.open.contains_key(key));
        let scopes = self.open.into_iter().chain(self.accepted);
        scopes.map(move |(key, scope)| scope.into_alert(&key, context))
    }
}

impl Key {
    fn of(cause: Option<&str>, word: &str) -> Self {
        cause.map_or_else(|| Self::Word(word.to_owned()), |id| Self::Cause(id.to_owned()))
    }

    fn as_str(&self) -> &str {
        let (Self::Cause(text) | Self::Word(text)) = self;
        text
    }
}

impl Scope {
    fn add_account(&mut self, account: Option<AccountId>) {
        match account {
            Some(account) => _ = self.accounts.insert(account),
            None => self.is_of_organization = true,
        }
    }

    /// Where it happened; of findings alone, their Regions.
    fn regions(&self) -> &BTreeSet<Region> {
        let is_unread = self.requests + self.unshown + self.unlisted > 0;
        if is_unread { &self.regions } else { &self.finding_regions }
    }

    /// Keeps a few of the things to do. With a cause, its fix says that.
    fn advise(&mut self, key: &Key, advice: impl FnOnce() -> String) {
        if matches!(key, Key::Word(_)) && self.to_do.len() < SHOWN {
            self.to_do.extend(Some(advice()).filter(|advice| !advice.is_empty()));
        }
    }

    fn into_alert(self, key: &Key, context: Context<'_>) -> Alert {
        let rule = Rule::ScopeNotAssessed;
        let location = match self.accounts.first() {
            Some(account) if self.accounts.len() == 1 && !self.is_of_organization => {
                AlertLocation::of_account(*account)
            }
            _ => AlertLocation::of_organization(context.organization),
        };
        let cause = context.causes.get(key.as_str());
        let reason = cause.map_or_else(|| key.as_str(), |cause| cause.aspect.as_str());
        Alert {
            rule,
            location,
            fingerprint: short_hash(&[rule.id(), key.as_str()]),
            message: self.message(key, context),
            cause_id: cause.map(|cause| cause.cause_id.clone()),
            details: Details { reason: quotable(reason, NAME), ..Details::default() },
            justification: context.justifications.of(&self.exceptions),
        }
    }

    fn message(&self, key: &Key, context: Context<'_>) -> Message {
        let cause = context.causes.get(key.as_str());
        let mut message = Message::default();
        let title = cause.map_or_else(|| quotable(key.as_str(), NAME), |it| clause(&it.title));
        let is_unread = self.requests + self.unshown + self.unlisted > 0;
        message.add(if is_unread { Part::NotAssessed } else { Part::NotProven }, [title]);
        self.add_accounts(&mut message, context);
        self.add_counts(&mut message);
        message.add(Part::Missing, []);
        if let Some(cause) = cause {
            add_fix(&mut message, cause);
        } else if !self.to_do.is_empty() {
            let to_do: Vec<&str> = self.to_do.iter().map(String::as_str).collect();
            message.add(Part::Fix, [clause(&to_do.join("; "))]);
        }
        message
    }

    fn add_accounts(&self, message: &mut Message, context: Context<'_>) {
        let shown = self.accounts.iter().take(SHOWN);
        let shown: Vec<String> = shown.map(|account| context.names.people(*account)).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        match self.accounts.len() {
            0 => message.add(Part::InOrganization, [quotable(context.organization, NAME)]),
            1 => message.add(Part::InAccount, [shown.concat()]),
            total => {
                let count = counted(total as u64, "account", "accounts");
                message.add(Part::InAccounts, [count, few_of(&shown, total)]);
            }
        }
        let regions = self.regions();
        if !regions.is_empty() {
            let total = regions.len();
            let shown = regions.iter().take(SHOWN);
            let shown: Vec<&str> = shown.map(|region| region.name()).collect();
            let count = counted(total as u64, "Region", "Regions");
            message.add(Part::InRegions, [count, few_of(&shown, total)]);
        }
    }

    fn add_counts(&self, message: &mut Message) {
        if self.requests > 0 {
            let operations: Vec<&str> = self.operations.iter().map(|it| it.as_str()).collect();
            let operations = quotable(&operations.join(", "), SENTENCE);
            let requests = counted(self.requests, "request", "requests");
            message.add(Part::Unanswered, [requests, operations]);
        }
        if self.unshown > 0 {
            message.add(Part::Unshown, [counted(self.unshown, "trail", "trails")]);
        }
        if self.unlisted > 0 {
            let count = counted(self.unlisted, "Region of an account", "Regions of accounts");
            message.add(Part::Unlisted, [count]);
        }
        if self.findings > 0 {
            message.add(Part::Unproven, [self.findings.to_string(), controls(&self.controls)]);
        }
    }
}

/// Whether a gap keeps something from being judged.
const fn is_lost(loss: Loss, class: GapClass) -> bool {
    if matches!(class, GapClass::RegionDisabled | GapClass::AccountNotActive | GapClass::NotTold) {
        return false;
    }
    match loss {
        Loss::Nothing | Loss::Publication | Loss::Description => false,
        // The check itself is no loss; what it found missing is.
        Loss::CrossCheck => matches!(class, GapClass::NotShown),
        Loss::Population | Loss::Account | Loss::Target | Loss::Leg => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without a cause, a fingerprint names the class or reason and not which of the two it is.
    #[test]
    fn no_reason_is_named_like_a_class_that_is_reported() {
        for reason in Reason::ALL {
            let class = reason.as_str().parse::<GapClass>().ok();
            assert!(matches!(class, None | Some(GapClass::AccountNotActive)), "{reason}");
        }
    }
}

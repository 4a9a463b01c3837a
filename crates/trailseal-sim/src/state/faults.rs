//! Rules that make chosen calls fail, and what a failure can be.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use http::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

use crate::service::Service;
use crate::world::account::AccountId;
use crate::world::denial::PolicyKind;
use crate::world::region::Region;

/// What a rule can go by.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The service.
    pub service: Service,
    /// The operation's name.
    pub operation: &'a str,
    /// The account of the session.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// What the call is about.
    pub resource: &'a str,
}

/// An error to answer with, word for word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code.
    pub code: Box<str>,
    /// The message.
    #[serde(default)]
    pub message: Box<str>,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<Box<str>, Box<str>>,
}

impl Spoken {
    /// The headers; those that HTTP cannot carry are left out.
    #[must_use]
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let headers = self.headers.iter();
        headers.filter_map(|it| Some((it.0.parse().ok()?, it.1.parse().ok()?))).collect()
    }
}

/// How a call goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// AWS answers with this error.
    Answer(Spoken),
    /// The service throttles, in its own words.
    Throttled,
    /// A policy denies it, in AWS's words. Does nothing to GetCallerIdentity, which no policy can
    /// deny.
    Denied(#[serde(with = "KindWord")] PolicyKind),
    /// As if the account had not enabled the Region.
    RegionDisabled,
    /// As if the session had expired.
    ExpiredToken,
    /// As if the caller's clock were wrong.
    ClockSkew,
    /// What is asked for does not exist, in the operation's own words.
    NotFound,
    /// The service fails.
    ServerError,
    /// No answer ever comes, and nothing is done.
    Hang,
    /// The connection is reset, and nothing is done.
    Reset,
    /// The answer breaks off in the middle.
    Truncated,
    /// The answer is whole, says 200 and is noise.
    Garbage,
    /// The answer is whole, says 200 and parses, but is of another shape.
    Malformed,
}

/// The words of [`PolicyKind`] in rules.
#[derive(Serialize, Deserialize)]
#[serde(remote = "PolicyKind")]
enum KindWord {
    #[serde(rename = "scp")]
    ServiceControl,
    #[serde(rename = "rcp")]
    ResourceControl,
    #[serde(rename = "identity")]
    Identity,
    #[serde(rename = "resource")]
    Resource,
    #[serde(rename = "boundary")]
    Boundary,
    #[serde(rename = "session")]
    Session,
    #[serde(rename = "endpoint")]
    Endpoint,
    #[serde(rename = "untold")]
    Untold,
}

/// A rule: the calls it is about, and what happens to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Only this service.
    pub service: Option<Service>,
    /// Only the operation with this name.
    pub operation: Option<Box<str>>,
    /// Only sessions of this account.
    pub account: Option<AccountId>,
    /// Only this Region.
    pub region: Option<Region>,
    /// Only calls about something whose name contains this text.
    pub resource_contains: Option<Box<str>>,
    /// The first so many of these calls pass.
    pub skip: u64,
    /// Then so many fail; `None` is all.
    pub times: Option<u64>,
    /// What happens.
    pub effect: Effect,
}

impl Rule {
    /// Every call goes wrong in this way.
    #[must_use]
    pub const fn every(effect: Effect) -> Self {
        Self {
            service: None,
            operation: None,
            account: None,
            region: None,
            resource_contains: None,
            skip: 0,
            times: None,
            effect,
        }
    }

    /// Every call of this operation goes wrong in this way.
    #[must_use]
    pub fn operation(name: &str, effect: Effect) -> Self {
        Self { operation: Some(name.into()), ..Self::every(effect) }
    }

    fn is_about(&self, facts: &Facts<'_>) -> bool {
        self.service.is_none_or(|it| it == facts.service)
            && self.operation.as_deref().is_none_or(|it| it == facts.operation)
            && self.account.is_none_or(|it| it == facts.account)
            && self.region.is_none_or(|it| it == facts.region)
            && self.resource_contains.as_deref().is_none_or(|it| facts.resource.contains(it))
    }
}

/// A rule in force.
#[derive(Debug)]
pub struct Armed {
    /// Its number, counted from 1.
    pub id: u64,
    /// What it says.
    pub rule: Rule,
    calls: AtomicU64,
}

impl Armed {
    /// How many calls it was about so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many of them it struck.
    #[must_use]
    pub fn struck(&self) -> u64 {
        self.calls().saturating_sub(self.rule.skip).min(self.rule.times.unwrap_or(u64::MAX))
    }

    /// Counts a call that the rule is about; whether it fails.
    fn strikes(&self) -> bool {
        let nth = self.calls.fetch_add(1, Ordering::Relaxed);
        let since = nth.checked_sub(self.rule.skip);
        since.is_some_and(|it| self.rule.times.is_none_or(|times| it < times))
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    rules: RwLock<Vec<Arc<Armed>>>,
    /// Most of the time there are none.
    has_rules: AtomicBool,
    last_id: AtomicU64,
}

impl Faults {
    fn read(&self) -> RwLockReadGuard<'_, Vec<Arc<Armed>>> {
        self.rules.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Arc<Armed>>> {
        self.rules.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a rule in force, after those there are; returns its number.
    pub fn add(&self, rule: Rule) -> u64 {
        let mut rules = self.write();
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        rules.push(Arc::new(Armed { id, rule, calls: AtomicU64::new(0) }));
        self.has_rules.store(true, Ordering::Relaxed);
        id
    }

    /// Takes a rule out of force; false if there is none with this number.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = self.write();
        let before = rules.len();
        rules.retain(|it| it.id != id);
        self.has_rules.store(!rules.is_empty(), Ordering::Relaxed);
        rules.len() < before
    }

    /// Takes every rule out of force.
    pub fn clear(&self) {
        self.write().clear();
        self.has_rules.store(false, Ordering::Relaxed);
    }

    /// The rules in force with their counts, in order.
    #[must_use]
    pub fn rules(&self) -> Vec<Arc<Armed>> {
        self.read().clone()
    }

    /// What happens to this call. Every rule that is about it counts it; of those that strike, the
    /// first wins.
    #[must_use]
    pub fn strike(&self, facts: &Facts<'_>) -> Option<Effect> {
        if !self.has_rules.load(Ordering::Relaxed) {
            return None;
        }
        let mut first = None;
        for armed in self.read().iter().filter(|it| it.rule.is_about(facts)) {
            if armed.strikes() && first.is_none() {
                first = Some(armed.rule.effect.clone());
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts<'static> {
        Facts {
            service: Service::Kms,
            operation: "DescribeKey",
            account: "333333333333".parse().unwrap(),
            region: Region::new("eu-west-1").unwrap(),
            resource: "arn:aws:kms:eu-west-1:333333333333:key/1",
        }
    }

    fn rule() -> Rule {
        Rule::every(Effect::Throttled)
    }

    #[test]
    fn a_rule_is_about_what_it_says() {
        let check = |rule: Rule, expected: bool| {
            let faults = Faults::default();
            faults.add(rule.clone());
            assert_eq!(faults.strike(&facts()).is_some(), expected, "{rule:?}");
            assert_eq!(faults.rules()[0].calls(), u64::from(expected));
        };
        check(rule(), true);
        check(Rule { service: Some(Service::Kms), ..rule() }, true);
        check(Rule { service: Some(Service::S3), ..rule() }, false);
        check(Rule::operation("DescribeKey", Effect::Hang), true);
        check(Rule::operation("GetKeyPolicy", Effect::Hang), false);
        check(Rule { account: Some(facts().account), ..rule() }, true);
        check(Rule { account: AccountId::new(1), ..rule() }, false);
        check(Rule { region: Some(facts().region), ..rule() }, true);
        check(Rule { region: Region::new("us-east-1"), ..rule() }, false);
        check(Rule { resource_contains: Some(":key/1".into()), ..rule() }, true);
        check(Rule { resource_contains: Some(":key/2".into()), ..rule() }, false);
    }

    #[test]
    fn so_many_pass_and_then_so_many_fail() {
        for (skip, times, expected) in [
            (0, None, "xxxxxx"),
            (2, None, "..xxxx"),
            (0, Some(1), "x....."),
            (2, Some(3), "..xxx."),
            (0, Some(0), "......"),
        ] {
            let faults = Faults::default();
            faults.add(Rule { skip, times, ..rule() });
            let found: String =
                (0..6).map(|_| if faults.strike(&facts()).is_some() { 'x' } else { '.' }).collect();
            assert_eq!(found, expected, "{skip} {times:?}");
            let struck = expected.matches('x').count() as u64;
            assert_eq!((faults.rules()[0].calls(), faults.rules()[0].struck()), (6, struck));
        }
    }

    #[test]
    fn the_first_that_strikes_wins_and_all_count() {
        let faults = Faults::default();
        let first = faults.add(Rule { times: Some(1), ..rule() });
        let second = faults.add(Rule::every(Effect::Hang));
        assert_eq!(faults.strike(&facts()), Some(Effect::Throttled));
        assert_eq!(faults.strike(&facts()), Some(Effect::Hang));
        assert!(faults.rules().iter().all(|it| it.calls() == 2));
        assert!(faults.remove(second) && !faults.remove(second));
        assert_eq!(faults.strike(&facts()), None);
        assert_eq!(faults.rules()[0].id, first);
        faults.clear();
        assert!(faults.rules().is_empty());
    }

    #[test]
    fn effects_have_their_words() {
        for (text, expected) in [
            (r#""region_disabled""#, Effect::RegionDisabled),
            (r#"{"denied":"scp"}"#, Effect::Denied(PolicyKind::ServiceControl)),
            (
                r#"{"answer":{"status":418,"code":"Teapot"}}"#,
                Effect::Answer(Spoken {
                    status: 418,
                    code: "Teapot".into(),
                    message: "".into(),
                    headers: BTreeMap::new(),
                }),
            ),
        ] {
            assert_eq!(serde_json::from_str::<Effect>(text).unwrap(), expected);
        }
    }
}

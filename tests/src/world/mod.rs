//! The made-up organization, answering every question.

mod directory;
mod objects;
mod stores;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use trailseal_model::{
    AccountId, Answer, Answers, AnyAnswer, AnyQuestion, AnyResult, Arn, BoxFuture, Evidence, Gap,
    GapClass, KeyFacts, KeyManager, KeyPresence, KeyRotation, ManagementEvents, Operation, Region,
    TrailDescription, TrailListed, TrailStatus,
};

use crate::faults::Faults;
use crate::plan::{HOME, Plan, now};

/// An organization in memory.
#[derive(Debug)]
pub struct World {
    /// What it holds.
    pub plan: Plan,
    /// What goes wrong.
    pub faults: Faults,
    /// In which order answers come.
    pub seed: u64,
    /// The operations that were to be asked once from some moment on, in that order.
    pub asked_once: Mutex<Vec<Operation>>,
    regions: Vec<Region>,
    opened: AtomicU64,
}

impl World {
    /// A world in which nothing goes wrong.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self::with_faults(plan, Faults::default())
    }

    /// A world in which something does.
    #[must_use]
    pub fn with_faults(plan: Plan, faults: Faults) -> Self {
        let regions = plan.regions();
        let asked_once = Mutex::default();
        Self { plan, faults, seed: 0, asked_once, regions, opened: AtomicU64::new(0) }
    }

    /// The same world, answering in another order.
    #[must_use]
    pub fn shuffled(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Comes back after a while that depends on the seed and the question.
    async fn wait(&self, question: &AnyQuestion) {
        let mut hasher = DefaultHasher::new();
        (self.seed, question).hash(&mut hasher);
        let turns = if self.seed == 0 { 0 } else { hasher.finish() % 13 };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    /// Makes the request that a question takes: notes it, waits, and fails it if it is to fail.
    async fn request(&self, question: &AnyQuestion) -> Result<Evidence, Gap> {
        let operation = question.operation();
        self.hold(operation).await;
        self.wait(question).await;
        let Gap { account, region, subject, .. } = question.gap(GapClass::NotFound);
        let is_opening = operation == Operation::AssumeRole;
        let region = region.or_else(|| account.filter(|_| !is_opening).map(|_| Self::home()));
        let opens_own = is_opening && account == Some(Plan::account(self.plan.caller));
        self.opened.fetch_add(u64::from(is_opening), Ordering::SeqCst);
        if !opens_own {
            account.map_or(Ok(()), |account| self.session(account))?;
            let placed = |fault| Gap { account, region, subject, ..fault };
            self.faults.meet(operation).map_err(placed)?;
        }
        Ok(Evidence {
            operation,
            account,
            region,
            at: now(),
            request_id: Some("0a1b2c3d-4e5f-4789-abcd-ef0123456789".into()),
            attempts: 1,
            throttles: 0,
        })
    }

    /// Keeps back what no essential control needs until every log object of every trail is read, and
    /// the trails until every account is opened.
    async fn hold(&self, operation: Operation) {
        let active = self.plan.accounts - self.plan.suspended.len() as u64;
        while operation == Operation::DescribeTrails
            && self.plan.reads_wait_for_openings
            && self.opened.load(Ordering::SeqCst) < active
        {
            tokio::task::yield_now().await;
        }
        let Some(heads) = self.plan.others_wait_for_heads else { return };
        while !operation.is_essential() && self.faults.calls(Operation::HeadObject) < heads {
            tokio::task::yield_now().await;
        }
    }

    /// Without a session no call is made in an account.
    fn session(&self, account: AccountId) -> Result<(), Gap> {
        if self.plan.without_role.iter().any(|it| Plan::account(*it) == account) {
            let gap = Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole);
            return Err(gap.at(account, None));
        }
        Ok(())
    }

    /// What the world knows; `None` if it was made without it.
    fn known(&self, question: &AnyQuestion) -> Option<AnyAnswer> {
        self.of_directory(question)
            .or_else(|| self.of_trails(question))
            .or_else(|| self.of_stores(question))
            .or_else(|| of_keys(question))
            .or_else(|| self.of_buckets(question))
    }

    fn number(account: AccountId) -> u64 {
        (account.number() - 11_111_111) / 10_000_019
    }

    fn home() -> Region {
        Region::new(HOME).expect("in the table")
    }

    fn trail(owner: u64, is_organization_trail: bool) -> TrailDescription {
        let account = Plan::account(owner);
        let name = if is_organization_trail { "organization" } else { "own" };
        let arn = Arn::new(&format!("arn:aws:cloudtrail:{HOME}:{account}:trail/{name}"));
        TrailDescription {
            arn: arn.expect("an ARN"),
            name: name.to_owned(),
            home_region: Self::home(),
            owner: account,
            bucket: Some(format!("logs-{account}")),
            prefix: is_organization_trail.then(|| "central".to_owned()),
            kms_key_id: Some(key_of(account)),
            is_multi_region: true,
            is_organization_trail,
            includes_global_service_events: true,
            log_file_validation: true,
            has_custom_event_selectors: false,
            has_insight_selectors: false,
            sns_topic_arn: None,
            log_group_arn: None,
        }
    }
}

impl Answers for World {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        Box::pin(async move {
            if question.operation() == Operation::ListAccounts {
                return self.accounts(&question).await;
            }
            let mut evidence = self.request(&question).await?;
            for _ in 1..self.pages(&question) {
                evidence = self.request(&question).await?;
            }
            let unknown = || question.gap(GapClass::NotFound).saying("not part of this world");
            let value = self.known(&question).ok_or_else(unknown)?;
            Ok(Answer { value, evidence })
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.asked_once.lock().expect("no panic while it is held").push(operation);
    }
}

fn key_of(account: AccountId) -> String {
    format!("arn:aws:kms:{HOME}:{account}:key/00000000-0000-0000-0000-{account}")
}

impl World {
    fn of_trails(&self, question: &AnyQuestion) -> Option<AnyAnswer> {
        Some(match question {
            AnyQuestion::DescribeTrails(question) => {
                let number = Self::number(question.target.account);
                let own = self.plan.has_own_trail(number).then(|| Self::trail(number, false));
                let shared = self.plan.has_organization_trail.then(|| Self::trail(0, true));
                AnyAnswer::DescribeTrails(shared.into_iter().chain(own).collect())
            }
            AnyQuestion::ListTrails(question) => {
                let account = question.account;
                let number = Self::number(account);
                let own = self.plan.has_own_trail(number).then(|| Self::trail(number, false).arn);
                let hidden = (self.plan.hides_trail == Some(number)).then(|| {
                    let arn = format!("arn:aws:cloudtrail:{HOME}:{account}:trail/hidden");
                    Arn::new(&arn).expect("an ARN")
                });
                let listed = |arn| TrailListed { arn, home_region: Self::home() };
                AnyAnswer::ListTrails(own.into_iter().chain(hidden).map(listed).collect())
            }
            AnyQuestion::GetTrailStatus(_) => AnyAnswer::GetTrailStatus(TrailStatus {
                is_logging: true,
                latest_delivery: Some(now() - SignedDuration::from_mins(7)),
                latest_delivery_error: None,
                latest_attempt: None,
                latest_success: None,
            }),
            AnyQuestion::GetEventSelectors(_) => {
                AnyAnswer::GetEventSelectors(ManagementEvents::Recorded {
                    read: true,
                    write: true,
                    excluded_sources: Vec::new(),
                })
            }
            _ => return None,
        })
    }
}

fn of_keys(question: &AnyQuestion) -> Option<AnyAnswer> {
    Some(match question {
        AnyQuestion::DescribeKey(question) => {
            AnyAnswer::DescribeKey(KeyPresence::Exists(KeyFacts {
                arn: question.key.clone(),
                manager: KeyManager::Customer,
                state: "Enabled".to_owned(),
                spec: "SYMMETRIC_DEFAULT".to_owned(),
                usage: "ENCRYPT_DECRYPT".to_owned(),
                origin: Some("AWS_KMS".to_owned()),
                is_multi_region: false,
                replica_of: None,
                deletion_date: None,
                valid_to: None,
                refused_for_state: None,
            }))
        }
        AnyQuestion::ListGrants(_) => AnyAnswer::ListGrants([].into()),
        AnyQuestion::GetKeyRotationStatus(_) => AnyAnswer::GetKeyRotationStatus(KeyRotation {
            is_enabled: true,
            period_days: Some(365),
        }),
        AnyQuestion::GetKeyPolicy(question) => {
            AnyAnswer::GetKeyPolicy(policy(question.asked_in.account).into())
        }
        _ => return None,
    })
}

fn policy(account: AccountId) -> String {
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Principal": { "Service": "cloudtrail.amazonaws.com" },
        "Action": ["kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": { "ArnLike": {
            "aws:SourceArn": format!("arn:aws:cloudtrail:*:{account}:trail/*"),
        } },
    } });
    policy.to_string()
}

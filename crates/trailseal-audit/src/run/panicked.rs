//! What work resulted in that panicked: a bug, whose loss stays visible and is this work's alone.

use std::sync::Arc;

use trailseal_evaluator::{BucketsOwned, CollectedStore, OwnerAnswers, ReadObjects, TrailRead};
use trailseal_fanout::{Access, OpenedAccount, Tree};
use trailseal_model::{Gap, GapClass, Observed, Operation, StoreFacts, Target, TrailDescription};

use super::Asker;
use crate::event::{Event, Work};

fn gap(operation: Operation, message: &str) -> Gap {
    Gap::new(GapClass::Panic, operation).saying(message)
}

fn gap_at(operation: Operation, target: Target, message: &str) -> Gap {
    gap(operation, message).at(target.account, Some(target.region))
}

fn gap_of_trail(operation: Operation, trail: &TrailDescription, message: &str) -> Gap {
    gap(operation, message).at(trail.owner, Some(trail.home_region)).on(trail.arn.as_str())
}

impl Asker<'_> {
    /// The event of work that panicked with this message.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of work, and no decision")]
    pub(super) fn panicked(&self, work: Work, message: &str) -> Event {
        match work {
            Work::ListAccounts => Event::AccountsListed(Err(gap(Operation::ListAccounts, message))),
            Work::DescribeOrganization => {
                Event::OrganizationDescribed(Err(gap(Operation::DescribeOrganization, message)))
            }
            Work::WalkTree { .. } => Event::TreeWalked(Tree {
                gaps: vec![gap(Operation::ListRoots, message)],
                ..Tree::default()
            }),
            Work::ReadTags { account } => {
                let gap = gap(Operation::ListTagsForResource, message).on(&account.to_string());
                Event::TagsRead { account, tags: Err(gap) }
            }
            Work::OpenAccount { account } => {
                let gap = gap(Operation::AssumeRole, message).at(account.id, None);
                let (failed, partition) = (Access::Failed(gap), self.settings.partition);
                Event::AccountOpened(OpenedAccount::with_table(account.id, failed, partition))
            }
            Work::ListTrails { account } => {
                let gap = gap(Operation::ListTrails, message).at(account, None);
                Event::TrailsListed { account, trails: Err(gap) }
            }
            Work::DescribeTrails { target } => {
                let trails = Err(gap_at(Operation::DescribeTrails, target, message));
                Event::TrailsDescribed { target, trails, times: (0, 0) }
            }
            Work::ListStores { target } => {
                let stores = Err(gap_at(Operation::ListEventDataStores, target, message));
                Event::StoresListed { target, stores, times: (0, 0) }
            }
            Work::ReadSupport { home } => {
                let trails = Err(gap_at(Operation::DescribeTrails, home, message));
                Event::SupportRead { home, trails, regions: Vec::new() }
            }
            Work::AskMember { trail, target } => {
                let gap = gap_at(Operation::GetTrailStatus, target, message).on(trail.as_str());
                Event::MemberAnswered { trail, target, status: Err(gap) }
            }
            Work::ReadStore { store, .. } => {
                let gap = gap_at(Operation::GetEventDataStore, store.target, message);
                let gap = self.gaps.record(gap.on(store.listed.arn.as_str()));
                let facts = StoreFacts {
                    arn: store.listed.arn,
                    name: store.listed.name,
                    account: store.target.account,
                    region: store.target.region,
                    description: Observed::Unread(gap),
                    key: None,
                };
                let read = CollectedStore { facts, key: None };
                Event::StoreRead { target: store.target, store: Box::new(read) }
            }
            Work::ReadTrail { trail, .. } => {
                let description = &trail.trail.description;
                let gap = gap_of_trail(Operation::GetTrailStatus, description, message);
                let read = TrailRead::unread(description, self.gaps.record(gap));
                Event::TrailRead { trail, read: Box::new(read) }
            }
            Work::ReadGrants { key, .. } => {
                let gap = gap(Operation::ListGrants, message).at(key.account(), None);
                let gap = self.gaps.record(gap.on(key.trail.as_str()));
                Event::GrantsRead { key, grants: Some(Observed::Unread(gap)) }
            }
            Work::ReadRotation { key, .. } => {
                let gap = gap(Operation::GetKeyRotationStatus, message).at(key.account(), None);
                let gap = self.gaps.record(gap.on(key.trail.as_str()));
                Event::RotationRead { key, rotation: Some(Observed::Unread(gap)) }
            }
            Work::FindBucketOwner { bucket, trail_owner, accounts, .. } => {
                let refused = |account| {
                    let gap = gap(Operation::ListBuckets, message).at(account, None);
                    (account, BucketsOwned::Refused(Arc::new(gap)))
                };
                let others = accounts.into_iter().map(refused).collect();
                let answers = OwnerAnswers { owner: None, others };
                Event::OwnersAnswered { bucket, trail_owner, answers }
            }
            Work::HeadBucket { bucket, trail_owner, account } => {
                let gap = gap(Operation::HeadBucket, message).at(account, None).on(&bucket);
                Event::BucketHeaded { bucket, trail_owner, presence: Err(Arc::new(gap)) }
            }
            Work::ListBuckets { account, .. } => {
                let gap = gap(Operation::ListBuckets, message).at(account, None);
                Event::BucketsListed { account, owned: BucketsOwned::Refused(Arc::new(gap)) }
            }
            Work::ExamineObjects { trail, read, .. } => {
                let description = &trail.trail.description;
                let gap = gap_of_trail(Operation::ListObjectsV2, description, message);
                let (expected, window) = (read.expected_key.clone(), self.settings.collect.window);
                let gaps = vec![self.gaps.record(gap)];
                let objects = Box::new(ReadObjects::nothing(expected, window, gaps));
                Event::ObjectsExamined { trail, read, objects }
            }
            Work::AskOnce { .. } => unreachable!("it is no question, and cannot panic"),
        }
    }
}

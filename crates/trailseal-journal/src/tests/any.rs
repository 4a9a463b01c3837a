//! Any question with any answer, awkward values among them.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use trailseal_model::question::*;
use trailseal_model::{
    Account, AccountId, AccountState, AccountsListed, Answer, AnyAnswer, AnyQuestion, AnyResult,
    Arn, BucketPresence, DecryptGrant, Evidence, Gap, GapClass, HeaderProblem, KeyFacts,
    KeyManager, KeyPresence, KeyRotation, ManagementEvents, ObjectHead, ObjectsListed, Operation,
    Organization, Partition, Question, Reader, Region, RegionStatus, StoreDescription, StoreListed,
    Target, TrailDescription, TrailListed, TrailStatus, Unit, Want,
};

use jiff::Timestamp;

type Boxed<T> = BoxedStrategy<T>;

/// What each kind of question may be and result in.
pub(super) fn kinds() -> Vec<Kind> {
    let mut kinds = organization_kinds();
    kinds.extend(resource_kinds());
    kinds
}

type Kind = (Operation, Boxed<(AnyQuestion, AnyAnswer)>);

fn kind<Q>(
    question: impl Strategy<Value = Q> + 'static,
    answer: impl Strategy<Value = Q::Answer> + 'static,
) -> Kind
where
    Q: Question + std::fmt::Debug + 'static,
    Q::Answer: std::fmt::Debug + 'static,
{
    let pair = (question, answer);
    (Q::OPERATION, pair.prop_map(|(q, a)| (q.into(), Q::to_any(a))).boxed())
}

fn key() -> impl Strategy<Value = (Arn, Target)> {
    (arn(), target())
}

fn organization_kinds() -> Vec<Kind> {
    vec![
        kind(account().prop_map(|account| OpenAccount { account }), option::of(arn())),
        kind(Just(ListAccounts), accounts_listed()),
        kind(Just(DescribeOrganization), organization()),
        kind(Just(ListRoots), vec(unit(), 0..3)),
        kind(
            text().prop_map(|parent| ListOrganizationalUnitsForParent { parent }),
            vec(unit(), 0..3),
        ),
        kind(text().prop_map(|parent| ListAccountsForParent { parent }), vec(account(), 0..3)),
        kind(
            account().prop_map(|account| ListTagsForResource { account }),
            btree_map(text(), text(), 0..3),
        ),
        kind(account().prop_map(|account| ListRegions { account }), vec(region_status(), 0..3)),
        kind(target().prop_map(|target| DescribeTrails { target }), vec(trail(), 0..3)),
        kind(account().prop_map(|account| ListTrails { account }), vec(trail_listed(), 0..3)),
        kind(
            key().prop_map(|(trail, asked_in)| GetTrailStatus { trail, asked_in }),
            trail_status(),
        ),
        kind(
            key().prop_map(|(trail, asked_in)| GetEventSelectors { trail, asked_in }),
            management_events(),
        ),
    ]
}

fn resource_kinds() -> Vec<Kind> {
    vec![
        kind(target().prop_map(|target| ListEventDataStores { target }), vec(store_listed(), 0..3)),
        kind(key().prop_map(|(store, asked_in)| GetEventDataStore { store, asked_in }), store()),
        kind(key().prop_map(|(key, asked_in)| DescribeKey { key, asked_in }), key_presence()),
        kind(
            key().prop_map(|(key, asked_in)| GetKeyPolicy { key, asked_in }),
            text().prop_map(Into::into),
        ),
        kind(
            key().prop_map(|(key, asked_in)| ListGrants { key, asked_in }),
            vec(grant(), 0..3).prop_map(Into::into),
        ),
        kind(key().prop_map(|(key, asked_in)| GetKeyRotationStatus { key, asked_in }), rotation()),
        kind(account().prop_map(|account| ListBuckets { account }), vec(text(), 0..3)),
        kind(
            (text(), account()).prop_map(|(bucket, account)| HeadBucket { bucket, account }),
            bucket_presence(),
        ),
        kind(list_objects(), objects_listed()),
        kind(
            (reader(), text(), text()).prop_map(|(reader, bucket, key)| HeadObject {
                reader,
                bucket,
                key,
            }),
            option::of(head()),
        ),
    ]
}

/// A question of any kind with an answer or a gap.
pub(super) fn any_result() -> impl Strategy<Value = (AnyQuestion, AnyResult)> {
    let pairs = proptest::strategy::Union::new(kinds().into_iter().map(|(_, pair)| pair));
    (pairs, evidence(), option::weighted(0.2, gap())).prop_map(
        |((question, value), evidence, gap)| {
            let result = match gap {
                Some(gap) => Err(gap),
                None => Ok(Answer { value, evidence }),
            };
            (question, result)
        },
    )
}

fn word<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(all)
}

fn text() -> Boxed<String> {
    prop_oneof![
        Just(String::new()),
        Just("\u{0}\u{1f}\"\\/\r\n\u{2028}\u{fffd}\u{10ffff}".to_owned()),
        Just("schl\u{fc}ssel \u{1f512} {\"q\":null}\n".to_owned()),
        "[a-z0-9/=-]{1,40}",
        any::<String>(),
    ]
    .boxed()
}

fn boxed_text() -> Boxed<Box<str>> {
    text().prop_map(Into::into).boxed()
}

fn account() -> Boxed<AccountId> {
    prop_oneof![Just(0), Just(999_999_999_999), 0..1_000_000_000_000_u64]
        .prop_map(|number| AccountId::new(number).unwrap())
        .boxed()
}

fn region() -> Boxed<Region> {
    prop_oneof![
        word(Partition::ALL).prop_map(Partition::default_region),
        Just(Region::new("xx-north-9").unwrap()),
        Just(Region::new("eu-west-1").unwrap()),
    ]
    .boxed()
}

fn target() -> Boxed<Target> {
    (account(), region()).prop_map(|(account, region)| Target { account, region }).boxed()
}

fn arn() -> Boxed<Arn> {
    (word(Partition::ALL), region(), account(), text())
        .prop_map(|(partition, region, account, rest)| {
            Arn::new(&format!("arn:{partition}:kms:{region}:{account}:key/{rest}")).unwrap()
        })
        .boxed()
}

fn time() -> Boxed<Timestamp> {
    prop_oneof![
        Just(Timestamp::MIN),
        Just(Timestamp::MAX),
        Just(Timestamp::UNIX_EPOCH),
        (0..4_000_000_000_i64, 0..1_000_000_000_i32)
            .prop_map(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).unwrap()),
    ]
    .boxed()
}

fn evidence() -> Boxed<Evidence> {
    let place = (option::of(account()), option::of(region()));
    (word(Operation::ALL), place, time(), option::of(boxed_text()), any::<(u8, u8)>())
        .prop_map(|(operation, (account, region), at, request_id, (attempts, throttles))| {
            Evidence { operation, account, region, at, request_id, attempts, throttles }
        })
        .boxed()
}

pub(super) fn gap() -> Boxed<Gap> {
    let kept = word(GapClass::ALL).prop_filter("is kept", |class| crate::record::is_kept(*class));
    let place = (option::of(account()), option::of(region()));
    let texts = || option::of(boxed_text());
    let what = (texts(), texts(), texts(), texts());
    (kept, word(Operation::ALL), place, what, any::<(Option<u16>, u8, u8)>())
        .prop_map(|(class, operation, place, what, (http_status, attempts, throttles))| {
            let ((account, region), (subject, code, message, request_id)) = (place, what);
            let numbers = (http_status, attempts, throttles);
            let gap = Gap::new(class, operation);
            Gap {
                account,
                region,
                subject,
                code,
                message,
                request_id,
                http_status: numbers.0,
                attempts: numbers.1,
                throttles: numbers.2,
                ..gap
            }
        })
        .boxed()
}

fn organization() -> Boxed<Organization> {
    (text(), account())
        .prop_map(|(id, management_account)| Organization { id, management_account })
        .boxed()
}

fn accounts_listed() -> Boxed<AccountsListed> {
    let one = (account(), text(), word(AccountState::ALL), option::of(text()))
        .prop_map(|(id, name, state, ou_path)| Account { id, name, state, ou_path });
    (vec(one, 0..3), option::of(organization()), option::of(gap()))
        .prop_map(|(accounts, organization, ended_by)| AccountsListed {
            accounts,
            organization,
            ended_by,
        })
        .boxed()
}

fn unit() -> Boxed<Unit> {
    (text(), text()).prop_map(|(id, name)| Unit { id, name }).boxed()
}

fn region_status() -> Boxed<RegionStatus> {
    (region(), any::<bool>())
        .prop_map(|(region, is_enabled)| RegionStatus { region, is_enabled })
        .boxed()
}

fn trail() -> Boxed<TrailDescription> {
    let who = (arn(), text(), region(), account());
    let texts = vec(option::of(text()), 5);
    (who, texts, any::<[bool; 6]>())
        .prop_map(|((arn, name, home_region, owner), mut texts, flags)| TrailDescription {
            arn,
            name,
            home_region,
            owner,
            bucket: texts.pop().unwrap(),
            prefix: texts.pop().unwrap(),
            kms_key_id: texts.pop().unwrap(),
            sns_topic_arn: texts.pop().unwrap(),
            log_group_arn: texts.pop().unwrap(),
            is_multi_region: flags[0],
            is_organization_trail: flags[1],
            includes_global_service_events: flags[2],
            log_file_validation: flags[3],
            has_custom_event_selectors: flags[4],
            has_insight_selectors: flags[5],
        })
        .boxed()
}

fn trail_listed() -> Boxed<TrailListed> {
    (arn(), region()).prop_map(|(arn, home_region)| TrailListed { arn, home_region }).boxed()
}

fn trail_status() -> Boxed<TrailStatus> {
    let times = (option::of(time()), option::of(time()), option::of(time()));
    (any::<bool>(), option::of(boxed_text()), times)
        .prop_map(|(is_logging, latest_delivery_error, times)| TrailStatus {
            is_logging,
            latest_delivery: times.0,
            latest_delivery_error,
            latest_attempt: times.1,
            latest_success: times.2,
        })
        .boxed()
}

fn management_events() -> Boxed<ManagementEvents> {
    prop_oneof![
        text().prop_map(ManagementEvents::NotUnderstood),
        (any::<bool>(), any::<bool>(), vec(text(), 0..3)).prop_map(
            |(read, write, excluded_sources)| ManagementEvents::Recorded {
                read,
                write,
                excluded_sources
            }
        ),
    ]
    .boxed()
}

fn store_listed() -> Boxed<StoreListed> {
    (arn(), text()).prop_map(|(arn, name)| StoreListed { arn, name }).boxed()
}

fn store() -> Boxed<StoreDescription> {
    let flags = any::<(bool, bool)>();
    (option::of(text()), option::of(text()), flags, any::<Option<u32>>())
        .prop_map(|(status, kms_key_id, flags, retention_days)| StoreDescription {
            status,
            kms_key_id,
            is_multi_region: flags.0,
            is_organization_store: flags.1,
            retention_days,
        })
        .boxed()
}

fn key_presence() -> Boxed<KeyPresence> {
    let managers = [KeyManager::Customer, KeyManager::Aws, KeyManager::Unknown];
    let texts = (text(), text(), text(), option::of(text()));
    let times = (option::of(time()), option::of(time()));
    let exists = (
        arn(),
        proptest::sample::select(managers.to_vec()),
        texts,
        any::<bool>(),
        option::of(arn()),
        times,
    );
    prop_oneof![
        Just(KeyPresence::Gone),
        text().prop_map(KeyPresence::InvalidState),
        exists.prop_map(|(arn, manager, texts, is_multi_region, replica_of, times)| {
            let (state, spec, usage, origin) = texts;
            KeyPresence::Exists(KeyFacts {
                arn,
                manager,
                state,
                spec,
                usage,
                origin,
                is_multi_region,
                replica_of,
                deletion_date: times.0,
                valid_to: times.1,
                refused_for_state: None,
            })
        }),
    ]
    .boxed()
}

fn grant() -> Boxed<DecryptGrant> {
    let context = || option::of(btree_map(text(), text(), 0..3));
    (text(), text(), any::<(bool, bool)>(), context(), context())
        .prop_map(|(id, grantee, gives, context_equals, context_includes)| DecryptGrant {
            id,
            grantee,
            gives_decrypt: gives.0,
            gives_re_encrypt: gives.1,
            context_equals,
            context_includes,
        })
        .boxed()
}

fn rotation() -> Boxed<KeyRotation> {
    any::<(bool, Option<u32>)>()
        .prop_map(|(is_enabled, period_days)| KeyRotation { is_enabled, period_days })
        .boxed()
}

fn bucket_presence() -> Boxed<BucketPresence> {
    prop_oneof![Just(BucketPresence::Gone), option::of(region()).prop_map(BucketPresence::Exists),]
        .boxed()
}

fn reader() -> Boxed<Reader> {
    (target(), option::of(account()))
        .prop_map(|(target, expected_owner)| Reader { target, expected_owner })
        .boxed()
}

fn list_objects() -> Boxed<ListObjects> {
    let wants = [Want::Names, Want::First, Want::Folders];
    (reader(), text(), text(), option::of(text()), proptest::sample::select(wants.to_vec()))
        .prop_map(|(reader, bucket, prefix, start_after, want)| ListObjects {
            reader,
            bucket,
            prefix,
            start_after,
            want,
        })
        .boxed()
}

fn objects_listed() -> Boxed<ObjectsListed> {
    (vec(text(), 0..5), vec(text(), 0..3), option::of(text()))
        .prop_map(|(keys, folders, next)| ObjectsListed { keys, folders, next })
        .boxed()
}

fn head() -> Boxed<ObjectHead> {
    let size = prop_oneof![Just(None), Just(Some(u64::MAX)), any::<u64>().prop_map(Some)];
    let texts = vec(option::of(text()), 5);
    let rest = (any::<Option<bool>>(), option::of(header_problem()));
    (option::of(time()), size, texts, rest)
        .prop_map(|(last_modified, size, mut texts, (bucket_key, not_understood))| ObjectHead {
            version_id: texts.pop().unwrap(),
            last_modified,
            size,
            etag: texts.pop().unwrap(),
            algorithm: texts.pop().unwrap(),
            kms_key_id: texts.pop().unwrap(),
            customer_algorithm: texts.pop().unwrap(),
            bucket_key,
            not_understood,
        })
        .boxed()
}

fn header_problem() -> Boxed<HeaderProblem> {
    let name = || word(HeaderProblem::HEADERS);
    prop_oneof![
        name().prop_map(HeaderProblem::Missing),
        (name(), text()).prop_map(|(name, value)| HeaderProblem::NotUnderstood(name, value)),
        (name(), text()).prop_map(|(name, value)| HeaderProblem::IsAlias(name, value)),
    ]
    .boxed()
}

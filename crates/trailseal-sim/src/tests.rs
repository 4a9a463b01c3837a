//! A small world and requests to it, for tests.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::service::Service;
use crate::session::{Issued, issue};
use crate::world::account::{Account, AccountId, AccountState, Joined, RegionStates, Role, Unit};
use crate::world::bucket::{Bucket, Readers};
use crate::world::denial::{Accounts, Denial, PolicyKind};
use crate::world::key::{Key, KeyState, MultiRegion, Rotation, key_arn};
use crate::world::region::{Partition, Region, RegionSet};
use crate::world::trail::{Deliveries, Logging, Phase, Seal, Selectors, Trail};
use crate::world::{Organization, Parts, User, World};
use crate::{Answer, Simulator};

/// The management account.
pub(crate) const MANAGEMENT: &str = "111111111111";
/// A member: the log archive.
pub(crate) const ARCHIVE: &str = "222222222222";
/// A member that owns a trail, a key and a bucket.
pub(crate) const WORKLOAD: &str = "333333333333";
/// A suspended member.
pub(crate) const SUSPENDED: &str = "444444444444";
/// The role that every member but the suspended one has, under the external id `trailseal`.
pub(crate) const ROLE: &str = "TrailsealAudit";
/// The id of every key.
pub(crate) const KEY_ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

pub(crate) fn account(text: &str) -> AccountId {
    text.parse().unwrap()
}

pub(crate) fn region(name: &str) -> Region {
    Region::new(name).unwrap()
}

/// When everything happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

pub(crate) fn member(id: &str, name: &str, state: AccountState) -> Account {
    let role = Role {
        name: ROLE.into(),
        trusts: vec![account(MANAGEMENT)],
        external_id: Some("trailseal".into()),
        trust: None,
        policy: None,
        max_session_seconds: 3600,
    };
    let roles = if state.is_usable() { vec![role] } else { Vec::new() };
    Account {
        id: account(id),
        name: name.into(),
        state,
        joined: Joined::Created,
        unit: Some(0),
        tags: Box::new([]),
        regions: RegionStates::default(),
        roles: Arc::from(roles),
    }
}

/// Sealed from 30 days ago until now, 24 log files a day, digests too.
pub(crate) fn deliveries(seal: &Seal) -> Arc<Deliveries> {
    let from = now() - SignedDuration::from_hours(30 * 24);
    let phase = Phase { from, seal: seal.clone(), exception: None };
    Arc::new(Deliveries {
        from,
        until: None,
        per_day: 24,
        only_regions: Vec::new(),
        silent: Vec::new(),
        phases: vec![phase.clone()],
        digest_phases: vec![phase],
        insights: false,
        replication: None,
        uses_bucket_key: false,
        has_odd_dates: false,
    })
}

pub(crate) fn trail(owner: &str, name: &str, home: &str, bucket: &str) -> Trail {
    let key = key_arn(region(home), account(owner), KEY_ID);
    Trail {
        name: name.into(),
        owner: account(owner),
        home: region(home),
        is_multi_region: true,
        is_organization: false,
        bucket: bucket.into(),
        prefix: None,
        deliveries: deliveries(&Seal::Kms(key.clone().into())),
        key: Some(key.into()),
        validates_log_files: true,
        includes_global_events: true,
        logging: Logging {
            is_on: true,
            started: Some(now() - SignedDuration::from_hours(30 * 24)),
            ..Logging::default()
        },
        selectors: Selectors::All,
        is_deleted_after_listing: false,
        keyless_copies: Vec::new(),
        is_never_described: false,
        refuses_members: false,
        topic: None,
        log_group: None,
    }
}

pub(crate) fn key(owner: &str, home: &str) -> Key {
    Key {
        account: account(owner),
        region: region(home),
        id: KEY_ID.into(),
        aliases: vec!["alias/trail".into()],
        is_aws_managed: false,
        state: KeyState::Enabled,
        spec: "SYMMETRIC_DEFAULT".into(),
        usage: "ENCRYPT_DECRYPT".into(),
        origin: "AWS_KMS".into(),
        deletion_date: None,
        valid_to: None,
        multi_region: MultiRegion::No,
        rotation: Rotation::Every(365),
        policy: r#"{"Version":"2012-10-17","Statement":[]}"#.into(),
        grants: Vec::new(),
        omits: &[],
        invalid_state: None,
    }
}

pub(crate) fn bucket(name: &str, owner: &str, home: &str) -> Bucket {
    Bucket {
        name: name.into(),
        owner: account(owner),
        region: region(home),
        default_seal: Seal::Aes256,
        readers: Readers::OwnerOnly,
        denied_actions: Box::new([]),
        is_versioned: false,
        extra: Vec::new(),
    }
}

/// A policy of this kind that does not allow an action, to anybody anywhere.
pub(crate) fn denial(kind: PolicyKind, action: &str) -> Denial {
    Denial {
        kind,
        is_explicit: false,
        policy_arn: None,
        accounts: Accounts::All,
        regions: RegionSet::ALL,
        actions: Box::new([action.into()]),
        resource: "".into(),
    }
}

/// A management account, the archive with the organization trail's bucket, a workload account with
/// its own multi-Region trail `own`, key and bucket `workload-logs` in eu-west-1, and a suspended
/// account. The organization trail `org` is homed in us-east-1.
pub(crate) fn parts() -> Parts {
    let organization_trail =
        Trail { is_organization: true, ..trail(MANAGEMENT, "org", "us-east-1", "archive-logs") };
    Parts {
        seed: 7,
        start: now(),
        partition: Partition::AWS,
        organization: Some(Organization {
            id: "o-exampleorgid".into(),
            root_id: "r-exam".into(),
            management: account(MANAGEMENT),
            units: vec![Unit {
                id: "ou-exam-11111111".into(),
                name: "Workloads".into(),
                parent: None,
            }],
            delegated: Vec::new(),
            shows_status: true,
            shows_state: true,
            shows_paths: true,
            empty_page_every: 0,
        }),
        accounts: vec![
            Account { unit: None, ..member(MANAGEMENT, "management", AccountState::Active) },
            member(ARCHIVE, "log archive", AccountState::Active),
            member(WORKLOAD, "workload", AccountState::Active),
            member(SUSPENDED, "suspended", AccountState::Suspended),
        ],
        users: vec![User {
            access_key_id: "AKIASIMULATEDUSER001".into(),
            secret_access_key: "simulated+secret".into(),
            account: account(MANAGEMENT),
            name: "auditor".into(),
            policy: None,
        }],
        trails: vec![organization_trail, trail(WORKLOAD, "own", "eu-west-1", "workload-logs")],
        keys: vec![key(MANAGEMENT, "us-east-1"), key(WORKLOAD, "eu-west-1")],
        buckets: vec![
            bucket("archive-logs", ARCHIVE, "us-east-1"),
            bucket("workload-logs", WORKLOAD, "eu-west-1"),
        ],
        stores: Vec::new(),
        denials: Vec::new(),
    }
}

/// A simulator of these parts whose clock stands at [`now`].
pub(crate) fn simulator(parts: Parts) -> Simulator {
    let simulator = Simulator::new(World::new(parts));
    simulator.state().clock.freeze(now());
    simulator
}

/// Somebody who can sign.
pub(crate) struct Caller {
    pub(crate) access_key_id: String,
    pub(crate) token: Option<String>,
}

impl Caller {
    /// The user of the management account.
    pub(crate) fn user() -> Self {
        Self { access_key_id: "AKIASIMULATEDUSER001".to_owned(), token: None }
    }

    /// A session of the audit role.
    pub(crate) fn role(simulator: &Simulator, id: &str) -> Self {
        let expires = now() + SignedDuration::from_hours(1);
        let Issued { access_key_id, session_token, .. } =
            issue(simulator.world(), account(id), ROLE, "run", expires);
        Self { access_key_id, token: Some(session_token) }
    }

    pub(crate) fn sign(&self, request: &mut Request<Bytes>, service: Service, region: &str) {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/20261120/{region}/{}/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
            self.access_key_id,
            service.signing_name(),
        );
        request.headers_mut().insert("authorization", value.parse().unwrap());
        if let Some(token) = &self.token {
            request.headers_mut().insert("x-amz-security-token", token.parse().unwrap());
        }
    }
}

/// Calls an operation of a JSON service, Account's too; gives status and body.
pub(crate) fn call_json(
    simulator: &Simulator,
    caller: &Caller,
    asked: (Service, &str, &str),
    input: &Value,
) -> (u16, Value) {
    let response = respond_json(simulator, caller, asked, input);
    let body = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body)
}

/// The same, and gives the whole response.
pub(crate) fn respond_json(
    simulator: &Simulator,
    caller: &Caller,
    (service, operation, region): (Service, &str, &str),
    input: &Value,
) -> Response<Bytes> {
    let builder = Request::builder().method(Method::POST);
    let builder = if service == Service::Account {
        let path = format!("/{}{}", operation[..1].to_lowercase(), &operation[1..]);
        builder.uri(path).header("content-type", "application/json")
    } else {
        let prefix = match service {
            Service::CloudTrail => "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
            Service::Kms => "TrentService",
            _ => "AWSOrganizationsV20161128",
        };
        builder.uri("/").header("x-amz-target", format!("{prefix}.{operation}"))
    };
    let mut request = builder.body(Bytes::from(input.to_string())).unwrap();
    caller.sign(&mut request, service, region);
    simulator.handle(&request, now()).response
}

/// The same in a session of the audit role in this account.
pub(crate) fn call_as(
    simulator: &Simulator,
    account: &str,
    asked: (Service, &str, &str),
    input: &Value,
) -> (u16, Value) {
    call_json(simulator, &Caller::role(simulator, account), asked, input)
}

/// Calls STS with a form; gives the response.
pub(crate) fn call_sts(
    simulator: &Simulator,
    caller: &Caller,
    region: &str,
    form: &str,
) -> Response<Bytes> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(format!("{form}&Version=2011-06-15")))
        .unwrap();
    caller.sign(&mut request, Service::Sts, region);
    simulator.handle(&request, now()).response
}

/// Sends a request to S3, path style; gives the whole answer.
pub(crate) fn call_s3(
    simulator: &Simulator,
    caller: &Caller,
    region: &str,
    mut request: Request<Bytes>,
) -> Answer {
    caller.sign(&mut request, Service::S3, region);
    simulator.handle(&request, now())
}

/// The text of an XML element, as simple as tests need it.
pub(crate) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let start = xml.split_once(&format!("<{name}>"))?.1;
    Some(start.split_once(&format!("</{name}>"))?.0)
}

#[test]
fn the_small_world_answers_who_calls() {
    let simulator = simulator(parts());
    let caller = Caller::role(&simulator, WORKLOAD);
    let response = call_sts(&simulator, &caller, "us-east-1", "Action=GetCallerIdentity");
    let body = std::str::from_utf8(response.body()).unwrap();
    assert_eq!(element(body, "Account"), Some(WORKLOAD));
    assert_eq!(
        element(body, "Arn"),
        Some("arn:aws:sts::333333333333:assumed-role/TrailsealAudit/run")
    );
}

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::Simulator;
use crate::policy::{Policy, TrustPolicy};
use crate::service::Service;
use crate::session::issue;
use crate::tests::{
    ARCHIVE, Caller, KEY_ID, MANAGEMENT, ROLE, WORKLOAD, account, call_json, call_s3, call_sts,
    element, now, parts, region, simulator,
};
use crate::world::Parts;
use crate::world::bucket::{ExtraObject, Readers};
use crate::world::trail::{EventDataStore, Seal};

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:333333333333:trail/own";
const STORE_ID: &str = "aaaabbbb-12ab-34cd-56ef-1234567890ab";
const STORE: &str =
    "arn:aws:cloudtrail:eu-west-1:333333333333:eventdatastore/aaaabbbb-12ab-34cd-56ef-1234567890ab";
const KEY: &str = "arn:aws:kms:eu-west-1:333333333333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const AUDIT_ROLE: &str = "arn:aws:iam::333333333333:role/TrailsealAudit";
const KEY_OF_THE_ACCOUNT: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::333333333333:root"},"Action":"kms:*","Resource":"*"}]}"#;

/// The small world with something of everything.
fn grown() -> Parts {
    let mut parts = parts();
    parts.keys[1].policy = KEY_OF_THE_ACCOUNT.into();
    parts.stores.push(EventDataStore {
        id: STORE_ID.into(),
        name: "lake".into(),
        owner: account(WORKLOAD),
        region: region("eu-west-1"),
        key: None,
        is_multi_region: true,
        is_organization: false,
        status: "ENABLED".into(),
    });
    let organization = parts.organization.as_mut().unwrap();
    organization.delegated.push((account(ARCHIVE), "cloudtrail.amazonaws.com".into()));
    let extra = ExtraObject { key: "junk".into(), size: 3, seal: Seal::Aes256 };
    parts.buckets[1].extra.push(extra);
    parts
}

/// A simulator in which the caller and every role have this policy.
fn under(mut parts: Parts, policy: &str) -> Simulator {
    let policy = Arc::new(Policy::new(policy).unwrap_or_else(|error| panic!("{error}: {policy}")));
    for account in &mut parts.accounts {
        let mut roles = account.roles.to_vec();
        for role in &mut roles {
            role.policy = Some(policy.clone());
        }
        account.roles = roles.into();
    }
    parts.users[0].policy = Some(policy);
    simulator(parts)
}

fn allow(rest: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow",{rest}}}]}}"#)
}

/// What a row asks.
enum Asked {
    Json(Value),
    Form(String),
    S3(&'static str, &'static str),
}

/// One operation.
struct Row {
    service: Service,
    operation: &'static str,
    /// Whose role asks; the user, if none.
    account: Option<&'static str>,
    region: &'static str,
    asked: Asked,
    action: &'static str,
    resource: String,
    /// Whether messages name the resource.
    is_named: bool,
}

fn row(
    service: Service,
    operation: &'static str,
    asked: Asked,
    action: &'static str,
    resource: impl Into<String>,
) -> Row {
    let (account, region) = match service {
        Service::Organizations => (Some(MANAGEMENT), "us-east-1"),
        Service::Sts => (None, "us-east-1"),
        Service::Account => (Some(WORKLOAD), "us-east-1"),
        _ => (Some(WORKLOAD), "eu-west-1"),
    };
    let resource = resource.into();
    Row { service, operation, account, region, asked, action, resource, is_named: true }
}

impl Row {
    fn unnamed(self) -> Self {
        Self { is_named: false, ..self }
    }

    /// The status, and the message of an error.
    fn ask(&self, simulator: &Simulator) -> (u16, String) {
        let caller = self.account.map_or_else(Caller::user, |it| Caller::role(simulator, it));
        match &self.asked {
            Asked::Json(input) => {
                let asked = (self.service, self.operation, self.region);
                let (status, answer) = call_json(simulator, &caller, asked, input);
                let message = answer.get("message").or(answer.get("Message"));
                (status, message.and_then(Value::as_str).unwrap_or_default().to_owned())
            }
            Asked::Form(form) => {
                let response = call_sts(simulator, &caller, self.region, form);
                let body = std::str::from_utf8(response.body()).unwrap();
                let message = element(body, "Message").unwrap_or_default();
                (response.status().as_u16(), message.to_owned())
            }
            Asked::S3(method, uri) => s3(simulator, &caller, self.region, method, uri),
        }
    }

    fn caller_arn(&self) -> String {
        self.account.map_or("arn:aws:iam::111111111111:user/auditor".to_owned(), |account| {
            format!("arn:aws:sts::{account}:assumed-role/{ROLE}/run")
        })
    }

    /// The message of a denial.
    fn denial(&self, why: &str) -> String {
        if matches!(&self.asked, Asked::S3("HEAD", _)) {
            return String::new();
        }
        let (arn, action) = (self.caller_arn(), self.action);
        let on = match (self.is_named, self.service) {
            (false, _) => String::new(),
            // As XML carries the quotes.
            (true, Service::S3) => format!(" on resource: &quot;{}&quot;", self.resource),
            (true, _) => format!(" on resource: {}", self.resource),
        };
        format!("User: {arn} is not authorized to perform: {action}{on} {why}")
    }
}

fn s3(
    simulator: &Simulator,
    caller: &Caller,
    region: &str,
    method: &str,
    uri: &str,
) -> (u16, String) {
    let request = Request::builder().method(method).uri(uri).header("host", "localhost:4566");
    let request = request.body(Bytes::new()).unwrap();
    let response = call_s3(simulator, caller, region, request).response;
    let body = std::str::from_utf8(response.body()).unwrap();
    (response.status().as_u16(), element(body, "Message").unwrap_or_default().to_owned())
}

/// Every operation that needs a permission, with the action and the resource that the service
/// authorization reference has for it.
fn table() -> Vec<Row> {
    let mut table = rows_of_cloudtrail();
    table.extend(rows_of_kms());
    table.extend(rows_of_organizations());
    table.extend(rows_of_s3());
    let account_arn = "arn:aws:account::333333333333:account";
    let regions = [
        ("ListRegions", "account:ListRegions", json!({})),
        ("GetRegionOptStatus", "account:GetRegionOptStatus", json!({ "RegionName": "eu-west-1" })),
    ];
    table.extend(regions.map(|(operation, action, input)| {
        row(Service::Account, operation, Asked::Json(input), action, account_arn)
    }));
    let form = Asked::Form(assume_role(""));
    table.push(row(Service::Sts, "AssumeRole", form, "sts:AssumeRole", AUDIT_ROLE));
    table
}

fn assume_role(rest: &str) -> String {
    let encoded = AUDIT_ROLE.replace(':', "%3A").replace('/', "%2F");
    format!("Action=AssumeRole&RoleArn={encoded}&RoleSessionName=run&ExternalId=trailseal{rest}")
}

fn rows_of_cloudtrail() -> Vec<Row> {
    let row = |operation, input, action, resource: &str| {
        row(Service::CloudTrail, operation, Asked::Json(input), action, resource)
    };
    let name = json!({ "Name": "own" });
    vec![
        row("DescribeTrails", json!({}), "cloudtrail:DescribeTrails", "*").unnamed(),
        row("ListTrails", json!({}), "cloudtrail:ListTrails", "*").unnamed(),
        row("GetTrail", name.clone(), "cloudtrail:GetTrail", TRAIL),
        row("GetTrailStatus", name, "cloudtrail:GetTrailStatus", TRAIL),
        row(
            "GetEventSelectors",
            json!({ "TrailName": TRAIL }),
            "cloudtrail:GetEventSelectors",
            TRAIL,
        ),
        row("ListEventDataStores", json!({}), "cloudtrail:ListEventDataStores", "*").unnamed(),
        row(
            "GetEventDataStore",
            json!({ "EventDataStore": STORE_ID }),
            "cloudtrail:GetEventDataStore",
            STORE,
        ),
        row("ListTags", json!({ "ResourceIdList": [TRAIL] }), "cloudtrail:ListTags", TRAIL),
    ]
}

fn rows_of_kms() -> Vec<Row> {
    let row = |operation, input, action, resource: &str| {
        row(Service::Kms, operation, Asked::Json(input), action, resource)
    };
    let key = || json!({ "KeyId": KEY_ID });
    vec![
        row("DescribeKey", json!({ "KeyId": "alias/trail" }), "kms:DescribeKey", KEY),
        row("GetKeyPolicy", key(), "kms:GetKeyPolicy", KEY),
        row("GetKeyRotationStatus", key(), "kms:GetKeyRotationStatus", KEY),
        row("ListGrants", key(), "kms:ListGrants", KEY),
        row("ListResourceTags", key(), "kms:ListResourceTags", KEY),
        row("ListAliases", json!({}), "kms:ListAliases", "*"),
        row("ListKeys", json!({}), "kms:ListKeys", "*"),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table of operations")]
fn rows_of_organizations() -> Vec<Row> {
    let row = |operation, input, action, resource: &str| {
        let resource = match resource {
            "*" => resource.to_owned(),
            _ => format!("arn:aws:organizations::111111111111:{resource}"),
        };
        row(Service::Organizations, operation, Asked::Json(input), action, resource)
    };
    let parent = || json!({ "ParentId": "ou-exam-11111111" });
    let unit_arn = "ou/o-exampleorgid/ou-exam-11111111";
    let account_arn = "account/o-exampleorgid/333333333333";
    let root_arn = "root/o-exampleorgid/r-exam";
    vec![
        row("ListAccounts", json!({}), "organizations:ListAccounts", "*"),
        row("DescribeOrganization", json!({}), "organizations:DescribeOrganization", "*"),
        row("ListRoots", json!({}), "organizations:ListRoots", "*"),
        row(
            "ListDelegatedAdministrators",
            json!({}),
            "organizations:ListDelegatedAdministrators",
            "*",
        ),
        row(
            "ListDelegatedServicesForAccount",
            json!({ "AccountId": ARCHIVE }),
            "organizations:ListDelegatedServicesForAccount",
            "account/o-exampleorgid/222222222222",
        ),
        row(
            "DescribeAccount",
            json!({ "AccountId": WORKLOAD }),
            "organizations:DescribeAccount",
            account_arn,
        ),
        row("ListAccountsForParent", parent(), "organizations:ListAccountsForParent", unit_arn),
        row(
            "ListOrganizationalUnitsForParent",
            json!({ "ParentId": "r-exam" }),
            "organizations:ListOrganizationalUnitsForParent",
            root_arn,
        ),
        row(
            "DescribeOrganizationalUnit",
            json!({ "OrganizationalUnitId": "ou-exam-11111111" }),
            "organizations:DescribeOrganizationalUnit",
            unit_arn,
        ),
        row(
            "ListChildren",
            json!({ "ParentId": "r-exam", "ChildType": "ACCOUNT" }),
            "organizations:ListChildren",
            root_arn,
        ),
        row(
            "ListParents",
            json!({ "ChildId": WORKLOAD }),
            "organizations:ListParents",
            account_arn,
        ),
        row(
            "ListTagsForResource",
            json!({ "ResourceId": WORKLOAD }),
            "organizations:ListTagsForResource",
            account_arn,
        ),
    ]
}

fn rows_of_s3() -> Vec<Row> {
    let row = |operation, asked: (_, _), action, resource: &str| {
        let resource = format!("arn:aws:s3:::{resource}");
        row(Service::S3, operation, Asked::S3(asked.0, asked.1), action, resource)
    };
    vec![
        row("ListBuckets", ("GET", "/"), "s3:ListAllMyBuckets", "*").unnamed(),
        row("HeadBucket", ("HEAD", "/workload-logs"), "s3:ListBucket", "workload-logs"),
        row(
            "ListObjectsV2",
            ("GET", "/workload-logs?list-type=2"),
            "s3:ListBucket",
            "workload-logs",
        ),
        row("HeadObject", ("HEAD", "/workload-logs/junk"), "s3:GetObject", "workload-logs/junk"),
        row("GetObject", ("GET", "/workload-logs/report"), "s3:GetObject", "workload-logs/report"),
        row("PutObject", ("PUT", "/workload-logs/new"), "s3:PutObject", "workload-logs/new"),
        row(
            "GetBucketLocation",
            ("GET", "/workload-logs?location"),
            "s3:GetBucketLocation",
            "workload-logs",
        ),
        row(
            "GetBucketEncryption",
            ("GET", "/workload-logs?encryption"),
            "s3:GetEncryptionConfiguration",
            "workload-logs",
        ),
    ]
}

/// A simulator with something to read in the bucket, which another role put there.
fn with_report(policy: &str) -> Simulator {
    let simulator = under(grown(), policy);
    let expires = now() + SignedDuration::from_hours(1);
    let issued = issue(simulator.world(), account(WORKLOAD), "Writer", "run", expires);
    let writer = Caller { access_key_id: issued.access_key_id, token: Some(issued.session_token) };
    let put = s3(&simulator, &writer, "eu-west-1", "PUT", "/workload-logs/report");
    assert_eq!(put.0, 200, "{put:?}");
    simulator
}

#[test]
fn every_operation_has_a_row() {
    let of_table: BTreeSet<_> = table().iter().map(|row| (row.service, row.operation)).collect();
    let of_services = Service::ALL
        .into_iter()
        .flat_map(|service| service.operations().iter().map(move |operation| (service, operation)));
    let needing = of_services.filter(|(_, operation)| operation.action.is_some());
    let needing: BTreeSet<_> = needing.map(|(service, it)| (service, it.name)).collect();
    assert_eq!(of_table, needing);
    assert_eq!(of_table.len(), table().len());
}

#[test]
fn an_operation_needs_its_action_on_its_resource_and_nothing_else() {
    for row in table() {
        let Row { operation, action, resource, .. } = &row;
        let unmentioned = format!("because no identity-based policy allows the {action} action");
        let refused = row.denial(&unmentioned);

        let exactly = allow(&format!(r#""Action":"{action}","Resource":"{resource}""#));
        let (status, message) = row.ask(&with_report(&exactly));
        assert_eq!((status, &*message), (200, ""), "{operation} with {exactly}");

        let all_but = allow(&format!(r#""NotAction":"{action}","Resource":"*""#));
        let (status, message) = row.ask(&with_report(&all_but));
        assert_eq!(message, refused, "{operation} with {all_but}");
        assert!([400, 403].contains(&status), "{operation} with {all_but}: {status}");

        let elsewhere = allow(r#""Action":"*","Resource":"arn:aws:iam::123456789012:role/x""#);
        assert_eq!(row.ask(&with_report(&elsewhere)).1, refused, "{operation} with {elsewhere}");

        let denied = format!(
            r#"{{"Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}},{{"Effect":"Deny","Action":"{action}","Resource":"*"}}]}}"#
        );
        let (status, message) = row.ask(&with_report(&denied));
        let refused = row.denial("with an explicit deny in an identity-based policy");
        assert_eq!(message, refused, "{operation} with {denied}");
        assert!([400, 403].contains(&status), "{operation} with {denied}: {status}");
    }
}

#[test]
fn who_calls_needs_no_permission() {
    let nothing = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let simulator = under(grown(), nothing);
    for caller in [Caller::user(), Caller::role(&simulator, WORKLOAD)] {
        let response = call_sts(&simulator, &caller, "us-east-1", "Action=GetCallerIdentity");
        assert_eq!(response.status(), 200);
    }
}

#[test]
fn tags_are_read_of_resources_that_are_all_allowed() {
    let simulator = under(grown(), &allow(&format!(r#""Action":"*","Resource":"{TRAIL}""#)));
    let caller = Caller::role(&simulator, WORKLOAD);
    let asked = (Service::CloudTrail, "ListTags", "eu-west-1");
    let input = json!({ "ResourceIdList": [TRAIL, STORE] });
    let (status, answer) = call_json(&simulator, &caller, asked, &input);
    let message = answer["message"].as_str().unwrap();
    assert!(status == 400 && message.contains(&format!("on resource: {STORE} ")), "{answer}");
}

#[test]
fn conditions_see_the_request() {
    let simulator = |condition: &str| {
        under(grown(), &allow(&format!(r#""Action":"*","Resource":"*","Condition":{condition}"#)))
    };
    for (condition, expected) in [
        (r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#, true),
        (r#"{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}"#, false),
        (
            r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::333333333333:role/TrailsealAudit"}}"#,
            true,
        ),
        (r#"{"StringEquals":{"aws:PrincipalAccount":"333333333333"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#, true),
        (r#"{"StringEquals":{"aws:PrincipalType":"AssumedRole"}}"#, true),
        (r#"{"StringLike":{"aws:userid":"AROA*:run"}}"#, true),
        (r#"{"StringEquals":{"aws:ResourceAccount":"333333333333"}}"#, true),
        (r#"{"StringEquals":{"aws:ResourceOrgID":"o-exampleorgid"}}"#, true),
        (r#"{"Bool":{"aws:SecureTransport":"true","aws:ViaAWSService":"false"}}"#, true),
        (r#"{"Null":{"aws:SourceIdentity":"true","sts:ExternalId":"true"}}"#, true),
        (r#"{"Null":{"kms:ViaService":"true","aws:TagKeys":"true"}}"#, true),
        (r#"{"StringEquals":{"kms:CallerAccount":"333333333333"}}"#, true),
        (r#"{"Null":{"s3:ResourceAccount":"true"}}"#, true),
    ] {
        let simulator = simulator(condition);
        let asked = (Service::Kms, "DescribeKey", "eu-west-1");
        let caller = Caller::role(&simulator, WORKLOAD);
        let (status, answer) = call_json(&simulator, &caller, asked, &json!({ "KeyId": KEY }));
        assert_eq!(status == 200, expected, "{condition} {answer}");
    }
}

#[test]
fn resources_of_other_accounts_are_told_by_their_owner() {
    let mut parts = grown();
    parts.buckets[0].readers = Readers::Organization;
    let own = r#"{"StringEquals":{"aws:ResourceAccount":"333333333333"}}"#;
    let simulator =
        under(parts.clone(), &allow(&format!(r#""Action":"*","Resource":"*","Condition":{own}"#)));
    let caller = Caller::role(&simulator, WORKLOAD);
    assert_eq!(s3(&simulator, &caller, "eu-west-1", "HEAD", "/workload-logs").0, 200);
    assert_eq!(s3(&simulator, &caller, "us-east-1", "HEAD", "/archive-logs").0, 403);
    let theirs = r#"{"StringEquals":{"s3:ResourceAccount":"222222222222"}}"#;
    let simulator =
        under(parts, &allow(&format!(r#""Action":"*","Resource":"*","Condition":{theirs}"#)));
    let caller = Caller::role(&simulator, WORKLOAD);
    assert_eq!(s3(&simulator, &caller, "us-east-1", "HEAD", "/archive-logs").0, 200);
    let trail = json!({ "Name": "arn:aws:cloudtrail:us-east-1:111111111111:trail/org" });
    let asked = (Service::CloudTrail, "GetTrailStatus", "us-east-1");
    assert_eq!(call_json(&simulator, &caller, asked, &trail).0, 400);
}

#[test]
fn a_listing_is_bound_to_prefixes_and_a_bucket_cannot_be_headed_so() {
    let bound = allow(
        r#""Action":"s3:ListBucket","Resource":"*","Condition":{"StringLike":{"s3:prefix":"AWSLogs/*"},"NumericLessThanEquals":{"s3:max-keys":"100"},"StringEqualsIfExists":{"s3:delimiter":"/"}}"#,
    );
    let simulator = under(grown(), &bound);
    let caller = Caller::role(&simulator, WORKLOAD);
    let ask = |method: &str, uri: &str| s3(&simulator, &caller, "eu-west-1", method, uri).0;
    let list = |query: &str| ask("GET", &format!("/workload-logs?list-type=2{query}"));
    assert_eq!(list("&prefix=AWSLogs%2F333333333333%2F&max-keys=100"), 200);
    assert_eq!(list("&prefix=AWSLogs%2F333333333333%2F&max-keys=100&delimiter=%2F"), 200);
    assert_eq!(list("&prefix=AWSLogs%2F333333333333%2F&max-keys=100&delimiter=x"), 403);
    assert_eq!(list("&prefix=AWSLogs%2F333333333333%2F&max-keys=101"), 403);
    assert_eq!(list("&prefix=AWSLogs%2F333333333333%2F"), 403, "no `max-keys` was sent");
    assert_eq!(list("&prefix=other&max-keys=100"), 403);
    assert_eq!(list("&max-keys=100"), 403);
    assert_eq!(ask("HEAD", "/workload-logs"), 403);
}

#[test]
fn a_missing_key_shows_only_to_who_may_list() {
    for (actions, expected) in
        [(r#"["s3:GetObject","s3:ListBucket"]"#, 404), (r#"["s3:GetObject"]"#, 403)]
    {
        let simulator = under(grown(), &allow(&format!(r#""Action":{actions},"Resource":"*""#)));
        let caller = Caller::role(&simulator, WORKLOAD);
        let missing = s3(&simulator, &caller, "eu-west-1", "HEAD", "/workload-logs/missing");
        assert_eq!(missing.0, expected, "{actions}");
        let there = s3(&simulator, &caller, "eu-west-1", "HEAD", "/workload-logs/junk");
        assert_eq!(there.0, 200, "{actions}");
    }
}

#[test]
fn the_metadata_of_an_object_under_a_key_needs_no_permission_for_the_key() {
    let policy = r#"{"Statement":[
        {"Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],"Resource":"*"},
        {"Effect":"Deny","Action":["kms:Decrypt","kms:GenerateDataKey*"],"Resource":"*"}]}"#;
    let simulator = under(grown(), policy);
    let caller = Caller::role(&simulator, WORKLOAD);
    let get = |method: &str, uri: &str| {
        let request = Request::builder().method(method).uri(uri).header("host", "localhost");
        let request = request.body(Bytes::new()).unwrap();
        call_s3(&simulator, &caller, "eu-west-1", request).response
    };
    let page = get("GET", "/workload-logs?list-type=2&prefix=AWSLogs&max-keys=1");
    let page = std::str::from_utf8(page.body()).unwrap();
    let key = element(page, "Key").unwrap();
    let head = get("HEAD", &format!("/workload-logs/{key}"));
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["x-amz-server-side-encryption"], "aws:kms");
}

#[test]
fn a_key_policy_that_names_the_role_is_enough_in_its_account() {
    let nothing = allow(r#""Action":"s3:*","Resource":"*""#);
    let denying = r#"{"Statement":{"Effect":"Deny","Action":"kms:*","Resource":"*"}}"#;
    let named = |principal: &str| {
        format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"kms:DescribeKey","Resource":"*"}}]}}"#
        )
    };
    let role = named(r#"{"AWS":"arn:aws:iam::333333333333:role/TrailsealAudit"}"#);
    let root = named(r#"{"AWS":"333333333333"}"#);
    let everyone = named(r#"{"AWS":"*"}"#);
    for (policy, key_policy, caller, expected) in [
        (&*nothing, &*role, WORKLOAD, 200),
        (&nothing, &everyone, WORKLOAD, 200),
        (&nothing, &root, WORKLOAD, 400),
        (denying, &role, WORKLOAD, 400),
        // Another account's role needs both policies.
        (&nothing, &everyone, ARCHIVE, 400),
    ] {
        let mut parts = grown();
        parts.keys[1].policy = key_policy.into();
        let simulator = under(parts, policy);
        let caller = Caller::role(&simulator, caller);
        let asked = (Service::Kms, "DescribeKey", "eu-west-1");
        let (status, answer) = call_json(&simulator, &caller, asked, &json!({ "KeyId": KEY }));
        assert_eq!(status, expected, "{key_policy} {answer}");
        // What the key policy does not allow, the caller's must.
        let asked = (Service::Kms, "GetKeyPolicy", "eu-west-1");
        assert_eq!(call_json(&simulator, &caller, asked, &json!({ "KeyId": KEY })).0, 400);
    }
}

/// A simulator whose user has this policy, and whose roles have this trust policy.
fn trusting(policy: Option<&str>, trust: &str) -> Simulator {
    let mut parts = grown();
    let trust = Arc::new(TrustPolicy::new(trust).unwrap_or_else(|it| panic!("{it}: {trust}")));
    for account in &mut parts.accounts {
        let mut roles = account.roles.to_vec();
        for role in &mut roles {
            role.trust = Some(trust.clone());
        }
        account.roles = roles.into();
    }
    parts.users[0].policy = policy.map(|policy| Arc::new(Policy::new(policy).unwrap()));
    simulator(parts)
}

/// The message of an AssumeRole by the user; empty if it is granted.
fn assume(simulator: &Simulator, form: &str) -> String {
    let response = call_sts(simulator, &Caller::user(), "us-east-1", form);
    let body = std::str::from_utf8(response.body()).unwrap();
    if response.status() == 200 {
        return String::new();
    }
    assert_eq!((response.status().as_u16(), element(body, "Code")), (403, Some("AccessDenied")));
    element(body, "Message").unwrap().to_owned()
}

fn not_authorized(action: &str, resource: &str) -> String {
    format!(
        "User: arn:aws:iam::111111111111:user/auditor is not authorized to perform: {action} on resource: {resource}"
    )
}

#[test]
fn a_trust_policy_lets_in_whom_it_names_under_its_conditions() {
    let statement = |principal: &str, condition: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole","Condition":{condition}}}}}"#
        )
    };
    let root = r#"{"AWS":"arn:aws:iam::111111111111:root"}"#;
    for (principal, condition, expected) in [
        (root, "{}", true),
        (r#"{"AWS":"222222222222"}"#, "{}", false),
        (r#"{"AWS":"arn:aws:iam::111111111111:user/auditor"}"#, "{}", true),
        (r#"{"AWS":"arn:aws:iam::111111111111:user/other"}"#, "{}", false),
        (root, r#"{"StringEquals":{"sts:ExternalId":"trailseal"}}"#, true),
        (root, r#"{"StringEquals":{"sts:ExternalId":"Trailseal"}}"#, false),
        (root, r#"{"StringEquals":{"sts:RoleSessionName":"run"}}"#, true),
        (root, r#"{"StringLike":{"sts:RoleSessionName":"other-*"}}"#, false),
        (r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#, true),
        (r#""*""#, r#"{"StringEquals":{"aws:PrincipalOrgID":"o-other"}}"#, false),
        (root, r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/aud*"}}"#, true),
        (root, r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#, false),
        (root, r#"{"StringEquals":{"aws:ResourceAccount":"333333333333"}}"#, true),
        (root, r#"{"Null":{"sts:SourceIdentity":"false"}}"#, false),
        (root, r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#, true),
    ] {
        let simulator = trusting(None, &statement(principal, condition));
        let message = assume(&simulator, &assume_role(""));
        let refused = not_authorized("sts:AssumeRole", AUDIT_ROLE);
        assert_eq!(message, if expected { "" } else { &*refused }, "{principal} {condition}");
    }
    let without_id = assume_role("").replace("&ExternalId=trailseal", "");
    let asks = statement(root, r#"{"StringEquals":{"sts:ExternalId":"trailseal"}}"#);
    assert!(!assume(&trusting(None, &asks), &without_id).is_empty());
    let denies = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:*"},{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}"#;
    assert!(!assume(&trusting(None, denies), &assume_role("")).is_empty());
}

#[test]
fn tags_and_a_source_identity_need_permissions_of_both_where_they_are_passed() {
    let tags = assume_role("&Tags.member.1.Key=team&Tags.member.1.Value=audit");
    let identity = assume_role("&SourceIdentity=lena");
    let both = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];
    let trust = |actions: &[&str]| {
        let actions = json!(actions);
        format!(r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":{actions}}}}}"#)
    };
    let policy = |actions: &[&str]| {
        allow(&format!(r#""Action":{},"Resource":"{AUDIT_ROLE}""#, json!(actions)))
    };
    let ask = |of_caller: &[&str], of_role: &[&str], form: &str| {
        assume(&trusting(Some(&policy(of_caller)), &trust(of_role)), form)
    };
    for (form, action) in [(&tags, "sts:TagSession"), (&identity, "sts:SetSourceIdentity")] {
        assert_eq!(ask(&both, &both, form), "");
        let needed = ["sts:AssumeRole", action];
        assert_eq!(ask(&needed, &needed, form), "");
        let refused = not_authorized(action, AUDIT_ROLE);
        assert_eq!(ask(&needed, &needed[..1], form), refused);
        let why = format!(" because no identity-based policy allows the {action} action");
        assert_eq!(ask(&needed[..1], &needed, form), refused + &why);
    }
    assert_eq!(ask(&both[..1], &both[..1], &assume_role("")), "");
    let tagged = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*","Condition":{"StringEquals":{"aws:RequestTag/team":"audit"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}}}"#;
    assert_eq!(assume(&trusting(None, tagged), &tags), "");
    let more = format!("{tags}&Tags.member.2.Key=stage&Tags.member.2.Value=test");
    assert_ne!(assume(&trusting(None, tagged), &more), "");
    assert_ne!(assume(&trusting(None, tagged), &assume_role("")), "");
}

#[test]
fn within_an_account_a_trust_policy_that_names_the_caller_is_enough() {
    let trust = |principal: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}}}"#
        )
    };
    let user = trust("arn:aws:iam::111111111111:user/auditor");
    let root = trust("111111111111");
    let own = assume_role("").replace("333333333333", "111111111111");
    let nothing = allow(r#""Action":"s3:*","Resource":"*""#);
    let denying = r#"{"Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}"#;
    assert_eq!(assume(&trusting(Some(&nothing), &user), &own), "");
    for (policy, trust, form) in
        [(&*nothing, &root, &own), (&nothing, &user, &assume_role("")), (denying, &user, &own)]
    {
        let message = assume(&trusting(Some(policy), trust), form);
        assert!(message.contains("identity-based policy"), "{policy} {trust} {message}");
    }
}

#[test]
fn a_source_identity_stays_with_the_sessions_that_follow() {
    let trust = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:SetSourceIdentity"]}}"#;
    let simulator = trusting(None, trust);
    let open = |caller: &Caller, form: &str| {
        let response = call_sts(&simulator, caller, "us-east-1", form);
        let body = std::str::from_utf8(response.body()).unwrap().to_owned();
        let text = |name: &str| element(&body, name).map(str::to_owned);
        let caller = text("AccessKeyId")
            .map(|access_key_id| Caller { access_key_id, token: text("SessionToken") });
        (caller, text("SourceIdentity"), text("Message"))
    };
    let (first, identity, _) = open(&Caller::user(), &assume_role("&SourceIdentity=lena"));
    assert_eq!(identity.as_deref(), Some("lena"));
    let first = first.unwrap();
    let next = assume_role("").replace("333333333333", "222222222222");
    let (second, identity, message) = open(&first, &next);
    assert_eq!(identity.as_deref(), Some("lena"), "{message:?}");
    assert!(second.is_some());
    let other = format!("{next}&SourceIdentity=other");
    let (third, _, message) = open(&first, &other);
    assert!(third.is_none() && message.unwrap().contains("sts:SetSourceIdentity"));
}

//! The organization that the simulator is measured with, and requests to it.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::service::Service;
use trailseal_sim::session::issue;
use trailseal_sim::world::account::AccountId;
use trailseal_sim::world::key::Key;
use trailseal_sim::world::region::Region;

use super::Prepared;
use crate::Failure;
use crate::plan::now;

/// How many different requests there are of an operation.
const DIFFERENT: usize = 2000;

/// One operation's load.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its name, with what is special about it.
    pub name: &'static str,
    /// Requests that differ in account and Region.
    pub requests: Arc<[Prepared]>,
}

/// An organization of so many accounts with 34 Regions each: an organization trail, and a trail of
/// its own in every tenth account.
///
/// # Errors
/// When there are too few accounts.
pub fn simulated(accounts: u32) -> Result<(Scenario, Simulator), Failure> {
    // The management account, the log archive and the audit account are there besides.
    let population = accounts.checked_sub(3).ok_or("at least 3 accounts are needed")?;
    let own = population.div_ceil(10);
    let text = format!(
        r#"
        seed = 1
        regions = 34
        role_name = "TrailsealAudit"
        external_id = "bench"
        unit = [{{ name = "Workloads" }}]
        organization_trail = [{{ case = "organization-sealed" }}]

        [[account]]
        name = "Management"
        duty = "management"

        [[account]]
        name = "Log Archive"
        duty = "log-archive"

        [[account]]
        name = "Audit"
        duty = "audit"

        [[population]]
        accounts = {population}
        name = "workload"
        unit = "Workloads"
        cases = {{ trail-every-region = {own}, no-trail = {} }}
        "#,
        population - own
    );
    let scenario = Scenario::from_toml(&text, now())?;
    let simulator = Simulator::of(&scenario);
    Ok((scenario, simulator))
}

/// Who signs.
struct Caller {
    access_key_id: String,
    token: Option<String>,
}

/// A request with what the SDK sends besides, signed for show.
fn request(
    caller: &Caller,
    (method, path): (&str, &str),
    (service, region): (Service, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Prepared {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:4566\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    let _ = write!(
        text,
        "user-agent: aws-sdk-rust/1.3.18 os/linux lang/rust/1.95.0\r\n\
        amz-sdk-invocation-id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301\r\n\
        amz-sdk-request: attempt=1; max=1\r\n\
        x-amz-date: 20261120T120000Z\r\n\
        authorization: AWS4-HMAC-SHA256 Credential={}/20261120/{region}/{}/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={:064}\r\n",
        caller.access_key_id,
        service.signing_name(),
        0,
    );
    if let Some(token) = &caller.token {
        let _ = write!(text, "x-amz-security-token: {token}\r\n");
    }
    let _ = write!(text, "content-length: {}\r\n\r\n{body}", body.len());
    Prepared { bytes: Bytes::from(text), is_head: method == "HEAD" }
}

fn json(caller: &Caller, region: &str, service: Service, operation: &str, body: &str) -> Prepared {
    let target = match service {
        Service::Kms => "TrentService",
        _ => "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
    };
    let target = format!("{target}.{operation}");
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", &*target)];
    request(caller, ("POST", "/"), (service, region), &headers, body)
}

/// Makes requests. The simulator does not verify signatures unless told to.
struct Maker<'a> {
    scenario: &'a Scenario,
    simulator: &'a Simulator,
    /// When sessions expire.
    expires: Timestamp,
}

impl Maker<'_> {
    fn user(&self) -> Result<Caller, Failure> {
        let user = self.scenario.parts.users.first().ok_or("the organization has no user")?;
        Ok(Caller { access_key_id: user.access_key_id.to_string(), token: None })
    }

    fn session(&self, account: AccountId) -> Caller {
        let role = &self.scenario.access.role_name;
        let issued = issue(self.simulator.world(), account, role, "bench-sim", self.expires);
        Caller { access_key_id: issued.access_key_id, token: Some(issued.session_token) }
    }

    /// Members and Regions in turn, so that neighbours differ in both.
    fn places(&self) -> impl Iterator<Item = (AccountId, &'static str)> {
        let world = self.simulator.world();
        let accounts = world.accounts().iter().filter(|it| !it.roles.is_empty());
        let regions: Vec<_> = world.partition().regions().map(Region::name).collect();
        let members: Vec<_> = accounts.map(|it| it.id).collect();
        let count = members.len();
        (0..DIFFERENT).map(move |it| (members[it * 7919 % count], regions[it % regions.len()]))
    }

    fn describe_trails(&self) -> Vec<Prepared> {
        let of = |(account, region)| {
            let caller = self.session(account);
            json(&caller, region, Service::CloudTrail, "DescribeTrails", "{}")
        };
        self.places().map(of).collect()
    }

    fn assume_role(&self) -> Result<Vec<Prepared>, Failure> {
        let caller = self.user()?;
        let access = &self.scenario.access;
        let (role, id) = (&access.role_name, access.external_id.as_deref().unwrap_or_default());
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let of = |(account, _)| {
            let body = format!(
                "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A{account}%3Arole%2F{role}&RoleSessionName=bench-sim&ExternalId={id}&DurationSeconds=3600"
            );
            request(&caller, ("POST", "/"), (Service::Sts, "us-east-1"), &headers, &body)
        };
        Ok(self.places().map(of).collect())
    }

    fn describe_key(&self) -> Vec<Prepared> {
        let world = self.simulator.world();
        let keys = world
            .keys()
            .iter()
            .filter(|it| world.role(it.account, &self.scenario.access.role_name).is_some());
        let of = |key: &Key| {
            let body = format!("{{\"KeyId\":\"{}\"}}", key.arn());
            let caller = self.session(key.account);
            json(&caller, key.region.name(), Service::Kms, "DescribeKey", &body)
        };
        keys.take(DIFFERENT).map(of).collect()
    }

    /// Where the organization trail delivers: the bucket's owner and Region, the bucket, and the
    /// prefixes of accounts.
    fn prefixes(&self) -> Result<(Caller, &str, &str, Vec<String>), Failure> {
        let world = self.simulator.world();
        let trail = world.organization_trails().next().ok_or("there is no organization trail")?;
        let bucket = world.bucket(&trail.bucket).ok_or("its bucket does not exist")?;
        let organization = world.organization().ok_or("there is no organization")?;
        let head = trail.prefix.as_ref().map(|it| format!("{it}/")).unwrap_or_default();
        // Not Region by Region: an account's Regions together have more keys than a page.
        let of =
            |it: (AccountId, _)| format!("{head}AWSLogs/{}/{}/CloudTrail/", organization.id, it.0);
        let prefixes = self.places().map(of);
        Ok((self.session(bucket.owner), &bucket.name, bucket.region.name(), prefixes.collect()))
    }

    fn list(&self, keys: u32) -> Result<Vec<Prepared>, Failure> {
        let (caller, bucket, region, prefixes) = self.prefixes()?;
        let of = |prefix: &String| {
            let prefix = prefix.replace('/', "%2F");
            let path = format!("/{bucket}?list-type=2&max-keys={keys}&prefix={prefix}");
            request(&caller, ("GET", &path), (Service::S3, region), &[], "")
        };
        Ok(prefixes.iter().map(of).collect())
    }

    /// The first object of each list.
    fn head(&self) -> Result<Vec<Prepared>, Failure> {
        let (caller, bucket, region, _) = self.prefixes()?;
        let of = |list: &Prepared| {
            let answer = answer(self.simulator, list)?;
            let key = answer.split_once("<Key>").and_then(|it| it.1.split_once("</Key>"));
            let key = key.ok_or_else(|| format!("no objects there: {answer}"))?.0;
            let path = format!("/{bucket}/{key}");
            Ok(request(&caller, ("HEAD", &path), (Service::S3, region), &[], ""))
        };
        self.list(1)?.iter().map(of).collect()
    }
}

/// What the simulator answers to a prepared request, without a socket.
fn answer(simulator: &Simulator, prepared: &Prepared) -> Result<String, Failure> {
    let text = std::str::from_utf8(&prepared.bytes)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("a request without an end")?;
    let mut lines = head.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in lines.filter_map(|it| it.split_once(": ")) {
        request = request.header(name, value);
    }
    let request = request.body(Bytes::from(body.to_owned()))?;
    let response = simulator.handle(&request, now()).response;
    let body = std::str::from_utf8(response.body())?.to_owned();
    if response.status() != 200 {
        return Err(format!("{} to {head}: {body}", response.status()).into());
    }
    Ok(body)
}

/// The load of every operation that is measured. The first request of each is tried.
///
/// # Errors
/// When the organization is not as expected.
pub fn operations(scenario: &Scenario, simulator: &Simulator) -> Result<Vec<Operation>, Failure> {
    simulator.state().clock.freeze(now());
    let maker = Maker { scenario, simulator, expires: now() + SignedDuration::from_hours(12) };
    let loads = [
        ("DescribeTrails", maker.describe_trails()),
        ("AssumeRole", maker.assume_role()?),
        ("DescribeKey", maker.describe_key()),
        ("ListObjectsV2 of 20 keys", maker.list(20)?),
        ("ListObjectsV2 of 1,000 keys", maker.list(1000)?),
        ("HeadObject", maker.head()?),
    ];
    let mut operations = Vec::new();
    for (name, requests) in loads {
        let first = requests.first().ok_or_else(|| format!("no requests for {name}"))?;
        let answer = answer(simulator, first)?;
        for (list, keys) in
            [("ListObjectsV2 of 20 keys", 20), ("ListObjectsV2 of 1,000 keys", 1000)]
        {
            let found = answer.matches("<Key>").count();
            if name == list && found != keys {
                return Err(format!("{name}: {found} keys came").into());
            }
        }
        operations.push(Operation { name, requests: requests.into() });
    }
    Ok(operations)
}

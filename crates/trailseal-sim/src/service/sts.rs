//! STS: who calls, and sessions in other accounts.

use jiff::Timestamp;
use serde_json::Value;

use super::{Call, Context, Operation, Payer, Quota};
use crate::authorization::{RequestContext, decision};
use crate::denial::{denied_action, denied_by};
use crate::policy::{Caller, Decision, Trust};
use crate::session::{Issued, TokenVersion, issue_version};
use crate::wire::fault::Fault;
use crate::wire::xml::Xml;
use crate::wire::{Input, QueryRequest, Reply};
use crate::world::World;
use crate::world::account::{AccountId, Role};
use crate::world::denial::PolicyKind;

/// IAM user guide, "IAM and AWS STS quotas": 600 a second per account and Region, shared.
const QUOTA: Quota =
    Quota { bucket: "sts", per_second: 600, burst: 600, payer: Payer::RegionStatus };

/// Its operations.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        name: "AssumeRole",
        action: Some("sts:AssumeRole"),
        is_read: true,
        quota: QUOTA,
        resource: |_: &World, call| call.text("RoleArn").unwrap_or_default().to_owned(),
        answer: assume_role,
    },
    Operation {
        name: "GetCallerIdentity",
        action: None,
        is_read: true,
        quota: QUOTA,
        resource: |_: &World, _| String::new(),
        answer: get_caller_identity,
    },
];

#[expect(clippy::unnecessary_wraps, reason = "every operation answers in this form")]
fn get_caller_identity(_: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let mut xml = Xml::fragment();
    xml.element("Arn", &call.session.arn)
        .element("UserId", &call.session.user_id)
        .element("Account", &call.session.account.to_string());
    Ok(Reply::Result(xml.into_string()))
}

/// One parameter's form, as the STS API reference gives it.
struct Form {
    parameter: &'static str,
    /// As AWS's message names it.
    member: &'static str,
    is_required: bool,
    length: (usize, usize),
    /// The characters besides letters, digits and `_`; `None` takes any.
    also: Option<&'static str>,
    /// As AWS's message shows it.
    pattern: &'static str,
}

const FORMS: &[Form] = &[
    Form {
        parameter: "RoleArn",
        member: "roleArn",
        is_required: true,
        length: (20, 2048),
        also: None,
        pattern: "",
    },
    Form {
        parameter: "RoleSessionName",
        member: "roleSessionName",
        is_required: true,
        length: (2, 64),
        also: Some("+=,.@-"),
        pattern: r"[\w+=,.@-]*",
    },
    Form {
        parameter: "ExternalId",
        member: "externalId",
        is_required: false,
        length: (2, 1224),
        also: Some("+=,.@:/-"),
        pattern: r"[\w+=,.@:\/-]*",
    },
    Form {
        parameter: "SourceIdentity",
        member: "sourceIdentity",
        is_required: false,
        length: (2, 64),
        also: Some("+=,.@-"),
        pattern: r"[\w+=,.@-]*",
    },
];

impl Form {
    /// What the value breaks first.
    fn broken(&self, value: Option<&str>) -> Option<String> {
        let member = self.member;
        let Some(value) = value else {
            return self.is_required.then(|| violation(member, None, "Member must not be null"));
        };
        let length = value.chars().count();
        let constraint = if length < self.length.0 {
            format!("Member must have length greater than or equal to {}", self.length.0)
        } else if length > self.length.1 {
            format!("Member must have length less than or equal to {}", self.length.1)
        } else {
            let also = self.also?;
            let fits = |it: char| it.is_ascii_alphanumeric() || it == '_' || also.contains(it);
            if value.chars().all(fits) {
                return None;
            }
            format!("Member must satisfy regular expression pattern: {}", self.pattern)
        };
        Some(violation(member, Some(value), &constraint))
    }
}

fn violation(member: &str, value: Option<&str>, constraint: &str) -> String {
    let value = value.map_or_else(|| "null".to_owned(), |it| format!("'{it}'"));
    format!("Value {value} at '{member}' failed to satisfy constraint: {constraint}")
}

fn invalid(message: &str) -> Fault {
    Fault::new(400, "ValidationError", message)
}

/// Checks every parameter, as AWS does before it looks at anything else, and gives the duration.
fn check_forms(query: &QueryRequest) -> Result<u32, Fault> {
    let value = |name: &str| query.parameters.get(name).map(String::as_str);
    let mut broken: Vec<String> =
        FORMS.iter().filter_map(|it| it.broken(value(it.parameter))).collect();
    let duration = value("DurationSeconds");
    let seconds = duration.map_or(Ok(3600), str::parse::<i64>);
    let limit = match seconds {
        Ok(..900) => Some("Member must have value greater than or equal to 900"),
        Ok(43_201..) => Some("Member must have value less than or equal to 43200"),
        Ok(_) => None,
        Err(_) => Some("Member must be a number"),
    };
    broken.extend(limit.map(|it| violation("durationSeconds", duration, it)));
    let seconds = seconds.ok().and_then(|it| u32::try_from(it).ok()).unwrap_or_default();
    match broken.len() {
        0 => Ok(seconds),
        1 => Err(invalid(&format!("1 validation error detected: {}", broken[0]))),
        count => {
            Err(invalid(&format!("{count} validation errors detected: {}", broken.join("; "))))
        }
    }
}

/// The account and the name with its path, from a role's ARN of this partition.
fn role_of<'a>(world: &World, arn: &'a str) -> Result<(AccountId, &'a str), Fault> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, region, account, resource] = parts[..] else {
        return Err(invalid(&format!("{arn} is invalid")));
    };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return Err(invalid(&format!("{arn} is invalid")));
    }
    // It is an ARN, but none that a role of this partition could have.
    let is_iam = partition == world.partition().name() && service == "iam" && region.is_empty();
    let role = resource.strip_prefix("role/").filter(|it| is_iam && !it.is_empty());
    let role = account.parse().ok().zip(role);
    role.ok_or_else(|| invalid("Request ARN is invalid"))
}

fn assume_role(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let Input::Query(query) = &call.input else {
        return Err(Fault::new(500, "InternalFailure", ""));
    };
    let seconds = check_forms(query)?;
    let (arn, world) = (call.text("RoleArn").unwrap_or_default(), context.world);
    let (account, name) = role_of(world, arn)?;
    if call.session.is_role && seconds > 3600 {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    let packed = packed_policy_size(query)?;
    let target = world.account(account);
    if target.is_some_and(|it| !it.regions.is_enabled(call.region)) {
        return Err(Fault::new(
            403,
            "RegionDisabledException",
            format!(
                "STS is not activated in this region for account:{account}. Your account administrator can activate STS in this region using the IAM Console."
            ),
        ));
    }
    let role = target.filter(|account| account.state.is_usable());
    let role = role.and_then(|account| account.roles.iter().find(|role| &*role.name == name));
    let source_identity = source_identity(call)?;
    let actions = [
        ("sts:AssumeRole", true),
        ("sts:TagSession", query.parameters.keys().any(|name| name.starts_with("Tags."))),
        ("sts:SetSourceIdentity", source_identity.is_some()),
    ];
    for (action, _) in actions.into_iter().filter(|(_, is_needed)| *is_needed) {
        let trust = role.map_or(Trust::Unmentioned, |role| trust(world, call, role, action));
        admit(world, call, action, (account, arn), trust)?;
    }
    let role = role.ok_or_else(|| denied_by(PolicyKind::Untold, false, None, call, arn))?;
    if seconds > role.max_session_seconds {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let life = context.state.sessions.life(seconds);
    let expires = call.now.as_second().saturating_add(i64::from(life));
    let expires = Timestamp::from_second(expires).unwrap_or(call.now);
    let session = call.text("RoleSessionName").unwrap_or_default();
    // The path is no part of the session's ARN.
    let name = name.rsplit_once('/').map_or(name, |it| it.1);
    let issued =
        issue_version(version(query), world, account, name, session, source_identity, expires);
    Ok(Reply::Result(answer(&issued, packed, source_identity)))
}

/// The source identity that the session gets: the caller's own one, if it has one, cannot be
/// changed (IAM user guide, "Monitor and control actions taken with assumed roles").
fn source_identity<'a>(call: &'a Call<'_>) -> Result<Option<&'a str>, Fault> {
    let (given, own) = (call.text("SourceIdentity"), call.session.source_identity.as_deref());
    if given.is_some() && own.is_some() && given != own {
        let (action, arn) = ("sts:SetSourceIdentity", call.text("RoleArn").unwrap_or_default());
        return Err(denied_action(PolicyKind::Untold, false, None, action, call, arn));
    }
    Ok(own.or(given))
}

/// What the role decides of an action of this caller.
fn trust(world: &World, call: &Call<'_>, role: &Role, action: &str) -> Trust {
    let session = call.session;
    let Some(policy) = &role.trust else {
        let external_id = call.text("ExternalId");
        let knows_id = role.external_id.is_none() || role.external_id.as_deref() == external_id;
        let is_trusted = knows_id && role.trusts.contains(&session.account);
        return if is_trusted { Trust::Account } else { Trust::Unmentioned };
    };
    let (account, principal_arn) = (session.account.to_string(), session.principal_arn(world));
    let caller = Caller { account: &account, arn: &session.arn, principal_arn: &principal_arn };
    let resource = call.text("RoleArn").unwrap_or_default();
    policy.decide(&caller, action, &RequestContext { world, call, resource })
}

/// Lets a caller in whom its own policy and the role's trust policy allow this action.
///
/// IAM user guide, "Policy evaluation logic": a role of another account needs both. Within an
/// account a trust policy that names the caller itself is enough. A missing role, a closed account
/// and a trust policy that does not allow it all look alike.
fn admit(
    world: &World,
    call: &Call<'_>,
    action: &str,
    (account, arn): (AccountId, &str),
    trust: Trust,
) -> Result<(), Fault> {
    let refused = |kind, is_explicit| denied_action(kind, is_explicit, None, action, call, arn);
    let is_enough = trust == Trust::Itself && account == call.session.account;
    match decision(world, call, action, arn) {
        Decision::Denied => Err(refused(PolicyKind::Identity, true)),
        Decision::Unmentioned if !is_enough => Err(refused(PolicyKind::Identity, false)),
        _ if matches!(trust, Trust::Itself | Trust::Account) => Ok(()),
        _ => Err(refused(PolicyKind::Untold, false)),
    }
}

/// Only AWS's own name of the global endpoint gives tokens of the first version; every other host,
/// a custom one too, counts as a Region's.
fn version(query: &QueryRequest) -> TokenVersion {
    let host = query.host.rsplit_once(':').map_or(&*query.host, |it| it.0);
    if host.eq_ignore_ascii_case("sts.amazonaws.com") {
        TokenVersion::First
    } else {
        TokenVersion::Second
    }
}

/// How much of the room for session policies and tags is used, in percent, if any are passed. AWS
/// packs them in a way of its own: here 2,048 characters are the whole room.
fn packed_policy_size(query: &QueryRequest) -> Result<Option<usize>, Fault> {
    let policy = query.parameters.get("Policy");
    if policy.is_some_and(|it| !matches!(serde_json::from_str(it), Ok(Value::Object(_)))) {
        let message = "This policy contains invalid Json";
        return Err(Fault::new(400, "MalformedPolicyDocument", message));
    }
    let is_packed = |name: &str| {
        name == "Policy" || name.starts_with("PolicyArns.") || name.starts_with("Tags.")
    };
    let mut size = None;
    for (name, value) in &query.parameters {
        if is_packed(name) {
            *size.get_or_insert(0) += value.len();
        }
    }
    let percent = size.map(|it| (it * 100).div_ceil(2048));
    if percent.is_some_and(|it| it > 100) {
        let message = format!(
            "Packed policy consumes {}% of allotted space, please use smaller policy.",
            percent.unwrap_or_default()
        );
        return Err(Fault::new(400, "PackedPolicyTooLarge", message));
    }
    Ok(percent)
}

fn answer(issued: &Issued, packed: Option<usize>, source_identity: Option<&str>) -> String {
    let mut xml = Xml::fragment();
    xml.optional("SourceIdentity", source_identity);
    xml.nested("AssumedRoleUser", |it| {
        it.element("AssumedRoleId", &issued.role_id).element("Arn", &issued.arn);
    });
    xml.nested("Credentials", |it| {
        it.element("AccessKeyId", &issued.access_key_id)
            .element("SecretAccessKey", &issued.secret_access_key)
            .element("SessionToken", &issued.session_token)
            .element("Expiration", &issued.expires.to_string());
    });
    xml.optional("PackedPolicySize", packed.map(|it| it.to_string()).as_deref());
    xml.into_string()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Request;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;
    use crate::Simulator;
    use crate::service::Service;
    use crate::session::recognize;
    use crate::tests::{
        ARCHIVE, Caller, MANAGEMENT, WORKLOAD, call_sts, element, now, parts, region, simulator,
    };
    use crate::world::Parts;
    use crate::world::account::{Account, AccountState};
    use crate::world::region::RegionSet;

    const ARN: &str = "arn:aws:iam::333333333333:role/TrailsealAudit";

    /// The workload's role may be assumed for two hours and trusts the archive too; a second role
    /// there has a path and asks for no external id.
    fn grown() -> Parts {
        let mut parts = parts();
        let workload = parts.accounts.iter_mut().find(|it| it.id.to_string() == WORKLOAD).unwrap();
        let mut role = workload.roles[0].clone();
        role.max_session_seconds = 7200;
        role.trusts.push(ARCHIVE.parse().unwrap());
        let open = Role { name: "audit/Open".into(), external_id: None, ..role.clone() };
        workload.roles = [role, open].into();
        workload.regions.enabled = RegionSet::NONE.with(region("eu-south-1"));
        for account in parts.accounts.iter_mut().filter(|it| it.id.to_string() == MANAGEMENT) {
            account.regions.enabled = RegionSet::ALL;
        }
        parts
    }

    fn form(parameters: &[(&str, &str)]) -> String {
        let encode = |value| utf8_percent_encode(value, NON_ALPHANUMERIC);
        let parameters =
            parameters.iter().map(|(name, value)| format!("&{name}={}", encode(value)));
        format!("Action=AssumeRole{}", parameters.collect::<String>())
    }

    /// What is asked if a test does not ask otherwise.
    fn usual<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut parameters =
            vec![("RoleArn", ARN), ("RoleSessionName", "run"), ("ExternalId", "trailseal")];
        for change in changes {
            parameters.retain(|it| it.0 != change.0);
            parameters.extend((!change.1.is_empty()).then_some(*change));
        }
        parameters
    }

    fn assume(simulator: &Simulator, caller: &Caller, changes: &[(&str, &str)]) -> (u16, String) {
        let response = call_sts(simulator, caller, "us-east-1", &form(&usual(changes)));
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    fn granted(simulator: &Simulator, body: &str) -> crate::session::Session {
        let text = |name: &str| element(body, name).unwrap().to_owned();
        let (key, token) = (text("AccessKeyId"), text("SessionToken"));
        let session = recognize(simulator.world(), &key, Some(&token), now()).unwrap();
        assert_eq!(session.secret_access_key, text("SecretAccessKey"));
        session
    }

    #[test]
    fn a_session_is_given_to_whom_the_trust_policy_names() {
        let simulator = simulator(grown());
        let (status, body) = assume(&simulator, &Caller::user(), &[]);
        assert_eq!(status, 200, "{body}");
        let session = granted(&simulator, &body);
        assert_eq!(session.arn, "arn:aws:sts::333333333333:assumed-role/TrailsealAudit/run");
        assert_eq!(element(&body, "Arn"), Some(&*session.arn));
        assert_eq!(element(&body, "AssumedRoleId"), Some(&*session.user_id));
        assert_eq!(element(&body, "Expiration"), Some("2026-11-20T13:00:00Z"));
        assert_eq!(element(&body, "PackedPolicySize"), None);
        let caller = Caller {
            access_key_id: element(&body, "AccessKeyId").unwrap().to_owned(),
            token: element(&body, "SessionToken").map(str::to_owned),
        };
        let response = call_sts(&simulator, &caller, "us-east-1", "Action=GetCallerIdentity");
        let identity = std::str::from_utf8(response.body()).unwrap();
        assert_eq!(element(identity, "Arn"), Some(&*session.arn));
        assert_eq!(element(identity, "UserId"), Some(&*session.user_id));

        let path = "arn:aws:iam::333333333333:role/audit/Open";
        let changes = [
            ("RoleArn", path),
            ("ExternalId", ""),
            ("DurationSeconds", "7200"),
            ("SourceIdentity", "auditor"),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ];
        let (status, body) = assume(&simulator, &Caller::user(), &changes);
        assert_eq!(status, 200, "{body}");
        let session = granted(&simulator, &body);
        assert_eq!(session.arn, "arn:aws:sts::333333333333:assumed-role/Open/run");
        assert_eq!(element(&body, "Expiration"), Some("2026-11-20T14:00:00Z"));
        assert_eq!(element(&body, "SourceIdentity"), Some("auditor"));
        assert_eq!(element(&body, "PackedPolicySize"), Some("1"));
    }

    #[test]
    fn whatever_keeps_a_caller_out_looks_the_same() {
        let mut parts = grown();
        let closed = Account { state: AccountState::Closed, ..parts.accounts[1].clone() };
        parts.accounts.retain(|it| it.id != closed.id);
        parts.accounts.push(closed);
        let simulator = simulator(parts);
        let archive = "arn:aws:iam::222222222222:role/TrailsealAudit";
        let suspended = "arn:aws:iam::444444444444:role/TrailsealAudit";
        let stranger = "arn:aws:iam::999999999999:role/TrailsealAudit";
        let missing = "arn:aws:iam::333333333333:role/trailsealaudit";
        for (name, changes) in [
            ("no external id", [("ExternalId", "")]),
            ("a wrong external id", [("ExternalId", "Trailseal")]),
            ("a missing role", [("RoleArn", missing)]),
            ("a closed account", [("RoleArn", archive)]),
            ("a suspended account", [("RoleArn", suspended)]),
            ("a stranger", [("RoleArn", stranger)]),
        ] {
            let (status, body) = assume(&simulator, &Caller::user(), &changes);
            assert_eq!((status, element(&body, "Code")), (403, Some("AccessDenied")), "{name}");
            let arn = if changes[0].0 == "RoleArn" { changes[0].1 } else { ARN };
            let expected = format!(
                "User: arn:aws:iam::111111111111:user/auditor is not authorized to perform: sts:AssumeRole on resource: {arn}"
            );
            assert_eq!(element(&body, "Message"), Some(&*expected), "{name}");
        }
        let member = Caller::role(&simulator, WORKLOAD);
        let (status, _) = assume(&simulator, &member, &[]);
        assert_eq!(status, 403, "the role does not trust its own account");
    }

    #[track_caller]
    fn check_refused(simulator: &Simulator, changes: &[(&str, &str)], message: &str) {
        let (status, body) = assume(simulator, &Caller::user(), changes);
        let told = (status, element(&body, "Code"), element(&body, "Message"));
        assert_eq!(told, (400, Some("ValidationError"), Some(message)), "{changes:?}");
    }

    #[test]
    fn parameters_are_checked_before_anything_else() {
        let simulator = simulator(grown());
        let check = |changes: &[(&str, &str)], message: &str| {
            check_refused(&simulator, changes, message);
        };
        let long = "s".repeat(65);
        let broken = |value: &str, member: &str, constraint: &str| {
            format!(
                "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: Member must {constraint}"
            )
        };
        for (parameter, value, member, constraint) in [
            ("RoleArn", "", "roleArn", "not be null"),
            ("RoleArn", "arn", "roleArn", "have length greater than or equal to 20"),
            ("RoleSessionName", "", "roleSessionName", "not be null"),
            ("RoleSessionName", "r", "roleSessionName", "have length greater than or equal to 2"),
            ("RoleSessionName", &long, "roleSessionName", "have length less than or equal to 64"),
            (
                "RoleSessionName",
                "run 1",
                "roleSessionName",
                r"satisfy regular expression pattern: [\w+=,.@-]*",
            ),
            ("ExternalId", "x", "externalId", "have length greater than or equal to 2"),
            (
                "ExternalId",
                "a#b",
                "externalId",
                r"satisfy regular expression pattern: [\w+=,.@:\/-]*",
            ),
            (
                "DurationSeconds",
                "899",
                "durationSeconds",
                "have value greater than or equal to 900",
            ),
            (
                "DurationSeconds",
                "43201",
                "durationSeconds",
                "have value less than or equal to 43200",
            ),
            (
                "SourceIdentity",
                "aws:me",
                "sourceIdentity",
                r"satisfy regular expression pattern: [\w+=,.@-]*",
            ),
        ] {
            let quoted = if value.is_empty() { "null".to_owned() } else { format!("'{value}'") };
            check(&[(parameter, value)], &broken(&quoted, member, constraint));
        }
        check(
            &[("RoleSessionName", "r"), ("ExternalId", "x")],
            "2 validation errors detected: Value 'r' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value 'x' at 'externalId' failed to satisfy constraint: Member must have length greater than or equal to 2",
        );
    }

    #[test]
    fn what_the_parameters_name_is_checked_next() {
        let simulator = simulator(grown());
        let check = |changes: &[(&str, &str)], message: &str| {
            check_refused(&simulator, changes, message);
        };
        let malformed = "nothing-valid-in-here";
        check(&[("RoleArn", malformed)], "nothing-valid-in-here is invalid");
        for arn in [
            "arn:aws:iam::333333333333:user/auditor",
            "arn:aws-cn:iam::333333333333:role/TrailsealAudit",
            "arn:aws:sts::333333333333:assumed-role/TrailsealAudit/run",
        ] {
            check(&[("RoleArn", arn)], "Request ARN is invalid");
        }
        check(
            &[("DurationSeconds", "7201")],
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        );
        let (status, body) = assume(&simulator, &Caller::user(), &[("Policy", "no json")]);
        assert_eq!((status, element(&body, "Code")), (400, Some("MalformedPolicyDocument")));
    }

    #[test]
    fn a_chained_session_lasts_an_hour_at_most() {
        let simulator = simulator(grown());
        let role = Caller::role(&simulator, ARCHIVE);
        assert_eq!(assume(&simulator, &role, &[("DurationSeconds", "3600")]).0, 200);
        let (status, body) = assume(&simulator, &role, &[("DurationSeconds", "3601")]);
        assert_eq!((status, element(&body, "Code")), (400, Some("ValidationError")));
        assert_eq!(
            element(&body, "Message"),
            Some(
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            )
        );
    }

    #[test]
    fn a_region_must_be_enabled_on_both_sides() {
        let simulator = simulator(grown());
        for (name, status, code) in
            [("eu-south-1", 200, None), ("eu-south-2", 403, Some("RegionDisabledException"))]
        {
            let response = call_sts(&simulator, &Caller::user(), name, &form(&usual(&[])));
            let body = std::str::from_utf8(response.body()).unwrap();
            assert_eq!(
                (response.status().as_u16(), element(body, "Code")),
                (status, code),
                "{name}"
            );
        }
        let archive = Caller::role(&simulator, ARCHIVE);
        let response = call_sts(&simulator, &archive, "eu-south-1", &form(&usual(&[])));
        let body = std::str::from_utf8(response.body()).unwrap();
        assert_eq!(element(body, "Code"), Some("InvalidClientTokenId"));
    }

    #[test]
    fn only_the_global_endpoint_gives_tokens_of_the_first_version() {
        let simulator = simulator(grown());
        for (host, expected) in [
            (Some("sts.amazonaws.com"), TokenVersion::First),
            (Some("sts.amazonaws.com:443"), TokenVersion::First),
            (Some("sts.us-east-1.amazonaws.com"), TokenVersion::Second),
            (Some("127.0.0.1:4566"), TokenVersion::Second),
            (None, TokenVersion::Second),
        ] {
            let builder =
                Request::post("/").header("content-type", "application/x-www-form-urlencoded");
            let builder = host.into_iter().fold(builder, |it, host| it.header("host", host));
            let body = format!("{}&Version=2011-06-15", form(&usual(&[])));
            let mut request = builder.body(Bytes::from(body)).unwrap();
            Caller::user().sign(&mut request, Service::Sts, "us-east-1");
            let response = simulator.handle(&request, now()).response;
            let body = std::str::from_utf8(response.body()).unwrap();
            assert_eq!(granted(&simulator, body).version, expected, "{host:?}");
        }
    }

    #[test]
    fn an_operation_must_come_with_its_version() {
        let simulator = simulator(grown());
        for (version, told) in [("", "NO_VERSION_SPECIFIED"), ("&Version=2010-01-01", "2010-01-01")]
        {
            let mut request = Request::post("/")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Bytes::from(format!("Action=GetCallerIdentity{version}")))
                .unwrap();
            Caller::user().sign(&mut request, Service::Sts, "us-east-1");
            let response = simulator.handle(&request, now()).response;
            let body = std::str::from_utf8(response.body()).unwrap();
            let expected = format!("Could not find operation GetCallerIdentity for version {told}");
            assert_eq!(element(body, "Message"), Some(&*expected));
            assert_eq!(
                (response.status().as_u16(), element(body, "Code")),
                (400, Some("InvalidAction"))
            );
        }
    }
}

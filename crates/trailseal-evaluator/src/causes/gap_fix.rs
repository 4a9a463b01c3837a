//! What to grant, set or wait for so that gaps go away.

use serde_json::json;
use std::collections::BTreeSet;

use trailseal_model::{Arn, CauseKind, Fix, FixActor, FixStep, GapClass};

use super::parts::{
    action_words, actions, allow, bucket_arns, bucket_statement, flags, key_statement, plain,
    pretty, setting,
};
use super::region_deny;
use super::shown::Shown;
use super::title::accounts_words;

/// The fix of a cause that gaps show.
pub(super) fn fix(shown: &Shown<'_>) -> Fix {
    match shown.key.kind {
        CauseKind::DenyingPolicy => of_policy(shown),
        CauseKind::Role => of_role(shown),
        CauseKind::Bucket | CauseKind::Key | CauseKind::EventDataStore => of_resource(shown),
        CauseKind::Setting => of_setting(shown),
        CauseKind::Run => of_run(shown),
        _ => of_others(shown),
    }
}

fn of_policy(shown: &Shown<'_>) -> Fix {
    let (words, id) = (action_words(&actions(&shown.gaps)), named(&shown.key.subject));
    let (change, actor) = match shown.key.aspect {
        "denied_by_scp" | "denied_by_rcp" => return region_deny::fix(shown),
        "not_allowed_by_scp" | "not_allowed_by_rcp" => (
            format!(
                "allow {words} in a policy at every level: the root, each unit above the account, and the account"
            ),
            FixActor::OrganizationAdministrator,
        ),
        "denied_by_vpc_endpoint_policy" | "not_allowed_by_vpc_endpoint_policy" => (
            format!(
                "allow {words} in {id} of the endpoint that the scan goes through, or run the scan where its requests do not go through it"
            ),
            FixActor::TrailsealOperator,
        ),
        "denied_by_session_policy" | "not_allowed_by_session_policy" => (
            format!("open the session without {id}, or with one that lets it call {words}"),
            FixActor::TrailsealOperator,
        ),
        aspect if aspect.starts_with("denied_by_") => {
            (format!("remove the deny of {words} from {id}"), FixActor::AccountAdministrator)
        }
        _ => (format!("allow {words} in {id}"), FixActor::AccountAdministrator),
    };
    let mut fix = plain(shown, change, actor);
    if shown.key.aspect.starts_with("not_allowed_by_") {
        fix.steps.push(allow(shown, id, &json!("*")));
    }
    fix
}

/// A policy by its last name, or by the words for it.
fn named(subject: &str) -> String {
    match Arn::new(subject) {
        Some(arn) => format!("policy {}", arn.resource().rsplit('/').next().unwrap_or(subject)),
        None => format!("the {subject}"),
    }
}

fn of_role(shown: &Shown<'_>) -> Fix {
    let subject = &shown.key.subject;
    let words = action_words(&actions(&shown.gaps));
    let accounts = accounts_words(shown);
    match shown.key.aspect {
        "role_not_assumable" => missing_role(shown),
        "is_root" => plain(
            shown,
            "run the scan as a role or an IAM user: the root user cannot assume roles",
            FixActor::TrailsealOperator,
        ),
        "permission_missing" => {
            let change = format!("allow {words} in the policy of {subject} in {accounts}");
            let mut fix = plain(shown, change, FixActor::AccountAdministrator);
            fix.steps.push(allow(shown, format!("the policy of {subject}"), &json!("*")));
            fix
        }
        "denied_by_identity_policy" => {
            let change = format!("remove the deny of {words} from the policies of {subject}");
            plain(shown, change, FixActor::AccountAdministrator)
        }
        _ if subject.starts_with("arn:") => {
            let change = format!(
                "allow {words} in the policy of {subject}, and run the scan in the management account or as a delegated administrator"
            );
            let mut fix = plain(shown, change, FixActor::OrganizationAdministrator);
            fix.steps.push(allow(shown, format!("the policy of {subject}"), &json!("*")));
            if shown
                .effect
                .operations
                .iter()
                .any(|it| it.loss() == trailseal_model::Loss::Population)
            {
                fix.steps.push(flags("--accounts-file accounts.txt"));
            }
            fix
        }
        _ => {
            let change = format!(
                "find the policy that denies {words} to {subject} in {accounts} (its own, a boundary or the organization's), and allow it there"
            );
            let mut fix = plain(shown, change, FixActor::AccountAdministrator);
            fix.steps.push(allow(shown, format!("the policy of {subject}"), &json!("*")));
            fix
        }
    }
}

/// The audit role is missing, or does not trust the caller; AWS does not tell which.
fn missing_role(shown: &Shown<'_>) -> Fix {
    let (subject, context) = (&shown.key.subject, shown.run.context);
    let caller = super::identity_arn(context.caller_arn);
    let accounts = accounts_words(shown);
    let change = format!(
        "deploy role {subject} to {accounts}, or let its trust policy there name {caller} with the external id of the scan"
    );
    let trust = json!({
        "Effect": "Allow",
        "Principal": { "AWS": caller },
        "Action": "sts:AssumeRole",
    });
    let mut fix = plain(shown, change, FixActor::AccountAdministrator);
    fix.place.account =
        shown.effect.accounts.first().copied().filter(|_| shown.effect.accounts.len() == 1);
    fix.first = Some("check whether the role exists: AWS answers alike where it is missing and where it does not trust the caller".to_owned());
    fix.steps = vec![
        FixStep::Statement {
            into: format!(
                "the trust policy of role {subject}, with the condition on sts:ExternalId that the scan uses"
            ),
            json: pretty(&trust),
        },
        flags(&format!("trailseal iam --for member --format cloudformation --caller {caller}")),
    ];
    fix.risks =
        Some("the caller can then read what the role may read in these accounts".to_owned());
    fix
}

fn of_resource(shown: &Shown<'_>) -> Fix {
    let subject = &shown.key.subject;
    let words = action_words(&actions(&shown.gaps));
    let administrator = FixActor::AccountAdministrator;
    match (shown.key.kind, shown.key.aspect) {
        (CauseKind::Key, "denied_by_key_policy") => {
            let mut fix = plain(
                shown,
                format!("let the audit role call {words} in the key policy"),
                administrator,
            );
            fix.steps.push(key_statement(shown));
            fix
        }
        (CauseKind::Key, "denied") => {
            let change = format!(
                "let the audit role call {words} on key {subject}, in its policy or in the key policy"
            );
            let mut fix = plain(shown, change, administrator);
            fix.steps = vec![
                allow(shown, "the policy of the audit role", &json!(subject)),
                key_statement(shown),
            ];
            fix
        }
        (CauseKind::Bucket, "denied_by_bucket_policy") => {
            let change =
                format!("let the audit role call {words} in the policy of bucket '{subject}'");
            let mut fix = plain(shown, change, administrator);
            fix.steps.push(bucket_statement(shown));
            fix
        }
        (CauseKind::Bucket, "denied") => {
            let change = format!(
                "let the audit role call {words} on bucket '{subject}', in its policy or in the bucket policy"
            );
            let mut fix = plain(shown, change, administrator);
            let role = allow(shown, "the policy of the audit role", &bucket_arns(shown));
            fix.steps = vec![role, bucket_statement(shown)];
            fix.first =
                Some("check both policies: S3 answers such requests without a reason".to_owned());
            fix
        }
        (CauseKind::EventDataStore, "denied_by_store_policy" | "denied") => {
            let change = format!("let the audit role call {words} on event data store {subject}");
            let mut fix = plain(shown, change, administrator);
            fix.steps.push(allow(shown, "the policy of the audit role", &json!(subject)));
            fix
        }
        (_, "not_found") => plain(
            shown,
            format!("check whether {subject} was deleted while the scan ran, and scan again"),
            administrator,
        ),
        (CauseKind::Key, _) => plain(
            shown,
            format!("make key {subject} usable again, as its state in KMS says, and scan again"),
            administrator,
        ),
        _ => of_others(shown),
    }
}

fn of_setting(shown: &Shown<'_>) -> Fix {
    let operator = FixActor::TrailsealOperator;
    let action = actions(&shown.gaps).into_iter().next().unwrap_or_default();
    match shown.key.aspect {
        "throttled_out" => {
            let change = "lower --rate-share, or scan when other programs call AWS less";
            let mut fix = plain(shown, change, operator);
            fix.steps.push(setting("rate_share = 0.25"));
            fix.risks = Some("the scan takes longer".to_owned());
            fix
        }
        "sts_not_active" => plain(
            shown,
            "activate STS in the Region in the caller's account (IAM console, Account settings), or set AWS_REGION to a Region where STS is active",
            operator,
        ),
        "session_tags_refused" => plain(
            shown,
            format!(
                "allow {action} in the caller's policy and in the role's trust policy, or drop --session-tag"
            ),
            operator,
        ),
        "source_identity_refused" => plain(
            shown,
            format!(
                "allow {action} in the caller's policy and in the role's trust policy, or drop --source-identity"
            ),
            operator,
        ),
        "outside_organization" => outsider(shown),
        _ => of_others(shown),
    }
}

/// A key outside the organization that no finding speaks of by itself.
fn outsider(shown: &Shown<'_>) -> Fix {
    let account = &shown.key.subject;
    let change = format!(
        "trust account {account} to hold keys and let the audit role read its key, or use a key of the organization"
    );
    let mut fix = plain(shown, change, FixActor::TrailsealOperator);
    // A list of the configuration replaces the one before it, so what is trusted already stays in it.
    let trusted = shown.run.facts.trusted_key_accounts.iter().map(ToString::to_string);
    let trusted: BTreeSet<String> = trusted.chain([account.clone()]).collect();
    let trusted: Vec<String> = trusted.iter().map(|it| format!("\"{it}\"")).collect();
    let text = format!("trusted_key_accounts = [{}]", trusted.join(", "));
    fix.steps = vec![setting(&text), key_statement(shown)];
    fix.first = Some(format!("find out who owns account {account}"));
    fix
}

fn of_run(shown: &Shown<'_>) -> Fix {
    let change = match shown.key.aspect {
        "deadline" => "give the run more time (--deadline), or continue it with --resume",
        "cancelled" => "continue the run with --resume, or scan again",
        "clock_skew" => {
            "set this machine's clock by NTP: AWS refuses requests that are 5 minutes off, S3 those that are 15 minutes off"
        }
        "expired_credentials" => "renew the caller's credentials and scan again",
        "dns" => "check name resolution and AWS_ENDPOINT_URL",
        "tls" => {
            "name the root certificate of the proxy or endpoint in AWS_CA_BUNDLE, or check SSL_CERT_FILE and SSL_CERT_DIR"
        }
        "proxy" => "check HTTPS_PROXY, NO_PROXY and the proxy itself",
        "timeout" => "scan again; if it persists, check the network path to the endpoints",
        _ => "check the network path to the endpoints and AWS_ENDPOINT_URL",
    };
    plain(shown, change, FixActor::TrailsealOperator)
}

/// What AWS has to mend, what has to be looked at, and what loses nothing.
fn of_others(shown: &Shown<'_>) -> Fix {
    let worst = shown.gaps.first();
    let advice = || {
        let regions: Vec<&str> = shown.effect.regions.iter().map(|it| it.name()).collect();
        let regions = if regions.len() <= 3 { regions } else { Vec::new() };
        worst.map_or_else(|| "scan again".to_owned(), |gap| gap.cause().what_to_do(&regions))
    };
    let actor = match worst.map(|gap| gap.class) {
        Some(GapClass::ServerError | GapClass::CircuitOpen) => FixActor::Aws,
        Some(GapClass::NotShown | GapClass::NotSubscribed) => FixActor::AccountAdministrator,
        _ => FixActor::TrailsealOperator,
    };
    let mut fix = plain(shown, advice(), actor);
    let loses_nothing = [GapClass::NotTold, GapClass::RegionDisabled, GapClass::AccountNotActive];
    if worst.is_some_and(|gap| loses_nothing.contains(&gap.class)) {
        "nothing is lost as it is".clone_into(&mut fix.brings);
    }
    fix
}

//! Cases about whom the key policy lets decrypt.

use serde_json::{Value, json};

use super::super::policy::{
    CONTEXT, Facts, by_both, by_source, decrypt, describe, document, encrypt, owner, with_statement,
};
use super::super::truth::Control::KeyReadersLimited;
use super::super::truth::SEALED;
use super::super::truth::Status::Fail;
use super::policies::granting;
use super::{Case, Needs, ONE_REGION};

/// Logs of trails only, as AWS documents it.
fn of_trails() -> Value {
    json!({ "Null": { CONTEXT: "false" } })
}

/// The documented policy, and a role of this account may decrypt too.
fn read_by_role(facts: &Facts<'_>, account: crate::world::account::AccountId) -> String {
    let role = format!("arn:{}:iam::{account}:role/LogReader", facts.partition);
    with_statement(facts, decrypt(&json!({ "AWS": role }), &of_trails()))
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "readers-none",
        about: "No account but the key's own may decrypt.",
        build: |it| {
            granting(it, |facts| {
                document(&[owner(facts), encrypt(&by_both(facts)), describe(&by_source(facts))])
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "readers-everybody",
        about: "Everybody may decrypt a trail's logs.",
        build: |it| {
            granting(it, |facts| with_statement(facts, decrypt(&json!("*"), &of_trails())));
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "readers-every-account",
        about: "Every AWS account may decrypt a trail's logs.",
        build: |it| {
            granting(it, |facts| {
                with_statement(facts, decrypt(&json!({ "AWS": "*" }), &of_trails()))
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "readers-whole-account",
        about: "As the console writes it: everybody, limited only by kms:CallerAccount.",
        build: |it| {
            granting(it, |facts| {
                let account = facts.key_account.to_string();
                let condition = json!({
                    "StringEquals": { "kms:CallerAccount": account },
                    "StringLike": { CONTEXT: facts.context(facts.trail_account) },
                });
                with_statement(facts, decrypt(&json!({ "AWS": "*" }), &condition))
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "readers-stranger",
        about: "An account outside the organization may decrypt.",
        build: |it| {
            granting(it, |facts| {
                let principal = json!({ "AWS": facts.root(facts.stranger) });
                with_statement(facts, decrypt(&principal, &of_trails()))
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "readers-strangers-role",
        about: "A role of an account outside the organization may decrypt.",
        build: |it| granting(it, |facts| read_by_role(facts, facts.stranger)),
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "readers-stranger-may-do-all",
        about: "An account outside the organization may do everything, so it may decrypt.",
        build: |it| {
            granting(it, |facts| {
                let statement = json!({
                    "Effect": "Allow",
                    "Principal": { "AWS": facts.stranger.to_string() },
                    "Action": "kms:*",
                    "Resource": "*",
                });
                with_statement(facts, statement)
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "readers-stranger-may-encrypt",
        about: "An account outside the organization may encrypt, which reads nothing.",
        build: |it| {
            granting(it, |facts| {
                let statement = json!({
                    "Effect": "Allow",
                    "Principal": { "AWS": facts.root(facts.stranger) },
                    "Action": ["kms:Encrypt", "kms:DescribeKey"],
                    "Resource": "*",
                });
                with_statement(facts, statement)
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "readers-audit-account",
        about: "A role of the organization's audit account may decrypt.",
        build: |it| {
            granting(it, |facts| read_by_role(facts, facts.audit));
        },
        trails: &[SEALED],
        needs: Needs::Organization,
        ..ONE_REGION
    },
];

//! Cases about grants of the key, as services and people make them.

use super::super::policy::Facts;
use super::super::truth::Control::KeyReadersLimited;
use super::super::truth::SEALED;
use super::super::truth::Status::Fail;
use super::{Case, FilledAccount, ONE_REGION};
use crate::world::account::AccountId;
use crate::world::key::{Grant, Grantee};

/// What AWS's services ask for to keep data under a key.
const USES: &[&str] =
    &["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey"];

/// More than two pages of ListGrants.
const VOLUMES: u32 = 230;

/// A trail whose key has these grants.
fn granted(place: &mut FilledAccount<'_>, grants: fn(&Facts<'_>) -> Vec<Grant>) {
    place.trail(|it| it.grants = grants);
}

/// A grant of decryption to a principal.
fn decrypting(grantee: impl Into<Box<str>>) -> Grant {
    Grant {
        name: None,
        grantee: Grantee::Principal(grantee.into()),
        retiring: None,
        operations: vec!["Decrypt", "DescribeKey"],
        subset: Vec::new(),
        equals: Vec::new(),
    }
}

/// A grant that a service made for itself in the key's Region, for data with this context.
fn of_service(facts: &Facts<'_>, service: &str, context: &[(&str, String)]) -> Grant {
    let name = format!("{service}.{}.amazonaws.com", facts.home);
    Grant {
        name: Some(format!("{service}-of-{}", facts.key_account).into()),
        retiring: Some(name.clone().into()),
        operations: USES.to_vec(),
        subset: context.iter().map(|it| (it.0.into(), it.1.as_str().into())).collect(),
        ..decrypting(name)
    }
}

/// The grant by which EC2 reads an encrypted volume (KMS API reference, "ListGrants").
fn of_volume(facts: &Facts<'_>, number: u32) -> Grant {
    let (partition, account) = (facts.partition, facts.key_account);
    let session = format!("assumed-role/aws:ec2-infrastructure/i-{number:017x}");
    Grant {
        subset: vec![("aws:ebs:id".into(), format!("vol-{number:017x}").into())],
        operations: vec!["Decrypt"],
        ..decrypting(format!("arn:{partition}:sts::{account}:{session}"))
    }
}

fn role(facts: &Facts<'_>, account: AccountId, name: &str) -> String {
    format!("arn:{}:iam::{account}:role/{name}", facts.partition)
}

fn strangers_role(facts: &Facts<'_>) -> String {
    role(facts, facts.stranger, "LogReader")
}

/// The encryption context of the trail's logs, as CloudTrail binds it.
fn of_trail(facts: &Facts<'_>) -> Vec<(Box<str>, Box<str>)> {
    vec![("aws:cloudtrail:arn".into(), facts.trail_arn.into())]
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "grants-of-services",
        about: "RDS, DynamoDB, EBS and a service with a SourceArn hold grants for data of their own.",
        build: |it| {
            granted(it, |facts| {
                let owner = facts.key_account.to_string();
                let source_arn =
                    format!("arn:{}:rds:{}:{owner}:db:orders", facts.partition, facts.home);
                let bound = Grantee::Service {
                    name: "rds.amazonaws.com".into(),
                    source_arn: source_arn.into(),
                };
                let table = [
                    ("aws:dynamodb:tableName", "orders".to_owned()),
                    ("aws:dynamodb:subscriberId", owner),
                ];
                vec![
                    of_service(facts, "rds", &[("aws:rds:db-id", "db-ORDERS".to_owned())]),
                    of_service(facts, "dynamodb", &table),
                    of_volume(facts, 7),
                    Grant { grantee: bound, ..of_service(facts, "rds", &[]) },
                ]
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-deleted-session",
        about: "A grant was left behind by a session of a role that is deleted: KMS shows its id.",
        build: |it| {
            granted(it, |_| vec![decrypting("AROAEXAMPLE2345672345:i-0123456789abcdef0")]);
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-deleted-identities",
        about: "Grants were left behind by a role and a user that are deleted: KMS shows their ids.",
        build: |it| {
            granted(it, |_| {
                ["AROAEXAMPLE2345672345", "AIDAEXAMPLE2345672345"].map(decrypting).into()
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-passing-on-no-decryption",
        about: "A stranger may make grants by a grant, which can pass on what it has itself: no Decrypt.",
        build: |it| {
            granted(it, |facts| {
                [vec!["CreateGrant"], vec!["CreateGrant", "Encrypt", "GenerateDataKey"]]
                    .map(|operations| Grant { operations, ..decrypting(strangers_role(facts)) })
                    .into()
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-passing-on-decryption",
        about: "A stranger may decrypt by a grant, and pass that on.",
        build: |it| {
            granted(it, |facts| {
                let operations = vec!["CreateGrant", "Decrypt", "RetireGrant"];
                vec![Grant { operations, ..decrypting(strangers_role(facts)) }]
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "grants-retired-by-a-stranger",
        about: "A role of the account may decrypt by a grant that a stranger may retire, which reads nothing.",
        build: |it| {
            granted(it, |facts| {
                let reader = role(facts, facts.key_account, "Investigator");
                let retiring = Some(facts.root(facts.stranger).into());
                vec![Grant { retiring, ..decrypting(reader) }]
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-stranger",
        about: "A role outside the organization may decrypt by a grant.",
        build: |it| granted(it, |facts| vec![decrypting(strangers_role(facts))]),
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "grants-stranger-for-the-trail",
        about: "A role outside the organization may decrypt the trail's logs by a grant, and nothing else.",
        build: |it| {
            granted(it, |facts| {
                vec![Grant { subset: of_trail(facts), ..decrypting(strangers_role(facts)) }]
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "grants-stranger-for-another-trail",
        about: "A role outside the organization may decrypt the logs of another trail by a grant.",
        build: |it| {
            granted(it, |facts| {
                let other = vec![("aws:cloudtrail:arn".into(), facts.other_trail().into())];
                vec![Grant { subset: other, ..decrypting(strangers_role(facts)) }]
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-stranger-for-exactly-a-volume",
        about: "A role outside the organization may decrypt a volume's data by a grant, exactly that context.",
        build: |it| {
            granted(it, |facts| {
                let equals = vec![("aws:ebs:id".into(), "vol-0123456789abcdef0".into())];
                vec![Grant { equals, ..decrypting(strangers_role(facts)) }]
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "grants-stranger-behind-many",
        about: "Hundreds of grants for volumes, and behind them, on the last page, one of a stranger.",
        build: |it| {
            granted(it, |facts| {
                let volumes = (0..VOLUMES).map(|it| of_volume(facts, it));
                volumes.chain([decrypting(strangers_role(facts))]).collect()
            });
        },
        trails: &[SEALED.but(&[(KeyReadersLimited, Fail)])],
        ..ONE_REGION
    },
];

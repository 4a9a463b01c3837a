//! The table "what follows from what" of the product, cell by cell, and the sentences beneath it.

use std::collections::BTreeMap;

use trailseal_model::{DecryptGrant, DigestSample, SubjectKind};

use super::*;

/// What is found of a trail, for each control in the catalogue's order. Cells: `pass`, `fail`, `?` for
/// not_proven, `-` for not_applicable, each with its reason where that matters. Of a cell without one
/// the reason is the last column's, but for a pass.
const TABLE: &str = "
when                                                  | trail | manager | usable | allows                  | describe | scoped | readers | rotation | delivering | objects                   | digest           | history | reason
everything is right                                   | pass  | pass    | pass   | pass                    | pass     | pass   | pass    | pass     | pass       | pass                      | pass             | pass    |
no KmsKeyId, an object was read                       | fail  | -       | -      | -                       | -        | -      | -       | -        | pass       | fail                      | -                | -       | no_kms_key
no KmsKeyId, every object under a key                 | fail  | -       | -      | -                       | -        | -      | -       | -        | pass       | fail                      | -                | -       | no_kms_key
no KmsKeyId, no object                                | fail  | -       | -      | -                       | -        | -      | -       | -        | pass       | ? no_objects              | -                | -       | no_kms_key
no KmsKeyId, no object could be read                  | fail  | -       | -      | -                       | -        | -      | -       | -        | pass       | ? unreadable_objects      | -                | -       | no_kms_key
AWS managed key                                       | pass  | fail    | pass   | -                       | -        | -      | -       | -        | pass       | fail aws_managed_key      | pass             | pass    | aws_managed
AWS managed key, which only others could describe     | pass  | fail    | pass   | -                       | -        | -      | -       | -        | pass       | fail aws_managed_key      | pass             | pass    | aws_managed
AWS managed key, disabled                             | pass  | fail    | fail disabled | -                | -        | -      | -       | -        | pass       | fail aws_managed_key      | pass             | pass    | aws_managed
key gone, said by its account                         | pass  | -       | fail   | -                       | -        | -      | -       | -        | pass       | pass                      | pass             | pass    | key_gone
key gone, an object under another                     | pass  | -       | fail   | -                       | -        | -      | -       | -        | pass       | fail wrong_key            | pass             | pass    | key_gone
key unread                                            | pass  | ?       | ?      | ?                       | ?        | ?      | ?       | ?        | pass       | pass                      | pass             | pass    | unread
key unread, an object under another than the ARN      | pass  | ?       | ?      | ?                       | ?        | ?      | ?       | ?        | pass       | fail wrong_key            | pass             | pass    | unread
key unread, in another Region than the bucket         | pass  | ?       | fail wrong_region | ?            | ?        | ?      | ?       | ?        | pass       | pass                      | pass             | pass    | unread
DescribeKey alone unread                              | pass  | ?       | ?      | pass                    | pass     | pass   | pass    | pass     | pass       | pass                      | pass             | pass    | unread
DescribeKey alone unread, rotation off                | pass  | ?       | ?      | pass                    | pass     | pass   | pass    | ?        | pass       | pass                      | pass             | pass    | unread
DescribeKey alone unread, the policy grants nothing   | pass  | ?       | ?      | ? contradiction         | fail not_granted | - not_granted | pass | pass | pass    | pass                      | pass             | pass    | unread
GetKeyPolicy alone unread                             | pass  | pass    | pass   | ?                       | ?        | ?      | ?       | pass     | pass       | pass                      | pass             | pass    | unread
ListGrants alone unread                               | pass  | pass    | pass   | pass                    | pass     | pass   | ?       | pass     | pass       | pass                      | pass             | pass    | unread
ListGrants alone unread, everybody reads by policy    | pass  | pass    | pass   | pass                    | pass     | pass   | fail everybody_reads | pass | pass | pass                      | pass             | pass    |
GetKeyRotationStatus alone unread                     | pass  | pass    | pass   | pass                    | pass     | pass   | pass    | ?        | pass       | pass                      | pass             | pass    | unread
the policy grants CloudTrail nothing                  | pass  | pass    | pass   | fail                    | fail     | -      | pass    | pass     | pass       | pass                      | pass             | pass    | not_granted
the policy denies CloudTrail everything               | pass  | pass    | pass   | fail                    | fail     | -      | pass    | pass     | pass       | pass                      | pass             | pass    | policy_denies
the policy grants nothing, sealed within the hour     | pass  | pass    | pass   | ? contradiction         | fail     | -      | pass    | pass     | pass       | pass                      | pass             | pass    | not_granted
the policy denies, sealed within the hour             | pass  | pass    | pass   | ? contradiction         | fail     | -      | pass    | pass     | pass       | pass                      | pass             | pass    | policy_denies
policy Unknown                                        | pass  | pass    | pass   | ?                       | ?        | ?      | pass    | pass     | pass       | pass                      | pass             | pass    | policy_unknown
policy Unknown, sealed within the hour                | pass  | pass    | pass   | pass observed_delivery  | ?        | ?      | pass    | pass     | pass       | pass                      | pass             | pass    | policy_unknown
policy Unknown, perhaps another trail's object        | pass  | pass    | pass   | ?                       | ?        | ?      | pass    | pass     | pass       | pass                      | pass             | pass    | policy_unknown
policy Unknown, an object under another key           | pass  | pass    | pass   | ?                       | ?        | ?      | pass    | pass     | pass       | fail wrong_key            | pass             | pass    | policy_unknown
GetKeyPolicy unread, sealed within the hour           | pass  | pass    | pass   | ?                       | ?        | ?      | ?       | pass     | pass       | pass                      | pass             | pass    | unread
no digest object, with log-file validation            | pass  | pass    | pass   | pass                    | pass     | pass   | pass    | pass     | pass       | pass                      | ? no_digest      | pass    |
no digest object, without log-file validation         | pass  | pass    | pass   | pass                    | pass     | pass   | pass    | pass     | pass       | pass                      | - no_validation  | pass    |
sightings that disagree                               | ?     | ?       | ?      | ?                       | ?        | ?      | ?       | ?        | ?          | ?                         | ?                | ?       | shadows_disagree
";

/// The facts of a row.
#[expect(clippy::too_many_lines, reason = "one arm for each row of the table")]
fn facts_when(row: &str) -> Facts {
    let unknown = under(r#"{"StringEquals": {"kms:CallerAccount": "000000000001"}}"#);
    let (other, deny) =
        (POLICY.replace("trail/main", "trail/other"), POLICY.replace("Allow", "Deny"));
    let of_policy = |text: &str| right().policy_is(Some(policy(text)));
    let unread = || Some(Observed::Unread(gap(0)));
    let off = trailseal_model::KeyRotation { is_enabled: false, period_days: None };
    let counted = |population| LogSample { population, ..LogSample::nothing(window()) };
    match row {
        "everything is right" => right(),
        "no KmsKeyId, an object was read" => keyless(deviating(DeviationClass::SseS3)),
        "no KmsKeyId, every object under a key" => keyless(examined(59, 0)),
        "no KmsKeyId, no object" => keyless(counted(Population::Counted(0))),
        "no KmsKeyId, no object could be read" => keyless(examined(0, 3)),
        "AWS managed key" => of_aws().objects(deviating(DeviationClass::AwsManagedKey)),
        "AWS managed key, which only others could describe" => of_aws(),
        "AWS managed key, disabled" => right().key(|it| {
            (it.manager, it.state) = (KeyManager::Aws, "Disabled".to_owned());
        }),
        "key gone, said by its account" => gone(),
        "key gone, an object under another" => gone().objects(deviating(DeviationClass::WrongKey)),
        "key unread" => nothing_of_key(right()),
        "key unread, an object under another than the ARN" => {
            nothing_of_key(right()).objects(deviating(DeviationClass::WrongKey))
        }
        "key unread, in another Region than the bucket" => {
            nothing_of_key(right().names_key(Some(FAR_KEY)))
        }
        "DescribeKey alone unread" => undescribed(right()),
        "DescribeKey alone unread, rotation off" => {
            undescribed(right()).rotation_is(Some(known(off)))
        }
        "DescribeKey alone unread, the policy grants nothing" => undescribed(of_policy(&other)),
        "GetKeyPolicy alone unread" => an_hour_ago(right().policy_is(unread())),
        "ListGrants alone unread" => right().grants_are(Some(Observed::Unread(gap(0)))),
        "ListGrants alone unread, everybody reads by policy" => right()
            .policy_is(Some(policy(&read_by_everybody())))
            .grants_are(Some(Observed::Unread(gap(0)))),
        "GetKeyRotationStatus alone unread" => right().rotation_is(Some(Observed::Unread(gap(0)))),
        "the policy grants CloudTrail nothing" => an_hour_ago(of_policy(&other)),
        "the policy denies CloudTrail everything" => an_hour_ago(of_policy(&deny)),
        "the policy grants nothing, sealed within the hour" => of_policy(&other),
        "the policy denies, sealed within the hour" => of_policy(&deny),
        "policy Unknown" => an_hour_ago(of_policy(&unknown)),
        "policy Unknown, sealed within the hour" => of_policy(&unknown),
        "policy Unknown, perhaps another trail's object" => {
            of_policy(&unknown).and_trail("other", |_| ())
        }
        "policy Unknown, an object under another key" => {
            of_policy(&unknown).objects(deviating(DeviationClass::WrongKey))
        }
        "GetKeyPolicy unread, sealed within the hour" => right().policy_is(unread()),
        "no digest object, with log-file validation" => right().trail(|it| it.digest = no_digest()),
        "no digest object, without log-file validation" => right().trail(|it| {
            it.digest = no_digest();
            it.description.log_file_validation = false;
        }),
        "sightings that disagree" => {
            right().trail(|it| it.described_from = DescribedFrom::DisagreeingShadows)
        }
        other => panic!("no facts for the row '{other}'"),
    }
}

/// Everything is right, digests are written, and a log was sealed ten minutes ago.
fn right() -> Facts {
    Facts::sealed().trail(|it| it.description.log_file_validation = true)
}

fn keyless(sample: LogSample) -> Facts {
    right().names_key(None).objects(sample)
}

fn of_aws() -> Facts {
    right().key(|it| it.manager = KeyManager::Aws)
}

fn gone() -> Facts {
    right().key_is(known(KeyPresence::Gone))
}

fn undescribed(facts: Facts) -> Facts {
    facts.key_is(Observed::Unread(gap(0)))
}

fn nothing_of_key(facts: Facts) -> Facts {
    let none: Option<Observed<Answer<Arc<[DecryptGrant]>>>> = None;
    undescribed(facts).policy_is(None).grants_are(none).rotation_is(None)
}

/// The newest log was sealed exactly an hour ago, which is not within it.
fn an_hour_ago(facts: Facts) -> Facts {
    facts.trail(|it| {
        let newest = it.sample.newest.as_mut().unwrap();
        newest.named_at = now() - SignedDuration::from_hours(1);
    })
}

fn no_digest() -> DigestSample {
    DigestSample { listed_by: Some(evidence()), ..DigestSample::default() }
}

/// The policy, with kms:Decrypt for everybody beside it.
fn read_by_everybody() -> String {
    let everybody = r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}"#;
    let (head, statement) = POLICY.split_once("\"Statement\":").unwrap();
    let statement = statement.trim_end().strip_suffix('}').unwrap();
    format!("{head} \"Statement\": [{everybody}, {statement}] }}")
}

/// A cell in the words of findings.
fn cell(text: &str, reason: &str) -> (Status, Option<String>) {
    let (status, own) = text.split_once(' ').unwrap_or((text, ""));
    let status = match status {
        "pass" => Status::Pass,
        "fail" => Status::Fail,
        "?" => Status::NotProven,
        "-" => Status::NotApplicable,
        other => panic!("'{other}' is no status"),
    };
    let own = Some(own).filter(|it| !it.is_empty());
    let reason = own.or((status != Status::Pass).then_some(reason));
    (status, reason.map(|it| it.trim().to_owned()))
}

#[test]
fn every_cell_is_as_the_table_says() {
    let mut rows = TABLE.trim().lines().map(|it| it.split('|').map(str::trim).collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let mut wrong = Vec::new();
    for row in rows {
        let (when, reason) = (row[0], row[row.len() - 1]);
        let found: BTreeMap<ControlId, Finding> =
            of_main(facts_when(when)).into_iter().map(|it| (it.control(), it)).collect();
        let controls = CONTROLS.iter().filter(|it| it.subject == SubjectKind::Trail);
        let controls: Vec<_> = controls.map(|it| it.id).collect();
        assert_eq!((row.len(), found.len()), (controls.len() + 2, controls.len()), "{when}");
        for ((control, text), column) in controls.iter().zip(&row[1..]).zip(&header[1..]) {
            let finding = &found[control];
            let (status, reason) = cell(text, reason);
            let is_right = finding.status() == status
                && reason.is_none_or(|it| it == finding.reason().as_str());
            if !is_right {
                wrong.push(format!("{when}, {column}: {text}, not {}", line(finding)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_was_not_read_shows_why_and_what_was_its_call() {
    let described = of_main(facts_when("DescribeKey alone unread"));
    for finding in described {
        let is_unread =
            [ControlId::KeyCustomerManaged, ControlId::KeyUsable].contains(&finding.control());
        assert_eq!(finding.gaps().is_empty(), !is_unread, "{}", line(&finding));
        assert_eq!(finding.evidence().is_empty(), is_unread, "{}", line(&finding));
    }
}

#[test]
fn a_contradiction_shows_both() {
    for when in [
        "the policy grants nothing, sealed within the hour",
        "the policy denies, sealed within the hour",
    ] {
        let finding =
            check(facts_when(when), "key-policy-allows-cloudtrail not_proven contradiction");
        assert_eq!(finding.evidence().len(), 2);
        assert!(finding.observed().contains("AWSLogs/object"), "{}", finding.observed());
    }
}

#[test]
fn sightings_that_disagree_are_named_with_what_each_shows_and_their_calls() {
    let by = |number, request: &str| {
        let mut call = evidence();
        (call.account, call.request_id) = (Some(account(number)), Some(request.into()));
        call
    };
    let facts = facts_when("sightings that disagree").trail(|it| {
        it.described_by = by(2, "first");
        it.differing = vec![trailseal_model::DifferingSightings {
            first: trailseal_model::Target { account: account(3), region: region("eu-west-1") },
            targets: 5,
            fields: vec![("KmsKeyId", None)],
            shown_by: by(3, "other"),
        }];
    });
    let finding = check(facts, "trail-kms-encrypted not_proven shadows_disagree");
    assert_eq!(
        finding.observed(),
        format!(
            "KmsKeyId {KEY} in 000000000002 us-east-1; KmsKeyId none in 000000000003 eu-west-1 and 4 more"
        )
    );
    assert_eq!(finding.evidence(), [by(2, "first"), by(3, "other")]);
}

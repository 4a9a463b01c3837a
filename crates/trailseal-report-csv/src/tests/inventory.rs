//! What the rows of accounts, keys and event data stores show.

use trailseal_model::{ControlId, Delivery, KeyReading, LogPrefix, Outcome, Reason, Status};
use trailseal_record::fixture;
use trailseal_record::v1::{KeyLine, Line};

use super::pack::{HOSTILE, check, pack, row, rows, with};
use crate::{Table, neutralized};

#[test]
fn an_account_gives_both_answers_and_what_was_read_of_it() {
    let files = pack(with!(Account, |account| if account.account_id == fixture::id(4) {
        account.regions = [
            (Outcome::Evaluated, 3),
            (Outcome::Partial, 1),
            (Outcome::NotEvaluated, 2),
            (Outcome::RegionDisabled, 17),
        ]
        .into();
        account.member_delivery = Some(Delivery::Stale);
        account.log_prefix = Some(LogPrefix::Missing);
        account.listed_trails = vec![fixture::trail_arn(1, "a"), fixture::trail_arn(4, "b")];
    }));
    let listed = format!("{};{}", fixture::trail_arn(1, "a"), fixture::trail_arn(4, "b"));
    check(
        &row(&files, Table::Accounts, "account_id", "000000000004"),
        &[
            ("state", "active"),
            ("ou_path", "o-example0001/r-root/ou-root-work/"),
            ("role_arn", "arn:aws:iam::000000000004:role/TrailsealAudit"),
            ("recorded_by_sealed_trail", "yes"),
            ("other_trails", "unknown"),
            ("other_trails_unknown_regions", "1"),
            ("logs_sealed", "unproven"),
            ("failing_controls", ""),
            ("not_proven_controls", "account-covered"),
            ("cause_ids", &fixture::region_deny().cause_id),
            ("fix", "Exempt cloudtrail:DescribeTrails from policy p-deny0001"),
            ("recorded_by", fixture::trail_arn(1, "audit").as_str()),
            ("listed_trails", &listed),
            ("regions_total", "23"),
            ("regions_evaluated", "3"),
            ("regions_partial", "1"),
            ("regions_not_evaluated", "2"),
            ("regions_excluded", "0"),
            ("regions_disabled", "17"),
            ("regions_not_active", "0"),
            ("member_delivery", "stale"),
            ("log_prefix", "missing"),
        ],
    );
    check(
        &row(&files, Table::Accounts, "account_id", "000000000002"),
        &[
            ("failing_controls", "key-usable;key-rotation-enabled;trail-delivering"),
            ("not_proven_controls", "log-objects-sealed"),
            ("other_trails", "unsealed"),
            ("other_trails_unknown_regions", "0"),
        ],
    );
}

#[test]
fn an_account_that_is_not_judged_has_empty_cells() {
    let mut lines = fixture::lines();
    for line in &mut lines {
        if let Line::Account(account) = line {
            (account.ou_path, account.ou_names) = (None, None);
            account.tags.clear();
        }
    }
    let account = row(&pack(lines), Table::Accounts, "account_id", "000000000003");
    for column in [
        "ou_path",
        "ou_names",
        "tags",
        "role_arn",
        "recorded_by_sealed_trail",
        "other_trails",
        "other_trails_unknown_regions",
        "logs_sealed",
        "failing_controls",
        "cause_ids",
        "fix",
        "recorded_by",
        "listed_trails",
    ] {
        assert_eq!(account[column], "", "{column}");
    }
    check(&account, &[("regions_total", "2"), ("regions_not_active", "2")]);
}

#[test]
fn no_tag_begins_like_a_formula_wherever_it_is() {
    for text in HOSTILE {
        let tags = [("a", "1"), (*text, "=2"), ("é", *text), ("", "1+1")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        let files = pack(with!(Account, |account| account.tags = tags.clone().into()));
        let sorted: std::collections::BTreeMap<String, String> = tags.into();
        let pairs = sorted.iter().map(|(key, value)| format!("{key}={value}"));
        let pairs: Vec<String> = pairs.map(|pair| neutralized(&pair).into_owned()).collect();
        let cell = &rows(&files, Table::Accounts)[0]["tags"];
        assert_eq!(*cell, pairs.join(";"), "{text:?}");
        assert_eq!(neutralized(cell), *cell, "{text:?}");
    }
}

/// A finding of a control of the key's policy for a trail.
fn policy_finding(control: ControlId, trail: &str, status: Status, observed: &str) -> Line {
    let mut finding = fixture::finding(control, trail, status, Reason::Usable);
    observed.clone_into(&mut finding.observed);
    Line::Finding(Box::new(finding))
}

#[test]
fn a_key_shows_what_it_is_and_who_uses_it() {
    let audit = fixture::trail_arn(1, "audit");
    let (key, primary) = (fixture::key_arn(1), fixture::key_arn(7));
    let mut lines = fixture::lines();
    for line in &mut lines {
        match line {
            Line::Key(line) => {
                line.policy = Some("abc".to_owned());
                (line.is_multi_region, line.replica_of) = (Some(true), Some(primary.clone()));
                line.gap_ids = vec!["g7".to_owned(), "g8".to_owned()];
            }
            Line::EventDataStore(line) => line.key_arn = Some(key.clone()),
            _ => {}
        }
    }
    for (control, status, observed) in [
        (ControlId::KeyPolicyAllowsCloudtrail, Status::Fail, ""),
        (ControlId::KeyPolicyDescribeKey, Status::Pass, "text"),
        (ControlId::KeyPolicyScoped, Status::NotApplicable, ""),
        (ControlId::KeyReadersLimited, Status::Fail, "=everybody"),
    ] {
        lines.push(policy_finding(control, audit.as_str(), status, observed));
    }
    check(
        &row(&pack(lines), Table::Keys, "key_arn", key.as_str()),
        &[
            ("kms_key_arn", key.as_str()),
            ("account_id", "000000000001"),
            ("region", "us-east-1"),
            ("presence", "exists"),
            ("manager", "CUSTOMER"),
            ("state", "Enabled"),
            ("spec", "SYMMETRIC_DEFAULT"),
            ("usage", "ENCRYPT_DECRYPT"),
            ("origin", "AWS_KMS"),
            ("is_multi_region", "true"),
            ("replica_of", primary.as_str()),
            ("deletion_date", ""),
            ("valid_to", ""),
            ("rotation_enabled", "true"),
            ("rotation_period_days", "365"),
            ("policy_read", "true"),
            ("policy_sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            ("policy_allows_cloudtrail", "fail"),
            ("policy_describe_key", "pass"),
            ("policy_scoped", "not_applicable"),
            ("readers_limited", "fail"),
            ("readers", "'=everybody"),
            ("trails", audit.as_str()),
            ("event_data_stores", fixture::store().event_data_store_arn.as_str()),
            ("gap_ids", "g7;g8"),
        ],
    );
}

#[test]
fn a_key_that_was_not_read_has_empty_cells() {
    let key = KeyLine {
        presence: KeyReading::Unread,
        resolved_arn: None,
        manager: None,
        is_multi_region: None,
        rotation_enabled: None,
        rotation_period_days: None,
        policy: None,
        ..fixture::key(9)
    };
    let run = Line::Run(Box::new(fixture::run()));
    let key = &rows(&pack(vec![run, Line::Key(Box::new(key))]), Table::Keys)[0];
    check(key, &[("presence", "unread"), ("policy_read", "false")]);
    for column in [
        "kms_key_arn",
        "manager",
        "is_multi_region",
        "rotation_enabled",
        "rotation_period_days",
        "policy_sha256",
        "policy_allows_cloudtrail",
        "policy_describe_key",
        "policy_scoped",
        "readers_limited",
        "readers",
        "trails",
        "event_data_stores",
    ] {
        assert_eq!(key[column], "", "{column}");
    }
}

#[test]
fn each_key_has_a_row_with_its_own_trails_and_the_statuses_of_their_policies() {
    let key = fixture::key_arn(1);
    let alias = fixture::arn("arn:aws:kms:us-east-1:000000000001:alias/a");
    let alias_line = KeyLine { key_arn: alias.clone(), ..fixture::key(1) };
    let mut lines = vec![
        Line::Run(Box::new(fixture::run())),
        Line::Key(Box::new(fixture::key(1))),
        Line::Key(Box::new(alias_line)),
    ];
    let control = ControlId::KeyPolicyAllowsCloudtrail;
    for (name, named, status) in
        [("a", &alias, Status::Pass), ("b", &alias, Status::Fail), ("c", &key, Status::Pass)]
    {
        let mut trail = fixture::trail(1, name);
        trail.key_arn = Some(named.clone());
        lines.push(policy_finding(control, trail.trail_arn.as_str(), status, ""));
        lines.push(Line::Trail(Box::new(trail)));
    }
    let unknown = fixture::trail_arn(8, "unknown");
    lines.push(policy_finding(control, unknown.as_str(), Status::NotProven, ""));
    let files = pack(lines);
    let [a, b, c] = ["a", "b", "c"].map(|name| fixture::trail_arn(1, name).to_string());
    check(
        &row(&files, Table::Keys, "key_arn", alias.as_str()),
        &[
            ("trails", &format!("{a};{b}")),
            ("policy_allows_cloudtrail", "fail;pass"),
            ("kms_key_arn", key.as_str()),
        ],
    );
    check(
        &row(&files, Table::Keys, "key_arn", key.as_str()),
        &[("trails", &c), ("policy_allows_cloudtrail", "pass")],
    );
    let trail = row(&files, Table::Trails, "trail_arn", &a);
    assert_eq!(trail["kms_key_arn"], key.as_str(), "what DescribeKey printed for the alias");
}

#[test]
fn a_store_shows_what_fails_and_its_key() {
    let key = fixture::key_arn(1);
    let files = pack(with!(EventDataStore, |store| {
        (store.kms_key_id, store.key_arn) = (Some("alias/x".to_owned()), Some(key.clone()));
        store.gap_ids = vec!["g9".to_owned()];
    }));
    check(
        &rows(&files, Table::EventDataStores)[0],
        &[
            ("event_data_store_arn", fixture::store().event_data_store_arn.as_str()),
            ("account_id", "000000000002"),
            ("ou_path", "o-example0001/r-root/ou-root-work/"),
            ("region", "us-east-1"),
            ("failing_controls", "event-data-store-kms-encrypted"),
            ("not_proven_controls", ""),
            ("status", "ENABLED"),
            ("kms_key_id", "alias/x"),
            ("kms_key_arn", key.as_str()),
            ("is_multi_region", "true"),
            ("is_organization_store", "false"),
            ("retention_days", "2557"),
            ("gap_ids", "g9"),
        ],
    );
}

#[test]
fn a_store_that_was_not_read_has_empty_cells() {
    let files = pack(with!(EventDataStore, |store| {
        (store.status, store.kms_key_id, store.key_arn) = (None, None, None);
        (store.is_multi_region, store.is_organization_store) = (None, None);
        store.retention_days = None;
    }));
    let store = &rows(&files, Table::EventDataStores)[0];
    for column in [
        "status",
        "kms_key_id",
        "kms_key_arn",
        "is_multi_region",
        "is_organization_store",
        "retention_days",
    ] {
        assert_eq!(store[column], "", "{column}");
    }
}

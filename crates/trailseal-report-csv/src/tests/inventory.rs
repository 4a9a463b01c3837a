//! What the rows of accounts, keys and event data stores show.

use trailseal_model::record::v1::Line;

use super::record::{
    ACCOUNT, ALIAS, HOSTILE, KEY, PRIMARY, STORE, TRAIL, account, cell, check, finding_of, key,
    pack, policy_finding, read, record, run, store, trail,
};
use crate::{Table, columns, neutralized};

#[test]
fn an_account_shows_whether_its_logs_are_sealed_and_what_was_read_of_it() {
    check(
        &pack(record("plain")),
        Table::Accounts,
        &[
            ("account_id", ACCOUNT),
            ("account_name", "plain"),
            ("state", "active"),
            ("ou_path", "o-1/r-1/ou-1/"),
            ("ou_names", "plain"),
            ("tags", "plain=plain;zone=dmz"),
            ("role_arn", "arn:aws:iam::000000000001:role/TrailsealAudit"),
            ("logs_sealed", "unsealed"),
            ("recorded_by", TRAIL),
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
}

#[test]
fn an_account_that_is_not_judged_has_empty_cells() {
    let Line::Account(mut it) = account("plain") else { unreachable!("an account") };
    (it.ou_path, it.ou_names, it.role_arn, it.logs_sealed) = (None, None, None, None);
    it.tags.clear();
    it.recorded_by.clear();
    it.regions = [("excluded".to_owned(), 17), ("account_not_active".to_owned(), 1)].into();
    check(
        &pack(vec![run(), Line::Account(it)]),
        Table::Accounts,
        &[
            ("ou_path", ""),
            ("ou_names", ""),
            ("tags", ""),
            ("role_arn", ""),
            ("logs_sealed", ""),
            ("recorded_by", ""),
            ("regions_total", "18"),
            ("regions_evaluated", "0"),
            ("regions_excluded", "17"),
            ("regions_not_active", "1"),
        ],
    );
}

#[test]
fn no_tag_begins_like_a_formula_wherever_it_stands() {
    for text in HOSTILE {
        let Line::Account(mut it) = account("plain") else { unreachable!("an account") };
        it.tags = [("a", "1"), (*text, "=2"), ("é", *text)]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let pairs: Vec<String> = it
            .tags
            .iter()
            .map(|(key, value)| neutralized(&format!("{key}={value}")).into_owned())
            .collect();
        let files = pack(vec![run(), Line::Account(it)]);
        let tags = cell(&files, Table::Accounts, "tags");
        assert_eq!(tags, pairs.join(";"), "{text:?}");
        assert_eq!(neutralized(&tags), tags, "{text:?}");
    }
    // An empty key.
    let Line::Account(mut it) = account("plain") else { unreachable!("an account") };
    it.tags = [(String::new(), "1+1".to_owned())].into();
    check(&pack(vec![run(), Line::Account(it)]), Table::Accounts, &[("tags", "'=1+1")]);
}

#[test]
fn a_key_shows_what_it_is_and_who_uses_it() {
    let mut lines = record("plain");
    lines.push(policy_finding(TRAIL, "fail"));
    lines.push(finding_of("key-policy-describe-key", TRAIL, "pass", "text"));
    lines.push(finding_of("key-policy-scoped", TRAIL, "not_applicable", ""));
    lines.push(finding_of("key-readers-limited", TRAIL, "fail", "=everybody"));
    check(
        &pack(lines),
        Table::Keys,
        &[
            ("key_arn", ALIAS),
            ("kms_key_arn", KEY),
            ("account_id", "000000000002"),
            ("account_name", ""),
            ("region", "us-east-1"),
            ("presence", "exists"),
            ("manager", "CUSTOMER"),
            ("state", "Enabled"),
            ("spec", "SYMMETRIC_DEFAULT"),
            ("usage", "ENCRYPT_DECRYPT"),
            ("origin", "AWS_KMS"),
            ("is_multi_region", "true"),
            ("replica_of", PRIMARY),
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
            ("trails", TRAIL),
            ("event_data_stores", STORE),
            ("gap_ids", "g7;g8"),
        ],
    );
}

#[test]
fn a_key_that_was_not_read_has_empty_cells() {
    let Line::Key(mut it) = key() else { unreachable!("a key") };
    it.presence = "unread".to_owned();
    (it.resolved_arn, it.manager, it.is_multi_region) = (None, None, None);
    (it.rotation_enabled, it.rotation_period_days, it.policy) = (None, None, None);
    check(
        &pack(vec![run(), Line::Key(it)]),
        Table::Keys,
        &[
            ("presence", "unread"),
            ("kms_key_arn", ""),
            ("manager", ""),
            ("is_multi_region", ""),
            ("rotation_enabled", ""),
            ("rotation_period_days", ""),
            ("policy_read", "false"),
            ("policy_sha256", ""),
            ("policy_allows_cloudtrail", ""),
            ("policy_describe_key", ""),
            ("policy_scoped", ""),
            ("readers_limited", ""),
            ("readers", ""),
            ("trails", ""),
            ("event_data_stores", ""),
        ],
    );
}

#[test]
fn each_key_has_a_row_with_its_own_trails_and_the_statuses_of_their_policies() {
    let Line::Key(second) = key() else { unreachable!("a key") };
    let second =
        Line::Key(trailseal_model::record::v1::KeyLine { key_arn: KEY.to_owned(), ..second });
    let named = |arn: &str, key_arn: &str| {
        let Line::Trail(mut it) = trail("") else { unreachable!("a trail") };
        (it.trail_arn, it.key_arn) = (arn.to_owned(), Some(key_arn.to_owned()));
        Line::Trail(it)
    };
    let (a, b, c) = ("arn:t/a", "arn:t/b", "arn:t/c");
    let files = pack(vec![
        run(),
        key(),
        second,
        named(a, ALIAS),
        named(b, ALIAS),
        named(c, KEY),
        policy_finding(a, "pass"),
        policy_finding(b, "fail"),
        policy_finding(c, "pass"),
        policy_finding("arn:t/unknown", "not_proven"),
    ]);
    let rows = read(&files, Table::Keys);
    let column = |name: &str| columns(Table::Keys).iter().position(|it| *it == name).unwrap();
    let shown: Vec<[&str; 3]> = rows[1..]
        .iter()
        .map(|it| ["key_arn", "trails", "policy_allows_cloudtrail"].map(|name| &*it[column(name)]))
        .collect();
    assert_eq!(shown, [[ALIAS, "arn:t/a;arn:t/b", "fail;pass"], [KEY, c, "pass"]]);
}

#[test]
fn a_store_shows_its_key_as_kms_prints_it() {
    check(
        &pack(record("plain")),
        Table::EventDataStores,
        &[
            ("event_data_store_arn", STORE),
            ("name", "plain"),
            ("account_id", ACCOUNT),
            ("ou_path", "o-1/r-1/ou-1/"),
            ("region", "us-east-1"),
            ("status", "ENABLED"),
            ("kms_key_id", ALIAS),
            ("kms_key_arn", KEY),
            ("is_multi_region", "true"),
            ("is_organization_store", "false"),
            ("retention_days", "2557"),
            ("gap_ids", "g9"),
        ],
    );
}

#[test]
fn a_store_that_was_not_read_has_empty_cells() {
    let Line::EventDataStore(mut it) = store("name") else { unreachable!("a store") };
    (it.status, it.kms_key_id, it.key_arn) = (None, None, None);
    (it.is_multi_region, it.is_organization_store, it.retention_days) = (None, None, None);
    check(
        &pack(vec![run(), Line::EventDataStore(it)]),
        Table::EventDataStores,
        &[
            ("status", ""),
            ("kms_key_id", ""),
            ("kms_key_arn", ""),
            ("is_multi_region", ""),
            ("is_organization_store", ""),
            ("retention_days", ""),
        ],
    );
}

use std::sync::Arc;

use super::super::{Policies, Scenario};
use super::{ready, start};
use crate::policy::Policy;
use crate::world::account::AccountId;

const ALL: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const S3: &str = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
const KMS: &str = r#"{"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}"#;
const OPEN: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*"}}"#;

fn policy(text: &str) -> Arc<Policy> {
    Arc::new(Policy::new(text).unwrap())
}

fn of(scenario: &Scenario, account: AccountId) -> (Option<Arc<Policy>>, bool) {
    let account = scenario.parts.accounts.iter().find(|it| it.id == account).unwrap();
    (account.roles[0].policy.clone(), account.roles[0].trust.is_some())
}

fn named(scenario: &Scenario, name: &str) -> AccountId {
    scenario.parts.accounts.iter().find(|it| &*it.name == name).unwrap().id
}

#[test]
fn a_scenario_gives_policies_to_the_caller_to_every_role_and_to_single_ones() {
    let text = format!(
        r#"
seed = 1
[access]
caller_policy = '{ALL}'
role_policy = '''
{KMS}
'''
[[access.account]]
duty = "log-archive"
role_policy = '{S3}'
[[access.account]]
name = "shop"
trust_policy = '{OPEN}'
[[account]]
name = "shop"
[[population]]
name = "team"
accounts = 2
cases = {{ key-ok = 1 }}
"#
    );
    let scenario = Scenario::from_toml(&text, start()).unwrap();
    let [user] = &scenario.parts.users[..] else { panic!("one user") };
    assert_eq!(user.policy, Some(policy(ALL)));
    let archive = scenario.access.log_archive.unwrap();
    assert_eq!(of(&scenario, archive), (Some(policy(S3)), false));
    assert_eq!(of(&scenario, named(&scenario, "shop")), (Some(policy(KMS)), true));
    assert_eq!(of(&scenario, named(&scenario, "team-00002")), (Some(policy(KMS)), false));
    assert_eq!(of(&scenario, scenario.access.caller), (Some(policy(KMS)), false));

    let id = named(&scenario, "team-00001");
    let more = format!("{text}\n[[access.account]]\nid = \"{id}\"\nrole_policy = '{ALL}'\n");
    let scenario = Scenario::from_toml(&more, start()).unwrap();
    assert_eq!(of(&scenario, id), (Some(policy(ALL)), false));
}

#[test]
fn a_scenario_without_policies_has_none() {
    let scenario = ready("small");
    assert!(scenario.parts.users.iter().all(|it| it.policy.is_none()));
    let roles = scenario.parts.accounts.iter().flat_map(|it| it.roles.iter());
    assert!(roles.clone().count() > 0);
    assert!(roles.clone().all(|it| it.policy.is_none() && it.trust.is_none()));
}

#[test]
fn policies_are_applied_to_a_scenario_that_is_there() {
    let mut scenario = ready("landing-zone");
    let archive = scenario.access.log_archive.unwrap();
    let shop = named(&scenario, "booking-staging");
    let policies = Policies::default().caller(ALL).unwrap().role(KMS).unwrap().trust(OPEN).unwrap();
    let policies = policies.role_in(archive, S3).unwrap().trust_in(shop, OPEN).unwrap();
    scenario.apply(&policies).unwrap();
    assert_eq!(scenario.parts.users[0].policy, Some(policy(ALL)));
    assert_eq!(of(&scenario, archive), (Some(policy(S3)), true));
    assert_eq!(of(&scenario, shop), (Some(policy(KMS)), true));
    // Accounts without policies of their own still share one list.
    let lists: std::collections::HashSet<_> =
        scenario.parts.accounts.iter().map(|it| it.roles.as_ptr()).collect();
    assert!(lists.len() <= 4, "{}", lists.len());

    scenario.apply(&Policies::default().role(ALL).unwrap()).unwrap();
    assert_eq!(of(&scenario, shop), (Some(policy(ALL)), true), "the others stay");
    let retired = named(&scenario, "sandbox-retired");
    let error = scenario.apply(&Policies::default().role_in(retired, ALL).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), format!("account {retired} has no role `TrailsealAudit`"));
}

#[test]
fn what_is_wrong_with_policies_is_said_in_one_line_with_its_place() {
    let check = |text: &str, expected: &str| {
        let text = format!(
            "seed = 1\n[access]\n{text}\n[[account]]\nname = \"shop\"\n[[account]]\nname = \"twin\"\n[[account]]\nname = \"twin\"\n"
        );
        let error = Scenario::from_toml(&text, start()).unwrap_err().to_string();
        assert_eq!(error, expected, "{text}");
    };
    check(
        "roles = 1",
        "line 3: unknown field `roles`, expected one of `caller_policy`, `role_policy`, `trust_policy`, `account`",
    );
    check(
        "caller_policy = ''",
        "line 3: `caller_policy`: it is no JSON: EOF while parsing a value at line 1 column 0",
    );
    check(
        "role_policy = '''\n{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}}'''",
        "line 3: `role_policy`: statement 1: `Principal` is no element of an identity policy",
    );
    check(
        &format!("trust_policy = '{ALL}'"),
        "line 3: `trust_policy`: statement 1: `Resource` is no element of a trust policy",
    );
    let one = |rest: &str| format!("[[access.account]]\n{rest}");
    let given = |rest: &str| one(&format!("{rest}\nrole_policy = '{ALL}'"));
    check(&given(""), "line 3: it has not exactly one of `duty`, `id` and `name`");
    check(
        &given("duty = \"audit\"\nname = \"shop\""),
        "line 3: it has not exactly one of `duty`, `id` and `name`",
    );
    check(&one("name = \"shop\""), "line 3: it has neither `role_policy` nor `trust_policy`");
    check(&given("name = \"shops\""), "line 3: there is no account `shops`");
    check(&given("name = \"twin\""), "line 3: several accounts are named `twin`: give `id`");
    check(&given("id = \"12\""), "line 3: `12` is not an account id of 12 digits");
    check(
        &given("id = \"000000000012\""),
        "line 3: account 000000000012 has no role `TrailsealAudit`",
    );
    let twice = format!("{}\n{}", given("name = \"shop\""), given("name = \"shop\""));
    let text = format!("seed = 1\n[access]\n{twice}\n[[account]]\nname = \"shop\"\n");
    let error = Scenario::from_toml(&text, start()).unwrap_err().to_string();
    assert!(
        error.starts_with("line 6: account ") && error.ends_with(" has policies already"),
        "{error}"
    );
    check(
        &one(&format!("name = \"shop\"\nrole_policy = '{}'", ALL.replace("Allow", "allow"))),
        "line 5: `role_policy`: statement 1: `Effect` is neither `Allow` nor `Deny`",
    );
}

#[test]
fn the_example_of_the_documentation_is_a_scenario() {
    let page = include_str!("../../../../../docs/operations/simulator.md");
    let mut blocks = page.split("```toml\n").skip(1).filter_map(|it| it.split_once("\n```"));
    let example = blocks.find(|(text, _)| text.contains("[access]")).unwrap().0;
    let scenario = Scenario::from_toml(&format!("seed = 1\n{example}\n"), start()).unwrap();
    assert!(scenario.parts.users[0].policy.is_some());
    let caller = of(&scenario, scenario.access.caller);
    let archive = of(&scenario, scenario.access.log_archive.unwrap());
    assert!(caller.1 && archive.1 && caller.0.is_some() && caller.0 != archive.0);
}

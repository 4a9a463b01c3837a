use serde_json::{Value, json};

use crate::service::Service;
use crate::simulator::Simulator;
use crate::tests::{
    ARCHIVE, Caller, MANAGEMENT, SUSPENDED, WORKLOAD, account, call_json, denial, member, parts,
    simulator,
};
use crate::world::Parts;
use crate::world::account::{Account, AccountState, Joined, Unit};

const ROOT: &str = "r-exam";
const WORKLOADS: &str = "ou-exam-11111111";
const INNER: &str = "ou-exam-22222222";

/// The small world with a unit within the unit, an invited account of every other state in it, and
/// the archive as a delegated administrator.
fn grown() -> Parts {
    let mut parts = parts();
    let organization = parts.organization.as_mut().unwrap();
    organization.units.push(Unit { id: INNER.into(), name: "a<b>".into(), parent: Some(0) });
    for principal in ["config.amazonaws.com", "account.amazonaws.com"] {
        organization.delegated.push((account(ARCHIVE), principal.into()));
    }
    for (id, state) in [
        ("555555555555", AccountState::PendingActivation),
        ("666666666666", AccountState::PendingClosure),
        ("777777777777", AccountState::Closed),
    ] {
        parts.accounts.push(Account {
            unit: Some(1),
            joined: Joined::Invited,
            tags: Box::new([("team".into(), "blue".into()), ("tier".into(), "".into())]),
            ..member(id, "an \"account\"", state)
        });
    }
    parts
}

fn call(simulator: &Simulator, caller: &Caller, operation: &str, input: &Value) -> (u16, Value) {
    call_json(simulator, caller, (Service::Organizations, operation, "us-east-1"), input)
}

fn ask(operation: &str, input: &Value) -> Value {
    let (status, answer) = call(&simulator(grown()), &Caller::user(), operation, input);
    assert_eq!(status, 200, "{operation} {answer}");
    answer
}

/// Follows the tokens; gives the pages' members.
fn pages(simulator: &Simulator, operation: &str, member: &str, input: &Value) -> Vec<Vec<Value>> {
    let (mut input, mut pages) = (input.clone(), Vec::new());
    loop {
        let (status, mut answer) = call(simulator, &Caller::user(), operation, &input);
        assert_eq!(status, 200, "{operation} {answer}");
        pages.push(answer[member].as_array().unwrap().clone());
        match answer["NextToken"].take() {
            Value::Null => return pages,
            token => input["NextToken"] = token,
        }
    }
}

fn ids(values: &Value) -> Vec<&str> {
    values.as_array().unwrap().iter().map(|it| it["Id"].as_str().unwrap()).collect()
}

#[test]
fn accounts_tell_their_state_in_both_words() {
    let answer = ask("ListAccounts", &json!({}));
    let told: Vec<_> = answer["Accounts"].as_array().unwrap().iter().collect();
    let words: Vec<_> = told
        .iter()
        .map(|it| (it["Status"].as_str(), it["State"].as_str(), it["JoinedMethod"].as_str()))
        .collect();
    let row = |status, state, joined| (status, Some(state), Some(joined));
    assert_eq!(
        words,
        [
            row(Some("ACTIVE"), "ACTIVE", "CREATED"),
            row(Some("ACTIVE"), "ACTIVE", "CREATED"),
            row(Some("ACTIVE"), "ACTIVE", "CREATED"),
            row(Some("SUSPENDED"), "SUSPENDED", "CREATED"),
            row(None, "PENDING_ACTIVATION", "INVITED"),
            row(Some("PENDING_CLOSURE"), "PENDING_CLOSURE", "INVITED"),
            row(Some("SUSPENDED"), "CLOSED", "INVITED"),
        ]
    );
    let inner = told[5];
    assert_eq!(inner["Name"], "an \"account\"");
    assert_eq!(inner["Email"], "aws+666666666666@example.com");
    let arn = "arn:aws:organizations::111111111111:account/o-exampleorgid/666666666666";
    assert_eq!(inner["Arn"], arn);
    let path = format!("o-exampleorgid/{ROOT}/{WORKLOADS}/{INNER}/666666666666/");
    assert_eq!(inner["Paths"], json!([path]));
    assert_eq!(told[0]["Paths"], json!([format!("o-exampleorgid/{ROOT}/{MANAGEMENT}/")]));
    let joined = |it: &Value| it["JoinedTimestamp"].as_f64().unwrap();
    assert!(
        told.iter().skip(1).all(|it| joined(it) > joined(told[0])),
        "nobody came before it was"
    );
    let described = ask("DescribeAccount", &json!({ "AccountId": "666666666666" }));
    assert_eq!(described["Account"], *inner);
}

#[test]
fn the_world_says_which_fields_there_are() {
    let check = |change: fn(&mut Parts), gone: &[&str]| {
        let mut parts = grown();
        change(&mut parts);
        let simulator = simulator(parts);
        let (_, accounts) = call(&simulator, &Caller::user(), "ListAccounts", &json!({}));
        let input = json!({ "OrganizationalUnitId": INNER });
        let (_, unit) = call(&simulator, &Caller::user(), "DescribeOrganizationalUnit", &input);
        for field in ["Status", "State", "Paths"] {
            let is_there = accounts["Accounts"][0].get(field).is_some();
            assert_eq!(is_there, !gone.contains(&field), "{field} {gone:?}");
        }
        let is_there = unit["OrganizationalUnit"].get("Path").is_some();
        assert_eq!(is_there, !gone.contains(&"Paths"), "{gone:?}");
    };
    check(|_| {}, &[]);
    check(|it| it.organization.as_mut().unwrap().shows_status = false, &["Status"]);
    check(|it| it.organization.as_mut().unwrap().shows_state = false, &["State"]);
    check(|it| it.organization.as_mut().unwrap().shows_paths = false, &["Paths"]);
}

#[test]
fn a_page_has_twenty_at_most_and_some_are_empty() {
    let check = |every: u32, input: Value, sizes: &[usize]| {
        let mut parts = grown();
        parts.organization.as_mut().unwrap().empty_page_every = every;
        let many = 900_000_000_000u64..900_000_000_043;
        parts.accounts.extend(many.map(|it| member(&it.to_string(), "many", AccountState::Active)));
        let pages = pages(&simulator(parts), "ListAccounts", "Accounts", &input);
        let told: Vec<_> = pages.iter().map(Vec::len).collect();
        assert_eq!(told, sizes, "{every} {input}");
        let mut ids: Vec<_> = pages.concat().iter().map(|it| it["Id"].to_string()).collect();
        ids.dedup();
        assert_eq!(ids.len(), 50, "every account once");
    };
    check(0, json!({}), &[20, 20, 10]);
    check(0, json!({ "MaxResults": 20, "NextToken": null }), &[20, 20, 10]);
    check(0, json!({ "MaxResults": 17 }), &[17, 17, 16]);
    check(20, json!({}), &[20, 0, 20, 0, 10]);
    check(30, json!({}), &[20, 10, 0, 20]);
    check(50, json!({}), &[20, 20, 10]);
}

#[test]
fn the_tree_is_told_from_every_side() {
    let under = |parent: &str| json!({ "ParentId": parent });
    let root = ask("ListRoots", &json!({}));
    assert_eq!(ids(&root["Roots"]), [ROOT]);
    let arn = "arn:aws:organizations::111111111111:root/o-exampleorgid/r-exam";
    assert_eq!(root["Roots"][0]["Arn"], arn);
    for (parent, units, accounts) in [
        (ROOT, &[WORKLOADS][..], &[MANAGEMENT][..]),
        (WORKLOADS, &[INNER], &[ARCHIVE, WORKLOAD, SUSPENDED]),
        (INNER, &[], &["555555555555", "666666666666", "777777777777"]),
    ] {
        let answer = ask("ListOrganizationalUnitsForParent", &under(parent));
        assert_eq!(ids(&answer["OrganizationalUnits"]), units, "{parent}");
        let answer = ask("ListAccountsForParent", &under(parent));
        assert_eq!(ids(&answer["Accounts"]), accounts, "{parent}");
        for (kind, children) in [("ORGANIZATIONAL_UNIT", units), ("ACCOUNT", accounts)] {
            let input = json!({ "ParentId": parent, "ChildType": kind });
            let answer = ask("ListChildren", &input);
            assert_eq!(ids(&answer["Children"]), children, "{parent}");
            for child in children {
                let answer = ask("ListParents", &json!({ "ChildId": child }));
                let kind = if parent == ROOT { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
                assert_eq!(answer["Parents"], json!([{ "Id": parent, "Type": kind }]), "{child}");
            }
        }
    }
    let inner = ask("DescribeOrganizationalUnit", &json!({ "OrganizationalUnitId": INNER }));
    assert_eq!(
        inner["OrganizationalUnit"],
        json!({
            "Id": INNER,
            "Arn": "arn:aws:organizations::111111111111:ou/o-exampleorgid/ou-exam-22222222",
            "Name": "a<b>",
            "Path": format!("o-exampleorgid/{ROOT}/{WORKLOADS}/{INNER}/"),
        })
    );
}

#[test]
fn tags_and_delegations_are_told() {
    let tags = ask("ListTagsForResource", &json!({ "ResourceId": "666666666666" }));
    let expected = json!([{ "Key": "team", "Value": "blue" }, { "Key": "tier", "Value": "" }]);
    assert_eq!(tags["Tags"], expected);
    for place in [ROOT, INNER, ARCHIVE] {
        let answer = ask("ListTagsForResource", &json!({ "ResourceId": place }));
        assert_eq!(answer, json!({ "Tags": [] }), "{place}");
    }
    for (service, expected) in [
        (None, &[ARCHIVE][..]),
        (Some("config.amazonaws.com"), &[ARCHIVE]),
        (Some("guardduty.amazonaws.com"), &[]),
    ] {
        let answer = ask("ListDelegatedAdministrators", &json!({ "ServicePrincipal": service }));
        assert_eq!(ids(&answer["DelegatedAdministrators"]), expected, "{service:?}");
    }
    let answer = ask("ListDelegatedServicesForAccount", &json!({ "AccountId": ARCHIVE }));
    let services = answer["DelegatedServices"].as_array().unwrap().iter();
    let services: Vec<_> = services.map(|it| it["ServicePrincipal"].as_str().unwrap()).collect();
    assert_eq!(services, ["config.amazonaws.com", "account.amazonaws.com"]);
}

#[test]
fn inputs_that_do_not_fit_are_refused_with_their_reason() {
    let simulator = simulator(grown());
    let (_, page) = call(&simulator, &Caller::user(), "ListAccounts", &json!({ "MaxResults": 3 }));
    let token = &page["NextToken"];
    assert!(token.is_string());
    let check = |operation: &str, input: &Value, code: &str, reason: &str| {
        let (status, answer) = call(&simulator, &Caller::user(), operation, input);
        let reason = Some(reason).filter(|it| !it.is_empty());
        let told = (answer["__type"].as_str(), answer["Reason"].as_str());
        assert_eq!((status, told), (400, (Some(code), reason)), "{operation} {input}");
    };
    for (operation, input, reason) in [
        ("ListAccounts", json!({ "MaxResults": 0 }), "MIN_VALUE_EXCEEDED"),
        ("ListAccounts", json!({ "MaxResults": 21 }), "MAX_VALUE_EXCEEDED"),
        ("ListAccounts", json!({ "NextToken": "nonsense" }), "INVALID_NEXT_TOKEN"),
        ("ListRoots", json!({ "NextToken": token }), "INVALID_NEXT_TOKEN"),
        ("ListAccountsForParent", json!({}), "INPUT_REQUIRED"),
        ("ListAccountsForParent", json!({ "ParentId": ARCHIVE }), "INVALID_PATTERN"),
        ("ListAccountsForParent", json!({ "ParentId": "ou-exam" }), "INVALID_PATTERN"),
        ("ListChildren", json!({ "ParentId": ROOT }), "INPUT_REQUIRED"),
        ("ListChildren", json!({ "ParentId": ROOT, "ChildType": "USER" }), "INVALID_ENUM"),
        ("ListParents", json!({ "ChildId": ROOT }), "INVALID_PATTERN"),
        ("DescribeAccount", json!({ "AccountId": "1234" }), "INVALID_PATTERN"),
        ("DescribeOrganizationalUnit", json!({ "OrganizationalUnitId": ROOT }), "INVALID_PATTERN"),
        ("ListTagsForResource", json!({ "ResourceId": "p" }), "INVALID_PATTERN"),
    ] {
        check(operation, &input, "InvalidInputException", reason);
    }
    let (account, unit) = ("999999999999", "ou-exam-99999999");
    for (operation, input, code) in [
        ("ListAccounts", json!({ "MaxResults": "20" }), "SerializationException"),
        ("DescribeAccount", json!({ "AccountId": account }), "AccountNotFoundException"),
        ("ListAccountsForParent", json!({ "ParentId": unit }), "ParentNotFoundException"),
        ("ListChildren", json!({ "ParentId": "r-none" }), "ParentNotFoundException"),
        ("ListParents", json!({ "ChildId": account }), "ChildNotFoundException"),
        ("ListParents", json!({ "ChildId": unit }), "ChildNotFoundException"),
        (
            "DescribeOrganizationalUnit",
            json!({ "OrganizationalUnitId": unit }),
            "OrganizationalUnitNotFoundException",
        ),
        ("ListTagsForResource", json!({ "ResourceId": account }), "TargetNotFoundException"),
        (
            "ListDelegatedServicesForAccount",
            json!({ "AccountId": WORKLOAD }),
            "AccountNotRegisteredException",
        ),
    ] {
        check(operation, &input, code, "");
    }
}

#[test]
fn only_the_management_account_and_delegated_administrators_may_look() {
    let member = Some("AccessDeniedException");
    let alone = Some("AWSOrganizationsNotInUseException");
    let organized = simulator(grown());
    let mut parts = grown();
    parts.organization = None;
    let standalone = simulator(parts);
    for operation in super::OPERATIONS {
        let name = operation.name;
        let check = |simulator: &Simulator, caller: &Caller, expected: Option<&str>| {
            let (_, answer) = call(simulator, caller, name, &json!({}));
            let code = answer["__type"].as_str();
            let is_refused = code.filter(|it| [member, alone].contains(&Some(it)));
            assert_eq!(is_refused, expected, "{name} {answer}");
        };
        check(&organized, &Caller::user(), None);
        check(&organized, &Caller::role(&organized, ARCHIVE), None);
        let is_open = name == "DescribeOrganization";
        let expected = member.filter(|_| !is_open);
        check(&organized, &Caller::role(&organized, WORKLOAD), expected);
        check(&standalone, &Caller::user(), alone);
    }
    let answer = ask("DescribeOrganization", &json!({}));
    let told = &answer["Organization"];
    assert_eq!(told["MasterAccountId"], MANAGEMENT);
    assert_eq!(told["Arn"], "arn:aws:organizations::111111111111:organization/o-exampleorgid");
    assert_eq!(told["MasterAccountEmail"], format!("aws+{MANAGEMENT}@example.com"));
}

#[test]
fn resources_are_named_as_policies_name_them() {
    use crate::world::denial::PolicyKind;
    let mut parts = grown();
    parts.denials.push(denial(PolicyKind::Identity, "organizations:*"));
    let simulator = simulator(parts);
    let arn = "arn:aws:organizations::111111111111:";
    for (operation, input, resource) in [
        ("ListAccounts", json!({}), "*".to_owned()),
        (
            "DescribeAccount",
            json!({ "AccountId": ARCHIVE }),
            format!("{arn}account/o-exampleorgid/{ARCHIVE}"),
        ),
        ("ListChildren", json!({ "ParentId": INNER }), format!("{arn}ou/o-exampleorgid/{INNER}")),
        ("ListChildren", json!({ "ParentId": ROOT }), format!("{arn}root/o-exampleorgid/{ROOT}")),
    ] {
        let (status, answer) = call(&simulator, &Caller::user(), operation, &input);
        let expected = format!(
            "User: arn:aws:iam::111111111111:user/auditor is not authorized to perform: organizations:{operation} on resource: {resource} because no identity-based policy allows the organizations:{operation} action"
        );
        assert_eq!((status, answer["Message"].as_str()), (400, Some(&*expected)));
    }
}

use super::super::Scenario;
use super::{ready, start};

fn error(text: &str) -> String {
    Scenario::from_toml(text, start()).unwrap_err().to_string()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_is_wrong_is_said_in_one_line_with_its_place() {
    let check = |text: &str, expected: &str| assert_eq!(error(text), expected, "{text}");
    check(
        "seed = 1\nseeds = 2\n",
        "line 2: unknown field `seeds`, expected one of `seed`, `partition`, `regions`, `opt_in`, `caller`, `role_name`, `external_id`, `access`, `organization`, `unit`, `account`, `population`, `every_case`, `organization_trail`, `denial`, `random_faults`, `limits`, `sessions`",
    );
    check("seed = 1\npartition = \"aws-moon\"\n", "line 2: there is no partition `aws-moon`");
    check("seed = 1\n\nregions = 16\n", "line 3: `regions` must be from 17 to 34 in aws");
    check(
        "seed = 1\nopt_in = [\"cn-north-1\"]\n",
        "line 2: there is no Region `cn-north-1` in aws",
    );
    check(
        "seed = 1\n[[account]]\nname = \"a\"\ncase = \"key-okay\"\n",
        "line 4: there is no case `key-okay`",
    );
    check(
        "seed = 1\n[[account]]\nname = \"a\"\nunit = \"Nowhere\"\n",
        "line 4: there is no unit `Nowhere` before this",
    );
    check(
        "seed = 1\n[[account]]\nname = \"a\"\nduty = \"audit\"\n[[account]]\nname = \"b\"\nduty = \"audit\"\n",
        "line 7: another account has this duty",
    );
    check(
        "seed = 1\n[[population]]\nname = \"a\"\naccounts = 3\ncases = { key-ok = 1, nothing = 2 }\n",
        "line 5: there is no case `nothing`",
    );
    check(
        "seed = 1\n[[population]]\nname = \"a\"\naccounts = 3\ncases = {}\n",
        "the population `a` has no cases",
    );
    check(
        "seed = 1\ncaller = \"standalone\"\n[[account]]\nname = \"a\"\ncase = \"key-in-another-account\"\n",
        "line 5: the case `key-in-another-account` needs an organization",
    );
    check(
        "seed = 1\npartition = \"aws-cn\"\n[[account]]\nname = \"a\"\ncase = \"region-opted-in\"\n",
        "line 5: the case `region-opted-in` needs the partition aws",
    );
    check(
        "seed = 1\ncaller = \"standalone\"\n",
        "a standalone scenario has exactly one [[account]]",
    );
    check(
        "seed = 1\n[[organization_trail]]\ncase = \"sealed\"\n",
        "line 3: there is no organization trail `sealed`",
    );
    check(
        "seed = 1\n[[account]]\nname = \"a\"\ncase = \"key-ok\"\n[[denial]]\nregions = [\"us-east-1\"]\nactions = [\"*\"]\n",
        "line 6: the truth is not known where us-east-1 is denied: a case lives there",
    );
    check(
        "seed = 1\n[[denial]]\nactions = [\"*\"]\n",
        "a denial has either `regions` or `except_regions`",
    );
    check(
        "seed = 1\n[[unit]]\nname = \"a\"\n[[unit]]\nname = \"a\"\n",
        "there are two units named `a`",
    );
    let unfinished = error("seed = 1\n[[account]\n");
    assert!(unfinished.starts_with("line 2: ") && !unfinished.contains('\n'), "{unfinished}");
}

#[test]
fn the_truth_is_a_sorted_table_with_quotes_where_names_need_them() {
    let csv = ready("cases").expected_csv();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("control,subject,status,case"));
    let rows: Vec<_> = lines.collect();
    assert!(rows.is_sorted_by_key(|it| it.split(',').next()));
    assert!(rows.iter().any(|it| it.ends_with(",fail,key-disabled")));
    let quoted = rows.iter().find(|it| it.contains('"')).unwrap();
    assert!(
        quoted.contains(",\"arn:aws:cloudtrail:") && quoted.contains("<b>logs&amp;'\"\"\","),
        "{quoted}"
    );
}

#[test]
fn weather_limits_and_the_way_in_are_taken_from_the_text() {
    let demo = ready("demo");
    assert!(demo.limits.enabled);
    assert_eq!(demo.random_faults.latency_ms, 15);
    assert_eq!(demo.access.external_id.as_deref(), Some("trailseal-demo"));
    assert_eq!(&*demo.access.role_name, "TrailsealAudit");
    let error = Scenario::ready_made("demos", start()).unwrap_err();
    assert!(error.to_string().starts_with("there is no scenario `demos`; there are bench, "));
}

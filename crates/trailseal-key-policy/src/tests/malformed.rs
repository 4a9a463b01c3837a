//! Texts that are no policies.

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(KeyPolicy::parse(text).unwrap_err().to_string(), expected);
}

#[test]
fn what_is_not_json_has_a_position() {
    check("", "the key policy is not JSON at line 1 column 0: EOF while parsing a value");
    check(
        "{\n  \"Statement\": [,]\n}",
        "the key policy is not JSON at line 2 column 17: expected value",
    );
    let deep = "[".repeat(1000);
    check(&deep, "the key policy is not JSON at line 1 column 128: recursion limit exceeded");
}

#[test]
fn a_key_may_not_stand_twice() {
    let text = r#"{"Statement": {"Effect": "Deny", "Effect": "Allow"}}"#;
    let error = KeyPolicy::parse(text).unwrap_err();
    let MalformedPolicy::NotJson { line, column, problem } = error else {
        panic!("{error}");
    };
    assert_eq!((line, problem.as_str()), (1, "the key `Effect` stands twice"));
    assert!((30..=45).contains(&column), "{column}");
    let text = r#"{"Statement": [], "Statement": []}"#;
    assert!(KeyPolicy::parse(text).unwrap_err().to_string().contains("`Statement` stands twice"));
}

#[test]
fn what_no_policy_can_do_without() {
    check("[]", "the key policy's `policy` is not an object");
    check("{}", "the key policy's `Statement` is missing");
    check(r#"{"Statement": null}"#, "the key policy's `Statement[0]` is not an object");
    check(
        r#"{"Statement": [], "Version": "2012-10-18"}"#,
        "the key policy's `Version` is not known",
    );
    check(r#"{"Statement": [], "Version": 2012}"#, "the key policy's `Version` is not known");
    let no_effect = "the key policy's `Statement[0].Effect` is neither Allow nor Deny";
    check(r#"{"Statement": [{}]}"#, no_effect);
    // The values are case sensitive (IAM user guide, *Effect*).
    check(r#"{"Statement": {"Effect": "allow"}}"#, no_effect);
    check(r#"{"Statement": {"Effect": ["Deny"]}}"#, no_effect);
}

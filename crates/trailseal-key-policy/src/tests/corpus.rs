//! The key policies of a guide that many have followed, as its AWS CLI, CloudFormation and Terraform
//! samples render them for account 111122223333. All three bind CloudTrail by the encryption context
//! alone, and only the first lets it describe the key.

use super::*;

const CLI: &str = include_str!("policies/cli.json");
const CLOUDFORMATION: &str = include_str!("policies/cloudformation.json");
const TERRAFORM: &str = include_str!("policies/terraform.json");

#[track_caller]
fn check(text: &str, seals: &str, describes: &str) {
    let policy = KeyPolicy::parse(text).unwrap();
    assert_eq!(summary(&evaluate(&policy, &delivery(BucketKey::Unknown))), seals);
    let describing = RequestContext::cloudtrail_describes_key(&DELIVERY);
    assert_eq!(summary(&evaluate(&policy, &describing)), describes);
    assert_eq!(binding(&policy, &DELIVERY), Binding::EncryptionContext);
    let found = readers(&policy, &reading());
    let who: Vec<&Who> = found.iter().map(|it| &it.who).collect();
    assert_eq!(who, [&Who::Account("111122223333".to_owned())]);
}

#[test]
fn the_command_line_s_grants_both() {
    check(CLI, "allow 1", "allow 2");
}

#[test]
fn the_template_s_and_the_module_s_leave_describe_key_dead() {
    check(CLOUDFORMATION, "allow 1", "not_allowed");
    check(TERRAFORM, "allow 1", "not_allowed");
    // It stands under a condition that this request never meets, not missing.
    let policy = KeyPolicy::parse(TERRAFORM).unwrap();
    let with_context = RequestContext::cloudtrail_describes_key_in_context(&DELIVERY);
    assert_eq!(summary(&evaluate(&policy, &with_context)), "allow 1");
}

#[test]
fn all_three_lack_the_source_arn() {
    for text in [CLI, CLOUDFORMATION, TERRAFORM] {
        assert!(!text.contains("aws:SourceArn"));
        let policy = KeyPolicy::parse(text).unwrap();
        // Whatever CloudTrail says of the trail beside the encryption context, it is let in.
        let other = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/other";
        let request = delivery(BucketKey::Unknown).with("aws:SourceArn", ContextValue::one(other));
        assert_eq!(summary(&evaluate(&policy, &request)), "allow 1");
    }
}

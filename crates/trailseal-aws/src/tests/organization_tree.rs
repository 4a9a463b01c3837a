//! The tree of the organization and the tags of its accounts, asked by the caller itself.

use std::sync::Arc;

use trailseal_fanout::{OrganizationTree, Unit};
use trailseal_model::{Gap, GapClass, Operation, Region};

use super::{Fake, Reply, aws, member};

const ROOT: &str = "r-a1b2";
const UNIT: &str = "ou-a1b2-c3d4e5f6";

/// One request with this target and body, to the default Region, signed with the caller's key.
fn check_sent(fake: &Fake, operation: &str, body: &str) {
    let seen = fake.last();
    let target = format!("AWSOrganizationsV20161128.{operation}");
    assert_eq!(seen.header("x-amz-target"), Some(target.as_str()));
    assert_eq!(seen.body, body);
    assert_eq!(seen.signer(), "AKIACALLER");
    assert_eq!(fake.count("AssumeRole"), 0);
    let endpoint = "https://organizations.us-east-1.amazonaws.com";
    assert!(seen.uri.starts_with(endpoint), "{}", seen.uri);
}

/// The gaps of all five calls, in the order of the port.
async fn gaps(fake: &Arc<Fake>) -> [Gap; 5] {
    let aws = aws(fake).await;
    [
        aws.describe_organization().await.unwrap_err(),
        aws.list_roots(None).await.unwrap_err(),
        aws.list_units(ROOT, None).await.unwrap_err(),
        aws.list_accounts_in(UNIT, None).await.unwrap_err(),
        aws.account_tags(member()).await.unwrap_err(),
    ]
}

#[tokio::test(start_paused = true)]
async fn the_organization_names_its_management_account() {
    let fake = Fake::in_turn(&[
        r#"{"Organization":{"Id":"o-exampleorgid","Arn":"arn:aws:organizations::012345678901:organization/o-exampleorgid","FeatureSet":"ALL","MasterAccountId":"012345678901"}}"#,
    ]);
    let organization = aws(&fake).await.describe_organization().await.unwrap();
    assert_eq!(organization.id, "o-exampleorgid");
    assert_eq!(organization.management_account.to_string(), "012345678901");
    check_sent(&fake, "DescribeOrganization", "{}");
}

#[tokio::test(start_paused = true)]
async fn roots_and_units_come_with_their_names() {
    let unit = |id: &str, name: &str| Unit { id: id.to_owned(), name: name.to_owned() };
    let fake = Fake::in_turn(&[
        r#"{"Roots":[{"Id":"r-a1b2","Name":"Root","PolicyTypes":[]}],"NextToken":""}"#,
    ]);
    let page = aws(&fake).await.list_roots(None).await.unwrap();
    assert_eq!((page.units, page.next_token), (vec![unit(ROOT, "Root")], None));
    check_sent(&fake, "ListRoots", r#"{"MaxResults":20}"#);

    let fake = Fake::in_turn(&[
        r#"{"OrganizationalUnits":[{"Id":"ou-a1b2-c3d4e5f6","Name":"Ünïcode / Prod"},{"Id":"ou-a1b2-nameless"}],"NextToken":"more"}"#,
    ]);
    let page = aws(&fake).await.list_units(ROOT, Some("t".to_owned())).await.unwrap();
    assert_eq!(page.units, [unit(UNIT, "Ünïcode / Prod"), unit("ou-a1b2-nameless", "")]);
    assert_eq!(page.next_token.as_deref(), Some("more"));
    let body = r#"{"ParentId":"r-a1b2","NextToken":"t","MaxResults":20}"#;
    check_sent(&fake, "ListOrganizationalUnitsForParent", body);
}

#[tokio::test(start_paused = true)]
async fn members_are_listed_by_their_ids() {
    let fake = Fake::in_turn(&[
        r#"{"Accounts":[{"Id":"012345678901","Name":"a","Status":"SUSPENDED"},{"Id":"111122223333"}]}"#,
    ]);
    let page = aws(&fake).await.list_accounts_in(UNIT, Some("t".to_owned())).await.unwrap();
    let accounts: Vec<String> = page.accounts.iter().map(ToString::to_string).collect();
    assert_eq!(accounts, ["012345678901", "111122223333"]);
    assert_eq!(page.next_token, None);
    let body = r#"{"ParentId":"ou-a1b2-c3d4e5f6","NextToken":"t","MaxResults":20}"#;
    check_sent(&fake, "ListAccountsForParent", body);
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_may_have_a_successor() {
    let fake = Fake::in_turn(&[r#"{"NextToken":"more"}"#]);
    let aws = aws(&fake).await;
    let roots = aws.list_roots(None).await.unwrap();
    let units = aws.list_units(ROOT, None).await.unwrap();
    assert!(roots.units.is_empty() && units.units.is_empty());
    let members = aws.list_accounts_in(ROOT, None).await.unwrap();
    assert!(members.accounts.is_empty());
    for next in [roots.next_token, units.next_token, members.next_token] {
        assert_eq!(next.as_deref(), Some("more"));
    }
}

#[tokio::test(start_paused = true)]
async fn tags_are_read_to_the_last_page() {
    let fake = Fake::in_turn(&[
        r#"{"Tags":[{"Key":"team","Value":"Ünïcode"}],"NextToken":"one"}"#,
        r#"{"Tags":[],"NextToken":"two"}"#,
        r#"{"Tags":[{"Key":"Team","Value":""}]}"#,
    ]);
    let tags = aws(&fake).await.account_tags(member()).await.unwrap();
    let tags: Vec<(&str, &str)> = tags.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    assert_eq!(tags, [("Team", ""), ("team", "Ünïcode")]);
    assert_eq!(fake.count("ListTagsForResource"), 3);
    let body = r#"{"ResourceId":"111122223333","NextToken":"two"}"#;
    check_sent(&fake, "ListTagsForResource", body);

    let fake = Fake::in_turn(&[r#"{"Tags":[]}"#]);
    assert!(aws(&fake).await.account_tags(member()).await.unwrap().is_empty());
    check_sent(&fake, "ListTagsForResource", r#"{"ResourceId":"111122223333"}"#);
}

#[tokio::test(start_paused = true)]
async fn tags_that_go_round_in_a_circle_are_a_gap() {
    let fake = Fake::in_turn(&[
        r#"{"NextToken":"one"}"#,
        r#"{"NextToken":"two"}"#,
        r#"{"NextToken":"one"}"#,
    ]);
    let gap = aws(&fake).await.account_tags(member()).await.unwrap_err();
    assert_eq!((gap.class, fake.count("ListTagsForResource")), (GapClass::MalformedAnswer, 3));
    assert_eq!(gap.subject.as_deref(), Some("111122223333"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_identified_is_malformed() {
    let check = async |body: &'static str, index: usize, problem: &str| {
        let aws = aws(&Fake::saying(Reply::new(200, body))).await;
        let gap = match index {
            0 => aws.describe_organization().await.map(drop),
            1 => aws.list_roots(None).await.map(drop),
            2 => aws.list_units(ROOT, None).await.map(drop),
            3 => aws.list_accounts_in(ROOT, None).await.map(drop),
            _ => aws.account_tags(member()).await.map(drop),
        };
        let gap = gap.unwrap_err();
        assert_eq!((gap.class, gap.attempts), (GapClass::MalformedAnswer, 1), "{body}");
        assert_eq!(gap.request_id.as_deref(), Some("request-1"));
        assert_eq!(gap.message.as_deref(), Some(problem), "{body}");
    };
    check("{}", 0, "DescribeOrganization without Organization").await;
    check(r#"{"Organization":{"MasterAccountId":"1"}}"#, 0, "an organization without Id").await;
    let body = r#"{"Organization":{"Id":"example","MasterAccountId":"111122223333"}}"#;
    check(body, 0, "`example` is not the id of an organization").await;
    let problem = "`` is not an AWS account id: it must be exactly 12 digits";
    check(r#"{"Organization":{"Id":"o-example"}}"#, 0, problem).await;
    check(r#"{"Roots":[{"Name":"Root"}]}"#, 1, "a root without Id").await;
    check(r#"{"Roots":[{"Id":"ou-a1b2-c3"}]}"#, 1, "`ou-a1b2-c3` is not the id of a root").await;
    let body = r#"{"OrganizationalUnits":[{"Id":"","Name":"Prod"}]}"#;
    check(body, 2, "an organizational unit without Id").await;
    let body = r#"{"OrganizationalUnits":[{"Id":"ou-a/b"}]}"#;
    check(body, 2, "`ou-a/b` is not the id of an organizational unit").await;
    check(r#"{"Accounts":[{"Name":"a"}]}"#, 3, problem).await;
    check(r#"{"Tags":[{"Value":"v"}]}"#, 4, "a tag without Key").await;
}

#[tokio::test(start_paused = true)]
async fn a_denial_costs_one_request_and_gaps_name_their_subject() {
    let fake = Fake::saying(Reply::json_error(400, "AccessDeniedException", "no"));
    let expected = [
        (Operation::DescribeOrganization, None),
        (Operation::ListRoots, None),
        (Operation::ListOrganizationalUnitsForParent, Some(ROOT)),
        (Operation::ListAccountsForParent, Some(UNIT)),
        (Operation::ListTagsForResource, Some("111122223333")),
    ];
    for (gap, (operation, subject)) in gaps(&fake).await.into_iter().zip(expected) {
        assert_eq!((gap.class, gap.operation, gap.attempts), (GapClass::Denied, operation, 1));
        assert_eq!((gap.account, gap.region), (None, Region::new("us-east-1")));
        assert_eq!(gap.subject.as_deref(), subject);
        assert_eq!(fake.count(operation.as_str()), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn throttles_of_organizations_are_waited_out() {
    let fake = Fake::saying(Reply::json_error(400, "TooManyRequestsException", "slow"));
    for gap in gaps(&fake).await {
        assert_eq!((gap.class, gap.throttles), (GapClass::ThrottledOut, 5));
        assert_eq!(fake.count(gap.operation.as_str()), 5);
    }

    let fake = Fake::new(|seen, before| match seen.operation.as_str() {
        "ListRoots" if before == 0 => {
            Some(Reply::json_error(400, "TooManyRequestsException", "slow"))
        }
        "ListRoots" => Some(Reply::new(200, r#"{"Roots":[{"Id":"r-a1b2"}]}"#)),
        _ => None,
    });
    assert_eq!(aws(&fake).await.list_roots(None).await.unwrap().units.len(), 1);
    assert_eq!(fake.count("ListRoots"), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_told_from_what_is_denied() {
    let gap = async |code: &str| {
        let fake = Fake::saying(Reply::json_error(400, code, "gone"));
        aws(&fake).await.list_units(UNIT, None).await.unwrap_err().class
    };
    assert_eq!(gap("ParentNotFoundException").await, GapClass::NotFound);
    assert_eq!(gap("AWSOrganizationsNotInUseException").await, GapClass::NotFound);
    assert_eq!(gap("ServiceException").await, GapClass::ServerError);
}

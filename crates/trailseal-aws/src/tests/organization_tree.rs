//! The tree of the organization and the tags of its accounts, asked by the caller itself.

use std::sync::Arc;

use trailseal_model::question::{
    DescribeOrganization, ListAccountsForParent, ListOrganizationalUnitsForParent, ListRoots,
    ListTagsForResource,
};
use trailseal_model::{Gap, GapClass, Operation, Region, Unit, ask};

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

/// The gaps of all five questions.
async fn gaps(fake: &Arc<Fake>) -> [Gap; 5] {
    let aws = aws(fake).await;
    [
        ask(&aws, DescribeOrganization).await.unwrap_err(),
        ask(&aws, ListRoots).await.unwrap_err(),
        ask(&aws, ListOrganizationalUnitsForParent { parent: ROOT.to_owned() }).await.unwrap_err(),
        ask(&aws, ListAccountsForParent { parent: UNIT.to_owned() }).await.unwrap_err(),
        ask(&aws, ListTagsForResource { account: member() }).await.unwrap_err(),
    ]
}

#[tokio::test(start_paused = true)]
async fn the_organization_names_its_management_account() {
    let fake = Fake::in_turn(&[
        r#"{"Organization":{"Id":"o-exampleorgid","Arn":"arn:aws:organizations::012345678901:organization/o-exampleorgid","FeatureSet":"ALL","MasterAccountId":"012345678901"}}"#,
    ]);
    let organization = ask(&aws(&fake).await, DescribeOrganization).await.unwrap().value;
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
    let page = ask(&aws(&fake).await, ListRoots).await.unwrap();
    assert_eq!(page.value, [unit(ROOT, "Root")]);
    check_sent(&fake, "ListRoots", r#"{"MaxResults":20}"#);

    let fake = Fake::in_turn(&[
        r#"{"OrganizationalUnits":[{"Id":"ou-a1b2-c3d4e5f6","Name":"Ünïcode / Prod"}],"NextToken":"t"}"#,
        r#"{"OrganizationalUnits":[{"Id":"ou-a1b2-nameless"}]}"#,
    ]);
    let below = ListOrganizationalUnitsForParent { parent: ROOT.to_owned() };
    let page = ask(&aws(&fake).await, below).await.unwrap();
    assert_eq!(page.value, [unit(UNIT, "Ünïcode / Prod"), unit("ou-a1b2-nameless", "")]);
    assert_eq!(page.evidence.attempts, 2);
    let body = r#"{"ParentId":"r-a1b2","NextToken":"t","MaxResults":20}"#;
    check_sent(&fake, "ListOrganizationalUnitsForParent", body);
}

#[tokio::test(start_paused = true)]
async fn members_are_listed_by_their_ids() {
    let fake = Fake::in_turn(&[
        r#"{"Accounts":[{"Id":"012345678901","Name":"a","Status":"SUSPENDED"}],"NextToken":"t"}"#,
        r#"{"Accounts":[{"Id":"111122223333"}]}"#,
    ]);
    let below = ListAccountsForParent { parent: UNIT.to_owned() };
    let accounts = ask(&aws(&fake).await, below).await.unwrap().value;
    let accounts: Vec<String> = accounts.iter().map(ToString::to_string).collect();
    assert_eq!(accounts, ["012345678901", "111122223333"]);
    let body = r#"{"ParentId":"ou-a1b2-c3d4e5f6","NextToken":"t","MaxResults":20}"#;
    check_sent(&fake, "ListAccountsForParent", body);
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_may_have_a_successor() {
    let fake = Fake::in_turn(&[r#"{"NextToken":"more"}"#, r#"{"Roots":[{"Id":"r-a1b2"}]}"#]);
    assert_eq!(ask(&aws(&fake).await, ListRoots).await.unwrap().value.len(), 1);
    let fake = Fake::in_turn(&[r#"{"NextToken":"more"}"#, r#"{"OrganizationalUnits":[]}"#]);
    let below = ListOrganizationalUnitsForParent { parent: ROOT.to_owned() };
    assert_eq!(ask(&aws(&fake).await, below).await.unwrap().value, []);
    let fake = Fake::in_turn(&[r#"{"NextToken":"more"}"#, r#"{"Accounts":[]}"#]);
    let below = ListAccountsForParent { parent: ROOT.to_owned() };
    assert_eq!(ask(&aws(&fake).await, below).await.unwrap().value, []);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_ends_early_is_none() {
    let fake = Fake::in_turn(&[r#"{"Accounts":[{"Id":"111122223333"}],"NextToken":"t"}"#, "{}"]);
    let below = ListAccountsForParent { parent: ROOT.to_owned() };
    let gap = ask(&aws(&fake).await, below).await.unwrap_err();
    assert_eq!((gap.class, gap.subject.as_deref()), (GapClass::MalformedAnswer, Some(ROOT)));
}

#[tokio::test(start_paused = true)]
async fn tags_are_read_to_the_last_page() {
    let fake = Fake::in_turn(&[
        r#"{"Tags":[{"Key":"team","Value":"Ünïcode"}],"NextToken":"one"}"#,
        r#"{"Tags":[],"NextToken":"two"}"#,
        r#"{"Tags":[{"Key":"Team","Value":""}]}"#,
    ]);
    let tags =
        ask(&aws(&fake).await, ListTagsForResource { account: member() }).await.unwrap().value;
    let tags: Vec<(&str, &str)> = tags.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    assert_eq!(tags, [("Team", ""), ("team", "Ünïcode")]);
    assert_eq!(fake.count("ListTagsForResource"), 3);
    let body = r#"{"ResourceId":"111122223333","NextToken":"two"}"#;
    check_sent(&fake, "ListTagsForResource", body);

    let fake = Fake::in_turn(&[r#"{"Tags":[]}"#]);
    let tags = ask(&aws(&fake).await, ListTagsForResource { account: member() }).await.unwrap();
    assert!(tags.value.is_empty());
    check_sent(&fake, "ListTagsForResource", r#"{"ResourceId":"111122223333"}"#);
}

#[tokio::test(start_paused = true)]
async fn tags_that_go_round_in_a_circle_are_a_gap() {
    let fake = Fake::in_turn(&[
        r#"{"NextToken":"one"}"#,
        r#"{"NextToken":"two"}"#,
        r#"{"NextToken":"one"}"#,
    ]);
    let gap = ask(&aws(&fake).await, ListTagsForResource { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, fake.count("ListTagsForResource")), (GapClass::MalformedAnswer, 3));
    assert_eq!(gap.subject.as_deref(), Some("111122223333"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_identified_is_malformed() {
    let check = async |body: &'static str, index: usize, problem: &str| {
        let aws = aws(&Fake::saying(Reply::new(200, body))).await;
        let gap = match index {
            0 => ask(&aws, DescribeOrganization).await.map(drop),
            1 => ask(&aws, ListRoots).await.map(drop),
            2 => ask(&aws, ListOrganizationalUnitsForParent { parent: ROOT.to_owned() })
                .await
                .map(drop),
            3 => ask(&aws, ListAccountsForParent { parent: ROOT.to_owned() }).await.map(drop),
            _ => ask(&aws, ListTagsForResource { account: member() }).await.map(drop),
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
    assert_eq!(ask(&aws(&fake).await, ListRoots).await.unwrap().value.len(), 1);
    assert_eq!(fake.count("ListRoots"), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_told_from_what_is_denied() {
    let gap = async |code: &str| {
        let fake = Fake::saying(Reply::json_error(400, code, "gone"));
        ask(&aws(&fake).await, ListOrganizationalUnitsForParent { parent: UNIT.to_owned() })
            .await
            .unwrap_err()
            .class
    };
    assert_eq!(gap("ParentNotFoundException").await, GapClass::NotFound);
    assert_eq!(gap("AWSOrganizationsNotInUseException").await, GapClass::NotFound);
    assert_eq!(gap("ServiceException").await, GapClass::ServerError);
}

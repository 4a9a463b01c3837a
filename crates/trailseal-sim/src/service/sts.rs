//! STS: who calls, and sessions in other accounts.

use super::{Call, Context, Operation, Payer, Quota};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::wire::xml::Xml;
use crate::world::World;

/// IAM user guide, "IAM and AWS STS quotas": 600 a second per account and Region, shared.
const QUOTA: Quota =
    Quota { bucket: "sts", per_second: 600, burst: 600, payer: Payer::AccountRegion };

/// Its operations.
pub const OPERATIONS: &[Operation] = &[Operation {
    name: "GetCallerIdentity",
    action: None,
    is_read: true,
    quota: QUOTA,
    resource: |_: &World, _| String::new(),
    answer: get_caller_identity,
}];

fn get_caller_identity(_: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let mut xml = Xml::fragment();
    xml.element("Arn", &call.session.arn)
        .element("UserId", &call.session.user_id)
        .element("Account", &call.session.account.to_string());
    Ok(Reply::Result(xml.into_string()))
}

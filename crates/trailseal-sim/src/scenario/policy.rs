//! Key policies, written with the statements of the CloudTrail user guide ("Configure AWS KMS key
//! policies for CloudTrail").

use serde_json::{Value, json};

use crate::world::account::AccountId;

/// What policies speak of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The partition, as ARNs begin.
    pub partition: &'static str,
    /// The account that the key lives in.
    pub key_account: AccountId,
    /// The account that owns the trail.
    pub trail_account: AccountId,
    /// The trail's ARN.
    pub trail_arn: &'a str,
    /// The trail's home Region.
    pub home: &'static str,
    /// The account that looks after security.
    pub audit: AccountId,
    /// An account outside the organization.
    pub stranger: AccountId,
}

impl Facts<'_> {
    /// The ARN that stands for a whole account.
    pub(super) fn root(&self, account: AccountId) -> String {
        format!("arn:{}:iam::{account}:root", self.partition)
    }

    /// The encryption context of every trail of an account, as AWS documents it.
    pub(super) fn context(&self, account: AccountId) -> String {
        format!("arn:{}:cloudtrail:*:{account}:trail/*", self.partition)
    }

    /// The ARN of another trail of the same account.
    pub(super) fn other_trail(&self) -> String {
        format!("{}-other", self.trail_arn)
    }
}

/// The condition key of the encryption context.
pub(super) const CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

/// A policy of these statements.
pub(super) fn document(statements: &[Value]) -> String {
    laid_out(&json!({ "Version": "2012-10-17", "Statement": statements }))
}

/// The elements of a policy in the order that KMS gives them back.
const ELEMENTS: &[&str] = &[
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// A policy as GetKeyPolicy gives it back, however it was put (KMS API reference, "GetKeyPolicy"):
/// a member a line, two blanks for each level, blanks around colons, lists in one line.
pub(super) fn laid_out(policy: &Value) -> String {
    let mut text = String::new();
    lay_out(policy, 0, &mut text);
    text
}

fn lay_out(value: &Value, depth: usize, out: &mut String) {
    let begin_line = |depth: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Object(members) => {
            out.push('{');
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|it| ELEMENTS.iter().position(|name| it.0 == name));
            for (index, (name, member)) in members.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                begin_line(depth + 1, out);
                out.extend([&Value::from(&**name).to_string(), " : "]);
                lay_out(member, depth + 1, out);
            }
            begin_line(depth, out);
            out.push('}');
        }
        Value::Array(items) => {
            out.push_str("[ ");
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                lay_out(item, depth, out);
            }
            out.push_str(" ]");
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// The ordinary statement that gives the key's account to its IAM policies.
pub(super) fn owner(facts: &Facts<'_>) -> Value {
    json!({
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": { "AWS": facts.root(facts.key_account) },
        "Action": "kms:*",
        "Resource": "*",
    })
}

/// CloudTrail may do this under this condition; an empty one is left out.
pub(super) fn cloudtrail(action: &Value, condition: &Value) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "cloudtrail.amazonaws.com" },
        "Action": action,
        "Resource": "*",
    });
    if condition.as_object().is_none_or(|it| !it.is_empty()) {
        statement["Condition"] = condition.clone();
    }
    statement
}

/// CloudTrail may seal under this condition.
pub(super) fn encrypt(condition: &Value) -> Value {
    cloudtrail(&json!("kms:GenerateDataKey*"), condition)
}

/// CloudTrail may describe the key under this condition.
pub(super) fn describe(condition: &Value) -> Value {
    cloudtrail(&json!("kms:DescribeKey"), condition)
}

/// Bound to this trail by its ARN.
pub(super) fn by_source(facts: &Facts<'_>) -> Value {
    json!({ "StringEquals": { "aws:SourceArn": facts.trail_arn } })
}

/// Bound to the account's trails by their encryption context.
pub(super) fn by_context(facts: &Facts<'_>) -> Value {
    json!({ "StringLike": { CONTEXT: facts.context(facts.trail_account) } })
}

/// Bound in both ways, as AWS documents it.
pub(super) fn by_both(facts: &Facts<'_>) -> Value {
    json!({
        "StringEquals": { "aws:SourceArn": facts.trail_arn },
        "StringLike": { CONTEXT: facts.context(facts.trail_account) },
    })
}

/// This principal may read logs.
pub(super) fn decrypt(principal: &Value, condition: &Value) -> Value {
    json!({
        "Effect": "Allow",
        "Principal": principal,
        "Action": ["kms:Decrypt", "kms:ReEncryptFrom"],
        "Resource": "*",
        "Condition": condition,
    })
}

/// A named role of the key's account may read logs.
pub(super) fn readers(facts: &Facts<'_>) -> Value {
    let role = format!("arn:{}:iam::{}:role/SecurityAnalyst", facts.partition, facts.key_account);
    decrypt(&json!({ "AWS": role }), &json!({ "Null": { CONTEXT: "false" } }))
}

/// What AWS documents for a trail today.
pub(super) fn documented(facts: &Facts<'_>) -> String {
    document(&[owner(facts), encrypt(&by_both(facts)), describe(&by_source(facts)), readers(facts)])
}

/// The documented policy, and the trail's account may look at the key from outside.
pub(super) fn documented_across_accounts(facts: &Facts<'_>) -> String {
    let account = facts.root(facts.trail_account);
    let look = json!({
        "Effect": "Allow",
        "Principal": { "AWS": account },
        "Action": ["kms:DescribeKey", "kms:GetKeyRotationStatus"],
        "Resource": "*",
    });
    document(&[
        owner(facts),
        encrypt(&by_both(facts)),
        describe(&by_source(facts)),
        readers(facts),
        look,
    ])
}

/// The documented policy with other conditions for sealing and describing.
pub(super) fn with_conditions(facts: &Facts<'_>, sealing: &Value, describing: &Value) -> String {
    document(&[owner(facts), encrypt(sealing), describe(describing), readers(facts)])
}

/// The documented policy and another statement.
pub(super) fn with_statement(facts: &Facts<'_>, statement: Value) -> String {
    document(&[
        owner(facts),
        encrypt(&by_both(facts)),
        describe(&by_source(facts)),
        readers(facts),
        statement,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_comes_back_as_kms_lays_it_out() {
        let condition = json!({ "StringEquals": { "aws:SourceArn": ["a", "b"] } });
        let statements = [
            cloudtrail(&json!(["kms:Decrypt", "kms:Generate*"]), &condition),
            json!({ "Sid": "Say \"no\"", "NotAction": "kms:*", "Effect": "Deny" }),
        ];
        let expected = r#"{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Effect" : "Allow",
    "Principal" : {
      "Service" : "cloudtrail.amazonaws.com"
    },
    "Action" : [ "kms:Decrypt", "kms:Generate*" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "aws:SourceArn" : [ "a", "b" ]
      }
    }
  }, {
    "Sid" : "Say \"no\"",
    "Effect" : "Deny",
    "NotAction" : "kms:*"
  } ]
}"#;
        assert_eq!(document(&statements), expected);
    }
}

//! What the conditions of a policy name: accounts, organizations, Regions, and kinds of keys.

use std::collections::BTreeSet;

use crate::arn::arn_parts;
use crate::context::RequestContext;
use crate::evaluate::applies;
use crate::operator::{Comparison, Operator};
use crate::policy::{Condition, Effect, KeyPolicy, Statement};
use crate::principal::is_account_id;
use crate::truth::Truth;

/// The condition keys that tell who asks (and not from where, when or for what), in lower case.
const OF_IDENTITIES: &[&str] =
    &["aws:principalarn", "aws:userid", "aws:username", "aws:principaltype"];
const OF_ACCOUNTS: &[&str] = &["kms:calleraccount", "aws:principalaccount"];

/// Whether a condition key tells an identity, its account or its organization.
pub(crate) fn tells_who(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    is_of_identity(&key)
        || OF_ACCOUNTS.contains(&key.as_str())
        || ["aws:principalorgid", "aws:principalorgpaths"].contains(&key.as_str())
}

/// Whether a condition key, in lower case, tells one identity of an account from another.
fn is_of_identity(key: &str) -> bool {
    OF_IDENTITIES.contains(&key) || key.starts_with("aws:principaltag/")
}

impl KeyPolicy {
    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.statements.iter().flat_map(|it| it.conditions.iter().flatten())
    }

    /// Whether a condition speaks of a key that starts so, in any letter case.
    pub(crate) fn names_key(&self, start: &str) -> bool {
        let start = start.to_ascii_lowercase();
        self.conditions().any(|it| it.key.to_ascii_lowercase().starts_with(&start))
    }

    /// The values of each condition on this key, in any letter case.
    pub(crate) fn values_of(&self, key: &str) -> Vec<&[String]> {
        let conditions = self.conditions().filter(|it| it.key.eq_ignore_ascii_case(key));
        conditions.filter_map(|it| it.values.as_deref().ok()).collect()
    }

    /// Whether a condition speaks of a key that tells one identity of an account from another.
    pub(crate) fn names_identities(&self) -> bool {
        self.conditions().any(|it| is_of_identity(&it.key.to_ascii_lowercase()))
    }

    /// Every account that a condition names.
    pub(crate) fn named_accounts(&self) -> BTreeSet<String> {
        let words = self.words(|it| !it.is_ascii_alphanumeric());
        words.filter(|it| is_account_id(it)).map(str::to_owned).collect()
    }

    /// Every organization that a condition names.
    pub(crate) fn named_organizations(&self) -> BTreeSet<String> {
        let words = self.words(|it| !it.is_ascii_alphanumeric() && it != '-');
        // Their ids are in lower case, and some operators ignore it.
        let ids = words.map(str::to_ascii_lowercase);
        ids.filter(|id| id.strip_prefix("o-").is_some_and(|rest| !rest.is_empty())).collect()
    }

    /// Every pattern of organizations in a condition: the ids that it lets in are not known.
    pub(crate) fn organization_patterns(&self) -> BTreeSet<&str> {
        let keys = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];
        let values = keys.into_iter().flat_map(|it| self.values_of(it)).flatten();
        let ids = values.filter_map(|it| it.split('/').next());
        ids.filter(|it| it.contains(['*', '?'])).collect()
    }

    /// Every text in a condition that may be the name of a Region.
    pub(crate) fn named_regions(&self) -> BTreeSet<String> {
        let words = self.words(|it| !it.is_ascii_alphanumeric() && it != '-');
        let is_region = |it: &&str| {
            it.matches('-').count() >= 2 && it.ends_with(|last: char| last.is_ascii_digit())
        };
        words.filter(is_region).map(str::to_owned).collect()
    }

    /// The words of the conditions' values.
    fn words(&self, is_between: fn(char) -> bool) -> impl Iterator<Item = &str> {
        let values = self.conditions().flat_map(|it| it.values.iter().flatten());
        values.flat_map(move |it| it.split(is_between))
    }

    /// Accounts as a pattern or a bound may let them in, of which no condition names the id; the
    /// highest of all is among them.
    pub(crate) fn sample_accounts(&self) -> BTreeSet<String> {
        let apart = self.conditions().filter(|it| it.tells_accounts_apart());
        let values = apart.flat_map(|it| it.values.iter().flatten());
        let mut samples = BTreeSet::new();
        for value in values {
            samples.extend(FILLS.iter().filter_map(|fill| sample(value, fill)));
            samples.extend(neighbours(value));
            samples.insert("9".repeat(12));
        }
        samples
    }

    /// Whether accounts of which no condition names the id may still differ by their ids, as under
    /// `1111*`. Where they do not, one of them is as good as all.
    pub(crate) fn tells_accounts_apart(&self) -> bool {
        self.conditions().any(Condition::tells_accounts_apart)
    }
}

/// What samples of a pattern have where it has wildcards, so that a denial of some leaves others.
const FILLS: [&str; 3] = ["0", "1", "7"];

/// An account that a pattern matches, or the account in an ARN.
fn sample(pattern: &str, fill: &str) -> Option<String> {
    let pattern = arn_parts(pattern).map_or(pattern, |it| it[4]).replace('?', fill);
    let missing = 12_usize.checked_sub(pattern.replace('*', "").len())?;
    let filled = pattern.replacen('*', &fill.repeat(missing), 1).replace('*', "");
    is_account_id(&filled).then_some(filled)
}

/// The accounts below and above a bound.
fn neighbours(bound: &str) -> Vec<String> {
    let Ok(bound) = bound.parse::<u64>() else { return Vec::new() };
    let accounts = [bound.saturating_sub(1), bound.saturating_add(1)];
    let accounts = accounts.map(|it| format!("{it:012}"));
    accounts.into_iter().filter(|it| is_account_id(it)).collect()
}

/// The conditions that choose identities, where none of a kind is let in.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The key of one of them.
    pub(crate) key: &'static str,
    /// Whether an administrator can give an identity what they ask for.
    pub(crate) is_creatable: bool,
}

impl Chosen {
    /// Those of the statement that allows and of denials on which these requests depend.
    pub(crate) fn by(
        policy: &KeyPolicy,
        statement: &Statement,
        requests: &[RequestContext],
    ) -> Self {
        let is_open = |truth: Truth| matches!(truth, Truth::Unknown(_));
        let depends = |it: &Statement| {
            requests.iter().any(|request| is_open(applies(it, request, policy.version)))
        };
        let denials = policy.statements.iter().filter(|it| it.effect == Effect::Deny);
        let statements = std::iter::once(statement).chain(denials).filter(|it| depends(it));
        let conditions: Vec<&Condition> = statements
            .flat_map(|it| it.conditions.iter().flatten())
            .filter(|it| is_of_identity(&it.key.to_ascii_lowercase()))
            .filter(|it| requests.iter().any(|request| is_open(it.holds(request, policy.version))))
            .collect();
        let names = |key: &str| conditions.iter().any(|it| it.key.eq_ignore_ascii_case(key));
        let keys = ["aws:PrincipalArn", "aws:userid", "aws:username", "aws:PrincipalType"];
        let key = keys.into_iter().find(|it| names(it)).unwrap_or("aws:PrincipalTag");
        // Unique ids are given by AWS.
        let is_creatable =
            !names("aws:userid") && conditions.iter().any(|it| it.asks_for_what_is_given());
        Self { key, is_creatable }
    }
}

impl Statement {
    /// Whether it names the account of each caller that it speaks of.
    pub(crate) fn lists_accounts(&self) -> bool {
        self.conditions.iter().flatten().any(Condition::lists_accounts)
    }
}

impl Condition {
    /// Whether it asks for a name or a tag, which identities are given; a root user is given none.
    fn asks_for_what_is_given(&self) -> bool {
        let key = self.key.to_ascii_lowercase();
        if key == "aws:principalarn" {
            let is_root = |it: &String| it.ends_with(":root");
            return !self.values.as_ref().is_ok_and(|values| values.iter().all(is_root));
        }
        key == "aws:username" || key.starts_with("aws:principaltag/")
    }

    fn lists_accounts(&self) -> bool {
        let is_of_account = OF_ACCOUNTS.iter().any(|it| self.key.eq_ignore_ascii_case(it));
        let (Ok(values), Ok(operator)) = (&self.values, &self.operator) else { return false };
        let is_equal = matches!(
            operator,
            Operator::Compare {
                comparison: Comparison::Text
                    | Comparison::TextIgnoringCase
                    | Comparison::TextPattern,
                negated: false,
                set: None,
                ..
            }
        );
        is_of_account && is_equal && values.iter().all(|it| is_account_id(it))
    }

    fn tells_accounts_apart(&self) -> bool {
        let key = self.key.to_ascii_lowercase();
        let is_of_account = OF_ACCOUNTS.contains(&key.as_str());
        if !is_of_account && !["aws:principalarn", "aws:userid"].contains(&key.as_str()) {
            return false;
        }
        let (Ok(values), Ok(operator)) = (&self.values, &self.operator) else { return false };
        let compares_texts = match operator {
            Operator::Null => return false,
            Operator::Compare { comparison, .. } => matches!(
                comparison,
                Comparison::Text
                    | Comparison::TextIgnoringCase
                    | Comparison::TextPattern
                    | Comparison::Arn
            ),
        };
        let is_uniform = |it: &String| match arn_parts(it) {
            Some([head @ .., account, _]) if !is_of_account => {
                let has_digits = head.iter().any(|it| it.contains(|it: char| it.is_ascii_digit()));
                !has_digits && (account == "*" || is_account_id(account))
            }
            // Unique ids begin with letters.
            _ if key == "aws:userid" && it.starts_with(|it: char| it.is_ascii_alphabetic()) => true,
            _ => is_account_id(it) || !it.contains(|it: char| it.is_ascii_digit() || it == '?'),
        };
        !compares_texts || !values.iter().all(is_uniform)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(operator: &str, key: &str, value: &str) -> KeyPolicy {
        let statement = json!({
            "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*",
            "Condition": { operator: { key: value } },
        });
        KeyPolicy::parse(&json!({ "Statement": statement }).to_string()).unwrap()
    }

    #[test]
    fn one_account_is_as_good_as_all_unless_a_pattern_tells_them_apart() {
        let check = |operator: &str, key: &str, value: &str, expected: bool| {
            let found = policy(operator, key, value).tells_accounts_apart();
            assert_eq!(found, expected, "{operator} {key} {value}");
        };
        check("StringEquals", "kms:CallerAccount", "111122223333", false);
        check("StringLike", "KMS:calleraccount", "1111*", true);
        check("StringLike", "aws:PrincipalAccount", "*", false);
        check("StringLike", "aws:PrincipalAccount", "????????????", true);
        check("NumericLessThan", "aws:PrincipalAccount", "*", true);
        check("Null", "aws:PrincipalAccount", "true", false);
        check("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin1", false);
        check("ArnLike", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/Admin", false);
        check("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1111*:role/Admin", true);
        check("StringLike", "aws:PrincipalArn", "*1111*", true);
        check("StringLike", "aws:PrincipalArn", "*:role/Admin", false);
        check("StringLike", "aws:PrincipalTag/Team", "1*", false);
        check("StringLike", "aws:userid", "AROAEXAMPLE1:*", false);
        check("StringLike", "aws:userid", "11*", true);
    }

    #[test]
    fn what_a_policy_names() {
        let value = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/a-b";
        let policy = policy("ArnLike", "aws:PrincipalArn", value);
        assert!(policy.named_accounts().iter().eq(["111122223333"]));
        assert!(policy.named_regions().iter().eq(["eu-west-1"]));
        assert!(policy.named_organizations().is_empty());
        assert_eq!(policy.sample_accounts().len(), 0);
        assert_eq!(sample("1?1*2", "0").as_deref(), Some("101000000002"));
        assert_eq!(sample("arn:aws:iam::9*:role/a", "0").as_deref(), Some("900000000000"));
        assert_eq!(sample("a*", "7"), None);
        assert!(policy.names_key("AWS:principalarn") && !policy.names_key("aws:PrincipalTag/"));
    }
}

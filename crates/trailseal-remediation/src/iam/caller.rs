//! Who runs scans: the principal that roles trust.

use trailseal_model::{AccountId, Arn, Partition};

/// The IAM role or user whose credentials a scan begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    arn: Arn,
    account: AccountId,
    kind: CallerKind,
    is_of_session: bool,
}

/// What a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// An IAM role.
    Role,
    /// An IAM user.
    User,
}

/// What the names of roles that IAM Identity Center makes begin with. They have a path.
const IDENTITY_CENTER: &str = "AWSReservedSSO_";

/// Source: IAM API reference, `CreateRole` and `CreateUser`: `[\w+=,.@-]`, and `/` between the parts of
/// a path.
fn is_path(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_known = |it: char| it.is_ascii_alphanumeric() || "_+=,.@-".contains(it);
        !part.is_empty() && part.chars().all(is_known)
    };
    text.len() <= 576 && text.split('/').all(is_part)
}

impl Caller {
    /// The caller with this ARN. The ARN of an assumed role's session is that of its role.
    ///
    /// # Errors
    /// In one line, why this is no principal that a role can trust.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(200).collect();
        let wrong = |why: &str| Err(format!("`{shown}` {why}"));
        let Some(arn) = Arn::new(text) else {
            return wrong(
                "is not an ARN; give the ARN of a role or user, arn:aws:iam::111122223333:role/NAME",
            );
        };
        let Some(account) = arn.account() else {
            return wrong("names no account of twelve digits");
        };
        let caller = |kind| Self { arn: arn.clone(), account, kind, is_of_session: false };
        let resource = arn.resource();
        let of = |kind: &str| resource.strip_prefix(kind).filter(|it| is_path(it));
        if arn.service() == "iam" {
            if of("role/").is_some() {
                return Ok(caller(CallerKind::Role));
            }
            if of("user/").is_some() {
                return Ok(caller(CallerKind::User));
            }
            if resource == "root" {
                return wrong(
                    "is the root user, who cannot assume a role; give the ARN of a role or user",
                );
            }
        }
        if arn.service() == "sts" && resource.starts_with("federated-user/") {
            return wrong(
                "is a federated user, who cannot assume a role; give the ARN of a role or user",
            );
        }
        let session = of("assumed-role/").filter(|_| arn.service() == "sts");
        let Some((name, _)) = session.and_then(|it| it.split_once('/')) else {
            return wrong("is neither a role nor a user; give the ARN of one, without wildcards");
        };
        if name.starts_with(IDENTITY_CENTER) {
            return Err(format!(
                "`{shown}` is a session of a role with a path, which it does not show; give the role's own ARN: aws iam get-role --role-name {name} --query Role.Arn"
            ));
        }
        let role = format!("arn:{}:iam::{account}:role/{name}", arn.partition());
        match Arn::new(&role) {
            Some(arn) => Ok(Self { arn, account, kind: CallerKind::Role, is_of_session: true }),
            None => wrong("is not the session of a role"),
        }
    }

    /// The ARN of the role or user.
    #[must_use]
    pub const fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The account that it belongs to.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The partition that its account is in, and so every account of the organization.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.arn.partition()
    }

    /// Role or user.
    #[must_use]
    pub const fn kind(&self) -> CallerKind {
        self.kind
    }

    /// The name, without its path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.arn.resource().rsplit('/').next().unwrap_or_default()
    }

    /// Whether the ARN of a session was given, in which a role's path is missing.
    #[must_use]
    pub const fn is_of_session(&self) -> bool {
        self.is_of_session
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_users_and_sessions_are_callers() {
        for (text, arn, kind, name) in [
            ("arn:aws:iam::012345678901:role/Scan", None, CallerKind::Role, "Scan"),
            ("arn:aws-cn:iam::012345678901:role/a/b/Scan", None, CallerKind::Role, "Scan"),
            ("arn:aws:iam::012345678901:user/ci/auditor", None, CallerKind::User, "auditor"),
            (
                "arn:aws-us-gov:sts::012345678901:assumed-role/Scan/i-0123",
                Some("arn:aws-us-gov:iam::012345678901:role/Scan"),
                CallerKind::Role,
                "Scan",
            ),
        ] {
            let caller = Caller::parse(text).unwrap();
            assert_eq!(caller.arn().as_str(), arn.unwrap_or(text));
            assert_eq!((caller.kind(), caller.name()), (kind, name), "{text}");
            assert_eq!(caller.is_of_session(), arn.is_some(), "{text}");
            assert_eq!(caller.account().to_string(), "012345678901");
        }
    }

    #[test]
    fn what_no_role_can_trust_is_refused_with_what_to_give() {
        for (text, part) in [
            ("", "is not an ARN"),
            ("TrailsealCaller", "is not an ARN"),
            ("arn:aws:iam::12345:role/Scan", "no account"),
            ("arn:aws:iam::012345678901:root", "root user"),
            ("arn:aws:iam::012345678901:role/*", "without wildcards"),
            ("arn:aws:iam::012345678901:role/Sc?n", "without wildcards"),
            ("arn:aws:iam::012345678901:role//Scan", "neither"),
            ("arn:aws:iam::012345678901:role/", "neither"),
            ("arn:aws:iam::012345678901:group/Auditors", "neither"),
            ("arn:aws:sts::012345678901:federated-user/bob", "federated user"),
            ("arn:aws:sts::012345678901:assumed-role/Scan", "neither"),
            ("arn:aws:s3:::bucket", "no account"),
            (
                "arn:aws:sts::012345678901:assumed-role/AWSReservedSSO_Audit_0123456789abcdef/ann",
                "aws iam get-role --role-name AWSReservedSSO_Audit_0123456789abcdef",
            ),
        ] {
            let error = Caller::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}

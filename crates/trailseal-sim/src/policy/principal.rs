//! Whom a trust policy names (IAM user guide, "AWS JSON policy elements: Principal").

use super::error::PolicyError;
use super::json::Json;
use super::pattern::arn_parts;

/// One principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Principal {
    /// `*`.
    Everyone,
    /// An account: it decides by its own policies who of it is meant.
    Account(Box<str>),
    /// A user, a role or a session.
    Identity(Box<str>),
    /// A service or a federated user: no simulated caller is one.
    Other,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The account's number.
    pub account: &'a str,
    /// The ARN of the user or of the session.
    pub arn: &'a str,
    /// The ARN of the user or of the session's role.
    pub principal_arn: &'a str,
}

/// How closely a principal names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    /// As one of its account, whose own policies decide.
    ByAccount,
    /// Itself, so that no other policy of the same account is needed.
    Directly,
}

/// The principals of the element.
pub(super) fn principals(element: &Json) -> Result<Vec<Principal>, PolicyError> {
    if element.text() == Some("*") {
        return Ok(vec![Principal::Everyone]);
    }
    let kinds = element
        .members()
        .filter(|kinds| !kinds.is_empty())
        .ok_or_else(|| PolicyError::new("`Principal` is neither `*` nor an object"))?;
    let mut principals = Vec::new();
    for (kind, values) in kinds {
        let values = values.texts().ok_or_else(|| {
            PolicyError::new(format!("the principals of `{kind}` are no list of texts"))
        })?;
        match &**kind {
            "AWS" => {
                for value in &values {
                    principals.push(Principal::new(value)?);
                }
            }
            "Service" | "Federated" => principals.push(Principal::Other),
            _ => return Err(PolicyError::new(format!("there are no principals `{kind}`"))),
        }
    }
    Ok(principals)
}

impl Principal {
    fn new(text: &str) -> Result<Self, PolicyError> {
        let is_account =
            |text: &str| text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit());
        if text == "*" {
            return Ok(Self::Everyone);
        }
        if is_account(text) {
            return Ok(Self::Account(text.into()));
        }
        let wrong = || PolicyError::new(format!("`{text}` is no principal"));
        let [_, _, service, region, account, resource] = arn_parts(text).ok_or_else(wrong)?;
        // IAM takes no wildcards in principals.
        if !is_account(account) || !region.is_empty() || resource.contains(['*', '?']) {
            return Err(wrong());
        }
        let is_a = |kind: &str| resource.strip_prefix(kind).is_some_and(|name| !name.is_empty());
        match service {
            "iam" if resource == "root" => Ok(Self::Account(account.into())),
            "iam" if is_a("user/") || is_a("role/") => Ok(Self::Identity(text.into())),
            "sts" if is_a("assumed-role/") => Ok(Self::Identity(text.into())),
            "sts" if is_a("federated-user/") => Ok(Self::Other),
            _ => Err(wrong()),
        }
    }

    /// How it names the caller, if it does.
    pub(super) fn names(&self, caller: &Caller<'_>) -> Option<Named> {
        match self {
            Self::Everyone => Some(Named::Directly),
            Self::Account(account) => (**account == *caller.account).then_some(Named::ByAccount),
            Self::Identity(arn) => {
                let is_caller = **arn == *caller.arn || **arn == *caller.principal_arn;
                is_caller.then_some(Named::Directly)
            }
            Self::Other => None,
        }
    }
}

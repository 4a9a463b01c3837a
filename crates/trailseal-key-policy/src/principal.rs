//! Whether the principals of a statement include the caller.

use crate::arn::arn_parts;
use crate::context::{Caller, RequestContext};
use crate::policy::{Effect, Part, Principal, Statement};
use crate::truth::{Truth, Why};

/// A key policy's statement needs a principal. NotPrincipal is for Deny only (IAM user guide, *AWS
/// JSON policy elements: NotPrincipal*).
pub(crate) fn principal_applies(statement: &Statement, context: &RequestContext) -> Truth {
    let unclear = |element: &str| Truth::Unknown(Why::Element(element.to_owned()));
    let effect = statement.effect;
    let is_any = |list: &[Principal]| {
        Truth::any(list.iter().map(|it| is_caller(it, context.caller(), effect)))
    };
    match (&statement.principal, effect) {
        (Part::Missing, _) => unclear("Principal"),
        (Part::Unclear(why), _) => Truth::Unknown(why.clone()),
        (Part::AllBut(_), Effect::Allow) => unclear("NotPrincipal"),
        (Part::AllBut(list), Effect::Deny) => {
            let may_be = list.iter().map(|it| may_be_chosen(it, context.caller()));
            Truth::any([is_any(list), Truth::any(may_be)]).negated()
        }
        (Part::Only(list), _) => is_any(list),
    }
}

/// Whom an account's own policies choose may be any identity of it that is named.
fn may_be_chosen(principal: &Principal, caller: &Caller) -> Truth {
    match (principal, caller) {
        (Principal::Aws(name), Caller::Delegate { account })
            if named(name) == Named::Identity(account) =>
        {
            unknown(name)
        }
        _ => Truth::No,
    }
}

fn unknown(name: &str) -> Truth {
    Truth::Unknown(Why::Principal(name.to_owned()))
}

fn is_caller(principal: &Principal, caller: &Caller, effect: Effect) -> Truth {
    match (principal, caller) {
        (Principal::Everyone, _) => Truth::Yes,
        (Principal::Unheard(name), _) => unknown(name),
        (Principal::Outsider(_), _) => Truth::No,
        (_, Caller::Service(service)) => is_service(principal, service),
        // "All AWS identities" (KMS developer guide, *Creating a key policy*).
        (Principal::Aws(name), _) if name == "*" => Truth::Yes,
        (Principal::Aws(name), _) => is_identity(name, caller, effect),
        (Principal::Service(_), _) => Truth::No,
    }
}

/// Whether a principal stands for the service.
///
/// `"*"` is all principals, services among them. Whether `{"AWS": "*"}` is too, AWS does not say, so
/// it is not known, and never a refusal. IAM's page names services as a kind of principal of their
/// own, written under `Service`, and calls the two forms the same where it speaks of public and
/// anonymous access. KMS's pages say "all AWS identities", and "every identity in every AWS account":
/// a service belongs to no account (IAM user guide, *AWS JSON policy elements: Principal*; KMS
/// developer guide, *Creating a key policy*, *Examining the key policy*).
fn is_service(principal: &Principal, service: &str) -> Truth {
    match principal {
        Principal::Service(name) if name == service => Truth::Yes,
        Principal::Service(name) if may_be_service(name, service) => unknown(name),
        Principal::Aws(name) if named(name) == Named::Unheard => unknown(name),
        _ => Truth::No,
    }
}

/// Other spellings, wildcards, and the same service's names in other Regions and partitions: a
/// service of an opt-in Region is seen elsewhere under a name with that Region.
fn may_be_service(name: &str, service: &str) -> bool {
    let first = |it: &str| it.split('.').next().unwrap_or_default().to_ascii_lowercase();
    name.contains(['*', '?', '$']) || first(name) == first(service)
}

/// Whether a name under `AWS` stands for this identity.
///
/// A statement that allows an account gives it to the account's own policies to hand on, and gives
/// none of its identities anything by itself (KMS developer guide, *Creating a key policy*, "Allows
/// access to the AWS account"). How far one reaches that denies an account, AWS does not say.
fn is_identity(name: &str, caller: &Caller, effect: Effect) -> Truth {
    match (named(name), caller.account()) {
        (Named::Unheard, _) | (_, None) => unknown(name),
        (Named::Deleted(_), _) => Truth::No,
        (Named::Account(account), Some(own)) if account != own => Truth::No,
        (Named::Account(_), _) if effect == Effect::Deny => unknown(name),
        (Named::Account(_), _) => matches!(caller, Caller::Delegate { .. }).into(),
        (Named::Identity(account), Some(own)) if account != own => Truth::No,
        (Named::Identity(_), _) => match caller {
            Caller::Identity { arn } if arn == name => Truth::Yes,
            // A role and a session of it are the same in one place and not in another.
            Caller::Identity { arn } if is_session(arn) != is_session(name) => unknown(name),
            _ => Truth::No,
        },
    }
}

fn is_session(arn: &str) -> bool {
    arn.split(':').nth(2) == Some("sts")
}

/// What a name under `AWS` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    /// An account, by its id or as its root.
    Account(&'a str),
    /// An identity of IAM or STS, and its account.
    Identity(&'a str),
    /// The unique id that a deleted identity leaves behind: a user's, or a role's.
    Deleted(&'a str),
    /// Anything else, `*` among it.
    Unheard,
}

pub(crate) fn named(name: &str) -> Named<'_> {
    if is_account_id(name) {
        return Named::Account(name);
    }
    // A session of a deleted role is printed as the role's unique id with the session's name, and is
    // that role. Users have no sessions, so that the like of a user is not understood.
    let role = name.split_once(':').map(|it| it.0).filter(|it| is_unique_id(it, "AROA"));
    if let Some(role) = role {
        return Named::Deleted(role);
    }
    if ["AIDA", "AROA"].iter().any(|it| is_unique_id(name, it)) {
        return Named::Deleted(name);
    }
    match arn_parts(name) {
        Some(["arn", _, "iam" | "sts", _, account, resource])
            if is_account_id(account) && !name.contains(['*', '?', '$']) =>
        {
            if resource == "root" {
                Named::Account(account)
            } else {
                Named::Identity(account)
            }
        }
        _ => Named::Unheard,
    }
}

fn is_unique_id(text: &str, prefix: &str) -> bool {
    text.starts_with(prefix)
        && text.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
}

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_name_is() {
        let check = |name: &str, expected: Named<'_>| assert_eq!(named(name), expected, "{name}");
        check("111122223333", Named::Account("111122223333"));
        check("arn:aws-cn:iam::111122223333:root", Named::Account("111122223333"));
        check("arn:aws:iam::111122223333:role/a/root", Named::Identity("111122223333"));
        check("arn:aws:sts::111122223333:assumed-role/a/b", Named::Identity("111122223333"));
        check("AROAEXAMPLE1234567890", Named::Deleted("AROAEXAMPLE1234567890"));
        check("AROAEXAMPLE1234567890:session", Named::Deleted("AROAEXAMPLE1234567890"));
        check("AIDAEXAMPLE1234567890", Named::Deleted("AIDAEXAMPLE1234567890"));
        check("AROAexample1234567890", Named::Unheard);
        check("AIDAEXAMPLE1234567890:session", Named::Unheard);
        for name in ["*", "", "11112222333", "arn:aws:iam::111122223333:role/*", "AROA-1"] {
            check(name, Named::Unheard);
        }
        check("arn:aws:iam::*:root", Named::Unheard);
        check("arn:aws:s3:::bucket", Named::Unheard);
    }

    #[track_caller]
    fn check(name: &str, caller: &Caller, allows: &Truth, denies: &Truth) {
        let principal = Principal::Aws(name.to_owned());
        assert_eq!(is_caller(&principal, caller, Effect::Allow), *allows, "{name} {caller:?}");
        assert_eq!(is_caller(&principal, caller, Effect::Deny), *denies, "{name} {caller:?}");
    }

    #[test]
    fn which_identities_a_name_stands_for() {
        let account = || "111122223333".to_owned();
        let role = "arn:aws:iam::111122223333:role/a";
        let session = "arn:aws:sts::111122223333:assumed-role/a/b";
        let someone = Caller::Someone { account: account() };
        let delegate = Caller::Delegate { account: account() };
        let named = Caller::Identity { arn: role.to_owned() };
        let (yes, no) = (&Truth::Yes, &Truth::No);
        for caller in [&someone, &delegate, &named] {
            check("*", caller, yes, yes);
            check("444455556666", caller, no, no);
            check("AROAEXAMPLE1234567890", caller, no, no);
            check("arn:aws:iam::444455556666:role/a", caller, no, no);
        }
        let unsure = unknown("111122223333");
        check("111122223333", &someone, no, &unsure);
        check("111122223333", &delegate, yes, &unsure);
        check("111122223333", &named, no, &unsure);
        check(role, &someone, no, no);
        check(role, &delegate, no, no);
        check(role, &named, yes, yes);
        check(session, &named, &unknown(session), &unknown(session));
        let other = "arn:aws:iam::111122223333:role/b";
        check(other, &named, no, no);
        // No session of another account is this role's.
        check("arn:aws:sts::444455556666:assumed-role/a/b", &named, no, no);
    }
}

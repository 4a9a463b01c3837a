//! IAM's words for who denied a request and by which policy.
//!
//! Source: IAM user guide, "Troubleshoot access denied error messages": a message ends in `because
//! no <type> policy allows the <action> action`, or in `with an explicit deny in a <type> policy`,
//! which newer answers follow by the policy's ARN.

/// The kind of policy that denied a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenyingPolicy {
    /// A service control policy of the organization.
    ServiceControl,
    /// A resource control policy of the organization.
    ResourceControl,
    /// A policy of the identity that asks.
    Identity,
    /// The permissions boundary of the identity that asks.
    Boundary,
    /// The policy that was passed when the session was opened.
    Session,
    /// The policy of the resource.
    Resource,
    /// The trust policy of the role to assume.
    RoleTrust,
    /// The policy of the VPC endpoint that the request went through.
    VpcEndpoint,
}

/// The words that IAM writes for each kind.
const KINDS: &[(&str, DenyingPolicy)] = &[
    ("service control policy", DenyingPolicy::ServiceControl),
    ("resource control policy", DenyingPolicy::ResourceControl),
    ("identity-based policy", DenyingPolicy::Identity),
    ("identity policy", DenyingPolicy::Identity),
    ("permissions boundary", DenyingPolicy::Boundary),
    ("session policy", DenyingPolicy::Session),
    ("resource-based policy", DenyingPolicy::Resource),
    ("role trust policy", DenyingPolicy::RoleTrust),
    ("vpc endpoint policy", DenyingPolicy::VpcEndpoint),
];

/// What a message says about the policy that denied a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denial<'a> {
    /// The kind of policy.
    pub policy: DenyingPolicy,
    /// Whether a statement of it denies the request; else none of it allows the request.
    pub is_explicit: bool,
    /// The policy's ARN, verbatim, where AWS names it.
    pub arn: Option<&'a str>,
}

impl<'a> Denial<'a> {
    /// What AWS's message says. The end of the message counts, because what precedes it, an object's
    /// key for instance, may hold any text.
    #[must_use]
    pub fn read(message: &'a str) -> Option<Self> {
        // ASCII alone is changed, so that places in one text are places in the other.
        let lower = message.to_ascii_lowercase();
        let (start, is_explicit) = [("because no ", false), ("explicit deny in ", true)]
            .into_iter()
            .filter_map(|(marker, is_explicit)| Some((lower.rfind(marker)?, is_explicit)))
            .max()?;
        let found = |(words, policy): &(&str, DenyingPolicy)| {
            let place = lower[start..].find(words)?;
            Some((place, words.len(), *policy))
        };
        let (place, length, policy) = KINDS.iter().filter_map(found).min_by_key(|it| it.0)?;
        let rest = &message[start + place + length..];
        Some(Self { policy, is_explicit, arn: named(rest) })
    }

    /// The last part of the policy's ARN: an SCP's id (`p-…`), the name of a policy of IAM.
    #[must_use]
    pub fn id(&self) -> Option<&'a str> {
        self.arn?.rsplit('/').next().filter(|id| !id.is_empty())
    }
}

/// The ARN right behind `policy: `.
fn named(rest: &str) -> Option<&str> {
    let arn = rest.strip_prefix(':')?.split_whitespace().next()?;
    let arn = arn.trim_end_matches(['.', ',', ';', '"', '\'']);
    arn.starts_with("arn:").then_some(arn)
}

/// The action that the message calls not authorized, such as `sts:TagSession`.
#[must_use]
pub fn denied_action(message: &str) -> Option<&str> {
    let marker = "not authorized to perform";
    let start = message.to_ascii_lowercase().find(marker)? + marker.len();
    let action = message[start..].trim_start_matches(':').split_whitespace().next()?;
    let action = action.trim_end_matches(['.', ',', ';']);
    action.contains(':').then_some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &str = "User: arn:aws:sts::111122223333:assumed-role/Audit/run is not authorized to perform: cloudtrail:DescribeTrails";

    #[test]
    fn every_kind_is_read_with_its_arn() {
        let scp = "arn:aws:organizations::111122223333:policy/o-a1b2c3d4e5/service_control_policy/p-9876zyxw";
        let help = " Go to https://console.aws.amazon.com/iam/home#/access-troubleshooter";
        for (words, policy) in KINDS {
            for (context, is_explicit, arn) in [
                (format!("because no {words} allows the x action"), false, None),
                (format!("with an explicit deny in a {words}"), true, None),
                (format!("with an explicit deny in the {words}: {scp}"), true, Some(scp)),
                (format!("with an explicit deny in an {words}: {scp}.{help}"), true, Some(scp)),
            ] {
                let message = format!("{WHO} {context}");
                let expected = Denial { policy: *policy, is_explicit, arn };
                assert_eq!(Denial::read(&message), Some(expected), "{message}");
            }
        }
        let message = format!("{WHO} with an explicit deny in a service control policy: {scp}");
        assert_eq!(Denial::read(&message).and_then(|it| it.id()), Some("p-9876zyxw"));
        assert_eq!(Denial::read(WHO), None);
        assert_eq!(Denial::read("because no policy at all"), None);
    }

    #[test]
    fn what_precedes_the_end_does_not_mislead() {
        let message = format!(
            "{WHO} on resource: \"arn:aws:s3:::b/é explicit deny in a service control policy: arn:x/p-1\" because no session policy allows it"
        );
        let expected = Denial { policy: DenyingPolicy::Session, is_explicit: false, arn: None };
        assert_eq!(Denial::read(&message), Some(expected));
    }

    #[test]
    fn the_denied_action_is_read() {
        assert_eq!(denied_action(WHO), Some("cloudtrail:DescribeTrails"));
        let tags = "User: x is not authorized to perform: sts:TagSession on resource: y";
        assert_eq!(denied_action(tags), Some("sts:TagSession"));
        for other in ["Access Denied", "x is not authorized to perform this", ""] {
            assert_eq!(denied_action(other), None, "{other}");
        }
    }
}

//! Made-up identities, one or more of each kind.
//!
//! Whether a condition on identities narrows who reads shows by trying it with identities that nobody
//! chose. Their names hold what names of IAM may hold, so that a pattern that only asks for a hyphen
//! matches one of them; what is documented of the condition keys is in the IAM user guide, *IAM policy
//! elements: Variables and tags*, "Principal key values", and *AWS global condition context keys*.

use crate::context::{ContextValue, Possibility, RequestContext};
use crate::who::Kind;

/// Letters and digits only, and every other character that a name may have as well.
const NAMES: [&str; 2] = ["Zq7XwVbn4K", "Zq7-XwVbn_4K.v2@x,y=z+0"];
/// Of users and roles, who may be at any depth.
const PATHS: [&str; 3] = ["", "zq7/", "zq7/x-8/"];
const USER_ID: &str = "AIDAZQ7XWVBN4KZQ7XWVB";
const ROLE_ID: &str = "AROAZQ7XWVBN4KZQ7XWVB";

/// One made-up identity and the condition keys that tell who it is.
pub(crate) struct Identity {
    pub(crate) kind: Kind,
    /// Whether it has every tag, of a made-up value; else it has none.
    pub(crate) is_tagged: bool,
    arn: String,
    user_name: ContextValue,
    user_id: ContextValue,
    principal_type: &'static str,
}

/// Of which account identities are made up, and as which kinds.
pub(crate) struct Of<'a> {
    pub(crate) partition: &'a str,
    pub(crate) account: &'a str,
    /// Regions in which IAM Identity Center may be: its roles have the Region in their path, but for
    /// one.
    pub(crate) regions: &'a [String],
    /// Whether a condition speaks of tags.
    pub(crate) names_tags: bool,
}

impl Of<'_> {
    /// All of them.
    pub(crate) fn identities(&self) -> Vec<Identity> {
        let mut identities = self.untagged();
        if self.names_tags {
            let tagged = self.untagged().into_iter().filter(|it| it.kind != Kind::Root);
            identities.extend(tagged.map(|it| Identity { is_tagged: true, ..it }));
        }
        identities
    }

    fn untagged(&self) -> Vec<Identity> {
        let mut identities = Vec::new();
        for name in NAMES {
            for path in PATHS {
                identities.push(self.user(path, name));
                identities.push(self.role(Kind::Role, &format!("{path}{name}")));
            }
            identities.push(self.federated_user(name));
        }
        let center = "aws-reserved/sso.amazonaws.com";
        let name = "AWSReservedSSO_Zq7XwVbn4K_0123456789abcdef";
        identities.push(self.role(Kind::IdentityCenterRole, &format!("{center}/{name}")));
        identities.extend(self.regions.iter().map(|region| {
            self.role(Kind::IdentityCenterRole, &format!("{center}/{region}/{name}"))
        }));
        identities.push(self.root());
        identities
    }

    fn user(&self, path: &str, name: &str) -> Identity {
        Identity {
            kind: Kind::User,
            is_tagged: false,
            arn: self.arn("iam", &format!("user/{path}{name}")),
            user_name: ContextValue::one(name),
            user_id: ContextValue::one(USER_ID),
            principal_type: "User",
        }
    }

    /// A role acts through its sessions, whose names their users choose.
    fn role(&self, kind: Kind, name: &str) -> Identity {
        let session = Possibility::StartsWith(format!("{ROLE_ID}:"));
        Identity {
            kind,
            is_tagged: false,
            arn: self.arn("iam", &format!("role/{name}")),
            user_name: ContextValue::Absent,
            user_id: ContextValue::OneOf(vec![session]),
            principal_type: "AssumedRole",
        }
    }

    fn federated_user(&self, name: &str) -> Identity {
        Identity {
            kind: Kind::FederatedUser,
            is_tagged: false,
            arn: self.arn("sts", &format!("federated-user/{name}")),
            user_name: ContextValue::Absent,
            user_id: ContextValue::one(&format!("{}:{name}", self.account)),
            principal_type: "FederatedUser",
        }
    }

    fn root(&self) -> Identity {
        Identity {
            kind: Kind::Root,
            is_tagged: false,
            arn: self.arn("iam", "root"),
            user_name: ContextValue::Absent,
            user_id: ContextValue::one(self.account),
            principal_type: "Account",
        }
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}::{}:{resource}", self.partition, self.account)
    }
}

impl Identity {
    /// The request of an account's identity as this one's.
    pub(crate) fn of(&self, request: &RequestContext) -> RequestContext {
        let tag = if self.is_tagged { ContextValue::one(NAMES[0]) } else { ContextValue::Absent };
        request
            .clone()
            .with("aws:PrincipalArn", ContextValue::one(&self.arn))
            .with("aws:username", self.user_name.clone())
            .with("aws:userid", self.user_id.clone())
            .with("aws:PrincipalType", ContextValue::one(self.principal_type))
            .with_family("aws:PrincipalTag/", tag)
    }
}

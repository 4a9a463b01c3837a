//! Whether the caller's own policy allows a call, where it has one. Without one everything is
//! allowed that no denial of the world forbids.

use serde_json::Value;

use crate::denial::{denied_action, with_bucket_region};
use crate::policy::{Asked, Context, Decision, Key};
use crate::service::{Call, Service, kms};
use crate::wire::Input;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::denial::PolicyKind;

/// The refusal of a call that the caller's policy does not allow.
///
/// AssumeRole is not decided here: its input is checked first, and the role's trust policy counts.
pub(crate) fn refusal(
    world: &World,
    call: &Call<'_>,
    service: Service,
    named: &str,
) -> Option<Fault> {
    let action = call.operation.action.filter(|_| service != Service::Sts)?;
    call.session.policy(world)?;
    let resources = resources(call, named);
    let (refused, decision) = resources
        .iter()
        .map(|resource| (resource, decision(world, call, action, resource)))
        .find(|(_, decision)| *decision != Decision::Allowed)?;
    let is_explicit = decision == Decision::Denied;
    // A key policy that names the caller itself is enough within an account.
    if !is_explicit && service == Service::Kms && kms::names_caller(world, call) {
        return None;
    }
    // Messages name what the operation is about, and nothing where it is about everything.
    let named = if resources.len() > 1 { refused } else { named };
    let fault = denied_action(PolicyKind::Identity, is_explicit, None, action, call, named);
    Some(with_bucket_region(world, call, fault))
}

/// What the caller's policy decides; a caller without one may do everything.
pub(crate) fn decision(world: &World, call: &Call<'_>, action: &str, resource: &str) -> Decision {
    let Some(policy) = call.session.policy(world) else { return Decision::Allowed };
    let context = RequestContext { world, call, resource };
    policy.decide(&Asked { action, resource, context: &context })
}

/// The resources that an operation needs its action for (service authorization reference): mostly
/// the one that messages name.
fn resources(call: &Call<'_>, named: &str) -> Vec<String> {
    let list = match (call.operation.name, &call.input) {
        // The example policies of the S3 user guide have this pattern beside `*`.
        ("ListBuckets", _) => {
            let partition = call.region.partition();
            return vec![format!("arn:{partition}:s3:::*")];
        }
        ("ListTags", Input::Json(input)) => input.get("ResourceIdList").and_then(Value::as_array),
        _ => None,
    };
    let resources: Vec<String> =
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    match named {
        _ if !resources.is_empty() => resources,
        "" => vec!["*".to_owned()],
        named => vec![named.to_owned()],
    }
}

/// What a request says of itself, in its own words and in those of the organization.
pub(crate) struct RequestContext<'a> {
    pub(crate) world: &'a World,
    pub(crate) call: &'a Call<'a>,
    /// The ARN of what is asked for, or `*`.
    pub(crate) resource: &'a str,
}

impl Context for RequestContext<'_> {
    fn values(&self, key: &Key) -> Vec<String> {
        let (world, call) = (self.world, self.call);
        let session = call.session;
        let text = |parameter: &str| call.text(parameter).map(str::to_owned);
        let value = match key {
            Key::RequestedRegion => Some(call.region.name().to_owned()),
            Key::PrincipalArn => Some(session.principal_arn(world)),
            Key::PrincipalAccount => Some(session.account.to_string()),
            Key::PrincipalOrganization => self.organization_of(session.account),
            Key::PrincipalType => {
                Some(if session.is_role { "AssumedRole" } else { "User" }.to_owned())
            }
            Key::UserId => Some(session.user_id.clone()),
            Key::ResourceAccount => Some(self.resource_account().to_string()),
            Key::ResourceOrganization => self.organization_of(self.resource_account()),
            Key::SourceIdentity => session.source_identity.clone(),
            Key::SecureTransport => Some("true".to_owned()),
            Key::RequestTag(name) => {
                self.tags().find(|tag| *tag.0 == **name).map(|tag| tag.1.to_owned())
            }
            Key::TagKeys => return self.tags().map(|tag| tag.0.to_owned()).collect(),
            Key::ExternalId => text("ExternalId"),
            Key::RoleSessionName => text("RoleSessionName"),
            Key::SourceIdentityToSet => text("SourceIdentity"),
            Key::KmsCallerAccount => self.is_to(Service::Kms).then(|| session.account.to_string()),
            Key::S3ResourceAccount => {
                self.is_to(Service::S3).then(|| self.resource_account().to_string())
            }
            Key::Prefix => self.parameter("prefix"),
            Key::Delimiter => self.parameter("delimiter"),
            Key::MaxKeys => self.parameter("max-keys"),
            Key::False => Some("false".to_owned()),
            Key::Absent => None,
        };
        value.into_iter().collect()
    }
}

impl<'a> RequestContext<'a> {
    fn is_to(&self, service: Service) -> bool {
        let prefix = self.call.operation.action.and_then(|action| action.split_once(':'));
        prefix.is_some_and(|(prefix, _)| prefix == service.signing_name())
    }

    fn organization_of(&self, account: AccountId) -> Option<String> {
        let organization = self.world.organization()?;
        self.world.account(account).map(|_| organization.id.to_string())
    }

    /// The account that owns what is asked for: the caller's, where that is nothing in particular.
    fn resource_account(&self) -> AccountId {
        let mut parts = self.resource.splitn(6, ':').skip(2);
        let (service, account) = (parts.next(), parts.nth(1));
        let owner = match (service, parts.next()) {
            (Some("s3"), Some(name)) => {
                let bucket = name.split('/').next().and_then(|name| self.world.bucket(name));
                bucket.map(|bucket| bucket.owner)
            }
            _ => account.and_then(|account| account.parse().ok()),
        };
        owner.unwrap_or(self.call.session.account)
    }

    /// A parameter of ListObjectsV2, as it was sent.
    fn parameter(&self, name: &str) -> Option<String> {
        match &self.call.input {
            Input::S3(request) if self.call.operation.name == "ListObjectsV2" => {
                request.parameter(name).map(str::to_owned)
            }
            _ => None,
        }
    }

    /// The session tags of an AssumeRole.
    fn tags(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let parameters = match &self.call.input {
            Input::Query(query) => Some(&query.parameters),
            Input::Json(_) | Input::S3(_) => None,
        };
        parameters.into_iter().flatten().filter_map(move |(name, tag)| {
            let prefix = name.strip_suffix(".Key").filter(|name| name.starts_with("Tags."))?;
            let value = parameters?.get(&format!("{prefix}.Value"))?;
            Some((tag.as_str(), value.as_str()))
        })
    }
}

#[cfg(test)]
mod tests;

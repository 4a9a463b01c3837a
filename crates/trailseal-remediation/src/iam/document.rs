//! A request as a document that can be deployed.

use super::error::IamError;
use super::json::json;
use super::node::Node;
use super::policy::is_of_role;
use super::request::IamRequest;
use super::{cloudformation, policy, size, statement, terraform, trust};

/// How policies are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object: `Policy`, and for a role `TrustPolicy`.
    Json,
    /// A CloudFormation template, in YAML.
    Cloudformation,
    /// Resources of Terraform's AWS provider.
    Terraform,
}

/// The policies, and for a role its trust, in one format.
///
/// # Errors
/// When IAM would refuse a policy for its length.
pub fn document(request: &IamRequest, format: Format) -> Result<String, IamError> {
    let policy = statement::policy(&policy::statements(request));
    if !is_of_role(request.recipient) {
        size::check("policy", &policy, size::MANAGED)?;
        return Ok(match format {
            Format::Json => json(&Node::map([("Policy", policy)])),
            Format::Cloudformation => cloudformation::caller(request, policy),
            Format::Terraform => terraform::caller(request, policy),
        });
    }
    let trust = statement::policy(&trust::statements(request));
    size::check("policy", &policy, size::IN_ROLE)?;
    size::check("trust policy", &trust, size::TRUST)?;
    Ok(match format {
        Format::Json => json(&Node::map([("Policy", policy), ("TrustPolicy", trust)])),
        Format::Cloudformation => cloudformation::role(request, policy, trust),
        Format::Terraform => terraform::role(request, policy, trust),
    })
}

//! The run line's endpoints.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::Endpoint;

/// An endpoint that was set for one service in place of the one that AWS publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointLine {
    /// The service, as in AWS's host names: `account`, `cloudtrail`, `kms`, `organizations`, `s3` or
    /// `sts`.
    pub service: String,
    /// Scheme, host and port; user info, path and query are left out.
    pub url: String,
    /// Whether the host is AWS's own.
    pub is_aws: bool,
}

/// Endpoints for people: each URL with its services, sorted.
pub(super) fn shown<'a>(endpoints: impl Iterator<Item = &'a EndpointLine>) -> Vec<String> {
    Endpoint::by_url(endpoints.map(|it| (it.url.as_str(), it.service.as_str())))
}

/// The lines of a run's endpoints.
pub(super) fn endpoint_lines(endpoints: &[Endpoint]) -> Vec<EndpointLine> {
    let line = |it: &Endpoint| EndpointLine {
        service: it.service.to_owned(),
        url: it.url.clone(),
        is_aws: it.is_aws,
    };
    endpoints.iter().map(line).collect()
}

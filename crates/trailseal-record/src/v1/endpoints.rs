//! The run line's endpoints.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::Endpoint;

use super::RunLine;

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

impl RunLine {
    /// The endpoints that are not AWS's own, each with its services, such as
    /// `http://127.0.0.1:5000 (kms, s3)`; sorted. Where there is one, an emulator may have answered.
    #[must_use]
    pub fn foreign_endpoints(&self) -> Vec<String> {
        shown(self.endpoints.iter().filter(|it| !it.is_aws))
    }

    /// The same of those that are AWS's own.
    #[must_use]
    pub fn aws_endpoints(&self) -> Vec<String> {
        shown(self.endpoints.iter().filter(|it| it.is_aws))
    }
}

fn shown<'a>(endpoints: impl Iterator<Item = &'a EndpointLine>) -> Vec<String> {
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

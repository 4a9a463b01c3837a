//! Where answers came from, other than the endpoints that AWS publishes.

use std::collections::BTreeMap;

/// An endpoint that the environment or the AWS configuration set for one service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    /// The service, as in AWS's host names: `sts`, `s3`.
    pub service: &'static str,
    /// Scheme, host and port. Whatever else a URL has may be secret and is left out.
    pub url: String,
    /// Whether the host is AWS's own, such as one of another Region or of a VPC endpoint. Any other
    /// one may be an emulator, of which a scan says nothing about real accounts.
    pub is_aws: bool,
}

impl Endpoint {
    /// Those of the list that are not AWS's own, for people: each URL with its services, such as
    /// `http://127.0.0.1:5000 (kms, s3)`.
    #[must_use]
    pub fn foreign(endpoints: &[Self]) -> Vec<String> {
        let foreign = endpoints.iter().filter(|it| !it.is_aws);
        Self::by_url(foreign.map(|endpoint| (endpoint.url.as_str(), endpoint.service)))
    }

    /// Pairs of URL and service, joined for people: each URL with its services, such as
    /// `http://127.0.0.1:5000 (kms, s3)`; sorted by URL.
    pub fn by_url<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
        let mut services: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (url, service) in pairs {
            services.entry(url).or_default().push(service);
        }
        for services in services.values_mut() {
            services.sort_unstable();
        }
        services.iter().map(|(url, services)| format!("{url} ({})", services.join(", "))).collect()
    }
}

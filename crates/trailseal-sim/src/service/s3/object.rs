//! HeadObject and GetObject.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;

use super::access::{Routing, enter, no_such_key};
use super::request;
use crate::objects::{Object, Objects};
use crate::service::{Call, Context};
use crate::wire::fault::Fault;
use crate::wire::{Reply, S3Request};
use crate::world::World;
use crate::world::bucket::Bucket;
use crate::world::trail::Seal;

const ENCRYPTION: &str = "x-amz-server-side-encryption";
const KEY_ID: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";
const CUSTOMER_ALGORITHM: &str = "x-amz-server-side-encryption-customer-algorithm";

/// HeadObject.
pub(super) fn head(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let (object, mut headers) = find(context, call)?;
    headers.push(("content-length", object.size().to_string()));
    Ok(Reply::S3 { status: 200, headers, body: Bytes::new() })
}

/// GetObject: only what was put has content here.
pub(super) fn get(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let (object, headers) = find(context, call)?;
    match object {
        Object::Stored(stored) => Ok(Reply::S3 { status: 200, headers, body: stored.body }),
        Object::Delivered(_) | Object::Extra(..) => {
            Err(Fault::new(403, "AccessDenied", "Access Denied"))
        }
    }
}

/// Headers by name.
type Headers = Vec<(&'static str, String)>;

/// The object that the request names, and what is told about it but for its length.
fn find<'a>(context: &Context<'a>, call: &Call<'_>) -> Result<(Object<'a>, Headers), Fault> {
    let bucket = enter(context, call, Routing::Strict)?;
    let request = request(call)?;
    let key = request.key.as_deref().unwrap_or_default();
    let objects = Objects::new(context.world, &context.state.stored, bucket, call.now);
    let object = objects.get(key).ok_or_else(|| no_such_key(context, call, bucket))?;
    accepts_headers(request, object.seal())?;
    let mut headers = headers(context, &object);
    if bucket.is_versioned {
        headers.push(version(context.world, bucket, key, &object.etag()));
    }
    if wants_checksum(request) && matches!(object, Object::Delivered(_)) {
        // What S3 computes where the client did not send a checksum.
        let checksum = context.world.draw("checksum").word(key).value().to_be_bytes();
        headers.push(("x-amz-checksum-crc64nvme", STANDARD.encode(checksum)));
        headers.push(("x-amz-checksum-type", "FULL_OBJECT".to_owned()));
    }
    Ok((object, headers))
}

/// Whether the client asks for checksums: without that S3 shows none.
fn wants_checksum(request: &S3Request) -> bool {
    let mode = request.header("x-amz-checksum-mode");
    mode.is_some_and(|it| it.eq_ignore_ascii_case("enabled"))
}

/// The header with the version of an object with this ETag in a bucket that keeps versions.
pub(super) fn version(
    world: &World,
    bucket: &Bucket,
    key: &str,
    etag: &str,
) -> (&'static str, String) {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    let draw = world.draw("version").word(&bucket.name).word(key).word(etag);
    ("x-amz-version-id", draw.text(ALPHABET, 32))
}

/// S3 API reference, "HeadObject": encryption headers are for requests that write, but for the
/// customer's own key, which must come with each request.
fn accepts_headers(request: &S3Request, seal: &Seal) -> Result<(), Fault> {
    let is_given = |name| request.header(name).is_some();
    if is_given(ENCRYPTION) || is_given(KEY_ID) {
        let message = "x-amz-server-side-encryption header is not supported for this operation.";
        return Err(Fault::new(400, "InvalidArgument", message));
    }
    let is_customers = *seal == Seal::CustomerProvided;
    if is_customers != is_given(CUSTOMER_ALGORITHM) {
        let message = if is_customers {
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
        } else {
            "The encryption parameters are not applicable to this object."
        };
        return Err(Fault::new(400, "InvalidRequest", message));
    }
    // Checksums of objects under a key are shown only to those who may decrypt with it, and nobody
    // may here.
    let is_under_key = matches!(
        seal,
        Seal::Kms(_) | Seal::Dsse(_) | Seal::KmsWithoutKey | Seal::Undocumented { .. }
    );
    if is_under_key && wants_checksum(request) {
        return Err(Fault::new(403, "AccessDenied", "Access Denied"));
    }
    Ok(())
}

/// A time as HTTP carries it.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What is told about an object, but for its length, its version and its checksum.
fn headers(context: &Context<'_>, object: &Object<'_>) -> Headers {
    let content_type = match object {
        Object::Delivered(_) => "application/x-gzip",
        Object::Stored(it) => it.content_type.as_deref().unwrap_or("binary/octet-stream"),
        Object::Extra(..) => "binary/octet-stream",
    };
    let has_odd_date =
        matches!(object, Object::Delivered(it) if it.trail().deliveries.has_odd_dates);
    let modified = if has_odd_date { object.at().to_string() } else { http_date(object.at()) };
    let mut headers = vec![
        ("last-modified", modified),
        ("etag", object.etag()),
        ("accept-ranges", "bytes".to_owned()),
        ("content-type", content_type.to_owned()),
    ];
    headers.extend(seal_headers(object.seal()));
    let Object::Delivered(file) = object else { return headers };
    let deliveries = &file.trail().deliveries;
    if deliveries.uses_bucket_key && matches!(object.seal(), Seal::Kms(_) | Seal::KmsWithoutKey) {
        headers.push((BUCKET_KEY, "true".to_owned()));
    }
    if let Some(replication) = deliveries.replication {
        headers.push(("x-amz-replication-status", replication.word().to_owned()));
    }
    if file.is_digest() {
        let draw = context.world.draw("signature").number(file.draw().value());
        headers.push(("x-amz-meta-signature", draw.text("0123456789abcdef", 512)));
        headers.push(("x-amz-meta-signature-algorithm", "SHA256withRSA".to_owned()));
    }
    headers
}

/// How an object is encrypted, as answers show it.
pub(super) fn seal_headers(seal: &Seal) -> Vec<(&'static str, String)> {
    let (algorithm, key) = match seal {
        Seal::Aes256 => ("AES256", None),
        Seal::Kms(key) => ("aws:kms", Some(key)),
        Seal::Dsse(key) => ("aws:kms:dsse", Some(key)),
        Seal::KmsWithoutKey => ("aws:kms", None),
        Seal::Undocumented { algorithm, key } => (&**algorithm, Some(key)),
        Seal::CustomerProvided => return vec![(CUSTOMER_ALGORITHM, "AES256".to_owned())],
        Seal::Unencrypted => return Vec::new(),
    };
    let key = key.map(|it| (KEY_ID, it.to_string()));
    [(ENCRYPTION, algorithm.to_owned())].into_iter().chain(key).collect()
}

/// How a new object is encrypted: as the request says, else as the bucket does it; S3 leaves none plain.
pub(super) fn seal_of(
    request: &S3Request,
    default: &Seal,
    key_arn: impl Fn(&str) -> String,
) -> Seal {
    if request.header(CUSTOMER_ALGORITHM).is_some() {
        return Seal::CustomerProvided;
    }
    let key = request
        .header(KEY_ID)
        .map(|it| if it.starts_with("arn:") { it.to_owned() } else { key_arn(it) });
    match (request.header(ENCRYPTION), key, default) {
        (Some("aws:kms"), Some(key), _) => Seal::Kms(key.into()),
        (Some("aws:kms:dsse"), Some(key), _) => Seal::Dsse(key.into()),
        (Some("aws:kms" | "aws:kms:dsse"), None, _) => Seal::KmsWithoutKey,
        (Some(_), ..) | (None, _, Seal::Unencrypted | Seal::CustomerProvided) => Seal::Aes256,
        (None, _, default) => default.clone(),
    }
}

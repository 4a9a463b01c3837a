//! PutObject.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::access::{Routing, enter};
use super::chunked::{self, Body};
use super::object::{seal_headers, seal_of, version};
use super::request;
use crate::objects::Objects;
use crate::service::{Call, Context};
use crate::state::StoredObject;
use crate::wire::fault::Fault;
use crate::wire::{Reply, S3Request};
use crate::world::key::key_arn;
use crate::world::trail::Seal;

/// The checksums that a request can carry.
const CHECKSUMS: [&str; 6] = [
    "x-amz-checksum-crc32",
    "x-amz-checksum-crc32c",
    "x-amz-checksum-crc64nvme",
    "x-amz-checksum-sha1",
    "x-amz-checksum-sha256",
    "x-amz-checksum-sha512",
];

/// PutObject.
pub(super) fn put(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let bucket = enter(context, call, Routing::Strict)?;
    let request = request(call)?;
    let key = request.key.as_deref().unwrap_or_default();
    if key.len() > 1_024 {
        return Err(Fault::new(400, "KeyTooLongError", "Your key is too long"));
    }
    let only_new = match request.header("if-none-match") {
        None => false,
        Some("*") => true,
        Some(_) => {
            let message = "A header you provided implies functionality that is not implemented";
            let fault = Fault::new(501, "NotImplemented", message);
            return Err(fault.element("Header", "If-None-Match"));
        }
    };
    let body = chunked::read(request)?;
    let checksum = checked(request, &body)?;
    let objects = Objects::new(context.world, &context.state.stored, bucket, call.now);
    let key_arn = |id: &str| key_arn(bucket.region, call.session.account, id);
    let seal = seal_of(request, &bucket.default_seal, key_arn);
    let object = StoredObject {
        etag: etag(&body.content, &seal).into(),
        seal,
        at: call.now,
        content_type: request.header("content-type").map(Into::into),
        body: body.content,
    };
    let mut headers = vec![("etag", object.etag.to_string())];
    headers.extend(seal_headers(&object.seal));
    if bucket.is_versioned {
        headers.push(version(context.world, bucket, key, &object.etag));
    }
    if let Some((name, value)) = checksum {
        headers.push((name, value));
        headers.push(("x-amz-checksum-type", "FULL_OBJECT".to_owned()));
    }
    let is_taken = only_new && objects.get(key).is_some();
    if is_taken || !context.state.stored.put(&bucket.name, key, object, only_new) {
        let message = "At least one of the pre-conditions you specified did not hold";
        let fault = Fault::new(412, "PreconditionFailed", message);
        return Err(fault.element("Condition", "If-None-Match"));
    }
    Ok(Reply::S3 { status: 200, headers, body: Bytes::new() })
}

/// The content's MD5 where S3's own keys encrypt it; otherwise something that only looks so, and
/// that clients must not take for it (S3 API reference, "Object").
fn etag(content: &[u8], seal: &Seal) -> String {
    let digest: [u8; 16] = match seal {
        Seal::Aes256 | Seal::Unencrypted => Md5::digest(content).into(),
        _ => Md5::digest(Sha256::digest(content)).into(),
    };
    format!("\"{:032x}\"", u128::from_be_bytes(digest))
}

/// The checksum that came with a body, before or behind it. Those that can be computed here must
/// be right, so that a body that was not put together as it was sent is noticed.
fn checked(request: &S3Request, body: &Body) -> Result<Option<(&'static str, String)>, Fault> {
    if let Some(md5) = request.header("content-md5") {
        let md5 = STANDARD.decode(md5).ok().and_then(|it| <[u8; 16]>::try_from(it).ok());
        let Some(md5) = md5 else {
            let message = "The Content-MD5 you specified was invalid.";
            return Err(Fault::new(400, "InvalidDigest", message));
        };
        if Md5::digest(&body.content)[..] != md5 {
            let message = "The Content-MD5 you specified did not match what we received.";
            return Err(Fault::new(400, "BadDigest", message));
        }
    }
    let trailer = |name: &str| body.trailers.iter().find(|it| it.0 == name).map(|it| &*it.1);
    let given = CHECKSUMS.iter().find_map(|it| Some((*it, request.header(it).or(trailer(it))?)));
    let Some((name, value)) = given else { return Ok(None) };
    let right = match name {
        "x-amz-checksum-crc32" => Some(STANDARD.encode(crc32(&body.content).to_be_bytes())),
        "x-amz-checksum-sha256" => Some(STANDARD.encode(Sha256::digest(&body.content))),
        _ => None,
    };
    if right.is_some_and(|it| it != value) {
        let name = name.trim_start_matches("x-amz-checksum-").to_ascii_uppercase();
        let message = format!("The {name} you specified did not match the calculated checksum.");
        return Err(Fault::new(400, "BadDigest", message));
    }
    Ok(Some((name, value.to_owned())))
}

/// The CRC-32 of IEEE 802.3.
fn crc32(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}

//! Bodies as SDKs send them: whole, or in chunks of their own with checksums behind.

use bytes::{Bytes, BytesMut};

use crate::wire::S3Request;
use crate::wire::fault::Fault;

/// What was sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// The content.
    pub(super) content: Bytes,
    /// The headers that came behind it.
    pub(super) trailers: Vec<(String, String)>,
}

/// The content of a body (S3 API reference, "Signature calculations: transferring payload in
/// multiple chunks" and "with trailing headers"). Signatures of chunks are not checked.
pub(super) fn read(request: &S3Request) -> Result<Body, Fault> {
    let is_streaming =
        request.header("x-amz-content-sha256").is_some_and(|it| it.starts_with("STREAMING-"));
    let is_chunked =
        request.header("content-encoding").is_some_and(|it| it.contains("aws-chunked"));
    if !is_streaming && !is_chunked {
        return Ok(Body { content: request.body.clone(), trailers: Vec::new() });
    }
    let body = decode(&request.body).ok_or_else(|| {
        let message = "The request body terminated unexpectedly";
        Fault::new(400, "IncompleteBody", message)
    })?;
    let length = request.header("x-amz-decoded-content-length").and_then(|it| it.parse().ok());
    if length.is_some_and(|it: usize| it != body.content.len()) {
        let message =
            "You did not provide the number of bytes specified by the Content-Length HTTP header";
        return Err(Fault::new(400, "IncompleteBody", message));
    }
    Ok(body)
}

/// `size[;signature]`, content and a line end, until a size of 0; then lines of trailers.
fn decode(mut body: &[u8]) -> Option<Body> {
    let mut content = BytesMut::new();
    loop {
        let line = take_line(&mut body)?;
        let size = line.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            break;
        }
        let (chunk, rest) = body.split_at_checked(size)?;
        content.extend_from_slice(chunk);
        body = rest.strip_prefix(b"\r\n")?;
    }
    let mut trailers = Vec::new();
    // Some clients end with the size of 0 and no empty line behind.
    while let Some(line) = take_line(&mut body).filter(|it| !it.is_empty()) {
        let (name, value) = line.split_once(':')?;
        trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(Body { content: content.freeze(), trailers })
}

/// The text up to the next line end.
fn take_line<'a>(body: &mut &'a [u8]) -> Option<&'a str> {
    let end = body.windows(2).position(|it| it == b"\r\n")?;
    let line = std::str::from_utf8(&body[..end]).ok()?;
    *body = &body[end + 2..];
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together() {
        for (text, expected) in [
            ("5\r\nhello\r\n0\r\n\r\n", Some(("hello", vec![]))),
            ("3\r\nhel\r\n2\r\nlo\r\n0\r\n", Some(("hello", vec![]))),
            ("0\r\n\r\n", Some(("", vec![]))),
            (
                "A;chunk-signature=ab\r\n0123456789\r\n0;chunk-signature=cd\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:ef\r\n\r\n",
                Some((
                    "0123456789",
                    vec![("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-trailer-signature", "ef")],
                )),
            ),
            ("5\r\nhel", None),
            ("5\r\nhello0\r\n\r\n", None),
            ("x\r\nhello\r\n0\r\n\r\n", None),
            ("hello", None),
        ] {
            let expected = expected.map(|(content, trailers)| Body {
                content: content.into(),
                trailers: trailers
                    .into_iter()
                    .map(|it| (it.0.to_owned(), it.1.to_owned()))
                    .collect(),
            });
            assert_eq!(decode(text.as_bytes()), expected, "{text}");
        }
    }
}

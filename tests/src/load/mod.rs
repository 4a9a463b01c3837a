//! A load for an HTTP server: prepared requests over many connections, as fast as answers come.

pub mod organization;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Failure;

/// A prepared request, head and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// As it goes over the wire.
    pub bytes: Bytes,
    /// Whether the answer has no body, whatever its length says.
    pub is_head: bool,
}

/// What came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Driven {
    /// Answers.
    pub answers: u64,
    /// Of them, those that were not 200.
    pub refused: u64,
    /// Bytes of answers.
    pub bytes: u64,
    /// From the first request to the last answer.
    pub wall: Duration,
}

/// Sends the requests in turn over so many connections, one at a time on each, for so long.
///
/// # Errors
/// When a connection cannot be made, or breaks.
pub async fn drive(
    address: SocketAddr,
    requests: &Arc<[Prepared]>,
    connections: usize,
    time: Duration,
) -> Result<Driven, Failure> {
    let begun = Instant::now();
    let mut tasks = JoinSet::new();
    for index in 0..connections {
        // Connections begin at different places, so that they do not ask the same at a time.
        let first = index * requests.len() / connections;
        tasks.spawn(one_connection(address, Arc::clone(requests), first, begun + time));
    }
    let mut sum = Driven::default();
    while let Some(driven) = tasks.join_next().await {
        let driven = driven??;
        sum.answers += driven.answers;
        sum.refused += driven.refused;
        sum.bytes += driven.bytes;
    }
    Ok(Driven { wall: begun.elapsed(), ..sum })
}

async fn one_connection(
    address: SocketAddr,
    requests: Arc<[Prepared]>,
    first: usize,
    until: Instant,
) -> Result<Driven, Failure> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(64 * 1024);
    let mut driven = Driven::default();
    for request in requests.iter().cycle().skip(first) {
        if Instant::now() >= until {
            break;
        }
        stream.write_all(&request.bytes).await?;
        buffer.clear();
        let status = loop {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            let Some(answer) = head(&buffer)? else { continue };
            let body = if request.is_head { 0 } else { answer.body };
            if buffer.len() >= answer.end + body {
                break answer.status;
            }
        };
        driven.answers += 1;
        driven.refused += u64::from(status != 200);
        driven.bytes += buffer.len() as u64;
    }
    Ok(driven)
}

/// As much of an answer's head as the load needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ResponseHead {
    status: u16,
    /// Where the body begins.
    end: usize,
    /// The body's length.
    body: usize,
}

/// The head of an answer, once it is whole.
fn head(bytes: &[u8]) -> Result<Option<ResponseHead>, Failure> {
    let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..end])?;
    let status = text.get(9..12).ok_or("an answer without a status")?.parse()?;
    let body = text.lines().find_map(|it| it.strip_prefix("content-length: "));
    let body = body.ok_or("an answer without a length")?.parse()?;
    Ok(Some(ResponseHead { status, end: end + 4, body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 12\r\n\r\nhello";
        let expected = ResponseHead { status: 403, end: text.len() - 5, body: 12 };
        assert_eq!(head(text).unwrap(), Some(expected));
        assert_eq!(head(&text[..30]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}

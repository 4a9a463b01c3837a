//! Tunnels through HTTP proxies, by CONNECT.
//!
//! The SDK's connector makes them too, but all that it tells of a proxy that refuses is
//! "unsuccessful". Which proxy it was and what it answered decides whether to try again, and is what
//! its administrator asks for first.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnectorFuture, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::{HeaderValue, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::surroundings::Trust;
use crate::transport::{TransportError, TransportErrorKind};

/// Longer heads of an answer to CONNECT are not read.
const LONGEST_HEAD: usize = 8192;

/// Sends requests through the tunnels of one run.
#[derive(Debug)]
pub(crate) struct Tunnels {
    proxies: Arc<Matcher>,
    client: Client<HttpsConnector<Dial>, SdkBody>,
    read_timeout: Option<Duration>,
}

impl Tunnels {
    /// With the proxies of the environment, and these certificates and timeouts.
    pub(crate) fn new(trust: &Trust, settings: &HttpConnectorSettings) -> Self {
        let proxies = Arc::new(Matcher::from_env());
        let dial = Dial { proxies: proxies.clone(), timeout: settings.connect_timeout() };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls_config(trust))
            .https_only()
            .enable_http1()
            .wrap_connector(dial);
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new());
        Self { proxies, client: client.build(connector), read_timeout: settings.read_timeout() }
    }

    /// Whether this URL is reached through a tunnel. A proxy that itself speaks TLS is left to the
    /// SDK's connector.
    pub(crate) fn lead_to(&self, url: &Uri) -> bool {
        let is_https = url.scheme_str() == Some("https");
        let proxy = self.proxies.intercept(url).filter(|_| is_https);
        proxy.is_some_and(|proxy| proxy.uri().scheme_str() == Some("http"))
    }

    /// Sends one request.
    pub(crate) fn send(self: Arc<Self>, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        HttpConnectorFuture::new(async move {
            let answer = self.client.request(request);
            let answer = match self.read_timeout {
                Some(limit) => tokio::time::timeout(limit, answer).await.map_err(|_| {
                    let message = format!("no answer within {} seconds", limit.as_secs());
                    ConnectorError::timeout(
                        TransportError::new(TransportErrorKind::Timeout, message).into(),
                    )
                })?,
                None => answer.await,
            };
            let answer = answer.map_err(|error| match TransportError::in_chain(&error) {
                Some(known) => ConnectorError::io(known.clone().into()),
                None => ConnectorError::io(error.into()),
            })?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn tls_config(trust: &Trust) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider's own defaults fit together")
        .with_root_certificates(trust.roots())
        .with_no_client_auth()
}

/// Opens tunnels: connections to a host behind a proxy.
#[derive(Debug, Clone)]
struct Dial {
    proxies: Arc<Matcher>,
    timeout: Option<Duration>,
}

type Dialling = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, TransportError>> + Send>>;

impl tower_service::Service<Uri> for Dial {
    type Response = TokioIo<TcpStream>;
    type Error = TransportError;
    type Future = Dialling;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Dialling {
        let proxy = self.proxies.intercept(&url);
        let timeout = self.timeout;
        Box::pin(async move {
            let proxy = proxy.ok_or_else(|| failed("no proxy leads there".to_owned()))?;
            let shown = host_and_port(proxy.uri(), 80);
            let host = host_and_port(&url, 443);
            let tunnel = open(&shown, &host, proxy.basic_auth());
            let tunnel = match timeout {
                Some(limit) => tokio::time::timeout(limit, tunnel).await.unwrap_or_else(|_| {
                    let limit = limit.as_secs();
                    let message =
                        format!("the proxy {shown} opened no tunnel within {limit} seconds");
                    Err(TransportError::new(TransportErrorKind::Connection, message))
                }),
                None => tunnel.await,
            };
            tunnel.map(TokioIo::new)
        })
    }
}

fn failed(message: String) -> TransportError {
    TransportError::new(TransportErrorKind::Proxy, message)
}

fn host_and_port(url: &Uri, default_port: u16) -> String {
    let port = url.port_u16().unwrap_or(default_port);
    format!("{}:{port}", url.host().unwrap_or_default())
}

/// Connects to the proxy, and asks it for the way to the host.
async fn open(
    proxy: &str,
    host: &str,
    authorization: Option<&HeaderValue>,
) -> Result<TcpStream, TransportError> {
    let unreachable = |problem| failed(format!("the proxy {proxy} cannot be reached: {problem}"));
    let broken = |problem| {
        let message = format!("the proxy {proxy} broke off CONNECT to {host}: {problem}");
        TransportError::new(TransportErrorKind::Connection, message)
    };
    let mut stream = TcpStream::connect(proxy).await.map_err(unreachable)?;
    // Requests are small, and each is awaited. A socket that cannot is only slower.
    let _ = stream.set_nodelay(true);
    let mut head = format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n").into_bytes();
    if let Some(value) = authorization {
        head.extend_from_slice(b"Proxy-Authorization: ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head).await.map_err(broken)?;
    let answer = read_head(&mut stream).await.map_err(broken)?;
    match status(&answer) {
        Some(status) if status.is_success() => Ok(stream),
        Some(status) => Err(refused(proxy, host, status)),
        None => {
            Err(failed(format!("the proxy {proxy} does not answer CONNECT as HTTP proxies do")))
        }
    }
}

/// Only a proxy that cannot reach what is behind it may do so later.
fn refused(proxy: &str, host: &str, status: StatusCode) -> TransportError {
    let kind = match status.as_u16() {
        502..=504 => TransportErrorKind::ProxyBusy,
        _ => TransportErrorKind::Proxy,
    };
    let message = format!("the proxy {proxy} answered CONNECT to {host} with {status}");
    TransportError::new(kind, message)
}

/// Byte by byte, so that nothing of what follows is taken from the tunnel. It is a few hundred
/// bytes once a connection.
async fn read_head(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST_HEAD {
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

fn status(head: &[u8]) -> Option<StatusCode> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let mut words = line.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    if !head.ends_with(b"\r\n\r\n") {
        return None;
    }
    StatusCode::from_bytes(words.next()?.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_an_answer_to_connect_is_read() {
        for (head, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 200\r\nVia: x\r\n\r\n", Some(200)),
            ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n\r\n", Some(503)),
            ("HTTP/1.1 2000 OK\r\n\r\n", None),
            ("SSH-2.0-OpenSSH\r\n\r\n", None),
            ("HTTP/1.1 200 OK\r\n", None),
            ("", None),
        ] {
            assert_eq!(status(head.as_bytes()).map(|it| it.as_u16()), expected, "{head}");
        }
    }

    #[test]
    fn a_proxy_that_may_do_better_later_is_asked_again() {
        for (status, expected) in [
            (502, TransportErrorKind::ProxyBusy),
            (503, TransportErrorKind::ProxyBusy),
            (504, TransportErrorKind::ProxyBusy),
            (403, TransportErrorKind::Proxy),
            (407, TransportErrorKind::Proxy),
            (500, TransportErrorKind::Proxy),
        ] {
            let error = refused("proxy:3128", "h:443", StatusCode::from_u16(status).unwrap());
            assert_eq!(error.kind, expected, "{status}");
            assert!(error.message.contains("proxy:3128"), "{error}");
            assert!(error.message.contains(&status.to_string()), "{error}");
        }
    }
}

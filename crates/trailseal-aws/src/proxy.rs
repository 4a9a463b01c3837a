//! What a proxy answered to CONNECT. The SDK's HTTP client keeps neither its status nor its name, so
//! where a tunnel was refused, the proxy is asked once more for the reason: CONNECT alone, no request.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use http::Uri;

use crate::failure::chain_text;
use crate::transport::{TransportError, TransportErrorKind};

/// A connector whose errors name the proxy, where one refused.
#[derive(Debug)]
pub(crate) struct NamingProxy(pub(crate) SharedHttpConnector);

impl HttpConnector for NamingProxy {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let destination = request.uri().parse::<Uri>().ok();
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            match (answer.await, destination) {
                (Err(error), Some(destination)) => Err(explained(error, &destination).await),
                (res, _) => res,
            }
        })
    }
}

/// The error with the proxy's name and status, if it is about a tunnel.
async fn explained(error: ConnectorError, destination: &Uri) -> ConnectorError {
    let text = chain_text(&error);
    let Some(proxy) = Proxy::of_environment().filter(|_| text.contains("tunnel error")) else {
        return error;
    };
    let name = proxy.name();
    let Some(host) = destination.host() else { return error };
    let destination = format!("{host}:{}", destination.port_u16().unwrap_or(443));
    let message = if text.contains("failed to create underlying connection") {
        format!("the proxy {name} cannot be reached: {text}")
    } else {
        let asked = destination.clone();
        let status = tokio::task::spawn_blocking(move || proxy.status(&asked).ok()).await;
        match status.ok().flatten() {
            Some(status) if status.starts_with("200") => {
                return refused(
                    TransportErrorKind::ProxyBusy,
                    format!(
                        "the proxy {name} refused CONNECT to {destination}, and took it right after"
                    ),
                );
            }
            Some(status) => {
                format!("the proxy {name} to {destination} answered CONNECT with {status}")
            }
            None => format!("the proxy {name} refused CONNECT to {destination}: {text}"),
        }
    };
    refused(TransportErrorKind::from_text(&message), message)
}

fn refused(kind: TransportErrorKind, message: String) -> ConnectorError {
    ConnectorError::io(TransportError::new(kind, message).into())
}

/// The proxy that the environment names for `https`.
#[derive(Debug, Clone)]
struct Proxy {
    uri: Uri,
}

/// For each step; the request itself has waited already.
const PATIENCE: Duration = Duration::from_secs(2);

impl Proxy {
    /// In the order in which the HTTP client looks.
    fn of_environment() -> Option<Self> {
        let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        let value = names
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))?;
        Self::new(&value)
    }

    fn new(value: &str) -> Option<Self> {
        let value =
            if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let uri: Uri = value.parse().ok()?;
        uri.host()?;
        Some(Self { uri })
    }

    /// Host and port, without user and password.
    fn name(&self) -> String {
        let host = self.uri.host().unwrap_or_default();
        format!("{host}:{}", self.port())
    }

    fn port(&self) -> u16 {
        let is_tls = self.uri.scheme_str() == Some("https");
        self.uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 })
    }

    /// User and password as the proxy wants them.
    fn authorization(&self) -> Option<String> {
        let (user, _) = self.uri.authority()?.as_str().rsplit_once('@')?;
        let encoded = aws_smithy_types::base64::encode(user);
        Some(format!("Proxy-Authorization: Basic {encoded}\r\n"))
    }

    /// The status that the proxy answers CONNECT with, such as `503 Service Unavailable`.
    fn status(&self, destination: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
        if self.uri.scheme_str() != Some("http") {
            return Err("a proxy behind TLS is not asked again".into());
        }
        let address = self.name().to_socket_addrs()?.next().ok_or("no address")?;
        let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        let authorization = self.authorization().unwrap_or_default();
        // In one piece: some proxies answer what they have read by then.
        let request =
            format!("CONNECT {destination} HTTP/1.1\r\nHost: {destination}\r\n{authorization}\r\n");
        connection.write_all(request.as_bytes())?;
        let mut head = Vec::new();
        while !head.contains(&b'\n') && head.len() < 1024 {
            let mut bytes = [0; 256];
            match connection.read(&mut bytes)? {
                0 => break,
                count => head.extend_from_slice(&bytes[..count]),
            }
        }
        status_of(&head).ok_or_else(|| "no status line".into())
    }
}

/// The code and its words from a status line.
fn status_of(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let (version, status) = head.lines().next()?.split_once(' ')?;
    let is_status = version.starts_with("HTTP/")
        && status.get(..3).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
    let shown = status.trim().chars().filter(|it| !it.is_control()).take(60);
    is_status.then(|| shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_user_and_password() {
        for (value, name, user) in [
            ("http://proxy.example.com:3128", "proxy.example.com:3128", None),
            ("proxy.example.com", "proxy.example.com:80", None),
            ("https://proxy.example.com", "proxy.example.com:443", None),
            (
                "http://user:secret@proxy.example.com:1/",
                "proxy.example.com:1",
                Some("dXNlcjpzZWNyZXQ="),
            ),
        ] {
            let proxy = Proxy::new(value).unwrap();
            assert_eq!(proxy.name(), name, "{value}");
            let expected = user.map(|it| format!("Proxy-Authorization: Basic {it}\r\n"));
            assert_eq!(proxy.authorization(), expected, "{value}");
        }
        assert!(Proxy::new("http://").is_none());
    }

    #[test]
    fn a_status_line_is_read_as_far_as_it_is_one() {
        for (head, expected) in [
            ("HTTP/1.1 503 Service Unavailable\r\nx: y\r\n", Some("503 Service Unavailable")),
            ("HTTP/1.0 502\r\n", Some("502")),
            ("SSH-2.0-OpenSSH", None),
            ("HTTP/1.1 oops\r\n", None),
            ("", None),
        ] {
            assert_eq!(status_of(head.as_bytes()).as_deref(), expected, "{head}");
        }
    }
}

//! What may stand in for the network, in words of our own: a stand-in does not need to know the SDK.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};

/// Answers signed requests in place of the network.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Sends one request; what comes back is the whole answer, or why there is none.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>>;
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What it was.
    pub kind: TransportErrorKind,
    /// The same in words, for the gap.
    pub message: String,
}

/// What kept an answer from coming at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// No answer in time.
    Timeout,
    /// The endpoint's name could not be resolved.
    Dns,
    /// The TLS handshake failed.
    Tls,
    /// The proxy refused.
    Proxy,
    /// The proxy answered that its way on is broken or busy (502, 503 or 504), which may pass.
    ProxyBusy,
    /// The connection could not be made, or broke.
    Connection,
    /// The request could not be built, or the answer not be read.
    Unreadable,
}

impl TransportError {
    /// An error of this kind.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The first of these among an error and its sources.
    pub(crate) fn in_chain<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| error.source())
            .find_map(|error| error.downcast_ref::<Self>())
    }
}

/// The stand-in as the SDK wants it.
pub(crate) fn http_client(transport: Arc<dyn Transport>) -> SharedHttpClient {
    SharedHttpClient::new(Adapter { transport, read_timeout: None })
}

#[derive(Debug, Clone)]
struct Adapter {
    transport: Arc<dyn Transport>,
    read_timeout: Option<Duration>,
}

impl HttpClient for Adapter {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        // The SDK leaves this timeout to the connector, so a stand-in must keep it too.
        let read_timeout = settings.read_timeout();
        SharedHttpConnector::new(Self { read_timeout, ..self.clone() })
    }
}

impl HttpConnector for Adapter {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match outgoing(request) {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error))),
        };
        let answer = self.transport.send(request);
        let read_timeout = self.read_timeout;
        HttpConnectorFuture::new(async move {
            let answer = match read_timeout {
                Some(limit) => tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
                    let message = format!("no answer within {} seconds", limit.as_secs());
                    Err(TransportError::new(TransportErrorKind::Timeout, message))
                }),
                None => answer.await,
            };
            let answer = answer.map_err(|it| ConnectorError::io(it.into()))?;
            HttpResponse::try_from(answer.map(SdkBody::from))
                .map_err(|it| ConnectorError::other(it.into(), None))
        })
    }
}

fn outgoing(
    request: HttpRequest,
) -> Result<Request<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    let (parts, body) = request.try_into_http1x()?.into_parts();
    let body = body.bytes().ok_or("a stand-in for the network takes no streams")?;
    Ok(Request::from_parts(parts, Bytes::copy_from_slice(body)))
}

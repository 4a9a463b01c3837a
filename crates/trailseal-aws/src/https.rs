//! The HTTP clients of a run: shared pools, certificates and proxies as the surroundings say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use http::Uri;

use crate::error_text::chain_text;
use crate::surroundings::{EndpointFlags, Trust};
use crate::transport::TransportError;
use crate::tunnel::Tunnels;

/// What connectors differ by: connect and read timeout.
type Timeouts = (Option<Duration>, Option<Duration>);

/// How the clients of a run reach their hosts.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    /// The certificates that are trusted.
    pub(crate) trust: Trust,
    /// Whether the proxies of the environment are used.
    pub(crate) uses_proxies: bool,
    /// Which of AWS's endpoints are asked.
    pub(crate) flags: EndpointFlags,
}

/// One connector, with its pool, per pair of timeouts.
///
/// The SDK's own builder of HTTPS clients drops `HTTPS_PROXY`, and reads the certificate store
/// again for every service client that is made.
#[derive(Debug)]
struct Https {
    network: Network,
    connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

/// A client for a run; every service client must share it, or each opens connections of its own.
pub(crate) fn https_client(network: Network) -> SharedHttpClient {
    SharedHttpClient::new(Https { network, connectors: Mutex::default() })
}

impl HttpClient for Https {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let connector = connectors
            .entry(timeouts)
            .or_insert_with(|| SharedHttpConnector::new(self.routes(settings, components)));
        connector.clone()
    }
}

impl Https {
    fn routes(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> Routes {
        let Network { trust, uses_proxies, flags } = &self.network;
        let proxies = if *uses_proxies { ProxyConfig::from_env() } else { ProxyConfig::disabled() };
        let mut builder =
            Connector::builder().connector_settings(settings.clone()).proxy_config(proxies);
        builder.set_sleep_impl(components.sleep_impl());
        let builder = builder
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(trust.tls_context());
        Routes {
            plain: SharedHttpConnector::new(builder.build()),
            tunnels: uses_proxies.then(|| Arc::new(Tunnels::new(trust, settings))),
            flags: *flags,
        }
    }
}

/// The ways out: the SDK's connector, or ours where a proxy tunnels.
#[derive(Debug)]
struct Routes {
    plain: SharedHttpConnector,
    tunnels: Option<Arc<Tunnels>>,
    flags: EndpointFlags,
}

impl HttpConnector for Routes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let url = request.uri().parse::<Uri>().ok();
        let tunnels = self
            .tunnels
            .as_ref()
            .filter(|tunnels| url.as_ref().is_some_and(|url| tunnels.lead_to(url)));
        let answer = match tunnels {
            Some(tunnels) => Arc::clone(tunnels).send(request),
            None => self.plain.call(request),
        };
        if !self.flags.is_any() {
            return answer;
        }
        let flags = self.flags;
        let host = url.and_then(|url| url.host().map(str::to_owned)).unwrap_or_default();
        HttpConnectorFuture::new(async move {
            answer.await.map_err(|error| with_flags(error, flags, &host))
        })
    }
}

/// The error with the switches that chose the host.
fn with_flags(error: ConnectorError, flags: EndpointFlags, host: &str) -> ConnectorError {
    if error.is_user() {
        return error;
    }
    let known = TransportError::in_chain(&error).cloned();
    let mut explained = flags.explain(host, &chain_text(&error));
    if let Some(known) = known {
        explained.kind = known.kind;
    }
    ConnectorError::io(explained.into())
}

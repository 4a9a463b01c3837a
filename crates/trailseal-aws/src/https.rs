//! The one HTTP client of a run: shared pools, proxies from the environment.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::proxy::NamingProxy;

/// What connectors differ by: connect and read timeout.
type Timeouts = (Option<Duration>, Option<Duration>);

/// One connector, with its pool, per pair of timeouts.
///
/// The SDK's own builder of HTTPS clients drops `HTTPS_PROXY`, and reads the certificate store
/// again for every service client that is made.
#[derive(Debug, Default)]
struct Https {
    connectors: Mutex<HashMap<Timeouts, SharedHttpConnector>>,
}

/// A client for a run; every service client must share it, or each opens connections of its own.
pub(crate) fn https_client() -> SharedHttpClient {
    SharedHttpClient::new(Https::default())
}

impl HttpClient for Https {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let connector = connectors.entry(timeouts).or_insert_with(|| {
            let mut builder = Connector::builder()
                .connector_settings(settings.clone())
                .proxy_config(ProxyConfig::from_env());
            builder.set_sleep_impl(components.sleep_impl());
            let connector = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build();
            SharedHttpConnector::new(NamingProxy(SharedHttpConnector::new(connector)))
        });
        connector.clone()
    }
}

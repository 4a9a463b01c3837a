//! The credentials endpoint of a container: ECS, EKS pod identities, CloudShell, Greengrass.

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;

use super::{Misconfigured, first_of, shown, shown_url, variable};

/// The endpoint, and the variable that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Container {
    variable: &'static str,
    url: String,
}

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

impl Container {
    /// The endpoint of this task or pod, if there is one.
    ///
    /// # Errors
    /// The file of the token cannot be read.
    pub(crate) fn configured() -> Result<Option<Self>, Misconfigured> {
        let Some((name, value)) = first_of(&[RELATIVE, FULL]) else { return Ok(None) };
        if let Some(file) = variable(TOKEN_FILE) {
            std::fs::read(&file).map_err(|problem| {
                Misconfigured::new(
                    format!(
                        "{TOKEN_FILE} names `{}`, which cannot be read: {problem}",
                        shown(&file)
                    ),
                    format!("mount the token there, or unset {TOKEN_FILE}"),
                )
            })?;
        }
        let url = if name == RELATIVE { format!("http://169.254.170.2{value}") } else { value };
        Ok(Some(Self { variable: name, url }))
    }

    /// Why it gave no credentials. A proxy is named where one is set, for it is what people suspect
    /// first, or should.
    pub(crate) fn explain(&self, why: &str) -> Misconfigured {
        let proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
        let proxy = first_of(&proxies).map_or_else(String::new, |(name, _)| {
            format!(" ({name} is set, but this endpoint is always asked directly)")
        });
        let (url, name) = (shown_url(&self.url), self.variable);
        Misconfigured::new(
            format!("the container credentials endpoint {url} ({name}) gave none: {why}{proxy}"),
            format!(
                "check that the task or pod has a role and reaches the endpoint, or unset {name}"
            ),
        )
    }
}

/// Asks that endpoint.
pub(crate) fn provider(config: &ProviderConfig) -> EcsCredentialsProvider {
    EcsCredentialsProvider::builder().configure(config).build()
}

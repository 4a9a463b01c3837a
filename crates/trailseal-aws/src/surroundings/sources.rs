//! Where the caller's credentials come from, in the AWS CLI's order.
//!
//! Source: botocore's `credentials.create_credential_resolver`. A profile that is named explicitly
//! takes keys and a web identity of the environment out of the chain; one that `AWS_PROFILE` names
//! does not. The SDK's own chain always takes the environment first.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::environment::credentials::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use trailseal_model::Region;

use super::container::{self, Container};
use super::profiles::{Profiles, SelectedBy};
use super::{Misconfigured, raw, shown, variable};
use crate::sdk_defaults::{behavior, timeouts};

/// The first link of the chain that is configured: no other one is asked if it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sources {
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    Environment,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE`.
    WebIdentity,
    /// The selected profile, with the profile that signs in through SSO, if one does.
    Profile {
        /// The selected one.
        name: String,
        /// The one whose session ends.
        sso: Option<String>,
    },
    /// The endpoint of the task or pod.
    Container(Container),
    /// Nothing is configured; the instance may have a role.
    Instance {
        /// The profile that names no credentials, if one was asked for.
        profile: Option<String>,
    },
}

impl Sources {
    /// Finds the first source that is configured, and checks it.
    ///
    /// # Errors
    /// It is configured by half, or names what is not there.
    pub(crate) fn find(profiles: &Profiles) -> Result<Self, Misconfigured> {
        let is_explicit = profiles.by() == SelectedBy::Flag;
        if !is_explicit && has_keys()? {
            return Ok(Self::Environment);
        }
        profiles.check_credentials()?;
        let name = profiles.name().to_owned();
        let profile = || Self::Profile {
            name: name.clone(),
            sso: profiles.sso().map(|profile| profile.name().to_owned()),
        };
        if profiles.assumes_a_role() {
            return Ok(profile());
        }
        if !is_explicit && has_web_identity()? {
            return Ok(Self::WebIdentity);
        }
        if profiles.has_credentials() {
            return Ok(profile());
        }
        if let Some(container) = Container::configured()? {
            return Ok(Self::Container(container));
        }
        let asked_for = profiles.by() != SelectedBy::Default;
        Ok(Self::Instance { profile: asked_for.then_some(name) })
    }

    /// The chain from this source on. Metadata is asked directly, past any proxy, which would hand
    /// over credentials of its own, or see ours.
    pub(crate) fn provider(
        &self,
        profiles: &Profiles,
        config: &SdkConfig,
        region: Region,
        [proxied, direct]: [&SharedHttpClient; 2],
    ) -> SharedCredentialsProvider {
        let base = ProviderConfig::without_region()
            .with_region(Some(aws_config::Region::from_static(region.name())))
            .with_behavior_version(Some(behavior()))
            .with_use_fips(config.use_fips())
            .with_use_dual_stack(config.use_dual_stack())
            .with_timeout_config(timeouts());
        let config = base.clone().with_http_client(proxied.clone());
        let metadata = base.with_http_client(direct.clone());
        let instance = || instance(&metadata);
        let container = || container::provider(&metadata);
        match self {
            Self::Environment => {
                SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new())
            }
            Self::WebIdentity => {
                let provider = WebIdentityTokenCredentialsProvider::builder().configure(&config);
                SharedCredentialsProvider::new(provider.build())
            }
            Self::Profile { name, .. } => {
                let provider = ProfileFileCredentialsProvider::builder().configure(&config);
                let provider = provider.profile_files(profiles.files()).profile_name(name);
                let provider = provider
                    .with_custom_provider("Ec2InstanceMetadata", instance())
                    .with_custom_provider("EcsContainer", container());
                SharedCredentialsProvider::new(provider.build())
            }
            Self::Container(_) => SharedCredentialsProvider::new(container()),
            Self::Instance { .. } => SharedCredentialsProvider::new(
                CredentialsProviderChain::first_try("Ec2InstanceMetadata", instance()),
            ),
        }
    }

    /// Why there are no credentials, in words that name what is configured, and what to do.
    pub(crate) fn explain(&self, why: &str) -> Misconfigured {
        match self {
            Self::Environment => Misconfigured::new(
                format!("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY cannot be used: {why}"),
                "set both again",
            ),
            Self::WebIdentity => Misconfigured::new(
                format!("AWS_WEB_IDENTITY_TOKEN_FILE gave no AWS credentials: {why}"),
                "check the token, AWS_ROLE_ARN and the trust policy of that role",
            ),
            Self::Profile { name, sso: Some(sso) } => {
                let (name, login) =
                    (shown(name), format!("run aws sso login --profile {}", shown(sso)));
                let what = format!("no AWS credentials for the profile `{name}`");
                if is_of_network(why) {
                    let advice = format!("check the network path to SSO; if it is fine, {login}");
                    return Misconfigured::new(format!("{what}: {why}"), advice);
                }
                Misconfigured::new(
                    format!("{what}, whose SSO session has ended or never began: {why}"),
                    login,
                )
            }
            Self::Profile { name, sso: None } => Misconfigured::new(
                format!("no AWS credentials for the profile `{}`: {why}", shown(name)),
                "correct the profile; `aws sts get-caller-identity --profile` shows whether it works",
            ),
            Self::Container(container) => container.explain(why),
            Self::Instance { profile } => {
                let of = profile.as_ref().map(|name| format!(" in the profile `{}`", shown(name)));
                let of = of.unwrap_or_default();
                let why = Some(why).filter(|why| !why.starts_with(NOT_ENABLED));
                let why = why.map(|why| format!(": {why}")).unwrap_or_default();
                Misconfigured::new(
                    format!("no AWS credentials were found{of}{why}"),
                    "set AWS_PROFILE, --profile or the AWS_* variables, or run where a role is attached",
                )
            }
        }
    }
}

/// Whether SSO was not reached, which says nothing of the session.
fn is_of_network(why: &str) -> bool {
    ["dispatch failure", "timeout", "no credentials within"].iter().any(|text| why.contains(text))
}

/// What the SDK says where a machine is no instance, or has no role.
const NOT_ENABLED: &str = "the credential provider was not enabled";

/// Whether the environment holds a key pair.
fn has_keys() -> Result<bool, Misconfigured> {
    const PAIR: [&str; 2] = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    match PAIR.map(|name| raw(name).is_some()) {
        [true, true] => Ok(true),
        [false, false] => Ok(false),
        [has_id, _] => {
            let [set, missing] = if has_id { PAIR } else { [PAIR[1], PAIR[0]] };
            Err(Misconfigured::new(
                format!("half a key pair: {set} is set, and {missing} is missing"),
                format!("set {missing} too, or unset {set}"),
            ))
        }
    }
}

/// Whether the environment names a web identity, whose token can be read.
fn has_web_identity() -> Result<bool, Misconfigured> {
    let Some(file) = variable("AWS_WEB_IDENTITY_TOKEN_FILE") else { return Ok(false) };
    if variable("AWS_ROLE_ARN").is_none() {
        return Err(Misconfigured::new(
            "AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is missing",
            "set AWS_ROLE_ARN to the role that the token opens, or unset the other",
        ));
    }
    match std::fs::read_to_string(&file) {
        Ok(_) => Ok(true),
        Err(problem) => Err(Misconfigured::new(
            format!(
                "AWS_WEB_IDENTITY_TOKEN_FILE names `{}`, which cannot be read: {problem}",
                shown(&file)
            ),
            "mount the token there, or unset AWS_WEB_IDENTITY_TOKEN_FILE",
        )),
    }
}

/// Instance metadata without a long wait: by default it is asked four times, with growing pauses,
/// and most machines have none.
fn instance(config: &ProviderConfig) -> ImdsCredentialsProvider {
    let client = imds::Client::builder()
        .configure(config)
        .max_attempts(1)
        .connect_timeout(Duration::from_secs(1))
        .read_timeout(Duration::from_secs(1))
        .operation_timeout(Duration::from_secs(2))
        .build();
    ImdsCredentialsProvider::builder().configure(config).imds_client(client).build()
}

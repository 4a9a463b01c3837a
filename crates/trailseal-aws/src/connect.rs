//! Finds the caller's credentials, asks AWS who they belong to, and opens the way.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::Semaphore;
use trailseal_fanout::Limits;
use trailseal_model::{Arn, EventSink, Gap, Operation, Partition, Region};

use crate::ask::{Ask, Patience};
use crate::aws::{Aws, Caller, LARGE_PAGES, get_caller_identity};
use crate::call::{Channel, Unread};
use crate::clients::Clients;
use crate::credentials::{OwnCredentials, SessionCache};
use crate::endpoints::{endpoints, setting};
use crate::failure::Failure;
use crate::https::{Network, https_client};
use crate::role::Role;
use crate::sdk_defaults::{behavior, timeouts};
use crate::settings::Settings;
use crate::surroundings::{
    EndpointFlags, Misconfigured, Profiles, Sources, Trust, check_proxies, check_variables,
    first_of, raw, shown,
};
use crate::transport::http_client;

/// Why no run can begin.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A variable, a profile, a file or a setting cannot be used, or there are no credentials.
    #[error(transparent)]
    Misconfigured(#[from] Misconfigured),
    /// AWS did not say who the caller is.
    #[error("failed to learn who the caller is: {}", describe(.0))]
    Caller(Gap),
}

fn describe(gap: &Gap) -> String {
    let message = gap.message.as_deref().unwrap_or("no message");
    match &gap.code {
        Some(code) => format!("{} ({code}: {message})", gap.class),
        None => format!("{} ({message})", gap.class),
    }
}

/// Connects to AWS with the SDK's usual credentials, and learns who the caller is.
///
/// # Errors
/// There are no credentials, or AWS does not accept them, or it cannot be reached.
pub async fn connect(
    settings: Settings,
    limits: Arc<Limits>,
    events: Arc<dyn EventSink>,
) -> Result<Aws, ConnectError> {
    let Opened { region, config, provider, sources } = match &settings.substitutes.transport {
        Some(transport) => stand_in(&settings, &http_client(Arc::clone(transport)))?,
        None => checked_surroundings(&settings).await?,
    };
    let role = Role::new(&settings);
    let endpoints = endpoints(&config);
    let clients = Clients::new(config);
    let own = OwnCredentials::new(provider);
    let channel = Channel::new(limits, events, settings.clock, settings.max_in_flight);
    own.session(&channel.clock).await.map_err(|why| sources.explain(&why))?;
    let caller = identify(&channel, &clients, &own, region).await?;
    Ok(Aws {
        caller,
        endpoints,
        start: region,
        role,
        channel,
        clients,
        own,
        members: SessionCache::default(),
        pages: Semaphore::new(LARGE_PAGES),
    })
}

async fn identify(
    channel: &Channel,
    clients: &Clients,
    own: &OwnCredentials,
    region: Region,
) -> Result<Caller, ConnectError> {
    let ask = Ask::by_caller(Operation::GetCallerIdentity, region);
    let ask = Ask { patience: Patience::Short, ..ask };
    let session = || async {
        let session = own.session(&channel.clock).await;
        session.map_err(|it| ask.gap(trailseal_model::GapClass::ExpiredCredentials).saying(&it))
    };
    let send = |credentials| get_caller_identity(clients, region, credentials);
    let read = |output: Result<_, &Failure>| read_caller(&output?);
    let result = channel.exchange(&ask, session, send, read).await;
    result.map(|it| it.value).map_err(|it| ConnectError::Caller(it.gap))
}

fn read_caller(output: &GetCallerIdentityOutput) -> Result<Caller, Unread> {
    let arn = output.arn().and_then(Arn::new).ok_or("the caller has no ARN that is known")?;
    let account = output
        .account()
        .and_then(|it| it.parse().ok())
        .or_else(|| arn.account())
        .ok_or("the caller has no account id")?;
    Ok(Caller { account, partition: arn.partition(), arn })
}

/// What calls are made with.
struct Opened {
    region: Region,
    config: SdkConfig,
    provider: SharedCredentialsProvider,
    sources: Sources,
}

/// The real thing: everything around the program is checked first.
async fn checked_surroundings(settings: &Settings) -> Result<Opened, Misconfigured> {
    check_variables(raw)?;
    // An empty proxy counts too: it would hide the other spelling of its name.
    check_proxies(|name| std::env::var_os(name))?;
    let profiles = Profiles::load(settings.profile.as_deref()).await?;
    profiles.check_network()?;
    let region = region(settings, &profiles).await?;
    let trust = Trust::load(&profiles)?;
    let network =
        |uses_proxies, flags| https_client(Network { trust: trust.clone(), uses_proxies, flags });
    let direct = network(false, EndpointFlags::default());
    let config = sdk_config(settings, region, &profiles, &direct).await;
    let flags = EndpointFlags {
        fips: config.use_fips().unwrap_or_default(),
        dual_stack: config.use_dual_stack().unwrap_or_default(),
    };
    check_endpoints(&profiles, &config, flags)?;
    let proxied = network(true, flags);
    let config = config.into_builder().http_client(proxied.clone()).build();
    let sources = Sources::find(&profiles)?;
    let provider = match settings.substitutes.credentials.clone() {
        Some(credentials) => credentials.into_provider(),
        None => sources.provider(&profiles, &config, region, [&proxied, &direct]),
    };
    Ok(Opened { region, config, provider, sources })
}

/// The same for a stand-in, which the environment has nothing to do with.
fn stand_in(settings: &Settings, http_client: &SharedHttpClient) -> Result<Opened, Misconfigured> {
    let region = settings.substitutes.region.unwrap_or_else(|| Partition::Aws.default_region());
    let credentials =
        settings.substitutes.credentials.clone().ok_or_else(|| {
            Misconfigured::new("a simulation has no credentials", "give it a caller")
        })?;
    let config = stand_in_config(settings, region, http_client);
    let provider = credentials.into_provider();
    Ok(Opened { region, config, provider, sources: Sources::Environment })
}

/// The Region that the run starts from: the environment's, the profile's, else the first of all.
/// The SDK would go on to ask the instance's metadata, which keeps laptops waiting.
async fn region(settings: &Settings, profiles: &Profiles) -> Result<Region, Misconfigured> {
    if let Some(region) = settings.substitutes.region {
        return Ok(region);
    }
    let of_profile = ProfileFileRegionProvider::builder().profile_name(profiles.name());
    let of_profile = of_profile.profile_files(profiles.files()).build();
    let (from, name) = match first_of(&["AWS_REGION", "AWS_DEFAULT_REGION"]) {
        Some((variable, name)) => (variable.to_owned(), name),
        None => match of_profile.region().await {
            Some(name) => {
                (format!("region of the profile `{}`", profiles.name()), name.to_string())
            }
            None => return Ok(Partition::Aws.default_region()),
        },
    };
    Region::new(&name).ok_or_else(|| {
        let problem = format!("{from} is not an AWS Region: `{}`", shown(&name));
        Misconfigured::new(problem, "write one such as eu-west-1")
    })
}

/// The endpoints that service clients would be made with. AWS's rules know no FIPS or dual-stack
/// form of an endpoint that the user names, and end every call with an error.
fn check_endpoints(
    profiles: &Profiles,
    config: &SdkConfig,
    flags: EndpointFlags,
) -> Result<(), Misconfigured> {
    for service in ["Account", "CloudTrail", "KMS", "Organizations", "S3", "STS"] {
        let Some(url) = setting(config, service) else { continue };
        profiles.check_endpoint(service, &url)?;
        if flags.is_any() {
            return Err(flags.beside_an_endpoint(service));
        }
    }
    Ok(())
}

async fn sdk_config(
    settings: &Settings,
    region: Region,
    profiles: &Profiles,
    http_client: &SharedHttpClient,
) -> SdkConfig {
    let loader = aws_config::defaults(behavior())
        .region(aws_config::Region::from_static(region.name()))
        .http_client(http_client.clone())
        .time_source(settings.clock.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts())
        // Bodies here are small, and the operation's own timeout covers a stalled one.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        // Every call brings its own credentials, so the SDK's cache would only fill up with them.
        .identity_cache(IdentityCache::no_cache())
        .no_credentials()
        .profile_name(profiles.name());
    loader.profile_files(profiles.files()).load().await
}

/// The same for a stand-in, of which the environment knows nothing.
fn stand_in_config(
    settings: &Settings,
    region: Region,
    http_client: &SharedHttpClient,
) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(behavior())
        .region(aws_config::Region::from_static(region.name()))
        .http_client(http_client.clone())
        .sleep_impl(TokioSleep::new())
        .time_source(settings.clock.clone())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .identity_cache(IdentityCache::no_cache())
        .build()
}

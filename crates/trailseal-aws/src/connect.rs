//! Finds the caller's credentials, asks AWS who they belong to, and opens the way.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
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
use crate::clock::Clock;
use crate::credentials::{OwnCredentials, PlainCredentials, SessionCache};
use crate::endpoints::{endpoints, setting};
use crate::failure::Failure;
use crate::https::{Network, https_client};
use crate::role::Role;
use crate::surroundings::{
    EndpointFlags, Misconfigured, Profiles, Sources, Trust, check_proxies, check_variables,
    first_of, raw, shown,
};
use crate::transport::{Transport, http_client};

/// How to reach AWS.
pub struct Settings {
    /// The role that is assumed in every account but the caller's.
    pub role_name: String,
    /// Roles that are tried in turn where the first one is missing or does not trust the caller.
    pub role_fallbacks: Vec<String>,
    /// Sent with AssumeRole, where the roles' trust policies ask for it.
    pub external_id: Option<String>,
    /// Names the run in the audited accounts' own logs.
    pub session_name: String,
    /// Sent with AssumeRole: it stays with the session, whatever role is assumed next.
    pub source_identity: Option<String>,
    /// Sent with AssumeRole: tags of the session, which policies can ask for.
    pub session_tags: Vec<(String, String)>,
    /// The profile of the shared configuration; `None` leaves it to the environment.
    pub profile: Option<String>,
    /// Requests that are on their way at the same time.
    pub max_in_flight: usize,
    /// What time it is.
    pub clock: Clock,
    /// What takes the place of the outside world; [`Overrides::none`] where AWS is asked.
    pub substitutes: Overrides,
}

/// Stand-ins for the network and the environment, so that tests and simulations need neither.
#[derive(Debug, Clone)]
pub struct Overrides {
    /// Answers every request in place of the network; endpoints, profiles and whatever else the
    /// environment says of the network then do not count.
    pub transport: Option<Arc<dyn Transport>>,
    /// Taken as the caller's, in place of the SDK's chain.
    pub credentials: Option<PlainCredentials>,
    /// Taken as the Region of the environment.
    pub region: Option<Region>,
}

impl Overrides {
    /// The real network, chain and environment.
    #[must_use]
    pub const fn none() -> Self {
        Self { transport: None, credentials: None, region: None }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("role_name", &self.role_name)
            .field("session_name", &self.session_name)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

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

/// How long one call may take.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .read_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(30))
        .build()
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

/// Pinned, so that a newer SDK does not change timeouts, retries or checksums by itself.
pub(crate) fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

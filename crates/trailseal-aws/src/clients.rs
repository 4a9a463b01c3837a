//! Service clients: one per service and Region, shared by all accounts.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use trailseal_model::Region;

/// Every client of a run, each made when it is first needed.
///
/// A client costs 18 KB and much of a millisecond, so none is made per account: the credentials
/// are handed over with each call.
pub(crate) struct Clients {
    config: SdkConfig,
    sts: PerRegion<aws_sdk_sts::Client>,
    organizations: PerRegion<aws_sdk_organizations::Client>,
    account: PerRegion<aws_sdk_account::Client>,
    cloudtrail: PerRegion<aws_sdk_cloudtrail::Client>,
    kms: PerRegion<aws_sdk_kms::Client>,
    s3: PerRegion<aws_sdk_s3::Client>,
}

impl Clients {
    /// Clients after this configuration, so that endpoints, profiles and proxies work as anywhere.
    pub(crate) fn new(config: SdkConfig) -> Self {
        Self {
            config,
            sts: PerRegion::default(),
            organizations: PerRegion::default(),
            account: PerRegion::default(),
            cloudtrail: PerRegion::default(),
            kms: PerRegion::default(),
            s3: PerRegion::default(),
        }
    }

    pub(crate) fn sts(&self, region: Region) -> aws_sdk_sts::Client {
        self.sts.get(region, || aws_sdk_sts::Client::new(&self.config_of(region)))
    }

    pub(crate) fn organizations(&self, region: Region) -> aws_sdk_organizations::Client {
        self.organizations
            .get(region, || aws_sdk_organizations::Client::new(&self.config_of(region)))
    }

    pub(crate) fn account(&self, region: Region) -> aws_sdk_account::Client {
        self.account.get(region, || aws_sdk_account::Client::new(&self.config_of(region)))
    }

    pub(crate) fn cloudtrail(&self, region: Region) -> aws_sdk_cloudtrail::Client {
        self.cloudtrail.get(region, || aws_sdk_cloudtrail::Client::new(&self.config_of(region)))
    }

    pub(crate) fn kms(&self, region: Region) -> aws_sdk_kms::Client {
        self.kms.get(region, || aws_sdk_kms::Client::new(&self.config_of(region)))
    }

    pub(crate) fn s3(&self, region: Region) -> aws_sdk_s3::Client {
        self.s3.get(region, || {
            // Session authentication for directory buckets would make a call of the SDK's own,
            // CreateSession, which no limit, gap or policy of ours knows of.
            let config = aws_sdk_s3::config::Builder::from(&self.config_of(region))
                .disable_s3_express_session_auth(true);
            let config = if self.has_own_s3_endpoint() {
                // A bucket's name in front of a private endpoint's host name seldom resolves.
                config.force_path_style(true)
            } else {
                config
            };
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    fn config_of(&self, region: Region) -> SdkConfig {
        let region = aws_config::Region::from_static(region.name());
        self.config.to_builder().region(region).build()
    }

    fn has_own_s3_endpoint(&self) -> bool {
        endpoint_of(&self.config, "S3").is_some()
    }
}

/// The endpoint that clients of a service are made with, where one is configured.
pub(crate) fn endpoint_of(config: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .expect("all three are given");
    let of_service = config.service_config().and_then(|loaded| loaded.load_config(key));
    of_service.or_else(|| config.endpoint_url().map(str::to_owned))
}

struct PerRegion<C>(Mutex<HashMap<Region, C>>);

impl<C> Default for PerRegion<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> PerRegion<C> {
    fn get(&self, region: Region, make: impl FnOnce() -> C) -> C {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clients.entry(region).or_insert_with(make).clone()
    }
}

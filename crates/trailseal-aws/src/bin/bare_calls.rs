//! The peer that `cargo xtask bench scan` measures the program against: the same calls by bare SDK
//! clients, with no limits, retries, classes, facts or reports.
//!
//! Reads a file of calls, one JSON object a line, as the simulator's log has them; assumes the role
//! in every account of theirs; says `ready`, waits for a line, makes every call once, says in one
//! line how that went, and ends with its input. Client sets, timeouts and calls at once are as in
//! the program.

use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::types::EncodingType;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use futures::{StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tokio::task::JoinSet;

type Failure = Box<dyn Error + Send + Sync>;

/// As the program's default of `--max-in-flight`.
const AT_ONCE: usize = 256;
/// Sessions that are opened at the same time beforehand.
const ASSUMED_AT_ONCE: usize = 32;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the bench reads it")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, role] = &arguments[..] else {
        return Err("what is needed: a file of calls, and the role's name".into());
    };
    let lines = BufReader::new(File::open(file)?).lines();
    let calls = lines.map(|it| Call::read(&it?)).collect::<Result<Vec<_>, Failure>>()?;
    let bare = Arc::new(Bare::connect(&calls, role).await?);
    println!("ready");
    wait_for_a_line()?;
    let failed = bare.make_all(calls.into()).await?;
    println!("{{\"failed\": {failed}}}");
    // The other process reads this one's times while it is still there.
    wait_for_a_line()
}

fn wait_for_a_line() -> Result<(), Failure> {
    std::io::stdin().lock().read_line(&mut String::new())?;
    Ok(())
}

/// One call to make.
struct Call {
    service: String,
    operation: String,
    account: String,
    region: String,
    resource: String,
    input: HashMap<String, String>,
}

impl Call {
    fn read(line: &str) -> Result<Self, Failure> {
        let value: Value = serde_json::from_str(line)?;
        let text = |name: &str| -> Result<String, Failure> {
            Ok(value[name].as_str().ok_or_else(|| format!("a call without {name}"))?.to_owned())
        };
        let input = text("input")?;
        let input = match serde_json::from_str::<HashMap<String, Value>>(&input) {
            Ok(fields) => fields.into_iter().map(|(name, it)| (name, plain(&it))).collect(),
            Err(_) => parameters(&input),
        };
        Ok(Self {
            service: text("service")?,
            operation: text("operation")?,
            account: text("account")?,
            region: text("region")?,
            resource: text("resource")?,
            input,
        })
    }

    fn input(&self, name: &str) -> Option<String> {
        self.input.get(name).cloned()
    }

    /// The bucket and the key of an S3 resource.
    fn place(&self) -> (&str, &str) {
        let place = self.resource.strip_prefix("arn:aws:s3:::").unwrap_or(&self.resource);
        place.split_once('/').unwrap_or((place, ""))
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The parameters of a query string or a form.
fn parameters(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|it| it.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut decoded = parts.next().unwrap_or_default().replace('+', " ");
    for part in parts {
        let code = part.get(..2).and_then(|it| u8::from_str_radix(it, 16).ok());
        decoded.push(code.map_or('?', char::from));
        decoded.push_str(part.get(2..).unwrap_or_default());
    }
    decoded
}

/// The clients of one Region.
struct Clients {
    sts: aws_sdk_sts::Client,
    organizations: aws_sdk_organizations::Client,
    account: aws_sdk_account::Client,
    cloudtrail: aws_sdk_cloudtrail::Client,
    kms: aws_sdk_kms::Client,
    s3: aws_sdk_s3::Client,
}

impl Clients {
    fn new(config: &SdkConfig, region: &str) -> Self {
        let config = config.to_builder().region(Region::new(region.to_owned())).build();
        let of_s3 = aws_sdk_s3::config::Builder::from(&config)
            .disable_s3_express_session_auth(true)
            .force_path_style(true);
        Self {
            sts: aws_sdk_sts::Client::new(&config),
            organizations: aws_sdk_organizations::Client::new(&config),
            account: aws_sdk_account::Client::new(&config),
            cloudtrail: aws_sdk_cloudtrail::Client::new(&config),
            kms: aws_sdk_kms::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(of_s3.build()),
        }
    }
}

/// Clients by Region, and credentials by account.
struct Bare {
    clients: HashMap<String, Clients>,
    credentials: HashMap<String, SharedCredentialsProvider>,
}

impl Bare {
    async fn connect(calls: &[Call], role: &str) -> Result<Self, Failure> {
        let own = aws_config::load_defaults(BehaviorVersion::latest()).await;
        let own = own.credentials_provider().ok_or("there are no credentials")?;
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .read_timeout(Duration::from_secs(10))
            .operation_timeout(Duration::from_secs(30))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .no_credentials()
            .load()
            .await;
        let home = config.region().map_or_else(|| "us-east-1".to_owned(), ToString::to_string);
        let regions: BTreeSet<_> = calls.iter().map(|it| &it.region).chain([&home]).collect();
        let clients: HashMap<_, _> =
            regions.into_iter().map(|it| (it.clone(), Clients::new(&config, it))).collect();
        let sts = clients[&home].sts.clone();
        let as_caller = aws_sdk_sts::Config::builder().credentials_provider(own.clone());
        let caller =
            sts.get_caller_identity().customize().config_override(as_caller).send().await?;
        let caller = caller.account().unwrap_or_default().to_owned();
        let accounts: BTreeSet<_> =
            calls.iter().map(|it| &it.account).filter(|it| **it != caller).collect();
        let sessions = futures::stream::iter(accounts)
            .map(|it| assume(&sts, own.clone(), format!("arn:aws:iam::{it}:role/{role}"), it))
            .buffer_unordered(ASSUMED_AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        let credentials = sessions.into_iter().chain([(caller, own.clone())]).collect();
        Ok(Self { clients, credentials })
    }

    /// Makes all calls, this number at once; says how many were answered with an error.
    async fn make_all(self: &Arc<Self>, calls: Arc<[Call]>) -> Result<u64, Failure> {
        let (next, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (bare, calls) = (Arc::clone(self), Arc::clone(&calls));
            let (next, failed) = (Arc::clone(&next), Arc::clone(&failed));
            tasks.spawn(async move {
                while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let is_answered = bare.make(call).await?;
                    failed.fetch_add(u64::from(!is_answered), Ordering::Relaxed);
                }
                Ok::<_, Failure>(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(failed.load(Ordering::Relaxed))
    }

    async fn make(&self, call: &Call) -> Result<bool, Failure> {
        let clients = self.clients.get(&call.region).ok_or("a Region without clients")?;
        let credentials = self.credentials.get(&call.account).ok_or("an unknown account")?.clone();
        match &*call.service {
            "sts" => sts(&clients.sts, call, credentials).await,
            "organizations" => organizations(&clients.organizations, call, credentials).await,
            "account" => account(&clients.account, call, credentials).await,
            "cloudtrail" => cloudtrail(&clients.cloudtrail, call, credentials).await,
            "kms" => kms(&clients.kms, call, credentials).await,
            "s3" => s3(&clients.s3, call, credentials).await,
            other => Err(format!("there are no clients of {other}").into()),
        }
    }
}

async fn assume(
    sts: &aws_sdk_sts::Client,
    own: SharedCredentialsProvider,
    role: String,
    account: &str,
) -> Result<(String, SharedCredentialsProvider), Failure> {
    let as_caller = aws_sdk_sts::Config::builder().credentials_provider(own);
    let request = sts.assume_role().role_arn(role).role_session_name("bare");
    let session = request.customize().config_override(as_caller).send().await?;
    let session = session.credentials().ok_or("AssumeRole without credentials")?;
    let session = Credentials::new(
        session.access_key_id(),
        session.secret_access_key(),
        Some(session.session_token().to_owned()),
        None,
        "bare",
    );
    Ok((account.to_owned(), SharedCredentialsProvider::new(session)))
}

/// Sends a request with these credentials, and says whether it was answered well.
macro_rules! sent {
    ($sdk:ident, $credentials:expr, $request:expr) => {{
        let config = $sdk::Config::builder().credentials_provider($credentials);
        let answer = $request.customize().config_override(config).send().await;
        answer.is_ok()
    }};
}

fn unknown(call: &Call) -> Failure {
    format!("the bench does not know how to call {}", call.operation).into()
}

async fn sts(
    client: &aws_sdk_sts::Client,
    call: &Call,
    credentials: SharedCredentialsProvider,
) -> Result<bool, Failure> {
    Ok(match &*call.operation {
        "GetCallerIdentity" => sent!(aws_sdk_sts, credentials, client.get_caller_identity()),
        "AssumeRole" => {
            let request = client.assume_role().role_arn(&call.resource).role_session_name("bare");
            sent!(aws_sdk_sts, credentials, request)
        }
        _ => return Err(unknown(call)),
    })
}

async fn organizations(
    client: &aws_sdk_organizations::Client,
    call: &Call,
    credentials: SharedCredentialsProvider,
) -> Result<bool, Failure> {
    let token = call.input("NextToken");
    let parent = call.input("ParentId");
    Ok(match &*call.operation {
        "ListAccounts" => {
            sent!(aws_sdk_organizations, credentials, client.list_accounts().set_next_token(token))
        }
        "ListRoots" => sent!(aws_sdk_organizations, credentials, client.list_roots()),
        "DescribeOrganization" => {
            sent!(aws_sdk_organizations, credentials, client.describe_organization())
        }
        "ListOrganizationalUnitsForParent" => {
            let request = client.list_organizational_units_for_parent().set_parent_id(parent);
            sent!(aws_sdk_organizations, credentials, request.set_next_token(token))
        }
        "ListAccountsForParent" => {
            let request = client.list_accounts_for_parent().set_parent_id(parent);
            sent!(aws_sdk_organizations, credentials, request.set_next_token(token))
        }
        _ => return Err(unknown(call)),
    })
}

async fn account(
    client: &aws_sdk_account::Client,
    call: &Call,
    credentials: SharedCredentialsProvider,
) -> Result<bool, Failure> {
    if call.operation != "ListRegions" {
        return Err(unknown(call));
    }
    let request = client.list_regions().max_results(50).set_next_token(call.input("NextToken"));
    Ok(sent!(aws_sdk_account, credentials, request))
}

async fn cloudtrail(
    client: &aws_sdk_cloudtrail::Client,
    call: &Call,
    credentials: SharedCredentialsProvider,
) -> Result<bool, Failure> {
    let token = call.input("NextToken");
    Ok(match &*call.operation {
        "DescribeTrails" => {
            let request = client.describe_trails().include_shadow_trails(true);
            sent!(aws_sdk_cloudtrail, credentials, request)
        }
        "ListTrails" => {
            sent!(aws_sdk_cloudtrail, credentials, client.list_trails().set_next_token(token))
        }
        "ListEventDataStores" => {
            let request = client.list_event_data_stores().set_next_token(token);
            sent!(aws_sdk_cloudtrail, credentials, request)
        }
        "GetEventDataStore" => {
            let store = call.input("EventDataStore");
            let request = client.get_event_data_store().set_event_data_store(store);
            sent!(aws_sdk_cloudtrail, credentials, request)
        }
        "GetTrailStatus" => {
            let request = client.get_trail_status().set_name(call.input("Name"));
            sent!(aws_sdk_cloudtrail, credentials, request)
        }
        "GetEventSelectors" => {
            let request = client.get_event_selectors().set_trail_name(call.input("TrailName"));
            sent!(aws_sdk_cloudtrail, credentials, request)
        }
        _ => return Err(unknown(call)),
    })
}

async fn kms(
    client: &aws_sdk_kms::Client,
    call: &Call,
    credentials: SharedCredentialsProvider,
) -> Result<bool, Failure> {
    let key = call.input("KeyId");
    Ok(match &*call.operation {
        "DescribeKey" => sent!(aws_sdk_kms, credentials, client.describe_key().set_key_id(key)),
        "GetKeyPolicy" => sent!(aws_sdk_kms, credentials, client.get_key_policy().set_key_id(key)),
        "ListGrants" => sent!(aws_sdk_kms, credentials, client.list_grants().set_key_id(key)),
        "GetKeyRotationStatus" => {
            sent!(aws_sdk_kms, credentials, client.get_key_rotation_status().set_key_id(key))
        }
        _ => return Err(unknown(call)),
    })
}

async fn s3(
    client: &aws_sdk_s3::Client,
    call: &Call,
    credentials: SharedCredentialsProvider,
) -> Result<bool, Failure> {
    let (bucket, key) = call.place();
    Ok(match &*call.operation {
        "ListBuckets" => sent!(aws_sdk_s3, credentials, client.list_buckets().max_buckets(1000)),
        "HeadBucket" => sent!(aws_sdk_s3, credentials, client.head_bucket().bucket(bucket)),
        "HeadObject" => {
            sent!(aws_sdk_s3, credentials, client.head_object().bucket(bucket).key(key))
        }
        "ListObjectsV2" => {
            let most = call.input("max-keys").and_then(|it| it.parse().ok());
            let request = client
                .list_objects_v2()
                .bucket(bucket)
                .set_prefix(call.input("prefix"))
                .set_start_after(call.input("start-after"))
                .set_delimiter(call.input("delimiter"))
                .set_continuation_token(call.input("continuation-token"))
                .set_max_keys(most)
                .encoding_type(EncodingType::Url);
            sent!(aws_sdk_s3, credentials, request)
        }
        _ => return Err(unknown(call)),
    })
}

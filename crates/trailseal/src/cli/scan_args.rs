//! The flags of `scan`, and how they come together with the file of `--config`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::Args;
use trailseal_fanout::RateShare;
use trailseal_model::{AccountId, Partition, Region, Scope, Severity};

use super::help;
use crate::accounts_file;
use crate::config::{Config, account};
use crate::error::UserError;
use crate::events::Progress;
use crate::scan::ScanSettings;
use crate::sessions;
use crate::window::WindowChoice;

#[derive(Debug, Args)]
#[command(after_long_help = help::SCAN)]
pub(super) struct ScanArgs {
    /// The folder for the reports; it must not exist, or be empty
    /// [default: trailseal-out/<run id>].
    #[arg(long, env = "TRAILSEAL_OUT")]
    out: Option<PathBuf>,
    /// The role that is assumed in every account but the caller's own [default: TrailsealAudit].
    #[arg(long, env = "TRAILSEAL_ROLE_NAME")]
    role_name: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[arg(long, env = "TRAILSEAL_EXTERNAL_ID", hide_env_values = true)]
    external_id: Option<String>,
    /// Names the sessions in other accounts [default: trailseal-<run id>].
    #[arg(long, env = "TRAILSEAL_SESSION_NAME", value_name = "NAME")]
    session_name: Option<String>,
    /// The source identity of the sessions in other accounts; role and caller must be allowed
    /// sts:SetSourceIdentity.
    #[arg(long, env = "TRAILSEAL_SOURCE_IDENTITY", value_name = "NAME")]
    source_identity: Option<String>,
    /// A tag of the sessions in other accounts; can be given several times. Role and caller must be
    /// allowed sts:TagSession.
    #[arg(
        long = "session-tag",
        env = "TRAILSEAL_SESSION_TAG",
        value_delimiter = ',',
        value_name = "KEY=VALUE"
    )]
    session_tags: Vec<String>,
    /// An account that may own trails' buckets; can be given several times.
    #[arg(
        long = "log-archive-account",
        env = "TRAILSEAL_LOG_ARCHIVE_ACCOUNT",
        value_delimiter = ',',
        value_name = "ACCOUNT"
    )]
    log_archive_accounts: Vec<String>,
    /// Judges only these accounts, and those of --ou; can be given several times, or separated by
    /// commas.
    #[arg(long, env = "TRAILSEAL_ACCOUNTS", value_delimiter = ',', value_name = "ACCOUNT")]
    accounts: Vec<String>,
    /// Leaves this account out; can be given several times.
    #[arg(
        long = "exclude-account",
        env = "TRAILSEAL_EXCLUDE_ACCOUNT",
        value_delimiter = ',',
        value_name = "ACCOUNT"
    )]
    exclude_accounts: Vec<String>,
    /// Judges only accounts below this root or organizational unit (r-... or ou-...), and those of
    /// --accounts; can be given several times.
    #[arg(long = "ou", env = "TRAILSEAL_OU", value_delimiter = ',', value_name = "UNIT")]
    organizational_units: Vec<String>,
    /// Judges only these Regions; can be given several times, or separated by commas.
    #[arg(long, env = "TRAILSEAL_REGIONS", value_delimiter = ',', value_name = "REGION")]
    regions: Vec<String>,
    /// The accounts to audit where Organizations does not list them: one a line.
    #[arg(long, env = "TRAILSEAL_ACCOUNTS_FILE", value_name = "FILE")]
    accounts_file: Option<PathBuf>,
    /// A tag of accounts to show in the reports, by its key; can be given several times. It costs
    /// one call an account.
    #[arg(
        long = "account-tag",
        env = "TRAILSEAL_ACCOUNT_TAG",
        value_delimiter = ',',
        value_name = "KEY"
    )]
    account_tags: Vec<String>,
    /// The profile of the AWS configuration to use.
    #[arg(long, env = "TRAILSEAL_PROFILE")]
    profile: Option<String>,
    /// Which log objects count: days such as 7d, or START/END in UTC [default: 7d].
    #[arg(long, env = "TRAILSEAL_WINDOW")]
    window: Option<String>,
    /// How many log objects of each trail are drawn at random; a smaller population is examined
    /// whole [default: 59].
    #[arg(long, env = "TRAILSEAL_SAMPLE_SIZE", value_name = "OBJECTS")]
    sample_size: Option<u32>,
    /// The share of deviating log objects that is tolerable, above 0 and below 1 [default: 0.05].
    #[arg(long, env = "TRAILSEAL_TOLERABLE_RATE", value_name = "SHARE")]
    tolerable_rate: Option<f64>,
    /// What the random samples are drawn with: the same number draws the same objects again
    /// [default: a random one].
    #[arg(long, env = "TRAILSEAL_SEED", value_name = "NUMBER")]
    seed: Option<u64>,
    /// The share of every published AWS quota that the scan may use, above 0 to 1 [default: 0.5].
    #[arg(long, env = "TRAILSEAL_RATE_SHARE")]
    rate_share: Option<f64>,
    /// How many requests are on their way at the same time, at most [default: 256].
    #[arg(long, env = "TRAILSEAL_MAX_IN_FLIGHT")]
    max_in_flight: Option<usize>,
    /// The severity from which on a failure sets the exit code: note, low, medium or high
    /// [default: high].
    #[arg(long, env = "TRAILSEAL_FAIL_ON")]
    fail_on: Option<String>,
    /// A TOML file with the same settings; flags go before it.
    #[arg(long, env = "TRAILSEAL_CONFIG")]
    config: Option<PathBuf>,
    /// Shows no progress, only the summary.
    #[arg(long, short)]
    quiet: bool,
}

impl ScanArgs {
    /// Flags before the file before the defaults.
    pub(super) fn settings(self, arguments: Vec<String>) -> Result<ScanSettings, UserError> {
        let config = self.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
        let log_archive = either(&self.log_archive_accounts, &config.log_archive_accounts);
        let owners = config.bucket_owners.iter();
        let bucket_owners: Result<Vec<_>, UserError> = owners
            .map(|(bucket, id)| Ok((bucket.clone(), account(id, "bucket_owners")?)))
            .collect();
        let accounts_file = self.accounts_file.as_ref().or(config.accounts_file.as_ref());
        let role_name = self.role_name.clone().or_else(|| config.role_name.clone());
        let default = ScanSettings::default();
        Ok(ScanSettings {
            role_name: role_name.unwrap_or(default.role_name),
            role_fallbacks: config.role_fallbacks.clone(),
            external_id: self.external_id.clone().or_else(|| config.external_id.clone()),
            session_name: name(
                self.session_name.as_ref().or(config.session_name.as_ref()),
                "--session-name",
            )?,
            source_identity: name(
                self.source_identity.as_ref().or(config.source_identity.as_ref()),
                "--source-identity",
            )?,
            session_tags: self.session_tags(&config)?,
            log_archive_accounts: accounts(log_archive, "--log-archive-account")?,
            trusted_key_accounts: accounts(&config.trusted_key_accounts, "trusted_key_accounts")?,
            trusted_readers: accounts(&config.trusted_readers, "trusted_readers")?,
            bucket_owners: bucket_owners?,
            scope: self.scope(&config)?,
            declared_accounts: match accounts_file {
                Some(path) => accounts_file::read(path)?,
                None => Vec::new(),
            },
            account_tags: either(&self.account_tags, &config.account_tags)
                .iter()
                .cloned()
                .collect(),
            window: self.window(&config)?.unwrap_or(default.window),
            sample_size: self.sample_size(&config)?.unwrap_or(default.sample_size),
            tolerable_rate: self.tolerable_rate(&config)?.unwrap_or(default.tolerable_rate),
            seed: self.seed.or(config.seed),
            rate_share: self.rate_share(&config)?.unwrap_or(default.rate_share),
            max_in_flight: self.max_in_flight(&config)?.unwrap_or(default.max_in_flight),
            fail_on: self.fail_on(&config)?.unwrap_or(default.fail_on),
            progress: if self.quiet { Progress::Quiet } else { default.progress },
            out: self.out,
            replaces_simulation: false,
            profile: self.profile,
            arguments,
        })
    }

    fn scope(&self, config: &Config) -> Result<Scope, UserError> {
        let units = either(&self.organizational_units, &config.organizational_units);
        if let Some(wrong) = units.iter().find(|it| !is_unit(it)) {
            return Err(wrong_value(
                "--ou",
                format!("`{wrong}` is no root or unit (r-..., ou-...)"),
            ));
        }
        let known: BTreeSet<Region> = Partition::ALL.iter().flat_map(|it| it.regions()).collect();
        let region = |it: &String| {
            Region::new(it)
                .filter(|it| known.contains(it))
                .ok_or_else(|| wrong_value("--regions", format!("`{it}` is no AWS Region")))
        };
        let regions = either(&self.regions, &config.regions).iter().map(region);
        Ok(Scope {
            accounts: accounts(either(&self.accounts, &config.accounts), "--accounts")?,
            organizational_units: units.iter().cloned().collect(),
            excluded_accounts: accounts(
                either(&self.exclude_accounts, &config.exclude_accounts),
                "--exclude-account",
            )?,
            regions: regions.collect::<Result<_, _>>()?,
        })
    }

    fn session_tags(&self, config: &Config) -> Result<BTreeMap<String, String>, UserError> {
        if self.session_tags.is_empty() {
            return sessions::tags(config.session_tags.clone());
        }
        let given = self.session_tags.iter().map(|it| sessions::tag(it));
        sessions::tags(given.collect::<Result<Vec<_>, _>>()?)
    }

    fn window(&self, config: &Config) -> Result<Option<WindowChoice>, UserError> {
        let given = self.window.as_ref().or(config.window.as_ref()).map(|it| it.parse());
        given.transpose().map_err(|it| wrong_value("--window", it))
    }

    fn sample_size(&self, config: &Config) -> Result<Option<u32>, UserError> {
        match self.sample_size.or(config.sample_size) {
            Some(it) if !(1..=10_000).contains(&it) => {
                Err(wrong_value("--sample-size", format!("`{it}` is not from 1 to 10000")))
            }
            given => Ok(given),
        }
    }

    fn tolerable_rate(&self, config: &Config) -> Result<Option<f64>, UserError> {
        match self.tolerable_rate.or(config.tolerable_rate) {
            Some(it) if !(it > 0.0 && it < 1.0) => {
                Err(wrong_value("--tolerable-rate", format!("`{it}` is not above 0 and below 1")))
            }
            given => Ok(given),
        }
    }

    fn rate_share(&self, config: &Config) -> Result<Option<RateShare>, UserError> {
        let given = self.rate_share.or(config.rate_share).map(|it| {
            RateShare::new(it).ok_or_else(|| {
                wrong_value("--rate-share", format!("`{it}` is not above 0 and at most 1"))
            })
        });
        given.transpose()
    }

    fn max_in_flight(&self, config: &Config) -> Result<Option<usize>, UserError> {
        match self.max_in_flight.or(config.max_in_flight) {
            Some(it) if !(1..=4096).contains(&it) => {
                Err(wrong_value("--max-in-flight", format!("`{it}` is not from 1 to 4096")))
            }
            given => Ok(given),
        }
    }

    fn fail_on(&self, config: &Config) -> Result<Option<Severity>, UserError> {
        let given = self.fail_on.as_ref().or(config.fail_on.as_ref()).map(|it| {
            Severity::from_word(it).ok_or_else(|| {
                wrong_value("--fail-on", format!("`{it}` is not note, low, medium or high"))
            })
        });
        given.transpose()
    }
}

fn name(given: Option<&String>, from: &str) -> Result<Option<String>, UserError> {
    given.map(|it| sessions::name(it, from)).transpose()
}

/// What the flag says, else the file.
fn either<'a>(flag: &'a [String], file: &'a [String]) -> &'a [String] {
    if flag.is_empty() { file } else { flag }
}

fn accounts<C: FromIterator<AccountId>>(texts: &[String], from: &str) -> Result<C, UserError> {
    texts.iter().map(|it| account(it, from)).collect()
}

fn is_unit(text: &str) -> bool {
    let id = text.strip_prefix("ou-").or_else(|| text.strip_prefix("r-"));
    id.is_some_and(|it| {
        !it.is_empty() && it.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
    })
}

fn wrong_value(flag: &str, problem: impl std::fmt::Display) -> UserError {
    UserError::usage(format!("{flag}: {problem}"), "see `trailseal scan --help`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_and_units_are_known_by_their_form() {
        for (text, expected) in
            [("ou-ab12-cdef3456", true), ("r-ab12", true), ("Sandbox", false), ("ou-", false)]
        {
            assert_eq!(is_unit(text), expected, "{text}");
        }
    }
}

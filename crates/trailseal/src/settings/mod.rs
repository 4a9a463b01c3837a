//! Every setting of a scan, declared once. Its flag, its variable, its key in the file and its row in
//! docs/configuration.md follow from the declaration.

pub(crate) mod accounts;
pub(crate) mod class;
pub(crate) mod exceptions;
mod file;
mod layers;
pub(crate) mod page;
pub(crate) mod sessions;
pub(crate) mod value;
mod window;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, Command};
use trailseal_fanout::RateShare;
use trailseal_model::{
    AccountId, ControlId, MemberStatusScope, Region, Scope, Severity, Thresholds,
};

use crate::error::UserError;
use class::Class;
pub(crate) use file::read;
use layers::settings;
use sessions::{RoleName, SessionName, SessionTag};
pub(crate) use value::quoted;
use value::{BucketOwner, Secret, Share, Span, UnitId, Whole};
use window::WindowChoice;

const ACCESS: &str = "Access";
const SCOPE: &str = "Scope";
const SAMPLING: &str = "Sampling";
const JUDGING: &str = "Judging";
const PACE: &str = "Pace";
const OUTPUT: &str = "Output";

settings! {
    defaulted {
        /// Role to assume in every account but the caller's own
        #[arg(long, value_name = "NAME", help_heading = ACCESS)]
        role_name: RoleName = RoleName::documented();
        /// Sampling window by the time in the log object's name: days (7d) or START/END in UTC, at
        /// most 90 days
        #[arg(long, help_heading = SAMPLING)]
        window: WindowChoice = WindowChoice::DEFAULT;
        /// Log objects to draw at random for each trail, from 1 to 10000; a smaller population is
        /// examined whole
        #[arg(long, value_name = "OBJECTS", help_heading = SAMPLING)]
        sample_size: Whole<1, 10_000> = Whole(Thresholds::DEFAULT.sample_size);
        /// Share of deviating log objects that is tolerable, above 0 and below 1
        #[arg(long, value_name = "SHARE", help_heading = SAMPLING)]
        tolerable_rate: Share = Share(Thresholds::DEFAULT.tolerable_rate);
        /// Where to ask members for the delivery status of organization trails: off, home (the trail's
        /// home Region, one call for each member and trail), or all (every Region that shows it)
        #[arg(long, value_name = "WHERE", help_heading = PACE)]
        member_status: MemberStatusScope = MemberStatusScope::Home;
        /// Share of every published AWS quota that the scan may use, above 0 and at most 1
        #[arg(long, value_name = "SHARE", help_heading = PACE)]
        rate_share: RateShare = RateShare::HALF;
        /// Requests that may be in flight at the same time, from 1 to 4096
        #[arg(long, value_name = "REQUESTS", help_heading = PACE)]
        max_in_flight: Whole<1, 4096> = Whole(256);
        /// Maximum age of an interrupted scan to continue with --resume, such as 24h
        #[arg(long, value_name = "TIME", help_heading = PACE)]
        resume_max_age: Span = Span::of_hours(24);
        /// Lowest severity of a failure that sets exit code 1: note, low, medium or high
        #[arg(long, value_name = "SEVERITY", help_heading = JUDGING)]
        fail_on: Severity = Severity::High;
    }
    optional {
        /// Folder for the reports; it must not exist, or be empty [default: trailseal-out/<run id>]
        #[arg(long, value_name = "FOLDER", help_heading = OUTPUT)]
        out: PathBuf;
        /// Number of complete scans to keep beside the output folder, this one included; older ones are
        /// removed [default: all]
        #[arg(long, value_name = "SCANS", help_heading = OUTPUT)]
        keep: Whole<1, 10_000>;
        /// Maximum duration of the scan, such as 50m; what is not read by then is reported as not
        /// evaluated [default: none]
        #[arg(long, value_name = "TIME", help_heading = PACE)]
        deadline: Span;
        /// External id that the role's trust policy requires
        #[arg(long, value_name = "ID", help_heading = ACCESS)]
        external_id: Secret;
        /// Name of the sessions in other accounts [default: trailseal-<run id>]
        #[arg(long, value_name = "NAME", help_heading = ACCESS)]
        session_name: SessionName;
        /// Source identity of the sessions in other accounts; role and caller must be allowed
        /// sts:SetSourceIdentity
        #[arg(long, value_name = "NAME", help_heading = ACCESS)]
        source_identity: SessionName;
        /// Profile of the AWS configuration to use [default: AWS_PROFILE, AWS_DEFAULT_PROFILE or the
        /// profile "default"]
        #[arg(long, value_name = "NAME", help_heading = ACCESS)]
        profile: String;
        /// Accounts to audit if ListAccounts is unavailable: a CSV file, or one id on each line
        #[arg(long, value_name = "FILE", help_heading = SCOPE)]
        accounts_file: PathBuf;
        /// TOML file of findings and gaps accepted until a date; they stay in every report but no
        /// longer affect the exit code
        #[arg(long, value_name = "FILE", help_heading = JUDGING)]
        exceptions: PathBuf;
        /// Random seed; reuse it to draw the same sample again [default: a random one]
        #[arg(long, value_name = "NUMBER", help_heading = SAMPLING)]
        seed: u64;
    }
    lists {
        /// Role to try next if the role is missing or does not trust the caller
        #[arg(long = "role-fallback", value_name = "NAME", help_heading = ACCESS)]
        role_fallbacks: RoleName;
        /// Tag of the sessions in other accounts; role and caller must be allowed sts:TagSession
        #[arg(long = "session-tag", value_name = "KEY=VALUE", help_heading = ACCESS)]
        session_tags: SessionTag;
        /// Account that may own the buckets of trails
        #[arg(long = "log-archive-account", value_name = "ACCOUNT", help_heading = ACCESS)]
        log_archive_accounts: AccountId;
        /// Judge only these accounts, and those of --ou
        #[arg(long, value_name = "ACCOUNT", help_heading = SCOPE)]
        accounts: AccountId;
        /// Leave this account out
        #[arg(long = "exclude-account", value_name = "ACCOUNT", help_heading = SCOPE)]
        exclude_accounts: AccountId;
        /// Judge only accounts below this root or organizational unit (r-... or ou-...), and those of
        /// --accounts
        #[arg(long = "ou", value_name = "UNIT", help_heading = SCOPE)]
        organizational_units: UnitId;
        /// Judge only these Regions
        #[arg(long, value_name = "REGION", help_heading = SCOPE)]
        regions: Region;
        /// Control to leave out; calls that only such controls need are not made
        #[arg(long = "skip-control", value_name = "CONTROL", help_heading = SCOPE)]
        skip_controls: ControlId;
        /// Key of an account tag to show in the reports; costs one call for each account
        #[arg(long = "account-tag", value_name = "KEY", help_heading = OUTPUT)]
        account_tags: String;
        /// Account outside the organization whose keys may encrypt its logs
        #[arg(long = "trusted-key-account", value_name = "ACCOUNT", help_heading = JUDGING)]
        trusted_key_accounts: AccountId;
        /// Account outside the organization that may decrypt its logs
        #[arg(long = "trusted-reader", value_name = "ACCOUNT", help_heading = JUDGING)]
        trusted_readers: AccountId;
        /// Expected owner of a bucket
        #[arg(long = "bucket-owner", value_name = "BUCKET=ACCOUNT", help_heading = JUDGING)]
        bucket_owners: BucketOwner;
    }
}

/// Keys of settings whose values nothing may keep or show.
pub(crate) const SECRET: &[&str] = &["external_id"];

/// Settings that the record has in fields of their own, and the one that is secret. Every other one
/// is recorded by its key.
const NOT_RECORDED: [&str; 18] = [
    "accounts",
    "accounts_file",
    "exclude_accounts",
    "external_id",
    "fail_on",
    "keep",
    "organizational_units",
    "out",
    "profile",
    "regions",
    "resume_max_age",
    "role_name",
    "sample_size",
    "seed",
    "skip_controls",
    "tolerable_rate",
    "trusted_key_accounts",
    "window",
];

impl Settings {
    /// What the settings limit a scan to.
    pub(crate) fn scope(&self) -> Scope {
        Scope {
            accounts: self.accounts.iter().copied().collect(),
            organizational_units: self.organizational_units.iter().map(|it| it.0.clone()).collect(),
            excluded_accounts: self.exclude_accounts.iter().copied().collect(),
            regions: self.regions.iter().copied().collect(),
            skipped_controls: self.skip_controls.iter().copied().collect(),
        }
    }

    /// Refuses settings that leave nothing to judge.
    pub(crate) fn check(&self) -> Result<(), UserError> {
        if self.scope().skipped_controls.len() < ControlId::ALL.len() {
            return Ok(());
        }
        Err(UserError::usage(
            "every control is skipped, so nothing is left to judge",
            "name fewer controls with --skip-control",
        ))
    }

    /// What a reader needs to run the same scan again and finds nowhere else in the record.
    pub(crate) fn recorded(&self) -> BTreeMap<&'static str, String> {
        self.shown().into_iter().filter(|it| !NOT_RECORDED.contains(&it.0)).collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Given::default().in_force()
    }
}

/// What a flag's variable is called: `--role-name` is `TRAILSEAL_ROLE_NAME`.
pub(crate) fn variable(flag: &str) -> String {
    format!("TRAILSEAL_{}", flag.to_ascii_uppercase().replace('-', "_"))
}

/// Whether no message may show the value of a flag, as clap names it: `--external-id <ID>`.
pub(crate) fn is_secret(flag: &str) -> bool {
    flag.starts_with("--external-id")
}

/// Whether an argument can come from a variable: a setting, or the file of settings.
pub(crate) fn has_variable(arg: &Arg) -> bool {
    KEYS.contains(&arg.get_id().as_str()) || arg.get_id() == "config"
}

/// The command that takes settings, with the variables and the defaults that belong to its flags.
/// An empty variable counts as none.
pub(crate) fn with_variables(command: Command) -> Command {
    let defaults: BTreeMap<&str, String> = defaults().into_iter().collect();
    command.mut_args(move |mut arg| {
        if !has_variable(&arg) {
            return arg;
        }
        let default = defaults.get(arg.get_id().as_str());
        if let (Some(help), Some(default)) = (arg.get_help(), default) {
            let help = format!("{help} [default: {default}]");
            arg = arg.help(help);
        }
        let name = arg.get_long().map(variable).unwrap_or_default();
        if std::env::var_os(&name).is_some_and(|it| it.is_empty()) {
            return arg;
        }
        // Clap wants names that last as long as the program.
        let name: &'static str = Box::leak(name.into_boxed_str());
        arg.env(name).hide_env_values(true)
    })
}

/// The command that judges answers again: its help shows the settings that may be others than the
/// scan's. The rest is taken as well, where it says the same.
pub(crate) fn for_judging(command: Command) -> Command {
    command.mut_args(|arg| {
        let key = arg.get_id().as_str();
        let is_shown = key == "out" || Class::of(key) == Class::Judged || !KEYS.contains(&key);
        arg.hide(!is_shown)
    })
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;

    fn given(arguments: &[&str]) -> Result<Given, clap::Error> {
        let command = Given::augment_args(Command::new("scan").no_binary_name(true));
        Given::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    #[test]
    fn a_value_replaces_a_value_and_a_list_a_list() {
        let flags =
            given(&["--role-name", "A", "--accounts", "000000000001,000000000002"]).unwrap();
        let file = given(&[
            "--role-name",
            "B",
            "--seed",
            "7",
            "--accounts",
            "000000000003",
            "--regions",
            "us-east-1",
        ])
        .unwrap();
        let settings = flags.over(file).in_force();
        assert_eq!(settings.role_name.0, "A");
        assert_eq!(settings.seed, Some(7));
        assert_eq!(settings.accounts.len(), 2);
        assert_eq!(settings.regions.len(), 1);
        assert_eq!(settings.max_in_flight.0, 256);
    }

    #[test]
    fn every_default_is_a_value_of_its_setting() {
        for (key, default) in defaults() {
            let arguments = Given::augment_args(Command::new("scan"));
            let flag = arguments.get_arguments().find(|it| it.get_id() == key);
            let flag = format!("--{}", flag.and_then(Arg::get_long).unwrap());
            assert!(given(&[flag.as_str(), &default]).is_ok(), "{flag} {default}");
        }
    }

    #[test]
    fn what_is_secret_is_not_recorded() {
        let settings = given(&["--external-id", "canary"]).unwrap().in_force();
        assert!(!format!("{:?} {settings:?}", settings.recorded()).contains("canary"));
    }
}

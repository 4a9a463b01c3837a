//! `trailseal iam`: the policies that a scan with the same settings needs, and the trust of its roles.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use trailseal_remediation::iam::{
    Caller, ExternalId, Format, IamError, IamRequest, LogBucket, Recipient, RoleName, document,
};

use super::Outcome;
use crate::cli::help;
use crate::error::UserError;
use crate::settings::{self, Given, sessions};

/// The flags of `iam`, and the settings of the scan that the policies are for. Those that change no
/// policy have no effect.
#[derive(Debug, Args)]
#[command(after_long_help = help::IAM)]
pub(crate) struct IamArgs {
    /// Who gets the policy
    #[arg(long = "for", value_name = "WHO")]
    recipient: Who,
    /// ARN of the role or user that runs scans
    #[arg(long, value_name = "ARN", value_parser = Caller::parse)]
    caller: Caller,
    /// What to print
    #[arg(long, default_value = "json")]
    format: Printed,
    /// Id of the organization that the caller must belong to (o-...)
    #[arg(long, value_name = "ID", value_parser = organization)]
    organization: Option<String>,
    /// Bucket of log objects that may be read, in which trails have this prefix; NAME/ is none, NAME
    /// any [default: every bucket]
    #[arg(long = "bucket", value_name = "NAME[/PREFIX]", value_parser = LogBucket::parse)]
    buckets: Vec<LogBucket>,
    #[command(flatten)]
    given: Given,
    /// Read settings from a TOML file; flags and variables take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Who gets a policy.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Who {
    /// The role or user that runs scans
    Caller,
    /// The audit role of every member account
    Member,
    /// The audit role of the management account
    Management,
    /// The audit role of the account that owns the buckets
    LogArchive,
}

impl Who {
    const fn recipient(self) -> Recipient {
        match self {
            Self::Caller => Recipient::Caller,
            Self::Member => Recipient::Member,
            Self::Management => Recipient::Management,
            Self::LogArchive => Recipient::LogArchive,
        }
    }
}

/// What is printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Printed {
    /// One object: Policy, and for a role TrustPolicy
    Json,
    /// A CloudFormation template
    Cloudformation,
    /// A Terraform configuration
    Terraform,
}

impl Printed {
    const fn format(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Cloudformation => Format::Cloudformation,
            Self::Terraform => Format::Terraform,
        }
    }
}

/// Source: Organizations API reference, `Organization`, `Id`.
fn organization(text: &str) -> Result<String, String> {
    let is_known = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let id = text.strip_prefix("o-").unwrap_or_default();
    let is_id = (10..=32).contains(&id.len()) && id.chars().all(is_known);
    let wrong = || format!("{} is not the id of an organization (o-...)", settings::quoted(text));
    is_id.then(|| text.to_owned()).ok_or_else(wrong)
}

impl IamArgs {
    fn request(self) -> Result<IamRequest, UserError> {
        let file = self.config.as_deref().map(settings::read).transpose()?.unwrap_or_default();
        let settings = self.given.over(file.given).in_force();
        settings.check()?;
        let tags = sessions::tags(&settings.session_tags)?;
        let fallbacks = settings.role_fallbacks.into_iter().map(|role| RoleName(role.0));
        let role = RoleName(settings.role_name.0);
        Ok(IamRequest {
            fallbacks: fallbacks.collect(),
            external_id: settings.external_id.map(|id| ExternalId(id.0)),
            tags_sessions: !tags.is_empty(),
            sets_source_identity: settings.source_identity.is_some(),
            organization: self.organization,
            buckets: self.buckets,
            has_accounts_file: settings.accounts_file.is_some(),
            reads_account_tags: !settings.account_tags.is_empty(),
            skipped_controls: settings.skip_controls.into_iter().collect(),
            ..IamRequest::new(self.recipient.recipient(), self.caller, role)
        })
    }
}

/// Prints the policies.
pub(crate) fn run(args: IamArgs) -> Result<Outcome, UserError> {
    let format = args.format.format();
    let request = args.request()?;
    let text = document(&request, format).map_err(|error| {
        let IamError::TooLong { document, .. } = error;
        let advice = match document {
            "policy" => "name fewer buckets, or buckets without their prefixes",
            _ => "choose a shorter external id",
        };
        UserError::usage(error.to_string(), advice)
    })?;
    let notes = if request.caller.is_of_session() {
        let arn = request.caller.arn();
        format!("note: the caller is {arn}; if this role has a path, give its ARN with --caller\n")
    } else {
        String::new()
    };
    Ok(Outcome { notes, ..Outcome::result(text) })
}

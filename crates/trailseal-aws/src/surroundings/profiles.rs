//! The AWS configuration: its files, and the profile that is selected.

use std::borrow::Cow;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_config::profile::{Profile, ProfileSet, load};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_types::os_shim_internal::{Env, Fs};

use super::variables::{Form, check_form, is_service_endpoint_usable};
use super::{Misconfigured, first_of, shown, shown_url, variable};
use crate::error_text::chain_text;

/// Who selected a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SelectedBy {
    /// `--profile` or `TRAILSEAL_PROFILE`: it takes precedence over keys in the environment.
    Flag,
    /// This variable: keys in the environment take precedence.
    Variable(&'static str),
    /// Nothing: the profile `default`, which does not need to exist.
    Default,
}

impl SelectedBy {
    const fn name(self) -> &'static str {
        match self {
            Self::Flag => "--profile or TRAILSEAL_PROFILE",
            Self::Variable(name) => name,
            Self::Default => "the default",
        }
    }
}

/// The files as they were read, with the profile in force.
#[derive(Debug)]
pub(crate) struct Profiles {
    files: EnvConfigFiles,
    sections: ProfileSet,
    name: String,
    by: SelectedBy,
    /// Where profiles were looked for, for messages.
    places: String,
}

/// One of the two files.
struct ConfigFile {
    kind: EnvConfigFileKind,
    path: PathBuf,
    variable: Option<&'static str>,
}

impl Profiles {
    /// Reads the files and selects the profile as the AWS CLI does: by flag, by `AWS_PROFILE`, by
    /// `AWS_DEFAULT_PROFILE`, else `default`.
    ///
    /// # Errors
    /// A file cannot be read or parsed, or a profile that is asked for does not exist.
    pub(crate) async fn load(flag: Option<&str>) -> Result<Self, Misconfigured> {
        let (name, by) = match (flag, first_of(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])) {
            (Some(name), _) => (name.to_owned(), SelectedBy::Flag),
            (None, Some((variable, name))) => (name, SelectedBy::Variable(variable)),
            (None, None) => ("default".to_owned(), SelectedBy::Default),
        };
        let known = [
            file(EnvConfigFileKind::Config, "AWS_CONFIG_FILE", "config"),
            file(EnvConfigFileKind::Credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ];
        let mut files = EnvConfigFiles::builder();
        let mut places = Vec::new();
        for file in &known {
            let state = file.check()?;
            places.push(format!("`{}`{}", shown(&file.path.to_string_lossy()), state.note()));
            // The SDK panics without any file.
            files = match state {
                State::Readable => files.with_file(file.kind, &file.path),
                State::Absent | State::Forbidden => files.with_contents(file.kind, ""),
            };
        }
        let files = files.build();
        let selected = Some(Cow::Owned(name.clone()));
        let sections = load(&Fs::real(), &Env::real(), &files, selected).await;
        let sections = sections.map_err(|error| unparsable(&chain_text(&error)))?;
        let profiles = Self { files, sections, name, by, places: places.join(" nor in ") };
        if by != SelectedBy::Default && profiles.sections.get_profile(&profiles.name).is_none() {
            return Err(profiles.missing());
        }
        Ok(profiles)
    }

    fn missing(&self) -> Misconfigured {
        let (name, by) = (shown(&self.name), self.by.name());
        let mut known: Vec<String> = self.sections.profiles().map(shown).collect();
        known.sort();
        known.truncate(10);
        let advice = if known.is_empty() {
            "create it with `aws configure`, or unset it".to_owned()
        } else {
            format!("use one that exists: {}", known.join(", "))
        };
        let problem = format!("the profile `{name}` ({by}) is neither in {}", self.places);
        Misconfigured::new(problem, advice)
    }

    /// The selected profile's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Who selected it.
    pub(crate) const fn by(&self) -> SelectedBy {
        self.by
    }

    /// The files, as the SDK takes them.
    pub(crate) fn files(&self) -> EnvConfigFiles {
        self.files.clone()
    }

    /// A value of the selected profile.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.sections.get(key).filter(|value| !value.is_empty())
    }

    /// The selected profile and those that its roles are assumed from.
    pub(crate) fn chain(&self) -> Vec<&Profile> {
        let mut chain: Vec<&Profile> = Vec::new();
        let mut next = Some(self.name.as_str());
        while let Some(profile) = next.and_then(|name| self.sections.get_profile(name)) {
            if chain.iter().any(|known| known.name() == profile.name()) {
                break;
            }
            next = profile.get("role_arn").and_then(|_| profile.get("source_profile"));
            chain.push(profile);
        }
        chain
    }

    /// Checks what the selected profile says of the network, wherever credentials come from.
    ///
    /// # Errors
    /// A value that cannot be used, by its key and profile.
    pub(crate) fn check_network(&self) -> Result<(), Misconfigured> {
        const FLAG: Form = Form::Word(&["true", "false"]);
        let Some(profile) = self.sections.get_profile(&self.name) else { return Ok(()) };
        for (key, form) in [
            ("endpoint_url", Form::Url),
            ("use_fips_endpoint", FLAG),
            ("use_dualstack_endpoint", FLAG),
            ("ignore_configured_endpoint_urls", FLAG),
        ] {
            check_key(profile, key, form, false)?;
        }
        Ok(())
    }

    /// Checks the endpoint of a service that the SDK found in the environment or, for the variables
    /// were checked, in the `services` section of the profile.
    ///
    /// # Errors
    /// Requests cannot be sent there.
    pub(crate) fn check_endpoint(&self, service: &str, url: &str) -> Result<(), Misconfigured> {
        if is_service_endpoint_usable(url) {
            return Ok(());
        }
        Err(Misconfigured::new(
            format!(
                "endpoint_url of {service} for the profile `{}` is not a URL with a host: {}",
                shown(&self.name),
                shown_url(url)
            ),
            "write it with http:// or https://, such as https://host:8443",
        ))
    }

    /// Checks what the selected profile says of credentials, and the profiles that it builds on.
    ///
    /// # Errors
    /// Half a key pair, a key that no key can be, or a role that asks for an MFA device.
    pub(crate) fn check_credentials(&self) -> Result<(), Misconfigured> {
        for profile in self.chain() {
            check_keys(profile)?;
            let name = shown(profile.name());
            if let (Some(_), Some(device)) = (profile.get("role_arn"), profile.get("mfa_serial")) {
                return Err(Misconfigured::new(
                    format!(
                        "the profile `{name}` asks for an MFA device (mfa_serial {}), which is not supported",
                        shown(device)
                    ),
                    export(&name),
                ));
            }
            if profile.get("login_session").is_some() {
                return Err(Misconfigured::new(
                    format!("the profile `{name}` uses `aws login`, which is not supported"),
                    export(&name),
                ));
            }
        }
        Ok(())
    }

    /// The profile of the chain that signs in with IAM Identity Center (SSO), if one does.
    pub(crate) fn sso(&self) -> Option<&Profile> {
        let is_sso = |profile: &&Profile| {
            ["sso_session", "sso_start_url", "sso_account_id"]
                .iter()
                .any(|key| profile.get(key).is_some())
        };
        self.chain().into_iter().find(is_sso)
    }

    /// Whether the selected profile assumes a role from other credentials.
    pub(crate) fn assumes_a_role(&self) -> bool {
        self.get("role_arn").is_some() && self.get("web_identity_token_file").is_none()
    }

    /// Whether the selected profile names credentials of any kind.
    pub(crate) fn has_credentials(&self) -> bool {
        [
            "role_arn",
            "credential_process",
            "aws_access_key_id",
            "web_identity_token_file",
            "credential_source",
        ]
        .iter()
        .any(|key| self.get(key).is_some())
            || self.sso().is_some()
    }
}

/// What the AWS CLI can do and this program cannot.
fn export(profile: &str) -> String {
    format!(
        "get temporary keys with `aws configure export-credentials --profile {profile} --format env` and run without the profile"
    )
}

fn check_keys(profile: &Profile) -> Result<(), Misconfigured> {
    const PAIR: [&str; 2] = ["aws_access_key_id", "aws_secret_access_key"];
    let is_set = |key: &&str| profile.get(key).is_some_and(|value| !value.is_empty());
    let missing = PAIR.iter().find(|key| !is_set(key));
    if let Some(missing) = missing.filter(|_| PAIR.iter().any(is_set)) {
        let problem = format!("the profile `{}` has half a key pair", shown(profile.name()));
        return Err(Misconfigured::new(
            format!("{problem}: {missing} is missing"),
            format!("set {missing} beside the other one"),
        ));
    }
    for key in PAIR.iter().chain(&["aws_session_token"]) {
        check_key(profile, key, Form::Key, true)?;
    }
    Ok(())
}

fn check_key(
    profile: &Profile,
    key: &str,
    form: Form,
    is_secret: bool,
) -> Result<(), Misconfigured> {
    let value = profile.get(key).filter(|value| !value.is_empty()).unwrap_or_default();
    let checked = if value.is_empty() { Ok(()) } else { check_form(form, value) };
    checked.map_err(|(what, advice)| {
        let name = shown(profile.name());
        let value = match form {
            _ if is_secret => String::new(),
            Form::Url => format!(": {}", shown_url(value)),
            _ => format!(": `{}`", shown(value)),
        };
        Misconfigured::new(format!("{key} of the profile `{name}` {what}{value}"), advice)
    })
}

fn unparsable(text: &str) -> Misconfigured {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Misconfigured::new(
        format!("the AWS configuration cannot be read: {text}"),
        "correct the line, or name another file with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE",
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Readable,
    Absent,
    Forbidden,
}

impl State {
    const fn note(self) -> &'static str {
        match self {
            Self::Readable => "",
            Self::Absent => " (no such file)",
            Self::Forbidden => " (not readable)",
        }
    }
}

fn file(kind: EnvConfigFileKind, name: &'static str, default: &str) -> ConfigFile {
    let named = variable(name);
    let path = match &named {
        Some(path) => expanded(Path::new(path)),
        None => expanded(&Path::new("~/.aws").join(default)),
    };
    ConfigFile { kind, path, variable: named.map(|_| name) }
}

impl ConfigFile {
    /// Whether it is there and can be read. A file that no variable names may belong to another
    /// user, as in a container where `HOME` is root's.
    fn check(&self) -> Result<State, Misconfigured> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(State::Absent),
            Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(State::Absent),
            Err(_) if self.variable.is_none() => return Ok(State::Forbidden),
            Err(error) => {
                let name = self.variable.unwrap_or_default();
                let path = shown(&self.path.to_string_lossy());
                return Err(Misconfigured::new(
                    format!("{name} names `{path}`, which cannot be read: {error}"),
                    format!("correct or unset {name}"),
                ));
            }
        };
        let Err(error) = std::str::from_utf8(&bytes) else { return Ok(State::Readable) };
        let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
        let path = shown(&self.path.to_string_lossy());
        Err(unparsable(&format!("{path} on line {line}: not UTF-8 text")))
    }
}

/// A path with the home directory for `~`, as in the AWS configuration.
pub(super) fn expanded(path: &Path) -> PathBuf {
    let home = || std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    match path.strip_prefix("~") {
        Ok(rest) => home().map_or_else(|| path.to_owned(), |home| PathBuf::from(home).join(rest)),
        Err(_) => path.to_owned(),
    }
}

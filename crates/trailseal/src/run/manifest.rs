//! What a journal belongs to, and whether a scan with these settings may go on with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use trailseal_aws::Aws;
use trailseal_journal::{FormatVersion, JournalError, RunManifest};
use trailseal_model::Endpoint;

use super::folder::{JOURNAL, no_journal};
use super::{Identity, Scan};
use crate::error::UserError;
use crate::settings::class::Class;
use crate::settings::value::{Span, Value as _};
use crate::settings::{Given, Settings};
use crate::version::VERSION;

/// Reads the manifest of the scan in a folder.
pub(crate) fn read(folder: &Path) -> Result<RunManifest, UserError> {
    let journal = folder.join(JOURNAL);
    if journal.is_dir() { read_journal(&journal) } else { Err(no_journal(folder)) }
}

/// Reads the manifest in a journal's folder.
pub(crate) fn read_journal(journal: &Path) -> Result<RunManifest, UserError> {
    RunManifest::read(journal).map_err(|problem| unreadable(&problem))
}

/// The error for a journal that cannot be read.
pub(super) fn unreadable(problem: &JournalError) -> UserError {
    let advice = match problem {
        JournalError::NotAJournal { .. } => {
            "name the output folder of a scan that kept its journal"
        }
        _ => "start a new scan in another folder",
    };
    if problem.is_of_disk() {
        UserError::own(problem.to_string(), "check the disk and the rights of the folder")
    } else {
        UserError::usage(problem.to_string(), advice)
    }
}

/// That there is an external id is kept, and nothing more of it.
const EXTERNAL_ID: &str = "external_id";
const GIVEN: &str = "given";

/// Refuses to go on without the external id that the scan was begun with: every account that is opened
/// now would refuse the role.
pub(super) fn check_external_id(
    manifest: &RunManifest,
    settings: &Settings,
) -> Result<(), UserError> {
    if manifest.run.contains_key(EXTERNAL_ID) && settings.external_id.is_none() {
        return Err(UserError::usage(
            "the scan started with an external id, which its journal does not keep",
            "give it again with --external-id",
        ));
    }
    Ok(())
}

/// The settings of a manifest as the lowest layer: what the user does not give again stays as it was.
pub(crate) fn layer(manifest: &RunManifest) -> Result<Given, UserError> {
    let mut texts = manifest.asked.clone();
    texts.extend(manifest.judged.clone());
    texts.extend(manifest.run.clone());
    // A folder is named by --resume or --out, and a scan's time by itself.
    for key in ["out", "deadline", EXTERNAL_ID] {
        texts.remove(key);
    }
    texts.insert("seed".to_owned(), manifest.seed.to_string());
    Given::of_texts(&texts).map_err(|problem| {
        UserError::usage(
            format!("the settings in the journal are not understood: {problem}"),
            format!("the scan started with version {}; use that version", manifest.tool_version),
        )
    })
}

/// The manifest of a scan that begins.
pub(super) fn of_scan(scan: &Scan, aws: &Aws, identity: &Identity) -> RunManifest {
    let of_class = |class| {
        let texts = scan.settings.texts().into_iter().filter(|it| Class::of(it.0) == class);
        texts.map(|(key, text)| (key.to_owned(), text)).collect()
    };
    let caller = aws.caller();
    let mut running: BTreeMap<String, String> = of_class(Class::Running);
    if scan.settings.external_id.is_some() {
        running.insert(EXTERNAL_ID.to_owned(), GIVEN.to_owned());
    }
    RunManifest {
        tool_version: VERSION.to_owned(),
        run_id: identity.run_id.clone(),
        started_at: identity.started_at,
        simulation: identity.simulation.clone(),
        endpoints: endpoints(aws),
        caller_arn: caller.arn.to_string(),
        caller_account: caller.account,
        partition: caller.partition,
        seed: identity.seed,
        arguments: scan.arguments.clone(),
        asked: of_class(Class::Asked),
        judged: of_class(Class::Judged),
        run: running,
        files: scan.files.clone(),
        configuration_sha256: scan.configuration_sha256.clone(),
        format: FormatVersion::CURRENT,
    }
}

/// Endpoints as texts: the service, whose the host is, and the URL.
fn endpoints(aws: &Aws) -> Vec<String> {
    let text = |endpoint: &Endpoint| {
        let whose = if endpoint.is_aws { AWS } else { OTHER };
        format!("{} {whose} {}", endpoint.service, endpoint.url)
    };
    aws.endpoints().iter().map(text).collect()
}

const AWS: &str = "aws";
const OTHER: &str = "other";

/// The endpoints in a manifest.
pub(super) fn endpoints_of(manifest: &RunManifest) -> Vec<Endpoint> {
    const SERVICES: [&str; 6] = ["account", "cloudtrail", "kms", "organizations", "s3", "sts"];
    let read = |text: &String| {
        let (service, rest) = text.split_once(' ')?;
        let (whose, url) = rest.split_once(' ')?;
        let service = SERVICES.into_iter().find(|known| *known == service)?;
        Some(Endpoint { service, url: url.to_owned(), is_aws: whose == AWS })
    };
    manifest.endpoints.iter().filter_map(read).collect()
}

/// Refuses to go on as another caller, or where something else answers.
pub(super) fn check_caller(
    manifest: &RunManifest,
    aws: &Aws,
    simulation: Option<&str>,
) -> Result<(), UserError> {
    let caller = aws.caller();
    let differs = |what: &str, before: &str, now: &str| {
        Err(UserError::usage(
            format!("the scan started {what} {before}, but now it is {now}"),
            "continue the scan with the caller and endpoints that it started with, or start a new scan in another folder",
        ))
    };
    if manifest.partition != caller.partition {
        let (before, now) = (manifest.partition.to_string(), caller.partition.to_string());
        return differs("in the partition", &before, &now);
    }
    let (before, now) = (principal(&manifest.caller_arn), principal(caller.arn.as_str()));
    if manifest.caller_account != caller.account || before != now {
        return differs("by", &before, &now);
    }
    if manifest.simulation.as_deref() != simulation || manifest.endpoints != endpoints(aws) {
        let named = |simulation: Option<&str>, endpoints: &[String]| match simulation {
            Some(name) => format!("the simulation `{name}`"),
            None if endpoints.is_empty() => "AWS's own endpoints".to_owned(),
            None => endpoints.join(", "),
        };
        let before = named(manifest.simulation.as_deref(), &manifest.endpoints);
        return differs("with", &before, &named(simulation, &endpoints(aws)));
    }
    Ok(())
}

/// Who a caller is, whatever its session is called.
fn principal(arn: &str) -> String {
    match (arn.contains(":assumed-role/"), arn.rsplit_once('/')) {
        (true, Some((role, _session))) => role.to_owned(),
        _ => arn.to_owned(),
    }
}

/// Refuses settings that ask something else than the journal has answers to.
pub(crate) fn check_asked(
    manifest: &RunManifest,
    settings: &Settings,
    files: &BTreeMap<String, String>,
) -> Result<(), UserError> {
    let now = settings.texts();
    let changed = |key: &str| {
        let differs = |before: Option<&str>, now: Option<&str>| before != now;
        match key {
            // Its seed is in every manifest, also one that was drawn.
            "seed" => settings.seed != Some(manifest.seed),
            "accounts_file" => differs(
                manifest.files.get(key).map(String::as_str),
                files.get(key).map(String::as_str),
            ),
            key => {
                differs(manifest.asked.get(key).map(String::as_str), now.get(key).map(|it| &**it))
            }
        }
    };
    let keys = now.keys().copied().chain(manifest.asked.keys().map(String::as_str));
    let mut changed: Vec<&str> =
        keys.filter(|key| Class::of(key) == Class::Asked && changed(key)).collect();
    changed.sort_unstable();
    changed.dedup();
    if changed.is_empty() {
        return Ok(());
    }
    let shown = |text: Option<&str>| match text {
        Some(text) => format!("`{}`", text.replace('\n', ", ")),
        None => "nothing".to_owned(),
    };
    let descriptions: Vec<String> = changed
        .iter()
        .map(|key| match *key {
            "accounts_file" => "the accounts in accounts_file".to_owned(),
            "seed" => {
                let now = settings.seed.map(|seed| seed.to_string());
                format!("seed was `{}` and is {}", manifest.seed, shown(now.as_deref()))
            }
            key => {
                let before = shown(manifest.asked.get(key).map(String::as_str));
                format!("{key} was {before} and is {}", shown(now.get(key).map(|it| &**it)))
            }
        })
        .collect();
    Err(UserError::usage(
        format!("these settings change what is asked: {}", descriptions.join("; ")),
        "leave them out, or start a new scan in another folder",
    ))
}

/// Refuses a scan that began too long ago: its first answers no longer tell how things are.
pub(super) fn check_age(
    manifest: &RunManifest,
    now: Timestamp,
    most: Span,
) -> Result<(), UserError> {
    let age = now.duration_since(manifest.started_at);
    if age <= jiff::SignedDuration::try_from(most.0).unwrap_or(jiff::SignedDuration::MAX) {
        return Ok(());
    }
    Err(UserError::usage(
        format!("the scan started at {:.0}, more than {} ago", manifest.started_at, most.shown()),
        "start a new scan, or raise --resume-max-age",
    ))
}

/// The settings of judging that are not as they were: by key, with both values as texts.
pub(crate) fn rejudged(
    manifest: &RunManifest,
    settings: &Settings,
    files: &BTreeMap<String, String>,
) -> BTreeMap<String, [String; 2]> {
    let now = settings.texts();
    let judged = now.iter().filter(|(key, _)| Class::of(key) == Class::Judged);
    let now: BTreeMap<String, String> =
        judged.map(|(key, text)| ((*key).to_owned(), text.clone())).collect();
    let value = |texts: &BTreeMap<String, String>, key: &str| {
        texts.get(key).cloned().unwrap_or_default().replace('\n', ";")
    };
    let keys: BTreeSet<&String> = now.keys().chain(manifest.judged.keys()).collect();
    let is_changed = |key: &str| {
        // A file is its text, wherever it is.
        let [before, now] =
            if key == "exceptions" { [&manifest.files, files] } else { [&manifest.judged, &now] };
        before.get(key) != now.get(key)
    };
    let changed = keys.into_iter().filter(|key| is_changed(key));
    changed.map(|key| (key.clone(), [value(&manifest.judged, key), value(&now, key)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_does_not_count() {
        let role = "arn:aws:sts::000000000001:assumed-role/Auditor/";
        assert_eq!(principal(&format!("{role}one")), principal(&format!("{role}two")));
        let user = "arn:aws:iam::000000000001:user/people/";
        assert_ne!(principal(&format!("{user}one")), principal(&format!("{user}two")));
    }
}

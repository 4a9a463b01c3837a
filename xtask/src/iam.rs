//! The judge `iam`: what `trailseal iam` prints for CloudFormation, read by cfn-lint, and for Terraform,
//! read by `terraform fmt` where there is one.
//!
//! cfn-lint knows the resource types, the grammar of policies and every IAM action. It also reads
//! falsified copies, each of which it must refuse.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use trailseal_remediation::iam::{
    Caller, ExternalId, Format, IamRequest, LogBucket, Recipient, RoleName, document,
};

use crate::python::{Python, output, remove};
use crate::workspace;

/// One complaint of cfn-lint.
#[derive(Debug, Deserialize)]
struct Complaint {
    #[serde(rename = "Filename")]
    file: String,
    #[serde(rename = "Message")]
    message: String,
}

/// Prints, and lets others read.
pub(crate) fn run() -> Result<()> {
    let work = workspace::root().join("target").join("iam");
    remove(&work)?;
    let home = work.join("home");
    fs::create_dir_all(&home).context("failed to create the folder of the run")?;
    let python = Python::new(home);
    python.install()?;
    let requests = requests()?;
    for (name, request) in &requests {
        let write = |format: Format, extension: &str| -> Result<()> {
            let file = work.join(format!("{name}.{extension}"));
            let text = document(request, format).with_context(|| name.clone())?;
            fs::write(&file, text).with_context(|| format!("failed to write {}", file.display()))
        };
        write(Format::Cloudformation, "yaml")?;
        write(Format::Terraform, "tf")?;
    }
    let names: Vec<String> = requests.iter().map(|it| format!("{}.yaml", it.0)).collect();
    let complaints = cfn_lint(&python, &work, &names)?;
    let shown: Vec<String> =
        complaints.iter().map(|it| format!("{}: {}", it.file, it.message)).collect();
    ensure!(complaints.is_empty(), "cfn-lint refuses what is printed:\n{}", shown.join("\n"));
    let refused = falsified_are_refused(&python, &work)?;
    let formatted = formatted(&work)?;
    println!(
        "iam: {} templates accepted by cfn-lint, {refused} falsified copies refused; {formatted}",
        names.len()
    );
    Ok(())
}

/// Every recipient, with little and with everything that settings can ask for.
fn requests() -> Result<Vec<(String, IamRequest)>> {
    let recipients = [
        ("caller", Recipient::Caller),
        ("member", Recipient::Member),
        ("management", Recipient::Management),
        ("log-archive", Recipient::LogArchive),
    ];
    let caller = |arn: &str| Caller::parse(arn).map_err(|error| anyhow!(error));
    let bucket = |text: &str| LogBucket::parse(text).map_err(|error| anyhow!(error));
    let mut requests = Vec::new();
    for (name, recipient) in recipients {
        let plain = IamRequest::new(
            recipient,
            caller("arn:aws:iam::111122223333:role/TrailsealCaller")?,
            RoleName("TrailsealAudit".to_owned()),
        );
        let full = IamRequest {
            caller: caller("arn:aws-us-gov:iam::111122223333:user/ci/scan")?,
            role: RoleName("audit/TrailsealAudit".to_owned()),
            fallbacks: vec![RoleName("AWSControlTowerExecution".to_owned())],
            external_id: Some(ExternalId("EXAMPLE".to_owned())),
            tags_sessions: true,
            sets_source_identity: true,
            organization: Some("o-a1b2c3d4e5".to_owned()),
            buckets: vec![bucket("org-logs/o-a1b2c3d4e5")?, bucket("old-logs")?, bucket("b-c/$*")?],
            has_accounts_file: true,
            reads_account_tags: true,
            ..plain.clone()
        };
        requests.push((format!("{name}-plain"), plain));
        requests.push((format!("{name}-full"), full));
    }
    Ok(requests)
}

/// What cfn-lint says of these files.
fn cfn_lint(python: &Python, work: &Path, names: &[String]) -> Result<Vec<Complaint>> {
    let mut command = python.command(python.program("cfn-lint"));
    command.current_dir(work).args(["--regions", "us-east-1", "--format", "json"]).args(names);
    let said = command.output().context("failed to start cfn-lint")?;
    // It ends otherwise than well where it complains, and says nothing where it cannot start.
    serde_json::from_slice(&said.stdout)
        .with_context(|| format!("cfn-lint: {}", String::from_utf8_lossy(&said.stderr)))
}

/// What is falsified in a template: its name, the text that goes, and the one that comes instead.
const FALSIFICATIONS: &[[&str; 3]] = &[
    ["a-type", "AWS::IAM::Role", "AWS::IAM::Rolle"],
    ["a-property", "MaxSessionDuration", "MaximumSessionDuration"],
    ["a-duration", "MaxSessionDuration: 3600", "MaxSessionDuration: 360000"],
    ["a-reference", "!Ref ExternalId", "!Ref ExternalIdentity"],
    ["an-attribute", "!GetAtt AuditRole.Arn", "!GetAtt AuditRole.Arm"],
    ["an-effect", "Effect: \"Allow\"", "Effect: \"Permit\""],
    ["an-element", "Resource:", "Resources:"],
    ["a-version", "Version: \"2012-10-17\"", "Version: \"2012-10-18\""],
    ["an-action", "kms:DescribeKey", "kms:DescribeKeys"],
    ["a-service", "cloudtrail:GetTrailStatus", "cloudtrails:GetTrailStatus"],
    ["no-trust", "AssumeRolePolicyDocument", "AssumedRolePolicyDocument"],
    ["no-yaml", "Resources:\n", "Resources\n"],
];

/// How many copies were refused, which is all of them.
fn falsified_are_refused(python: &Python, work: &Path) -> Result<usize> {
    let good = fs::read_to_string(work.join("member-full.yaml"))?;
    let mut names = Vec::new();
    for [name, from, to] in FALSIFICATIONS {
        let falsified = good.replacen(from, to, 1);
        ensure!(falsified != good, "nothing to falsify: {name}");
        let file = format!("falsified-{name}.yaml");
        fs::write(work.join(&file), falsified).context("failed to write a falsified copy")?;
        names.push(file);
    }
    let complaints = cfn_lint(python, work, &names)?;
    let refused: BTreeSet<&str> = complaints.iter().map(|it| it.file.as_str()).collect();
    let accepted: Vec<&String> =
        names.iter().filter(|name| !refused.contains(name.as_str())).collect();
    if accepted.is_empty() {
        Ok(names.len())
    } else {
        bail!("accepted though falsified: {accepted:?}")
    }
}

/// Whether `terraform fmt` leaves what is printed as it is. It is no package of a registry, so a machine
/// may have none.
fn formatted(work: &Path) -> Result<&'static str> {
    let mut version = workspace::command("terraform");
    if version.arg("version").output().is_err() {
        return Ok("no terraform here, so its layout was not judged");
    }
    let check = |folder: &Path| {
        let mut command = workspace::command("terraform");
        command.args(["fmt", "-check", "-diff"]).arg(folder);
        command
    };
    output(&mut check(work), "terraform fmt")?;
    let falsified = work.join("falsified");
    fs::create_dir_all(&falsified).context("failed to create a folder")?;
    let good = fs::read_to_string(work.join("member-full.tf"))?;
    let changed = good.replacen("Effect = ", "Effect  = ", 1);
    ensure!(changed != good, "nothing to falsify in the configuration of Terraform");
    fs::write(falsified.join("layout.tf"), changed).context("failed to write a falsified copy")?;
    let is_accepted = output(&mut check(&falsified), "terraform fmt").is_ok();
    ensure!(!is_accepted, "terraform fmt accepts a falsified layout");
    Ok("terraform fmt changes none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipient_is_judged_and_everything_falsified_is_there() {
        let requests = requests().unwrap();
        assert_eq!(requests.len(), 8);
        let member = &requests.iter().find(|it| it.0 == "member-full").unwrap().1;
        let text = document(member, Format::Cloudformation).unwrap();
        for [name, from, _] in FALSIFICATIONS {
            assert!(text.contains(from), "{name}");
        }
    }
}

//! Who may use whom, from one table.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Complaint;

/// One crate's row: what it may use of the workspace and of the reserved outside crates.
///
/// An outside crate is reserved if any row names it; all others are free. A name that ends in `*`
/// stands for every name that begins so.
struct Row {
    name: &'static str,
    workspace: &'static [&'static str],
    outside: &'static [&'static str],
}

/// The table of docs/ARCHITECTURE.md, "Who may use whom". A crate without a row is a complaint.
/// Normal, build and test dependencies count alike.
const TABLE: &[Row] = &[
    Row { name: "trailseal-model", workspace: &[], outside: &[] },
    Row { name: "trailseal-key-policy", workspace: &[], outside: &[] },
    Row {
        name: "trailseal-fanout",
        workspace: &["trailseal-model"],
        outside: &["governor", "tokio"],
    },
    Row {
        name: "trailseal-evaluator",
        workspace: &["trailseal-model", "trailseal-key-policy"],
        outside: &[],
    },
    Row {
        name: "trailseal-audit",
        workspace: &["trailseal-model", "trailseal-fanout", "trailseal-evaluator"],
        outside: &["tokio"],
    },
    Row { name: "trailseal-store", workspace: &["trailseal-model"], outside: &[] },
    Row {
        name: "trailseal-aws",
        workspace: &["trailseal-model", "trailseal-fanout", "trailseal-store"],
        outside: &["aws-*", "tokio"],
    },
    Row {
        name: "trailseal-remediation",
        workspace: &["trailseal-model", "trailseal-key-policy"],
        outside: &[],
    },
    Row { name: "trailseal-report-csv", workspace: &["trailseal-model"], outside: &["csv"] },
    Row {
        name: "trailseal-report-sarif",
        workspace: &["trailseal-model"],
        outside: &["serde-sarif"],
    },
    Row { name: "trailseal-report-html", workspace: &["trailseal-model"], outside: &["askama"] },
    Row { name: "trailseal-sim", workspace: &[], outside: &["tokio"] },
    Row {
        name: "trailseal",
        workspace: &["trailseal-*"],
        outside: &["anyhow", "csv", "reqwest", "tokio"],
    },
    Row {
        name: "trailseal-tests",
        workspace: &["trailseal", "trailseal-*"],
        outside: &["aws-smithy-*", "csv", "tokio"],
    },
    Row {
        name: "xtask",
        workspace: &["trailseal-model", "trailseal-evaluator", "trailseal-sim"],
        outside: &["anyhow"],
    },
];

/// Crates that may stand nowhere in the tree, and why.
const NOWHERE: &[(&str, &str)] = &[(
    "aws-sdk-ec2",
    "it takes minutes and gigabytes to build; Regions come from account:ListRegions",
)];

/// One package of the workspace, as cargo describes it.
pub(super) struct Package {
    /// Its name.
    pub(super) name: String,
    /// Its `Cargo.toml`, from the repository's root.
    pub(super) manifest: String,
    /// Whether it has a description.
    pub(super) described: bool,
    /// Whether it has a license.
    pub(super) licensed: bool,
    /// What it uses, under the crates' own names.
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    in_workspace: bool,
}

/// The packages in the output of `cargo metadata --no-deps`.
pub(super) fn packages(metadata: &str) -> Result<Vec<Package>> {
    let metadata: Value = serde_json::from_str(metadata).context("cargo's metadata is not JSON")?;
    let root = metadata["workspace_root"].as_str().context("no `workspace_root`")?;
    let packages = metadata["packages"].as_array().context("no `packages`")?;
    packages.iter().map(|it| package(it, root)).collect()
}

fn package(value: &Value, root: &str) -> Result<Package> {
    let manifest = value["manifest_path"].as_str().context("no `manifest_path`")?;
    let dependencies = value["dependencies"].as_array().context("no `dependencies`")?;
    Ok(Package {
        name: value["name"].as_str().context("no `name`")?.to_owned(),
        manifest: manifest.trim_start_matches(root).trim_start_matches('/').to_owned(),
        described: value["description"].as_str().is_some_and(|it| !it.is_empty()),
        licensed: value["license"].as_str().is_some_and(|it| !it.is_empty()),
        dependencies: dependencies
            .iter()
            .map(|it| {
                let name = it["name"].as_str().context("a dependency without `name`")?.to_owned();
                Ok(Dependency { name, in_workspace: it["path"].is_string() })
            })
            .collect::<Result<_>>()?,
    })
}

/// Dependencies that the table does not grant.
pub(super) fn forbidden_uses(packages: &[Package]) -> Vec<Complaint> {
    packages.iter().flat_map(forbidden_uses_of).collect()
}

fn forbidden_uses_of(package: &Package) -> Vec<Complaint> {
    let complain = |message| Complaint::new(&package.manifest, 1, message);
    let Some(row) = TABLE.iter().find(|it| it.name == package.name) else {
        let message = format!("`{}` has no row; add it to xtask's tidy/layers.rs", package.name);
        return vec![complain(message)];
    };
    package
        .dependencies
        .iter()
        .filter(|it| !is_granted(row, it))
        .map(|it| {
            complain(format!(
                "`{}` may not use `{}`; remove it, or change the architecture and xtask's tidy/layers.rs",
                package.name, it.name
            ))
        })
        .collect()
}

fn is_granted(row: &Row, dependency: &Dependency) -> bool {
    let matches = |list: &[&str]| list.iter().any(|it| matches(it, &dependency.name));
    if dependency.in_workspace {
        return matches(row.workspace);
    }
    matches(row.outside) || !TABLE.iter().any(|it| matches(it.outside))
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

/// Crates in `Cargo.lock` that may stand nowhere.
pub(super) fn forbidden_crates(lock: &str) -> Vec<Complaint> {
    let name = |line: &str| line.strip_prefix("name = \"")?.strip_suffix('"').map(str::to_owned);
    let named = (1..).zip(lock.lines()).filter_map(|(number, line)| Some((number, name(line)?)));
    named
        .filter_map(|(number, name)| {
            let (_, why) = NOWHERE.iter().find(|it| it.0 == name)?;
            let message =
                format!("`{name}` may not be used: {why}; find who needs it and do without");
            Some(Complaint::new("Cargo.lock", number, message))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample(name: &str, dependency: &Value) -> Vec<Package> {
        let metadata = json!({
            "workspace_root": "/repository",
            "packages": [{
                "name": name,
                "manifest_path": format!("/repository/crates/{name}/Cargo.toml"),
                "description": "A sample.",
                "license": null,
                "dependencies": [dependency],
            }],
        });
        packages(&metadata.to_string()).unwrap()
    }

    #[track_caller]
    fn check(user: &str, dependency: &str, granted: bool) {
        let inside = dependency.starts_with("trailseal");
        let path = inside.then_some("/repository/x");
        let packages = sample(user, &json!({ "name": dependency, "path": path, "kind": "dev" }));
        assert_eq!(forbidden_uses(&packages).is_empty(), granted, "{user} -> {dependency}");
    }

    #[test]
    fn the_table_grants_what_the_architecture_says() {
        check("trailseal-evaluator", "trailseal-model", true);
        check("trailseal-evaluator", "trailseal-fanout", false);
        check("trailseal-evaluator", "tokio", false);
        check("trailseal-evaluator", "futures", true);
        check("trailseal-fanout", "trailseal-evaluator", false);
        check("trailseal-fanout", "governor", true);
        check("trailseal-aws", "governor", false);
        check("trailseal-aws", "aws-sdk-kms", true);
        check("trailseal", "aws-config", false);
        check("trailseal", "trailseal-aws", true);
        check("trailseal-tests", "aws-smithy-types", true);
        check("trailseal-tests", "aws-sdk-kms", false);
        check("trailseal-report-csv", "trailseal-evaluator", false);
        check("trailseal-model", "anyhow", false);
        check("xtask", "trailseal-model", true);
        check("xtask", "trailseal-aws", false);
        check("trailseal-sim", "trailseal-model", false);
        check("trailseal-aws", "trailseal-sim", false);
        check("trailseal", "trailseal-sim", true);
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let complaints = forbidden_uses(&sample("trailseal-new", &json!({ "name": "serde" })));
        assert_eq!(
            complaints[0].to_string(),
            "crates/trailseal-new/Cargo.toml:1: `trailseal-new` has no row; add it to xtask's tidy/layers.rs"
        );
    }

    #[test]
    fn a_package_is_read_from_metadata() {
        let packages = sample("trailseal-model", &json!({ "name": "serde" }));
        assert!(packages[0].described && !packages[0].licensed);
        assert_eq!(packages[0].manifest, "crates/trailseal-model/Cargo.toml");
        assert!(super::packages("{}").is_err());
    }

    #[test]
    fn a_banned_crate_is_found_in_the_lock() {
        assert!(forbidden_crates("[[package]]\nname = \"aws-sdk-kms\"\n").is_empty());
        let complaints = forbidden_crates("[[package]]\nname = \"aws-sdk-ec2\"\n");
        assert!(complaints[0].to_string().starts_with("Cargo.lock:2: `aws-sdk-ec2` may not"));
    }
}

//! What each `Cargo.toml` contains, line by line. Who may use whom is in deny.toml, which has no
//! wildcards; so all crates of AWS are kept here.

use super::{Complaint, File};

/// The one crate that talks to AWS.
const MAY_USE_AWS: &str = "crates/trailseal-aws/Cargo.toml";

/// Each package has a folder of its name, and a description.
pub(super) fn package(file: &File) -> Vec<Complaint> {
    let Some(name) = package_name(file) else { return Vec::new() };
    let mut complaints = Vec::new();
    let folder = file.path.strip_prefix("crates/").and_then(|path| path.split('/').next());
    if let Some(folder) = folder.filter(|folder| *folder != name) {
        let message =
            format!("package `{name}` lies in the folder `{folder}`; give both the same name");
        complaints.push(Complaint::new(&file.path, 1, message));
    }
    if !file.text.lines().any(|line| quoted(line, "description").is_some_and(|it| !it.is_empty())) {
        complaints.push(Complaint::new(&file.path, 1, "no description; add one sentence"));
    }
    complaints
}

/// Uses of AWS's crates outside the crate that talks to AWS.
pub(super) fn aws(file: &File) -> Vec<Complaint> {
    if package_name(file).is_none() || file.path == MAY_USE_AWS {
        return Vec::new();
    }
    let is_used = |line: &str| line.starts_with("aws-") || line.contains("\"aws-");
    let lines = (1..).zip(file.text.lines()).filter(|(_, line)| is_used(line.trim_start()));
    let message = "only `trailseal-aws` may use a crate of AWS; ask it through a trait";
    lines.map(|(number, _)| Complaint::new(&file.path, number, message)).collect()
}

/// Packages of which deny.toml does not say who may use them.
pub(super) fn without_a_row(files: &[File]) -> Vec<Complaint> {
    let rules = files.iter().find(|file| file.path == "deny.toml");
    let rules = rules.map(|file| &*file.text).unwrap_or_default();
    // cargo-deny sees nothing of a workspace beside ours.
    let is_ours = |file: &&File| !file.text.lines().any(|line| line == "[workspace]");
    let ours = files.iter().filter(is_ours);
    let packages = ours.filter_map(|file| Some((file, package_name(file)?)));
    packages
        .filter(|(_, name)| !rules.contains(&format!("{{ crate = \"{name}\", wrappers = [")))
        .map(|(file, name)| {
            let message = format!("`{name}` has no row; say in deny.toml who may use it");
            Complaint::new(&file.path, 1, message)
        })
        .collect()
}

/// The package of a `Cargo.toml`; `None` for another file, and for the workspace's own.
fn package_name(file: &File) -> Option<&str> {
    let is_manifest = file.path.ends_with("/Cargo.toml");
    file.text.lines().filter(|_| is_manifest).find_map(|line| quoted(line, "name"))
}

/// The text that a line gives to a key.
fn quoted<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?
        .trim_start()
        .strip_prefix('=')?
        .trim()
        .strip_prefix('"')?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(folder: &str, text: &str) -> File {
        File { path: format!("{folder}/Cargo.toml"), text: text.to_owned() }
    }

    #[track_caller]
    fn check(complaints: &[Complaint], expected: &[&str]) {
        let complaints: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert_eq!(complaints, expected);
    }

    #[test]
    fn a_package_is_complete() {
        let text = "[package]\nname = \"a\"\ndescription = \"A.\"\n\n[[bin]]\nname = \"b\"\n";
        check(&package(&manifest("crates/a", text)), &[]);
        check(&package(&manifest("tests", text)), &[]);
        let message =
            "crates/b/Cargo.toml:1: package `a` lies in the folder `b`; give both the same name";
        check(&package(&manifest("crates/b", text)), &[message]);
        for description in ["", "description = \"\"\n"] {
            let text = format!("[package]\nname = \"a\"\n{description}");
            let message = "crates/a/Cargo.toml:1: no description; add one sentence";
            check(&package(&manifest("crates/a", &text)), &[message]);
        }
    }

    #[test]
    fn aws_is_used_by_one_crate() {
        let package = "[package]\nname = \"a\"\n";
        let refused = "only `trailseal-aws` may use a crate of AWS; ask it through a trait";
        for line in [
            "aws-sdk-kms.workspace = true",
            "aws-smithy-types = \"1\"",
            "kms = { package = \"aws-sdk-kms\", version = \"1\" }",
            "[dependencies.\"aws-config\"]",
        ] {
            let text = format!("{package}{line}\n");
            check(
                &aws(&manifest("crates/a", &text)),
                &[&format!("crates/a/Cargo.toml:3: {refused}")],
            );
            check(&aws(&manifest("crates/trailseal-aws", &text)), &[]);
        }
        check(&aws(&manifest("tests", &format!("{package}trailseal-aws.workspace = true\n"))), &[]);
    }

    #[test]
    fn a_package_without_a_row_is_found() {
        let row = "    { crate = \"a\", wrappers = [\"b\"] },\n";
        let rules = File { path: "deny.toml".to_owned(), text: row.to_owned() };
        let (a, b) = ("[package]\nname = \"a\"\n", "[package]\nname = \"b\"\n");
        let other = manifest("tests/c", "[package]\nname = \"c\"\n\n[workspace]\n");
        let files = [rules, manifest("crates/a", a), manifest("crates/b", b), other];
        let message = "crates/b/Cargo.toml:1: `b` has no row; say in deny.toml who may use it";
        check(&without_a_row(&files), &[message]);
    }
}

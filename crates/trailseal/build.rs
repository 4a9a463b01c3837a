//! Puts the git commit into the version: a report names the exact program that made it.

#[path = "build/commit.rs"]
mod commit;

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let version = commit::version(env!("CARGO_PKG_VERSION"), &root);
    say(&format!("rustc-env=TRAILSEAL_VERSION={version}"));
    // Only these decide on the version, and a command that finds them unchanged builds nothing.
    for path in ["build.rs", "build/commit.rs"] {
        say(&format!("rerun-if-changed={path}"));
    }
    let sources = commit::SOURCES.iter().map(|it| root.join(it)).filter(|it| it.exists());
    for path in sources.chain(commit::head_files(&root)) {
        say(&format!("rerun-if-changed={}", path.display()));
    }
}

fn say(what: &str) {
    println!("cargo:{what}");
}

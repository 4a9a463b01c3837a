//! The program that runs, as its file: its SHA-256 tells which one judged.

use std::fs::File;
use std::io;
use std::sync::OnceLock;

use trailseal_model::hash;

/// Where Linux has the running file, also when its path has another one by now.
const RUNNING: &str = "/proc/self/exe";

/// Hashed once for all runs of a process.
static SHA256: OnceLock<Option<String>> = OnceLock::new();

/// Begins to hash the program's file in a thread of its own, while the run waits for AWS.
pub(super) fn begin() {
    drop(tokio::task::spawn_blocking(known));
}

/// The SHA-256 of the program's file, as 64 hexadecimal digits; `None` if it cannot be read.
pub(super) async fn sha256() -> Option<String> {
    tokio::task::spawn_blocking(known).await.ok().flatten()
}

fn known() -> Option<String> {
    SHA256.get_or_init(|| of_running_file().ok()).clone()
}

fn of_running_file() -> io::Result<String> {
    let opened = File::open(RUNNING);
    let mut file = opened.or_else(|_| File::open(std::env::current_exe()?))?;
    hash::sha256_of(&mut file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_hash_is_that_of_the_running_file() {
        begin();
        let file = std::env::current_exe().unwrap();
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(sha256().await, Some(hash::sha256(&bytes)));
    }

    #[tokio::test]
    async fn the_file_is_hashed_once() {
        let first = sha256().await;
        assert!(first.is_some());
        assert_eq!(SHA256.get(), Some(&first));
    }
}

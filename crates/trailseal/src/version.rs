//! Which build this is.

/// The version with the git commit that it was built from, such as `0.1.0-dev+1a2b3c4d5e6f`, and
/// `.dirty` if the sources differed from it; without a commit where the sources have no repository.
pub(crate) const VERSION: &str = env!("TRAILSEAL_VERSION");

#[cfg(test)]
#[path = "../build/commit.rs"]
mod commit;

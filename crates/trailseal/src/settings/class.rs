//! What each setting changes: what is asked, how that is judged, or only how the scan runs.

/// What a setting changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// What AWS is asked, and as whom: two values ask two different things.
    Asked,
    /// How the answers are judged: the same answers can be judged again with another value.
    Judged,
    /// How the scan runs, and nothing that it finds.
    Running,
}

/// Settings that change what is asked.
const ASKED: &[&str] = &[
    "account_tags",
    "accounts",
    "accounts_file",
    "bucket_owners",
    "exclude_accounts",
    "log_archive_accounts",
    "member_status",
    "organizational_units",
    "regions",
    "role_fallbacks",
    "role_name",
    "sample_size",
    "seed",
    "skip_controls",
    "window",
];

/// Settings that change how answers are judged.
const JUDGED: &[&str] =
    &["exceptions", "fail_on", "tolerable_rate", "trusted_key_accounts", "trusted_readers"];

/// Settings that change only how a scan runs.
const RUNNING: &[&str] = &[
    "deadline",
    "external_id",
    "keep",
    "max_in_flight",
    "out",
    "profile",
    "rate_share",
    "resume_max_age",
    "session_name",
    "session_tags",
    "source_identity",
];

impl Class {
    const OF: [(Self, &[&str]); 3] =
        [(Self::Asked, ASKED), (Self::Judged, JUDGED), (Self::Running, RUNNING)];

    /// The class of a setting, by its key. What has no class would change what is asked, so that
    /// nothing is taken for the same that is not.
    pub(crate) fn of(key: &str) -> Self {
        let known = Self::OF.into_iter().find(|(_, keys)| keys.contains(&key));
        known.map_or(Self::Asked, |(class, _)| class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::KEYS;

    #[test]
    fn every_setting_has_one_class() {
        let mut classed: Vec<&str> = Class::OF.map(|(_, keys)| keys).concat();
        classed.sort_unstable();
        let mut keys = KEYS.to_vec();
        keys.sort_unstable();
        assert_eq!(classed, keys);
    }
}

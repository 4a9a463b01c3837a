//! How long sessions live that STS gives out.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

/// Whether sessions are cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// Every session ends after so many seconds, whatever was asked for, and its `Expiration` says
    /// so. `None` gives what was asked for, as AWS does: at least 15 minutes.
    pub seconds: Option<u32>,
}

impl SessionSettings {
    /// What is wrong with them.
    #[must_use]
    pub fn mistake(self) -> Option<String> {
        let seconds = self.seconds.filter(|it| !(1..=43_200).contains(it))?;
        Some(format!("`seconds` is {seconds}, not from 1 to 43200"))
    }
}

/// The lifetime of sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    /// 0 as long as sessions are not cut short.
    seconds: AtomicU32,
}

impl Sessions {
    /// Changes it for sessions that are given out from now on.
    pub fn set(&self, settings: SessionSettings) {
        self.seconds.store(settings.seconds.unwrap_or_default(), Ordering::Relaxed);
    }

    /// What is in force.
    #[must_use]
    pub fn settings(&self) -> SessionSettings {
        let seconds = self.seconds.load(Ordering::Relaxed);
        SessionSettings { seconds: (seconds > 0).then_some(seconds) }
    }

    /// The life of a session for which so many seconds were asked.
    pub(crate) fn life(&self, asked: u32) -> u32 {
        self.settings().seconds.map_or(asked, |it| it.min(asked))
    }
}

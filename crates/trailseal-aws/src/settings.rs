//! How to reach AWS, as the program is told.

use std::fmt;
use std::sync::Arc;

use trailseal_model::Region;

use crate::clock::Clock;
use crate::credentials::PlainCredentials;
use crate::transport::Transport;

/// How to reach AWS.
pub struct Settings {
    /// The role that is assumed in every account but the caller's.
    pub role_name: String,
    /// Roles that are tried in turn where the first one is missing or does not trust the caller.
    pub role_fallbacks: Vec<String>,
    /// Sent with AssumeRole, where the roles' trust policies ask for it.
    pub external_id: Option<String>,
    /// Names the run in the audited accounts' own logs.
    pub session_name: String,
    /// Sent with AssumeRole: it stays with the session, whatever role is assumed next.
    pub source_identity: Option<String>,
    /// Sent with AssumeRole: tags of the session, which policies can ask for.
    pub session_tags: Vec<(String, String)>,
    /// The profile of the shared configuration; `None` leaves it to the environment.
    pub profile: Option<String>,
    /// Requests that are on their way at the same time.
    pub max_in_flight: usize,
    /// What time it is.
    pub clock: Clock,
    /// What takes the place of the outside world; [`Overrides::none`] where AWS is asked.
    pub substitutes: Overrides,
}

/// Stand-ins for the network and the environment, so that tests and simulations need neither.
#[derive(Debug, Clone)]
pub struct Overrides {
    /// Answers every request in place of the network; endpoints, profiles and whatever else the
    /// environment says of the network then do not count.
    pub transport: Option<Arc<dyn Transport>>,
    /// Taken as the caller's, in place of the SDK's chain.
    pub credentials: Option<PlainCredentials>,
    /// Taken as the Region of the environment.
    pub region: Option<Region>,
}

impl Overrides {
    /// The real network, chain and environment.
    #[must_use]
    pub const fn none() -> Self {
        Self { transport: None, credentials: None, region: None }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("role_name", &self.role_name)
            .field("session_name", &self.session_name)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

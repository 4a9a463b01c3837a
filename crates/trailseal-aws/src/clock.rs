//! What time it is, as the start of the run defines it.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_async::time::TimeSource;
use jiff::Timestamp;

/// Tells the time: for evidence, for renewing sessions, and for what the SDK signs.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that is read with this function.
    pub fn new(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        // Only times that no system can represent fail, centuries away.
        Self::now(self).try_into().unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

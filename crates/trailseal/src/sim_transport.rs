//! A simulated organization in the place of AWS, without a socket: requests that the real SDK signed
//! go straight to the simulator.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use trailseal_aws::{
    Clock, Overrides, PlainCredentials, Transport, TransportError, TransportErrorKind,
};
use trailseal_model::Region;
use trailseal_sim::{Answer, Ending, Simulator};

use crate::environment::Environment;

/// Hands requests to a simulator, and its answers back when and as the simulator says.
#[derive(Debug)]
pub struct SimTransport {
    simulator: Arc<Simulator>,
    clock: Clock,
}

impl SimTransport {
    /// A transport to this simulator, for which this clock is the real time.
    #[must_use]
    pub const fn new(simulator: Arc<Simulator>, clock: Clock) -> Self {
        Self { simulator, clock }
    }
}

impl Transport for SimTransport {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let answer = self.simulator.handle(&request, self.clock.now());
        Box::pin(deliver(answer))
    }
}

async fn deliver(answer: Answer) -> Result<Response<Bytes>, TransportError> {
    let Answer { response, delay, ending, in_flight: _until_delivered } = answer;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let broken = |message: String| TransportError::new(TransportErrorKind::Connection, message);
    match ending {
        Ending::Whole => Ok(response),
        Ending::Hang => std::future::pending().await,
        Ending::Reset => Err(broken("connection reset by peer".to_owned())),
        Ending::Truncated(bytes) => {
            Err(broken(format!("the connection broke after {bytes} bytes of the body")))
        }
    }
}

/// A clock that shows this time now and goes on with tokio's, which tests can pause.
#[must_use]
pub fn clock_from(base: Timestamp) -> Clock {
    let begun = Instant::now();
    Clock::new(move || {
        let elapsed = SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX);
        base.saturating_add(elapsed).unwrap_or(base)
    })
}

impl Environment {
    /// A simulator in the place of AWS, with the keys of its first user as the caller's, at the time
    /// that its world was made for. The scenario's name goes into every report.
    ///
    /// # Errors
    /// When the world has no user, so that no request could be signed.
    pub fn simulated(simulator: &Arc<Simulator>, scenario: &str) -> Result<Self, NoCaller> {
        let world = simulator.world();
        let clock = clock_from(world.start());
        let user = world.users().first().ok_or(NoCaller)?;
        let credentials = PlainCredentials {
            access_key_id: user.access_key_id.to_string(),
            secret_access_key: user.secret_access_key.to_string(),
            session_token: None,
        };
        let transport = SimTransport::new(Arc::clone(simulator), clock.clone());
        let substitutes = Overrides {
            transport: Some(Arc::new(transport)),
            credentials: Some(credentials),
            region: Region::new(world.partition().global_region().name()),
        };
        Ok(Self { substitutes, clock, simulation: Some(scenario.to_owned()) })
    }
}

/// A simulated world without access keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scenario has no caller: no user in it has access keys")]
pub struct NoCaller;

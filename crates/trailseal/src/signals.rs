//! The signals that end a command which runs for long.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Takes SIGINT and SIGTERM, also as the first process of a container, where neither ends a program that
/// does not take it.
#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

/// Takes Ctrl-C.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals {}

impl Signals {
    /// The name of what Ctrl-C sends.
    pub(crate) const INTERRUPT: &str = "SIGINT";

    /// From now on the signals are taken.
    #[cfg(unix)]
    pub(crate) fn listen() -> io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { interrupt, terminate })
    }

    /// From now on the signals are taken.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// The name of the next signal.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => Self::INTERRUPT,
            _ = self.terminate.recv() => "SIGTERM",
        }
    }

    /// The name of the next signal.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Self::INTERRUPT,
            // Without handlers the system ends the program itself.
            Err(_) => std::future::pending().await,
        }
    }
}

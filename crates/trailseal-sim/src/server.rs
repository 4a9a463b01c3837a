//! The simulator on a TCP port: HTTP/1.1 around [`Simulator::handle`].

mod connection;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Simulator;

/// How long answers that are under way may take once the server is told to end.
const GRACE: Duration = Duration::from_secs(2);
/// How long to wait where no connection can be accepted, such as for want of file handles.
const PAUSE: Duration = Duration::from_millis(20);

/// Serves until told to shut down. Answers that are under way are still given then; requests that
/// hang are dropped. The clock tells the real time; [`crate::state::Clock`] makes the simulated one
/// of it.
pub async fn serve(
    listener: TcpListener,
    simulator: Arc<Simulator>,
    clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    shutdown: impl Future<Output = ()>,
) {
    let clock = Arc::new(clock);
    let (end, ending) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let (simulator, clock) = (Arc::clone(&simulator), Arc::clone(&clock));
                    connections.spawn(connection::serve(stream, simulator, clock, ending.clone()));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let _ = end.send(true);
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all).await;
    connections.shutdown().await;
}

#[cfg(test)]
mod tests;

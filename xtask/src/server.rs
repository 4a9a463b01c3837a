//! Servers that are started for a judge, and end with it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::python::tail;

/// How long a server may take to be there: 600 times a tenth of a second.
const START_ATTEMPTS: u32 = 600;
const START_PAUSE: Duration = Duration::from_millis(100);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// A server of ours; it ends with this value.
pub(crate) struct Server {
    name: &'static str,
    process: Child,
    log: PathBuf,
}

impl Server {
    /// Starts a server that says everything into this log.
    pub(crate) fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("failed to create {name}'s log"))?;
        let shared = file.try_clone().with_context(|| format!("failed to share {name}'s log"))?;
        command.stdout(shared);
        Self::spawn(name, command.stderr(file), log)
    }

    /// Starts a server that says who it is on its standard output, which goes into this file.
    pub(crate) fn start_telling(
        name: &'static str,
        command: &mut Command,
        log: &Path,
        told: &Path,
    ) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("failed to create {name}'s log"))?;
        let out =
            File::create(told).with_context(|| format!("failed to create {}", told.display()))?;
        Self::spawn(name, command.stdout(out).stderr(file), log)
    }

    fn spawn(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        let process = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("failed to start {name}"))?;
        Ok(Self { name, process, log: log.to_owned() })
    }

    /// Waits until somebody listens on this port.
    pub(crate) fn wait_for_port(&mut self, port: u16) -> Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        self.wait(|| TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).is_ok())
    }

    /// Waits until the server has told a whole line.
    pub(crate) fn wait_for_line(&mut self, told: &Path) -> Result<()> {
        self.wait(|| fs::read(told).is_ok_and(|it| it.ends_with(b"\n")))
    }

    fn wait(&mut self, is_ready: impl Fn() -> bool) -> Result<()> {
        let name = self.name;
        for _ in 0..START_ATTEMPTS {
            if let Some(status) =
                self.process.try_wait().with_context(|| format!("failed to see {name}"))?
            {
                bail!("{name}: {status}\n{}", tail(&self.log));
            }
            if is_ready() {
                return Ok(());
            }
            thread::sleep(START_PAUSE);
        }
        bail!("{name} does not get ready\n{}", tail(&self.log))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where it has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|it| it.local_addr()).context("failed to find a free port")?;
    Ok(address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn a_server_is_waited_for_and_its_end_is_told() {
        let folder = std::env::temp_dir().join(format!("trailseal-server-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (log, told) = (folder.join("log"), folder.join("told"));
        let shell = |script: &str| {
            let mut command = workspace::command("sh");
            command.args(["-c", script]);
            command
        };
        let mut ready = shell("echo here; exec sleep 60");
        let mut server = Server::start_telling("one", &mut ready, &log, &told).unwrap();
        server.wait_for_line(&told).unwrap();
        drop(server);
        let mut broken = shell("echo why >&2; exit 3");
        let mut server = Server::start_telling("other", &mut broken, &log, &told).unwrap();
        let error = server.wait_for_line(&told).unwrap_err().to_string();
        assert!(error.contains("other: exit status: 3") && error.contains("why"), "{error}");
        fs::remove_dir_all(&folder).unwrap();
    }
}

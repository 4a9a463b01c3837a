//! A process that is watched while it runs.

use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

use tokio::time::Instant;

use crate::Failure;
use crate::process::{cpu_time, peak_rss_mib};

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    /// How it ended.
    pub status: ExitStatus,
    /// From its start to its end.
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
    /// The peak of its resident memory.
    pub peak_rss_mib: f64,
    /// The most sockets that were open at once.
    pub sockets: usize,
}

/// Often enough for the sockets; the kernel keeps the peak of memory itself.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, or this is not Linux.
pub async fn watch(command: &mut Command) -> Result<Taken, Failure> {
    let begun = Instant::now();
    let mut child = command.spawn()?;
    let res = look_until_its_end(&child, begun).await;
    if res.is_err() {
        child.kill()?;
    }
    let status = child.wait()?;
    let (wall, cpu, peak_rss_mib, sockets) = res?;
    Ok(Taken { status, wall, cpu, peak_rss_mib, sockets })
}

async fn look_until_its_end(
    child: &Child,
    begun: Instant,
) -> Result<(Duration, Duration, f64, usize), Failure> {
    let process = child.id().to_string();
    let (mut memory, mut sockets) = (0_f64, 0);
    // Nobody has waited for it yet, so what it took can still be read when it has ended.
    while !has_ended(&process)? {
        memory = memory.max(peak_rss_mib(&process).unwrap_or_default());
        sockets = sockets.max(open_sockets(&process));
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok((begun.elapsed(), cpu_time(&process)?, memory, sockets))
}

fn has_ended(process: &str) -> Result<bool, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    Ok(stat.rsplit(')').next().is_some_and(|it| it.trim_start().starts_with('Z')))
}

fn open_sockets(process: &str) -> usize {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else { return 0 };
    let is_socket = |it: &fs::DirEntry| {
        fs::read_link(it.path()).is_ok_and(|it| it.to_string_lossy().starts_with("socket:"))
    };
    files.flatten().filter(is_socket).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_process_took_is_read_before_it_is_gone() {
        let command = "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; exit 3";
        let taken = watch(Command::new("sh").args(["-c", command])).await.unwrap();
        assert_eq!(taken.status.code(), Some(3));
        assert!(taken.cpu > Duration::ZERO && taken.cpu < taken.wall * 2, "{taken:?}");
        assert!(taken.peak_rss_mib > 0.1, "{taken:?}");
    }
}

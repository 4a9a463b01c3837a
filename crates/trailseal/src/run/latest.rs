//! Beside the folders of scans: `latest.json` points to the newest complete one, and `--keep` removes the
//! oldest of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailseal_report_csv::RUN_FILE;

use super::folder::{JOURNAL, LOCK_FILE};
use crate::output::{COMPLETE_FILE, WITHIN, is_report};

/// Names the newest complete run among the folders beside it.
const LATEST_FILE: &str = "latest.json";

/// What `latest.json` has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Latest {
    /// The run.
    run_id: String,
    /// Its folder, relative to the one that the file is in.
    folder: String,
    /// When it began.
    started_at: Timestamp,
    /// When it ended.
    finished_at: Timestamp,
    /// Its exit code.
    exit_code: u8,
}

/// A run whose reports are whole.
#[derive(Debug, Clone)]
pub(super) struct EndedRun {
    pub(super) run_id: String,
    pub(super) started_at: Timestamp,
    pub(super) finished_at: Timestamp,
    pub(super) exit_code: u8,
}

/// What of `run.json` is needed here.
#[derive(Debug, Deserialize)]
struct RunFile {
    run_id: String,
    started_at: Timestamp,
    simulation: Option<String>,
}

/// Notes a complete run, unless a later one is noted already, and keeps no more than `keep` of the
/// complete runs beside it. Two runs that end together do so one after the other.
pub(super) fn note(folder: &Path, run: EndedRun, keep: Option<u32>) -> io::Result<()> {
    // So that it has a name, also where it was called `.`.
    let folder = folder.canonicalize()?;
    let (Some(around), Some(name)) = (folder.parent(), folder.file_name()) else { return Ok(()) };
    let latest = Latest {
        run_id: run.run_id,
        folder: name.to_string_lossy().into_owned(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        exit_code: run.exit_code,
    };
    // Where folders cannot be opened or locked, the last one to write wins.
    let lock = File::open(around).ok();
    let _ = lock.as_ref().map(File::lock);
    write(around, &latest)?;
    keep.map_or(Ok(()), |keep| prune(around, &folder, keep as usize))
}

fn write(around: &Path, latest: &Latest) -> io::Result<()> {
    let path = around.join(LATEST_FILE);
    let known = fs::read(&path).ok();
    let known = known.and_then(|bytes| serde_json::from_slice::<Latest>(&bytes).ok());
    if known.is_some_and(|known| known.started_at > latest.started_at) {
        return Ok(());
    }
    let beside = around.join(format!(".{LATEST_FILE}.{}", std::process::id()));
    let mut bytes = serde_json::to_vec_pretty(latest)?;
    bytes.push(b'\n');
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // What is half written is of no use to anyone.
        let _ = fs::remove_file(&beside);
    })
}

/// Removes the oldest complete runs, so that `keep` are left; `own` is always one of them. A real run
/// never makes a simulated one go, nor the other way round. What has the reports of one run a second
/// time, made by `report` or `replay`, stays with the first.
fn prune(around: &Path, own: &Path, keep: usize) -> io::Result<()> {
    let Some(own_run) = run_of(own) else { return Ok(()) };
    let mut others: BTreeMap<(Timestamp, String), Vec<PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(around)? {
        let path = entry?.path();
        let Some(run) = complete_run(&path) else { continue };
        if run.simulation.is_some() == own_run.simulation.is_some() && run.run_id != own_run.run_id
        {
            others.entry((run.started_at, run.run_id)).or_default().push(path);
        }
    }
    let surplus = (others.len() + 1).saturating_sub(keep.max(1));
    for paths in others.into_values().take(surplus) {
        let [path] = &*paths else { continue };
        // First it stops to count as complete, then it goes.
        fs::remove_file(path.join(COMPLETE_FILE))?;
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

/// The run in a folder; `None` unless it is complete, no process writes to it, and nothing of anyone
/// else's is in it.
fn complete_run(folder: &Path) -> Option<RunFile> {
    let is_folder = folder.symlink_metadata().is_ok_and(|of| of.is_dir());
    if !is_folder || !is_free(folder) || !folder.join(COMPLETE_FILE).is_file() {
        return None;
    }
    let mut names = fs::read_dir(folder).ok()?.map(|entry| entry.map(|entry| entry.file_name()));
    let are_ours = names.all(|name| name.is_ok_and(|name| name.to_str().is_some_and(is_ours)));
    are_ours.then(|| run_of(folder)).flatten()
}

fn run_of(folder: &Path) -> Option<RunFile> {
    serde_json::from_slice(&fs::read(folder.join(RUN_FILE)).ok()?).ok()
}

fn is_ours(name: &str) -> bool {
    is_report(name) || [JOURNAL, LOCK_FILE, WITHIN].contains(&name)
}

/// Whether no process has the folder's lock.
fn is_free(folder: &Path) -> bool {
    File::open(folder.join(LOCK_FILE)).map_or(true, |lock| lock.try_lock_shared().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: u8) -> Timestamp {
        format!("2026-11-{day:02}T00:00:00Z").parse().unwrap()
    }

    /// A complete run of that day; its name says nothing about when it began.
    fn run(around: &Path, name: &str, day: u8) -> PathBuf {
        let folder = around.join(name);
        fs::create_dir(&folder).unwrap();
        let run = serde_json::json!({ "started_at": at(day), "run_id": name, "simulation": null });
        fs::write(folder.join(RUN_FILE), run.to_string()).unwrap();
        fs::write(folder.join(COMPLETE_FILE), "").unwrap();
        folder
    }

    fn ended(name: &str, day: u8) -> EndedRun {
        let (started_at, finished_at) = (at(day), at(day));
        EndedRun { run_id: name.to_owned(), started_at, finished_at, exit_code: 0 }
    }

    fn noted(around: &Path) -> Latest {
        serde_json::from_slice(&fs::read(around.join(LATEST_FILE)).unwrap()).unwrap()
    }

    fn names(around: &Path) -> Vec<String> {
        let entries = fs::read_dir(around).unwrap();
        let mut names: Vec<String> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_latest_run_only_moves_forward() {
        let around = tempfile::tempdir().unwrap();
        let around = around.path();
        for (name, day, expected) in [("b", 2, "b"), ("a", 1, "b"), ("c", 3, "c")] {
            let folder = run(around, name, day);
            note(&folder, ended(name, day), None).unwrap();
            assert_eq!(noted(around).run_id, expected);
        }
        assert_eq!(names(around), ["a", "b", "c", LATEST_FILE]);
        fs::write(around.join(LATEST_FILE), "no JSON").unwrap();
        note(&around.join("a"), ended("a", 1), None).unwrap();
        assert_eq!((&*noted(around).run_id, &*noted(around).folder), ("a", "a"));
    }

    #[test]
    fn only_complete_older_runs_go() {
        let around = tempfile::tempdir().unwrap();
        let around = around.path();
        for (name, day) in [("z", 1), ("y", 2), ("x", 3), ("own", 9)] {
            run(around, name, day);
        }
        fs::remove_file(run(around, "unfinished", 1).join(COMPLETE_FILE)).unwrap();
        fs::write(run(around, "annotated", 1).join("notes.txt"), "mine").unwrap();
        let locked = File::create(run(around, "locked", 1).join(LOCK_FILE)).unwrap();
        locked.lock().unwrap();
        fs::write(run(around, "killed", 1).join(LOCK_FILE), "1").unwrap();
        fs::write(run(around, "no-run", 1).join(RUN_FILE), "{}").unwrap();
        // The reports of one run, made a second time.
        let again =
            serde_json::json!({ "started_at": at(1), "run_id": "twice", "simulation": null });
        for name in ["twice", "twice-again"] {
            fs::write(run(around, name, 1).join(RUN_FILE), again.to_string()).unwrap();
        }
        fs::write(around.join("file"), "mine").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(around.join("x"), around.join("link")).unwrap();
        note(&around.join("own"), ended("own", 9), Some(2)).unwrap();
        let mut left =
            vec!["annotated", "file", "latest.json", "locked", "no-run", "own", "unfinished", "x"];
        left.extend(["twice", "twice-again"]);
        if cfg!(unix) {
            left.push("link");
        }
        left.sort_unstable();
        assert_eq!(names(around), left);
    }
}

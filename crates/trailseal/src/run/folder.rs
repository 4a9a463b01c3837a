//! The folder of a scan, from its first moment on: its lock, its journal, and where the reports will be.
//! One run at a time writes to it, and what the run was killed in can be found again by its name.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use crate::error::UserError;
use crate::output::{COMPLETE_FILE, OutputFolder, WITHIN};

/// Held by the run that writes to the folder. The operating system releases it when the process ends,
/// however it ends.
pub(super) const LOCK_FILE: &str = ".lock";

/// The folder of the journal.
pub(super) const JOURNAL: &str = "journal";

/// The folder of one scan, locked for as long as this is there.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    _lock: File,
    /// Folders that were made for it, the innermost first: they go again if nothing is in them.
    made: Vec<PathBuf>,
}

impl RunFolder {
    /// Takes a folder that does not exist or is empty.
    pub(crate) fn begin(path: &Path) -> Result<Self, UserError> {
        let made = make(path).map_err(|problem| unusable(path, &problem))?;
        let lock = lock(path)?;
        let folder = Self { path: path.to_owned(), _lock: lock, made };
        match fs::read_dir(path).and_then(is_unused) {
            Ok(true) => {
                folder.remove_journal().map_err(|problem| unusable(path, &problem))?;
                Ok(folder)
            }
            Ok(false) => Err(in_use(path)),
            Err(problem) => Err(unusable(path, &problem)),
        }
    }

    /// Takes a folder in which a run began and did not end.
    pub(crate) fn resume(path: &Path) -> Result<Self, UserError> {
        if !has_run(&path.join(JOURNAL)) {
            return Err(no_journal(path));
        }
        Ok(Self { path: path.to_owned(), _lock: lock(path)?, made: Vec::new() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the journal is.
    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    /// Where the reports are made, to be moved into the folder when all of them are there.
    pub(crate) fn reports(&self) -> Result<OutputFolder, UserError> {
        OutputFolder::within(&self.path)
    }

    /// Removes the journal: nothing is left to resume.
    pub(crate) fn remove_journal(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.journal()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // Nothing can be done about a failure here. Without its file the lock still holds until the
        // process ends, and the next run looks at what else is in the folder.
        let _ = fs::remove_file(self.path.join(LOCK_FILE));
        for folder in &self.made {
            // Refused, as it should be, if anything is in it.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The error for a folder that no scan can be continued in.
pub(super) fn no_journal(path: &Path) -> UserError {
    UserError::usage(
        format!("the folder `{}` has no journal of a scan", path.display()),
        "name the output folder of an interrupted scan, or start a new scan without --resume",
    )
}

/// Makes a folder and those around it; returns what was made, the innermost first.
fn make(path: &Path) -> io::Result<Vec<PathBuf>> {
    let missing =
        path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let made: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    fs::create_dir_all(path)?;
    Ok(made)
}

/// Locks the folder for this process. A lock of a process that has ended is no lock.
fn lock(path: &Path) -> Result<File, UserError> {
    let file = path.join(LOCK_FILE);
    let open = File::options().read(true).write(true).create(true).truncate(false).open(file);
    let mut lock = open.map_err(|problem| unusable(path, &problem))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(held(path, &mut lock)),
        // Some network file systems have no locks. Two runs would still not share a journal's file.
        Err(TryLockError::Error(problem)) if problem.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(problem)) => return Err(unusable(path, &problem)),
    }
    let owner = format!("{}\n", std::process::id());
    let written = lock.set_len(0).and_then(|()| lock.rewind());
    let written = written.and_then(|()| lock.write_all(owner.as_bytes()));
    written.map_err(|problem| unusable(path, &problem))?;
    Ok(lock)
}

fn held(path: &Path, lock: &mut File) -> UserError {
    let mut owner = String::new();
    let owner = match lock.take(20).read_to_string(&mut owner) {
        Ok(_) if owner.trim().parse::<u32>().is_ok() => format!(" (process {})", owner.trim()),
        _ => String::new(),
    };
    UserError::usage(
        format!("another run{owner} writes to the output folder `{}`", path.display()),
        "wait until it ends, or choose another folder with --out",
    )
}

/// Whether nothing is in a folder but what a process leaves that was killed before it asked anything.
fn is_unused(entries: fs::ReadDir) -> io::Result<bool> {
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_empty_journal = name == JOURNAL && !has_run(&entry.path());
        if name != LOCK_FILE && name != WITHIN && !is_empty_journal {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a journal tells which run it is of; one without that has nothing to continue.
fn has_run(journal: &Path) -> bool {
    journal.join("run.json").exists()
}

/// The error for a folder that has something in it, which says how to go on where a run can.
fn in_use(path: &Path) -> UserError {
    let shown = path.display();
    let has_journal = has_run(&path.join(JOURNAL));
    if !has_journal {
        return UserError::usage(
            format!("the output folder `{shown}` is not empty"),
            "choose another one with --out",
        );
    }
    let what = if path.join(COMPLETE_FILE).exists() {
        "has the reports of an incomplete scan"
    } else {
        "has a scan that did not end"
    };
    UserError::usage(
        format!("the output folder `{shown}` is not empty: it {what}"),
        format!(
            "continue that one with `trailseal scan --resume {shown}`, or choose another folder with --out"
        ),
    )
}

fn unusable(path: &Path, problem: &io::Error) -> UserError {
    UserError::of_path(
        problem,
        format!("the output folder `{}` cannot be written: {problem}", path.display()),
        "choose another one with --out",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(result: Result<RunFolder, UserError>) -> String {
        result.map(|folder| folder.path.clone()).unwrap_err().to_string()
    }

    #[test]
    fn two_runs_never_share_a_folder_and_a_dead_lock_is_taken_over() {
        let around = tempfile::tempdir().unwrap();
        let path = around.path().join("deep").join("out");
        let first = RunFolder::begin(&path).unwrap();
        let second = problem(RunFolder::begin(&path));
        assert!(
            second.contains(&format!("another run (process {})", std::process::id())),
            "{second}"
        );
        fs::create_dir(first.journal()).unwrap();
        fs::write(first.journal().join("run.json"), "{}").unwrap();
        assert!(problem(RunFolder::resume(&path)).contains("another run"));
        // As after a kill: the file is left, and nothing holds its lock.
        drop(first);
        fs::write(path.join(LOCK_FILE), "999999\n").unwrap();
        let again = problem(RunFolder::begin(&path));
        assert!(again.contains("`trailseal scan --resume "), "{again}");
        RunFolder::resume(&path).unwrap();
    }

    #[test]
    fn a_run_that_left_nothing_leaves_no_folder() {
        let around = tempfile::tempdir().unwrap();
        drop(RunFolder::begin(&around.path().join("deep").join("out")).unwrap());
        assert_eq!(fs::read_dir(around.path()).unwrap().count(), 0);
        let given = around.path().join("given");
        fs::create_dir(&given).unwrap();
        drop(RunFolder::begin(&given).unwrap());
        assert_eq!(fs::read_dir(&given).unwrap().count(), 0);
    }

    #[test]
    fn what_a_process_leaves_that_asked_nothing_is_no_run() {
        let around = tempfile::tempdir().unwrap();
        let path = around.path().join("out");
        fs::create_dir_all(path.join(JOURNAL)).unwrap();
        fs::create_dir(path.join(WITHIN)).unwrap();
        fs::write(path.join(LOCK_FILE), "999999\n").unwrap();
        assert!(problem(RunFolder::resume(&path)).contains("no journal"));
        RunFolder::begin(&path).unwrap();
    }

    #[test]
    fn what_is_in_use_is_not_touched() {
        let around = tempfile::tempdir().unwrap();
        fs::write(around.path().join("notes.txt"), "mine").unwrap();
        let begun = problem(RunFolder::begin(around.path()));
        assert!(begun.contains("is not empty; choose another one"), "{begun}");
        let resumed = problem(RunFolder::resume(around.path()));
        assert!(resumed.contains("no journal"), "{resumed}");
        assert_eq!(fs::read_dir(around.path()).unwrap().count(), 1);
    }
}

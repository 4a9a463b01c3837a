//! The folder of a run's files: it appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use trailseal_record::{
    FileName, Folder, Format, RecordError, RecordReader, ReportError, report_all,
};
use trailseal_report_csv::RUN_FILE;
use trailseal_report_feeds::TERMINAL_FILE;

use crate::error::UserError;

/// The record's file name.
pub const RECORD_FILE: &str = "record.jsonl";

/// Says that everything beside it is whole; written last.
pub(crate) const COMPLETE_FILE: &str = ".complete";

/// Where the files of a scan are made within its folder.
pub(crate) const WITHIN: &str = ".reports";

/// How a folder under construction gets to its destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As a whole, from beside it.
    Whole {
        /// Whether an earlier simulation's folder gives way.
        replaces: bool,
    },
    /// File by file, from within it: the journal of the scan is there already.
    Files,
}

/// A folder under construction.
#[derive(Debug)]
pub struct OutputFolder {
    destination: PathBuf,
    building: PathBuf,
    /// The folder around it, if there was none.
    made_parent: Option<PathBuf>,
    way: Way,
    is_published: bool,
    unwritten: Arc<Mutex<Option<ReportError>>>,
}

impl OutputFolder {
    /// Begins a folder. The destination must not exist, or be empty.
    ///
    /// # Errors
    /// When the destination is in use, or cannot be written.
    pub fn begin(destination: &Path) -> Result<Self, UserError> {
        Self::begin_over(destination, |_| false)
    }

    /// The same, but the reports of an earlier simulation give way, once these are there.
    ///
    /// # Errors
    /// When anything else is in the destination, or it cannot be written.
    pub(crate) fn begin_over_simulation(destination: &Path) -> Result<Self, UserError> {
        Self::begin_over(destination, is_of_simulation)
    }

    fn begin_over(
        destination: &Path,
        gives_way: impl Fn(&Path) -> bool,
    ) -> Result<Self, UserError> {
        let shown = destination.display();
        let unusable = |problem: io::Error| {
            UserError::of_path(
                &problem,
                format!("the output folder `{shown}` cannot be written: {problem}"),
                "choose another one with --out",
            )
        };
        let mut replaces = false;
        match fs::read_dir(destination).map(|mut it| it.next().is_some()) {
            Ok(true) if gives_way(destination) => replaces = true,
            Ok(true) => {
                return Err(UserError::usage(
                    format!("the output folder `{shown}` is not empty"),
                    "choose another one with --out",
                ));
            }
            Ok(false) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(unusable(error)),
        }
        let name = destination.file_name().ok_or_else(|| unusable(io::Error::other("no name")))?;
        let parent = destination.parent().filter(|it| !it.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let made_parent = (!parent.exists()).then(|| parent.to_owned());
        fs::create_dir_all(parent).map_err(unusable)?;
        let name = format!(".{}.partial-{}", name.to_string_lossy(), std::process::id());
        let building = parent.join(name);
        fs::create_dir(&building).map_err(unusable)?;
        let destination = destination.to_owned();
        let way = Way::Whole { replaces };
        Ok(Self::building(destination, building, made_parent, way))
    }

    /// Begins the files of a scan within its folder. What an earlier process of the scan had begun
    /// there is made anew.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn within(destination: &Path) -> Result<Self, UserError> {
        let building = destination.join(WITHIN);
        let begun = match fs::remove_dir_all(&building) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir(&building),
        };
        begun.map_err(|problem| unwritable(destination, &problem))?;
        let destination = destination.to_owned();
        Ok(Self::building(destination, building, None, Way::Files))
    }

    fn building(
        destination: PathBuf,
        building: PathBuf,
        made_parent: Option<PathBuf>,
        way: Way,
    ) -> Self {
        let unwritten = Arc::default();
        Self { destination, building, made_parent, way, is_published: false, unwritten }
    }

    /// Where a file of the folder is written meanwhile.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.building.join(name)
    }

    /// Moves what is finished to its destination.
    ///
    /// # Errors
    /// When it cannot be moved. Then the destination does not count as complete.
    pub fn publish(mut self) -> Result<PathBuf, UserError> {
        let moved = match self.way {
            Way::Whole { replaces } => self.move_whole(replaces),
            Way::Files => self.move_files(),
        };
        moved.map_err(|problem| unwritable(&self.destination, &problem))?;
        self.is_published = true;
        Ok(self.destination.clone())
    }

    fn move_whole(&self, replaces: bool) -> io::Result<()> {
        File::create(self.path(COMPLETE_FILE))?.sync_all()?;
        if replaces {
            fs::remove_dir_all(&self.destination)?;
        }
        fs::rename(&self.building, &self.destination)
    }

    /// Between the first file and the last one the folder is not complete.
    fn move_files(&self) -> io::Result<()> {
        match fs::remove_file(self.destination.join(COMPLETE_FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for entry in fs::read_dir(&self.building)? {
            let entry = entry?;
            File::open(entry.path())?.sync_all()?;
            fs::rename(entry.path(), self.destination.join(entry.file_name()))?;
        }
        fs::remove_dir(&self.building)?;
        sync_folder(&self.destination);
        File::create(self.destination.join(COMPLETE_FILE))?.sync_all()?;
        sync_folder(&self.destination);
        Ok(())
    }
}

/// Makes the names in a folder last, where the system can do that: the journal goes next.
fn sync_folder(folder: &Path) {
    // Not every file system takes this, and what was written is not the worse for it.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn unwritable(destination: &Path, problem: &io::Error) -> UserError {
    UserError::own(
        format!("the output folder `{}` cannot be written: {problem}", destination.display()),
        "check its free space and rights, or choose another one with --out",
    )
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if !self.is_published {
            // Nothing can be done about a failure here, and the name says what it is.
            let _ = fs::remove_dir_all(&self.building);
            // Refused, as it should be, if something else is in it by now.
            let _ = self.made_parent.as_ref().map(fs::remove_dir);
        }
    }
}

/// Every report format. A new one is added here, and nowhere else in the program.
const FORMATS: &[Format] = &[
    trailseal_report_csv::FORMAT,
    trailseal_report_sarif::FORMAT,
    trailseal_report_html::FORMAT,
    trailseal_report_feeds::SUMMARY,
    trailseal_report_feeds::TERMINAL,
    trailseal_report_feeds::METRICS,
];

/// The files of a run that are made from its record.
pub fn report_files() -> impl Iterator<Item = FileName> {
    FORMATS.iter().flat_map(|format| format.files).copied()
}

/// Whether a file in the folder of a run is one that we write.
pub(crate) fn is_report(name: &str) -> bool {
    [RECORD_FILE, COMPLETE_FILE].contains(&name) || report_files().any(|file| file.as_str() == name)
}

/// Whether a folder holds the reports of a simulation, all of it, and nothing that we did not write.
fn is_of_simulation(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    let are_own = entries
        .into_iter()
        .all(|entry| entry.is_ok_and(|file| file.file_name().to_str().is_some_and(is_report)));
    let run = fs::read(folder.join(RUN_FILE)).ok();
    let run = run.and_then(|it| serde_json::from_slice::<serde_json::Value>(&it).ok());
    let is_simulated = run.is_some_and(|it| it["simulation"].is_string());
    are_own && is_simulated && folder.join(COMPLETE_FILE).is_file()
}

/// Makes every report of the record in the folder, in one pass. Returns the one that commands print.
///
/// # Errors
/// When the record cannot be read, or a report cannot be written.
pub fn write_reports(folder: &OutputFolder) -> Result<String, ReportError> {
    let record = File::open(folder.path(RECORD_FILE)).map_err(RecordError::Io)?;
    let reports = FORMATS.iter().map(|format| (format.open)(folder)).collect::<Result<_, _>>()?;
    report_all(RecordReader::new(BufReader::new(record)), reports, folder)?;
    let unwritten = folder.unwritten.lock().unwrap_or_else(PoisonError::into_inner).take();
    unwritten.map_or(Ok(()), Err)?;
    let summary = fs::read_to_string(folder.path(TERMINAL_FILE.as_str()));
    summary.map_err(TERMINAL_FILE.unwritten())
}

impl Folder for OutputFolder {
    fn create(&self, name: FileName) -> io::Result<Box<dyn Write>> {
        let out = BufWriter::new(File::create(self.path(name.as_str()))?);
        Ok(Box::new(ReportFile { out, name, unwritten: Arc::clone(&self.unwritten) }))
    }
}

/// A file of a report. What a report did not flush is written when the file is closed, and an error that
/// this meets is kept: a report that is cut short never counts as whole.
struct ReportFile {
    out: BufWriter<File>,
    name: FileName,
    unwritten: Arc<Mutex<Option<ReportError>>>,
}

impl Write for ReportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        if let Err(problem) = self.out.flush() {
            let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
            unwritten.get_or_insert(self.name.unwritten()(problem));
        }
    }
}

/// Reports that the disk does not take.
pub(crate) fn unwritten(problem: &dyn std::fmt::Display) -> UserError {
    UserError::own(
        format!("the reports cannot be written: {problem}"),
        "check the free space and the rights of the output folder",
    )
}

/// Which side of a copy failed.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// The record cannot be read.
    Read(io::Error),
    /// The folder cannot be written.
    Write(io::Error),
}

/// Copies a record into the folder.
///
/// # Errors
/// When either cannot be read or written.
pub(crate) fn copy_record(from: &Path, folder: &OutputFolder) -> Result<(), CopyError> {
    let mut record = BufReader::new(File::open(from).map_err(CopyError::Read)?);
    let out = File::create(folder.path(RECORD_FILE)).map_err(CopyError::Write)?;
    let mut out = BufWriter::new(out);
    loop {
        let chunk = record.fill_buf().map_err(CopyError::Read)?;
        if chunk.is_empty() {
            return out.flush().map_err(CopyError::Write);
        }
        out.write_all(chunk).map_err(CopyError::Write)?;
        let length = chunk.len();
        record.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_file_of_a_run_is_made_by_one_format() {
        let mut files = BTreeSet::from([RECORD_FILE, COMPLETE_FILE]);
        for file in report_files() {
            assert!(files.insert(file.as_str()), "{file} is made twice");
            assert!(is_report(file.as_str()));
        }
        assert!(!is_report("notes.txt"));
    }

    /// `/dev/full` takes nothing: it stands for a disk that is full.
    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_not_flushed_and_cannot_be_written_is_noticed() {
        let around = tempfile::tempdir().unwrap();
        let folder = OutputFolder::begin(&around.path().join("out")).unwrap();
        let name = FileName::new("lost.txt");
        std::os::unix::fs::symlink("/dev/full", folder.path("lost.txt")).unwrap();
        let mut file = folder.create(name).unwrap();
        file.write_all(b"a report").unwrap();
        drop(file);
        let problem = folder.unwritten.lock().unwrap().take().unwrap();
        assert!(problem.to_string().starts_with("lost.txt cannot be written"), "{problem}");
    }
}

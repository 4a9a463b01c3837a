//! The writer: its files, its queue, and disks that fail.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use futures::future::{Either, select};
use futures::{FutureExt as _, join};

use super::*;
use crate::layout::SegmentId;
use crate::writer::{Disk, SegmentFile};

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// An answer of about this many bytes that do not pack well.
fn long_answer(number: u64, bytes: usize) -> (AnyQuestion, AnyResult) {
    let question = buckets_of(number);
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::with_capacity(bytes);
    while text.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let _ = write!(text, "{state:016x}");
    }
    let result = answer_of(&question, &[&text]);
    (question, result)
}

#[test]
fn each_process_has_files_of_its_own_and_changes_no_other() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let mut before = Vec::new();
    for epoch in 1..=3_u64 {
        let question = buckets_of(epoch);
        write(&folder, &[(question.clone(), answer_of(&question, &["x"]))], None);
        for (name, bytes) in &before {
            assert_eq!(&fs::read(folder.join(name)).unwrap(), bytes, "{name}");
        }
        let names = names_in(&folder);
        before = names
            .into_iter()
            .map(|name| (name.clone(), fs::read(folder.join(name)).unwrap()))
            .collect();
    }
    let expected =
        ["000001-000001.journal", "000002-000001.journal", "000003-000001.journal", "run.json"];
    assert_eq!(names_in(&folder), expected);
    assert_eq!(Journal::read(&folder).unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    write(&folder, &[], Some(EndReason::Complete));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for name in names_in(&folder) {
        assert_eq!(mode(&folder.join(&name)), 0o600, "{name}");
    }
}

#[test]
fn a_full_segment_is_followed_by_the_next_one() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let results: Vec<_> = (0..200).map(|number| long_answer(number, 100 << 10)).collect();
    write(&folder, &results, Some(EndReason::Complete));
    let names = names_in(&folder);
    assert!(names.len() >= 3, "{names:?}");
    for name in &names {
        let length = fs::metadata(folder.join(name)).unwrap().len();
        assert!(length < (4 << 20) + (256 << 10), "{name} has {length} bytes");
    }
    let journal = Journal::read(&folder).unwrap();
    assert_eq!((journal.damages(), journal.end()), (&[][..], Some(EndReason::Complete)));
    for (question, result) in &results {
        assert_eq!(journal.get(question).as_ref(), Some(result));
    }
    assert_eq!(journal.records().collect::<Vec<_>>(), results);
}

#[test]
fn records_above_the_largest_frame_are_not_kept_and_those_below_have_one_alone() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let writer = begin(&folder);
    let large = long_answer(1, 15 << 20);
    let (huge, small) = (long_answer(2, 17 << 20), long_answer(3, 10));
    for (question, result) in [&large, &huge, &small] {
        block_on(writer.append(question, result));
    }
    writer.seal(EndReason::Complete).unwrap();
    assert_eq!((writer.too_large(), writer.answers()), (1, 2));
    let journal = Journal::read(&folder).unwrap();
    assert_eq!(journal.damages(), &[]);
    assert_eq!(journal.get(&large.0), Some(large.1));
    assert_eq!(journal.get(&huge.0), None);
    assert_eq!(journal.get(&small.0), Some(small.1));
}

/// A process that is killed loses what it was given in its last moments, and no more.
#[test]
fn records_reach_the_file_without_an_end() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let writer = begin(&folder);
    let (question, result) = long_answer(1, 10);
    block_on(writer.append(&question, &result));
    for _ in 0..100 {
        if writer.answers() > 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let journal = Journal::read(&folder).unwrap();
    assert_eq!((journal.get(&question), journal.end()), (Some(result), None));
    let bytes = fs::metadata(folder.join("000001-000001.journal")).unwrap().len();
    assert_eq!(writer.bytes_written(), bytes);
}

#[test]
fn another_run_and_a_journal_without_a_manifest_are_refused() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    write(&folder, &[], None);
    let other = RunManifest { seed: 1, ..manifest() };
    let error = Writer::begin(&folder, &other).unwrap_err();
    assert!(matches!(error, JournalError::OtherRun { .. }), "{error}");
    fs::remove_file(folder.join("run.json")).unwrap();
    let error = Writer::begin(&folder, &manifest()).unwrap_err();
    assert!(matches!(error, JournalError::DamagedManifest { .. }), "{error}");
    assert_eq!(names_in(&folder), ["000001-000001.journal"]);
}

#[test]
fn a_manifest_that_was_not_finished_is_written_again() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("run.json.partial"), "{").unwrap();
    write(&folder, &[], Some(EndReason::Complete));
    assert_eq!(names_in(&folder), ["000001-000001.journal", "run.json"]);
    assert_eq!(*Journal::read(&folder).unwrap().manifest(), manifest());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let out = tempfile::tempdir().unwrap();
    let missing = out.path().join("missing").join(FOLDER);
    let error = Writer::begin(&missing, &manifest()).unwrap_err();
    let expected =
        format!("the journal '{}' cannot be created: it does not exist", missing.display());
    assert_eq!(error.to_string(), expected);
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Writer::begin(&file, &manifest()).unwrap_err();
    assert!(matches!(error, JournalError::Io { doing: "created", .. }), "{error}");
}

#[test]
fn after_the_end_nothing_is_taken() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let writer = begin(&folder);
    writer.seal(EndReason::Cancelled).unwrap();
    let (question, result) = long_answer(1, 10);
    block_on(writer.append(&question, &result));
    writer.seal(EndReason::Complete).unwrap();
    let mut failed = std::pin::pin!(writer.failed());
    assert!(failed.as_mut().now_or_never().is_none());
    let journal = Journal::read(&folder).unwrap();
    assert_eq!((journal.len(), journal.end()), (0, Some(EndReason::Cancelled)));
}

/// A folder with room for a number of bytes.
struct Limited {
    folder: PathBuf,
    room: Arc<Mutex<usize>>,
    kind: io::ErrorKind,
}

struct LimitedFile {
    file: fs::File,
    length: usize,
    room: Arc<Mutex<usize>>,
    kind: io::ErrorKind,
}

impl Disk for Limited {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn SegmentFile>> {
        let file = crate::folder::create_private(&self.folder.join(name))?;
        let room = Arc::clone(&self.room);
        Ok(Box::new(LimitedFile { file, length: 0, room, kind: self.kind }))
    }
}

impl Write for LimitedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut room = self.room.lock().unwrap();
        if *room == 0 {
            return Err(self.kind.into());
        }
        let count = self.file.write(&bytes[..bytes.len().min(*room)])?;
        *room -= count;
        self.length += count;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SegmentFile for LimitedFile {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.cut(length)?;
        let length = usize::try_from(length).unwrap();
        *self.room.lock().unwrap() += self.length - length;
        self.length = length;
        Ok(())
    }
}

fn on(folder: &Path, disk: impl Disk + 'static) -> Result<Writer, JournalError> {
    fs::create_dir(folder).unwrap();
    let manifest = manifest().write(folder).unwrap();
    let first = SegmentId { epoch: 1, number: 1, manifest };
    let writer = Writer::begin_on(Box::new(disk), folder, first)?;
    Ok(writer.with_patience(Duration::from_mins(2)))
}

#[test]
fn a_disk_that_fills_stops_the_writer_and_loses_nothing_that_was_written() {
    let results: Vec<_> = (0..100).map(|number| long_answer(number, 70 << 10)).collect();
    for room in [56, 57, 1 << 10, 100 << 10, 1 << 20, (2 << 20) + 5] {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join(FOLDER);
        let disk = Limited {
            folder: folder.clone(),
            room: Arc::new(Mutex::new(room)),
            kind: io::ErrorKind::StorageFull,
        };
        let writer = on(&folder, disk).unwrap();
        block_on(async {
            for (question, result) in &results {
                writer.append(question, result).await;
            }
            let (one, other) = join!(writer.failed(), writer.failed());
            assert!(matches!(one, JournalError::DiskFull { .. }), "{one}");
            assert_eq!(one, other);
        });
        let error = writer.seal(EndReason::Disk).unwrap_err();
        assert!(error.to_string().ends_with("cannot be written: no space is left on the disk"));
        let journal = Journal::read(&folder).unwrap();
        assert_eq!(journal.damages(), &[], "{room}");
        assert_eq!(journal.records().collect::<Vec<_>>(), results[..journal.len()]);
        assert_eq!(journal.len() as u64, writer.answers());
        // The frame that did not fit was taken back, which makes room for the end.
        let has_room = room >= 1 << 10;
        assert_eq!(journal.end(), has_room.then_some(EndReason::Disk), "{room}");
    }
}

#[test]
fn a_disk_that_is_full_from_the_start_is_an_error_at_once() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let room = Arc::new(Mutex::new(10));
    let disk = Limited { folder: folder.clone(), room, kind: io::ErrorKind::StorageFull };
    let error = on(&folder, disk).unwrap_err();
    assert!(matches!(error, JournalError::DiskFull { .. }), "{error}");
}

#[test]
fn another_failure_of_the_disk_says_what_it_is() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let room = Arc::new(Mutex::new(56));
    let disk = Limited { folder: folder.clone(), room, kind: io::ErrorKind::PermissionDenied };
    let writer = on(&folder, disk).unwrap();
    let (question, result) = long_answer(1, 1000);
    block_on(writer.append(&question, &result));
    let error = writer.seal(EndReason::Complete).unwrap_err();
    assert!(error.to_string().ends_with("cannot be written: permission denied"), "{error}");
}

/// A disk that does nothing until it may.
struct Stuck {
    folder: PathBuf,
    gate: Arc<Mutex<Receiver<()>>>,
}

struct StuckFile {
    file: fs::File,
    gate: Arc<Mutex<Receiver<()>>>,
    is_first: bool,
}

impl Disk for Stuck {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn SegmentFile>> {
        let file = crate::folder::create_private(&self.folder.join(name))?;
        Ok(Box::new(StuckFile { file, gate: Arc::clone(&self.gate), is_first: true }))
    }
}

impl Write for StuckFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !std::mem::take(&mut self.is_first) {
            // Until the other end is gone.
            let _ = self.gate.lock().unwrap().recv();
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SegmentFile for StuckFile {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.cut(length)
    }
}

fn stuck(folder: &Path) -> (Writer, SyncSender<()>) {
    let (opener, gate) = sync_channel(0);
    let disk = Stuck { folder: folder.to_owned(), gate: Arc::new(Mutex::new(gate)) };
    (on(folder, disk).unwrap(), opener)
}

#[test]
fn a_full_queue_lets_the_asker_wait_and_goes_on() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let (writer, gate) = stuck(&folder);
    let results: Vec<_> = (0..16).map(|number| long_answer(number, 1 << 20)).collect();
    let mut all = std::pin::pin!(async {
        for (question, result) in &results {
            writer.append(question, result).await;
        }
    });
    assert!(all.as_mut().now_or_never().is_none(), "16 MiB wait in 8 MiB");
    drop(gate);
    block_on(all);
    writer.seal(EndReason::Complete).unwrap();
    let journal = Journal::read(&folder).unwrap();
    assert_eq!(journal.records().collect::<Vec<_>>(), results);
}

#[test]
fn a_disk_that_does_not_answer_keeps_neither_the_end_nor_an_asker_waiting() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let (writer, gate) = stuck(&folder);
    let writer = writer.with_patience(Duration::from_millis(100));
    let results: Vec<_> = (0..16).map(|number| long_answer(number, 1 << 20)).collect();
    let waiting = std::pin::pin!(async {
        for (question, result) in &results {
            writer.append(question, result).await;
        }
    });
    let sealing = std::pin::pin!(async { writer.seal(EndReason::Cancelled) });
    let error = block_on(async {
        match select(waiting, sealing).await {
            Either::Right((sealed, waiting)) => {
                waiting.await;
                sealed.unwrap_err()
            }
            Either::Left(..) => panic!("the queue has no end"),
        }
    });
    assert!(matches!(error, JournalError::Io { .. }), "{error}");
    drop(gate);
}

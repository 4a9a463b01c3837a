//! Writes the answers of a run, in a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use trailseal_model::{AnyQuestion, AnyResult};

use crate::error::JournalError;
use crate::folder::{MANIFEST, highest_epoch, make_private, sync_folder};
use crate::layout::{MAX_RECORD, ManifestHash, SegmentId};
use crate::manifest::RunManifest;
use crate::record::{EndReason, line_of};

mod disk;
mod thread;

pub(crate) use self::disk::Disk;
use self::disk::Folder;
#[cfg(test)]
pub(crate) use self::disk::SegmentFile;
use self::thread::Thread;

/// Bytes of records that may wait for the disk; who asks then waits too.
const QUEUE: usize = 8 << 20;
/// How long the last records may take to reach the disk.
const LAST_RECORDS: Duration = Duration::from_secs(5);

/// Writes the answers of one process of a run: one epoch of its journal.
///
/// Answers are written at least every 200 ms, so that they survive the end of the process, and synced
/// every 5 s, so that they survive a power loss.
#[derive(Debug)]
pub struct Writer {
    shared: Arc<Shared>,
    sender: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
    folder: PathBuf,
    /// How long the last records may take to reach the disk.
    patience: Duration,
}

/// What the thread receives.
#[derive(Debug)]
enum Message {
    /// A line.
    Record(Vec<u8>),
    /// The last message, with the end record to write, if any.
    Stop(Option<EndReason>, SyncSender<Result<(), JournalError>>),
}

/// What both sides see.
#[derive(Debug)]
struct Shared {
    /// Room in the queue, in bytes; closed when nothing more is taken.
    room: Semaphore,
    failure: watch::Sender<Option<JournalError>>,
    bytes: AtomicU64,
    answers: AtomicU64,
    too_large: AtomicU64,
}

impl Shared {
    fn new() -> Self {
        Self {
            room: Semaphore::new(QUEUE),
            failure: watch::Sender::new(None),
            bytes: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            too_large: AtomicU64::new(0),
        }
    }

    /// The room that a line takes: one that is larger than the queue takes all of it.
    fn room_of(line: &[u8]) -> u32 {
        u32::try_from(line.len().min(QUEUE)).unwrap_or(u32::MAX)
    }

    fn fail(&self, error: JournalError) {
        self.room.close();
        self.failure.send_if_modified(|failure| {
            let is_first = failure.is_none();
            failure.get_or_insert(error);
            is_first
        });
    }
}

impl Writer {
    /// Begins an epoch in the journal's folder, with a file of its own. The folder and the manifest are
    /// made if there are none; the folder around it must exist.
    ///
    /// # Errors
    /// If the folder cannot be written, or has the journal of another run or a damaged one.
    pub fn begin(folder: &Path, manifest: &RunManifest) -> Result<Self, JournalError> {
        make_private(folder).map_err(|error| JournalError::of_io(folder, "created", &error))?;
        let epoch = highest_epoch(folder)
            .map_err(|error| JournalError::of_io(folder, "read", &error))?
            .saturating_add(1);
        let manifest = keep_manifest(folder, manifest, epoch == 1)?;
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            // The folder's own name must survive too. Its parent may be unreadable; then it may not.
            let _ = sync_folder(parent);
        }
        let first = SegmentId { epoch, number: 1, manifest };
        Self::begin_on(Box::new(Folder::new(folder)), folder, first)
    }

    /// The same on any disk.
    pub(crate) fn begin_on(
        disk: Box<dyn Disk>,
        folder: &Path,
        first: SegmentId,
    ) -> Result<Self, JournalError> {
        let shared = Arc::new(Shared::new());
        let (sender, receiver) = channel();
        let writer = Thread::begin(disk, folder, first, receiver, Arc::clone(&shared))?;
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| JournalError::of_io(folder, "written", &error))?;
        let folder = folder.to_owned();
        let thread = Mutex::new(Some(thread));
        Ok(Self { shared, sender, thread, folder, patience: LAST_RECORDS })
    }

    /// Queues a question and what it resulted in; waits while the queue is full. A gap that only says
    /// that the run ended is not kept, nor is an answer above 16 MiB. When the journal cannot be
    /// written any more, nothing is done.
    pub async fn append(&self, question: &AnyQuestion, result: &AnyResult) {
        let Some(line) = line_of(question, result) else { return };
        if line.len() > MAX_RECORD {
            self.shared.too_large.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let Ok(room) = self.shared.room.acquire_many(Shared::room_of(&line)).await else { return };
        // The thread gives it back.
        room.forget();
        // An error means that the thread has ended, which `failed` says.
        let _ = self.sender.send(Message::Record(line));
    }

    /// Ready when the journal cannot be written any more, with why. Several may wait; it may be dropped
    /// at any time.
    pub async fn failed(&self) -> JournalError {
        let mut failure = self.shared.failure.subscribe();
        let found = failure.wait_for(Option::is_some).await.ok().and_then(|found| found.clone());
        match found {
            Some(error) => error,
            // The other end lives as long as the writer does.
            None => std::future::pending().await,
        }
    }

    /// Bytes written so far.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.shared.bytes.load(Ordering::Relaxed)
    }

    /// Answers and gaps written so far; those that still wait are not counted.
    #[must_use]
    pub fn answers(&self) -> u64 {
        self.shared.answers.load(Ordering::Relaxed)
    }

    /// Answers that were not kept because they are too large: they would be asked again.
    #[must_use]
    pub fn too_large(&self) -> u64 {
        self.shared.too_large.load(Ordering::Relaxed)
    }

    /// Writes what is queued and why the epoch ends, and syncs. Nothing is taken any more. It blocks for
    /// at most a few seconds, whatever the disk does; a second call does nothing.
    ///
    /// # Errors
    /// If the journal could not be written, now or before: then some answers would be asked again.
    pub fn seal(&self, why: EndReason) -> Result<(), JournalError> {
        self.stop(Some(why))
    }

    /// The same writer, with another wait for the last records.
    #[cfg(test)]
    pub(crate) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn stop(&self, end: Option<EndReason>) -> Result<(), JournalError> {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return self.failure() };
        self.shared.room.close();
        let (reply, replied) = sync_channel(1);
        let is_sent = self.sender.send(Message::Stop(end, reply)).is_ok();
        match replied.recv_timeout(self.patience) {
            // A disk that does not answer keeps its thread; the process does not wait for it.
            Err(RecvTimeoutError::Timeout) if is_sent => Err(JournalError::Io {
                path: self.folder.clone(),
                doing: "written",
                cause: format!("the disk did not answer within {} s", self.patience.as_secs()),
            }),
            Err(_) => {
                let _ = thread.join();
                self.failure()
            }
            Ok(result) => {
                let _ = thread.join();
                result
            }
        }
    }

    fn failure(&self) -> Result<(), JournalError> {
        self.shared.failure.borrow().clone().map_or(Ok(()), Err)
    }
}

impl Drop for Writer {
    /// Writes what is queued, as far as that works. Without `seal` the epoch has no end record.
    fn drop(&mut self) {
        let _ = self.stop(None);
    }
}

/// Makes sure that the folder has this manifest.
fn keep_manifest(
    folder: &Path,
    manifest: &RunManifest,
    is_new: bool,
) -> Result<ManifestHash, JournalError> {
    let path = || folder.join(MANIFEST);
    match RunManifest::read_hashed(folder)? {
        Some((kept, hash)) if kept == *manifest => Ok(hash),
        Some(_) => Err(JournalError::OtherRun { path: path() }),
        None if is_new => manifest.write(folder),
        None => {
            Err(JournalError::DamagedManifest { path: path(), why: "it is missing".to_owned() })
        }
    }
}

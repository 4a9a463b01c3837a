//! The thread that packs records into frames and writes them.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use zstd::bulk::Compressor;

use super::disk::{Disk, SegmentFile};
use super::{Message, Shared};
use crate::error::JournalError;
use crate::folder::segment_name;
use crate::layout::{FRAME_HEADER, FormatVersion, FrameHeader, HEADER, MAX_RECORDS, SegmentId};
use crate::record::{EndReason, end_line};

/// Bytes of records that are worth a frame.
const FRAME: usize = 64 << 10;
/// Bytes of records that a frame has at most, unless one record is larger.
const LARGE_FRAME: usize = 128 << 10;
/// How long a record waits for a frame to fill.
const FLUSH_AFTER: Duration = Duration::from_millis(200);
/// How long a frame waits to be synced.
const SYNC_AFTER: Duration = Duration::from_secs(5);
/// Bytes of a segment after which the next one begins.
const SEGMENT: u64 = 4 << 20;
/// zstd's fastest level but for the negative ones.
const LEVEL: i32 = 1;

/// The state of the thread.
pub(super) struct Thread {
    disk: Box<dyn Disk>,
    folder: PathBuf,
    receiver: Receiver<Message>,
    shared: Arc<Shared>,
    compressor: Compressor<'static>,
    id: SegmentId,
    file: Box<dyn SegmentFile>,
    /// Bytes of whole frames in the file.
    length: u64,
    /// The sequence of the next frame.
    sequence: u32,
    /// Lines for the next frame.
    lines: Vec<u8>,
    records: usize,
    /// When the oldest of them arrived.
    waiting_since: Option<Instant>,
    unsynced_since: Option<Instant>,
    failure: Option<JournalError>,
}

impl Thread {
    /// Begins the first segment.
    pub(super) fn begin(
        mut disk: Box<dyn Disk>,
        folder: &Path,
        id: SegmentId,
        receiver: Receiver<Message>,
        shared: Arc<Shared>,
    ) -> Result<Self, JournalError> {
        let path = folder.join(segment_name(id.epoch, id.number));
        let of = |error: io::Error| JournalError::of_io(&path, "written", &error);
        let compressor = Compressor::new(LEVEL).map_err(of)?;
        let file = begin_segment(disk.as_mut(), &id).map_err(of)?;
        shared.bytes.fetch_add(HEADER as u64, Ordering::Relaxed);
        Ok(Self {
            disk,
            folder: folder.to_owned(),
            receiver,
            shared,
            compressor,
            id,
            file,
            length: HEADER as u64,
            sequence: 0,
            lines: Vec::with_capacity(LARGE_FRAME),
            records: 0,
            waiting_since: None,
            unsynced_since: Some(now()),
            failure: None,
        })
    }

    /// Writes until it is stopped.
    pub(super) fn run(mut self) {
        loop {
            let message = match self.wait() {
                Some(wait) => self.receiver.recv_timeout(wait),
                None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Record(line)) => {
                    self.take(&line);
                    self.shared.room.add_permits(Shared::room_of(&line) as usize);
                }
                Ok(Message::Stop(end, reply)) => {
                    let _ = reply.send(self.finish(end));
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    let _ = self.finish(None);
                    return;
                }
            }
            self.write_what_is_due();
        }
    }

    /// How long to wait for a message before something is due; `None` if nothing will be.
    fn wait(&self) -> Option<Duration> {
        let left = |since: Option<Instant>, after: Duration| {
            since.map(|since| after.saturating_sub(since.elapsed()))
        };
        let flush = left(self.waiting_since, FLUSH_AFTER);
        let sync = left(self.unsynced_since, SYNC_AFTER);
        flush.into_iter().chain(sync).min()
    }

    fn take(&mut self, line: &[u8]) {
        if self.failure.is_some() {
            return;
        }
        if !self.lines.is_empty() && self.lines.len() + line.len() > LARGE_FRAME {
            self.write_frame();
        }
        self.lines.extend_from_slice(line);
        self.records += 1;
        self.waiting_since.get_or_insert_with(now);
        if self.lines.len() >= FRAME || self.records >= MAX_RECORDS {
            self.write_frame();
        }
    }

    fn write_what_is_due(&mut self) {
        let is_due = |since: Option<Instant>, after| since.is_some_and(|it| it.elapsed() >= after);
        if is_due(self.waiting_since, FLUSH_AFTER) {
            self.write_frame();
        }
        if is_due(self.unsynced_since, SYNC_AFTER) {
            self.sync();
        }
    }

    /// Writes the lines as a frame, and begins the next segment if this one is full.
    fn write_frame(&mut self) {
        if self.failure.is_some() || self.lines.is_empty() {
            return;
        }
        let written = self.try_write_frame();
        self.answer_for(written);
        if self.failure.is_none() && self.length >= SEGMENT {
            let begun = self.try_next_segment();
            self.answer_for(begun);
        }
    }

    fn try_write_frame(&mut self) -> io::Result<()> {
        let payload = self.compressor.compress(&self.lines)?;
        let header = FrameHeader {
            sequence: self.sequence,
            plain: to_u32(self.lines.len())?,
            stored: to_u32(payload.len())?,
            checksum: crc32fast::hash(&payload),
        };
        let mut frame = Vec::with_capacity(FRAME_HEADER + payload.len());
        frame.extend_from_slice(&header.to_bytes(self.id.seed()));
        frame.extend_from_slice(&payload);
        self.file.write_all(&frame)?;
        self.file.flush()?;
        self.length += frame.len() as u64;
        self.sequence = self.sequence.wrapping_add(1);
        self.shared.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
        self.shared.answers.fetch_add(self.records as u64, Ordering::Relaxed);
        self.forget_lines();
        self.unsynced_since.get_or_insert_with(now);
        Ok(())
    }

    fn forget_lines(&mut self) {
        self.lines.clear();
        self.lines.shrink_to(LARGE_FRAME);
        self.records = 0;
        self.waiting_since = None;
    }

    fn try_next_segment(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.unsynced_since = None;
        let next = SegmentId { number: self.id.number + 1, ..self.id };
        self.file = begin_segment(self.disk.as_mut(), &next)?;
        self.id = next;
        self.length = HEADER as u64;
        self.shared.bytes.fetch_add(HEADER as u64, Ordering::Relaxed);
        Ok(())
    }

    fn sync(&mut self) {
        if self.failure.is_none() {
            let synced = self.file.sync();
            self.answer_for(synced);
        }
        self.unsynced_since = None;
    }

    /// Keeps and reports the first failure. A frame that was written in part is taken back, which makes
    /// room for the end record on a full disk.
    fn answer_for(&mut self, result: io::Result<()>) {
        let Err(error) = result else { return };
        let path = self.folder.join(segment_name(self.id.epoch, self.id.number));
        let error = JournalError::of_io(&path, "written", &error);
        let _ = self.file.cut(self.length);
        self.forget_lines();
        self.unsynced_since = None;
        self.failure.get_or_insert(error.clone());
        self.shared.fail(error);
    }

    /// Writes what waits and the end record, and syncs.
    fn finish(&mut self, end: Option<EndReason>) -> Result<(), JournalError> {
        self.write_frame();
        if let Some(end) = end {
            self.lines = end_line(end);
            self.records = 0;
            let written = self.try_write_frame();
            self.answer_for(written);
        }
        let synced = self.file.sync();
        self.answer_for(synced);
        self.failure.clone().map_or(Ok(()), Err)
    }
}

impl Drop for Thread {
    /// Whatever ends the thread, a bug included, no caller waits for it.
    fn drop(&mut self) {
        self.shared.room.close();
        if std::thread::panicking() {
            self.shared.fail(JournalError::WriterStopped { path: self.folder.clone() });
        }
    }
}

fn begin_segment(disk: &mut dyn Disk, id: &SegmentId) -> io::Result<Box<dyn SegmentFile>> {
    let mut file = disk.create(&segment_name(id.epoch, id.number))?;
    file.write_all(&id.header(FormatVersion::CURRENT))?;
    file.flush()?;
    Ok(file)
}

fn to_u32(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

#[expect(clippy::disallowed_methods, reason = "a thread of its own, which no paused clock drives")]
fn now() -> Instant {
    Instant::now()
}

//! Reads a journal: which questions it answers, and what of it is not used.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use trailseal_model::{AnyQuestion, AnyResult};

use crate::damage::Damage;
use crate::error::{JournalError, cause_of};
use crate::folder::{
    MANIFEST, UNFINISHED_MANIFEST, open_regular, parse_segment_name, segment_name,
};
use crate::frames::{FramePlace, Frames, Unpacked};
use crate::index::{Index, Place};
use crate::layout::{ManifestHash, SegmentId};
use crate::manifest::RunManifest;
use crate::record::{EndReason, Record};
use crate::segment::{Found, Hole, read_segment, unpack};

/// Bytes of the largest segment: 4 MiB, the frame that filled it, and room to spare.
const MAX_SEGMENT: u64 = 64 << 20;

/// The journal of a run, as far as it can be trusted.
#[derive(Debug)]
pub struct Journal {
    manifest: RunManifest,
    damages: Vec<Damage>,
    frames: Frames,
    index: Index,
    epochs: usize,
    end: Option<EndReason>,
    newest: Option<Timestamp>,
    oldest: Option<Timestamp>,
}

impl Journal {
    /// Reads the journal in a folder, which may be that of a process that was killed a moment ago.
    ///
    /// # Errors
    /// If the folder has no journal, a damaged manifest, or one of another major version. Anything else
    /// that is wrong is one of [`damages`](Self::damages).
    pub fn read(folder: &Path) -> Result<Self, JournalError> {
        let read = |error: &std::io::Error| JournalError::of_io(folder, "read", error);
        match fs::metadata(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(not_a_journal(folder, "the folder does not exist"));
            }
            Err(error) => return Err(read(&error)),
            Ok(found) if !found.is_dir() => {
                return Err(not_a_journal(folder, "it is not a folder"));
            }
            Ok(_) => {}
        }
        let (manifest, hash) = RunManifest::read_hashed(folder)?
            .ok_or_else(|| not_a_journal(folder, &format!("it has no {MANIFEST}")))?;
        let mut reading = Reading::new(folder, hash);
        let segments = reading.list().map_err(|error| read(&error))?;
        for (epoch, numbers) in segments {
            reading.read_epoch(epoch, &numbers);
        }
        Ok(reading.finish(manifest))
    }

    /// Which run it is.
    #[must_use]
    pub const fn manifest(&self) -> &RunManifest {
        &self.manifest
    }

    /// What is not used; in the order of files and places in them.
    #[must_use]
    pub fn damages(&self) -> &[Damage] {
        &self.damages
    }

    /// What a question resulted in; the latest result where there are several. `None` if it was not
    /// asked, or if its frame cannot be read any more.
    #[must_use]
    pub fn get(&self, question: &AnyQuestion) -> Option<AnyResult> {
        for place in self.index.places(question) {
            let unpacked = self.frames.get(place.frame())?;
            if let Ok(Record::Kept(kept, result)) = Record::read(unpacked.line(place.record())?)
                && kept == *question
            {
                return Some(result);
            }
        }
        None
    }

    /// Why the newest process stopped; `None` if it was killed.
    #[must_use]
    pub const fn end(&self) -> Option<EndReason> {
        self.end
    }

    /// How many results it has, repeated ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many questions it answers, to a few in a billion: they are counted by their hashes.
    #[must_use]
    pub fn questions(&self) -> usize {
        self.index.questions()
    }

    /// How many processes wrote to it.
    #[must_use]
    pub const fn epochs(&self) -> usize {
        self.epochs
    }

    /// When the newest answer came; `None` without an answer of AWS.
    #[must_use]
    pub const fn newest_answer(&self) -> Option<Timestamp> {
        self.newest
    }

    /// When the oldest answer came, likewise.
    #[must_use]
    pub const fn oldest_answer(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// Every question with its result, in the order they were written, repeated ones included.
    pub fn records(&self) -> impl Iterator<Item = (AnyQuestion, AnyResult)> + '_ {
        let frames = (0..self.frames.len()).filter_map(|frame| self.frames.read(frame));
        frames.flat_map(|unpacked| kept_of(&unpacked))
    }

    /// Every record as it is written.
    #[cfg(test)]
    pub(crate) fn lines(&self) -> Vec<String> {
        let frames = (0..self.frames.len()).filter_map(|frame| self.frames.read(frame));
        let of = |unpacked: Unpacked| {
            let lines = (0..unpacked.lines()).filter_map(|number| unpacked.line(number));
            lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>()
        };
        frames.flat_map(of).collect()
    }
}

fn kept_of(unpacked: &Unpacked) -> Vec<(AnyQuestion, AnyResult)> {
    let lines = (0..unpacked.lines()).filter_map(|number| unpacked.line(number));
    let records = lines.filter_map(|line| match Record::read(line) {
        Ok(Record::Kept(question, result)) => Some((question, result)),
        _ => None,
    });
    records.collect()
}

fn not_a_journal(folder: &Path, why: &str) -> JournalError {
    JournalError::NotAJournal { path: folder.to_owned(), why: why.to_owned() }
}

/// The numbers of the segments of each epoch, sorted.
type Segments = BTreeMap<u32, Vec<u32>>;

/// What is known while the files are read.
struct Reading {
    folder: PathBuf,
    manifest: ManifestHash,
    damages: Vec<Damage>,
    frames: Frames,
    index: Index,
    epochs: usize,
    end: Option<EndReason>,
    newest: Option<Timestamp>,
    oldest: Option<Timestamp>,
    /// The sequence of the next frame of the epoch.
    sequence: u32,
    /// Whether damage that was named already may be why a frame is missing.
    is_explained: bool,
}

/// Records of a segment that are not understood.
#[derive(Default)]
struct Unknown {
    count: u64,
    bytes: u64,
    first: Option<(usize, String)>,
}

impl Reading {
    fn new(folder: &Path, manifest: ManifestHash) -> Self {
        Self {
            folder: folder.to_owned(),
            manifest,
            damages: Vec::new(),
            frames: Frames::default(),
            index: Index::default(),
            epochs: 0,
            end: None,
            newest: None,
            oldest: None,
            sequence: 0,
            is_explained: false,
        }
    }

    /// The segments in the folder. Other files are named.
    fn list(&mut self) -> std::io::Result<Segments> {
        let mut segments = Segments::new();
        let mut foreign = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            match parse_segment_name(name) {
                Some((epoch, number)) => segments.entry(epoch).or_default().push(number),
                None if name == MANIFEST || name == UNFINISHED_MANIFEST => {}
                None => foreign.push(entry.path()),
            }
        }
        foreign.sort();
        for path in foreign {
            let bytes =
                fs::symlink_metadata(&path).map_or(0, |it| if it.is_file() { it.len() } else { 0 });
            self.damage(path, 0, "the file does not belong to a journal".to_owned(), bytes);
        }
        for numbers in segments.values_mut() {
            numbers.sort_unstable();
        }
        Ok(segments)
    }

    fn damage(&mut self, file: PathBuf, offset: u64, what: String, unused_bytes: u64) {
        self.damages.push(Damage { file, offset, what, unused_bytes });
    }

    fn read_epoch(&mut self, epoch: u32, numbers: &[u32]) {
        self.epochs += 1;
        self.end = None;
        self.sequence = 0;
        self.is_explained = false;
        let mut expected = 1;
        for number in numbers {
            if *number != expected {
                let missing = self.folder.join(segment_name(epoch, expected));
                let count = number - expected;
                let more =
                    if count > 1 { format!(", and {} after it", count - 1) } else { String::new() };
                self.damage(missing, 0, format!("the file is missing{more}"), 0);
                self.is_explained = true;
            }
            expected = number.saturating_add(1);
            let id = SegmentId { epoch, number: *number, manifest: self.manifest };
            self.read_file(&id);
        }
    }

    fn read_file(&mut self, id: &SegmentId) {
        let path = self.folder.join(segment_name(id.epoch, id.number));
        let mut bytes = Vec::new();
        let read = open_regular(&path).and_then(|file| {
            let length = file.metadata()?.len();
            file.take(MAX_SEGMENT).read_to_end(&mut bytes).map(|_| length)
        });
        match read {
            Ok(length) if length > MAX_SEGMENT => {
                let what = "the file is longer than any segment".to_owned();
                self.damage(path.clone(), MAX_SEGMENT, what, length - MAX_SEGMENT);
            }
            Ok(_) => {}
            Err(error) => {
                let bytes = fs::symlink_metadata(&path)
                    .map_or(0, |it| if it.is_file() { it.len() } else { 0 });
                self.damage(path, 0, format!("it cannot be read: {}", cause_of(&error)), bytes);
                self.is_explained = true;
                return;
            }
        }
        self.read_bytes(&path, &bytes, id);
    }

    fn read_bytes(&mut self, path: &Path, bytes: &[u8], id: &SegmentId) {
        let segment = read_segment(bytes, id);
        let file = self.frames.add_file(path.to_owned());
        let mut holes = segment.holes.into_iter().peekable();
        let mut unknown = Unknown::default();
        for found in &segment.frames {
            while let Some(hole) = holes.next_if(|hole| hole.offset < found.payload) {
                self.hole(path, hole);
            }
            self.read_frame(path, bytes, file, found, &mut unknown);
        }
        for hole in holes {
            self.hole(path, hole);
        }
        if let Some((offset, first)) = unknown.first {
            let what = match unknown.count {
                1 => first,
                count => format!("{first}, the first of {count} records that are not understood"),
            };
            self.damage(path.to_owned(), offset as u64, what, unknown.bytes);
        }
    }

    fn hole(&mut self, path: &Path, hole: Hole) {
        self.damage(path.to_owned(), hole.offset as u64, hole.what, hole.bytes as u64);
        self.is_explained = true;
    }

    fn read_frame(
        &mut self,
        path: &Path,
        bytes: &[u8],
        file: u32,
        found: &Found,
        unknown: &mut Unknown,
    ) {
        let Found { payload, header } = *found;
        let stored = &bytes[payload..payload + header.stored as usize];
        let refuse = |this: &mut Self, what: String| {
            this.damage(path.to_owned(), payload as u64, what, stored.len() as u64);
            this.is_explained = true;
        };
        if header.sequence < self.sequence {
            return refuse(self, "a frame is repeated".to_owned());
        }
        if header.sequence > self.sequence && !self.is_explained {
            let count = header.sequence - self.sequence;
            let what = match count {
                1 => "a frame is missing before this one".to_owned(),
                count => format!("{count} frames are missing before this one"),
            };
            self.damage(path.to_owned(), payload as u64, what, 0);
        }
        let text = match unpack(stored, header.plain) {
            Ok(text) => text,
            Err(what) => return refuse(self, what),
        };
        let (Ok(payload), true) = (u32::try_from(payload), self.frames.len() < Place::MAX_FRAMES)
        else {
            return refuse(self, "the journal has more frames than are read".to_owned());
        };
        self.sequence = header.sequence.saturating_add(1);
        self.is_explained = false;
        let frame = self.frames.add(FramePlace {
            file,
            payload,
            stored: header.stored,
            plain: header.plain,
            checksum: header.checksum,
        });
        self.read_records(path, frame, payload as usize, &Unpacked::new(text), unknown);
    }

    fn read_records(
        &mut self,
        path: &Path,
        frame: usize,
        offset: usize,
        unpacked: &Unpacked,
        unknown: &mut Unknown,
    ) {
        for number in 0..unpacked.lines() {
            let line = unpacked.line(number).unwrap_or_default();
            let place =
                Place::new(frame, number).ok_or_else(|| "a frame has too many records".to_owned());
            match place.and_then(|place| Ok((place, Record::read(line)?))) {
                Ok((place, Record::Kept(question, result))) => {
                    self.follows_an_end(path, offset);
                    self.index.add(&question, place);
                    if let Ok(answer) = result {
                        let at = answer.evidence.at;
                        self.newest = self.newest.max(Some(at));
                        self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
                    }
                }
                Ok((_, Record::End(end))) => {
                    self.follows_an_end(path, offset);
                    self.end = Some(end);
                }
                Ok((_, Record::NotKept)) => {}
                Err(what) => unknown.add(offset, &what, line.len()),
            }
        }
        if unpacked.rest() > 0 {
            unknown.add(offset, "a record without its end", unpacked.rest());
        }
    }

    /// Names an end record that something follows: then it was not the end.
    fn follows_an_end(&mut self, path: &Path, offset: usize) {
        if self.end.take().is_some() {
            let what = "an end record is followed by more records".to_owned();
            self.damage(path.to_owned(), offset as u64, what, 0);
        }
    }

    fn finish(mut self, manifest: RunManifest) -> Journal {
        self.index.sort();
        Journal {
            manifest,
            damages: self.damages,
            frames: self.frames,
            index: self.index,
            epochs: self.epochs,
            end: self.end,
            newest: self.newest,
            oldest: self.oldest,
        }
    }
}

impl Unknown {
    fn add(&mut self, offset: usize, what: &str, bytes: usize) {
        self.count += 1;
        self.bytes += bytes as u64;
        self.first.get_or_insert_with(|| (offset, what.to_owned()));
    }
}

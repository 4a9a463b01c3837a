//! Reads the files of a journal's folder into an index, and names what is wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::damage::Damage;
use crate::error::cause_of;
use crate::folder::{
    MANIFEST, UNFINISHED_MANIFEST, open_regular, parse_segment_name, segment_name,
};
use crate::frames::{FramePlace, Frames, Unpacked};
use crate::index::{Index, RecordLocation};
use crate::layout::{ManifestHash, SegmentId};
use crate::record::{EndReason, Record};
use crate::segment::{Found, Hole, read_segment, unpack};

/// Bytes of the largest segment: 4 MiB, the frame that filled it, and room to spare.
const MAX_SEGMENT: u64 = 64 << 20;

/// What a folder holds of the run with a manifest.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// What is not used.
    pub(crate) damages: Vec<Damage>,
    /// The frames.
    pub(crate) frames: Frames,
    /// Where each question is answered.
    pub(crate) index: Index,
    /// How many processes wrote.
    pub(crate) epochs: usize,
    /// Why the newest one stopped.
    pub(crate) end: Option<EndReason>,
    /// When the newest answer came.
    pub(crate) newest: Option<Timestamp>,
    /// When the oldest answer came.
    pub(crate) oldest: Option<Timestamp>,
}

/// Reads every segment of a folder.
///
/// # Errors
/// If the folder cannot be listed.
pub(crate) fn read_folder(folder: &Path, manifest: ManifestHash) -> io::Result<Contents> {
    let mut reading = Reading::new(folder, manifest);
    for (epoch, numbers) in reading.list()? {
        reading.read_epoch(epoch, &numbers);
    }
    let mut contents = reading.contents;
    contents.index.sort();
    Ok(contents)
}

/// The numbers of the segments of each epoch, sorted.
type Segments = BTreeMap<u32, Vec<u32>>;

/// What is known while the files are read.
struct Reading {
    folder: PathBuf,
    manifest: ManifestHash,
    contents: Contents,
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
            contents: Contents::default(),
            sequence: 0,
            is_explained: false,
        }
    }

    /// The segments in the folder. Other files are named.
    fn list(&mut self) -> io::Result<Segments> {
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
        self.contents.damages.push(Damage { file, offset, what, unused_bytes });
    }

    fn read_epoch(&mut self, epoch: u32, numbers: &[u32]) {
        self.contents.epochs += 1;
        self.contents.end = None;
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
        let file = self.contents.frames.add_file(path.to_owned());
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
        let (Ok(payload), true) =
            (u32::try_from(payload), self.contents.frames.len() < RecordLocation::MAX_FRAMES)
        else {
            return refuse(self, "the journal has more frames than are read".to_owned());
        };
        self.sequence = header.sequence.saturating_add(1);
        self.is_explained = false;
        let frame = self.contents.frames.add(FramePlace {
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
            let place = RecordLocation::new(frame, number)
                .ok_or_else(|| "a frame has too many records".to_owned());
            match place.and_then(|place| Ok((place, Record::read(line)?))) {
                Ok((place, Record::Kept(question, result))) => {
                    self.follows_an_end(path, offset);
                    self.contents.index.add(&question, place);
                    if let Ok(answer) = result {
                        let at = answer.evidence.at;
                        self.contents.newest = self.contents.newest.max(Some(at));
                        self.contents.oldest =
                            Some(self.contents.oldest.map_or(at, |oldest| oldest.min(at)));
                    }
                }
                Ok((_, Record::End(end))) => {
                    self.follows_an_end(path, offset);
                    self.contents.end = Some(end);
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
        if self.contents.end.take().is_some() {
            let what = "an end record is followed by more records".to_owned();
            self.damage(path.to_owned(), offset as u64, what, 0);
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

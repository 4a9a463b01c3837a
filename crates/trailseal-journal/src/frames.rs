//! The frames of a journal: where they are, and the few that were used last, unpacked.

use std::collections::VecDeque;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::folder::open_regular;
use crate::segment::unpack;

/// Bytes of unpacked frames that are kept.
const CACHE: usize = 24 << 20;

/// Where a frame is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FramePlace {
    /// Index of its file.
    pub(crate) file: u32,
    /// Where its payload begins.
    pub(crate) payload: u32,
    /// Bytes of the payload.
    pub(crate) stored: u32,
    /// Bytes that it unpacks to.
    pub(crate) plain: u32,
    /// The payload's checksum.
    pub(crate) checksum: u32,
}

/// An unpacked frame.
#[derive(Debug)]
pub(crate) struct Unpacked {
    text: Vec<u8>,
    /// Where each line ends.
    ends: Vec<u32>,
}

impl Unpacked {
    /// Finds the lines of a frame.
    pub(crate) fn new(text: Vec<u8>) -> Self {
        let feeds = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        // A frame has at most 16 MiB.
        let mut ends: Vec<u32> = feeds.filter_map(|(at, _)| u32::try_from(at).ok()).collect();
        ends.shrink_to_fit();
        Self { text, ends }
    }

    /// One line, without its line feed.
    pub(crate) fn line(&self, number: usize) -> Option<&[u8]> {
        let end = *self.ends.get(number)? as usize;
        let start = match number.checked_sub(1) {
            Some(before) => self.ends[before] as usize + 1,
            None => 0,
        };
        self.text.get(start..end)
    }

    /// How many lines it has.
    pub(crate) fn lines(&self) -> usize {
        self.ends.len()
    }

    /// Bytes behind the last line feed: a frame that was written by this program has none.
    pub(crate) fn rest(&self) -> usize {
        self.text.len() - self.ends.last().map_or(0, |end| *end as usize + 1)
    }

    fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>()
    }
}

/// The frames.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    files: Vec<PathBuf>,
    places: Vec<FramePlace>,
    cache: Mutex<Cache>,
}

/// The frames that were used last, the latest at the end. There are a few hundred at most.
#[derive(Debug, Default)]
struct Cache {
    frames: VecDeque<(usize, Arc<Unpacked>)>,
    bytes: usize,
}

impl Cache {
    fn get(&mut self, frame: usize) -> Option<Arc<Unpacked>> {
        let at = self.frames.iter().rposition(|(number, _)| *number == frame)?;
        let found = self.frames.remove(at)?;
        let unpacked = Arc::clone(&found.1);
        self.frames.push_back(found);
        Some(unpacked)
    }

    fn keep(&mut self, frame: usize, unpacked: &Arc<Unpacked>) {
        if self.frames.iter().any(|(number, _)| *number == frame) {
            return;
        }
        self.bytes += unpacked.bytes();
        self.frames.push_back((frame, Arc::clone(unpacked)));
        while self.bytes > CACHE && self.frames.len() > 1 {
            if let Some((_, oldest)) = self.frames.pop_front() {
                self.bytes -= oldest.bytes();
            }
        }
    }
}

impl Frames {
    /// Adds a file; its frames follow.
    pub(crate) fn add_file(&mut self, path: PathBuf) -> u32 {
        self.files.push(path);
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    /// Adds a frame, and says which number it has.
    pub(crate) fn add(&mut self, place: FramePlace) -> usize {
        self.places.push(place);
        self.places.len() - 1
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// A frame, from memory or its file; `None` if its file does not have it any more.
    pub(crate) fn get(&self, frame: usize) -> Option<Arc<Unpacked>> {
        if let Some(unpacked) = self.cache().get(frame) {
            return Some(unpacked);
        }
        let unpacked = Arc::new(self.read(frame)?);
        self.cache().keep(frame, &unpacked);
        Some(unpacked)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a frame from its file.
    pub(crate) fn read(&self, frame: usize) -> Option<Unpacked> {
        let place = self.places.get(frame)?;
        let mut file = open_regular(self.files.get(place.file as usize)?).ok()?;
        file.seek(SeekFrom::Start(u64::from(place.payload))).ok()?;
        let mut stored = vec![0; place.stored as usize];
        file.read_exact(&mut stored).ok()?;
        if crc32fast::hash(&stored) != place.checksum {
            return None;
        }
        unpack(&stored, place.plain).ok().map(Unpacked::new)
    }
}

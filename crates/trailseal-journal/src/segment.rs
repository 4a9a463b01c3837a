//! Reads the frames of one segment. Whatever is damaged is passed over and named; the next whole frame
//! goes on.

use crate::layout::{
    FRAME_HEADER, FormatVersion, FrameHeader, HEADER, Header, MAX_RECORD, SegmentId, next_magic,
    read_header,
};

/// A frame whose checksums match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Where its payload begins in the segment.
    pub(crate) payload: usize,
    /// Its header.
    pub(crate) header: FrameHeader,
}

/// A place in a segment that is not used.
#[derive(Debug)]
pub(crate) struct Hole {
    pub(crate) offset: usize,
    pub(crate) what: String,
    pub(crate) bytes: usize,
}

/// What a segment is made of.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    pub(crate) frames: Vec<Found>,
    pub(crate) holes: Vec<Hole>,
}

/// Finds the frames of a segment in its bytes. `id` is what the file's name and the manifest make it.
/// Bytes that are to be checked more than a few times over, as in a file made to take long, are damage.
pub(crate) fn read_segment(bytes: &[u8], id: &SegmentId) -> Segment {
    let mut segment = Segment::default();
    if let Some(what) = whole_file_is_refused(bytes, id) {
        segment.holes.push(Hole { offset: 0, what, bytes: bytes.len() });
        return segment;
    }
    // Frames name their segment by the seed, so that they can be told even without its header.
    if let Some(what) = header_problem(bytes, id) {
        segment.holes.push(Hole { offset: 0, what: what.to_owned(), bytes: HEADER });
    }
    let seed = id.seed();
    let mut effort = bytes.len().saturating_mul(4);
    let mut at = HEADER;
    while at < bytes.len() {
        match frame_at(bytes, at, seed, &mut effort) {
            Ok(found) => {
                at = found.payload + found.header.stored as usize;
                segment.frames.push(found);
            }
            Err(what) => {
                let next = next_frame(bytes, at + 1, seed, &mut effort);
                segment.holes.push(Hole { offset: at, what, bytes: next - at });
                at = next;
            }
        }
    }
    if segment.frames.is_empty()
        && let Some(what) = header_problem(bytes, id)
    {
        // Nothing shows that it is a segment at all.
        segment.holes = vec![Hole { offset: 0, what: what.to_owned(), bytes: bytes.len() }];
    }
    segment
}

/// Why nothing of a file can belong to this segment.
fn whole_file_is_refused(bytes: &[u8], id: &SegmentId) -> Option<String> {
    if bytes.is_empty() {
        return Some("the file is empty".to_owned());
    }
    match read_header(bytes) {
        Header::CutOff => Some("the file is cut off in its header".to_owned()),
        Header::Of(_, version) if version.major != FormatVersion::CURRENT.major => Some(format!(
            "it has format {version}, and this program reads format {}",
            FormatVersion::CURRENT
        )),
        Header::Of(found, _) if found.manifest != id.manifest => {
            Some("the file belongs to another run".to_owned())
        }
        Header::Of(found, _) if found != *id => Some(format!(
            "the file is a copy of {}",
            crate::folder::segment_name(found.epoch, found.number)
        )),
        Header::Of(..) | Header::Foreign | Header::Damaged => None,
    }
}

fn header_problem(bytes: &[u8], id: &SegmentId) -> Option<&'static str> {
    match read_header(bytes) {
        Header::Of(found, _) if found == *id => None,
        Header::Foreign => Some("the file does not begin like a segment of a journal"),
        _ => Some("the header is damaged"),
    }
}

/// The frame at a place.
fn frame_at(bytes: &[u8], at: usize, seed: u32, effort: &mut usize) -> Result<Found, String> {
    let rest = &bytes[at..];
    let Some(header) = FrameHeader::read(rest, seed) else {
        let is_cut_off = rest.len() < FRAME_HEADER;
        let what = if is_cut_off { "a frame is cut off" } else { "no whole frame is here" };
        return Err(what.to_owned());
    };
    let payload = at + FRAME_HEADER;
    let stored = header.stored as usize;
    if header.plain as usize > MAX_RECORD {
        let plain = header.plain;
        return Err(format!("a frame declares {plain} bytes, more than any frame has"));
    }
    let Some(stored) = bytes[payload..].get(..stored) else {
        return Err("a frame is cut off".to_owned());
    };
    if stored.len() > *effort {
        return Err("too many frames overlap".to_owned());
    }
    *effort -= stored.len();
    if crc32fast::hash(stored) != header.checksum {
        return Err("the checksum of a frame does not match".to_owned());
    }
    Ok(Found { payload, header })
}

/// Where the next whole frame begins; the end of the file without one.
fn next_frame(bytes: &[u8], from: usize, seed: u32, effort: &mut usize) -> usize {
    let mut from = from;
    while let Some(at) = next_magic(bytes, from) {
        if frame_at(bytes, at, seed, effort).is_ok() {
            return at;
        }
        from = at + 1;
    }
    bytes.len()
}

/// Unpacks a frame; an error is what is wrong with it.
pub(crate) fn unpack(stored: &[u8], plain: u32) -> Result<Vec<u8>, String> {
    let plain = plain as usize;
    let unpacked = zstd::bulk::decompress(stored, plain.min(MAX_RECORD))
        .map_err(|_| "a frame does not unpack to what it declares".to_owned())?;
    if unpacked.len() == plain {
        Ok(unpacked)
    } else {
        Err("a frame does not unpack to what it declares".to_owned())
    }
}

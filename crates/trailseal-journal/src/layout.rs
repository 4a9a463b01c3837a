//! The bytes of a segment: a header, then frames. Numbers are little-endian.
//!
//! ```text
//! header, 56 bytes in every version:
//!   0  magic 8 · 8 major 2 · 10 minor 2 · 12 epoch 4 · 16 number 4 · 20 manifest 32 · 52 CRC-32 of 0..52
//! frame, 24 bytes and its payload:
//!   0  magic 4 · 4 sequence 4 · 8 plain length 4 · 12 stored length 4 · 16 CRC-32 of the payload 4
//!   20 CRC-32 of the seed and 0..20
//! ```
//!
//! The seed is the CRC-32 of major version, epoch, number and manifest: a frame of another run or
//! segment does not match. The sequence counts the frames of an epoch from zero, across its segments.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The version of the format. A newer minor version only adds kinds of records and optional fields;
/// a journal of another major version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormatVersion {
    /// Raised when older programs cannot read the journal.
    pub major: u16,
    /// Raised when older programs can read all but what is new.
    pub minor: u16,
}

impl FormatVersion {
    /// The version that this program writes.
    pub const CURRENT: Self = Self { major: 1, minor: 0 };
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// The SHA-256 of a manifest.
pub(crate) type ManifestHash = [u8; 32];

/// Bytes of a segment's header.
pub(crate) const HEADER: usize = 56;
/// Bytes before a frame's payload.
pub(crate) const FRAME_HEADER: usize = 24;
/// The longest record that is kept, in bytes, and so the largest that a frame may unpack to.
pub(crate) const MAX_RECORD: usize = 16 << 20;
/// The most records of a frame: what the index has room for.
pub(crate) const MAX_RECORDS: usize = 1 << 10;

const MAGIC: [u8; 8] = *b"trlseal\x1a";
const FRAME_MAGIC: [u8; 4] = [0xf7, b'T', b'S', 0x0e];

/// Which segment it is, and of which run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentId {
    /// Counts the processes of the run that wrote to the journal, from 1.
    pub(crate) epoch: u32,
    /// Counts the segments of the epoch, from 1.
    pub(crate) number: u32,
    /// The manifest of the run.
    pub(crate) manifest: ManifestHash,
}

impl SegmentId {
    /// What the checksums of its frames depend on.
    pub(crate) fn seed(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&FormatVersion::CURRENT.major.to_le_bytes());
        hasher.update(&self.epoch.to_le_bytes());
        hasher.update(&self.number.to_le_bytes());
        hasher.update(&self.manifest);
        hasher.finalize()
    }

    /// The header of this segment in a version.
    pub(crate) fn header(&self, version: FormatVersion) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&version.major.to_le_bytes());
        bytes[10..12].copy_from_slice(&version.minor.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.number.to_le_bytes());
        bytes[20..52].copy_from_slice(&self.manifest);
        let checksum = crc32fast::hash(&bytes[..52]);
        bytes[52..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }
}

/// What the beginning of a file says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Header {
    /// A segment's header.
    Of(SegmentId, FormatVersion),
    /// The file is too short for one.
    CutOff,
    /// Some other file.
    Foreign,
    /// It begins like a header whose checksum does not match.
    Damaged,
}

/// Reads the header of a file's bytes.
pub(crate) fn read_header(bytes: &[u8]) -> Header {
    let Some(header) = bytes.get(..HEADER) else { return Header::CutOff };
    if header[..8] != MAGIC {
        return Header::Foreign;
    }
    if number(header, 52) != crc32fast::hash(&header[..52]) {
        return Header::Damaged;
    }
    let mut manifest = ManifestHash::default();
    manifest.copy_from_slice(&header[20..52]);
    let version = FormatVersion { major: short(header, 8), minor: short(header, 10) };
    Header::Of(
        SegmentId { epoch: number(header, 12), number: number(header, 16), manifest },
        version,
    )
}

/// The header of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    /// Its place among the frames of the epoch, from zero.
    pub(crate) sequence: u32,
    /// Bytes that the payload unpacks to.
    pub(crate) plain: u32,
    /// Bytes of the payload.
    pub(crate) stored: u32,
    /// The payload's checksum.
    pub(crate) checksum: u32,
}

impl FrameHeader {
    /// Its bytes in the segment with this seed.
    pub(crate) fn to_bytes(self, seed: u32) -> [u8; FRAME_HEADER] {
        let mut bytes = [0; FRAME_HEADER];
        bytes[..4].copy_from_slice(&FRAME_MAGIC);
        bytes[4..8].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.plain.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.stored.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.checksum.to_le_bytes());
        let checksum = own_checksum(seed, &bytes);
        bytes[20..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the header that the bytes begin with; `None` if they begin with none of this segment.
    pub(crate) fn read(bytes: &[u8], seed: u32) -> Option<Self> {
        let bytes = bytes.get(..FRAME_HEADER)?;
        let is_header = bytes[..4] == FRAME_MAGIC && number(bytes, 20) == own_checksum(seed, bytes);
        is_header.then(|| Self {
            sequence: number(bytes, 4),
            plain: number(bytes, 8),
            stored: number(bytes, 12),
            checksum: number(bytes, 16),
        })
    }
}

fn own_checksum(seed: u32, header: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&header[..20]);
    hasher.finalize()
}

/// Where the next frame may begin, at or after a place.
pub(crate) fn next_magic(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = rest.windows(FRAME_MAGIC.len()).position(|window| window == FRAME_MAGIC)?;
    Some(from + found)
}

fn number(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

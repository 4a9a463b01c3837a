//! Damaged, foreign and made-up files: named, never trusted, and never the end of the program.

use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::layout::{FRAME_HEADER, FrameHeader, HEADER, MAX_RECORD, SegmentId};
use crate::record::{end_line, line_of};

/// A journal in a folder of its own.
struct Made {
    _out: tempfile::TempDir,
    folder: PathBuf,
}

impl Made {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn read(&self) -> Journal {
        Journal::read(&self.folder).unwrap()
    }

    /// What is not used, each in one line, without the folder.
    fn damages(&self) -> Vec<String> {
        let prefix = format!("{}/", self.folder.display());
        let damages = self.read().damages().iter().map(ToString::to_string).collect::<Vec<_>>();
        damages.into_iter().map(|line| line.replace(&prefix, "")).collect()
    }
}

/// A journal with only its manifest.
fn empty() -> Made {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("run.json"), manifest().to_text().0).unwrap();
    Made { _out: out, folder }
}

fn id_of(made: &Made, epoch: u32, number: u32) -> SegmentId {
    let (_, manifest) = RunManifest::read_hashed(&made.folder).unwrap().unwrap();
    SegmentId { epoch, number, manifest }
}

/// A frame of these lines, as the writer would make it.
fn frame(id: &SegmentId, sequence: u32, lines: &[u8]) -> Vec<u8> {
    frame_declaring(id, sequence, lines, lines.len())
}

fn frame_declaring(id: &SegmentId, sequence: u32, lines: &[u8], plain: usize) -> Vec<u8> {
    let payload = zstd::bulk::compress(lines, 1).unwrap();
    let header = FrameHeader {
        sequence,
        plain: u32::try_from(plain).unwrap(),
        stored: u32::try_from(payload.len()).unwrap(),
        checksum: crc32fast::hash(&payload),
    };
    let mut frame = header.to_bytes(id.seed()).to_vec();
    frame.extend(payload);
    frame
}

fn line(number: u64) -> Vec<u8> {
    let question = buckets_of(number);
    line_of(&question, &answer_of(&question, &["b"])).unwrap()
}

fn segment(id: &SegmentId, version: FormatVersion, frames: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = id.header(version).to_vec();
    bytes.extend(frames.concat());
    bytes
}

const FIRST: &str = "000001-000001.journal";
const SECOND: &str = "000001-000002.journal";

/// Three frames with an answer each, and the segment's bytes.
fn three_frames(made: &Made) -> (Vec<Vec<u8>>, Vec<u8>) {
    let id = id_of(made, 1, 1);
    let frames: Vec<_> = (0..3).map(|at| frame(&id, at, &line(u64::from(at)))).collect();
    let bytes = segment(&id, FormatVersion::CURRENT, &frames);
    (frames, bytes)
}

fn answered(journal: &Journal) -> Vec<u64> {
    (0..10).filter(|number| journal.get(&buckets_of(*number)).is_some()).collect()
}

#[test]
fn a_bad_frame_loses_itself_alone() {
    let made = empty();
    let (frames, bytes) = three_frames(&made);
    let second = HEADER + frames[0].len();
    let unused = frames[1].len();
    for (at, what) in [
        (second, "no whole frame is here"),
        (second + 5, "no whole frame is here"),
        (second + 9, "no whole frame is here"),
        (second + 21, "no whole frame is here"),
        (second + FRAME_HEADER, "the checksum of a frame does not match"),
        (second + unused - 1, "the checksum of a frame does not match"),
    ] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x40;
        fs::write(made.path(FIRST), bytes).unwrap();
        assert_eq!(answered(&made.read()), [0, 2], "{at}");
        let expected = format!("'{FIRST}' at byte {second}: {what}; {unused} bytes are not used");
        assert_eq!(made.damages(), [expected], "{at}");
    }
}

#[test]
fn a_damaged_header_loses_nothing() {
    let made = empty();
    let (_, bytes) = three_frames(&made);
    for (at, what) in [
        (0, "the file does not begin like a segment of a journal"),
        (8, "the header is damaged"),
        (30, "the header is damaged"),
        (HEADER - 1, "the header is damaged"),
    ] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        fs::write(made.path(FIRST), bytes).unwrap();
        assert_eq!(answered(&made.read()), [0, 1, 2], "{at}");
        assert_eq!(made.damages(), [format!("'{FIRST}': {what}; 56 bytes are not used")]);
    }
}

#[test]
fn what_is_cut_off_is_named() {
    let made = empty();
    let (frames, bytes) = three_frames(&made);
    let third = bytes.len() - frames[2].len();
    for (length, expected) in [
        (0, format!("'{FIRST}': the file is empty")),
        (1, format!("'{FIRST}': the file is cut off in its header; 1 byte is not used")),
        (
            HEADER - 1,
            format!("'{FIRST}': the file is cut off in its header; 55 bytes are not used"),
        ),
        (third + 3, format!("'{FIRST}' at byte {third}: a frame is cut off; 3 bytes are not used")),
        (
            bytes.len() - 1,
            format!(
                "'{FIRST}' at byte {third}: a frame is cut off; {} bytes are not used",
                frames[2].len() - 1
            ),
        ),
    ] {
        fs::write(made.path(FIRST), &bytes[..length]).unwrap();
        assert_eq!(made.damages(), [expected]);
    }
    // A process that was killed leaves this; nothing is lost.
    for length in [HEADER, third, bytes.len()] {
        fs::write(made.path(FIRST), &bytes[..length]).unwrap();
        assert_eq!(made.damages(), [""; 0]);
        assert_eq!(made.read().end(), None);
    }
}

#[test]
fn garbage_between_frames_is_passed_over() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let other = SegmentId { epoch: 2, ..id };
    let begun = frame(&id, 7, &line(7));
    // The last ones look like frames, but are of another segment, or have only their beginning.
    for garbage in
        [b"x".to_vec(), vec![0xf7; 300], frame(&other, 1, &line(5)), begun[..30].to_vec()]
    {
        let (frames, _) = three_frames(&made);
        let parts = [frames[0].clone(), garbage.clone(), frames[1].clone(), frames[2].clone()];
        fs::write(made.path(FIRST), segment(&id, FormatVersion::CURRENT, &parts)).unwrap();
        assert_eq!(answered(&made.read()), [0, 1, 2]);
        let damages = made.damages();
        assert_eq!(damages.len(), 1, "{damages:?}");
        assert!(damages[0].contains(&format!("{}", garbage.len())), "{damages:?}");
    }
}

#[test]
fn a_frame_that_was_taken_out_or_repeated_is_named() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let (frames, _) = three_frames(&made);
    let write = |frames: &[Vec<u8>]| {
        fs::write(made.path(FIRST), segment(&id, FormatVersion::CURRENT, frames)).unwrap();
    };
    write(&[frames[0].clone(), frames[2].clone()]);
    assert_eq!(answered(&made.read()), [0, 2]);
    assert!(made.damages()[0].ends_with("a frame is missing before this one"));
    write(&[frames[2].clone()]);
    assert!(made.damages()[0].ends_with("2 frames are missing before this one"));
    write(&[frames[0].clone(), frames[0].clone(), frames[1].clone()]);
    assert_eq!(answered(&made.read()), [0, 1]);
    assert!(made.damages()[0].contains("a frame is repeated"), "{:?}", made.damages());
    assert_eq!(made.read().len(), 2);
}

#[test]
fn a_frame_that_unpacks_to_more_than_it_declares_is_refused() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let bomb = vec![b' '; 64 << 20];
    let frames = [
        frame_declaring(&id, 0, &bomb, 100),
        frame_declaring(&id, 1, &bomb, bomb.len()),
        frame_declaring(&id, 2, &line(2), line(2).len() + 1),
        frame_declaring(&id, 3, &bomb, MAX_RECORD),
        frame(&id, 4, &line(4)),
    ];
    fs::write(made.path(FIRST), segment(&id, FormatVersion::CURRENT, &frames)).unwrap();
    assert_eq!(answered(&made.read()), [4]);
    let damages = made.damages();
    assert_eq!(damages.len(), 4, "{damages:?}");
    for (at, damage) in damages.iter().enumerate() {
        let expected = if at == 1 { "declares 67108864 bytes" } else { "does not unpack" };
        assert!(damage.contains(expected), "{damage}");
    }
}

#[test]
fn files_of_other_runs_and_segments_are_refused() {
    let made = empty();
    let (_, bytes) = three_frames(&made);
    let run = SegmentId { manifest: Sha256::digest(b"another run").into(), ..id_of(&made, 1, 1) };
    let foreign = segment(&run, FormatVersion::CURRENT, &[frame(&run, 0, &line(0))]);
    fs::write(made.path(FIRST), &foreign).unwrap();
    let unused = foreign.len();
    let expected =
        format!("'{FIRST}': the file belongs to another run; {unused} bytes are not used");
    assert_eq!(made.damages(), [expected]);
    assert!(made.read().is_empty());

    fs::write(made.path(FIRST), &bytes).unwrap();
    fs::write(made.path(SECOND), &bytes).unwrap();
    fs::write(made.path("notes\n.txt"), "hello").unwrap();
    fs::write(made.path("1-1.journal"), "hello").unwrap();
    let unused = bytes.len();
    let journal = made.read();
    assert_eq!((answered(&journal), journal.len()), (vec![0, 1, 2], 3));
    let expected = [
        "'1-1.journal': the file does not belong to a journal; 5 bytes are not used".to_owned(),
        "'notes\\n.txt': the file does not belong to a journal; 5 bytes are not used".to_owned(),
        format!("'{SECOND}': the file is a copy of {FIRST}; {unused} bytes are not used"),
    ];
    assert_eq!(made.damages(), expected);
}

#[test]
fn missing_segments_are_named() {
    let made = empty();
    let id = id_of(&made, 1, 4);
    let bytes = segment(&id, FormatVersion::CURRENT, &[frame(&id, 9, &line(1))]);
    fs::write(made.path("000001-000004.journal"), bytes).unwrap();
    assert_eq!(made.damages(), [format!("'{FIRST}': the file is missing, and 2 after it")]);
    assert_eq!(answered(&made.read()), [1]);
}

#[cfg(unix)]
#[test]
fn links_pipes_and_folders_named_like_segments_are_not_followed() {
    let made = empty();
    let (_, bytes) = three_frames(&made);
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    elsewhere.as_file().write_all(&bytes).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), made.path(FIRST)).unwrap();
    let made_pipe = std::process::Command::new("mkfifo").arg(made.path(SECOND)).status();
    assert!(made_pipe.unwrap().success());
    fs::create_dir(made.path("000001-000003.journal")).unwrap();
    assert!(made.read().is_empty());
    let damages = made.damages();
    assert_eq!(damages.len(), 3);
    for damage in damages {
        assert!(damage.ends_with("it cannot be read: it is not a regular file"), "{damage}");
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let made = empty();
    let (_, bytes) = three_frames(&made);
    fs::write(made.path(FIRST), &bytes).unwrap();
    fs::set_permissions(made.path(FIRST), fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::read(made.path(FIRST)).is_err() {
        let unused = bytes.len();
        let why = "it cannot be read: permission denied";
        assert_eq!(made.damages(), [format!("'{FIRST}': {why}; {unused} bytes are not used")]);
    }
}

#[test]
fn records_that_are_not_understood_are_named_and_the_others_used() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let version = FormatVersion { minor: 7, ..FormatVersion::CURRENT };
    let mut lines = b"{\"q\":{\"ListWidgets\":{}},\"a\":{}}\n".to_vec();
    lines.extend(line(1));
    let more = [&b"no JSON\n{\"s\":1}\n"[..], &line(2), b"{\"q\":{}"].concat();
    let frames = [frame(&id, 0, &lines), frame(&id, 1, &more)];
    fs::write(made.path(FIRST), segment(&id, version, &frames)).unwrap();
    assert_eq!(answered(&made.read()), [1, 2]);
    let damages = made.damages();
    assert_eq!(damages.len(), 1);
    let expected = "an answer to ListWidgets that this program does not know, the first of 4 records that are not understood";
    assert!(damages[0].contains(expected), "{damages:?}");

    let newer = FormatVersion { major: 2, minor: 0 };
    fs::write(made.path(FIRST), segment(&id, newer, &frames)).unwrap();
    assert!(made.read().is_empty());
    let expected = "it has format 2.0, and this program reads format 1.0";
    assert!(made.damages()[0].contains(expected), "{:?}", made.damages());
}

#[test]
fn an_end_in_the_middle_is_no_end() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let end = end_line(EndReason::Complete);
    let frames = [frame(&id, 0, &end), frame(&id, 1, &line(1))];
    fs::write(made.path(FIRST), segment(&id, FormatVersion::CURRENT, &frames)).unwrap();
    let journal = made.read();
    assert_eq!((journal.end(), answered(&journal)), (None, vec![1]));
    assert!(made.damages()[0].contains("an end record is followed by more records"));
}

/// The program never writes them; they would keep a question from being asked.
#[test]
fn gaps_that_say_that_a_run_ended_are_not_taken() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let question = buckets_of(1);
    let gap = Err(question.gap(GapClass::Denied));
    let line = String::from_utf8(line_of(&question, &gap).unwrap()).unwrap();
    let lines = line.replace("\"denied\"", "\"cancelled\"");
    assert_ne!(lines, line);
    let frames = [frame(&id, 0, lines.as_bytes())];
    fs::write(made.path(FIRST), segment(&id, FormatVersion::CURRENT, &frames)).unwrap();
    assert_eq!((made.read().len(), made.damages()), (0, Vec::new()));
}

#[test]
fn a_frame_that_changes_after_it_was_read_gives_no_answer() {
    let made = empty();
    let (_, bytes) = three_frames(&made);
    fs::write(made.path(FIRST), &bytes).unwrap();
    let journal = made.read();
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(made.path(FIRST), changed).unwrap();
    assert_eq!(answered(&journal), [0, 1]);
    fs::remove_file(made.path(FIRST)).unwrap();
    // What is in memory is still there.
    assert_eq!(answered(&journal), [0, 1]);
    assert_eq!(answered(&Journal::read(&made.folder).unwrap()), [0_u64; 0]);
}

#[test]
fn without_a_whole_manifest_nothing_is_read() {
    let out = tempfile::tempdir().unwrap();
    let message = |folder: &Path| Journal::read(folder).unwrap_err().to_string();
    let missing = out.path().join("missing");
    assert!(message(&missing).ends_with("is not a journal: the folder does not exist"));
    assert!(message(out.path()).ends_with("is not a journal: it has no run.json"));

    let made = empty();
    let path = made.path("run.json");
    let text = fs::read_to_string(&path).unwrap();
    for length in 0..text.len() {
        if text.is_char_boundary(length) {
            fs::write(&path, &text[..length]).unwrap();
            assert!(Journal::read(&made.folder).is_err(), "{length}");
        }
    }
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 2;
        fs::write(&path, bytes).unwrap();
        let error = Journal::read(&made.folder).unwrap_err();
        let is_known = matches!(
            error,
            JournalError::DamagedManifest { .. } | JournalError::OtherVersion { .. }
        );
        assert!(is_known && !error.to_string().contains('\n'), "{error}");
    }
    let newer = text.replace("\"major\": 1", "\"major\": 2");
    fs::write(&path, newer).unwrap();
    let expected =
        "has format 2.0, and this program reads format 1.0: use a newer version of trailseal";
    assert!(message(&made.folder).ends_with(expected), "{}", message(&made.folder));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(message(&made.folder).ends_with("is damaged: it is not a regular file"));
}

type Results = Vec<(AnyQuestion, AnyResult)>;
type Files = Vec<(OsString, Vec<u8>)>;

/// A small journal of two processes, with what each wrote.
fn two_epochs() -> (Made, Results) {
    static FILES: LazyLock<(Files, Results)> = LazyLock::new(|| {
        let (made, written) = write_two_epochs();
        let entries = fs::read_dir(&made.folder).unwrap().map(Result::unwrap);
        let files = entries.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()));
        (files.collect(), written)
    });
    let made = empty();
    for (name, bytes) in &FILES.0 {
        fs::write(made.folder.join(name), bytes).unwrap();
    }
    (made, FILES.1.clone())
}

fn write_two_epochs() -> (Made, Results) {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let result = |number: u64, name: &str| {
        let question = buckets_of(number);
        (question.clone(), answer_of(&question, &[name]))
    };
    let gap = buckets_of(3).gap(GapClass::Denied).saying("no");
    let first = vec![result(1, "a"), result(2, "b"), (buckets_of(3), Err(gap))];
    let second = vec![result(1, "c"), result(4, "d")];
    write(&folder, &first, None);
    write(&folder, &second, Some(EndReason::Complete));
    (Made { _out: out, folder }, [first, second].concat())
}

/// Nothing but what was written comes back.
fn assert_only(journal: &Journal, written: &[(AnyQuestion, AnyResult)]) {
    for record in journal.records() {
        assert!(written.contains(&record), "{record:?}");
    }
    for (question, _) in written {
        if let Some(result) = journal.get(question) {
            assert!(written.contains(&(question.clone(), result)));
        }
    }
}

#[test]
fn no_flipped_byte_and_no_cut_gives_an_answer_that_was_not_written() {
    let (made, written) = two_epochs();
    for name in [FIRST, "000002-000001.journal"] {
        let whole = fs::read(made.path(name)).unwrap();
        for at in 0..whole.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] ^= mask;
                fs::write(made.path(name), bytes).unwrap();
                let journal = made.read();
                assert_eq!(journal.damages().len(), 1, "{name} {at}");
                assert_only(&journal, &written);
            }
            fs::write(made.path(name), &whole[..at]).unwrap();
            assert_only(&made.read(), &written);
        }
        fs::write(made.path(name), &whole).unwrap();
    }
    let journal = made.read();
    assert_eq!((journal.damages(), journal.len(), journal.questions()), (&[][..], 5, 4));
    let newest = journal.newest_answer();
    assert_eq!((newest, journal.oldest_answer()), (newest, newest));
    assert_eq!(newest.unwrap().to_string(), "2026-11-30T10:00:01.5Z");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn neither_does_any_other_change(
        at in any::<proptest::sample::Index>(),
        removed in 0_usize..200,
        added in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let (made, written) = two_epochs();
        let mut bytes = fs::read(made.path(FIRST)).unwrap();
        let at = at.index(bytes.len());
        let end = (at + removed).min(bytes.len());
        bytes.splice(at..end, added);
        fs::write(made.path(FIRST), bytes).unwrap();
        assert_only(&made.read(), &written);
    }

    #[test]
    fn nor_any_bytes_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let made = empty();
        fs::write(made.path(FIRST), &bytes).unwrap();
        prop_assert!(made.read().is_empty());
        prop_assert_eq!(made.read().damages().len(), 1);
    }
}

/// A file of nothing but beginnings of frames, each of which says that it has almost all of it, must
/// not take a minute to read.
#[test]
fn overlapping_frames_take_a_bounded_time() {
    let made = empty();
    let id = id_of(&made, 1, 1);
    let length: usize = 2 << 20;
    let header = FrameHeader { sequence: 0, plain: 10, stored: 1 << 20, checksum: 1 };
    let mut bytes = id.header(FormatVersion::CURRENT).to_vec();
    while bytes.len() < length {
        bytes.extend(header.to_bytes(id.seed()));
    }
    fs::write(made.path(FIRST), bytes).unwrap();
    let journal = made.read();
    assert_eq!((journal.is_empty(), journal.damages().len()), (true, 1));
}

//! What the fuzz targets are given in any build: their seeds, among them what once broke something.

use std::fs;
use std::path::Path;

use trailseal_record::RecordReader;

#[expect(unreachable_pub, reason = "it is the library of the fuzz targets, too")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

/// Gives every seed of a target to it, and as a whole also each of its halves, which are cut short.
#[track_caller]
fn check(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let files = fs::read_dir(folder).unwrap();
    let mut seeds = 0;
    for file in files {
        let seed = fs::read(file.unwrap().path()).unwrap();
        let (left, right) = seed.split_at(seed.len() / 2);
        for data in [&seed, left, right] {
            target(data);
        }
        seeds += 1;
    }
    assert!(seeds > 10, "{seeds} seeds of {name}");
}

#[test]
fn key_policies_survive_their_seeds() {
    check("key_policy", targets::key_policy);
}

#[test]
fn object_keys_survive_their_seeds() {
    check("object_key", targets::object_key);
}

#[test]
fn records_survive_their_seeds() {
    check("record", targets::record);
}

/// Seeds that reach what is behind the reader only while it takes them: a change of the record's form
/// changes them too.
#[test]
fn the_seeds_of_whole_records_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/record");
    let mut whole = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("found-") || ["cut-short", "end-first", "not-json"].contains(&name) {
            continue;
        }
        let record = fs::read(&path).unwrap();
        for line in RecordReader::new(record.as_slice()) {
            line.unwrap_or_else(|problem| panic!("{name}: {problem}"));
        }
        whole += 1;
    }
    assert!(whole > 20, "{whole} whole records");
}

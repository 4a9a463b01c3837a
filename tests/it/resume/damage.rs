//! Parts of a journal that cannot be trusted are asked again.

use std::fs;
use std::path::{Path, PathBuf};

use trailseal_journal::Journal;

use super::{Ended, calls, resumed};

/// The folder of a scan that was cut off at its end, with a copy of another one's journal.
fn copied(whole: &Ended, around: &Path) -> PathBuf {
    let out = around.join("out");
    fs::create_dir_all(out.join("journal")).unwrap();
    for (name, bytes) in trailseal_tests::audit::files(&whole.out.join("journal")).unwrap() {
        fs::write(out.join("journal").join(name), bytes).unwrap();
    }
    out
}

fn segment(out: &Path) -> PathBuf {
    let entries = fs::read_dir(out.join("journal")).unwrap().map(|entry| entry.unwrap().path());
    entries.into_iter().find(|path| path.extension() == Some("journal".as_ref())).unwrap()
}

/// Does something to the journal in a folder.
type Damage<'a> = Box<dyn Fn(&Path) + 'a>;

#[tokio::test(start_paused = true)]
async fn a_damaged_part_is_named_and_asked_again_and_the_rest_is_not() {
    let whole = Ended::of("small", &[]).await;
    let other = Ended::of("small", &["--seed", "99"]).await;
    let expected = whole.reports();
    let asked: u64 = whole.calls.values().sum();
    let cut_in_half = |out: &Path| {
        let bytes = fs::read(segment(out)).unwrap();
        fs::write(segment(out), &bytes[..bytes.len() / 2]).unwrap();
    };
    let flipped = |out: &Path| {
        let mut bytes = fs::read(segment(out)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(segment(out), bytes).unwrap();
    };
    let foreign = |out: &Path| {
        fs::copy(segment(&other.out), out.join("journal/000002-000001.journal")).unwrap();
    };
    let emptied = |out: &Path| fs::write(segment(out), "").unwrap();
    let garbage = |out: &Path| {
        fs::write(out.join("journal/000003-000001.journal"), vec![0x28; 100_000]).unwrap();
    };
    let damages: [(&str, Damage<'_>); 5] = [
        ("cut in half", Box::new(cut_in_half)),
        ("flipped", Box::new(flipped)),
        ("of another run", Box::new(foreign)),
        ("emptied", Box::new(emptied)),
        ("garbage", Box::new(garbage)),
    ];
    for (name, damage) in damages {
        let around = tempfile::tempdir().unwrap();
        let out = copied(&whole, around.path());
        damage(&out);
        let journal = Journal::read(&out.join("journal")).unwrap();
        assert!(!journal.damages().is_empty(), "{name}");
        for said in journal.damages() {
            assert_eq!(said.to_string().lines().count(), 1, "{said}");
        }
        let (simulator, scanned) = resumed(&whole.scenario, &out, &["--keep-journal"]).await;
        assert_eq!(scanned.unwrap().exit_code, whole.scanned.exit_code, "{name}");
        let found = super::reports(&out);
        assert!(found == expected, "{name}: the reports differ");
        let again: u64 = calls(&simulator).values().sum();
        assert!(again <= asked, "{name}: {again} requests");
        if ["of another run", "garbage"].contains(&name) {
            assert!(again < 10, "{name}: every answer was there, and {again} requests were made");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_manifest_is_one_line_and_nothing_is_removed() {
    let whole = Ended::of("small", &[]).await;
    let around = tempfile::tempdir().unwrap();
    let out = copied(&whole, around.path());
    let manifest = out.join("journal/run.json");
    let text = fs::read_to_string(&manifest).unwrap();
    for damaged in
        [text.replace("us-", "eu-").replace("small", "large"), String::new(), "{".to_owned()]
    {
        if damaged == text {
            continue;
        }
        fs::write(&manifest, &damaged).unwrap();
        let (_, scanned) = resumed(&whole.scenario, &out, &[]).await;
        let refusal = scanned.unwrap_err().to_string();
        assert!(refusal.contains("run.json") && refusal.lines().count() == 1, "{refusal}");
        assert!(segment(&out).exists());
    }
}

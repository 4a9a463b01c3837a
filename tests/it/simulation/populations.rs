//! Adds up every population that the summaries, the page and the tables state: the parts of each give
//! its whole, and all of them state the same.

use std::collections::BTreeMap;
use std::path::Path;

use super::rows;

type Row = BTreeMap<String, String>;

/// What does not add up, each in a sentence.
pub(super) fn contradictions(folder: &Path) -> Vec<String> {
    let tables = Tables::of(folder);
    let mut wrong = page_contradictions(folder, &tables);
    for file in ["summary.txt", "summary.md"] {
        wrong.extend(summary_contradictions(folder, file, &tables));
    }
    wrong
}

/// The numbers of the tables.
struct Tables {
    accounts: Vec<Row>,
    trails: Vec<Row>,
    coverage: Vec<Row>,
    findings: Vec<Row>,
    gaps: Vec<Row>,
    causes: Vec<Row>,
}

impl Tables {
    fn of(folder: &Path) -> Self {
        let table = |name: &str| rows(folder, name);
        Self {
            accounts: table("accounts.csv"),
            trails: table("trails.csv"),
            coverage: table("coverage.csv"),
            findings: table("findings.csv"),
            gaps: table("gaps.csv"),
            causes: table("causes.csv"),
        }
    }

    fn in_use(&self) -> usize {
        self.accounts
            .iter()
            .filter(|row| matches!(&*row["state"], "active" | "pending_closure"))
            .count()
    }
}

/// The number of rows with this word.
fn count(rows: &[Row], column: &str, word: &str) -> u64 {
    rows.iter().filter(|row| row[column] == word).count() as u64
}

fn sum(rows: &[Row], column: &str) -> u64 {
    rows.iter().map(|row| row[column].parse::<u64>().unwrap()).sum()
}

/// The numbers of the page that have an id.
fn page_numbers(folder: &Path) -> BTreeMap<String, u64> {
    let page = std::fs::read_to_string(folder.join("report.html")).unwrap();
    let numbers = page.split("<data id=\"n-").skip(1).map(|rest| {
        let (id, rest) = rest.split_once("\" value=\"").unwrap();
        (id.to_owned(), rest.split_once('"').unwrap().0.parse().unwrap())
    });
    numbers.collect()
}

fn page_contradictions(folder: &Path, tables: &Tables) -> Vec<String> {
    let numbers = page_numbers(folder);
    let number = |id: &str| numbers.get(id).copied().unwrap_or_default();
    let parts = |prefix: &str| -> u64 {
        numbers.iter().filter(|it| it.0.starts_with(prefix)).map(|it| it.1).sum()
    };
    let open = number("findings-fail") + number("findings-not_proven");
    let behind = ["causes-failed", "causes-not_proven", "causes-none"].map(number);
    let mut wrong = Vec::new();
    let mut equal = |what: &str, one: u64, other: u64| {
        if one != other {
            wrong.push(format!("report.html: {what}: {one} and {other}"));
        }
    };
    for (what, whole, of_parts) in [
        ("recorded by a sealed trail", "accounts", "recorded-"),
        ("other trails", "accounts", "other-"),
        ("all logs", "accounts", "sealed-"),
        ("trails", "trails", "trails-"),
        ("targets", "targets", "targets-"),
        ("findings", "findings", "findings-"),
        ("failures by severity", "findings-fail", "failures-"),
    ] {
        equal(what, number(whole), parts(of_parts));
    }
    equal("causes of findings", open, behind.iter().sum());
    equal("causes of gaps", number("gaps"), number("causes-gaps"));
    for (id, rows) in [
        ("accounts", &tables.accounts),
        ("trails", &tables.trails),
        ("targets", &tables.coverage),
        ("findings", &tables.findings),
        ("gaps", &tables.gaps),
        ("causes", &tables.causes),
    ] {
        equal(id, number(id), rows.len() as u64);
    }
    for (prefix, rows, column) in [
        ("recorded-", &tables.accounts, "recorded_by_sealed_trail"),
        ("other-", &tables.accounts, "other_trails"),
        ("sealed-", &tables.accounts, "logs_sealed"),
        ("trails-", &tables.trails, "verdict"),
        ("targets-", &tables.coverage, "outcome"),
        ("findings-", &tables.findings, "status"),
    ] {
        for (id, stated) in numbers.iter().filter(|it| it.0.starts_with(prefix)) {
            let word = id.trim_start_matches(prefix);
            let word = if word == "not_judged" { "" } else { word };
            equal(id, *stated, count(rows, column, word));
        }
    }
    for (id, column) in [("causes-failed", "failed"), ("causes-not_proven", "not_proven")] {
        equal(id, number(id), sum(&tables.causes, column));
    }
    equal("causes-gaps", number("causes-gaps"), sum(&tables.causes, "gaps"));
    wrong
}

/// The numbers of a text, in order. What is in parentheses counts something else.
fn numbers_of(text: &str) -> Vec<u64> {
    let mut depth = 0;
    let plain: String = text
        .chars()
        .filter(|letter| {
            depth += i32::from(*letter == '(') - i32::from(*letter == ')');
            depth == 0
        })
        .collect();
    let words = plain.split([' ', ';', ':']).map(|word| word.trim_end_matches(['.', ',']));
    words.filter_map(|word| word.replace(',', "").parse().ok()).collect()
}

/// The sentences of a summary, without their line breaks.
fn sentences(folder: &Path, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let text = text.replace("# Trailseal: ", "").replace("\n\n", ".\n").replace("\n- ", ".\n");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    flat.split(". ").map(|sentence| sentence.trim_end_matches('.').to_owned()).collect()
}

fn summary_contradictions(folder: &Path, file: &str, tables: &Tables) -> Vec<String> {
    let all = sentences(folder, file);
    let find = |part: &str| all.iter().find(|sentence| sentence.contains(part));
    let mut wrong = Vec::new();
    let mut adds_up = |part: &str, whole: u64, skipped: usize| {
        let Some(sentence) = find(part) else {
            if whole > 0 {
                wrong.push(format!("{file}: no sentence has `{part}`"));
            }
            return;
        };
        let numbers = numbers_of(&sentence[sentence.find(part).unwrap_or_default()..]);
        let before = numbers_of(&sentence[..sentence.find(part).unwrap_or_default()]);
        let stated = if skipped == 0 { before.last() } else { numbers.first() };
        let of_parts: u64 = numbers.iter().skip(skipped).sum();
        if of_parts != whole || stated.is_some_and(|stated| *stated != whole) {
            wrong.push(format!("{file}: `{sentence}` for {whole}"));
        }
    };
    let judged =
        tables.accounts.iter().filter(|row| !row["other_trails"].is_empty()).count() as u64;
    adds_up("Other trails that record", judged, 1);
    adds_up(" (account x Region):", tables.coverage.len() as u64, 0);
    let trails = tables.trails.len() as u64;
    adds_up(if trails == 1 { " trail: " } else { " trails: " }, trails, 0);
    let of_findings = find("Findings: ").map(|sentence| numbers_of(sentence).iter().sum::<u64>());
    if of_findings != Some(tables.findings.len() as u64) {
        wrong.push(format!("{file}: findings: {of_findings:?} and {}", tables.findings.len()));
    }
    let headline =
        find(" in use ").filter(|sentence| sentence.contains("recorded by a sealed trail"));
    let numbers = headline.map(|sentence| numbers_of(sentence)).unwrap_or_default();
    let yes = count(&tables.accounts, "recorded_by_sealed_trail", "yes");
    let is_right = match numbers.as_slice() {
        [recorded, whole, rest @ ..] => {
            *recorded == yes
                && *whole == tables.in_use() as u64
                && recorded + rest.iter().sum::<u64>() == *whole
        }
        _ => tables.in_use() == 0,
    };
    if !is_right {
        wrong.push(format!("{file}: {headline:?} for {yes} of {}", tables.in_use()));
    }
    wrong
}

#[test]
fn numbers_are_read_from_sentences() {
    let sentence = "Findings: 26 failed (15 high), 1,013 not proven; 2 are open: 3.";
    assert_eq!(numbers_of(sentence), [26, 1013, 2, 3]);
}

//! The table of cases as a page.

use std::fmt::Write as _;

use super::cases::{Case, GROUPS, ORGANIZATION_CASES};
use super::truth::{Control, Row, Status};

/// The table of all ready-made cases in Markdown: what each is about, and every control's status.
#[must_use]
pub fn cases_page() -> String {
    let count: usize = GROUPS.iter().map(|it| it.cases.len()).sum();
    let mut page = format!(
        "# Ready-made cases of the simulated organization\n\n\
         {count} cases of one account each, and {} of organization trails. The truth is written by \
         hand from AWS's documentation; a scan of each must find it, row by row.\n\n\
         Controls that are not named pass. `account-covered` speaks of an account that no \
         organization trail covers.\n",
        ORGANIZATION_CASES.len(),
    );
    for group in GROUPS {
        heading(&mut page, group.name);
        for case in group.cases {
            line(&mut page, case.id, case.about, &of_case(case));
        }
    }
    heading(&mut page, "Organization trails");
    for case in ORGANIZATION_CASES {
        let covers = vec![format!("account-covered: {}", case.covers.word())];
        let expected = [vec![of_row(case.row)], covers].concat().join("<br>");
        line(&mut page, case.id, case.about, &expected);
    }
    page
}

fn heading(page: &mut String, name: &str) {
    let _ = write!(page, "\n## {name}\n\n| case | about | expected |\n|---|---|---|\n");
}

fn line(page: &mut String, id: &str, about: &str, expected: &str) {
    let about = about.replace('|', "\\|");
    let _ = writeln!(page, "| `{id}` | {about} | {expected} |");
}

fn of_case(case: &Case) -> String {
    let mut lines = Vec::new();
    let rows = case.trails.len();
    for (index, row) in case.trails.iter().enumerate() {
        let which = if rows > 1 { format!("trail {}: ", index + 1) } else { String::new() };
        lines.push(format!("{which}{}", of_row(*row)));
    }
    lines.push(format!("account-covered: {}", case.covered.word()));
    for status in case.stores {
        let control = Control::EventDataStoreKmsEncrypted.id();
        lines.push(format!("{control}: {}", status.word()));
    }
    lines.join("<br>")
}

/// The controls of a trail that do not pass, by status.
fn of_row(row: Row) -> String {
    let mut texts = Vec::new();
    for status in [Status::Fail, Status::NotProven, Status::NotApplicable] {
        let controls = Row::controls().iter().filter(|it| row.status(**it) == status);
        let ids: Vec<_> = controls.map(|it| it.id()).collect();
        if !ids.is_empty() {
            texts.push(format!("{}: {}", status.word(), ids.join(", ")));
        }
    }
    if texts.is_empty() { "all twelve pass".to_owned() } else { texts.join("<br>") }
}

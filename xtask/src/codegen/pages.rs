//! Pages for people: what the model lists, as tables.

use trailseal_model::record::VOLATILE;
use trailseal_model::{ControlId, LimitScope, Operation, Status, controls, exit_code, fix_texts};

use super::NOTE;

/// What the simulator can make up, and what a scan of it must find.
pub(super) fn simulated_cases() -> String {
    format!("{NOTE}\n{}", trailseal_sim::scenario::cases_page())
}

/// The control catalogue.
pub(super) fn controls() -> String {
    let rows = controls::CONTROLS.iter().map(|it| {
        [
            code(it.id.as_str()),
            it.title.to_owned(),
            it.severity.to_string(),
            yes_or_no(it.essential),
            it.subject.to_string(),
            it.fails_when.to_owned(),
            yes_or_no(it.is_built),
        ]
    });
    page(
        "Controls",
        "An essential control decides its subject's verdict. One that this version does not judge \
         is reported as `not_proven` with the reason `not_built`, never as a pass.",
        ["Id", "Passes when", "Severity", "Essential", "Subject", "Fails when", "Judged"],
        rows,
    )
}

/// What to do about each control, status and reason.
pub(super) fn fixes() -> String {
    let pairs = ControlId::ALL.iter().flat_map(|control| {
        let statuses = [Status::Fail, Status::NotProven].into_iter();
        statuses.flat_map(move |status| {
            let texts = fix_texts(*control, status);
            texts.map(move |(reason, text)| {
                let [control, status, reason] =
                    [control.as_str(), status.as_str(), reason.as_str()].map(code);
                [control, status, reason, text.to_owned()]
            })
        })
    });
    page(
        "What to do",
        "What each report says to do about a finding, by its control, status and reason. What \
         passes or is not applicable needs nothing.",
        ["Control", "Status", "Reason", "What to do"],
        pairs,
    )
}

/// The exit codes.
pub(super) fn exit_codes() -> String {
    let rows = exit_code::ALL.iter().map(|it| [code(&it.0.to_string()), it.1.to_owned()]);
    page("Exit codes", "The exit codes are public API.", ["Code", "Meaning"], rows)
}

/// Every AWS call that the program can make.
pub(super) fn operations() -> String {
    let rows = Operation::ALL.iter().map(|it| {
        let quota = it.quota();
        let shared = (quota.shared_with != *it).then(|| format!(", with {}", quota.shared_with));
        [
            it.service().to_owned(),
            code(it.as_str()),
            it.iam_action().map_or("none needed".to_owned(), code),
            it.purpose().to_string(),
            it.loss().to_string(),
            yes_or_no(it.is_essential()),
            format!("{}/s, burst {}", quota.per_second, quota.burst),
            format!("{}{}", scope(quota.scope), shared.unwrap_or_default()),
            quota.source.to_owned(),
        ]
    });
    page(
        "Operations",
        "Every AWS call that Trailseal can make. Everything reads, but for \
         `publish`, which is there for reports that go to a bucket: this version has no such \
         destination and refuses the call.",
        [
            "Service",
            "Operation",
            "IAM action",
            "Purpose",
            "Without it is lost",
            "Needed by an essential control",
            "Quota",
            "Kept per",
            "Source",
        ],
        rows,
    )
}

/// What may differ between two runs of the same world.
pub(super) fn volatile() -> String {
    page(
        "What may differ between two runs",
        "Two runs of the same world differ in these columns and fields and in nothing else. \
         Whoever compares two runs blanks them.",
        ["Column or field"],
        VOLATILE.iter().map(|it| [code(it)]),
    )
}

fn scope(scope: LimitScope) -> &'static str {
    match scope {
        LimitScope::Caller => "calling account",
        LimitScope::Account => "audited account",
        LimitScope::RegionStatus => "audited account and Region",
        LimitScope::BucketPrefix => "bucket and prefix of one account's logs",
    }
}

fn yes_or_no(answer: bool) -> String {
    if answer { "yes" } else { "no" }.to_owned()
}

pub(super) fn code(text: &str) -> String {
    format!("`{text}`")
}

/// The first lines of a table.
pub(super) fn header<const N: usize>(names: [&str; N]) -> String {
    row(names.map(str::to_owned)) + &row(names.map(|_| "---".to_owned()))
}

/// One line of a table.
pub(super) fn row<const N: usize>(cells: [String; N]) -> String {
    format!("| {} |\n", cells.map(|it| it.replace('|', "\\|")).join(" | "))
}

pub(super) fn page<const N: usize>(
    title: &str,
    introduction: &str,
    names: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let mut page = format!("{NOTE}\n# {title}\n\n{introduction}\n\n");
    page += &header(names);
    page.extend(rows.map(row));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_table() {
        let page = page("T", "I.", ["a", "b"], [["1|2".to_owned(), code("x")]].into_iter());
        let expected = "\n# T\n\nI.\n\n| a | b |\n| --- | --- |\n| 1\\|2 | `x` |\n";
        assert_eq!(page, format!("{NOTE}{expected}"));
    }

    #[test]
    fn every_entry_has_its_row() {
        let rows = |page: String| page.lines().filter(|it| it.starts_with("| ")).count() - 2;
        assert_eq!(rows(controls()), controls::CONTROLS.len());
        assert!(rows(fixes()) > 90);
        assert_eq!(rows(exit_codes()), exit_code::ALL.len());
        assert_eq!(rows(operations()), Operation::ALL.len());
        assert_eq!(rows(volatile()), VOLATILE.len());
    }
}

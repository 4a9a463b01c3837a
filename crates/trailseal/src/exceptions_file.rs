//! `--exceptions`: what somebody answers for. Whatever is wrong in the file is one line with the
//! place: an entry that is not understood must not look like one that holds.

use std::path::Path;

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use trailseal_model::{
    AccountId, Approval, Arn, ControlId, CoveredFinding, CoveredGaps, Covers, Exception, GapClass,
    Loss, Operation, Partition, Reason, Region, Status, SubjectKind,
};

use crate::cli::is_unit;
use crate::error::UserError;

/// The list of entries for findings.
const FINDINGS: &str = "findings";
/// The list of entries for gaps.
const GAPS: &str = "gaps";

/// Reads the file.
pub(crate) fn read(path: &Path) -> Result<Vec<Exception>, UserError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|it| {
        UserError::usage(
            format!("the exceptions file `{shown}` cannot be read: {it}"),
            "check the path given with --exceptions",
        )
    })?;
    parse(&text).map_err(|Problem { at, what }| {
        let line = text[..at].matches('\n').count() + 1;
        UserError::usage(
            format!("the exceptions file `{shown}`, line {line}: {what}"),
            "correct the file; docs/operations/exceptions.md has its form",
        )
    })
}

/// What is wrong, and at which byte.
#[derive(Debug)]
struct Problem {
    at: usize,
    what: String,
}

impl Problem {
    fn new(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into() }
    }
}

fn parse(text: &str) -> Result<Vec<Exception>, Problem> {
    let file = DeTable::parse(text).map_err(|it| {
        Problem::new(it.span().map_or(0, |it| it.start).min(text.len()), it.message())
    })?;
    let mut exceptions = Vec::new();
    for (key, value) in file.get_ref() {
        let list: &str = key.get_ref();
        if list != FINDINGS && list != GAPS {
            let what = format!("unknown key `{list}`; there are [[{FINDINGS}]] and [[{GAPS}]]");
            return Err(Problem::new(key.span().start, what));
        }
        let not_entries =
            || Problem::new(value.span().start, format!("`{list}` must be entries, [[{list}]]"));
        for (number, entry) in (1..).zip(value.get_ref().as_array().ok_or_else(not_entries)?.iter())
        {
            let table = entry.get_ref().as_table().ok_or_else(not_entries)?;
            let entry = Entry { list, number, at: entry.span().start, table };
            exceptions.push(if list == FINDINGS { entry.finding()? } else { entry.gaps()? });
            entry.check_unique(&exceptions)?;
        }
    }
    Ok(exceptions)
}

/// One entry of the file.
struct Entry<'a, 'i> {
    list: &'a str,
    number: u32,
    at: usize,
    table: &'a DeTable<'i>,
}

/// What every entry has.
const APPROVAL: [&str; 6] = ["owner", "approver", "reason", "ticket", "approved_at", "expiry"];

impl<'a, 'i> Entry<'a, 'i> {
    fn finding(&self) -> Result<Exception, Problem> {
        self.check_keys(&["control", "subject", "status", "status_reason"])?;
        let control = self.word(self.needed("control")?, ControlId::from_word, "control")?;
        let subject = self.subject(control)?;
        let named = self.needed("status")?;
        let status = self.word(named, Status::from_word, "status")?;
        if !matches!(status, Status::Fail | Status::NotProven) {
            let what = format!("a finding that is `{status}` needs no exception");
            return Err(self.problem(named.span().start, what));
        }
        let reason = self.get("status_reason");
        let reason = reason.map(|it| self.word(it, Reason::from_word, "status_reason"));
        let status_reason = reason.transpose()?;
        let covered = CoveredFinding { control, subject, status, status_reason };
        self.exception(Covers::Finding(covered))
    }

    fn gaps(&self) -> Result<Exception, Problem> {
        let limits = ["accounts", "organizational_units", "regions", "operations"];
        self.check_keys(&[&["class"], limits.as_slice()].concat())?;
        let covered = CoveredGaps {
            class: self.word(self.needed("class")?, GapClass::from_word, "gap class")?,
            accounts: self.list("accounts", |it| it.parse().map_err(|it| format!("{it}")))?,
            organizational_units: self.list("organizational_units", unit)?,
            regions: self.list("regions", region)?,
            operations: self.list("operations", operation)?,
        };
        if limits.iter().all(|it| self.get(it).is_none()) {
            let what = format!("it covers too much: name at least one of {}", limits.join(", "));
            return Err(self.problem(self.at, what));
        }
        self.exception(Covers::Gaps(covered))
    }

    fn exception(&self, covers: Covers) -> Result<Exception, Problem> {
        let approval = Approval {
            owner: self.text(self.needed("owner")?)?,
            approver: self.text(self.needed("approver")?)?,
            reason: self.text(self.needed("reason")?)?,
            ticket: self.text(self.needed("ticket")?)?,
            approved_at: self.get("approved_at").map(|it| self.date(it)).transpose()?,
            expiry: self.date(self.needed("expiry")?)?,
        };
        Ok(Exception { entry: self.number, covers, approval })
    }

    /// The ARN of a trail or store, or an account's id, as the control asks for.
    fn subject(&self, control: ControlId) -> Result<String, Problem> {
        let value = self.needed("subject")?;
        let text = self.text(value)?;
        let is_arn_of = |kind: &str| {
            Arn::new(&text).is_some_and(|it| {
                it.service() == "cloudtrail"
                    && it.account().is_some()
                    && it.resource().starts_with(kind)
            })
        };
        let (is_right, what) = match control.entry().subject {
            SubjectKind::Trail => (is_arn_of("trail/"), "the ARN of a trail"),
            SubjectKind::EventDataStore => {
                (is_arn_of("eventdatastore/"), "the ARN of an event data store")
            }
            SubjectKind::Account => {
                (text.parse::<AccountId>().is_ok(), "an account id of exactly 12 digits")
            }
        };
        let wrong = || format!("the subject of `{control}` must be {what}, and `{text}` is not");
        if is_right { Ok(text) } else { Err(self.problem(value.span().start, wrong())) }
    }

    /// Two entries that cover the same would hide which of them holds.
    fn check_unique(&self, exceptions: &[Exception]) -> Result<(), Problem> {
        let Some((last, others)) = exceptions.split_last() else { return Ok(()) };
        let id = last.stable_id();
        match others.iter().find(|it| it.stable_id() == id) {
            Some(first) => {
                let what = format!("it covers the same as {}", first.name());
                Err(self.problem(self.at, what))
            }
            None => Ok(()),
        }
    }

    fn check_keys(&self, own: &[&str]) -> Result<(), Problem> {
        let known = [own, &APPROVAL].concat();
        match self.table.iter().find(|it| !known.contains(&&**it.0.get_ref())) {
            Some((key, _)) => {
                let what =
                    format!("unknown key `{}`; the keys are {}", key.get_ref(), known.join(", "));
                Err(self.problem(key.span().start, what))
            }
            None => Ok(()),
        }
    }

    fn problem(&self, at: usize, what: impl std::fmt::Display) -> Problem {
        Problem::new(at, format!("[[{}]] entry {}: {what}", self.list, self.number))
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'i>>> {
        self.table.iter().find(|it| it.0.get_ref() == key).map(|it| it.1)
    }

    fn needed(&self, key: &str) -> Result<&'a Spanned<DeValue<'i>>, Problem> {
        self.get(key).ok_or_else(|| self.problem(self.at, format!("`{key}` is missing")))
    }

    /// One line of text that says something.
    fn text(&self, value: &Spanned<DeValue<'_>>) -> Result<String, Problem> {
        let wrong = |what| self.problem(value.span().start, what);
        let text = value.get_ref().as_str().ok_or_else(|| wrong("this must be a text"))?.trim();
        if text.is_empty() {
            return Err(wrong("this must not be empty"));
        }
        if text.contains(char::is_control) {
            return Err(wrong("this must be one line, without control characters"));
        }
        Ok(text.to_owned())
    }

    fn word<T>(
        &self,
        value: &Spanned<DeValue<'_>>,
        from_word: impl Fn(&str) -> Option<T>,
        kind: &str,
    ) -> Result<T, Problem> {
        let word = self.text(value)?;
        from_word(&word)
            .ok_or_else(|| self.problem(value.span().start, format!("there is no {kind} `{word}`")))
    }

    /// A list of texts; one that stands there must not be empty, for that would limit nothing.
    fn list<T>(
        &self,
        key: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Vec<T>, Problem> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let wrong = |what: String| self.problem(value.span().start, what);
        let items = value.get_ref().as_array();
        let items = items.ok_or_else(|| wrong(format!("`{key}` must be a list of texts")))?;
        if items.iter().next().is_none() {
            return Err(wrong(format!("`{key}` must not be empty")));
        }
        let item = |it: &Spanned<DeValue<'_>>| {
            read(&self.text(it)?).map_err(|what| self.problem(it.span().start, what))
        };
        items.iter().map(item).collect()
    }

    /// A day, with or without quotation marks.
    fn date(&self, value: &Spanned<DeValue<'_>>) -> Result<Date, Problem> {
        let text = match value.get_ref() {
            DeValue::Datetime(it) => it.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        let is_day = text.len() == 10;
        text.parse().ok().filter(|_| is_day).ok_or_else(|| {
            let what = format!("`{text}` is not a day such as 2027-03-31");
            self.problem(value.span().start, what)
        })
    }
}

fn unit(text: &str) -> Result<String, String> {
    let unit = Some(text).filter(|it| is_unit(it)).map(str::to_owned);
    unit.ok_or_else(|| format!("`{text}` is no root or unit (r-..., ou-...)"))
}

fn region(text: &str) -> Result<Region, String> {
    let is_known = |it: &Region| Partition::ALL.iter().any(|of| of.regions().contains(it));
    Region::new(text).filter(is_known).ok_or_else(|| format!("`{text}` is no AWS Region"))
}

/// A list of accounts that is not whole cannot be accepted: nobody knows what is missing from it.
fn operation(text: &str) -> Result<Operation, String> {
    let operation = Operation::from_word(text);
    let operation = operation.ok_or_else(|| format!("there is no operation `{text}`"))?;
    match operation.loss() {
        Loss::Population => Err(format!(
            "a gap of {operation} cannot be accepted: nobody would know which accounts are missing"
        )),
        _ => Ok(operation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPROVED: &str = "owner = \"o\"\napprover = \"a\"\nreason = \"r\"\nticket = \"T-1\"\n";

    fn gaps(limits: &str) -> String {
        format!("[[gaps]]\nclass = \"denied_by_scp\"\n{limits}\n{APPROVED}expiry = 2027-03-31\n")
    }

    fn finding(lines: &str) -> String {
        format!("[[findings]]\n{lines}\n{APPROVED}expiry = \"2027-03-31\"\n")
    }

    const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/t";

    #[test]
    fn entries_are_read_whole() {
        let text = finding(&format!(
            "control = \"key-usable\"\nsubject = \"{TRAIL}\"\nstatus = \"fail\"\nstatus_reason = \"disabled\"\napproved_at = 2026-11-01"
        )) + &gaps(
            "accounts = [\"000000000001\"]\norganizational_units = [\"ou-a1-b2\"]\nregions = [\"eu-west-1\"]\noperations = [\"DescribeTrails\"]",
        );
        let exceptions = parse(&text).unwrap();
        let day = |it: &str| it.parse::<Date>().unwrap();
        let approval = |approved_at| Approval {
            owner: "o".to_owned(),
            approver: "a".to_owned(),
            reason: "r".to_owned(),
            ticket: "T-1".to_owned(),
            approved_at,
            expiry: day("2027-03-31"),
        };
        let covered_finding = CoveredFinding {
            control: ControlId::KeyUsable,
            subject: TRAIL.to_owned(),
            status: Status::Fail,
            status_reason: Some(Reason::Disabled),
        };
        let covered_gaps = CoveredGaps {
            class: GapClass::DeniedByScp,
            accounts: vec![AccountId::new(1).unwrap()],
            organizational_units: vec!["ou-a1-b2".to_owned()],
            regions: vec![Region::new("eu-west-1").unwrap()],
            operations: vec![Operation::DescribeTrails],
        };
        let expected = [
            Exception {
                entry: 1,
                covers: Covers::Finding(covered_finding),
                approval: approval(Some(day("2026-11-01"))),
            },
            Exception { entry: 1, covers: Covers::Gaps(covered_gaps), approval: approval(None) },
        ];
        assert_eq!(exceptions, expected);
        assert!(parse("").unwrap().is_empty());
    }

    /// The line, and what must be said.
    fn check(text: &str, line: usize, expected: &str) {
        let Problem { at, what } = parse(text).unwrap_err();
        let got = text[..at].matches('\n').count() + 1;
        assert_eq!(got, line, "{what}: {text}");
        assert!(what.contains(expected), "`{expected}` is not in `{what}`");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        check("x = ", 1, "");
        check("[[gap]]\n", 1, "unknown key `gap`");
        check("gaps = 3\n", 1, "`gaps` must be entries");
        check(&gaps(""), 1, "[[gaps]] entry 1: it covers too much");
        check(&gaps("regions = []"), 3, "`regions` must not be empty");
        check(&gaps("regions = \"eu-west-1\""), 3, "`regions` must be a list");
        check(&gaps("regions = [\"mars\"]"), 3, "`mars` is no AWS Region");
        check(&gaps("region = [\"eu-west-1\"]"), 3, "unknown key `region`");
        check(&gaps("accounts = [\"12\"]"), 3, "`12` is not an AWS account id");
        check(&gaps("accounts = [12]"), 3, "must be a text");
        check(&gaps("organizational_units = [\"Sandbox\"]"), 3, "no root or unit");
        check(&gaps("operations = [\"DescribeAll\"]"), 3, "no operation `DescribeAll`");
        check(&gaps("operations = [\"ListAccounts\"]"), 3, "cannot be accepted");
        let right = gaps("regions = [\"eu-west-1\"]");
        check(&right.replace("denied_by_scp", "denied_by_me"), 2, "no gap class `denied_by_me`");
        check(&right.replace("2027-03-31", "2027-02-30"), 8, "");
        check(&right.replace("2027-03-31", "\"2027-02-30\""), 8, "is not a day");
        check(&right.replace("2027-03-31", "\"soon\""), 8, "`soon` is not a day");
        check(&right.replace("2027-03-31", "2027-03-31T00:00:00Z"), 8, "is not a day");
        check(&right.replace("\"a\"", "\" \""), 5, "must not be empty");
        check(&right.replace("\"r\"", "\"\"\"a\nb\"\"\""), 6, "one line");
        for key in ["owner", "approver", "reason", "ticket", "expiry", "class"] {
            let without: String = right
                .lines()
                .filter(|it| !it.starts_with(key))
                .fold(String::new(), |all, it| all + it + "\n");
            check(&format!("# a note\n{without}"), 2, &format!("`{key}` is missing"));
        }
        check(&format!("{right}{right}"), 9, "[[gaps]] entry 2: it covers the same as gap 1 (T-1)");
    }

    #[test]
    fn a_finding_is_named_as_its_control_asks_for() {
        let named = |control: &str, subject: &str, status: &str| {
            finding(&format!(
                "control = \"{control}\"\nsubject = \"{subject}\"\nstatus = \"{status}\""
            ))
        };
        let store = "arn:aws:cloudtrail:us-east-1:000000000001:eventdatastore/s";
        for (control, subject) in [
            ("key-usable", TRAIL),
            ("account-covered", "000000000001"),
            ("event-data-store-kms-encrypted", store),
        ] {
            assert_eq!(parse(&named(control, subject, "not_proven")).unwrap().len(), 1);
        }
        check(&named("key-usble", TRAIL, "fail"), 2, "there is no control `key-usble`");
        check(&named("key-usable", store, "fail"), 3, "must be the ARN of a trail");
        check(&named("key-usable", "000000000001", "fail"), 3, "must be the ARN of a trail");
        check(&named("account-covered", "1", "fail"), 3, "exactly 12 digits");
        check(&named("key-usable", TRAIL, "pass"), 4, "needs no exception");
        check(&named("key-usable", TRAIL, "failed"), 4, "there is no status `failed`");
        check(&finding(&format!("control = \"key-usable\"\nsubject = \"{TRAIL}\"")), 1, "`status`");
        let reason = named("key-usable", TRAIL, "fail\"\nstatus_reason = \"bad");
        check(&reason, 5, "there is no status_reason `bad`");
    }
}

//! `--exceptions`: what is accepted. Whatever is wrong in the file is one line with the place: an
//! entry that is not understood must not look like one that holds.

use std::fmt;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use toml::Spanned;
use toml::value::Datetime;
use trailseal_model::{
    AccountId, Approval, Arn, ControlId, CoveredFinding, CoveredGaps, Covers, Exception, GapClass,
    Loss, Operation, Reason, Region, Status, SubjectKind,
};

use super::file::{Problem, position};
use super::value::{self, UnitId, Value};
use crate::error::UserError;
use crate::suggest::did_you_mean;

/// Reads the text of the file.
pub(crate) fn read(path: &Path) -> Result<String, UserError> {
    std::fs::read_to_string(path).map_err(|problem| {
        UserError::usage(
            format!("the exceptions file `{}` cannot be read: {problem}", path.display()),
            "check the path given with --exceptions",
        )
    })
}

/// The exceptions in the text of the file.
pub(crate) fn exceptions(text: &str, path: &Path) -> Result<Vec<Exception>, UserError> {
    parse(text).map_err(|Problem { at, what }| {
        let (line, _) = position(text, at);
        UserError::usage(
            format!("the exceptions file `{}`, line {line}: {what}", path.display()),
            "correct the file; each entry needs owner, approver, reason, ticket and expiry, and [[findings]] or [[gaps]] above it",
        )
    })
}

/// The form of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    findings: Vec<Spanned<FindingEntry>>,
    #[serde(default)]
    gaps: Vec<Spanned<GapsEntry>>,
}

/// An entry for one finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingEntry {
    #[serde(alias = "control_id")]
    control: Checked<ControlId>,
    subject: Spanned<Checked<Line>>,
    status: Spanned<Checked<Status>>,
    status_reason: Option<Checked<Reason>>,
    owner: Checked<Line>,
    #[serde(alias = "approved_by")]
    approver: Checked<Line>,
    reason: Checked<Line>,
    ticket: Checked<Line>,
    approved_at: Option<Day>,
    expiry: Day,
}

/// An entry for all gaps of one class within limits.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GapsEntry {
    class: Checked<GapClass>,
    accounts: Option<Spanned<List<AccountId>>>,
    organizational_units: Option<Spanned<List<UnitId>>>,
    regions: Option<Spanned<List<Region>>>,
    operations: Option<Spanned<List<Operation>>>,
    owner: Checked<Line>,
    #[serde(alias = "approved_by")]
    approver: Checked<Line>,
    reason: Checked<Line>,
    ticket: Checked<Line>,
    approved_at: Option<Day>,
    expiry: Day,
}

/// A value that says what is wrong with its text.
#[derive(Debug)]
struct Checked<T>(T);

impl<'de, T: Value> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        value::one(from)?.map(Self).ok_or_else(|| D::Error::custom("this must not be empty"))
    }
}

/// A list of such values.
#[derive(Debug)]
struct List<T>(Vec<T>);

impl<'de, T: Value> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        value::list(from).map(Self)
    }
}

/// One line of text that says something.
#[derive(Debug)]
struct Line(String);

impl Value for Line {
    fn parse(text: &str) -> Result<Self, String> {
        String::parse(text.trim()).map(Self)
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

/// A day, with or without quotation marks.
#[derive(Debug)]
struct Day(Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(DayVisitor)
    }
}

struct DayVisitor;

impl<'de> Visitor<'de> for DayVisitor {
    type Value = Day;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a day such as 2027-03-31")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Day, E> {
        let day = text.parse().ok().filter(|_| text.len() == 10).map(Day);
        day.ok_or_else(|| E::custom(format!("`{text}` is not a day such as 2027-03-31")))
    }

    /// TOML's own dates arrive as a map.
    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Day, A::Error> {
        let date = Datetime::deserialize(MapAccessDeserializer::new(from))?;
        self.visit_str(&date.to_string())
    }
}

/// Words of the vocabularies.
macro_rules! words {
    ($($type:ty: $kind:literal, $known:expr;)+) => {$(
        impl Value for $type {
            fn parse(text: &str) -> Result<Self, String> {
                let text = text.trim();
                text.parse::<Self>().ok().ok_or_else(|| {
                    let near = did_you_mean(text, $known);
                    format!(concat!("unknown ", $kind, " `{}`{}"), text, near)
                })
            }

            fn shown(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

words! {
    ControlId: "control", Self::ALL.iter().map(|it| it.as_str());
    Status: "status", Self::ALL.iter().map(|it| it.as_str());
    Reason: "status_reason", Self::ALL.iter().map(|it| it.as_str());
    GapClass: "gap class", Self::ALL.iter().map(|it| it.as_str());
}

impl Value for Operation {
    /// A list of accounts that is not whole cannot be accepted: which accounts are missing from it
    /// is not known.
    fn parse(text: &str) -> Result<Self, String> {
        let operation = text.parse::<Self>().ok().ok_or_else(|| {
            let near = did_you_mean(text, Self::ALL.iter().map(|it| it.as_str()));
            format!("unknown operation `{text}`{near}")
        })?;
        match operation.loss() {
            Loss::Population => Err(format!(
                "a gap of {operation} cannot be accepted: which accounts are missing would not be known"
            )),
            _ => Ok(operation),
        }
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

/// The lists of entries, as their headers are written.
const HEADERS: [&str; 2] = ["findings", "gaps"];

fn parse(text: &str) -> Result<Vec<Exception>, Problem> {
    let file: File = toml::from_str(text).map_err(|it| form_problem(text, &it))?;
    let mut exceptions = Vec::new();
    for (number, entry) in (1..).zip(file.findings) {
        let at = entry.span().start;
        let place = EntryLocation { list: "findings", number, at };
        let exception = place.finding(entry.into_inner())?;
        place.keep(exception, &mut exceptions)?;
    }
    for (number, entry) in (1..).zip(file.gaps) {
        let at = entry.span().start;
        let place = EntryLocation { list: "gaps", number, at };
        let exception = place.gaps(entry.into_inner())?;
        place.keep(exception, &mut exceptions)?;
    }
    Ok(exceptions)
}

/// What serde or TOML complain of, in the words of this file, with the entry that it is in.
fn form_problem(text: &str, error: &toml::de::Error) -> Problem {
    let Problem { at, what } = Problem::of(error);
    let at = at.min(text.len());
    let quoted = |prefix: &str| {
        let rest = what.strip_prefix(prefix)?.strip_prefix('`')?;
        rest.split_once('`')
    };
    let said = if let Some((key, _)) = quoted("missing field ") {
        format!("`{key}` is missing")
    } else if let Some((key, rest)) = quoted("unknown field ") {
        let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        let near = did_you_mean(key, known.iter().copied());
        format!("unknown key `{key}`{near}; the keys are {}", known.join(", "))
    } else {
        what
    };
    let line_end = text[at..].find('\n').map_or(text.len(), |it| at + it);
    let headers = text[..line_end].lines().map(str::trim).filter_map(|line| {
        let name = line.strip_prefix("[[")?.split("]]").next()?.trim();
        HEADERS.iter().find(|it| **it == name)
    });
    let headers: Vec<&&str> = headers.collect();
    match headers.last() {
        Some(list) => {
            let number = headers.iter().filter(|it| *it == list).count();
            Problem::new(at, format!("[[{list}]] entry {number}: {said}"))
        }
        None => Problem::new(at, said),
    }
}

/// Where an entry is in the file.
struct EntryLocation {
    list: &'static str,
    number: u32,
    at: usize,
}

impl EntryLocation {
    fn finding(&self, entry: FindingEntry) -> Result<Exception, Problem> {
        let control = entry.control.0;
        let subject_at = entry.subject.span().start;
        let subject = entry.subject.into_inner().0.0;
        self.check_subject(control, &subject, subject_at)?;
        let status_at = entry.status.span().start;
        let status = entry.status.into_inner().0;
        if !matches!(status, Status::Fail | Status::NotProven) {
            let what = format!("a finding that is `{status}` needs no exception");
            return Err(self.problem(status_at, what));
        }
        let status_reason = entry.status_reason.map(|it| it.0);
        Ok(Exception {
            entry: self.number,
            covers: Covers::Finding(CoveredFinding { control, subject, status, status_reason }),
            approval: Approval {
                owner: entry.owner.0.0,
                approver: entry.approver.0.0,
                reason: entry.reason.0.0,
                ticket: entry.ticket.0.0,
                approved_at: entry.approved_at.map(|it| it.0),
                expiry: entry.expiry.0,
            },
        })
    }

    fn gaps(&self, entry: GapsEntry) -> Result<Exception, Problem> {
        let units = self.limit(entry.organizational_units, "organizational_units")?;
        let covered = CoveredGaps {
            class: entry.class.0,
            accounts: self.limit(entry.accounts, "accounts")?,
            organizational_units: units.into_iter().map(|it| it.0).collect(),
            regions: self.limit(entry.regions, "regions")?,
            operations: self.limit(entry.operations, "operations")?,
        };
        let is_limited = !covered.accounts.is_empty()
            || !covered.organizational_units.is_empty()
            || !covered.regions.is_empty()
            || !covered.operations.is_empty();
        if !is_limited {
            let what = "it covers too much: name at least one of accounts, organizational_units, regions, operations";
            return Err(self.problem(self.at, what));
        }
        Ok(Exception {
            entry: self.number,
            covers: Covers::Gaps(covered),
            approval: Approval {
                owner: entry.owner.0.0,
                approver: entry.approver.0.0,
                reason: entry.reason.0.0,
                ticket: entry.ticket.0.0,
                approved_at: entry.approved_at.map(|it| it.0),
                expiry: entry.expiry.0,
            },
        })
    }

    /// The ARN of a trail or store, or an account's id, as the control asks for.
    fn check_subject(&self, control: ControlId, text: &str, at: usize) -> Result<(), Problem> {
        let is_arn_of = |kind: &str| {
            Arn::new(text).is_some_and(|it| {
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
        if is_right { Ok(()) } else { Err(self.problem(at, wrong())) }
    }

    /// The values of a list; one that is in the file must not be empty, for that would limit nothing.
    fn limit<T>(&self, given: Option<Spanned<List<T>>>, key: &str) -> Result<Vec<T>, Problem> {
        let Some(list) = given else { return Ok(Vec::new()) };
        let at = list.span().start;
        let values = list.into_inner().0;
        if values.is_empty() {
            return Err(self.problem(at, format!("`{key}` must not be empty")));
        }
        Ok(values)
    }

    /// Two entries that cover the same would hide which of them holds.
    fn keep(&self, exception: Exception, all: &mut Vec<Exception>) -> Result<(), Problem> {
        let id = exception.stable_id();
        if let Some(first) = all.iter().find(|it| it.stable_id() == id) {
            return Err(self.problem(self.at, format!("it covers the same as {}", first.name())));
        }
        all.push(exception);
        Ok(())
    }

    fn problem(&self, at: usize, what: impl fmt::Display) -> Problem {
        Problem::new(at, format!("[[{}]] entry {}: {what}", self.list, self.number))
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

    /// What a cause proposes for gaps of a policy that denies Regions: the evaluator's own test compares
    /// its words with the same file.
    #[test]
    fn the_entry_that_a_cause_proposes_is_accepted() {
        let text = include_str!(
            "../../../trailseal-evaluator/src/causes/tests/region-deny-exception.toml"
        );
        let exceptions = parse(text).unwrap();
        let Covers::Gaps(covered) = &exceptions[0].covers else { panic!("{exceptions:?}") };
        assert_eq!(exceptions.len(), 1);
        assert_eq!(covered.class, GapClass::DeniedByScp);
        assert_eq!(covered.operations, [Operation::DescribeTrails, Operation::ListEventDataStores]);
        assert_eq!(covered.regions.len(), 2);
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
        check("gaps = 3\n", 1, "expected a sequence");
        check(&gaps(""), 1, "[[gaps]] entry 1: it covers too much");
        check(&gaps("regions = []"), 3, "`regions` must not be empty");
        check(&gaps("regions = \"eu-west-1\""), 3, "expected a list");
        check(&gaps("regions = [\"mars\"]"), 3, "`mars` is not an AWS Region");
        check(
            &gaps("region = [\"eu-west-1\"]"),
            3,
            "unknown key `region`; did you mean `regions`?",
        );
        check(&gaps("accounts = [\"12\"]"), 3, "`12` is not an AWS account id");
        check(&gaps("accounts = [12]"), 3, "`12` is not an AWS account id");
        check(&gaps("organizational_units = [\"Sandbox\"]"), 3, "not the id of a root or unit");
        check(&gaps("operations = [\"DescribeAll\"]"), 3, "unknown operation `DescribeAll`");
        check(&gaps("operations = [\"ListAccounts\"]"), 3, "cannot be accepted");
        let right = gaps("regions = [\"eu-west-1\"]");
        check(
            &right.replace("denied_by_scp", "denied_by_me"),
            2,
            "unknown gap class `denied_by_me`",
        );
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
    fn keys_of_the_reports_are_understood() {
        let text = finding(&format!(
            "control_id = \"key-usable\"\nsubject = \"{TRAIL}\"\nstatus = \"fail\""
        ));
        let text = text.replace("approver", "approved_by");
        assert_eq!(parse(&text).unwrap()[0].approval.approver, "a");
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
        check(
            &named("key-usble", TRAIL, "fail"),
            2,
            "unknown control `key-usble`; did you mean `key-usable`?",
        );
        check(&named("key-usable", store, "fail"), 3, "must be the ARN of a trail");
        check(&named("key-usable", "000000000001", "fail"), 3, "must be the ARN of a trail");
        check(&named("account-covered", "1", "fail"), 3, "exactly 12 digits");
        check(&named("key-usable", TRAIL, "pass"), 4, "needs no exception");
        check(&named("key-usable", TRAIL, "failed"), 4, "unknown status `failed`");
        check(&finding(&format!("control = \"key-usable\"\nsubject = \"{TRAIL}\"")), 1, "`status`");
        let reason = named("key-usable", TRAIL, "fail\"\nstatus_reason = \"bad");
        check(&reason, 5, "unknown status_reason `bad`");
    }
}

//! A key policy's text and its statements.

use std::collections::HashSet;
use std::fmt;

use crate::json::{Json, Object};
use crate::operator::Operator;
use crate::truth::Why;

/// A KMS key policy, read.
///
/// Sources: IAM user guide, *Grammar of the IAM JSON policy language*; KMS developer guide,
/// *Creating a key policy*.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPolicy {
    pub(crate) version: Version,
    pub(crate) statements: Vec<Statement>,
}

/// Why a text is no key policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedPolicy {
    /// It is not JSON, or an object names a key twice.
    #[error("the key policy is not JSON at line {line} column {column}: {problem}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 is the end of the line before.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// It is JSON, but an element without which nothing can be said is not as it should be.
    #[error("the key policy's `{element}` {problem}")]
    Element {
        /// The element, such as `Statement[2].Effect`.
        element: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// Which statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementId {
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its Sid, if it has one.
    pub sid: Option<String>,
}

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.index + 1)?;
        match &self.sid {
            Some(sid) => write!(f, " (`{sid}`)"),
            None => Ok(()),
        }
    }
}

/// The version of the policy language. Without one, it is the old one (IAM user guide, *IAM JSON
/// policy elements: Version*).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    Of2008,
    Of2012,
}

/// Whether a value holds a policy variable. In the old language `${` is plain text (there).
pub(crate) fn has_variable(value: &str, version: Version) -> bool {
    version == Version::Of2012 && value.contains("${")
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) id: StatementId,
    pub(crate) effect: Effect,
    /// Set if the statement or the policy has an element that is not known, which may change all
    /// the others.
    pub(crate) unclear: Option<Why>,
    pub(crate) principal: Part<Principal>,
    pub(crate) action: Part<String>,
    pub(crate) resource: Part<String>,
    pub(crate) conditions: Result<Vec<Condition>, Why>,
    /// Set for each of these elements whose name is in odd letter case.
    pub(crate) odd: OddElements,
}

/// Elements that are there only if AWS takes their names in any letter case, which it does not say.
/// Without its Action or Resource a statement has no effect, and without its Condition it has more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OddElements {
    pub(crate) action: Option<Why>,
    pub(crate) resource: Option<Why>,
    pub(crate) conditions: Option<Why>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// An element and its opposite, of which a statement has one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part<T> {
    Missing,
    Unclear(Why),
    Only(Vec<T>),
    AllBut(Vec<T>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// `"*"`.
    Everyone,
    /// A name under `AWS`.
    Aws(String),
    /// A name under `Service`.
    Service(String),
    /// A name under `Federated` or `CanonicalUser`, which is never a service.
    Outsider(String),
    /// A name under anything else.
    Unheard(String),
}

/// One condition key under one operator.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    /// The operator as the policy spells it.
    pub(crate) name: String,
    pub(crate) operator: Result<Operator, Why>,
    pub(crate) key: String,
    pub(crate) values: Result<Vec<String>, Why>,
}

impl KeyPolicy {
    /// Reads a policy as GetKeyPolicy gives it.
    ///
    /// Names of elements are taken in any letter case: KMS keeps only what it could read, and a
    /// statement without its effect or principal it could not. Whether the others count in odd letter
    /// case AWS does not say, so both are thought of.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, names a key of an object twice, or has no statements with effects.
    /// Anything else that is not understood is kept, and makes [`crate::evaluate()`] answer Unknown
    /// where it matters.
    pub fn parse(text: &str) -> Result<Self, MalformedPolicy> {
        let json: Json = serde_json::from_str(text).map_err(|it| not_json(&it))?;
        let policy = json.as_object().ok_or_else(|| malformed("policy", "is not an object"))?;
        let unclear = unknown_element(policy, POLICY_ELEMENTS);
        let version = match find(policy, "Version").map(Json::as_text) {
            None | Some(Some("2008-10-17")) => Version::Of2008,
            Some(Some("2012-10-17")) => Version::Of2012,
            Some(_) => return Err(malformed("Version", "is not known")),
        };
        let statements =
            find(policy, "Statement").ok_or_else(|| malformed("Statement", "is missing"))?;
        let statements = statements.one_or_list().iter().enumerate();
        let statements = statements
            .map(|it| Statement::read(it.0, it.1, unclear.as_ref()))
            .collect::<Result<_, _>>()?;
        Ok(Self { version, statements })
    }
}

const POLICY_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Statement {
    fn read(index: usize, json: &Json, unclear: Option<&Why>) -> Result<Self, MalformedPolicy> {
        let place = format!("Statement[{index}]");
        let statement = json.as_object().ok_or_else(|| malformed(&place, "is not an object"))?;
        let effect = match find(statement, "Effect").and_then(Json::as_text) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => return Err(malformed(&format!("{place}.Effect"), "is neither Allow nor Deny")),
        };
        let sid = find(statement, "Sid");
        let unclear =
            unknown_element(statement, STATEMENT_ELEMENTS).or_else(|| unclear.cloned()).or_else(
                || sid.is_some_and(|it| it.as_text().is_none()).then(|| not_understood("Sid")),
            );
        let sid = sid.and_then(Json::as_text).map(str::to_owned);
        let odd =
            |name, opposite| odd_name(statement, name).or_else(|| odd_name(statement, opposite));
        Ok(Self {
            id: StatementId { index, sid },
            effect,
            unclear,
            principal: part(statement, "Principal", "NotPrincipal", principals),
            action: part(statement, "Action", "NotAction", texts),
            resource: part(statement, "Resource", "NotResource", texts),
            conditions: find(statement, "Condition").map_or(Ok(Vec::new()), conditions),
            odd: OddElements {
                action: odd("Action", "NotAction"),
                resource: odd("Resource", "NotResource"),
                conditions: odd_name(statement, "Condition"),
            },
        })
    }
}

/// A name that is none of these in any letter case, or that stands in two spellings, of which AWS
/// does not say which one counts.
fn unknown_element(object: &Object, known: &[&str]) -> Option<Why> {
    let mut seen = HashSet::new();
    let unknown = object.iter().find(|(name, _)| {
        !known.iter().any(|it| it.eq_ignore_ascii_case(name))
            || !seen.insert(name.to_ascii_lowercase())
    });
    unknown.map(|it| not_understood(&it.0))
}

/// Why it is not certain that an element is there: AWS writes its name in other letter case.
fn odd_name(statement: &Object, name: &str) -> Option<Why> {
    let found = statement.iter().find(|it| it.0.eq_ignore_ascii_case(name))?;
    (found.0 != name).then(|| not_understood(&found.0))
}

/// The element or its opposite; both at once are not understood, and neither is an empty one.
fn part<T>(
    statement: &Object,
    name: &str,
    opposite: &str,
    read: fn(&Json) -> Option<Vec<T>>,
) -> Part<T> {
    let items = |json| read(json).filter(|it| !it.is_empty());
    match (find(statement, name), find(statement, opposite)) {
        (None, None) => Part::Missing,
        (Some(_), Some(_)) => Part::Unclear(not_understood(opposite)),
        (Some(json), None) => {
            items(json).map_or_else(|| Part::Unclear(not_understood(name)), Part::Only)
        }
        (None, Some(json)) => {
            items(json).map_or_else(|| Part::Unclear(not_understood(opposite)), Part::AllBut)
        }
    }
}

fn texts(json: &Json) -> Option<Vec<String>> {
    json.one_or_list().iter().map(|it| it.as_text().map(str::to_owned)).collect()
}

fn principals(json: &Json) -> Option<Vec<Principal>> {
    if json.as_text() == Some("*") {
        return Some(vec![Principal::Everyone]);
    }
    let mut principals = Vec::new();
    for (kind, names) in json.as_object()? {
        let names = texts(names).filter(|it| !it.is_empty())?;
        // KMS refuses a principal of which it does not know the kind, so letter case decides nothing.
        principals.extend(names.into_iter().map(|name| match kind.to_ascii_lowercase().as_str() {
            "aws" => Principal::Aws(name),
            "service" => Principal::Service(name),
            "federated" | "canonicaluser" => Principal::Outsider(name),
            _ => Principal::Unheard(name),
        }));
    }
    Some(principals)
}

/// The conditions, all of which must hold. A key that one operator names in two spellings is not
/// understood: keys match in any case, and AWS does not say which of the two counts.
fn conditions(json: &Json) -> Result<Vec<Condition>, Why> {
    let mut conditions = Vec::new();
    for (name, keys) in json.as_object().ok_or_else(|| not_understood("Condition"))? {
        let keys = keys.as_object().filter(|it| !it.is_empty());
        let mut seen = HashSet::new();
        for (key, values) in keys.ok_or_else(|| not_understood(&format!("Condition.{name}")))? {
            if !seen.insert(key.to_ascii_lowercase()) {
                return Err(not_understood(&format!("Condition.{name}.{key}")));
            }
            let values = values.one_or_list().iter().map(Json::as_scalar);
            let values = values.collect::<Option<Vec<_>>>().filter(|it| !it.is_empty());
            conditions.push(Condition {
                name: name.clone(),
                operator: Operator::named(name).ok_or_else(|| Why::Operator(name.clone())),
                key: key.clone(),
                values: values.ok_or_else(|| not_understood(&format!("Condition.{name}.{key}"))),
            });
        }
    }
    Ok(conditions)
}

fn find<'json>(object: &'json Object, name: &str) -> Option<&'json Json> {
    let exact = object.iter().find(|it| it.0 == name);
    let found = exact.or_else(|| object.iter().find(|it| it.0.eq_ignore_ascii_case(name)));
    found.map(|it| &it.1)
}

fn not_understood(element: &str) -> Why {
    Why::Element(element.to_owned())
}

fn malformed(element: &str, problem: &'static str) -> MalformedPolicy {
    MalformedPolicy::Element { element: element.to_owned(), problem }
}

fn not_json(error: &serde_json::Error) -> MalformedPolicy {
    let (line, column) = (error.line(), error.column());
    let problem = error.to_string();
    let position = format!(" at line {line} column {column}");
    let problem = problem.strip_suffix(&position).unwrap_or(&problem).to_owned();
    MalformedPolicy::NotJson { line, column, problem }
}

//! Whether one condition of a statement holds.

use crate::arn::arn_parts;
use crate::compare;
use crate::context::{ContextValue, Possibility, RequestContext};
use crate::operator::{Comparison, Operator, SetOperator};
use crate::pattern::{Case, Fit, arn_like, wildcard};
use crate::policy::{Condition, Version, has_variable};
use crate::truth::{Truth, Why};

impl Condition {
    /// Whether it holds for the request.
    ///
    /// An absent key makes a positive operator false and a negated one true (IAM user guide,
    /// *Condition operators*); several values of the policy are alternatives, under a negated
    /// operator none of them may match (there, *Conditions with multiple context keys or values*).
    ///
    /// An operator in odd letter case is either read or ignored, so only a condition that holds is
    /// certain.
    pub(crate) fn holds(&self, context: &RequestContext, version: Version) -> Truth {
        let truth = self.holds_as_documented(context, version);
        if Operator::is_spelled_as_documented(&self.name) {
            return truth;
        }
        truth.unless_ignored(&Truth::Yes, Some(&Why::Operator(self.name.clone())))
    }

    fn holds_as_documented(&self, context: &RequestContext, version: Version) -> Truth {
        let (operator, values) = match (&self.operator, &self.values) {
            (Ok(operator), Ok(values)) => (operator, values),
            (Err(why), _) | (_, Err(why)) => return Truth::Unknown(why.clone()),
        };
        let found = context.value(&self.key);
        match *operator {
            Operator::Null => null(&self.key, values, found),
            Operator::Compare { comparison, negated, set, if_exists } => {
                if let ContextValue::Absent = found {
                    return self.without_key(negated, set, if_exists);
                }
                let test = Test { key: &self.key, comparison, negated, values, version };
                test.holds(found, set)
            }
        }
    }

    fn without_key(&self, negated: bool, set: Option<SetOperator>, if_exists: bool) -> Truth {
        match set {
            // "If the key is absent, true" and "for an absent key, false": AWS does not say which
            // of the two goes before.
            Some(SetOperator::Any) if if_exists => {
                Truth::Unknown(Why::AbsentUnderSetOperator(self.key.clone()))
            }
            _ if if_exists => Truth::Yes,
            None => negated.into(),
            // IAM user guide, *Single-valued vs. multivalued context keys*.
            Some(set) if !negated => (set == SetOperator::All).into(),
            Some(_) => Truth::Unknown(Why::AbsentUnderSetOperator(self.key.clone())),
        }
    }
}

/// Null: `true` wants the key absent, `false` wants it present.
fn null(key: &str, values: &[String], found: &ContextValue) -> Truth {
    let is_absent = match found {
        ContextValue::Absent => true,
        ContextValue::OneOf(_) | ContextValue::AtLeast(_) => false,
        ContextValue::Known(values) if !values.iter().any(String::is_empty) => false,
        ContextValue::Known(_) | ContextValue::Unknown => {
            return Truth::Unknown(Why::ContextKey(key.to_owned()));
        }
    };
    Truth::any(values.iter().map(|it| match compare::boolean(it) {
        Some(wanted) => (wanted == is_absent).into(),
        None => Truth::Unknown(Why::Value(it.clone())),
    }))
}

/// A comparison of a key that the request has, or may have.
struct Test<'a> {
    key: &'a str,
    comparison: Comparison,
    negated: bool,
    values: &'a [String],
    version: Version,
}

impl Test<'_> {
    fn holds(&self, found: &ContextValue, set: Option<SetOperator>) -> Truth {
        match found {
            ContextValue::Known(found) => self.holds_for_set(found, set),
            ContextValue::OneOf(possibilities) => self.holds_whichever(possibilities),
            ContextValue::AtLeast(found) => self.holds_for_more(found, set),
            ContextValue::Absent | ContextValue::Unknown => {
                Truth::Unknown(Why::ContextKey(self.key.to_owned()))
            }
        }
    }

    /// All or any of the request's values, as the set operator says (IAM user guide,
    /// *Single-valued vs. multivalued context keys*).
    fn holds_for_set(&self, found: &[String], set: Option<SetOperator>) -> Truth {
        if found.iter().any(String::is_empty) {
            // ForAllValues and Null take an empty value for none.
            return Truth::Unknown(Why::ContextKey(self.key.to_owned()));
        }
        let truths = found.iter().map(|it| self.holds_for_one(&Possibility::Exact(it.clone())));
        match set {
            None if found.len() > 1 => Truth::Unknown(Why::SeveralValues(self.key.to_owned())),
            None | Some(SetOperator::All) => Truth::all(truths),
            Some(SetOperator::Any) => Truth::any(truths),
        }
    }

    /// Of values that are known in part, one decides where any is enough, and one that fails where
    /// all must hold.
    fn holds_for_more(&self, found: &[String], set: Option<SetOperator>) -> Truth {
        match (set, self.holds_for_set(found, set)) {
            (Some(SetOperator::Any), Truth::Yes) => Truth::Yes,
            (Some(SetOperator::All), Truth::No) => Truth::No,
            _ => Truth::Unknown(Why::ContextKeyInPart(self.key.to_owned())),
        }
    }

    /// Only what holds, or fails, for every possible value is certain.
    fn holds_whichever(&self, possibilities: &[Possibility]) -> Truth {
        let truths = || possibilities.iter().map(|it| self.holds_for_one(it));
        match (Truth::all(truths()), Truth::any(truths())) {
            (Truth::Yes, _) => Truth::Yes,
            (_, Truth::No) => Truth::No,
            (Truth::Unknown(why), _) | (_, Truth::Unknown(why)) => Truth::Unknown(why),
            (Truth::No, Truth::Yes) => Truth::Unknown(Why::ContextKeyInPart(self.key.to_owned())),
        }
    }

    fn holds_for_one(&self, found: &Possibility) -> Truth {
        let matched = Truth::any(self.values.iter().map(|it| self.matches(it, found)));
        match matched {
            // What is no ARN matches none; whether it therefore differs from all, AWS does not say.
            Truth::No if self.negated && self.comparison == Comparison::Arn => {
                match self.values.iter().find(|it| arn_parts(it).is_none()) {
                    Some(value) => Truth::Unknown(Why::Value(value.clone())),
                    None => Truth::Yes,
                }
            }
            matched if self.negated => matched.negated(),
            matched => matched,
        }
    }

    fn matches(&self, wanted: &str, found: &Possibility) -> Truth {
        if has_variable(wanted, self.version) {
            return Truth::Unknown(Why::PolicyVariable(wanted.to_owned()));
        }
        match (fit(self.comparison, wanted, found), found) {
            (Fit::Yes, _) => Truth::Yes,
            (Fit::No, _) => Truth::No,
            (Fit::Open, Possibility::Exact(_)) => Truth::Unknown(Why::Value(wanted.to_owned())),
            (Fit::Open, _) => Truth::Unknown(Why::ContextKeyInPart(self.key.to_owned())),
        }
    }
}

fn fit(comparison: Comparison, wanted: &str, found: &Possibility) -> Fit {
    match (comparison, found) {
        (Comparison::Text, Possibility::Exact(found)) => (wanted == found).into(),
        (Comparison::Text, Possibility::StartsWith(start)) => {
            if wanted.starts_with(start) {
                Fit::Open
            } else {
                Fit::No
            }
        }
        (Comparison::TextIgnoringCase, Possibility::Exact(found)) => {
            let is_same = wanted.eq_ignore_ascii_case(found);
            // How AWS folds other letters is not documented.
            if is_same || (wanted.is_ascii() && found.is_ascii()) {
                is_same.into()
            } else {
                Fit::Open
            }
        }
        (Comparison::TextPattern, found) => wildcard(wanted, found, Case::Matters),
        (Comparison::Arn, found) => arn_like(wanted, found),
        (Comparison::Bool, Possibility::Exact(found)) => or_open(compare::booleans(wanted, found)),
        (Comparison::Binary, Possibility::Exact(found)) => {
            or_open(compare::binaries(wanted, found))
        }
        (Comparison::Number(order), Possibility::Exact(found)) => {
            or_open(compare::numbers(order, wanted, found))
        }
        (Comparison::Date(order), Possibility::Exact(found)) => {
            or_open(compare::dates(order, wanted, found))
        }
        (Comparison::Address, Possibility::Exact(found)) => {
            or_open(compare::addresses(wanted, found))
        }
        (Comparison::Date(order), Possibility::Moment(seconds)) => {
            or_open(compare::dates(order, wanted, &format!("{seconds:05}")))
        }
        (Comparison::Address, Possibility::AnyIpv4 | Possibility::AnyIpv6) => {
            let is_ipv4 = *found == Possibility::AnyIpv4;
            or_open(compare::any_address(wanted, is_ipv4))
        }
        _ => Fit::Open,
    }
}

fn or_open(answer: Option<bool>) -> Fit {
    answer.map_or(Fit::Open, Fit::from)
}

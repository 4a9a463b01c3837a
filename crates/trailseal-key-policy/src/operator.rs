//! The condition operators by name.
//!
//! Source: IAM user guide, *IAM JSON policy elements: Condition operators*.

/// What a condition asks of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// Whether the key is absent (`true`) or present (`false`).
    Null,
    /// Whether its values compare to the policy's.
    Compare {
        comparison: Comparison,
        /// Whether it holds when no value of the policy matches.
        negated: bool,
        set: Option<SetOperator>,
        /// Whether it holds when the key is absent.
        if_exists: bool,
    },
}

/// Which values of a key have to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetOperator {
    All,
    Any,
}

/// How one value is compared to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Text,
    TextIgnoringCase,
    TextPattern,
    Arn,
    Bool,
    Binary,
    Number(Order),
    Date(Order),
    Address,
}

/// How the request's value has to stand to the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Name, comparison, and whether it is negated.
const OPERATORS: &[(&str, Comparison, bool)] = &[
    ("StringEquals", Comparison::Text, false),
    ("StringNotEquals", Comparison::Text, true),
    ("StringEqualsIgnoreCase", Comparison::TextIgnoringCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::TextIgnoringCase, true),
    ("StringLike", Comparison::TextPattern, false),
    ("StringNotLike", Comparison::TextPattern, true),
    ("ArnEquals", Comparison::Arn, false),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotEquals", Comparison::Arn, true),
    ("ArnNotLike", Comparison::Arn, true),
    ("Bool", Comparison::Bool, false),
    ("BinaryEquals", Comparison::Binary, false),
    ("NumericEquals", Comparison::Number(Order::Equal), false),
    ("NumericNotEquals", Comparison::Number(Order::Equal), true),
    ("NumericLessThan", Comparison::Number(Order::Less), false),
    ("NumericLessThanEquals", Comparison::Number(Order::LessOrEqual), false),
    ("NumericGreaterThan", Comparison::Number(Order::Greater), false),
    ("NumericGreaterThanEquals", Comparison::Number(Order::GreaterOrEqual), false),
    ("DateEquals", Comparison::Date(Order::Equal), false),
    ("DateNotEquals", Comparison::Date(Order::Equal), true),
    ("DateLessThan", Comparison::Date(Order::Less), false),
    ("DateLessThanEquals", Comparison::Date(Order::LessOrEqual), false),
    ("DateGreaterThan", Comparison::Date(Order::Greater), false),
    ("DateGreaterThanEquals", Comparison::Date(Order::GreaterOrEqual), false),
    ("IpAddress", Comparison::Address, false),
    ("NotIpAddress", Comparison::Address, true),
];

impl Operator {
    /// The operator of that name, in any letter case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("Null") {
            return Some(Self::Null);
        }
        let (set, name) = if let Some(rest) = without_start(name, "ForAllValues:") {
            (Some(SetOperator::All), rest)
        } else if let Some(rest) = without_start(name, "ForAnyValue:") {
            (Some(SetOperator::Any), rest)
        } else {
            (None, name)
        };
        let (if_exists, name) = match without_end(name, "IfExists") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let mut operators = OPERATORS.iter();
        let (_, comparison, negated) = *operators.find(|it| it.0.eq_ignore_ascii_case(name))?;
        Some(Self::Compare { comparison, negated, set, if_exists })
    }

    /// Whether AWS spells an operator so. That it takes another letter case, it does not say.
    pub(crate) fn is_spelled_as_documented(name: &str) -> bool {
        let name = name.strip_prefix("ForAllValues:").unwrap_or(name);
        let name = name.strip_prefix("ForAnyValue:").unwrap_or(name);
        let name = name.strip_suffix("IfExists").unwrap_or(name);
        name == "Null" || OPERATORS.iter().any(|it| it.0 == name)
    }
}

fn without_start<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (found, rest) = text.split_at_checked(start.len())?;
    found.eq_ignore_ascii_case(start).then_some(rest)
}

fn without_end<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    let (rest, found) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    found.eq_ignore_ascii_case(end).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let like = |negated, set, if_exists| {
            let comparison = Comparison::TextPattern;
            Some(Operator::Compare { comparison, negated, set, if_exists })
        };
        assert_eq!(Operator::named("StringLike"), like(false, None, false));
        assert_eq!(Operator::named("StringNotLikeIfExists"), like(true, None, true));
        let name = "ForAnyValue:StringLikeIfExists";
        assert_eq!(Operator::named(name), like(false, Some(SetOperator::Any), true));
        assert_eq!(Operator::named("Null"), Some(Operator::Null));
        assert_eq!(Operator::named("forANYvalue:STRINGlikeIFexists"), Operator::named(name));
        for name in ["NullIfExists", "ForAllValues:Null", "BinaryNotEquals", "IfExists", "é", ""] {
            assert_eq!(Operator::named(name), None, "{name}");
        }
        for (name, is_documented) in [
            ("StringLike", true),
            ("ForAllValues:StringLikeIfExists", true),
            ("Null", true),
            ("stringLike", false),
            ("forallvalues:StringLike", false),
            ("StringLikeifexists", false),
        ] {
            assert_eq!(Operator::is_spelled_as_documented(name), is_documented, "{name}");
        }
    }
}

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

/// Name, comparison, and whether it is negated. BinaryEquals is left out on purpose: no key of a
/// key policy is binary.
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
    /// The operator of that name, spelled as AWS spells it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name == "Null" {
            return Some(Self::Null);
        }
        let (set, name) = if let Some(rest) = name.strip_prefix("ForAllValues:") {
            (Some(SetOperator::All), rest)
        } else if let Some(rest) = name.strip_prefix("ForAnyValue:") {
            (Some(SetOperator::Any), rest)
        } else {
            (None, name)
        };
        let (if_exists, name) = match name.strip_suffix("IfExists") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let (_, comparison, negated) = *OPERATORS.iter().find(|it| it.0 == name)?;
        Some(Self::Compare { comparison, negated, set, if_exists })
    }
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
        for name in ["NullIfExists", "ForAllValues:Null", "stringlike", "BinaryEquals", ""] {
            assert_eq!(Operator::named(name), None, "{name}");
        }
    }
}

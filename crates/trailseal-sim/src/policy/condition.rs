//! Conditions (IAM user guide, "Condition operators" and "Set operators").

use super::error::PolicyError;
use super::json::Json;
use super::key::Key;
use super::pattern::{arn_parts, matches_arn, matches_text};

/// What a request says of itself.
pub trait Context {
    /// The values of a key; none where the request does not have it.
    fn values(&self, key: &Key) -> Vec<String>;
}

/// How a value of the request is compared with one of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    EqualIgnoringCase,
    Like,
    Arn,
    Truth,
    Number(Order),
    /// Whether the request has the key at all.
    Absence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How many of the request's values must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    /// The request has one value.
    One,
    Any,
    All,
}

/// An operator by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Operator {
    comparison: Comparison,
    is_negated: bool,
    quantity: Quantity,
    is_if_exists: bool,
}

/// One operator, one key and the values of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    key: Key,
    values: Vec<Box<str>>,
}

/// Every condition of a statement's `Condition` element: all must be met.
pub(super) fn conditions(element: &Json) -> Result<Vec<Condition>, PolicyError> {
    let operators = element.members().ok_or_else(|| wrong("`Condition` is no object"))?;
    let mut conditions = Vec::new();
    for (name, keys) in operators {
        let operator = Operator::new(name)
            .ok_or_else(|| wrong(format!("the operator `{name}` is not simulated")))?;
        let keys = keys.members().ok_or_else(|| wrong(format!("`{name}` is no object")))?;
        for (key, values) in keys {
            conditions.push(Condition::new(name, operator, key, values)?);
        }
    }
    Ok(conditions)
}

fn wrong(message: impl Into<String>) -> PolicyError {
    PolicyError::new(message)
}

impl Operator {
    /// The operator with this name, whose letter case does not matter.
    fn new(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let (quantity, rest) = match lower.split_once(':') {
            Some(("foranyvalue", rest)) => (Quantity::Any, rest),
            Some(("forallvalues", rest)) => (Quantity::All, rest),
            Some(_) => return None,
            None => (Quantity::One, &*lower),
        };
        let (is_if_exists, rest) =
            rest.strip_suffix("ifexists").map_or((false, rest), |rest| (true, rest));
        let (comparison, is_negated) = match rest {
            "stringequals" => (Comparison::Equal, false),
            "stringnotequals" => (Comparison::Equal, true),
            "stringequalsignorecase" => (Comparison::EqualIgnoringCase, false),
            "stringnotequalsignorecase" => (Comparison::EqualIgnoringCase, true),
            "stringlike" => (Comparison::Like, false),
            "stringnotlike" => (Comparison::Like, true),
            // Both compare with wildcards.
            "arnequals" | "arnlike" => (Comparison::Arn, false),
            "arnnotequals" | "arnnotlike" => (Comparison::Arn, true),
            "bool" => (Comparison::Truth, false),
            "numericequals" => (Comparison::Number(Order::Equal), false),
            "numericnotequals" => (Comparison::Number(Order::Equal), true),
            "numericlessthan" => (Comparison::Number(Order::Less), false),
            "numericlessthanequals" => (Comparison::Number(Order::LessOrEqual), false),
            "numericgreaterthan" => (Comparison::Number(Order::Greater), false),
            "numericgreaterthanequals" => (Comparison::Number(Order::GreaterOrEqual), false),
            // IAM has neither `NullIfExists` nor `ForAnyValue:Null`.
            "null" if !is_if_exists && quantity == Quantity::One => (Comparison::Absence, false),
            _ => return None,
        };
        Some(Self { comparison, is_negated, quantity, is_if_exists })
    }
}

impl Condition {
    fn new(
        name: &str,
        operator: Operator,
        key_name: &str,
        values: &Json,
    ) -> Result<Self, PolicyError> {
        let key = Key::new(key_name)
            .ok_or_else(|| wrong(format!("the condition key `{key_name}` is not simulated")))?;
        let needs_quantity = key.has_many_values() && operator.comparison != Comparison::Absence;
        if needs_quantity && operator.quantity == Quantity::One {
            let message = format!(
                "`{key_name}` has many values: `{name}` needs `ForAnyValue:` or `ForAllValues:` in front"
            );
            return Err(wrong(message));
        }
        let values = values
            .texts()
            .ok_or_else(|| wrong(format!("the values of `{key_name}` are no list of texts")))?;
        let misfit = values.iter().find(|value| !operator.comparison.takes(value));
        match misfit {
            Some(value) => Err(wrong(format!("`{name}` cannot compare with `{value}`"))),
            None => Ok(Self { operator, key, values }),
        }
    }

    /// Whether the request meets it.
    pub(super) fn is_met(&self, context: &dyn Context) -> bool {
        let Operator { comparison, is_negated, quantity, is_if_exists } = self.operator;
        let values = context.values(&self.key);
        if comparison == Comparison::Absence {
            return self.values.iter().any(|wanted| comparison.fits(wanted, presence(&values)));
        }
        if values.is_empty() {
            return is_if_exists
                || match quantity {
                    Quantity::One => is_negated,
                    Quantity::Any => false,
                    Quantity::All => true,
                };
        }
        let fits = |value: &String| {
            self.values.iter().any(|wanted| comparison.fits(wanted, value)) != is_negated
        };
        match quantity {
            Quantity::One | Quantity::All => values.iter().all(fits),
            Quantity::Any => values.iter().any(fits),
        }
    }
}

/// What `Null` compares with.
const fn presence(values: &[String]) -> &'static str {
    if values.is_empty() { "true" } else { "false" }
}

impl Comparison {
    /// Whether a policy may give this value.
    fn takes(self, value: &str) -> bool {
        match self {
            Self::Equal | Self::EqualIgnoringCase | Self::Like => true,
            Self::Arn => value == "*" || arn_parts(value).is_some(),
            Self::Truth | Self::Absence => {
                value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")
            }
            Self::Number(_) => value.parse::<i64>().is_ok(),
        }
    }

    fn fits(self, wanted: &str, value: &str) -> bool {
        match self {
            Self::Equal => wanted == value,
            Self::EqualIgnoringCase => wanted.to_lowercase() == value.to_lowercase(),
            Self::Like => matches_text(wanted, value),
            Self::Arn => matches_arn(wanted, value),
            Self::Truth | Self::Absence => wanted.eq_ignore_ascii_case(value),
            Self::Number(order) => match (value.parse::<i64>(), wanted.parse::<i64>()) {
                (Ok(value), Ok(wanted)) => order.holds(value, wanted),
                _ => false,
            },
        }
    }
}

impl Order {
    const fn holds(self, value: i64, wanted: i64) -> bool {
        match self {
            Self::Equal => value == wanted,
            Self::Less => value < wanted,
            Self::LessOrEqual => value <= wanted,
            Self::Greater => value > wanted,
            Self::GreaterOrEqual => value >= wanted,
        }
    }
}

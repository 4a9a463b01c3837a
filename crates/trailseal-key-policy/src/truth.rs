//! Yes, no, and not known with its reason.

use std::fmt;

/// Why it is not known whether a statement applies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The request has this condition key or not, with some value: it is not known.
    ContextKey(String),
    /// The request has this condition key, but its value is known in part only, and the condition
    /// depends on the rest.
    ContextKeyInPart(String),
    /// The condition key has several values, and the operator does not say whether all or any of
    /// them count.
    SeveralValues(String),
    /// A condition operator that this crate does not know, or does not evaluate.
    Operator(String),
    /// A set operator over a negated one, or ForAnyValue with IfExists, on a key that the request
    /// does not have. AWS's own pages contradict each other here, or say nothing.
    AbsentUnderSetOperator(String),
    /// A value with a policy variable, whose content is not known.
    PolicyVariable(String),
    /// A value that cannot be compared the way its operator says.
    Value(String),
    /// A principal of which AWS does not say whether it stands for the caller.
    Principal(String),
    /// A pattern of an action or resource of which AWS does not say how far it reaches.
    Pattern(String),
    /// An element that is missing, unknown, or not of the form that IAM's grammar gives it.
    Element(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContextKey(key) => write!(f, "the value of `{key}` is not known"),
            Self::ContextKeyInPart(key) => {
                write!(f, "the value of `{key}` is known in part only")
            }
            Self::SeveralValues(key) => {
                write!(f, "`{key}` has several values and the operator names no set")
            }
            Self::Operator(name) => write!(f, "the operator `{name}` is not evaluated"),
            Self::AbsentUnderSetOperator(key) => {
                write!(f, "AWS does not say what such a set operator means for the absent `{key}`")
            }
            Self::PolicyVariable(value) => write!(f, "`{value}` holds a policy variable"),
            Self::Value(value) => write!(f, "the value `{value}` cannot be compared"),
            Self::Principal(name) => {
                write!(f, "whether the principal `{name}` stands for the caller is not known")
            }
            Self::Pattern(pattern) => write!(f, "how far `{pattern}` reaches is not known"),
            Self::Element(element) => write!(f, "the element `{element}` is not understood"),
        }
    }
}

impl Why {
    /// Whether the rest of the request would settle it, such as who asks.
    pub(crate) const fn is_of_request(&self) -> bool {
        matches!(self, Self::ContextKey(_) | Self::ContextKeyInPart(_))
    }
}

impl Why {
    /// Whether an element is not understood.
    pub(crate) const fn is_of_element(&self) -> bool {
        matches!(self, Self::Element(_))
    }
}

/// The answer to one question about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown(Why),
}

impl Truth {
    /// The opposite; what is not known stays so.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown(why) => Self::Unknown(why),
        }
    }

    /// The same, where something is read for certain; if it may be ignored for this reason, only
    /// where that makes no difference.
    pub(crate) fn unless_ignored(self, if_ignored: &Self, why: Option<&Why>) -> Self {
        match why {
            Some(why) if self != *if_ignored => Self::Unknown(why.clone()),
            _ => self,
        }
    }

    /// Whether all are so. One certain no decides, whatever else is not known. Of several doubts the
    /// first is given that no request settles, else the first: whether there is such a one must not
    /// depend on the order.
    pub(crate) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::Yes;
        for truth in truths {
            match (&truth, &result) {
                (Self::No, _) => return Self::No,
                (Self::Unknown(_), Self::Yes) => result = truth,
                (Self::Unknown(new), Self::Unknown(known))
                    if known.is_of_request() && !new.is_of_request() =>
                {
                    result = truth;
                }
                _ => {}
            }
        }
        result
    }

    /// Whether any is so. One certain yes decides, whatever else is not known.
    pub(crate) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        Self::all(truths.into_iter().map(Self::negated)).negated()
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certainty_goes_before_doubt() {
        let unknown = || Truth::Unknown(Why::Element("a".to_owned()));
        assert_eq!(Truth::all([Truth::Yes, unknown(), Truth::No]), Truth::No);
        assert_eq!(Truth::all([Truth::Yes, unknown()]), unknown());
        assert_eq!(Truth::any([Truth::No, unknown(), Truth::Yes]), Truth::Yes);
        assert_eq!(Truth::any([Truth::No, unknown()]), unknown());
        let of_request = || Truth::Unknown(Why::ContextKey("b".to_owned()));
        for doubts in [[unknown(), of_request()], [of_request(), unknown()]] {
            assert_eq!(Truth::all(doubts.clone()), unknown());
            assert_eq!(Truth::any(doubts), unknown());
        }
        let in_part = || Truth::Unknown(Why::ContextKeyInPart("c".to_owned()));
        assert_eq!(Truth::all([in_part(), of_request()]), in_part());
        assert_eq!(Truth::all([of_request(), Truth::No, unknown()]), Truth::No);
        assert_eq!(Truth::all([]), Truth::Yes);
        assert_eq!(Truth::any([]), Truth::No);
    }
}

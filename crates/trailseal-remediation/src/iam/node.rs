//! A document before it has a format: what JSON, YAML and Terraform print alike.

/// One value of a document.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// A text.
    Text(String),
    /// The external id: JSON has its value, a template a reference to its parameter.
    ExternalId(String),
    /// A word of the format itself, such as `true` or `!Ref X`; JSON has none.
    Word(String),
    /// A list.
    List(Vec<Node>),
    /// Keys with their values, in the order of printing.
    Map(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn word(word: impl Into<String>) -> Self {
        Self::Word(word.into())
    }

    pub(super) fn list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    pub(super) fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        Self::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
    }
}

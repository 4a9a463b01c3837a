//! Cells: what a spreadsheet must not take for a formula, and how absent values look.

use std::borrow::Cow;

/// Free text as a cell: a spreadsheet would run text that begins like a formula, so such text gets
/// an apostrophe in front. The raw value stays in the record.
///
/// Source: OWASP, "CSV Injection". Ids, ARNs, numbers and words of ours are never changed.
#[must_use]
pub fn neutralized(text: &str) -> Cow<'_, str> {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']);
    if is_formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// One row under construction.
#[derive(Debug, Default)]
pub(crate) struct Row(Vec<String>);

impl Row {
    /// Something that is always there and is no free text.
    #[expect(clippy::needless_pass_by_value, reason = "numbers, words and references alike")]
    pub(crate) fn cell(mut self, value: impl ToString) -> Self {
        self.0.push(value.to_string());
        self
    }

    /// Something that may be absent: an empty cell then.
    pub(crate) fn maybe(self, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.cell(value),
            None => self.cell(""),
        }
    }

    /// Text that people outside wrote.
    pub(crate) fn free(mut self, text: &str) -> Self {
        self.0.push(neutralized(text).into_owned());
        self
    }

    /// A list, joined by semicolons.
    pub(crate) fn list<T: ToString>(self, values: impl IntoIterator<Item = T>) -> Self {
        let values: Vec<String> = values.into_iter().map(|it| it.to_string()).collect();
        self.cell(values.join(";"))
    }

    pub(crate) fn cells(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_nothing_else_is_touched() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0", "＝1"] {
            assert_eq!(neutralized(text), format!("'{text}"));
        }
        for text in ["", "a=b", "012345678901", "prod", "'x", "日本"] {
            assert_eq!(neutralized(text), text);
        }
    }
}

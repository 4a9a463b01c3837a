//! Cells: what a spreadsheet must not take for a formula, how much it can hold, and how absent values
//! look.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};

/// Characters that a cell of a spreadsheet holds at most, as UTF-16 counts them; what is longer is cut
/// off or spills into the next row when the file is opened.
///
/// Source: Microsoft, "Excel specifications and limits".
pub const CELL_LIMIT: usize = 32_767;

/// Characters that are kept free for the end of a list or text that is cut.
const ENDING: usize = 60;

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
#[derive(Debug)]
pub(crate) struct Row {
    record: csv::StringRecord,
    scratch: String,
}

impl Default for Row {
    /// Room for a row of usual length: a large organization has hundreds of thousands of them.
    fn default() -> Self {
        Self {
            record: csv::StringRecord::with_capacity(1024, 32),
            scratch: String::with_capacity(64),
        }
    }
}

impl Row {
    /// Something that is always there and is no free text.
    pub(crate) fn cell(mut self, value: impl Display) -> Self {
        self.scratch.clear();
        // A String takes everything.
        let _ = write!(self.scratch, "{value}");
        self.record.push_field(&self.scratch);
        self
    }

    /// Something that may be absent: an empty cell then.
    pub(crate) fn maybe(mut self, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            return self.cell(value);
        }
        self.record.push_field("");
        self
    }

    /// Text that people outside wrote, or that quotes it.
    pub(crate) fn free(mut self, text: &str) -> Self {
        self.record.push_field(&shortened(&neutralized(text)));
        self
    }

    /// A list, joined by semicolons. A list that no spreadsheet's cell can hold ends with the number of
    /// items that are left out.
    pub(crate) fn list<T: Display>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.joined(";", values)
    }

    /// A list with another separator.
    pub(crate) fn joined<T: Display>(
        mut self,
        separator: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.scratch.clear();
        let (mut items, mut kept, mut kept_end, mut length) = (0_u64, 0_u64, 0, 0);
        for value in values {
            let before = self.scratch.len();
            if items > 0 {
                self.scratch.push_str(separator);
            }
            let _ = write!(self.scratch, "{value}");
            items += 1;
            length += utf16_length(&self.scratch[before..]);
            if length + ENDING <= CELL_LIMIT {
                (kept, kept_end) = (items, self.scratch.len());
            }
        }
        if length > CELL_LIMIT {
            self.scratch.truncate(kept_end);
            let separator = if kept > 0 { separator } else { "" };
            let _ = write!(self.scratch, "{separator}and {} more in record.jsonl", items - kept);
        }
        self.record.push_field(&self.scratch);
        self
    }

    pub(crate) const fn record(&self) -> &csv::StringRecord {
        &self.record
    }
}

fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Text that a cell of a spreadsheet can hold.
fn shortened(text: &str) -> Cow<'_, str> {
    // There are never more UTF-16 units than bytes.
    if text.len() <= CELL_LIMIT || utf16_length(text) <= CELL_LIMIT {
        return Cow::Borrowed(text);
    }
    let mut length = 0;
    let is_kept = |letter: &char| {
        length += letter.len_utf16();
        length + ENDING <= CELL_LIMIT
    };
    let kept: String = text.chars().take_while(is_kept).collect();
    let left_out = text.chars().count() - kept.chars().count();
    Cow::Owned(format!("{kept} … and {left_out} more characters in record.jsonl"))
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

    fn only(row: &Row) -> &str {
        row.record().get(0).unwrap()
    }

    #[test]
    fn a_list_that_a_cell_can_hold_is_whole() {
        // 2,520 account ids and their separators: 32,759 characters.
        let ids = || (0..2_520).map(|number| format!("{number:012}"));
        let row = Row::default().list(ids());
        assert_eq!(only(&row).split(';').count(), 2_520);
        assert!(only(&row).len() <= CELL_LIMIT && !only(&row).contains("more"));
        assert_eq!(only(&Row::default().list(Vec::<String>::new())), "");
    }

    #[test]
    fn a_longer_list_is_cut_between_two_items_and_counts_the_others() {
        for items in [2_521_usize, 10_031] {
            let row = Row::default().list((0..items).map(|number| format!("{number:012}")));
            assert!(utf16_length(only(&row)) <= CELL_LIMIT);
            let parts: Vec<&str> = only(&row).split(';').collect();
            let (last, kept) = parts.split_last().unwrap();
            assert!(kept.iter().all(|id| id.len() == 12));
            assert_eq!(*last, format!("and {} more in record.jsonl", items - kept.len()));
        }
        let row = Row::default().list(["x".repeat(CELL_LIMIT + 1)]);
        assert_eq!(only(&row), "and 1 more in record.jsonl");
    }

    #[test]
    fn a_longer_text_is_cut_between_two_characters_and_counts_the_others() {
        for (text, kept) in
            [("é".repeat(CELL_LIMIT), CELL_LIMIT), ("🦭".repeat(CELL_LIMIT / 2), CELL_LIMIT / 2)]
        {
            assert_eq!(only(&Row::default().free(&text)).chars().count(), kept, "whole");
            let row = Row::default().free(&format!("{text}ab"));
            assert!(utf16_length(only(&row)) <= CELL_LIMIT);
            let (start, end) = only(&row).split_once(" … and ").unwrap();
            let left_out = kept + 2 - start.chars().count();
            assert_eq!(end, format!("{left_out} more characters in record.jsonl"));
        }
        let row = Row::default().free(&"=".repeat(CELL_LIMIT));
        assert!(only(&row).starts_with("'=") && utf16_length(only(&row)) <= CELL_LIMIT);
    }
}

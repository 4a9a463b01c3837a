//! What the user's exceptions accept, as the justification of a suppression.

use std::collections::HashMap;

use trailseal_record::v1::ExceptionLine;

use crate::text::{NAME, SENTENCE, quotable};

/// Why something is accepted, by the exception's id.
#[derive(Debug, Default)]
pub(crate) struct Justifications(HashMap<String, String>);

impl Justifications {
    pub(crate) fn add(&mut self, exception: &ExceptionLine) {
        let text = format!(
            "{} Ticket '{}', owner '{}', approved by '{}', valid through {}.",
            sentence(&exception.reason),
            quotable(&exception.ticket, NAME),
            quotable(&exception.owner, NAME),
            quotable(&exception.approver, NAME),
            exception.expiry
        );
        self.0.insert(exception.exception_id.clone(), text);
    }

    /// Why something is accepted; `None` where no exception covers it.
    pub(crate) fn of<'a>(&self, ids: impl IntoIterator<Item = &'a String>) -> Option<String> {
        let texts = ids.into_iter().map(|id| match self.0.get(id) {
            Some(text) => text.clone(),
            None => format!("Exception '{}'.", quotable(id, NAME)),
        });
        let texts: Vec<String> = texts.collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}

fn sentence(reason: &str) -> String {
    format!("'{}'.", quotable(reason.trim_end_matches('.'), SENTENCE))
}

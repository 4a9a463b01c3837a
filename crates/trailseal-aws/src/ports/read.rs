//! Small readings that several ports share.

use std::ops::ControlFlow;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use trailseal_model::{AccountId, Answer, Gap, InvalidAccountId};

use crate::ask::Ask;
use crate::call::Unread;

/// The text, unless it is empty: AWS means "there is none" by both.
pub(super) fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|it| !it.is_empty())
}

/// The same, kept.
pub(super) fn present_owned(text: Option<&str>) -> Option<String> {
    present(text).map(str::to_owned)
}

/// AWS's time, which must be one if it is there at all.
pub(super) fn time(field: &str, time: Option<&DateTime>) -> Result<Option<Timestamp>, Unread> {
    let Some(time) = time else { return Ok(None) };
    let nanoseconds = i32::try_from(time.subsec_nanos()).unwrap_or(0);
    Timestamp::new(time.secs(), nanoseconds)
        .map(Some)
        .map_err(|_| Unread::Malformed(format!("{field} is out of range")))
}

/// An account's id, which must be one.
pub(super) fn account_id(text: Option<&str>) -> Result<AccountId, Unread> {
    let parsed = text.unwrap_or_default().parse();
    parsed.map_err(|it: InvalidAccountId| Unread::Malformed(it.to_string()))
}

/// A number of days, which must be one if it is there at all.
pub(super) fn days(field: &str, days: Option<i32>) -> Result<Option<u32>, Unread> {
    let Some(days) = days else { return Ok(None) };
    u32::try_from(days)
        .map(Some)
        .map_err(|_| Unread::Malformed(format!("{field} is {days}, which no number of days is")))
}

/// The list of one page, which AWS always sends, if only an empty one: an answer without it is none,
/// whatever answered. A page that leads to another one may lack it, as Organizations' empty pages do.
pub(super) fn listed<'a, T>(
    list: Option<&'a [T]>,
    next_token: Option<&str>,
    without: &'static str,
) -> Result<&'a [T], Unread> {
    match list {
        Some(list) => Ok(list),
        None if present(next_token).is_some() => Ok(&[]),
        None => Err(without.into()),
    }
}

/// One page of a listing that is read whole.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next_token: Option<String>,
}

/// Pages of one listing, put together.
pub(super) struct Pages<T> {
    whole: Option<Answer<Vec<T>>>,
    /// Every token that was given, the latest last.
    tokens: Vec<String>,
}

impl<T> Pages<T> {
    pub(super) const fn new() -> Self {
        Self { whole: None, tokens: Vec::new() }
    }

    /// The token of the page to ask for.
    pub(super) fn token(&self) -> Option<String> {
        self.tokens.last().cloned()
    }

    /// Adds a page; gives everything when it was the last one. The evidence is that of the last
    /// request, with the attempts of all.
    pub(super) fn add(
        mut self,
        ask: &Ask<'_>,
        page: Answer<Page<T>>,
    ) -> Result<ControlFlow<Answer<Vec<T>>, Self>, Gap> {
        let Answer { value: page, mut evidence } = page;
        if page.next_token.as_ref().is_some_and(|it| self.tokens.contains(it)) {
            return Err(ask.malformed("the listing repeats a page: it gave the same token twice"));
        }
        let mut items = Vec::new();
        if let Some(before) = self.whole.take() {
            items = before.value;
            evidence.attempts = evidence.attempts.saturating_add(before.evidence.attempts);
            evidence.throttles = evidence.throttles.saturating_add(before.evidence.throttles);
        }
        items.extend(page.items);
        let whole = Answer { value: items, evidence };
        let Some(token) = page.next_token else { return Ok(ControlFlow::Break(whole)) };
        self.tokens.push(token);
        Ok(ControlFlow::Continue(Self { whole: Some(whole), ..self }))
    }
}

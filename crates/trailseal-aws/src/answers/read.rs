//! Small readings that several answers share, and the loop over pages.

use std::collections::BTreeSet;

use aws_smithy_types::DateTime;
use jiff::Timestamp;
use trailseal_model::{AccountId, Answer, Evidence, Gap, InvalidAccountId};

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

/// One page of a listing.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next_token: Option<String>,
}

/// What a listing has, as far as it could be read.
pub(super) struct Listing<T> {
    /// What is on all pages. The evidence is that of the last request, with the attempts of all.
    pub(super) rows: Answer<Vec<T>>,
    /// Why there may be more.
    pub(super) ended_by: Option<Gap>,
}

impl<T> Listing<T> {
    /// Everything: a listing that ends early is none.
    pub(super) fn whole(self) -> Result<Answer<Vec<T>>, Gap> {
        self.ended_by.map_or(Ok(self.rows), Err)
    }
}

/// Reads a listing page by page, to its end or to the first page that cannot be read; without a first
/// page there is none. The one loop over pages: a token that comes again would make it endless.
pub(super) async fn read_pages<T, F>(
    ask: &Ask<'_>,
    page: impl Fn(Option<String>) -> F,
) -> Result<Listing<T>, Gap>
where
    F: Future<Output = Result<Answer<Page<T>>, Gap>>,
{
    let Answer { value: Page { items, mut next_token }, evidence } = page(None).await?;
    let mut rows = Answer { value: items, evidence };
    let mut tokens = BTreeSet::new();
    while let Some(token) = next_token {
        if !tokens.insert(token.clone()) {
            let gap = ask.malformed("the listing repeats a page: it gave the same token twice");
            return Ok(Listing { rows, ended_by: Some(gap) });
        }
        match page(Some(token)).await {
            Ok(next) => {
                rows = with_page(rows, next.value.items, next.evidence);
                next_token = next.value.next_token;
            }
            Err(gap) => return Ok(Listing { rows, ended_by: Some(gap) }),
        }
    }
    Ok(Listing { rows, ended_by: None })
}

fn with_page<T>(mut rows: Answer<Vec<T>>, items: Vec<T>, last: Evidence) -> Answer<Vec<T>> {
    rows.value.extend(items);
    rows.evidence = Evidence {
        attempts: last.attempts.saturating_add(rows.evidence.attempts),
        throttles: last.throttles.saturating_add(rows.evidence.throttles),
        ..last
    };
    rows
}

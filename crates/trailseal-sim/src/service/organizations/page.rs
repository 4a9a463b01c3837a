//! Pages of at most 20, some of them empty.

use serde_json::{Map, Value};

use super::super::paging::{max_results, place, token};
use super::{Call, Context, invalid};
use crate::wire::Reply;
use crate::wire::fault::Fault;

/// The page that is asked for of a list of so many items. Only the items of the page are made.
///
/// The question is what the token is bound to besides the operation.
pub(super) fn page(
    context: &Context<'_>,
    call: &Call<'_>,
    (member, question): (&str, &str),
    count: usize,
    item: impl Fn(usize) -> Value,
) -> Result<Reply, Fault> {
    let seed = context.world.draw("organizations").value();
    let question = format!("{} {question}", call.operation.name);
    let most = most(call)?;
    let begin = match call.text("NextToken") {
        None => PagePosition::default(),
        Some(text) => {
            let place = place(seed, &question, text).map(PagePosition::from_number);
            place.filter(|it| it.item < count).ok_or_else(|| {
                let message = "Get the value for the NextToken parameter from the response to a previous call of the operation.";
                invalid("INVALID_NEXT_TOKEN", message)
            })?
        }
    };
    let (items, next) = begin.page(most, count, empty_page_every(context, call));
    let mut output = Map::new();
    output.insert(member.to_owned(), items.map(item).collect());
    if let Some(next) = next {
        output.insert("NextToken".to_owned(), token(seed, &question, next.number()).into());
    }
    Ok(Reply::Json(output.into()))
}

/// Only ListAccounts is said to have empty pages, and the world says how often.
fn empty_page_every(context: &Context<'_>, call: &Call<'_>) -> usize {
    let organization = context.world.organization();
    let every = organization.filter(|_| call.operation.name == "ListAccounts");
    every.map_or(0, |it| it.empty_page_every as usize)
}

fn most(call: &Call<'_>) -> Result<usize, Fault> {
    match max_results(call)?.unwrap_or(20) {
        ..1 => Err(invalid(
            "MIN_VALUE_EXCEEDED",
            "You provided a numeric parameter that has a smaller value than allowed.",
        )),
        21.. => Err(invalid(
            "MAX_VALUE_EXCEEDED",
            "You provided a numeric parameter that has a larger value than allowed.",
        )),
        number => Ok(usize::try_from(number).unwrap_or(20)),
    }
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct PagePosition {
    /// The first item.
    item: usize,
    /// Whether the empty page before it has been given out.
    is_past_gap: bool,
}

impl PagePosition {
    fn number(self) -> usize {
        self.item * 2 + usize::from(self.is_past_gap)
    }

    fn from_number(number: usize) -> Self {
        Self { item: number / 2, is_past_gap: number % 2 == 1 }
    }

    /// The items of the page that begins here, and where the next one begins.
    fn page(
        self,
        most: usize,
        count: usize,
        gap_every: usize,
    ) -> (std::ops::Range<usize>, Option<Self>) {
        let mut end = count.min(self.item + most);
        if let Some(gaps) = self.item.checked_div(gap_every) {
            if gaps * gap_every == self.item && self.item > 0 && !self.is_past_gap {
                return (self.item..self.item, Some(Self { is_past_gap: true, ..self }));
            }
            end = end.min((gaps + 1) * gap_every);
        }
        let next = (end < count).then_some(Self { item: end, is_past_gap: false });
        (self.item..end, next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pages_hold_every_item_once_and_come_to_an_end(
            most in 1usize..=20, count in 0usize..200, gap_every in 0usize..50,
        ) {
            let (mut place, mut seen, mut empty) = (Some(PagePosition::default()), Vec::new(), 0);
            while let Some(at) = place {
                prop_assert_eq!(PagePosition::from_number(at.number()), at);
                let (items, next) = at.page(most, count, gap_every);
                prop_assert!(items.len() <= most);
                empty += usize::from(items.is_empty() && next.is_some());
                seen.extend(items);
                place = next;
            }
            prop_assert_eq!(seen, (0..count).collect::<Vec<_>>());
            let gaps = count.saturating_sub(1).checked_div(gap_every).unwrap_or(0);
            prop_assert_eq!(empty, gaps);
        }
    }
}

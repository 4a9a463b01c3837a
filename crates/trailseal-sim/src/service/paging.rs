//! Tokens that stand for a place in a list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Call;
use crate::draw::Draw;
use crate::wire::Input;
use crate::wire::fault::Fault;
use crate::world::World;

/// The token for the place where the next page begins. It is bound to what was asked, so that a
/// token cannot be used for another question.
#[must_use]
pub fn token(seed: u64, question: &str, next: usize) -> String {
    text_token(seed, question, &next.to_string())
}

/// The place that a token stands for; `None` if it was not given out for this question.
#[must_use]
pub fn place(seed: u64, question: &str, text: &str) -> Option<usize> {
    text_place(seed, question, text)?.parse().ok()
}

/// The token for a place that is a text.
#[must_use]
pub fn text_token(seed: u64, question: &str, next: &str) -> String {
    let check = Draw::new(seed).word("page").word(question).word(next).value();
    URL_SAFE_NO_PAD.encode(format!("{check:016x}:{next}"))
}

/// The text that a token stands for; `None` if it was not given out for this question.
#[must_use]
pub fn text_place(seed: u64, question: &str, text: &str) -> Option<String> {
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let next = decoded.split_once(':')?.1;
    (text_token(seed, question, next) == text).then(|| next.to_owned())
}

/// So many of a list from the place that the token stands for, and the token for the rest; `None`
/// if the token was not given out for this question.
#[must_use]
pub fn page<T>(
    world: &World,
    question: &str,
    list: impl Iterator<Item = T>,
    begin: Option<&str>,
    size: usize,
) -> Option<(Vec<T>, Option<String>)> {
    let seed = world.draw("page").value();
    let begin = begin.map_or(Some(0), |it| place(seed, question, it))?;
    let mut list = list.skip(begin);
    let items: Vec<_> = list.by_ref().take(size).collect();
    let next = list.next().map(|_| token(seed, question, begin + size));
    Some((items, next))
}

/// The number of items that a page may have at most, if the caller says so.
///
/// # Errors
/// It is no whole number: no service takes that.
pub fn max_results(call: &Call<'_>) -> Result<Option<i64>, Fault> {
    let Input::Json(input) = &call.input else { return Ok(call.number("MaxResults")) };
    let Some(value) = input.get("MaxResults").filter(|it| !it.is_null()) else { return Ok(None) };
    let number = value.as_i64();
    number.map(Some).ok_or_else(|| Fault::new(400, "SerializationException", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_answers_only_the_question_it_was_given_for() {
        let given = token(1, "ListAccounts", 20);
        assert_eq!(place(1, "ListAccounts", &given), Some(20));
        assert_eq!(place(1, "ListRoots", &given), None);
        assert_eq!(place(2, "ListAccounts", &given), None);
        assert_eq!(place(1, "ListAccounts", "nonsense"), None);
    }
}

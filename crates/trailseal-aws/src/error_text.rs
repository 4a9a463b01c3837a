//! The words of an error of any origin.

use std::error::Error;

/// The texts of an error and its sources, each once. The SDK's own helper would print `Debug`
/// forms too, with whole requests in them.
pub(crate) fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(link) = next {
        let text = link.to_string();
        if !text.is_empty() && texts.last() != Some(&text) {
            texts.push(text);
        }
        next = link.source();
    }
    texts.join(": ")
}

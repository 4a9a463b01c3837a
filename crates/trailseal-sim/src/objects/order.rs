//! Texts in the order of keys: what comes next.

/// The least text that is greater than this one.
#[must_use]
pub fn after(text: &str) -> String {
    format!("{text}\0")
}

/// The least text that is greater than all that begin with this one.
#[must_use]
pub fn behind(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(last) = text.pop() {
        // `Step`s over the surrogates, which are no characters.
        if let Some(next) = (last..=char::MAX).nth(1) {
            text.push(next);
            return text;
        }
    }
    // Nothing is behind all texts; no key has so great a character.
    char::MAX.to_string().repeat(300)
}

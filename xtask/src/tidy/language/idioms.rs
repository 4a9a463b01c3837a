//! What Trailseal does not write, and what it writes instead.

use super::Word;

/// A phrase that no text for people has.
pub(super) struct Idiom {
    /// The phrase, as complaints show it.
    pub(super) shown: &'static str,
    /// What to write.
    pub(super) instead: &'static str,
    /// Its words in a row, with nothing but spaces between them; each in all its forms, in lower case.
    words: &'static [&'static [&'static str]],
    /// Words before it that make it another phrase: `the answers for all accounts`.
    not_after: &'static [&'static str],
    /// Words after it that make it another phrase: `is told apart`.
    not_before: &'static [&'static str],
    /// Whether it is unwanted only where it opens a sentence, with a capital letter.
    only_as_opening: bool,
    /// Whether messages may have it: they have no room for the longer form.
    pub(super) only_in_prose: bool,
}

impl Idiom {
    /// A phrase that is unwanted everywhere.
    const fn new(
        shown: &'static str,
        instead: &'static str,
        words: &'static [&'static [&'static str]],
    ) -> Self {
        Self {
            shown,
            instead,
            words,
            not_after: &[],
            not_before: &[],
            only_as_opening: false,
            only_in_prose: false,
        }
    }

    /// Whether the phrase begins at this word.
    pub(super) fn is_at(&self, text: &[Word], start: usize) -> bool {
        let Some(words) = text.get(start..start + self.words.len()) else { return false };
        let matches =
            self.words.iter().zip(words).all(|(forms, word)| forms.contains(&&*word.text));
        let is_joined = words.iter().skip(1).all(|word| word.follows_a_space);
        let after = text.get(start + self.words.len()).map(|after| after.text.as_str());
        let before = start.checked_sub(1).map(|before| text[before].text.as_str());
        matches
            && is_joined
            && !before.is_some_and(|before| self.not_after.contains(&before))
            && !after.is_some_and(|after| self.not_before.contains(&after))
            && (!self.only_as_opening || words.iter().take(1).all(|word| word.is_capital))
    }
}

const BE: &[&str] = &["is", "are", "was", "were", "be", "been", "being"];

/// Every phrase.
pub(super) const IDIOMS: &[Idiom] = &[
    Idiom::new("hangs on", "\"depends on\"", &[&["hang", "hangs", "hung", "hanging"], &["on"]]),
    Idiom::new(
        "stands in",
        "\"is in\"",
        &[&["stand", "stands", "stood", "standing"], &["in", "beside", "before"]],
    ),
    Idiom::new(
        "lies under",
        "\"is encrypted with\" or \"is below\"",
        &[&["lie", "lies", "lay", "lain", "lying"], &["under"]],
    ),
    Idiom::new("so many", "the number, or \"that many\"", &[&["so"], &["many"]]),
    Idiom::new("so long", "how long, or \"that long\"", &[&["so"], &["long"]]),
    Idiom::new("so called", "the name alone", &[&["so"], &["called"]]),
    Idiom::new("so-called", "the name alone", &[&["so-called"]]),
    Idiom {
        not_after: &[
            "all",
            "and",
            "any",
            "aws's",
            "different",
            "earlier",
            "few",
            "from",
            "more",
            "no",
            "of",
            "or",
            "other",
            "our",
            "same",
            "some",
            "the",
            "their",
            "these",
            "those",
            "two",
            "with",
        ],
        ..Idiom::new("answers for", "\"owns\"", &[&["answers", "answered", "answering"], &["for"]])
    },
    Idiom::new("came to", "\"resulted in\"", &[&["came"], &["to"]]),
    Idiom { not_before: &["apart"], ..Idiom::new("is told", "\"receives\"", &[BE, &["told"]]) },
    Idiom::new(
        "goes before",
        "\"takes precedence over\"",
        &[&["go", "goes", "went", "going"], &["before"]],
    ),
    Idiom::new("at the place of", "\"instead of\"", &[&["at"], &["the"], &["place"], &["of"]]),
    Idiom::new("nobody", "the program, role or account that does not", &[&["nobody", "nobody's"]]),
    Idiom::new("somebody", "the program, role or account", &[&["somebody", "somebody's"]]),
    Idiom::new("whoever", "the program, role or account that does", &[&["whoever"]]),
    Idiom::new(
        "says so",
        "\"is reported\", or what it says",
        &[&["say", "says", "said", "saying"], &["so"]],
    ),
    Idiom::new(
        "left alone",
        "\"not changed\"",
        &[&["leave", "leaves", "left", "leaving"], &["alone"]],
    ),
    Idiom::new("looked at", "\"examined\"", &[&["looked"], &["at"]]),
    Idiom {
        only_as_opening: true,
        only_in_prose: true,
        ..Idiom::new("there is", "who does what, with a verb", &[&["there"], BE])
    },
];

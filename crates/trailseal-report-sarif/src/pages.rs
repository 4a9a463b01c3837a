//! The controls' pages, as an alert shows them and `explain` prints them.

use trailseal_model::ControlId;

/// Every page in `docs/controls`, by the control's id: the build script finds them.
const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The page of a control, in Markdown: what it checks, what each reason means, how to fix it.
#[must_use]
pub fn control_page(control: ControlId) -> &'static str {
    let page = PAGES.iter().find(|page| page.0 == control.as_str());
    page.expect("every control has a page: a test looks for each").1
}

/// Markdown without its relative links, which lead nowhere from an alert: their labels stay.
pub(crate) fn without_relative_links(markdown: &str) -> String {
    let mut out = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(link) = next_link(rest) {
        out.push_str(&rest[..link.start]);
        let is_absolute = link.target.contains("://");
        out.push_str(if is_absolute { &rest[link.start..link.end] } else { link.label });
        rest = &rest[link.end..];
    }
    out + rest
}

struct Link<'a> {
    start: usize,
    end: usize,
    label: &'a str,
    target: &'a str,
}

/// The first `[label](target)`.
fn next_link(text: &str) -> Option<Link<'_>> {
    let mut from = 0;
    loop {
        let middle = from + text[from..].find("](")?;
        let target_end = middle + text[middle..].find(')')?;
        let target = &text[middle + 2..target_end];
        match text[from..middle].rfind('[') {
            Some(it) if !target.contains(['\n', '(']) => {
                let start = from + it;
                let label = &text[start + 1..middle];
                return Some(Link { start, end: target_end + 1, label, target });
            }
            _ => from = middle + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_links_become_their_labels() {
        let check = |text: &str, expected: &str| assert_eq!(without_relative_links(text), expected);
        check("a [b](c.md) d [e](../f.md#g).", "a b d e.");
        check("[`a`](b.md)", "`a`");
        check("[a](https://example.com/x.md)", "[a](https://example.com/x.md)");
        check("a[0](no\nlink) [b](c.md)", "a[0](no\nlink) b");
        check("[not a link] (x)", "[not a link] (x)");
        check("", "");
    }

    #[test]
    fn every_control_has_its_page_and_every_page_its_control() {
        for control in ControlId::ALL {
            let first = control_page(*control).lines().next().unwrap_or_default();
            assert!(first.starts_with("# "), "{control}: {first}");
        }
        assert_eq!(PAGES.len(), ControlId::ALL.len());
    }
}

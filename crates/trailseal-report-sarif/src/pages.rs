//! The controls' pages, as an alert shows them.

use trailseal_model::ControlId;

macro_rules! included {
    ($id:literal) => {
        Some(include_str!(concat!("../../../docs/controls/", $id, ".md")))
    };
}

/// The page of a control, if it has one.
pub(crate) const fn page(control: ControlId) -> Option<&'static str> {
    match control {
        ControlId::TrailKmsEncrypted => included!("trail-kms-encrypted"),
        ControlId::KeyCustomerManaged => included!("key-customer-managed"),
        ControlId::KeyUsable => included!("key-usable"),
        ControlId::KeyPolicyAllowsCloudtrail => included!("key-policy-allows-cloudtrail"),
        ControlId::KeyPolicyDescribeKey => included!("key-policy-describe-key"),
        ControlId::KeyPolicyScoped => included!("key-policy-scoped"),
        ControlId::KeyReadersLimited => included!("key-readers-limited"),
        ControlId::KeyRotationEnabled => included!("key-rotation-enabled"),
        ControlId::TrailDelivering => included!("trail-delivering"),
        ControlId::LogObjectsSealed => included!("log-objects-sealed"),
        ControlId::DigestObjectsSealed => included!("digest-objects-sealed"),
        ControlId::HistorySealed => included!("history-sealed"),
        ControlId::AccountCovered => included!("account-covered"),
        ControlId::EventDataStoreKmsEncrypted => included!("event-data-store-kms-encrypted"),
    }
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
    use std::fs;
    use std::path::Path;

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

    /// A page that is not included here would be missed in every alert of its control.
    #[test]
    fn every_page_there_is_is_shown() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/controls");
        for control in ControlId::ALL {
            let has_page = folder.join(format!("{control}.md")).is_file();
            assert_eq!(page(*control).is_some(), has_page, "{control}: add its page to pages.rs");
        }
        assert!(fs::read_dir(folder).unwrap().count() > 0);
    }
}

//! Just enough of HTML to check what this crate writes.

/// A tag that opens an element.
#[derive(Debug)]
pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    pub(crate) attributes: Vec<&'a str>,
    pub(crate) text: &'a str,
}

enum Found<'a> {
    Open(Tag<'a>),
    Close(&'a str),
}

/// Every tag of the page, the stylesheet's text left out.
fn scan(page: &str) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    let mut rest = page.strip_prefix("<!doctype html>").expect("a doctype");
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("a tag that ends");
        let text = &rest[start..=end];
        if let Some(name) = text.strip_prefix("</") {
            found.push(Found::Close(name.trim_end_matches('>')));
        } else {
            let tag = tag(text);
            let is_style = tag.name == "style";
            found.push(Found::Open(tag));
            if is_style {
                rest = &rest[rest.find("</style>").expect("a style that ends")..];
                continue;
            }
        }
        rest = &rest[end + 1..];
    }
    found
}

fn tag(text: &str) -> Tag<'_> {
    let inner = text.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    let (name, mut rest) = inner.split_once(' ').unwrap_or((inner, ""));
    let is_name = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric());
    assert!(is_name(name), "{text}");
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let end = rest.find(['=', ' ']).unwrap_or(rest.len());
        attributes.push(&rest[..end]);
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix("=\"") {
            rest = &value[value.find('"').unwrap_or_else(|| panic!("{text}")) + 1..];
        }
    }
    Tag { name, attributes, text }
}

pub(crate) fn tags(page: &str) -> Vec<Tag<'_>> {
    let open = |it| match it {
        Found::Open(tag) => Some(tag),
        Found::Close(_) => None,
    };
    scan(page).into_iter().filter_map(open).collect()
}

/// Each element ends, in the element that it begins in, and paragraphs hold no blocks.
pub(crate) fn check_nesting(page: &str) {
    const BLOCKS: [&str; 9] = ["p", "div", "ul", "ol", "dl", "pre", "table", "section", "details"];
    let mut open: Vec<&str> = Vec::new();
    for found in scan(page) {
        match found {
            Found::Open(tag) => {
                let is_in_text =
                    open.iter().any(|it| matches!(*it, "p" | "bdi" | "code" | "pre" | "span"));
                assert!(!(is_in_text && BLOCKS.contains(&tag.name)), "{} in {open:?}", tag.text);
                if !matches!(tag.name, "meta" | "br" | "rect") {
                    open.push(tag.name);
                }
            }
            Found::Close(name) => assert_eq!(open.pop(), Some(name), "in {open:?}"),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

pub(crate) fn value<'a>(tag: &Tag<'a>, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.text.split_once(&format!(" {name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// Ids are unique, and what is referred to is there.
pub(crate) fn check_ids(page: &str) {
    let tags = tags(page);
    let mut ids: Vec<&str> = tags.iter().filter_map(|it| value(it, "id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands twice");
    let links = tags.iter().filter_map(|it| value(it, "href")).map(|it| &it[1..]);
    let labels = tags.iter().filter_map(|it| value(it, "aria-labelledby"));
    for target in links.chain(labels) {
        assert!(ids.binary_search(&target).is_ok(), "nothing is called `{target}`");
    }
    let mut names: Vec<&str> = tags.iter().filter_map(|it| value(it, "aria-label")).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "two landmarks have one name");
}

/// One h1, and no level is left out on the way down.
pub(crate) fn check_headings(page: &str) {
    let levels: Vec<u32> =
        tags(page).iter().filter_map(|it| it.name.strip_prefix('h')?.parse().ok()).collect();
    assert_eq!(levels.first(), Some(&1));
    assert_eq!(levels.iter().filter(|it| **it == 1).count(), 1);
    assert!(levels.windows(2).all(|it| it[1] <= it[0] + 1), "{levels:?}");
}

/// Each table has a caption, and each heading says what it heads.
pub(crate) fn check_tables(page: &str) {
    let tags = tags(page);
    for (index, tag) in tags.iter().enumerate() {
        match tag.name {
            "table" => assert_eq!(tags[index + 1].name, "caption"),
            "th" => assert!(matches!(value(tag, "scope"), Some("col" | "row")), "{}", tag.text),
            _ => {}
        }
    }
}

/// The bytes that base64 stands for.
pub(crate) fn bytes(base64: &str) -> Vec<u8> {
    let digit = |it: u8| match it {
        b'A'..=b'Z' => it - b'A',
        b'a'..=b'z' => it - b'a' + 26,
        b'0'..=b'9' => it - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => panic!("{it}"),
    };
    let (mut out, mut bits, mut count) = (Vec::new(), 0_u16, 0);
    for byte in base64.trim_end_matches('=').bytes() {
        (bits, count) = (bits << 6 | u16::from(digit(byte)), count + 6);
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count).expect("eight bits"));
            bits &= (1 << count) - 1;
        }
    }
    out
}

//! A stacked bar, drawn in the page itself: its numbers are beside it as text.

use crate::text::number;
use crate::words::Mark;

/// The bar's width in its own units.
const WIDTH: u64 = 1_000;
/// The least width of a part that is not empty.
const LEAST: u64 = 4;

/// One part of a whole.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) mark: Mark,
    pub(crate) count: u64,
}

impl Part {
    pub(crate) const fn new(mark: Mark, count: u64) -> Self {
        Self { mark, count }
    }
}

/// One part as it is drawn.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) x: u64,
    pub(crate) width: u64,
    /// Names the part's fill in the stylesheet.
    pub(crate) fill: String,
    pub(crate) mark: Mark,
    pub(crate) count: String,
}

/// The bar.
#[derive(Debug)]
pub(crate) struct Bar {
    pub(crate) segments: Vec<Segment>,
    /// The same in words.
    pub(crate) text: String,
}

impl Bar {
    pub(crate) fn new(parts: impl Iterator<Item = Part>) -> Self {
        let parts: Vec<Part> = parts.filter(|it| it.count > 0).collect();
        let total: u64 = parts.iter().map(|it| it.count).sum();
        let room = WIDTH.saturating_sub(LEAST * parts.len() as u64);
        let mut segments = Vec::new();
        let (mut x, mut before) = (0, 0);
        for (index, part) in (1..).zip(&parts) {
            before += part.count;
            let end = LEAST * index + scaled(before, total, room);
            let fill = part.mark.label.replace(' ', "-").to_lowercase();
            let (mark, count) = (part.mark, number(part.count));
            segments.push(Segment { x, width: end - x, fill, mark, count });
            x = end;
        }
        let words: Vec<String> =
            segments.iter().map(|it| format!("{} {}", it.count, it.mark.label)).collect();
        Self { segments, text: words.join(", ") }
    }
}

fn scaled(count: u64, total: u64, room: u64) -> u64 {
    let scaled = u128::from(count) * u128::from(room) / u128::from(total.max(1));
    u64::try_from(scaled).unwrap_or(room)
}

#[cfg(test)]
mod tests {
    use trailseal_model::Verdict;

    use super::*;
    use crate::words;

    fn bar(counts: [u64; 3]) -> Bar {
        let marks = Verdict::ALL.iter().map(|it| words::verdict(*it));
        Bar::new(marks.zip(counts).map(|(mark, count)| Part::new(mark, count)))
    }

    #[test]
    fn segments_fill_the_bar_and_the_smallest_is_seen() {
        let bar = bar([340_000, 1, 0]);
        let widths: Vec<u64> = bar.segments.iter().map(|it| it.width).collect();
        assert_eq!(widths, [995, 5]);
        assert_eq!(bar.text, "340,000 sealed, 1 unsealed");
    }

    #[test]
    fn a_bar_of_nothing_is_empty() {
        let bar = bar([0, 0, 0]);
        assert!(bar.segments.is_empty() && bar.text.is_empty());
    }
}

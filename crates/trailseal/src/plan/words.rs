//! Numbers and lists as people write them.

/// Names that are shown before the rest is only counted.
pub(super) const NAMED: usize = 5;

/// The first names, and how many more there are.
pub(super) fn first<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
    }
}

/// `1 account`, `1,204 accounts`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number as people write it: `9,800`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        let shown = [0, 7, 999, 1000, 9800, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "7", "999", "1,000", "9,800", "1,234,567"]);
        assert_eq!(counted(1, "account"), "1 account");
        assert_eq!(counted(1204, "account"), "1,204 accounts");
        assert_eq!(first(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
    }
}

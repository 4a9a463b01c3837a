//! The text format of OpenMetrics, and of Prometheus before it: only what both read.
//!
//! Source: OpenMetrics 1.0, "Text format"; Prometheus, "Exposition formats".

use std::fmt::Write as _;

use crate::text::is_misleading;

/// The longest value of a label, in characters.
const LONGEST: usize = 200;

/// A text of metric families.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    prefix: &'static str,
}

impl Page {
    /// An empty page, whose metrics have names that begin with this.
    pub(crate) const fn new(prefix: &'static str) -> Self {
        Self { text: String::new(), prefix }
    }

    /// Begins a family of gauges. Its name ends with its unit, if it has one.
    pub(crate) fn family(
        &mut self,
        name: &'static str,
        unit: Option<&str>,
        help: &str,
    ) -> Family<'_> {
        let full = format!("{}{name}", self.prefix);
        let _ = writeln!(self.text, "# TYPE {full} gauge");
        if let Some(unit) = unit {
            let _ = writeln!(self.text, "# UNIT {full} {unit}");
        }
        let _ = writeln!(self.text, "# HELP {full} {}", value(help));
        Family { page: self, name: full }
    }

    /// The whole text.
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str("# EOF\n");
        self.text
    }
}

/// A family that is being written.
#[derive(Debug)]
pub(crate) struct Family<'a> {
    page: &'a mut Page,
    name: String,
}

impl Family<'_> {
    /// A sample with these labels.
    pub(crate) fn sample(&mut self, labels: &[(&str, &str)], number: &str) {
        let labels: Vec<String> =
            labels.iter().map(|(name, text)| format!("{name}=\"{}\"", value(text))).collect();
        let text = &mut self.page.text;
        let _ = match labels.as_slice() {
            [] => writeln!(text, "{} {number}", self.name),
            labels => writeln!(text, "{}{{{}}} {number}", self.name, labels.join(",")),
        };
    }

    /// The same with a whole number.
    pub(crate) fn count(&mut self, labels: &[(&str, &str)], count: u64) {
        self.sample(labels, &count.to_string());
    }
}

/// A text between quotation marks, on one line.
fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().take(LONGEST) {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            letter if is_misleading(letter) => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_neither_its_label_nor_its_line() {
        assert_eq!(value("a\"} 1\nb\\"), "a\\\"} 1 b\\\\");
        let mut page = Page::new("x_");
        page.family("run_seconds", Some("seconds"), "How long.").sample(&[("a", "\"")], "1.5");
        assert_eq!(
            page.finish(),
            "# TYPE x_run_seconds gauge\n# UNIT x_run_seconds seconds\n# HELP x_run_seconds How long.\n\
             x_run_seconds{a=\"\\\"\"} 1.5\n# EOF\n"
        );
    }
}

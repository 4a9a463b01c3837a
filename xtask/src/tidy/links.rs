//! Relative links between the documents.

use super::{Complaint, File};

/// Links of a Markdown file to files that are not there. `exists` answers for a path from the
/// repository's root.
pub(super) fn broken(file: &File, exists: &dyn Fn(&str) -> bool) -> Vec<Complaint> {
    if file.extension() != "md" {
        return Vec::new();
    }
    let folder = file.path.rsplit_once('/').map_or("", |it| it.0);
    let mut complaints = Vec::new();
    for (number, line) in prose(&file.text) {
        for target in targets(line).filter(|it| is_relative(it)) {
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !resolve(folder, target).is_some_and(|it| exists(&it)) {
                let message = format!("the link to `{target}` leads nowhere; correct or remove it");
                complaints.push(Complaint::new(&file.path, number, message));
            }
        }
    }
    complaints
}

/// The numbered lines that do not stand in a fenced block of code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        fenced ^= is_fence;
        !fenced && !is_fence
    })
}

/// The targets of `[text](target)` and `[label]: target`, code spans left out.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let inline = line
        .split('`')
        .step_by(2)
        .flat_map(|span| span.split("](").skip(1))
        .map(|it| it.split([')', ' ']).next().unwrap_or_default());
    let reference = line.strip_prefix('[').and_then(|it| it.split_once("]: "));
    inline.chain(reference.map(|it| it.1.trim()))
}

fn is_relative(target: &str) -> bool {
    !target.contains("://") && !target.starts_with("mailto:") && !target.starts_with('#')
}

/// The path from the repository's root; `None` if it leaves the repository.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let start = if target.starts_with('/') { "" } else { folder };
    for part in start.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let file = File { path: "docs/a.md".to_owned(), text: text.to_owned() };
        let known = ["README.md", "docs/b.md", "docs/controls"];
        let complaints = broken(&file, &|path| known.contains(&path));
        let messages: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert_eq!(messages, expected);
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        check("[a](b.md) [b](b.md#part) [c](../README.md) [d](/README.md) [e](controls/)\n", &[]);
        check("[a](https://example.com/x.md) [b](#part) [c](mailto:a@example.com)\n", &[]);
        check("`[a](no.md)`\n```\n[a](no.md)\n```\n", &[]);
        check("[`code`](b.md \"title\")\n[label]: b.md\n", &[]);
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let message = "docs/a.md:2: the link to `no.md` leads nowhere; correct or remove it";
        check("\n[a](no.md#x)\n", &[message]);
        check("\n[`code`](no.md)\n", &[message]);
        check("\n[label]: no.md\n", &[message]);
        check(
            "![a](../../b.md)\n",
            &["docs/a.md:1: the link to `../../b.md` leads nowhere; correct or remove it"],
        );
    }
}

//! JSON, with the keys in the document's order.

use super::node::Node;

/// A text as JSON has it. YAML's double quotes take the same.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The document, indented by two blanks, with a line feed at its end.
pub(super) fn json(node: &Node) -> String {
    let mut text = String::new();
    write(&mut text, node, 0);
    text.push('\n');
    text
}

fn write(out: &mut String, node: &Node, depth: usize) {
    match node {
        Node::Text(text) | Node::ExternalId(text) => out.push_str(&quoted(text)),
        Node::Word(word) => out.push_str(word),
        Node::List(items) => {
            let items = items.iter().map(|item| (None, item));
            write_block(out, ['[', ']'], items, depth);
        }
        Node::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (Some(key.as_str()), value));
            write_block(out, ['{', '}'], entries, depth);
        }
    }
}

fn write_block<'a>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = (Option<&'a str>, &'a Node)>,
    depth: usize,
) {
    out.push(open);
    let mut is_empty = true;
    for (key, item) in items {
        out.push_str(if is_empty { "\n" } else { ",\n" });
        is_empty = false;
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            out.push_str(&quoted(key));
            out.push_str(": ");
        }
        write(out, item, depth + 1);
    }
    if !is_empty {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

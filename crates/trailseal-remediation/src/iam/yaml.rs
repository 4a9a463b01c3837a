//! YAML as CloudFormation takes it: block style, every text in double quotes.

use super::json::quoted;
use super::node::Node;

/// The entries of a map, indented by two blanks a level.
pub(super) fn yaml(node: &Node) -> String {
    let mut text = String::new();
    write(&mut text, node, 0);
    text
}

/// Plain keys that YAML 1.1 would not take for texts.
const NO_TEXTS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ""];

fn key_of(key: &str) -> String {
    let is_text = !NO_TEXTS.contains(&key.to_ascii_lowercase().as_str());
    let is_plain = is_text && key.chars().all(|it| it.is_ascii_alphabetic());
    if is_plain { key.to_owned() } else { quoted(key) }
}

fn scalar(node: &Node) -> Option<String> {
    match node {
        Node::Text(text) => Some(quoted(text)),
        Node::ExternalId(_) => Some("!Ref ExternalId".to_owned()),
        Node::Word(word) => Some(word.clone()),
        Node::List(items) if items.is_empty() => Some("[]".to_owned()),
        Node::Map(entries) if entries.is_empty() => Some("{}".to_owned()),
        Node::List(_) | Node::Map(_) => None,
    }
}

fn write(out: &mut String, node: &Node, depth: usize) {
    let indent = "  ".repeat(depth);
    match node {
        Node::Map(entries) => {
            for (key, value) in entries {
                out.push_str(&indent);
                out.push_str(&key_of(key));
                out.push(':');
                if let Some(scalar) = scalar(value) {
                    out.extend([" ", &scalar, "\n"]);
                } else {
                    out.push('\n');
                    write(out, value, depth + 1);
                }
            }
        }
        Node::List(items) => {
            for item in items {
                out.push_str(&indent);
                out.push_str("- ");
                if let Some(scalar) = scalar(item) {
                    out.extend([&scalar, "\n"]);
                } else {
                    // The first line of the item is beside its dash.
                    let mut block = String::new();
                    write(&mut block, item, depth + 1);
                    out.push_str(block.trim_start());
                }
            }
        }
        other => out.extend(scalar(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_lists_nest() {
        let node = Node::map([
            ("a", Node::text("1: \"x\"")),
            (
                "b",
                Node::List(vec![Node::map([("c", Node::list(["d"])), ("e:f", Node::text("g"))])]),
            ),
            ("h", Node::ExternalId("secret".to_owned())),
            ("i", Node::word("true")),
            ("Null", Node::map([("On", Node::List(Vec::new()))])),
        ]);
        let expected = "a: \"1: \\\"x\\\"\"\nb:\n  - c:\n      - \"d\"\n    \"e:f\": \"g\"\nh: !Ref ExternalId\ni: true\n\"Null\":\n  \"On\": []\n";
        assert_eq!(yaml(&node), expected);
    }
}

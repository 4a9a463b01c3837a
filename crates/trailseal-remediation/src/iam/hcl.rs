//! Terraform's language, laid out as `terraform fmt` leaves it: two blanks a level, and the equals signs
//! of attributes below each other where each fits on one line.

use std::fmt::Write as _;

use super::json::quoted;
use super::node::Node;

/// A block: `resource "aws_iam_role" "audit" { … }`.
pub(super) fn block(head: &str, attributes: &[(&str, Value)]) -> String {
    let mut text = format!("{head} {{\n");
    let attributes: Vec<(String, String)> = attributes
        .iter()
        .map(|(name, value)| {
            let shown = match value {
                Value::Text(it) => literal(it),
                Value::Word(it) => it.clone(),
                Value::Json(node) => format!("jsonencode({})", expression(node, 1)),
            };
            ((*name).to_owned(), shown)
        })
        .collect();
    push_attributes(&mut text, &attributes, 1);
    text.push_str("}\n");
    text
}

/// The value of an attribute.
pub(super) enum Value {
    /// A text.
    Text(String),
    /// An expression of one line.
    Word(String),
    /// A document that the provider takes as JSON.
    Json(Node),
}

/// A text without interpolation. Source: Terraform language, "Strings and templates", escapes.
fn literal(text: &str) -> String {
    quoted(text).replace("${", "$${").replace("%{", "%%{")
}

fn key_of(key: &str) -> String {
    let is_identifier = key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    if is_identifier { key.to_owned() } else { literal(key) }
}

fn expression(node: &Node, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match node {
        Node::Text(text) => literal(text),
        Node::ExternalId(_) => "var.external_id".to_owned(),
        Node::Word(word) => word.clone(),
        Node::List(items) if items.is_empty() => "[]".to_owned(),
        Node::List(items) => {
            let deeper = "  ".repeat(depth + 1);
            let items = items.iter().map(|it| format!("{deeper}{},\n", expression(it, depth + 1)));
            format!("[\n{}{indent}]", items.collect::<String>())
        }
        Node::Map(entries) => {
            let mut text = "{\n".to_owned();
            let entries: Vec<(String, String)> = entries
                .iter()
                .map(|(key, value)| (key_of(key), expression(value, depth + 1)))
                .collect();
            push_attributes(&mut text, &entries, depth + 1);
            text + &indent + "}"
        }
    }
}

/// Attributes, those of one line in a row aligned.
fn push_attributes(out: &mut String, attributes: &[(String, String)], depth: usize) {
    let is_one_line = |it: &(String, String)| !it.1.contains('\n');
    for run in attributes.chunk_by(|one, other| is_one_line(one) && is_one_line(other)) {
        let width = run.iter().map(|it| it.0.chars().count()).max().unwrap_or_default();
        for (name, value) in run {
            let indent = "  ".repeat(depth);
            let _ = writeln!(out, "{indent}{name:width$} = {value}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_signs_of_one_line_are_aligned_and_no_text_is_interpolated() {
        let document = Node::map([
            ("Version", Node::text("2012-10-17")),
            (
                "Statement",
                Node::List(vec![Node::map([
                    ("Sid", Node::text("A")),
                    ("Effect", Node::text("${x}")),
                    ("Action", Node::list(["s3:ListBucket"])),
                    ("sts:ExternalId", Node::ExternalId("secret".to_owned())),
                    ("e", Node::text("%{y}")),
                ])]),
            ),
        ]);
        let attributes = [
            ("name", Value::Text("x".to_owned())),
            ("id", Value::Word("var.id".to_owned())),
            ("policy", Value::Json(document)),
        ];
        let expected = "resource \"a\" \"b\" {
  name = \"x\"
  id   = var.id
  policy = jsonencode({
    Version = \"2012-10-17\"
    Statement = [
      {
        Sid    = \"A\"
        Effect = \"$${x}\"
        Action = [
          \"s3:ListBucket\",
        ]
        \"sts:ExternalId\" = var.external_id
        e                = \"%%{y}\"
      },
    ]
  })
}
";
        assert_eq!(block("resource \"a\" \"b\"", &attributes), expected);
    }
}

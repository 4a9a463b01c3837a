//! One statement of a policy.

use super::node::Node;

/// One statement.
#[derive(Clone)]
pub(super) struct Statement {
    /// What it is for, in letters and digits.
    pub(super) sid: String,
    pub(super) is_allow: bool,
    /// The account whose principals it is about, as its root's ARN; only in trust policies.
    pub(super) principal: Option<String>,
    /// Sorted.
    pub(super) actions: Vec<&'static str>,
    /// Sorted; none in trust policies.
    pub(super) resources: Vec<String>,
    pub(super) conditions: Vec<Condition>,
}

/// What must hold besides: an operator, the key that it tests, and the values.
#[derive(Clone)]
pub(super) struct Condition {
    pub(super) operator: &'static str,
    pub(super) key: &'static str,
    pub(super) values: Vec<Node>,
}

impl Condition {
    pub(super) fn new(operator: &'static str, key: &'static str, value: Node) -> Self {
        Self { operator, key, values: vec![value] }
    }
}

/// A whole policy.
pub(super) fn policy(statements: &[Statement]) -> Node {
    Node::map([
        ("Version", Node::text("2012-10-17")),
        ("Statement", Node::List(statements.iter().map(Statement::node).collect())),
    ])
}

impl Statement {
    fn node(&self) -> Node {
        let mut entries = vec![
            ("Sid".to_owned(), Node::text(&self.sid)),
            ("Effect".to_owned(), Node::text(if self.is_allow { "Allow" } else { "Deny" })),
        ];
        if let Some(principal) = &self.principal {
            entries.push(("Principal".to_owned(), Node::map([("AWS", Node::text(principal))])));
        }
        entries.push(("Action".to_owned(), Node::list(self.actions.iter().copied())));
        if !self.resources.is_empty() {
            entries.push(("Resource".to_owned(), Node::list(&self.resources)));
        }
        if !self.conditions.is_empty() {
            entries.push(("Condition".to_owned(), conditions(&self.conditions)));
        }
        Node::Map(entries)
    }
}

/// Conditions of the same operator are one entry.
fn conditions(conditions: &[Condition]) -> Node {
    let mut operators: Vec<(String, Node)> = Vec::new();
    for Condition { operator, key, values } in conditions {
        let value = match &values[..] {
            [value] => value.clone(),
            values => Node::List(values.to_vec()),
        };
        let entry = ((*key).to_owned(), value);
        match operators.iter_mut().find(|it| it.0 == *operator) {
            Some((_, Node::Map(entries))) => entries.push(entry),
            _ => operators.push(((*operator).to_owned(), Node::Map(vec![entry]))),
        }
    }
    Node::Map(operators)
}

//! XML as AWS writes it.

use std::fmt::Write as _;

/// A document in the making.
#[derive(Debug, Clone, Default)]
pub struct Xml(String);

impl Xml {
    /// Begins with the declaration.
    #[must_use]
    pub fn document() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// Begins with nothing: a part of a document.
    #[must_use]
    pub const fn fragment() -> Self {
        Self(String::new())
    }

    /// An element with text.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        let _ = write!(self.0, "<{name}>");
        escape(&mut self.0, text);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// An element with text, where there is some.
    pub fn optional(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.element(name, text);
        }
        self
    }

    /// An element with others in it.
    pub fn nested(&mut self, name: &str, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.0, "<{name}>");
        fill(self);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// The outermost element, with its namespace.
    pub fn root(&mut self, name: &str, namespace: &str, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.0, "<{name} xmlns=\"{namespace}\">");
        fill(self);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// Another fragment as it is.
    pub fn raw(&mut self, xml: &str) -> &mut Self {
        self.0.push_str(xml);
        self
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_elements_close() {
        let mut xml = Xml::document();
        xml.root("A", "urn:a", |it| {
            it.element("B", "a<b & \"c\"").optional("C", None).nested("D", |it| {
                it.element("E", "");
            });
        });
        assert_eq!(
            xml.into_string(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A xmlns=\"urn:a\"><B>a&lt;b &amp; &quot;c&quot;</B><D><E></E></D></A>"
        );
    }
}

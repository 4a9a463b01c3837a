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

    fn tag(&mut self, begin: &str, name: &str) -> &mut Self {
        for part in [begin, name, ">"] {
            self.0.push_str(part);
        }
        self
    }

    /// An element with text.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.tag("<", name);
        escape(&mut self.0, text);
        self.tag("</", name)
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
        self.tag("<", name);
        fill(self);
        self.tag("</", name)
    }

    /// The outermost element, with its namespace.
    pub fn root(&mut self, name: &str, namespace: &str, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.0, "<{name} xmlns=\"{namespace}\">");
        fill(self);
        self.tag("</", name)
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

/// What must be escaped is ASCII: everything between is copied as it is.
fn escape(out: &mut String, text: &str) {
    let mut copied = 0;
    for (index, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\r' => "&#xD;",
            _ => continue,
        };
        out.push_str(&text[copied..index]);
        out.push_str(entity);
        copied = index + 1;
    }
    out.push_str(&text[copied..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_elements_close() {
        let mut xml = Xml::document();
        xml.root("A", "urn:a", |it| {
            it.element("B", "ä<b & \"ö\"\r").optional("C", None).nested("D", |it| {
                it.element("E", "");
            });
        });
        assert_eq!(
            xml.into_string(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A xmlns=\"urn:a\"><B>ä&lt;b &amp; &quot;ö&quot;&#xD;</B><D><E></E></D></A>"
        );
    }
}

//! Errors, before a protocol gives them their shape.

/// An error that AWS answers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status.
    pub status: u16,
    /// AWS's error code, as the service's model names it.
    pub code: Box<str>,
    /// The message.
    pub message: Box<str>,
    /// Further headers, such as the Region of a bucket.
    pub headers: Vec<(&'static str, String)>,
    /// Further elements of S3's error, or members of a JSON error, in order.
    pub elements: Vec<(&'static str, String)>,
}

impl Fault {
    /// An error with this status, code and message.
    #[must_use]
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into().into(),
            headers: Vec::new(),
            elements: Vec::new(),
        }
    }

    /// The same with another header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same with another element in S3's body, or another member of a JSON error.
    #[must_use]
    pub fn element(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.elements.push((name, value.into()));
        self
    }
}

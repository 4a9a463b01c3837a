//! From an HTTP request to a call, and from an answer to an HTTP response.

pub mod authorization;
pub mod fault;
mod number;
mod parse;
mod render;
pub mod xml;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

pub use parse::{Protocol, Request, understand};
pub use render::{render_fault, render_reply};

/// What is asked, as its protocol carries it.
#[derive(Debug, Clone)]
pub enum Input {
    /// A JSON object: JSON 1.1 and REST JSON.
    Json(Value),
    /// A request of the query protocol.
    Query(QueryRequest),
    /// A request to S3.
    S3(S3Request),
}

/// A request of the query protocol.
#[derive(Debug, Clone)]
pub struct QueryRequest {
    /// The parameters, `Action` and `Version` left out.
    pub parameters: BTreeMap<String, String>,
    /// The host that it was sent to, as the client names it.
    pub host: String,
}

/// A request to S3.
#[derive(Debug, Clone)]
pub struct S3Request {
    /// The bucket, from the path or the host; none for the service itself.
    pub bucket: Option<String>,
    /// The object's key, decoded.
    pub key: Option<String>,
    /// Query parameters, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// The body as sent.
    pub body: Bytes,
    /// Whether the method is HEAD: an error has no body then.
    pub is_head: bool,
}

impl S3Request {
    /// A query parameter's value.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What an operation answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The output of a JSON service.
    Json(Value),
    /// The content of `<ActionResult>` of a query service.
    Result(String),
    /// S3's answer.
    S3 {
        /// The HTTP status.
        status: u16,
        /// Headers besides those of every answer. For HEAD, `content-length` is the object's.
        headers: Vec<(&'static str, String)>,
        /// The body; `application/xml` unless a header says otherwise.
        body: Bytes,
    },
}

//! Answers that the SDK reads too kindly, or not at all: looked at before and after it does.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeDeserializationInterceptorContextMut,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use trailseal_model::{HeaderProblem, ObjectHead};

/// Refuses XML that is cut off: the SDK takes what came, so a list would silently end early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WholeXml;

impl Intercept for WholeXml {
    fn name(&self) -> &'static str {
        "WholeXml"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().unwrap_or_default();
        if response.status().is_success() && is_cut_off(body) {
            return Err("the XML of the answer ends before its root element does".into());
        }
        Ok(())
    }
}

/// Whether this begins an XML document and does not end with its root element.
fn is_cut_off(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let mut rest = text.trim();
    while let Some(declaration) = rest.strip_prefix("<?") {
        let Some((_, after)) = declaration.split_once("?>") else { return true };
        rest = after.trim_start();
    }
    let Some(root) = rest.strip_prefix('<') else { return false };
    let name: String =
        root.chars().take_while(|it| !it.is_whitespace() && !"/>".contains(*it)).collect();
    let end = rest.strip_suffix('>').map(str::trim_end);
    let is_closed = end.is_some_and(|it| it.ends_with(&format!("</{name}")));
    let is_empty = rest.ends_with("/>") && rest.matches('<').count() == 1;
    !is_closed && !is_empty
}

/// The headers of HeadObject's answer that are read; whatever else is there, an object's own
/// metadata for instance, does not reach the SDK, which would drop the whole answer because of one header
/// that it cannot parse.
const KEPT: &[&str] = HeaderProblem::HEADERS;

const ALGORITHM: &str = ObjectHead::ALGORITHM;

/// What was found in the headers of the latest answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadHeaders(Arc<Mutex<Found>>);

#[derive(Debug, Clone, Default)]
struct Found {
    problem: Option<HeaderProblem>,
    is_of_s3: bool,
}

impl ReadHeaders {
    fn found(&self) -> Found {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A header of the latest answer that could not be parsed and was left out.
    pub(crate) fn problem(&self) -> Option<HeaderProblem> {
        self.found().problem
    }

    /// Whether S3 sent the latest answer, as far as its headers tell. A portal or proxy that answers
    /// HEAD would look like an object without encryption.
    pub(crate) fn is_of_s3(&self) -> bool {
        self.found().is_of_s3
    }
}

impl Intercept for ReadHeaders {
    fn name(&self) -> &'static str {
        "ReadHeaders"
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response_mut();
        let status = response.status().as_u16();
        let is_of_s3 = is_of_s3(status, response.headers());
        let problem = if status == 200 { sift(response.headers_mut()) } else { None };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Found { problem, is_of_s3 };
        Ok(())
    }
}

/// S3 sends headers of its own with every answer, and an ETag with every object.
fn is_of_s3(status: u16, headers: &Headers) -> bool {
    let is_own = |(name, _): (&str, &[u8])| name.starts_with("x-amz");
    let is_page = headers.get("content-type").is_some_and(|it| it.starts_with("text/html"));
    let is_object = headers.get("etag").is_some() && !is_page;
    status == 200 && (headers.iter_bytes().any(is_own) || is_object)
}

/// Leaves what the SDK can parse; what kind of encryption an object has is kept in any case, for
/// without it there would seem to be none. A key that is named twice is no key.
fn sift(headers: &mut Headers) -> Option<HeaderProblem> {
    let mut others: Vec<String> = headers.iter_bytes().map(|(name, _)| name.to_owned()).collect();
    others.retain(|name| !KEPT.contains(&name.as_str()));
    for name in others {
        headers.remove(&name);
    }
    let mut problem = None;
    for name in KEPT {
        let values: Vec<String> = headers
            .get_all_bytes(name)
            .map(|value| String::from_utf8_lossy(value).into_owned())
            .collect();
        let Some(first) = values.first() else { continue };
        let is_text = headers.get_bytes(name).is_some_and(|it| std::str::from_utf8(it).is_ok());
        if values.len() == 1 && is_text && is_parsable(name, first) {
            continue;
        }
        let value = values.join(", ");
        headers.remove(*name);
        if *name == ALGORITHM || name.ends_with("-customer-algorithm") {
            let plain: String = value.chars().filter(char::is_ascii_graphic).collect();
            headers.insert(*name, format!("{plain}?"));
        }
        problem = problem.or(Some(HeaderProblem::NotUnderstood(name, value)));
    }
    problem
}

fn is_parsable(name: &str, value: &str) -> bool {
    match name {
        "last-modified" => DateTime::from_str(value, Format::HttpDate).is_ok(),
        "content-length" => value.parse::<i64>().is_ok(),
        "x-amz-server-side-encryption-bucket-key-enabled" => matches!(value, "true" | "false"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_that_is_cut_off_is_told_from_whole_xml() {
        for whole in [
            "",
            "no XML at all",
            "<a/>",
            "<a b='c' />",
            "<a><b/></a>",
            "<?xml version='1.0'?>\n<a xmlns='x'><b>c</b></a>\n",
            "  <?xml version='1.0'?><a></a >",
        ] {
            assert!(!is_cut_off(whole.as_bytes()), "{whole}");
        }
        for cut in [
            "<a",
            "<a>",
            "<a><b/>",
            "<a><b>c</b>",
            "<?xml version='1.0'?><a><b>c</b></",
            "<?xml version",
            "<a><b>c</b></a",
        ] {
            assert!(is_cut_off(cut.as_bytes()), "{cut}");
        }
    }
}

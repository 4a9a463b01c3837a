//! Answers and errors in the shape of their protocol.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Value, json};

use super::Reply;
use super::fault::Fault;
use super::number::{self, Numbers};
use super::parse::Protocol;
use super::xml::Xml;
use crate::draw::Draw;
use crate::service::Service;

const STS_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

fn response(
    service: Service,
    id: Draw,
    status: u16,
    content_type: Option<&str>,
    headers: &[(&'static str, String)],
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let into = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        // A value that HTTP cannot carry would be a mistake of the world: the header is left out.
        if let Ok(value) = HeaderValue::from_str(value) {
            into.insert(name, value);
        }
    };
    if service == Service::S3 {
        put(HeaderName::from_static("x-amz-request-id"), &s3_request_id(id));
        put(HeaderName::from_static("x-amz-id-2"), &id.word("host").text(HOST_ALPHABET, 76));
        put(HeaderName::from_static("server"), "AmazonS3");
    } else {
        put(HeaderName::from_static("x-amzn-requestid"), &id.uuid());
    }
    if let Some(content_type) = content_type {
        put(CONTENT_TYPE, content_type);
    }
    for (name, value) in headers {
        put(HeaderName::from_static(name), value);
    }
    response
}

const HOST_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn s3_request_id(id: Draw) -> String {
    id.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16)
}

/// An answer as the service sends it. The id is drawn per request.
#[must_use]
pub fn render_reply(service: Service, operation: &str, id: Draw, reply: Reply) -> Response<Bytes> {
    match reply {
        Reply::Json(value) => {
            let content_type = match service.protocol() {
                Protocol::RestJson => "application/json",
                _ => "application/x-amz-json-1.1",
            };
            let numbers = match service {
                Service::Kms => Numbers::Exponent,
                _ => Numbers::Plain,
            };
            let body = number::to_text(&value, numbers);
            response(service, id, 200, Some(content_type), &[], body)
        }
        Reply::Result(content) => {
            let mut xml = Xml::fragment();
            xml.root(&format!("{operation}Response"), STS_NAMESPACE, |it| {
                it.nested(&format!("{operation}Result"), |it| {
                    it.raw(&content);
                });
                it.nested("ResponseMetadata", |it| {
                    it.element("RequestId", &id.uuid());
                });
            });
            response(service, id, 200, Some("text/xml"), &[], xml.into_string())
        }
        Reply::S3 { status, headers, body } => {
            let content_type = (!body.is_empty()).then_some("application/xml");
            response(service, id, status, content_type, &headers, body)
        }
    }
}

/// The members that a service's own errors have besides the message, such as `Reason`.
fn with_elements(mut body: Value, fault: &Fault) -> Value {
    for (name, text) in &fault.elements {
        body[*name] = Value::from(text.as_str());
    }
    body
}

/// An error as the service sends it.
#[must_use]
pub fn render_fault(service: Service, is_head: bool, id: Draw, fault: &Fault) -> Response<Bytes> {
    let respond = |content_type: Option<&str>, body: String| {
        response(service, id, fault.status, content_type, &fault.headers, body)
    };
    match service.protocol() {
        Protocol::Json11 => {
            // The services' models differ in the case of the message's name.
            let name = if service == Service::Organizations { "Message" } else { "message" };
            let body = with_elements(json!({ "__type": fault.code, name: fault.message }), fault);
            respond(Some("application/x-amz-json-1.1"), body.to_string())
        }
        Protocol::RestJson => {
            let mut fault_headers = fault.headers.clone();
            fault_headers.push(("x-amzn-errortype", fault.code.to_string()));
            let body = with_elements(json!({ "message": fault.message }), fault).to_string();
            response(service, id, fault.status, Some("application/json"), &fault_headers, body)
        }
        Protocol::Query => {
            let sender = if fault.status < 500 { "Sender" } else { "Receiver" };
            let mut xml = Xml::fragment();
            xml.root("ErrorResponse", STS_NAMESPACE, |it| {
                it.nested("Error", |it| {
                    it.element("Type", sender);
                    it.element("Code", &fault.code).element("Message", &fault.message);
                });
                it.element("RequestId", &id.uuid());
            });
            respond(Some("text/xml"), xml.into_string())
        }
        Protocol::RestXml if is_head => respond(Some("application/xml"), String::new()),
        Protocol::RestXml => {
            let mut xml = Xml::document();
            xml.nested("Error", |it| {
                it.element("Code", &fault.code).element("Message", &fault.message);
                for (name, text) in &fault.elements {
                    it.element(name, text);
                }
                it.element("RequestId", &s3_request_id(id));
                it.element("HostId", &id.word("host").text(HOST_ALPHABET, 76));
            });
            respond(Some("application/xml"), xml.into_string())
        }
    }
}

//! A failed request, freed of the SDK's types and of anything secret.

use std::error::Error;

use aws_sdk_s3::operation::{RequestId, RequestIdExt};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use trailseal_model::{GapClass, Operation, Region};

use crate::classify::{Diagnosis, Symptom, classify, explanation};
use crate::clock::Clock;
use crate::credentials::Session;
use crate::error_text::chain_text;
use crate::transport::{TransportError, TransportErrorKind};

/// AWS's messages are shorter; what stands between us and AWS may send anything.
const LONGEST: usize = 2000;

/// Everything that is kept of a failed request.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What it means.
    pub(crate) diagnosis: Diagnosis,
    /// The HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// AWS's error code.
    pub(crate) code: Option<Box<str>>,
    /// AWS's message, else the transport's, else what the bare status means.
    pub(crate) message: Box<str>,
    /// AWS's request id.
    pub(crate) request_id: Option<Box<str>>,
    /// `x-amz-bucket-region`: S3 names it even where it refuses.
    pub(crate) bucket_region: Option<Region>,
}

impl Failure {
    /// What is worth keeping of an SDK error.
    pub(crate) fn new<E>(
        operation: Operation,
        error: &SdkError<E, HttpResponse>,
        session: &Session,
        clock: &Clock,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let answered = answered(error);
        let metadata = error.as_service_error().map(ProvideErrorMetadata::meta);
        let code = metadata.and_then(|it| it.code()).filter(|it| !it.is_empty());
        let said = metadata.and_then(|it| it.message()).filter(|it| !it.is_empty());
        let headers = error.raw_response().map(HttpResponse::headers);
        let message = match (said, answered) {
            (Some(message), _) => message.to_owned(),
            (None, Ok(status)) if code.is_none() => explanation(operation, status),
            (None, Ok(status)) => format!("{status} without a message"),
            (None, Err(_)) => chain_text(error),
        };
        let diagnosis = classify(Symptom { operation, answered, code, message: said });
        let skew = match diagnosis {
            Diagnosis::Certain(GapClass::ClockSkew) => headers.and_then(|it| skew(it, clock)),
            _ => None,
        };
        let message = [Some(message), skew].into_iter().flatten().collect::<Vec<_>>().join("; ");
        let id = error.request_id().or_else(|| error.extended_request_id());
        Self {
            diagnosis,
            status: answered.ok(),
            code: code.map(Into::into),
            message: session.redact(&message).chars().take(LONGEST).collect::<String>().into(),
            request_id: id.map(Into::into),
            bucket_region: headers
                .and_then(|it| it.get("x-amz-bucket-region"))
                .and_then(Region::new),
        }
    }

    /// An output of AWS that could not be read into what was asked for.
    pub(crate) fn of_output(problem: &str, request_id: Option<Box<str>>) -> Self {
        Self {
            diagnosis: Diagnosis::Certain(GapClass::MalformedAnswer),
            status: Some(200),
            code: None,
            message: problem.into(),
            request_id,
            bucket_region: None,
        }
    }

    /// The same failure, known to be an answer that cannot be read, and why.
    pub(crate) fn explained(self, problem: &str) -> Self {
        let diagnosis = Diagnosis::Certain(GapClass::MalformedAnswer);
        Self { diagnosis, message: problem.into(), ..self }
    }

    /// The same failure, with a word of our own behind the message.
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        self.message = format!("{} ({note})", self.message).into();
        self
    }

    /// The bucket's Region, where S3 refused because it was asked in another one.
    pub(crate) fn redirect(&self, asked: Region) -> Option<Region> {
        let is_redirect = matches!(self.status, Some(301 | 307 | 400));
        self.bucket_region.filter(|it| is_redirect && *it != asked)
    }
}

/// How far this machine's clock is from AWS's, which stands in the head of each answer.
fn skew(headers: &Headers, clock: &Clock) -> Option<String> {
    let theirs = jiff::fmt::rfc2822::parse(headers.get("date")?).ok()?.timestamp();
    let ahead = clock.now().duration_since(theirs).as_secs();
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    let seconds = ahead.unsigned_abs();
    let shown = match seconds {
        0..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    };
    Some(format!("this machine's clock is {shown} {side} AWS's"))
}

fn answered<E>(error: &SdkError<E, HttpResponse>) -> Result<u16, TransportErrorKind>
where
    E: Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => Ok(answer.raw().status().as_u16()),
        // The head of an answer came, but the rest broke off or is no answer of this protocol.
        SdkError::ResponseError(_) => {
            Err(match TransportErrorKind::from_text(&chain_text(error)) {
                TransportErrorKind::Timeout => TransportErrorKind::Timeout,
                _ if is_broken(&chain_text(error)) => TransportErrorKind::Connection,
                _ => TransportErrorKind::Unreadable,
            })
        }
        SdkError::TimeoutError(_) => Err(TransportErrorKind::Timeout),
        SdkError::DispatchFailure(failure) => Err(match of_stand_in(failure) {
            Some(kind) => kind,
            None if failure.is_user() => TransportErrorKind::Unreadable,
            None => TransportErrorKind::from_text(&chain_text(error)),
        }),
        _ => Err(TransportErrorKind::Unreadable),
    }
}

/// What a stand-in for the network says of itself.
fn of_stand_in(failure: &DispatchFailure) -> Option<TransportErrorKind> {
    let source = failure.as_connector_error()?.source()?;
    source.downcast_ref::<TransportError>().map(|it| it.kind)
}

fn is_broken(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["connection", "reset", "broken pipe", "incomplete", "unexpected eof", "end of file"]
        .iter()
        .any(|it| text.contains(it))
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_credential_types::Credentials;
    use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use jiff::Timestamp;

    use super::*;

    type Failed = SdkError<GetCallerIdentityError, HttpResponse>;

    fn check(error: &Failed, expected: GapClass, said: &str) {
        let session = Session::new(
            Credentials::new("AKIA", "secret", None, None, "test"),
            Timestamp::UNIX_EPOCH,
        );
        let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
        let failure = Failure::new(Operation::GetCallerIdentity, error, &session, &clock);
        assert_eq!(failure.diagnosis, Diagnosis::Certain(expected), "{error:?}");
        assert!(failure.message.contains(said), "{}", failure.message);
    }

    #[test]
    fn the_sdks_own_errors_have_their_class_and_words() {
        let io = |kind, text: &str| Box::new(io::Error::new(kind, text.to_owned()));
        let whole = "operation timeout (all attempts including retries) occurred after 30s";
        check(&Failed::timeout_error(whole), GapClass::Timeout, whole);
        let read = ConnectorError::timeout(io(
            io::ErrorKind::TimedOut,
            "HTTP read timeout occurred after 10s",
        ));
        check(&Failed::dispatch_failure(read), GapClass::Timeout, "read timeout");
        let connect = ConnectorError::timeout(io(
            io::ErrorKind::TimedOut,
            "HTTP connect timeout occurred after 3s",
        ));
        check(&Failed::dispatch_failure(connect), GapClass::Connection, "connect timeout");
        let reset =
            ConnectorError::io(io(io::ErrorKind::ConnectionReset, "Connection reset by peer"));
        check(&Failed::dispatch_failure(reset), GapClass::Connection, "reset by peer");
        let user = ConnectorError::user(io(io::ErrorKind::InvalidInput, "invalid uri"));
        check(&Failed::dispatch_failure(user), GapClass::MalformedAnswer, "invalid uri");
        let built = Failed::construction_failure("a header cannot be built");
        check(&built, GapClass::MalformedAnswer, "a header cannot be built");
    }

    #[test]
    fn answers_that_break_off_are_told_from_those_that_are_none() {
        for (text, expected) in [
            ("unexpected EOF during chunk size line", GapClass::Connection),
            ("end of file before message length reached", GapClass::Connection),
            ("connection reset", GapClass::Connection),
            ("timed out reading the body", GapClass::Timeout),
            ("expected value at line 1 column 1", GapClass::MalformedAnswer),
        ] {
            let status = StatusCode::try_from(200).unwrap();
            let answer = HttpResponse::new(status, SdkBody::empty());
            check(&Failed::response_error(text, answer), expected, text);
        }
    }
}

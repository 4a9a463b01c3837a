//! Tests through the SDK's real clients, against a fake that answers in place of the network.

mod circuits;
mod errors;
mod keys;
mod no_answers;
mod organization_tree;
mod questions;
mod redaction;
mod retries;
mod roles;
mod sessions;
mod stores;
mod trail_names;
mod transport;

mod wire;

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response};
use jiff::Timestamp;
use trailseal_fanout::{Limits, RateShare};
use trailseal_model::{AccountId, Event, EventSink, GapClass, Operation, Region, Target};

use crate::{
    Aws, Clock, ConnectError, Overrides, PlainCredentials, Settings, Transport, TransportError,
    TransportErrorKind, connect,
};

pub(crate) const CALLER: &str = "999900001111";
pub(crate) const SECRET: &str = "canary/secret/access/key/of/the/caller";

/// A request as the fake saw it.
#[derive(Debug, Clone)]
pub(crate) struct SentRequest {
    pub(crate) operation: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl SentRequest {
    fn new(request: &Request<Bytes>) -> Self {
        let text = |it: &HeaderValue| it.to_str().unwrap().to_owned();
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let uri = request.uri().to_string();
        let target = request.headers().get("x-amz-target").map(text);
        let operation = match (target, request.method()) {
            (Some(target), _) => target.rsplit('.').next().unwrap().to_owned(),
            _ if body.contains("Action=AssumeRole") => "AssumeRole".to_owned(),
            _ if body.contains("Action=GetCallerIdentity") => "GetCallerIdentity".to_owned(),
            _ if uri.contains("/listRegions") => "ListRegions".to_owned(),
            (_, method) => {
                format!("{method} {}", if uri.contains("list-type=2") { "list" } else { "s3" })
            }
        };
        Self { operation, uri, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }

    /// The id of the key that the request is signed with.
    pub(crate) fn signer(&self) -> &str {
        let authorization = self.header("authorization").unwrap();
        authorization.split_once("Credential=").unwrap().1.split('/').next().unwrap()
    }
}

/// What the fake answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// The transport fails so.
    Broken(TransportErrorKind, &'static str),
    /// Nothing ever comes.
    Silence,
}

impl Reply {
    pub(crate) fn new(status: u16, body: impl Into<String>) -> Self {
        Self::Answer {
            status,
            headers: vec![("x-amzn-requestid", "request-1".to_owned())],
            body: body.into(),
        }
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Self::Answer { status, headers, body }
            }
            other => other,
        }
    }

    /// An error of the JSON services.
    pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, format!(r#"{{"__type":"{code}","message":"{message}"}}"#))
    }

    /// An error of the query services.
    pub(crate) fn query_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        );
        Self::new(status, body)
    }

    /// An error of S3, where it has a body.
    pub(crate) fn s3_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        Self::Answer { status, headers: vec![("x-amz-request-id", "s3-request".to_owned())], body }
    }
}

type Handler = Box<dyn Fn(&SentRequest, usize) -> Option<Reply> + Send + Sync>;

/// Answers requests and remembers them. The handler also gets the number of requests of the same
/// operation before this one; where it gives nothing, sessions just work.
pub(crate) struct Fake {
    handler: Handler,
    delay: Duration,
    seen: Mutex<Vec<SentRequest>>,
}

impl fmt::Debug for Fake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Fake")
    }
}

#[derive(Debug, Clone)]
struct Connected(Arc<Fake>);

impl Fake {
    pub(crate) fn new(
        handler: impl Fn(&SentRequest, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let handler: Handler = Box::new(handler);
        Arc::new(Self { handler, delay: Duration::from_millis(1), seen: Mutex::default() })
    }

    /// Always the same answer, but for sessions.
    pub(crate) fn saying(reply: Reply) -> Arc<Self> {
        Self::new(move |seen, _| (!is_of_session(seen)).then(|| reply.clone()))
    }

    /// These bodies in turn, the last one over and over, but for sessions.
    pub(crate) fn in_turn(bodies: &'static [&'static str]) -> Arc<Self> {
        Self::new(|seen, before| {
            let body = bodies[before.min(bodies.len() - 1)];
            (!is_of_session(seen)).then(|| Reply::new(200, body))
        })
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|it| it.operation == operation).count()
    }

    pub(crate) fn last(&self) -> SentRequest {
        self.seen.lock().unwrap().last().unwrap().clone()
    }

    fn reply(&self, request: &Request<Bytes>) -> Reply {
        let seen = SentRequest::new(request);
        let before = self.count(&seen.operation);
        let reply = (self.handler)(&seen, before).unwrap_or_else(|| usual(&seen));
        self.seen.lock().unwrap().push(seen);
        reply
    }
}

fn is_of_session(seen: &SentRequest) -> bool {
    ["AssumeRole", "GetCallerIdentity"].contains(&seen.operation.as_str())
}

fn usual(seen: &SentRequest) -> Reply {
    match seen.operation.as_str() {
        "GetCallerIdentity" => Reply::new(200, identity()),
        "AssumeRole" => Reply::new(200, assumed("member", now().as_second() + 3600)),
        other => panic!("nobody answers {other}"),
    }
}

pub(crate) fn identity() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:sts::{CALLER}:assumed-role/auditor/run</Arn><UserId>AROA:run</UserId><Account>{CALLER}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
}

/// AssumeRole's answer; the names of key, secret and token begin with `name`.
pub(crate) fn assumed(name: &str, expires: i64) -> String {
    let expires = Timestamp::from_second(expires).unwrap();
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>{name}-key</AccessKeyId><SecretAccessKey>{name}-secret</SecretAccessKey><SessionToken>{name}-token</SessionToken><Expiration>{expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

impl Transport for Connected {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let reply = self.0.reply(&request);
        let delay = self.0.delay;
        Box::pin(async move {
            tokio::time::sleep(delay).await;
            match reply {
                Reply::Silence => std::future::pending().await,
                Reply::Broken(kind, text) => Err(TransportError::new(kind, text)),
                Reply::Answer { status, headers, body } => {
                    let response = headers
                        .into_iter()
                        .fold(Response::builder().status(status), |it, (name, value)| {
                            it.header(name, value)
                        });
                    Ok(response.body(body.into()).unwrap())
                }
            }
        })
    }
}

thread_local! {
    static NOW: Cell<i64> = const { Cell::new(1_795_435_200) };
}

/// The clock of the tests; each test has a thread of its own.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(NOW.get()).unwrap()
}

pub(crate) fn advance(seconds: i64) {
    NOW.set(NOW.get() + seconds);
}

/// Requests as the event sink saw them.
#[derive(Debug, Default)]
pub(crate) struct Events(pub(crate) Mutex<Vec<(Operation, u8, Option<GapClass>)>>);

impl EventSink for Events {
    fn emit(&self, event: &Event<'_>) {
        if let Event::Request { operation, attempt, failure, .. } = event {
            self.0.lock().unwrap().push((*operation, *attempt, *failure));
        }
    }
}

pub(crate) fn settings(fake: &Arc<Fake>) -> Settings {
    Settings {
        role_name: "TrailsealAudit".to_owned(),
        role_fallbacks: Vec::new(),
        external_id: Some("external".to_owned()),
        session_name: "trailseal-test".to_owned(),
        source_identity: None,
        session_tags: Vec::new(),
        profile: None,
        max_in_flight: 256,
        clock: Clock::new(now),
        substitutes: Overrides {
            transport: Some(Arc::new(Connected(Arc::clone(fake)))),
            credentials: Some(PlainCredentials {
                access_key_id: "AKIACALLER".to_owned(),
                secret_access_key: SECRET.to_owned(),
                session_token: None,
            }),
            region: Region::new("us-east-1"),
        },
    }
}

pub(crate) fn limits() -> Arc<Limits> {
    Arc::new(Limits::new(RateShare::new(1.0).unwrap()))
}

pub(crate) async fn try_connect(fake: &Arc<Fake>) -> Result<(Aws, Arc<Events>), ConnectError> {
    connect_with(settings(fake)).await
}

pub(crate) async fn connect_with(settings: Settings) -> Result<(Aws, Arc<Events>), ConnectError> {
    let events = Arc::new(Events::default());
    let sink: Arc<dyn EventSink> = Arc::clone(&events) as _;
    // Boxed: it is large, and every test would be, too.
    Ok((Box::pin(connect(settings, limits(), sink)).await?, events))
}

pub(crate) async fn aws(fake: &Arc<Fake>) -> Aws {
    try_connect(fake).await.unwrap().0
}

pub(crate) fn member() -> AccountId {
    "111122223333".parse().unwrap()
}

pub(crate) fn target(region: &str) -> Target {
    target_of(member(), region)
}

pub(crate) fn target_of(account: AccountId, region: &str) -> Target {
    Target { account, region: Region::new(region).unwrap() }
}

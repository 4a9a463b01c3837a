//! What goes wrong on the way of one call.

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::denial::denied_by;
use crate::draw::Draw;
use crate::refusal::{not_found, refused, server_error, skewed, throttled};
use crate::service::{Call, Service};
use crate::session::Refused;
use crate::state::{Effect, Facts, Outcome, Spoken};
use crate::wire::Protocol;
use crate::wire::fault::Fault;

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Whole,
    /// It never comes.
    Hang,
    /// The connection is reset instead.
    Reset,
    /// It breaks off after this number of bytes of the body; an answer without a body does not come at
    /// all, and the connection is closed.
    Truncated(usize),
}

/// What becomes of the answer once it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoilt {
    Hang,
    Reset,
    Truncated,
    Garbage,
    Malformed,
}

/// What the injected faults make of one call.
#[derive(Debug)]
pub(crate) struct FaultInjection {
    /// The request's id is made from it.
    pub(crate) id: Draw,
    /// How long the answer takes.
    pub(crate) delay: Duration,
    spoilt: Option<Spoilt>,
    /// Headers of an error that a rule spells out.
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl FaultInjection {
    /// Nothing has gone wrong yet.
    pub(crate) const fn new(id: Draw) -> Self {
        Self { id, delay: Duration::ZERO, spoilt: None, headers: Vec::new() }
    }

    /// Goes wrong in this way: an error, or an answer that is spoilt once it is made.
    pub(crate) fn suffer(
        &mut self,
        effect: Effect,
        facts: &Facts<'_>,
        call: &Call<'_>,
    ) -> Result<(), Fault> {
        let service = facts.service;
        Err(match effect {
            Effect::Answer(spoken) => self.speak(&spoken),
            Effect::Throttled => throttled(service),
            // No policy denies what needs no permission.
            Effect::Denied(_) if call.operation.action.is_none() => return Ok(()),
            Effect::Denied(kind) => denied_by(kind, true, None, call, facts.resource),
            Effect::RegionDisabled => refused(service, Refused::Unknown),
            Effect::ExpiredToken => refused(service, Refused::Expired),
            Effect::ClockSkew => skewed(service, call.now),
            Effect::NotFound => match not_found(facts.operation) {
                Some(fault) => fault,
                None => return Ok(()),
            },
            Effect::ServerError => server_error(service),
            // These two come before anything is done: the error stands for no answer at all.
            Effect::Hang => self.lose(Spoilt::Hang, service),
            Effect::Reset => self.lose(Spoilt::Reset, service),
            Effect::Truncated => return self.spoil_later(Spoilt::Truncated),
            Effect::Garbage => return self.spoil_later(Spoilt::Garbage),
            Effect::Malformed => return self.spoil_later(Spoilt::Malformed),
        })
    }

    fn lose(&mut self, how: Spoilt, service: Service) -> Fault {
        self.spoilt = Some(how);
        server_error(service)
    }

    #[expect(clippy::unnecessary_wraps, reason = "it says that the call goes on")]
    fn spoil_later(&mut self, how: Spoilt) -> Result<(), Fault> {
        self.spoilt = Some(how);
        Ok(())
    }

    fn speak(&mut self, spoken: &Spoken) -> Fault {
        self.headers = spoken.headers();
        Fault::new(spoken.status, &spoken.code, &*spoken.message)
    }

    /// How the call went, for the log.
    pub(crate) fn outcome<'a>(&self, fault: Option<&'a Fault>) -> Outcome<'a> {
        match (self.spoilt, fault) {
            (Some(_), _) => Outcome::Broken,
            (None, Some(fault)) => Outcome::Failed(fault.status, &fault.code),
            (None, None) => Outcome::Answered,
        }
    }

    /// Does to the answer what is to become of it.
    pub(crate) fn spoil(
        self,
        service: Service,
        is_head: bool,
        response: &mut Response<Bytes>,
    ) -> Ending {
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        match self.spoilt {
            None => return Ending::Whole,
            Some(Spoilt::Hang) => return Ending::Hang,
            Some(Spoilt::Reset) => return Ending::Reset,
            Some(Spoilt::Truncated) => return Ending::Truncated(response.body().len() / 2),
            Some(Spoilt::Garbage) => {
                *response.body_mut() = Bytes::from_static(b"\x7f<{ not an answer }>\x00");
            }
            Some(Spoilt::Malformed) => {
                *response.body_mut() = Bytes::from_static(other_shape(service));
            }
        }
        *response.status_mut() = StatusCode::OK;
        if service.protocol() == Protocol::RestXml {
            nonsense_headers(response);
        }
        if is_head {
            *response.body_mut() = Bytes::new();
        }
        Ending::Whole
    }
}

/// It parses, and is no answer of any operation.
const fn other_shape(service: Service) -> &'static [u8] {
    match service.protocol() {
        Protocol::Json11 | Protocol::RestJson => br#"["an answer","of another shape"]"#,
        Protocol::Query | Protocol::RestXml => b"<Another><Shape/></Another>",
    }
}

/// Where an answer is in its headers, they have to make no sense.
fn nonsense_headers(response: &mut Response<Bytes>) {
    for (name, value) in [
        ("last-modified", "the day before"),
        ("x-amz-access-point-alias", "perhaps"),
        ("x-amz-server-side-encryption-bucket-key-enabled", "perhaps"),
        ("x-amz-object-size", "large"),
    ] {
        let name = HeaderName::from_static(name);
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

//! From a request to its answer, without a socket.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use crate::denial::{denied, denied_by};
use crate::draw::Draw;
use crate::scenario::Scenario;
use crate::service::{Call, Context, Operation, Payer, Service};
use crate::session::{Refused, Session, recognize};
use crate::state::{Effect, Facts, InFlight, State};
use crate::wire::authorization::is_signed;
use crate::wire::fault::Fault;
use crate::wire::{Input, Protocol, Reply, render_fault, render_reply, understand};
use crate::world::World;
use crate::world::region::Region;

/// A simulated organization: what there is, and what changes.
#[derive(Debug)]
pub struct Simulator {
    world: World,
    state: State,
    verifies_signatures: bool,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Whole,
    /// It never comes.
    Hang,
    /// The connection is reset instead.
    Reset,
    /// It breaks off after so many bytes of the body.
    Truncated(usize),
}

/// What comes back for a request.
#[derive(Debug)]
pub struct Answer {
    /// The response.
    pub response: Response<Bytes>,
    /// How long it takes.
    pub delay: Duration,
    /// How it ends.
    pub ending: Ending,
    /// Counts the request as in flight until the answer is delivered and dropped.
    pub in_flight: InFlight,
}

impl Simulator {
    /// A simulator of this world, in fair weather and without limits' buckets used.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { world, state: State::default(), verifies_signatures: false }
    }

    /// A simulator of this scenario, in its weather and under its limits.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let simulator = Self::new(World::new(scenario.parts.clone()));
        simulator.state.weather.set(scenario.weather);
        simulator.state.limits.set(scenario.limits);
        simulator
    }

    /// The same, but requests must be signed with the caller's secret.
    #[must_use]
    pub fn verifying_signatures(mut self) -> Self {
        self.verifies_signatures = true;
        self
    }

    /// What there is.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What changes.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Answers a request that comes at this real time.
    #[must_use]
    pub fn handle(&self, request: &Request<Bytes>, real: Timestamp) -> Answer {
        let in_flight = self.state.log.begin();
        let now = self.state.clock.at(real);
        let asked = understand(request);
        let service = asked.service;
        let is_head = asked.is_head;
        let id = self.request_id(request);
        let mut delay = Duration::ZERO;
        let mut ending = Ending::Whole;
        let outcome = self.outcome(request, asked, now, id, &mut delay, &mut ending);
        let response = match outcome {
            Ok((operation, reply)) => render_reply(service, operation.name, id, reply),
            Err(fault) => render_fault(service, is_head, id, &fault),
        };
        Answer { response, delay, ending, in_flight }
    }

    /// Drawn from what the request says.
    fn request_id(&self, request: &Request<Bytes>) -> Draw {
        let draw = self.world.draw("request").word(request.method().as_str());
        draw.word(request.uri().path()).bytes(request.body())
    }

    fn outcome(
        &self,
        request: &Request<Bytes>,
        asked: crate::wire::Request,
        now: Timestamp,
        id: Draw,
        delay: &mut Duration,
        ending: &mut Ending,
    ) -> Result<(&'static Operation, Reply), Fault> {
        let service = asked.service;
        let (session, region) = self.caller(request, &asked, now)?;
        let (operation, input) = asked.asked?;
        let call = Call { operation, session: &session, region, now, input };
        let resource = (operation.resource)(&self.world, &call);
        let facts = Facts {
            service,
            operation: operation.name,
            account: session.account,
            region,
            resource: &resource,
        };
        self.state.log.note(&facts);
        let (latency, struck) = self.state.weather.strike(id, &facts);
        *delay = latency;
        let effect = self.state.faults.strike(&facts).or(struck);
        let effect = match effect {
            None if !self.state.limits.take(operation.quota, payer(&call), now) => {
                Some(Effect::Throttled)
            }
            effect => effect,
        };
        if let Some(effect) = effect {
            self.suffer(effect, service, &call, &resource, ending)?;
        }
        if let Some(denial) = denied(&self.world, &call, &resource) {
            return Err(denial);
        }
        let context = Context { world: &self.world, state: &self.state };
        let reply = (operation.answer)(&context, &call)?;
        Ok((operation, reply))
    }

    fn suffer(
        &self,
        effect: Effect,
        service: Service,
        call: &Call<'_>,
        resource: &str,
        ending: &mut Ending,
    ) -> Result<(), Fault> {
        match effect {
            Effect::Answer(fault) => Err(fault),
            Effect::Throttled => Err(throttled(service)),
            Effect::Denied(kind) => Err(denied_by(kind, true, None, call, resource)),
            Effect::Hang => {
                *ending = Ending::Hang;
                Ok(())
            }
            Effect::Reset => {
                *ending = Ending::Reset;
                Ok(())
            }
            Effect::Truncated | Effect::Garbage => {
                *ending = Ending::Truncated(7);
                Ok(())
            }
        }
    }

    /// Who calls, in which Region.
    fn caller(
        &self,
        request: &Request<Bytes>,
        asked: &crate::wire::Request,
        now: Timestamp,
    ) -> Result<(Session, Region), Fault> {
        let service = asked.service;
        let Some(authorization) = &asked.authorization else { return Err(unsigned(service)) };
        let (key, token) = (&authorization.access_key_id, asked.session_token.as_deref());
        let session = recognize(&self.world, key, token, now).map_err(|it| refused(service, it))?;
        if self.verifies_signatures
            && !is_signed(request, authorization, &session.secret_access_key)
        {
            return Err(unverified(service));
        }
        let region = Region::new(&authorization.region)
            .filter(|it| it.partition() == self.world.partition())
            .ok_or_else(|| refused(service, Refused::Unknown))?;
        let account = self.world.account(session.account);
        let is_enabled = account.is_none_or(|it| it.regions.is_enabled(region));
        if !is_enabled {
            return Err(refused(service, Refused::Unknown));
        }
        Ok((session, region))
    }
}

/// What tells the buckets of one quota apart.
fn payer(call: &Call<'_>) -> u64 {
    let draw = Draw::new(0).word(call.operation.quota.bucket);
    let account = draw.number(call.session.account.number());
    match (call.operation.quota.payer, &call.input) {
        (Payer::Prefix, Input::S3(request)) => {
            let bucket = draw.word(request.bucket.as_deref().unwrap_or_default());
            let key = request.key.as_deref().or(request.parameter("prefix")).unwrap_or_default();
            bucket.word(key.rsplit_once('/').map_or("", |it| it.0)).value()
        }
        (Payer::Account, _) => account.value(),
        _ => account.word(call.region.name()).value(),
    }
}

fn unsigned(service: Service) -> Fault {
    match service.protocol() {
        Protocol::RestXml => Fault::new(403, "AccessDenied", "Access Denied"),
        Protocol::Query => {
            Fault::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
        }
        _ => Fault::new(400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    }
}

fn unverified(service: Service) -> Fault {
    const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
    let code = match service.protocol() {
        Protocol::RestXml | Protocol::Query => "SignatureDoesNotMatch",
        _ => "InvalidSignatureException",
    };
    let status = if service.protocol() == Protocol::Json11 { 400 } else { 403 };
    Fault::new(status, code, MISMATCH)
}

/// What each protocol answers to credentials that it does not take, a disabled Region's too.
fn refused(service: Service, why: Refused) -> Fault {
    const INVALID: &str = "The security token included in the request is invalid.";
    const EXPIRED: &str = "The security token included in the request is expired";
    match (service.protocol(), why) {
        (Protocol::RestXml, Refused::Unknown) => Fault::new(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        (Protocol::RestXml, Refused::Expired) => {
            Fault::new(400, "ExpiredToken", "The provided token has expired.")
        }
        (Protocol::Query, Refused::Unknown) => Fault::new(403, "InvalidClientTokenId", INVALID),
        (Protocol::Query, Refused::Expired) => Fault::new(403, "ExpiredToken", EXPIRED),
        (Protocol::RestJson, Refused::Unknown) => {
            Fault::new(403, "UnrecognizedClientException", INVALID)
        }
        (_, Refused::Unknown) => Fault::new(400, "UnrecognizedClientException", INVALID),
        (Protocol::RestJson, Refused::Expired) => Fault::new(403, "ExpiredTokenException", EXPIRED),
        (_, Refused::Expired) => Fault::new(400, "ExpiredTokenException", EXPIRED),
    }
}

fn throttled(service: Service) -> Fault {
    match service {
        Service::S3 => Fault::new(503, "SlowDown", "Please reduce your request rate."),
        Service::Sts => Fault::new(400, "Throttling", "Rate exceeded"),
        Service::Organizations => Fault::new(
            400,
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because another request is already in progress. Try again later.",
        ),
        Service::Account => Fault::new(429, "TooManyRequestsException", "Rate exceeded"),
        Service::CloudTrail | Service::Kms => {
            Fault::new(400, "ThrottlingException", "Rate exceeded")
        }
    }
}

//! From a request to its answer, without a socket.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use crate::authorization::refusal;
use crate::control;
use crate::denial::denied;
use crate::draw::Draw;
use crate::fault_injection::{Ending, FaultInjection};
use crate::identity::{anonymous, identity, payer};
use crate::refusal::{
    other_region, other_service, refused, throttled, unsigned, unusable_account, unverified,
};
use crate::service::{Call, Context, Operation, Service};
use crate::session::{Refused, Session, recognize};
use crate::simulator::Simulator;
use crate::state::{Facts, InFlight, Noted, State};
use crate::wire::authorization::is_signed;
use crate::wire::fault::Fault;
use crate::wire::{Reply, render_fault, render_reply, understand};
use crate::world::account::AccountId;
use crate::world::region::Region;

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
    /// Answers a request that comes at this real time. Paths under `/_sim/` control the simulator
    /// (see [`crate::control`]).
    #[must_use]
    pub fn handle(&self, request: &Request<Bytes>, real: Timestamp) -> Answer {
        if control::is_meant(request) {
            let response = control::answer(self, request, real);
            let in_flight = InFlight::uncounted();
            return Answer { response, delay: Duration::ZERO, ending: Ending::Whole, in_flight };
        }
        let in_flight = self.state.log.begin();
        let now = self.state.clock.at(real);
        let asked = understand(request);
        let (service, is_head) = (asked.service, asked.is_head);
        let mut injection = FaultInjection::new(anonymous(&self.world, request));
        let outcome = self.outcome(request, asked, now, &mut injection);
        let mut response = match outcome {
            Ok((operation, reply)) => render_reply(service, operation.name, injection.id, reply),
            Err(fault) => render_fault(service, is_head, injection.id, &fault),
        };
        if let Some(date) = self.state.clock.date(now) {
            response.headers_mut().insert(http::header::DATE, date);
        }
        let delay = injection.delay;
        let ending = injection.spoil(service, is_head, &mut response);
        Answer { response, delay, ending, in_flight }
    }

    fn outcome(
        &self,
        request: &Request<Bytes>,
        asked: crate::wire::Request,
        now: Timestamp,
        injection: &mut FaultInjection,
    ) -> Result<(&'static Operation, Reply), Fault> {
        let service = asked.service;
        let log = &self.state.log;
        let caller = self.caller(request, &asked, now);
        let (session, region) = caller.inspect_err(|_| log.refuse())?;
        let asked = asked.asked.inspect_err(|it| log.misunderstand(&it.code));
        let (operation, input) = asked?;
        let call = Call { operation, session: &session, region, now, input };
        let resource = (operation.resource)(&self.world, &call);
        let facts = Facts {
            service,
            operation: operation.name,
            account: session.account,
            region,
            resource: &resource,
        };
        let identity = identity(&self.world, &call, request);
        let answered = self.answered(&call, &facts, identity, injection);
        log.note(&Noted {
            facts,
            identity,
            now,
            outcome: injection.outcome(answered.as_ref().err()),
            request,
            is_to_unusable: !self.is_usable(account_meant(&facts)),
        });
        Ok((operation, answered?))
    }

    /// What an understood call is answered: first its limit counts, then what goes wrong, then the
    /// policies, and last the operation.
    fn answered(
        &self,
        call: &Call<'_>,
        facts: &Facts<'_>,
        identity: Draw,
        injection: &mut FaultInjection,
    ) -> Result<Reply, Fault> {
        let State { log, limits, faults, random_faults, .. } = &self.state;
        injection.id = identity;
        injection.delay = random_faults.delay(identity);
        let (quota, paying) = (call.operation.quota, payer(call));
        log.peaks.note(quota, paying.hash, call.now, || paying.name(call));
        if !limits.take(quota, paying.hash, call.now) {
            return Err(throttled(facts.service));
        }
        let effect = faults.strike(facts).or_else(|| {
            let stroke = random_faults.strike(identity)?;
            injection.id = identity.number(stroke.attempt.into());
            Some(stroke.effect)
        });
        if let Some(effect) = effect {
            injection.suffer(effect, facts, call)?;
        }
        if let Some(denial) = denied(&self.world, call, facts.resource) {
            return Err(denial);
        }
        if let Some(refusal) = refusal(&self.world, call, facts.service, facts.resource) {
            return Err(refusal);
        }
        (call.operation.answer)(&Context { world: &self.world, state: &self.state }, call)
    }

    fn is_usable(&self, account: AccountId) -> bool {
        self.world.account(account).is_none_or(|it| it.state.is_usable())
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
        if authorization.service != service.signing_name() {
            return Err(other_service(service));
        }
        if let Some(expected) = region_of_host(request)
            && expected.name() != authorization.region
        {
            return Err(other_region(service, &authorization.region, expected));
        }
        if self.verifies_signatures
            && !is_signed(request, authorization, &session.secret_access_key)
        {
            return Err(unverified(service));
        }
        if !self.is_usable(session.account) {
            return Err(unusable_account(service));
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

/// The account that a call is really to: AssumeRole's is the role's.
fn account_meant(facts: &Facts<'_>) -> AccountId {
    let role = (facts.service == Service::Sts).then(|| facts.resource.split(':').nth(4)).flatten();
    role.and_then(|it| it.parse().ok()).unwrap_or(facts.account)
}

/// The Region in the name of an endpoint of AWS, where it has one: `sts.amazonaws.com` and a
/// loopback address have none.
fn region_of_host(request: &Request<Bytes>) -> Option<Region> {
    let host = request.headers().get(http::header::HOST).and_then(|it| it.to_str().ok());
    let host = host.or_else(|| request.uri().host())?;
    let name = host.rsplit_once(':').map_or(host, |it| it.0);
    let name = name.strip_suffix(".cn").unwrap_or(name).strip_suffix(".amazonaws.com")?;
    Region::new(name.rsplit('.').next()?)
}

#[cfg(test)]
mod tests;

//! The one function that all traffic goes through.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;
use trailseal_fanout::Limits;
use trailseal_model::{Answer, Event, EventSink, Evidence, Gap, GapClass, Operation, Purpose};

use crate::ask::Ask;
use crate::backoff::Jitter;
use crate::budget::RetryBudget;
use crate::circuit::Circuits;
use crate::classify::Diagnosis;
use crate::clock::Clock;
use crate::credentials::Session;
use crate::failure::Failure;
use crate::quiet::quietly;
use crate::spawn::spawn_request;

/// What every call needs.
pub(crate) struct Channel {
    pub(crate) limits: Arc<Limits>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) clock: Clock,
    jitter: Jitter,
    budget: RetryBudget,
    circuits: Circuits,
    /// A permit for each request that may be in flight.
    permits: Semaphore,
    /// The part of the permits that operations which no essential control needs may take.
    other_permits: Semaphore,
}

/// Why an output could not be read into what was asked for.
#[derive(Debug)]
pub(crate) enum Unread {
    /// There is no output: the request failed.
    Failed,
    /// The output lacks something, or holds something that cannot be.
    Malformed(String),
}

impl Unread {
    /// What to say of an output that could not be read.
    fn problem(self) -> String {
        match self {
            Self::Malformed(problem) => problem,
            Self::Failed => "the answer is not what was asked for".to_owned(),
        }
    }
}

impl From<&Failure> for Unread {
    fn from(_: &Failure) -> Self {
        Self::Failed
    }
}

impl From<String> for Unread {
    fn from(problem: String) -> Self {
        Self::Malformed(problem)
    }
}

impl From<&str> for Unread {
    fn from(problem: &str) -> Self {
        Self::Malformed(problem.to_owned())
    }
}

/// A call that came to nothing.
#[derive(Debug)]
pub(crate) struct Failed {
    /// Its gap; the class is provisional while `refused` is set.
    pub(crate) gap: Gap,
    /// The session whose token AWS did not know.
    pub(crate) refused: Option<Session>,
}

impl From<Gap> for Failed {
    fn from(gap: Gap) -> Self {
        Self { gap, refused: None }
    }
}

const LEFT_ALONE: &str = "not tried again: the operation kept failing in this account and Region";

/// What is counted over the attempts of one call.
#[derive(Debug, Default)]
struct Tally {
    attempts: u8,
    throttles: u8,
    is_renewed: bool,
}

impl Channel {
    /// A channel without requests yet, for at most this number of requests at a time.
    pub(crate) fn new(
        limits: Arc<Limits>,
        events: Arc<dyn EventSink>,
        clock: Clock,
        max_in_flight: usize,
    ) -> Self {
        let permits = max_in_flight.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            limits,
            events,
            clock,
            jitter: Jitter::of_this_process(),
            budget: RetryBudget::new(),
            circuits: Circuits::default(),
            permits: Semaphore::new(permits),
            other_permits: Semaphore::new((permits / 2).max(1)),
        }
    }

    /// Makes one call: permit, send, classify, event; again where that can help, else a gap.
    ///
    /// The session is asked for after both permits, which may have taken longer than a
    /// session lives. `read` turns an output, or a failure that is an answer too, into what was asked for.
    pub(crate) async fn exchange<O, E, T, S, SF, F, FF>(
        &self,
        ask: &Ask<'_>,
        session: S,
        send: F,
        read: impl Fn(Result<O, &Failure>) -> Result<T, Unread>,
    ) -> Result<Answer<T>, Failed>
    where
        O: RequestId + Send + 'static,
        E: ProvideErrorMetadata + Error + Send + 'static,
        S: Fn() -> SF,
        SF: Future<Output = Result<Session, Gap>>,
        F: Fn(SharedCredentialsProvider) -> FF,
        FF: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send + 'static,
    {
        refuse_publishing(ask)?;
        let mut tally = Tally::default();
        let mut before: Option<Failed> = None;
        loop {
            if let Some(class) = ask.site().and_then(|it| self.circuits.opened_by(it)) {
                return Err(before.unwrap_or_else(|| ask.kept_back(class).into()));
            }
            let in_flight = self.admitted(ask).await?;
            let session = session().await?;
            // The circuit may have opened while this call waited.
            if let Some(Err(class)) = ask.site().map(|it| self.circuits.enter(it)) {
                return Err(before.unwrap_or_else(|| ask.kept_back(class).into()));
            }
            tally.attempts += 1;
            let start = Instant::now();
            let result = spawn_request(quietly(send(session.provider()))).await;
            let took = start.elapsed();
            drop(in_flight);
            let failure = match conclude(ask, &session, &self.clock, result, &read) {
                Ok((value, request_id)) => {
                    self.note(ask, &mut tally, took, None);
                    return Ok(self.answer(ask, &tally, request_id, value));
                }
                Err(failure) => failure,
            };
            let class = failure.diagnosis.class(ask.region);
            self.note(ask, &mut tally, took, Some(class));
            if self.renews(&failure, &session, &mut tally) {
                continue;
            }
            if tally.attempts >= ask.attempts(failure.diagnosis) {
                return Err(failed(ask, &tally, failure, session));
            }
            if let Err(reason) = self.budget.take(ask.operation, class) {
                return Err(failed(ask, &tally, failure.with_note(reason.note()), session));
            }
            before = Some(failed(ask, &tally, failure.with_note(LEFT_ALONE), session));
            let wait = self.jitter.wait(ask.operation, ask.account, tally.attempts, class);
            self.unless_closed(ask, tokio::time::sleep(wait)).await?;
        }
    }

    /// Waits for the rate limit, then for a permit of the requests in flight.
    async fn admitted(&self, ask: &Ask<'_>) -> Result<[Option<SemaphorePermit<'_>>; 2], Gap> {
        let permit = async {
            self.limits.permit(ask.operation, ask.quota_key()).await;
            self.in_flight_permits(ask).await
        };
        self.unless_closed(ask, permit).await
    }

    /// Waits, unless the run stops meanwhile: then nothing more is sent.
    async fn unless_closed<T>(
        &self,
        ask: &Ask<'_>,
        wait: impl Future<Output = T>,
    ) -> Result<T, Gap> {
        tokio::select! {
            biased;
            () = self.limits.closed() => Err(ask.gap(GapClass::Cancelled)),
            waited = wait => Ok(waited),
        }
    }

    /// A permit of the requests in flight, free again when it is dropped.
    pub(crate) async fn in_flight_permit(&self) -> Option<SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    /// AssumeRole uses the permit of the call that needs the session: a permit of its own could be
    /// one that all which hold one wait for. What no essential control needs takes at most half of the
    /// permits, so that answers which never come cannot keep all of them from what is needed.
    async fn in_flight_permits(&self, ask: &Ask<'_>) -> [Option<SemaphorePermit<'_>>; 2] {
        match ask.operation {
            Operation::AssumeRole => [None, None],
            needed if needed.is_essential() => [self.in_flight_permit().await, None],
            _ => {
                let other = self.other_permits.acquire().await.ok();
                [self.in_flight_permit().await, other]
            }
        }
    }

    /// From now on this operation is asked once, without retries.
    pub(crate) fn ask_once(&self, operation: Operation) {
        self.budget.ask_once(operation);
    }

    /// Tells everybody who learns from what a request came to.
    fn note(&self, ask: &Ask<'_>, tally: &mut Tally, took: Duration, failure: Option<GapClass>) {
        if failure == Some(GapClass::ThrottledOut) {
            tally.throttles += 1;
            self.limits.throttled(ask.operation, ask.quota_key());
        }
        if failure.is_none() {
            self.budget.earn(ask.operation);
        }
        if let Some(site) = ask.site() {
            self.circuits.note(site, failure);
        }
        self.events.emit(&Event::Request {
            operation: ask.operation,
            account: ask.account,
            region: Some(ask.region),
            attempt: tally.attempts,
            took,
            failure,
        });
    }

    /// Whether to ask again with another session: AWS says that this one has expired, and it was
    /// not renewed for this call already.
    fn renews(&self, failure: &Failure, session: &Session, tally: &mut Tally) -> bool {
        let is_expired = failure.diagnosis == Diagnosis::TokenExpired && !tally.is_renewed;
        tally.is_renewed |= is_expired;
        is_expired && session.note_that_it_expired(self.clock.now())
    }

    fn answer<T>(
        &self,
        ask: &Ask<'_>,
        tally: &Tally,
        request_id: Option<Box<str>>,
        value: T,
    ) -> Answer<T> {
        let evidence = Evidence {
            operation: ask.operation,
            account: ask.account,
            region: Some(ask.region),
            at: self.clock.now(),
            request_id,
            attempts: tally.attempts,
            throttles: tally.throttles,
        };
        Answer { value, evidence }
    }
}

/// What one request came to: what was asked for, with the request's id, or a failure.
fn conclude<O, E, T>(
    ask: &Ask<'_>,
    session: &Session,
    clock: &Clock,
    result: Result<O, SdkError<E, HttpResponse>>,
    read: impl Fn(Result<O, &Failure>) -> Result<T, Unread>,
) -> Result<(T, Option<Box<str>>), Failure>
where
    O: RequestId,
    E: ProvideErrorMetadata + Error + 'static,
{
    match result {
        Ok(output) => {
            note_success(ask, session);
            let request_id: Option<Box<str>> = output.request_id().map(Into::into);
            match read(Ok(output)) {
                Ok(value) => Ok((value, request_id)),
                Err(unread) => Err(Failure::of_output(&unread.problem(), request_id)),
            }
        }
        Err(error) => {
            let failure = Failure::new(ask.operation, &error, session, clock);
            match read(Err(&failure)) {
                Ok(value) => Ok((value, failure.request_id)),
                Err(Unread::Failed) => Err(failure),
                Err(Unread::Malformed(problem)) => Err(failure.explained(&problem)),
            }
        }
    }
}

fn refuse_publishing(ask: &Ask<'_>) -> Result<(), Gap> {
    match ask.operation.purpose() {
        Purpose::Audit => Ok(()),
        Purpose::Publish => Err(ask.gap(GapClass::Denied).saying(
            "refused by trailseal itself: no publishing destination was named, so nothing was sent",
        )),
    }
}

/// A Region that every account has accepted the session, so a refusal elsewhere is the Region's.
fn note_success(ask: &Ask<'_>, session: &Session) {
    if !ask.region.is_opt_in() {
        session.note_that_it_works();
    }
}

fn failed(ask: &Ask<'_>, tally: &Tally, failure: Failure, session: Session) -> Failed {
    let gap = Gap {
        http_status: failure.status,
        code: failure.code,
        message: Some(failure.message),
        request_id: failure.request_id,
        attempts: tally.attempts,
        throttles: tally.throttles,
        ..ask.gap(failure.diagnosis.class(ask.region))
    };
    let refused = (failure.diagnosis == Diagnosis::TokenRefused).then_some(session);
    Failed { gap, refused }
}

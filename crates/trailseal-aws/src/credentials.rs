//! Sessions: whose credentials a call is signed with. Nothing here prints them.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;
use trailseal_model::{AccountId, Gap, GapClass};

use crate::clock::Clock;
use crate::error_text::chain_text;
use crate::quiet::quietly;

/// Credentials of one account, with what is known of how they fare.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

struct Inner {
    credentials: Credentials,
    provider: SharedCredentialsProvider,
    opened: Timestamp,
    expires: Option<Timestamp>,
    renew_at: Option<Timestamp>,
    is_expired: AtomicBool,
    /// It came in the place of one that AWS called expired.
    is_replacement: AtomicBool,
    works: AtomicBool,
    probed: OnceCell<bool>,
}

impl Session {
    /// A session with these credentials, opened now.
    pub(crate) fn new(credentials: Credentials, now: Timestamp) -> Self {
        let expires = credentials.expiry().and_then(|it| Timestamp::try_from(it).ok());
        Self(Arc::new(Inner {
            provider: SharedCredentialsProvider::new(credentials.clone()),
            credentials,
            opened: now,
            expires,
            is_expired: AtomicBool::new(false),
            is_replacement: AtomicBool::new(false),
            renew_at: expires.map(|it| renewal(now, it)),
            works: AtomicBool::new(false),
            probed: OnceCell::new(),
        }))
    }

    /// What the SDK signs with.
    pub(crate) fn provider(&self) -> SharedCredentialsProvider {
        self.0.provider.clone()
    }

    /// When it was opened.
    pub(crate) fn opened(&self) -> Timestamp {
        self.0.opened
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let is_replacement = self.0.is_replacement.load(Ordering::Relaxed);
        let may_help = !is_replacement || soonest(self.0.opened) <= now;
        (self.is_expired() && may_help) || self.0.renew_at.is_some_and(|it| it <= now)
    }

    fn is_valid(&self, now: Timestamp) -> bool {
        !self.is_expired() && self.0.expires.is_none_or(|it| it > now)
    }

    fn is_expired(&self) -> bool {
        self.0.is_expired.load(Ordering::Relaxed)
    }

    /// Remembers that AWS calls it expired, whatever its own date says: the clocks may differ.
    /// True if it will be renewed when it is next asked for. One that was opened just now in the
    /// place of another expired one is not, for the next would fare no better.
    pub(crate) fn note_that_it_expired(&self, now: Timestamp) -> bool {
        self.0.is_expired.store(true, Ordering::Relaxed);
        self.is_due(now)
    }

    fn note_what_it_replaces(&self, other: Option<&Self>) {
        let is_replacement = other.is_some_and(Self::is_expired);
        self.0.is_replacement.store(is_replacement, Ordering::Relaxed);
    }

    /// Remembers that AWS accepted the session in a Region that every account has.
    pub(crate) fn note_that_it_works(&self) {
        self.0.works.store(true, Ordering::Relaxed);
    }

    /// Whether AWS accepts the session in a Region that every account has: as seen already, else
    /// by the probe, whose answer is kept, or why that could not tell.
    pub(crate) async fn works<F>(&self, probe: impl FnOnce() -> F) -> Result<bool, GapClass>
    where
        F: Future<Output = Result<bool, GapClass>>,
    {
        if self.0.works.load(Ordering::Relaxed) {
            return Ok(true);
        }
        self.0.probed.get_or_try_init(probe).await.copied()
    }

    /// The text without the session's secrets: AWS repeats signed headers in some messages.
    pub(crate) fn redact(&self, text: &str) -> String {
        let credentials = &self.0.credentials;
        let mut text = text.to_owned();
        for secret in [Some(credentials.secret_access_key()), credentials.session_token()] {
            // AWS's are 40 characters and more; a shorter one is a made-up endpoint's, and may be a word.
            if let Some(secret) = secret.filter(|it| it.len() >= 8) {
                text = text.replace(secret, "[redacted]");
            }
        }
        text
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Session").field("expires", &self.0.expires).finish_non_exhaustive()
    }
}

/// Long-lived or temporary credentials as plain text: a simulation's, which are no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainCredentials {
    /// `AKIA` or `ASIA` and so on.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// The token, of temporary credentials.
    pub session_token: Option<String>,
}

impl PlainCredentials {
    pub(crate) fn into_provider(self) -> SharedCredentialsProvider {
        let Self { access_key_id, secret_access_key, session_token } = self;
        SharedCredentialsProvider::new(Credentials::new(
            access_key_id,
            secret_access_key,
            session_token,
            None,
            "PlainCredentials",
        ))
    }
}

impl fmt::Debug for PlainCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PlainCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Five minutes before the end, or a fifth of the life where that is shorter; never at once, so
/// that a provider which keeps giving the same credentials is not asked with every call.
fn renewal(now: Timestamp, expires: Timestamp) -> Timestamp {
    let life = expires.duration_since(now).max(SignedDuration::ZERO);
    let margin = (life / 5).min(SignedDuration::from_mins(5));
    expires.saturating_sub(margin).unwrap_or(expires).max(soonest(now)).min(expires)
}

fn soonest(opened: Timestamp) -> Timestamp {
    opened.saturating_add(SignedDuration::from_secs(10)).unwrap_or(opened)
}

/// The caller's own credentials, wherever the SDK's chain finds them.
pub(crate) struct OwnCredentials {
    provider: SharedCredentialsProvider,
    current: tokio::sync::Mutex<Option<Session>>,
}

/// No link of the chain may keep the user waiting longer.
const PATIENCE: Duration = Duration::from_secs(10);

impl OwnCredentials {
    /// Credentials from this provider, which is asked when they are first needed.
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Self {
        Self { provider, current: tokio::sync::Mutex::default() }
    }

    /// The caller's session, renewed when it is due; else a short text that says why not.
    pub(crate) async fn session(&self, clock: &Clock) -> Result<Session, String> {
        let mut current = self.current.lock().await;
        let now = clock.now();
        if let Some(session) = current.as_ref().filter(|it| !it.is_due(now)) {
            return Ok(session.clone());
        }
        let asked =
            quietly(tokio::time::timeout(PATIENCE, self.provider.provide_credentials())).await;
        let problem = match asked {
            Ok(Ok(credentials)) if is_sendable(&credentials) => {
                let session = Session::new(credentials, now);
                session.note_what_it_replaces(current.as_ref());
                return Ok(current.insert(session).clone());
            }
            Ok(Ok(_)) => {
                "the keys that came have a blank or another character that AWS never puts there"
                    .to_owned()
            }
            Ok(Err(error)) => shortened(&without_debug_form(&chain_text(&error))),
            Err(_) => format!("no credentials within {} seconds", PATIENCE.as_secs()),
        };
        current.as_ref().filter(|it| it.is_valid(now)).cloned().ok_or(problem)
    }
}

/// Whether the keys can stand in the header of a request: a program or an endpoint that hands them
/// out may have added a line feed, or gone wrong.
fn is_sendable(credentials: &Credentials) -> bool {
    let is_graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let id = credentials.access_key_id();
    !id.is_empty() && is_graphic(id) && credentials.session_token().is_none_or(is_graphic)
}

/// The text with AWS's message in place of the `Debug` form that the SDK shows of an error which its
/// model of the operation does not know: `Error { code: "…", message: "…", … }`.
fn without_debug_form(text: &str) -> String {
    let Some((before, form)) = text.split_once("Error { ") else { return text.to_owned() };
    let said = ["message: \"", "code: \""].iter().find_map(|field| quoted_after(form, field));
    format!("{before}{}", said.unwrap_or_else(|| "no message".to_owned()))
}

/// The quoted value of a field in a `Debug` form, without its escapes.
fn quoted_after(form: &str, field: &str) -> Option<String> {
    let (_, rest) = form.split_once(field)?;
    let mut value = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' => return Some(value),
            '\\' => {
                value.extend(letters.next().map(|letter| if letter == 'n' { ' ' } else { letter }));
            }
            letter => value.push(letter),
        }
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

/// Whether a failure to renew says nothing of the next try.
fn may_pass(class: GapClass) -> bool {
    class.is_retryable() || class == GapClass::CircuitOpen
}

/// Sessions in member accounts: each opened once, by one task, and kept for the run.
#[derive(Default)]
pub(crate) struct SessionCache {
    accounts: Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<Slot>>>>,
}

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Open(Session),
    /// Asking again would give the same answer and cost a call for every target.
    Failed(Box<Gap>),
}

impl SessionCache {
    /// The account's session. Whoever comes first opens it, all others wait for that.
    pub(crate) async fn get<F>(
        &self,
        account: AccountId,
        clock: &Clock,
        open: impl FnOnce() -> F,
    ) -> Result<Session, Gap>
    where
        F: Future<Output = Result<Session, Gap>>,
    {
        let slot = self.slot(account);
        let mut slot = slot.lock().await;
        let kept = match &*slot {
            Slot::Open(session) if !session.is_due(clock.now()) => return Ok(session.clone()),
            Slot::Failed(gap) => return Err((**gap).clone()),
            Slot::Open(session) => Some(session.clone()),
            Slot::Empty => None,
        };
        match (open().await, kept) {
            (Ok(session), kept) => {
                session.note_what_it_replaces(kept.as_ref());
                *slot = Slot::Open(session.clone());
                Ok(session)
            }
            // It could not be renewed now: try again with the next call.
            (Err(gap), Some(session)) if may_pass(gap.class) => {
                if session.is_valid(clock.now()) {
                    Ok(session)
                } else {
                    Err(gap)
                }
            }
            (Err(gap), _) => {
                *slot = Slot::Failed(Box::new(gap.clone()));
                Err(gap)
            }
        }
    }

    fn slot(&self, account: AccountId) -> Arc<tokio::sync::Mutex<Slot>> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(account).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_debug_form_of_an_unmodelled_error_becomes_awss_message() {
        for (text, expected) in [
            ("dispatch failure: refused", "dispatch failure: refused"),
            (
                r#"service error: Error { code: "AccessDenied", message: "no \"x\"\nhere", aws_request_id: "1" }"#,
                r#"service error: no "x" here"#,
            ),
            (r#"service error: Error { code: "AccessDenied" }"#, "service error: AccessDenied"),
            ("service error: Error { }", "service error: no message"),
            (r#"service error: Error { code: "cut"#, "service error: no message"),
        ] {
            assert_eq!(without_debug_form(text), expected);
        }
    }
}

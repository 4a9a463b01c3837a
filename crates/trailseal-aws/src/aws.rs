//! AWS as the rest of the program sees it: it answers every question, and says who we are.

use std::error::Error;
use std::fmt;
use std::future::Future;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::operation::RequestId;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::Semaphore;
use trailseal_model::{
    AccountId, Answer, Arn, Endpoint, Gap, GapClass, Operation, Partition, Region,
};

use crate::ask::Ask;
use crate::call::{Channel, Failed, Unread};
use crate::clients::Clients;
use crate::credentials::{OwnCredentials, Session, SessionCache};
use crate::failure::Failure;
use crate::role::Role;

/// Who runs the audit, from GetCallerIdentity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The caller's account; it is read with the caller's own credentials.
    pub account: AccountId,
    /// The caller's user or role.
    pub arn: Arn,
    /// The partition that the whole run stays in.
    pub partition: Partition,
}

/// Answers every question that an audit asks of AWS.
pub struct Aws {
    pub(crate) caller: Caller,
    /// Set in place of the endpoints that AWS publishes.
    pub(crate) endpoints: Vec<Endpoint>,
    /// The Region that the run starts from, which the user can choose (`AWS_REGION`).
    pub(crate) start: Region,
    pub(crate) role: Role,
    pub(crate) channel: Channel,
    pub(crate) clients: Clients,
    pub(crate) own: OwnCredentials,
    pub(crate) members: SessionCache,
    /// A place for each large page that may be on its way.
    pub(crate) pages: Semaphore,
}

/// Large pages on their way at the same time. Each takes up to a megabyte while it is read.
pub(crate) const LARGE_PAGES: usize = 64;

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Aws").field("caller", &self.caller).finish_non_exhaustive()
    }
}

impl Aws {
    /// Who runs the audit.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The endpoints that the environment or the AWS configuration set in place of those that AWS
    /// publishes, sorted by service; none where a stand-in answers.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The Region of the partition's global services, enabled in every account.
    pub(crate) fn default_region(&self) -> Region {
        self.caller.partition.default_region()
    }

    /// Makes one call in the session of the account asked for.
    pub(crate) async fn call<O, E, T, F, FF>(
        &self,
        ask: &Ask<'_>,
        send: F,
        read: impl Fn(Result<O, &Failure>) -> Result<T, Unread>,
    ) -> Result<Answer<T>, Gap>
    where
        O: RequestId + Send + 'static,
        E: ProvideErrorMetadata + Error + Send + 'static,
        F: Fn(SharedCredentialsProvider) -> FF,
        FF: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send + 'static,
    {
        let result = self.channel.exchange(ask, || self.session(ask), send, read).await;
        match result {
            Ok(answer) => Ok(answer),
            Err(failed) => Err(self.resolve(ask, failed).await),
        }
    }

    /// The session that a call is made in: the caller's own in the caller's account.
    pub(crate) async fn session(&self, ask: &Ask<'_>) -> Result<Session, Gap> {
        match ask.account {
            Some(account) if account != self.caller.account => {
                self.members.get(account, &self.channel.clock, || self.open_session(account)).await
            }
            _ => self.own_session(ask).await,
        }
    }

    pub(crate) async fn own_session(&self, ask: &Ask<'_>) -> Result<Session, Gap> {
        let session = self.own.session(&self.channel.clock).await;
        session.map_err(|it| ask.gap(GapClass::ExpiredCredentials).saying(&it))
    }

    /// Decides what a refused token means: the Region is disabled only if it is one that accounts
    /// opt in to, and the same session works in a Region that every account has.
    async fn resolve(&self, ask: &Ask<'_>, failed: Failed) -> Gap {
        let Some(session) = failed.refused else { return failed.gap };
        if !ask.region.is_opt_in() {
            return Gap { class: GapClass::ExpiredCredentials, ..failed.gap };
        }
        match session.works(|| self.probe(ask.account, session.clone())).await {
            Ok(true) => Gap { class: GapClass::RegionDisabled, ..failed.gap },
            Ok(false) => Gap { class: GapClass::ExpiredCredentials, ..failed.gap },
            Err(class) => {
                let said = failed.gap.message.as_deref().unwrap_or("no message");
                let message = format!(
                    "{said}; GetCallerIdentity, which tells a disabled Region from a session that is not valid, gave no answer"
                );
                Gap { class, ..failed.gap }.saying(&message)
            }
        }
    }

    /// Whether AWS accepts the session in the partition's default Region, or why that could not be
    /// asked: only a refused token says no.
    async fn probe(&self, account: Option<AccountId>, session: Session) -> Result<bool, GapClass> {
        let region = self.default_region();
        let ask = Ask { account, ..Ask::by_caller(Operation::GetCallerIdentity, region) };
        let send = |credentials| get_caller_identity(&self.clients, region, credentials);
        let read = |output: Result<_, &Failure>| Ok(output.map(drop)?);
        let session = || std::future::ready(Ok(session.clone()));
        match self.channel.exchange(&ask, session, send, read).await {
            Ok(_) => Ok(true),
            Err(failed) if failed.gap.class == GapClass::ExpiredCredentials => Ok(false),
            Err(failed) => Err(failed.gap.class),
        }
    }
}

/// GetCallerIdentity with these credentials.
pub(crate) fn get_caller_identity(
    clients: &Clients,
    region: Region,
    credentials: SharedCredentialsProvider,
) -> impl Future<
    Output = Result<
        aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput,
        SdkError<GetCallerIdentityError, HttpResponse>,
    >,
> + Send
+ use<> {
    let config = aws_sdk_sts::Config::builder().credentials_provider(credentials);
    clients.sts(region).get_caller_identity().customize().config_override(config).send()
}

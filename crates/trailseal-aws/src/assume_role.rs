//! AssumeRole: sessions in every account but the caller's.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use jiff::Timestamp;
use trailseal_model::{AccountId, Arn, Gap, GapClass, Operation, Region};

use crate::ask::Ask;
use crate::aws::Aws;
use crate::call::Unread;
use crate::credentials::Session;
use crate::failure::Failure;

impl Aws {
    /// The accounts that another role than the first one opened, with its name.
    #[must_use]
    pub fn other_roles(&self) -> BTreeMap<AccountId, String> {
        let opened_by = self.role.opened_by();
        opened_by.iter().map(|(id, index)| (*id, self.role.names[*index].clone())).collect()
    }

    /// The role that opened an account; `None` in the caller's own, where none is assumed.
    pub(crate) fn assumed_role(&self, account: AccountId) -> Option<Arn> {
        let index = self.role.opened_by().get(&account).copied().unwrap_or(0);
        let name = self.role.names.get(index).filter(|_| account != self.caller.account)?;
        Arn::new(&self.role_arn(account, name))
    }

    fn role_arn(&self, account: AccountId, name: &str) -> String {
        format!("arn:{}:iam::{account}:role/{name}", self.caller.partition)
    }

    /// Opens a session in a member account, with the first role that is there and lets the caller
    /// in. A session that is renewed begins with the role that opened it.
    pub(crate) async fn open_session(&self, account: AccountId) -> Result<Session, Gap> {
        let known = self.role.opened_by().get(&account).copied().unwrap_or(0);
        let mut first: Option<Gap> = None;
        for (index, name) in self.role.names.iter().enumerate().skip(known) {
            match self.assume_role(account, name).await {
                Err(gap) if gap.class == GapClass::RoleNotAssumable => {
                    first = Some(first.map_or_else(|| gap.clone(), |it| nor(it, &gap)));
                }
                Ok(session) => {
                    if index > 0 {
                        self.role.opened_by().insert(account, index);
                    }
                    return Ok(session);
                }
                Err(gap) => return Err(gap),
            }
        }
        Err(first.unwrap_or_else(|| Gap::new(GapClass::RoleNotAssumable, Operation::AssumeRole)))
    }

    /// One AssumeRole, in a Region that every account has. Where STS is not active there for the
    /// caller's account, the Region that the user chose is asked.
    async fn assume_role(&self, account: AccountId, name: &str) -> Result<Session, Gap> {
        let region = self.default_region();
        match self.assume_role_in(region, account, name).await {
            Err(gap) if gap.class == GapClass::StsNotActive && self.start != region => {
                self.assume_role_in(self.start, account, name).await
            }
            res => res,
        }
    }

    /// Every regional endpoint gives tokens that are valid in all Regions. The duration is left to
    /// AWS, whose default of an hour is also the most that a caller may ask for that is itself an
    /// assumed role.
    async fn assume_role_in(
        &self,
        region: Region,
        account: AccountId,
        name: &str,
    ) -> Result<Session, Gap> {
        let role = self.role_arn(account, name);
        let ask = Ask::new(Operation::AssumeRole, account, region).on(&role);
        let request = self
            .clients
            .sts(region)
            .assume_role()
            .role_arn(&role)
            .role_session_name(&self.role.session_name)
            .set_external_id(self.role.external_id.clone())
            .set_source_identity(self.role.source_identity.clone())
            .set_tags(self.role.tags.clone());
        let send = |credentials: SharedCredentialsProvider| {
            let config = aws_sdk_sts::Config::builder().credentials_provider(credentials);
            request.clone().customize().config_override(config).send()
        };
        let clock = &self.channel.clock;
        let read = |output: Result<_, &Failure>| read_assumed_role(&output?, clock.now());
        let result = self.channel.exchange(&ask, || self.own_session(&ask), send, read).await;
        result.map(|answer| answer.value).map_err(|lost| lost.gap)
    }
}

/// The gap of the first role, which says that the other one cannot be assumed either.
fn nor(first: Gap, other: &Gap) -> Gap {
    let said = first.message.as_deref().unwrap_or("no message");
    let role = other.subject.as_deref().unwrap_or_default();
    let message = format!("{said}; nor can {role} be assumed");
    first.saying(&message)
}

fn read_assumed_role(output: &AssumeRoleOutput, now: Timestamp) -> Result<Session, Unread> {
    let given = output.credentials().ok_or("AssumeRole's answer has no Credentials")?;
    let expires = std::time::SystemTime::try_from(*given.expiration())
        .map_err(|_| "the Expiration of the session is not a time")?;
    // The SDK gives an empty text for an element that the answer lacks.
    let parts = [given.access_key_id(), given.secret_access_key(), given.session_token()];
    if parts.iter().any(|part| part.is_empty()) {
        return Err("the Credentials of AssumeRole's answer are not whole".into());
    }
    let credentials = Credentials::new(
        given.access_key_id(),
        given.secret_access_key(),
        Some(given.session_token().to_owned()),
        Some(expires),
        "AssumeRole",
    );
    Ok(Session::new(credentials, now))
}

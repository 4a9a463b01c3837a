//! KMS keys.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::Config;
use aws_sdk_kms::operation::get_key_policy::GetKeyPolicyOutput;
use aws_sdk_kms::types::{
    KeyManagerType, KeyMetadata, KeySpec, KeyState, KeyUsageType, MultiRegionKeyType, OriginType,
};
use trailseal_evaluator::ports::{KeyPolicies, Keys};
use trailseal_model::{Answer, Arn, Gap, KeyFacts, KeyManager, Operation, Target};

use super::read::{present, present_owned, time};
use crate::Aws;
use crate::call::{Ask, Unread};
use crate::failure::Failure;

impl Keys for Aws {
    async fn describe_key(
        &self,
        key: &Arn,
        asked_in: Target,
    ) -> Result<Answer<Option<KeyFacts>>, Gap> {
        let Target { account, region } = asked_in;
        let ask = Ask::new(Operation::DescribeKey, account, region).on(key.as_str());
        let client = self.clients.kms(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.describe_key().key_id(key.as_str());
            request.customize().config_override(config).send()
        };
        let read = |output: Result<
            aws_sdk_kms::operation::describe_key::DescribeKeyOutput,
            &Failure,
        >| {
            match output {
                Err(failure) if failure.code.as_deref() == Some("NotFoundException") => Ok(None),
                Err(failure) => Err(failure.into()),
                Ok(output) => {
                    let key = output.key_metadata().ok_or("DescribeKey without KeyMetadata")?;
                    read_key(key).map(Some)
                }
            }
        };
        self.call(&ask, send, read).await
    }
}

impl KeyPolicies for Aws {
    async fn key_policy(&self, key: &Arn, asked_in: Target) -> Result<Answer<String>, Gap> {
        let Target { account, region } = asked_in;
        let ask = Ask::new(Operation::GetKeyPolicy, account, region).on(key.as_str());
        let client = self.clients.kms(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_key_policy().key_id(key.as_str()).policy_name("default");
            request.customize().config_override(config).send()
        };
        let read = |output: Result<GetKeyPolicyOutput, &Failure>| {
            let policy = present_owned(output?.policy());
            policy.ok_or_else(|| Unread::from("GetKeyPolicy without Policy"))
        };
        self.call(&ask, send, read).await
    }
}

fn read_key(key: &KeyMetadata) -> Result<KeyFacts, Unread> {
    let must = |field: &str, text: Option<&str>| {
        present_owned(text).ok_or_else(|| Unread::Malformed(format!("a key without {field}")))
    };
    let arn = must("Arn", key.arn())?;
    Ok(KeyFacts {
        arn: Arn::new(&arn).ok_or_else(|| format!("`{arn}` is not a key's ARN"))?,
        manager: match key.key_manager().map(KeyManagerType::as_str) {
            Some("CUSTOMER") => KeyManager::Customer,
            Some("AWS") => KeyManager::Aws,
            other => return Err(format!("KeyManager is {other:?}").into()),
        },
        state: must("KeyState", key.key_state().map(KeyState::as_str))?,
        spec: must("KeySpec", key.key_spec().map(KeySpec::as_str))?,
        usage: must("KeyUsage", key.key_usage().map(KeyUsageType::as_str))?,
        origin: present_owned(key.origin().map(OriginType::as_str)),
        is_multi_region: key.multi_region().unwrap_or(false),
        replica_of: read_primary(key)?,
        deletion_date: time("DeletionDate", key.deletion_date())?,
        valid_to: time("ValidTo", key.valid_to())?,
    })
}

/// The primary key of a replica; `None` for every other key.
fn read_primary(key: &KeyMetadata) -> Result<Option<Arn>, Unread> {
    let Some(family) = key.multi_region_configuration() else { return Ok(None) };
    if family.multi_region_key_type() != Some(&MultiRegionKeyType::Replica) {
        return Ok(None);
    }
    let arn = present(family.primary_key().and_then(|it| it.arn()));
    let arn = arn.ok_or("a replica without the Arn of its PrimaryKey")?;
    Arn::new(arn).map(Some).ok_or_else(|| format!("`{arn}` is not a key's ARN").into())
}

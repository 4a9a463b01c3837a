//! KMS keys.

use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::Config;
use aws_sdk_kms::operation::get_key_policy::GetKeyPolicyOutput;
use aws_sdk_kms::types::{
    KeyManagerType, KeyMetadata, KeySpec, KeyState, KeyUsageType, MultiRegionKeyType, OriginType,
};
use trailseal_model::question::{AnswerTo, DescribeKey, GetKeyPolicy};
use trailseal_model::{
    Answer, Arn, Gap, GapClass, KeyFacts, KeyManager, KeyPresence, Operation, Target,
};

use super::read::{present, present_owned, time};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::classify::Diagnosis;
use crate::failure::Failure;

impl AnswerTo<DescribeKey> for Aws {
    async fn answer_to(&self, question: DescribeKey) -> Result<Answer<KeyPresence>, Gap> {
        let DescribeKey { key, asked_in: Target { account, region } } = question;
        let ask = Ask::new(Operation::DescribeKey, account, region).on(key.as_str());
        let client = self.clients.kms(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.describe_key().key_id(key.as_str());
            request.customize().config_override(config).send()
        };
        let read =
            |output: Result<aws_sdk_kms::operation::describe_key::DescribeKeyOutput, &Failure>| {
                match output {
                    Err(failure) => read_refusal(failure),
                    Ok(output) => {
                        let found =
                            output.key_metadata().ok_or("DescribeKey without KeyMetadata")?;
                        read_key(found, &key).map(KeyPresence::Exists)
                    }
                }
            };
        self.call(&ask, send, read).await
    }
}

impl AnswerTo<GetKeyPolicy> for Aws {
    async fn answer_to(&self, question: GetKeyPolicy) -> Result<Answer<Arc<str>>, Gap> {
        let GetKeyPolicy { key, asked_in: Target { account, region } } = question;
        let ask = Ask::new(Operation::GetKeyPolicy, account, region).on(key.as_str());
        let client = self.clients.kms(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_key_policy().key_id(key.as_str()).policy_name("default");
            request.customize().config_override(config).send()
        };
        let read = |output: Result<GetKeyPolicyOutput, &Failure>| {
            let output = output?;
            let policy = present(output.policy()).ok_or("GetKeyPolicy without Policy")?;
            Ok::<Arc<str>, Unread>(policy.into())
        };
        self.call(&ask, send, read).await
    }
}

/// What a refusal says of the key itself.
fn read_refusal(failure: &Failure) -> Result<KeyPresence, Unread> {
    if failure.code.as_deref() == Some("NotFoundException") {
        return Ok(KeyPresence::Gone);
    }
    if failure.diagnosis == Diagnosis::Certain(GapClass::KeyInvalidState) {
        let code = failure.code.as_deref().unwrap_or_default();
        return Ok(KeyPresence::InvalidState(format!("{code}: {}", failure.message)));
    }
    Err(failure.into())
}

/// KMS's model requires the key's id alone, and recorded and older answers lack more than one field.
/// What is missing leaves open what depends on it, and nothing else; `asked` is the ARN that was asked
/// for, which is the key's unless it is an alias'.
fn read_key(key: &KeyMetadata, asked: &Arn) -> Result<KeyFacts, Unread> {
    let spec = key.key_spec().map(KeySpec::as_str);
    let told = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(KeyFacts {
        arn: read_arn(key, asked)?,
        manager: match key.key_manager().map(KeyManagerType::as_str) {
            Some("CUSTOMER") => KeyManager::Customer,
            Some("AWS") => KeyManager::Aws,
            _ => KeyManager::Unknown,
        },
        state: told(key.key_state().map(KeyState::as_str)),
        spec: told(present(spec).or_else(|| older_spec(key))),
        usage: told(key.key_usage().map(KeyUsageType::as_str)),
        origin: present_owned(key.origin().map(OriginType::as_str)),
        // Missing in answers that are older than multi-Region keys.
        is_multi_region: key.multi_region().unwrap_or(false),
        replica_of: read_primary(key),
        // Printed only where there is one.
        deletion_date: time("DeletionDate", key.deletion_date())?,
        valid_to: time("ValidTo", key.valid_to())?,
        refused_for_state: None,
    })
}

/// The name that the field had before: older answers print no other.
#[expect(deprecated, reason = "older and recorded answers have no KeySpec")]
fn older_spec(key: &KeyMetadata) -> Option<&str> {
    Some(key.customer_master_key_spec()?.as_str())
}

fn read_arn(key: &KeyMetadata, asked: &Arn) -> Result<Arn, Unread> {
    if let Some(arn) = present(key.arn()) {
        return Arn::new(arn).ok_or_else(|| format!("`{arn}` is not a key's ARN").into());
    }
    if asked.resource().starts_with("key/") {
        return Ok(asked.clone());
    }
    Err("a key without Arn, asked for by its alias".into())
}

/// The primary key of a replica; `None` for every other key, and where KMS does not name it. Only
/// rotation is asked of it, and a replica tells its primary's.
fn read_primary(key: &KeyMetadata) -> Option<Arn> {
    let family = key.multi_region_configuration()?;
    if family.multi_region_key_type() != Some(&MultiRegionKeyType::Replica) {
        return None;
    }
    Arn::new(present(family.primary_key()?.arn())?)
}

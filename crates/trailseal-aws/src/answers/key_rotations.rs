//! Whether KMS keys rotate by themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::Config;
use aws_sdk_kms::operation::get_key_rotation_status::GetKeyRotationStatusOutput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use trailseal_model::question::{AnswerTo, GetKeyRotationStatus};
use trailseal_model::{Answer, Gap, KeyRotation, Operation, Target};

use super::read::days;
use crate::Aws;
use crate::ask::Ask;
use crate::failure::Failure;

impl AnswerTo<GetKeyRotationStatus> for Aws {
    async fn answer_to(&self, question: GetKeyRotationStatus) -> Result<Answer<KeyRotation>, Gap> {
        let GetKeyRotationStatus { key, asked_in: Target { account, region } } = question;
        let ask = Ask::new(Operation::GetKeyRotationStatus, account, region).on(key.as_str());
        let client = self.clients.kms(region);
        let said = Said::default();
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_key_rotation_status().key_id(key.as_str());
            request.customize().interceptor(said.clone()).config_override(config).send()
        };
        let read = |output: Result<GetKeyRotationStatusOutput, &Failure>| {
            let output = output?;
            if !said.0.load(Ordering::Relaxed) {
                return Err("GetKeyRotationStatus without KeyRotationEnabled".into());
            }
            Ok(KeyRotation {
                is_enabled: output.key_rotation_enabled(),
                period_days: days("RotationPeriodInDays", output.rotation_period_in_days())?,
            })
        };
        self.call(&ask, send, read).await
    }
}

/// Whether the latest answer says at all whether the key rotates. The SDK gives `false` where it
/// does not, and that would be a finding without a proof.
#[derive(Debug, Clone, Default)]
struct Said(Arc<AtomicBool>);

impl Intercept for Said {
    fn name(&self) -> &'static str {
        "Said"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let body = context.response().body().bytes().unwrap_or_default();
        self.0.store(says_whether(body), Ordering::Relaxed);
        Ok(())
    }
}

/// The SDK has read the body already, so it is JSON; and inside a text the field's quotation marks
/// would be escaped.
fn says_whether(body: &[u8]) -> bool {
    let body = std::str::from_utf8(body).unwrap_or_default();
    let value = body
        .split_once("\"KeyRotationEnabled\"")
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .map(str::trim_start);
    value.is_some_and(|it| it.starts_with("true") || it.starts_with("false"))
}

//! The grants of KMS keys that allow decryption, or re-encryption to what can then be decrypted.
//!
//! A grant of CreateGrant alone leads to neither: what it gives on may not exceed its own operations
//! (KMS developer guide, *Grants in AWS KMS*).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_kms::Config;
use aws_sdk_kms::operation::list_grants::ListGrantsOutput;
use aws_sdk_kms::types::{GrantListEntry, GrantOperation};
use trailseal_model::question::{AnswerTo, ListGrants};
use trailseal_model::{Answer, DecryptGrant, Gap, Operation, Target};

use super::read::{Page, present, present_owned, read_pages};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// The most that the service's model allows.
const PAGE: i32 = 100;

impl AnswerTo<ListGrants> for Aws {
    async fn answer_to(&self, question: ListGrants) -> Result<Answer<Arc<[DecryptGrant]>>, Gap> {
        let ListGrants { key, asked_in: Target { account, region } } = &question;
        let ask = Ask::new(Operation::ListGrants, *account, *region).on(key.as_str());
        let listing = read_pages(&ask, async |token| {
            let request = self.clients.kms(*region).list_grants().key_id(key.as_str());
            let request = request.limit(PAGE).set_marker(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<ListGrantsOutput, &Failure>| read_page(&output?);
            self.call(&ask, send, read).await
        });
        Ok(listing.await?.whole()?.map(Arc::from))
    }
}

/// A page of many grants, of which those are kept that let a principal decrypt.
fn read_page(output: &ListGrantsOutput) -> Result<Page<DecryptGrant>, Unread> {
    let next_token = present_owned(output.next_marker());
    if output.truncated() && next_token.is_none() {
        return Err("ListGrants says that there is more, and not where".into());
    }
    let grants = output.grants.as_deref().ok_or("ListGrants without Grants")?;
    let gives = |it: &GrantListEntry| {
        let leading = [GrantOperation::Decrypt, GrantOperation::ReEncryptFrom];
        leading.iter().any(|operation| allows(it, operation))
    };
    let decrypting = grants.iter().filter(|it| gives(it));
    let items = decrypting.map(read_grant).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: next_token.filter(|_| output.truncated()) })
}

/// A grant whose operations are not printed may allow any of them.
fn allows(grant: &GrantListEntry, operation: &GrantOperation) -> bool {
    grant.operations.as_deref().is_none_or(|operations| operations.contains(operation))
}

/// One grant. One without a grantee fails the whole list: dropping it would hide a reader.
fn read_grant(grant: &GrantListEntry) -> Result<DecryptGrant, Unread> {
    let grantee = present(grant.grantee_principal());
    let grantee = grantee.or_else(|| present(grant.grantee_service_principal()));
    let constraints = grant.constraints();
    let context = |it: &HashMap<String, String>| -> BTreeMap<String, String> {
        it.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    Ok(DecryptGrant {
        id: present(grant.grant_id()).ok_or("a grant without GrantId")?.to_owned(),
        grantee: grantee.ok_or("a grant without GranteePrincipal")?.to_owned(),
        gives_decrypt: allows(grant, &GrantOperation::Decrypt),
        gives_re_encrypt: allows(grant, &GrantOperation::ReEncryptFrom),
        context_equals: constraints.and_then(|it| it.encryption_context_equals()).map(context),
        context_includes: constraints.and_then(|it| it.encryption_context_subset()).map(context),
    })
}

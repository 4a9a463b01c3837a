//! Grants that somebody creates: of which operations, and to whom.
//!
//! Who may call kms:CreateGrant chooses both, unless conditions or denials leave no choice (KMS
//! developer guide, *Grants in AWS KMS*).

use crate::cloudtrail::CloudTrailDelivery;
use crate::context::{ContextValue, Possibility, RequestContext};
use crate::pattern::{Case, Fit, wildcard};
use crate::policy::KeyPolicy;
use crate::way::Way;

const OPERATIONS_KEY: &str = "kms:GrantOperations";

/// The operations that lead to decryption, with their ways.
pub(crate) const LEADING: [(&str, Way); 2] =
    [("Decrypt", Way::Decrypt), ("ReEncryptFrom", Way::ReEncryptFrom)];

/// The other operations that a grant for a symmetric key can give (KMS API reference, *CreateGrant*).
const OTHERS: [&str; 9] = [
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptTo",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
];

/// Of how many operations every choice is tried.
const TRIED_TOGETHER: usize = 3;

/// The operations of one grant, one that leads to decryption among them.
pub(crate) struct Operations {
    pub(crate) leading: Vec<Way>,
    names: Vec<String>,
}

impl Operations {
    fn of(leading: &[(&str, Way)], others: &[&str]) -> Self {
        let names = leading.iter().map(|it| it.0).chain(others.iter().copied());
        Self {
            leading: leading.iter().map(|it| it.1).collect(),
            names: names.map(str::to_owned).collect(),
        }
    }

    /// A grant with a constraint for these logs or without one.
    pub(crate) fn requests(
        &self,
        request: &RequestContext,
        delivery: &CloudTrailDelivery<'_>,
    ) -> Vec<RequestContext> {
        let request = request
            .clone()
            .with("kms:GrantIsForAWSResource", ContextValue::one("false"))
            .with(OPERATIONS_KEY, ContextValue::Known(self.names.clone()));
        let unbound = request.clone().without_log_context();
        let bound = request.with_log_contexts(delivery);
        let bound = bound.map(|it| it.with("kms:EncryptionAlgorithm", ContextValue::Absent));
        let unbound = unbound.with("kms:GrantConstraintType", ContextValue::Absent);
        std::iter::once(unbound).chain(bound).collect()
    }
}

impl KeyPolicy {
    /// Which operations a caller may choose for a grant that leads to decryption: each alone, with
    /// those of which the policy speaks, or with all there are.
    pub(crate) fn granted_operations(&self) -> Vec<Operations> {
        let choices = self.choices_of_others();
        let [decrypt, re_encrypt] = &LEADING;
        let leading = [vec![*decrypt], vec![*re_encrypt], LEADING.to_vec()];
        let with = |leading: &Vec<(&str, Way)>| -> Vec<Operations> {
            choices.iter().map(|others| Operations::of(leading, others)).collect()
        };
        leading.iter().flat_map(with).collect()
    }

    fn choices_of_others(&self) -> Vec<Vec<&'static str>> {
        let values = self.values_of(OPERATIONS_KEY);
        let is_named = |name: &&str| {
            let name = Possibility::Exact((*name).to_owned());
            values
                .iter()
                .copied()
                .flatten()
                .any(|it| wildcard(it, &name, Case::Ignored) == Fit::Yes)
        };
        let named: Vec<&str> = OTHERS.into_iter().filter(is_named).collect();
        let mut choices = vec![Vec::new(), OTHERS.to_vec()];
        let mut add = |choice: Vec<&'static str>| {
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        };
        if named.len() <= TRIED_TOGETHER {
            for chosen in 0_u32..1 << named.len() {
                let is_chosen = |place: usize| chosen & (1 << place) != 0;
                let choice = named.iter().enumerate().filter(|it| is_chosen(it.0));
                add(choice.map(|it| *it.1).collect());
            }
            return choices;
        }
        for name in &named {
            add(vec![name]);
            add(named.iter().copied().filter(|it| it != name).collect());
        }
        for condition in &values {
            let is_in = |name: &&&str| condition.iter().any(|it| it.eq_ignore_ascii_case(name));
            add(named.iter().filter(is_in).copied().collect());
            add(named.iter().filter(|it| !is_in(it)).copied().collect());
        }
        add(named);
        choices
    }
}

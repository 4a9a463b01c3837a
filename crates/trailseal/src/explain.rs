//! `trailseal explain`: what a control checks, why, and how to fix it.

use trailseal_model::ControlId;

use crate::error::UserError;

/// The page of a control.
const fn page(id: ControlId) -> &'static str {
    match id {
        ControlId::TrailKmsEncrypted => {
            include_str!("../../../docs/controls/trail-kms-encrypted.md")
        }
        ControlId::KeyCustomerManaged => {
            include_str!("../../../docs/controls/key-customer-managed.md")
        }
        ControlId::KeyUsable => include_str!("../../../docs/controls/key-usable.md"),
        ControlId::KeyPolicyAllowsCloudtrail => {
            include_str!("../../../docs/controls/key-policy-allows-cloudtrail.md")
        }
        ControlId::KeyPolicyDescribeKey => {
            include_str!("../../../docs/controls/key-policy-describe-key.md")
        }
        ControlId::KeyPolicyScoped => {
            include_str!("../../../docs/controls/key-policy-scoped.md")
        }
        ControlId::KeyReadersLimited => {
            include_str!("../../../docs/controls/key-readers-limited.md")
        }
        ControlId::TrailDelivering => include_str!("../../../docs/controls/trail-delivering.md"),
        ControlId::LogObjectsSealed => include_str!("../../../docs/controls/log-objects-sealed.md"),
        ControlId::DigestObjectsSealed => {
            include_str!("../../../docs/controls/digest-objects-sealed.md")
        }
        ControlId::HistorySealed => include_str!("../../../docs/controls/history-sealed.md"),
        ControlId::AccountCovered => include_str!("../../../docs/controls/account-covered.md"),
        ControlId::KeyRotationEnabled => {
            include_str!("../../../docs/controls/key-rotation-enabled.md")
        }
        ControlId::EventDataStoreKmsEncrypted => {
            include_str!("../../../docs/controls/event-data-store-kms-encrypted.md")
        }
    }
}

/// What is to be said of the control with this id.
pub(crate) fn explanation(id: &str) -> Result<&'static str, UserError> {
    let control = ControlId::from_word(id).ok_or_else(|| {
        let known: Vec<&str> = ControlId::ALL.iter().map(|it| it.as_str()).collect();
        UserError::usage(
            format!("there is no control `{id}`"),
            format!("the controls are {}", known.join(", ")),
        )
    })?;
    Ok(page(control))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_is_explained_and_every_judged_one_has_its_page() {
        for id in ControlId::ALL {
            let text = explanation(id.as_str()).unwrap();
            assert!(text.contains(id.as_str()), "{id}");
            assert!(text.starts_with("# "), "{id}");
            assert!(id.entry().is_built, "{id}: its page is there, so it is judged");
        }
    }

    #[test]
    fn an_unknown_control_is_answered_with_the_known_ones() {
        let error = explanation("kms").unwrap_err().to_string();
        assert!(error.contains("`kms`") && error.contains("key-usable"), "{error}");
    }
}

//! The address that an account was opened with.

use crate::world::account::AccountId;

/// The address of an account's root user: nobody can have it.
pub(super) fn email(id: AccountId) -> String {
    format!("aws+{id}@example.com")
}

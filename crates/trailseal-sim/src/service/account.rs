//! Account Management: the Regions of an account.

use super::Operation;

/// Its operations.
pub const OPERATIONS: &[Operation] = &[];

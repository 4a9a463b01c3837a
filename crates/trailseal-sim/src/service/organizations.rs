//! Organizations.

use super::Operation;

/// Its operations.
pub const OPERATIONS: &[Operation] = &[];

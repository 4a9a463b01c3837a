//! S3.

use super::Operation;

/// Its operations.
pub const OPERATIONS: &[Operation] = &[];

//! The record: the one machine-readable file that every report is made from.

mod stream;
pub mod v1;
mod volatile;

pub use stream::{RecordError, RecordReader, RecordWriter};
pub use volatile::VOLATILE;

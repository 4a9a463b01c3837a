//! The pack as an auditor's tools see it: made from record lines, read back cell by cell.

mod causes;
mod documented;
mod form;
mod inventory;
mod order;
mod pack;
mod population;
mod sampling;
mod sums;
mod tables;

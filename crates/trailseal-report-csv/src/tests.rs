//! The pack as an auditor's tools see it: written from record lines, read back cell by cell.

mod form;
mod inventory;
mod population;
mod record;
mod tables;

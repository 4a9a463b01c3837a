//! The file as GitHub sees it: written from record lines, read back as JSON.

mod alerts;
mod exceptions;
mod file;
mod limits;
mod population;
mod record;
mod scope;

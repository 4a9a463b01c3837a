//! The files as GitHub sees them: written from record lines, read back as JSON.

mod alerts;
mod exceptions;
mod file;
mod folding;
mod landing_zone;
mod limits;
mod population;
mod record;
mod scope;

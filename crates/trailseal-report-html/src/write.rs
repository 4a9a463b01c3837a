//! Reads the record once and writes the page.

use std::io::Write;

use trailseal_model::record::RecordError;
use trailseal_model::record::v1::Line;

use crate::collect::Collected;
use crate::error::PageError;

/// Writes the page: one HTML document that holds everything it needs. The writer should be
/// buffered. Nothing is written before the whole record was read, so a record that is cut short
/// gives no page.
///
/// # Errors
/// When the record cannot be read or understood, or the page cannot be written.
pub fn write_page<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    mut out: W,
) -> Result<(), PageError> {
    let mut lines = record.into_iter();
    let Line::Run(run) = lines.next().ok_or(PageError::Empty)?? else {
        return Err(PageError::Empty);
    };
    let mut collected = Collected::new(*run);
    for line in lines {
        collected.add(line?)?;
    }
    collected.finish()?.write(&mut out)?;
    out.flush()?;
    Ok(())
}

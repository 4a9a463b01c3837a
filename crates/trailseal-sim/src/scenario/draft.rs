//! A scenario in the making, and what is wrong with its text.

use std::collections::HashMap;
use std::ops::Range;

use toml::Spanned;

use super::ScenarioError;
use super::builder::Builder;
use super::file::File;
use crate::world::region::{Region, RegionSet};

/// A scenario in the making.
pub(super) struct Build<'a> {
    pub(super) text: &'a str,
    pub(super) file: &'a File,
    pub(super) builder: Builder,
    /// Units by name.
    pub(super) units: HashMap<&'a str, u32>,
}

pub(super) type Result<T> = std::result::Result<T, ScenarioError>;

/// The line that a span begins in.
pub(super) fn line(text: &str, span: &Range<usize>) -> usize {
    1 + text.get(..span.start).unwrap_or_default().matches('\n').count()
}

impl Build<'_> {
    /// Something wrong with this value.
    pub(super) fn wrong<T>(&self, value: &Spanned<T>, message: impl Into<String>) -> ScenarioError {
        ScenarioError { line: line(self.text, &value.span()), message: message.into() }
    }

    /// The Region of the scenario's partition with this name.
    pub(super) fn region(&self, name: &Spanned<String>) -> Result<Region> {
        let partition = self.builder.parts.partition;
        let region = Region::new(name.get_ref()).filter(|it| it.partition() == partition);
        let message = || format!("there is no Region `{}` in {partition}", name.get_ref());
        region.ok_or_else(|| self.wrong(name, message()))
    }

    pub(super) fn region_set(&self, names: &[Spanned<String>]) -> Result<RegionSet> {
        names.iter().map(|it| self.region(it)).collect()
    }

    pub(super) fn unit(&self, name: Option<&Spanned<String>>) -> Result<Option<u32>> {
        let Some(name) = name else { return Ok(None) };
        let unit = self.units.get(name.get_ref().as_str()).copied();
        let message = || format!("there is no unit `{}` before this", name.get_ref());
        unit.map(Some).ok_or_else(|| self.wrong(name, message()))
    }
}

//! The state of the examination of one trail's objects.

use trailseal_model::{SampledCluster, TrailDescription};

use super::draw::Draw;
use super::examined::Examined;
use super::log_location::LogLocation;
use super::object_source::{Examiner, ObjectSource};
use crate::encryption::ExpectedKey;
use crate::examined_object::{Census, WindowListing};

/// The examination of one trail's objects under way.
pub(super) struct Examination<'a, S> {
    pub(super) examiner: &'a Examiner<'a, S>,
    pub(super) place: &'a LogLocation,
    pub(super) expected: &'a ExpectedKey,
    pub(super) draw: Draw<'a>,
    pub(super) examined: Examined<'a, S>,
    pub(super) window: WindowListing,
    pub(super) clusters: Vec<SampledCluster>,
    pub(super) census: Census,
}

impl<'a, S: ObjectSource> Examination<'a, S> {
    pub(super) fn new(
        examiner: &'a Examiner<'a, S>,
        place: &'a LogLocation,
        description: &'a TrailDescription,
        expected: &'a ExpectedKey,
    ) -> Self {
        Self {
            examiner,
            place,
            expected,
            draw: Draw::new(examiner.settings.seed, &description.arn),
            examined: Examined::new(examiner, place),
            window: WindowListing::nothing(place.window),
            clusters: Vec::new(),
            census: Census::default(),
        }
    }

    /// Whether the trail has no key, and an object shows it.
    pub(super) fn has_keyless_object(&self) -> bool {
        let newest = self.examined.objects.last();
        let algorithm = newest.and_then(|object| object.answer.head()?.algorithm.as_deref());
        !self.expected.is_named && algorithm == Some("AES256")
    }
}

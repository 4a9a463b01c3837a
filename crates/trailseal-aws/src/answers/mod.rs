//! The answers to all questions, each kind in the file of what it is about.

mod buckets;
mod directory;
mod event_selectors;
mod key_grants;
mod key_rotations;
mod keys;
mod log_objects;
mod organization_tree;
mod read;
mod region_listing;
mod sessions;
mod stores;
mod trail_listing;
mod trail_names;
mod trail_statuses;

use trailseal_model::question::answer_each;
use trailseal_model::{Answers, AnyQuestion, AnyResult, BoxFuture, Operation};

use crate::Aws;

impl Answers for Aws {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        answer_each(self, question)
    }

    fn ask_once(&self, operation: Operation) {
        self.channel.ask_once(operation);
    }
}

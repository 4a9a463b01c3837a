//! The ports of fan-out and evaluator, one file each.

mod buckets;
mod directory;
mod event_selectors;
mod keys;
mod log_objects;
mod read;
mod region_listing;
mod sessions;
mod trail_listing;
mod trail_statuses;

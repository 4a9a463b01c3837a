//! The ports of fan-out and evaluator, one file each.

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
mod retries;
mod sessions;
mod stores;
mod trail_listing;
mod trail_names;
mod trail_statuses;

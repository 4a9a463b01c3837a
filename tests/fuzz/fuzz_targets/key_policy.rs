//! Made-up input for `trailseal_fuzz::key_policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailseal_fuzz::key_policy(data));

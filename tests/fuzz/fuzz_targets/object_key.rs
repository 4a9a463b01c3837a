//! Made-up input for `trailseal_fuzz::object_key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailseal_fuzz::object_key(data));

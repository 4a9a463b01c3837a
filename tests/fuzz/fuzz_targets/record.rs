//! Made-up input for `trailseal_fuzz::record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| trailseal_fuzz::record(data));

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| appconfig_edge_fuzz::check("saved", data));

//! Traps on demand, for the tests of what outlives an instance: no published module has them.

use alloc::vec::Vec;
use core::hint::black_box;
use core::mem::forget;

/// Panics, or runs out of memory, if `text` says so.
pub(super) fn obey(text: &str) {
    match text {
        "trap-panic" => panic!("as demanded"),
        "trap-memory" => loop {
            forget(black_box(Vec::<u8>::with_capacity(1 << 26)));
        },
        _ => {}
    }
}

//! What a module without the standard library has to bring itself.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::UnsafeCell;

use super::heap::{Heap, Source};

/// What WebAssembly's memory grows by.
const PAGE: usize = 65_536;

/// The module's memory, from where the linker's data ends. Nobody else makes it grow.
struct Memory;

impl Source for Memory {
    fn end(&self) -> *mut u8 {
        (wasm32::memory_size::<0>() * PAGE) as *mut u8
    }

    fn grow(&mut self, bytes: usize) -> bool {
        wasm32::memory_grow::<0>(bytes.div_ceil(PAGE)) != usize::MAX
    }
}

extern "C" {
    /// Where the linker's data ends, aligned to 16 bytes.
    static mut __heap_base: u8;
}

struct Allocator(UnsafeCell<Heap<Memory>>);

// SAFETY: this target has one thread; with atomics this is not compiled, and the default allocator stays.
unsafe impl Sync for Allocator {}

// SAFETY: `Heap` asks what this trait promises, and never calls back, so there is one borrow at a time.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        (*self.0.get()).allocate(layout)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        (*self.0.get()).free(block, layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        (*self.0.get()).resize(block, layout, bytes)
    }
}

#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(Heap::new(Memory, &raw mut __heap_base)));

/// The standard library would format a message that nobody sees here, and then trap; this traps.
#[cfg(feature = "bare")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

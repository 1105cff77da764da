//! What a module without the standard library has to bring itself.

// 2.5 kB (gzip) smaller than the default one. Sound because this target has one thread; with atomics this is not
// compiled, and the default allocator stays.
#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The standard library would format a message that nobody sees here, and then trap; this traps.
#[cfg(feature = "bare")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

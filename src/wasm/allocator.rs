//! The allocator of the client's module: 2.5 kB (gzip) smaller than the default one.

// Sound because this target has one thread; with atomics this is not compiled, and the default allocator stays.
#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

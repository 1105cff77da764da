//! `wasm-bindgen-test-runner` of exactly the version that the crate's `wasm-bindgen` has. It is a package beside `bindgen` and not a
//! feature of it, so that `npm start` never compiles it.

fn main() {
    if let Err(error) = wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os()) {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}

//! `bindgen <input.wasm> <output folder> <name> [--snip]`: what `wasm-bindgen --target web --omit-default-module-path
//! --remove-name-section --remove-producers-section` does, as a library, because that compiles in a third of the time that the
//! command line tool takes. With `--snip` what only a panic would run is taken out before.

mod snip;

use std::{env, error::Error, fs, process};

use walrus::Module;
use wasm_bindgen_cli_support::Bindgen;

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (input, folder, name, snips) = match arguments.as_slice() {
        [input, folder, name] => (input, folder, name, false),
        [input, folder, name, option] if option == "--snip" => (input, folder, name, true),
        _ => return Err("usage: bindgen <input.wasm> <output folder> <name> [--snip]".into()),
    };
    let mut bytes = fs::read(input)?;
    if snips {
        let mut module = Module::from_buffer(&bytes)?;
        snip::snip(&mut module)?;
        snip::without_references(&mut module)?;
        snip::blank(&mut module);
        bytes = module.emit_wasm();
    }
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .input_bytes(name, bytes)
        .out_name(name)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(true)
        .generate(folder)?;
    Ok(())
}

fn main() {
    if let Err(error) = run() {
        eprintln!("bindgen: {error:?}");
        process::exit(1);
    }
}

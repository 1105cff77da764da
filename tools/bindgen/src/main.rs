//! `bindgen <input.wasm> <output folder> <name>`: what `wasm-bindgen --target web --omit-default-module-path --remove-name-section
//! --remove-producers-section` does, as a library, because that compiles in a third of the time that the command line tool takes.

use std::{env, error::Error, process};
use wasm_bindgen_cli_support::Bindgen;

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, folder, name] = arguments.as_slice() else {
        return Err("usage: bindgen <input.wasm> <output folder> <name>".into());
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .input_path(input)
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

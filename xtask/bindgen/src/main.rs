//! Writes the JavaScript of a core module: `portcullis-bindgen IN.wasm OUT-NAME OUT-FOLDER`.

use std::env;

use anyhow::{Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, name, folder] = arguments.as_slice() else {
        bail!("usage: portcullis-bindgen IN.wasm OUT-NAME OUT-FOLDER");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .input_path(input)
        .out_name(name)
        .typescript(true)
        // Where the module lies is for the package to say, not for this file.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(folder)
}

//! Writes the JavaScript of a core module: `portcullis-bindgen IN.wasm OUT-NAME OUT-FOLDER`.

use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, name, folder] = arguments.as_slice() else {
        bail!("usage: portcullis-bindgen IN.wasm OUT-NAME OUT-FOLDER");
    };
    let mut module = fs::read(input).with_context(|| format!("could not read {input}"))?;
    deny_reference_types(&mut module);
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .input_bytes(name, module)
        .typescript(true)
        // The package says where the module is, not this file.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(folder)
}

// No object of JavaScript is ever passed, and a table for them would be dead weight: some
// versions of wasm-opt even take it for the table of functions.
fn deny_reference_types(module: &mut [u8]) {
    let used = b"+\x0freference-types";
    if let Some(at) = module.windows(used.len()).position(|window| window == used) {
        module[at] = b'-';
    }
}

//! What a guest imports.

use anyhow::{Context as _, Result, bail};
use wasmparser::{Parser, Payload};
use wit_component::DecodedWasm;

/// Returns what a component imports, by the names of its world.
pub(crate) fn imports_of_component(component: &[u8]) -> Result<Vec<String>> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("it is a WIT package, not a component");
    };
    let world = resolve.worlds.get(world).context("it has no world")?;
    let names = world.imports.keys().map(|key| resolve.name_world_key(key));
    Ok(names.collect())
}

/// Returns what a core module imports, as `module.name`.
pub(crate) fn imports_of_module(module: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ImportSection(imports) = payload? {
            for import in imports.into_imports() {
                let import = import?;
                names.push(format!("{}.{}", import.module, import.name));
            }
        }
    }
    Ok(names)
}

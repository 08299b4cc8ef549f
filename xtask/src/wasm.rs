//! `wasm`: from guest crate to core module to what a runtime loads, checked, in dist/.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result, bail};
use comfy_table::{Table, presets};
use wit_component::ComponentEncoder;

use crate::guests::{Aim, GUESTS, Guest, Kind};
use crate::imports::{imports_of_component, imports_of_module};
use crate::optimiser::Optimiser;
use crate::passes::Passes;
use crate::progress;
use crate::run::{complain, root, say};
use crate::setup::{self, Tools};
use crate::size::Size;
use crate::strip::strip;
use crate::toolchain::{Library, TARGET, target_dir};
use crate::web;

/// Sets up, then builds the guests of these artefacts.
pub(crate) fn build(artefacts: &[&str]) -> Result<()> {
    let tools = setup::ensure()?;
    build_each(
        &tools,
        GUESTS
            .iter()
            .filter(|guest| artefacts.contains(&guest.artefact)),
    )
}

/// Sets up, then builds every guest and the npm package.
pub(crate) fn build_all() -> Result<()> {
    let tools = setup::ensure()?;
    build_with(&tools)?;
    if web::ensure()?.is_some() {
        web::build(&tools)?;
    }
    Ok(())
}

/// Builds every guest with `tools`.
pub(crate) fn build_with(tools: &Tools) -> Result<()> {
    build_each(tools, &GUESTS)
}

fn build_each<'a>(tools: &Tools, guests: impl IntoIterator<Item = &'a Guest>) -> Result<()> {
    let mut unfit = Vec::new();
    for guest in guests {
        // One that has outgrown its bounds says nothing of the next.
        if let Err(error) = build_guest(guest, tools) {
            complain(&error.context(format!("{} is not fit", guest.artefact)));
            unfit.push(guest.artefact);
        }
    }
    if !unfit.is_empty() {
        bail!("not fit: {}", unfit.join(", "));
    }
    Ok(())
}

/// Returns the path of an artefact.
pub(crate) fn dist(artefact: &str) -> PathBuf {
    root().join("dist").join(artefact)
}

fn build_guest(guest: &Guest, tools: &Tools) -> Result<()> {
    let profile = guest.aim.profile();
    progress::compile(
        guest.artefact,
        tools
            .toolchain
            .cargo_by(profile, Library::Alloc, "build")
            .args(["--package", guest.package]),
    )?;
    let core = core_module(guest);
    let module = fs::read(&core)
        .with_context(|| format!("{} is missing: is the crate type cdylib?", core.display()))?;

    // Cargo decides whether the module is new; beyond that the artefact depends on the recipe.
    let stamp = Stamp::of(guest, tools.optimiser.as_ref(), &module)?;
    let artefact = dist(guest.artefact);
    let fresh = artefact.is_file() && stamp.is_current();
    if !fresh {
        // Forgotten until the new artefact has passed its checks.
        stamp.forget()?;
        let made = made(guest, &core, &module, tools.optimiser.as_ref(), Passes::ALL)?;
        write(&artefact, &made)?;
    }

    // Checked even when unchanged: somebody may have replaced the file.
    let bytes = fs::read(&artefact)?;
    let imports = match guest.kind {
        Kind::Component => imports_of_component(&bytes)?,
        Kind::Module => imports_of_module(&bytes)?,
    };
    check_imports(&imports, guest.imports)?;
    let size = Size::of(&bytes)?;
    say(format!(
        "dist/{}: {size}, {}{}",
        guest.artefact,
        if guest.imports.is_empty() {
            "no imports"
        } else {
            "only the imports it may have"
        },
        if fresh { ", unchanged" } else { "" },
    ));
    size.within(guest.bound)?;
    stamp.write()
}

/// Makes of a core module what a runtime loads.
fn made(
    guest: &Guest,
    path: &Path,
    module: &[u8],
    optimiser: Option<&Optimiser>,
    passes: Passes,
) -> Result<Vec<u8>> {
    let module = optimised(path, module, guest.aim, optimiser);
    match guest.kind {
        Kind::Component => strip(&component(&module)?, passes),
        Kind::Module => strip(&module, passes),
    }
}

/// Says of every guest how much larger it would be without each pass.
pub(crate) fn savings() -> Result<()> {
    let tools = setup::ensure()?;
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header([
        "GUEST",
        "WITHOUT",
        "BYTES MORE",
        "",
        "GZIPPED MORE",
        "",
    ]);
    for guest in &GUESTS {
        let core = core_module(guest);
        let module = fs::read(&core).with_context(|| {
            format!(
                "{} is missing: run `cargo xtask wasm` first",
                core.display()
            )
        })?;
        let size = |passes| -> Result<Size> {
            let made = made(guest, &core, &module, tools.optimiser.as_ref(), passes)?;
            Size::of(&made)
        };
        let all = size(Passes::ALL)?;
        for (name, passes) in Passes::without_each() {
            let without = size(passes)?;
            let [raw, gzipped] =
                [(without.raw, all.raw), (without.gzipped, all.gzipped)].map(|(without, with)| {
                    let more = without.saturating_sub(with);
                    let tenths = (more * 1000).checked_div(with).unwrap_or(0);
                    (
                        more.to_string(),
                        format!("{}.{} %", tenths / 10, tenths % 10),
                    )
                });
            table.add_row([guest.artefact, name, &raw.0, &raw.1, &gzipped.0, &gzipped.1]);
        }
    }
    println!("{}", table.trim_fmt());
    Ok(())
}

fn core_module(guest: &Guest) -> PathBuf {
    target_dir()
        .join(TARGET)
        .join(guest.aim.profile())
        .join(guest.core_module())
}

fn optimised(path: &Path, module: &[u8], aim: Aim, optimiser: Option<&Optimiser>) -> Vec<u8> {
    let Some(optimiser) = optimiser else {
        return module.to_vec();
    };
    let input = path.with_extension("in.wasm");
    let output = path.with_extension("opt.wasm");
    let result = write(&input, module)
        .and_then(|()| optimiser.run(aim.flags(), &input, &output))
        .and_then(|()| Ok(fs::read(&output)?));
    result.unwrap_or_else(|error| {
        say(format!("{error:#}; going on without optimising"));
        module.to_vec()
    })
}

fn component(module: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|mut encoder| encoder.encode())
        .context("the core module does not make a component")
}

fn check_imports(imports: &[String], allowed: &[&str]) -> Result<()> {
    let surplus: Vec<String> = imports
        .iter()
        .filter(|name| !allowed.contains(&name.as_str()))
        .map(|name| format!("`{name}`"))
        .collect();
    if !surplus.is_empty() {
        bail!("it imports {}, which it may not", surplus.join(", "));
    }
    Ok(())
}

/// What an artefact was made from, remembered beside the core module.
#[derive(Debug)]
struct Stamp {
    path: PathBuf,
    content: Vec<u8>,
}

impl Stamp {
    fn of(guest: &Guest, optimiser: Option<&Optimiser>, module: &[u8]) -> Result<Self> {
        // This program holds the encoder, so a new build of it may encode differently.
        let encoder = fs::metadata(env::current_exe()?)?.modified()?;
        let encoder = encoder.duration_since(UNIX_EPOCH)?.as_nanos();
        let recipe = optimiser.map_or_else(
            || "as built".to_owned(),
            |found| found.recipe(guest.aim.flags()),
        );
        let mut content = format!("{encoder}\n{recipe}\n").into_bytes();
        content.extend_from_slice(module);
        let path = target_dir().join(guest.artefact).with_extension("stamp");
        Ok(Self { path, content })
    }

    fn is_current(&self) -> bool {
        fs::read(&self.path).is_ok_and(|written| written == self.content)
    }

    fn forget(&self) -> Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn write(&self) -> Result<()> {
        if self.is_current() {
            return Ok(());
        }
        write(&self.path, &self.content)
    }
}

// Whole or not at all: a reader never sees half of an artefact.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = || -> Result<()> {
        let folder = path.parent().context("it has no folder")?;
        fs::create_dir_all(folder)?;
        let unfinished = path.with_extension("unfinished");
        fs::write(&unfinished, bytes)?;
        fs::rename(&unfinished, path)?;
        Ok(())
    };
    written().with_context(|| format!("could not write {}", path.display()))
}

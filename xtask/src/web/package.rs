//! The npm packages, made of the guest's builds.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result, bail};

use crate::inputs::Inputs;
use crate::progress;
use crate::run::{cargo, root, run};
use crate::setup::Tools;
use crate::toolchain::{TARGET, Toolchain, target_dir};

use super::entry::{AUTHOR, Carried, EDGE, ENTRIES, Entry, Package};

/// Builds the guests, the package of them, and checks both.
pub(crate) fn build(tools: &Tools) -> Result<()> {
    let bindgen = bindgen()?;
    for entry in &ENTRIES {
        build_guest(entry, &bindgen, tools)?;
    }
    build_package()?;
    for entry in &ENTRIES {
        entry
            .measure()
            .with_context(|| format!("the entry `{}` of the npm package is not fit", entry.name))?;
    }
    Ok(())
}

/// Returns the lints of every build.
pub(crate) fn lints(toolchain: &Toolchain) -> Vec<(&'static str, Command)> {
    let lints = ENTRIES.iter().map(|entry| {
        let mut clippy = entry.cargo(toolchain, "clippy");
        clippy.args(["--", "-D", "warnings"]);
        (entry.name, clippy)
    });
    lints.collect()
}

// The tool and the crate share a private format, so the tool is built from the same release.
fn bindgen() -> Result<PathBuf> {
    let target = root().join("target/tools/bindgen");
    progress::compile(
        "what writes the browser's JavaScript",
        cargo()
            .args(["build", "--locked", "--manifest-path"])
            .arg(root().join("xtask/bindgen/Cargo.toml"))
            .arg("--target-dir")
            .arg(&target),
    )?;
    let program = format!("debug/portcullis-bindgen{}", env::consts::EXE_SUFFIX);
    Ok(target.join(program))
}

fn build_guest(entry: &Entry, bindgen: &Path, tools: &Tools) -> Result<()> {
    let optimiser = tools.optimiser.as_ref();
    let recipe = optimiser.map_or_else(|| "as built".to_owned(), |found| found.recipe(entry.flags));
    let recipe = format!("{recipe} {}", modified(bindgen)?);
    let folder = root().join("target/web/guests").join(entry.name);
    let generated = root().join(EDGE.folder).join("generated");
    let module = generated.join(format!("{}.wasm", entry.name));
    let mut build = entry.cargo(&tools.toolchain, "build");
    let inputs = Inputs::of(folder.join("inputs"), &build, &recipe)?;
    let deflated = module.with_extension("deflated");
    let made = module.is_file() && (deflated.is_file() || entry.carried == Carried::Beside);
    if made && inputs.are_unchanged() {
        return Ok(());
    }
    progress::compile(
        &format!("the browser's module `{}`", entry.name),
        &mut build,
    )?;
    let built = target_dir()
        .join(TARGET)
        .join("wasm/portcullis_browser.wasm");
    fs::create_dir_all(&folder)?;
    fs::create_dir_all(&generated)?;
    run(Command::new(bindgen)
        .arg(&built)
        .arg(entry.name)
        .arg(&folder))?;
    let bound = folder.join(format!("{}_bg.wasm", entry.name));
    match optimiser {
        Some(optimiser) => optimiser.run(entry.flags, &bound, &module)?,
        None => drop(fs::copy(&bound, &module)?),
    }
    if let Some(bytes) = entry.carried.deflated(&fs::read(&module)?)? {
        fs::write(&deflated, bytes)?;
    }
    for file in [format!("{}.js", entry.name), format!("{}.d.ts", entry.name)] {
        fs::copy(folder.join(&file), generated.join(&file))?;
    }
    inputs.remember(&built.with_extension("d"))
}

fn build_package() -> Result<()> {
    let folder = root().join(EDGE.folder);
    let mut sources = BTreeSet::new();
    for part in ["src", "generated"] {
        files(&folder.join(part), &mut sources)?;
    }
    for file in ["package.json", "build.js", "README.md"] {
        sources.insert(folder.join(file));
    }
    for file in ["package.json", "README.md"] {
        sources.insert(root().join(AUTHOR.folder).join(file));
    }
    sources.insert(root().join("package-lock.json"));
    let stamp = stamp(&sources)?;
    let stamp_file = root().join("target/web/package.stamp");
    let there = [EDGE, AUTHOR].iter().all(|package| {
        root().join(package.folder).join("dist").is_dir() && root().join(package.published).is_dir()
    });
    if there && fs::read(&stamp_file).is_ok_and(|written| written == stamp) {
        return Ok(());
    }
    let mut build = Command::new("node");
    progress::quietly(
        "the npm package",
        build.arg("build.js").current_dir(&folder),
    )?;

    for package in [EDGE, AUTHOR] {
        publish(&package)?;
    }
    fs::write(stamp_file, stamp)?;
    Ok(())
}

/// Returns what differs as soon as one of the files does.
pub(super) fn stamp(sources: &BTreeSet<PathBuf>) -> Result<Vec<u8>> {
    let mut stamp = Vec::new();
    for source in sources {
        stamp.extend_from_slice(source.as_os_str().as_encoded_bytes());
        stamp.extend(fs::read(source).with_context(|| format!("no {}", source.display()))?);
    }
    Ok(stamp)
}

/// Copies what is published, which is what is tested: the very files.
fn publish(package: &Package) -> Result<()> {
    let folder = root().join(package.folder);
    let published = root().join(package.published);
    let made = folder.join("dist");
    if published.is_dir() {
        fs::remove_dir_all(&published)?;
    }
    fs::create_dir_all(published.join("dist"))?;
    for file in ["package.json", "README.md"] {
        fs::copy(folder.join(file), published.join(file))?;
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(licence), published.join(licence))?;
    }
    let mut parts = BTreeSet::new();
    files(&made, &mut parts)?;
    for part in &parts {
        let name = part.strip_prefix(&made)?;
        fs::copy(part, published.join("dist").join(name))?;
    }
    check_exports(&published)
}

/// Refuses a package that names a file which is not there.
pub(super) fn check_exports(published: &Path) -> Result<()> {
    let package = fs::read_to_string(published.join("package.json"))?;
    let package: serde_json::Value = serde_json::from_str(&package)?;
    let exports = package
        .get("exports")
        .context("package.json exports nothing")?;
    let mut pending = vec![exports];
    let mut seen = 0;
    while let Some(value) = pending.pop() {
        if let Some(members) = value.as_object() {
            pending.extend(members.values());
        } else if let Some(target) = value.as_str() {
            seen += 1;
            if !published.join(target).is_file() {
                bail!("package.json exports `{target}`, which is not there");
            }
        }
    }
    if seen == 0 {
        bail!("package.json exports nothing");
    }
    Ok(())
}

/// Adds the files of a folder, and of those below it.
pub(super) fn files(folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

fn modified(path: &Path) -> Result<u128> {
    let modified = fs::metadata(path)?.modified()?;
    Ok(modified.duration_since(UNIX_EPOCH)?.as_nanos())
}

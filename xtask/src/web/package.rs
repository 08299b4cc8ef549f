//! The npm packages: the guest's builds, what is made of them, and how large it may be.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result, bail};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::imports::imports_of_module;
use crate::inputs::Inputs;
use crate::optimiser;
use crate::progress;
use crate::run::{cargo, root, run, say};
use crate::setup::Tools;
use crate::size::Size;
use crate::toolchain::{Library, TARGET, Toolchain, target_dir};

/// One build of the guest, and the entry of the package that loads it.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The guest's feature, and the name of what is made of it.
    name: &'static str,
    /// The package that it is an entry of.
    package: &'static Package,
    /// The entry's JavaScript.
    script: &'static str,
    library: Library,
    /// The flags of wasm-opt.
    flags: &'static [&'static str],
    carried: Carried,
    /// How large its module and its JavaScript may be together.
    bound: Size,
}

/// A package: where it is made, and where what is published of it.
#[derive(Debug)]
struct Package {
    folder: &'static str,
    published: &'static str,
}

const EDGE: Package = Package {
    folder: "web/edge",
    published: "dist/npm",
};

/// Made of the sources of the other, beside what they share.
const AUTHOR: Package = Package {
    folder: "web/author",
    published: "dist/npm-author",
};

/// How a module gets to where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carried {
    /// By a bundler: a platform that compiles nothing imports it.
    Beside,
    /// In the JavaScript, deflated as small as can be: every page loads it.
    Smallest,
    /// In the JavaScript, deflated: of a megabyte the smallest takes too long.
    Quickly,
}

/// Every build.
const ENTRIES: [Entry; 3] = [
    Entry {
        name: "edge",
        package: &EDGE,
        script: "index.js",
        library: Library::Alloc,
        flags: &optimiser::SIZE_FLAGS,
        carried: Carried::Smallest,
        bound: Size {
            raw: 110_000,
            gzipped: 48_000,
        },
    },
    Entry {
        name: "worker",
        package: &EDGE,
        script: "worker.js",
        library: Library::Alloc,
        flags: &optimiser::SIZE_FLAGS,
        carried: Carried::Beside,
        bound: Size {
            raw: 500_000,
            gzipped: 220_000,
        },
    },
    Entry {
        name: "author",
        package: &AUTHOR,
        script: "author.js",
        library: Library::Std,
        flags: &optimiser::QUICK_FLAGS,
        carried: Carried::Quickly,
        // Only who administers loads it, so what it can do comes before its size: it edits a
        // policy in place, names who may what, takes roles from other tenants, and finds the routes
        // that cross.
        bound: Size {
            raw: 1_300_000,
            gzipped: 550_000,
        },
    },
];

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

impl Carried {
    /// Returns what the JavaScript carries.
    fn deflated(self, module: &[u8]) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Beside => Ok(None),
            Self::Smallest => {
                let mut deflated = Vec::new();
                zopfli::compress(
                    zopfli::Options::default(),
                    zopfli::Format::Deflate,
                    module,
                    &mut deflated,
                )?;
                Ok(Some(deflated))
            }
            Self::Quickly => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(module)?;
                Ok(Some(encoder.finish()?))
            }
        }
    }
}

impl Entry {
    fn cargo(&self, toolchain: &Toolchain, subcommand: &str) -> Command {
        let mut cargo = toolchain.cargo_with(self.library, subcommand);
        cargo.args([
            "--package",
            "portcullis-browser",
            "--no-default-features",
            "--features",
            self.name,
        ]);
        cargo
    }

    /// Says how much a page loads for the entry, and refuses more than its bound.
    fn measure(&self) -> Result<()> {
        let folder = root().join(self.package.published).join("dist");
        let module = fs::read(folder.join(format!("{}.wasm", self.name)))?;
        check_imports(self.name, &imports_of_module(&module)?)?;
        let module = match self.carried {
            Carried::Beside => Size::of(&module)?,
            Carried::Smallest | Carried::Quickly => Size { raw: 0, gzipped: 0 },
        };
        let mut script = Size { raw: 0, gzipped: 0 };
        let mut pending = vec![self.script.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let text = fs::read_to_string(folder.join(&name))?;
            let size = Size::of(text.as_bytes())?;
            script.raw += size.raw;
            script.gzipped += size.gzipped;
            pending.extend(imported(&text));
        }
        let whole = Size {
            raw: module.raw + script.raw,
            gzipped: module.gzipped + script.gzipped,
        };
        say(format!(
            "{}, entry {}: {whole} (module {}, JavaScript {})",
            self.package.published, self.name, module.gzipped, script.gzipped
        ));
        whole.within(self.bound)
    }
}

/// Refuses a module that imports more than the runtime of its own JavaScript: no clock, no
/// randomness, nothing of the page.
fn check_imports(name: &str, imports: &[String]) -> Result<()> {
    let own = format!("./{name}_bg.js.__wbg___wbindgen_");
    let surplus: Vec<&str> = imports
        .iter()
        .map(String::as_str)
        .filter(|import| !import.starts_with(&own))
        .collect();
    if !surplus.is_empty() {
        bail!("it imports {}, which it may not", surplus.join(", "));
    }
    Ok(())
}

/// Returns the files beside it that a script imports.
fn imported(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text.split(['"', '\'']).collect();
    let names = parts.windows(2).filter_map(|pair| match pair {
        [before, name] if before.ends_with("from") || before.ends_with("import") => {
            name.strip_prefix("./")
        }
        _ => None,
    });
    names.map(str::to_owned).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_imports_nothing_of_the_page() {
        let own = "./edge_bg.js.__wbg___wbindgen_throw_4c88d8bf264fd984".to_owned();
        assert!(check_imports("edge", core::slice::from_ref(&own)).is_ok());
        for other in [
            "./edge_bg.js.__wbg_now_80e8ee4b2a2a2bd9",
            "./edge_bg.js.__wbg_getRandomValues_1",
            "env.now",
            "./worker_bg.js.__wbg___wbindgen_throw_1",
        ] {
            let imports = [own.clone(), other.to_owned()];
            let refused = check_imports("edge", &imports).unwrap_err().to_string();
            assert!(refused.contains(other), "{refused}");
        }
    }

    #[test]
    fn what_a_script_imports_is_counted_with_it() {
        let text = r#"import{a as b}from"./chunk-ABC.js";import"./other.js";new URL("./edge.wasm",import.meta.url);({"./edge_bg.js":1})"#;
        assert_eq!(imported(text), ["chunk-ABC.js", "other.js"]);
        assert!(imported("import 'react'; './x.js'").is_empty());
    }
}

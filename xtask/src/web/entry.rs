//! The entries of the npm packages: which build of the guest each loads, and how large it may be.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::Command;

use anyhow::{Result, bail};
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::imports::imports_of_module;
use crate::optimiser;
use crate::run::{root, say};
use crate::size::Size;
use crate::toolchain::{Library, Toolchain};

/// One build of the guest, and the entry of the package that loads it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// The guest's feature, and the name of what is made of it.
    pub(super) name: &'static str,
    /// The package that it is an entry of.
    pub(super) package: &'static Package,
    /// The entry's JavaScript.
    pub(super) script: &'static str,
    pub(super) library: Library,
    /// The flags of wasm-opt.
    pub(super) flags: &'static [&'static str],
    pub(super) carried: Carried,
    /// How large its module and its JavaScript may be together.
    pub(super) bound: Size,
}

/// A package: where it is made, and where what is published of it.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) folder: &'static str,
    pub(super) published: &'static str,
}

pub(super) const EDGE: Package = Package {
    folder: "web/edge",
    published: "dist/npm",
};

/// Made of the sources of the other, beside what they share.
pub(super) const AUTHOR: Package = Package {
    folder: "web/author",
    published: "dist/npm-author",
};

/// How a module gets to where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// By a bundler: a platform that compiles nothing imports it.
    Beside,
    /// In the JavaScript, deflated as small as can be: every page loads it.
    Smallest,
    /// In the JavaScript, deflated: of a megabyte the smallest takes too long.
    Quickly,
}

/// Every build.
pub(super) const ENTRIES: [Entry; 3] = [
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
        // policy in place, names who may what, takes roles from other tenants, finds the routes that
        // cross, and outlines a policy for the console.
        bound: Size {
            raw: 1_300_000,
            gzipped: 600_000,
        },
    },
];

impl Carried {
    /// Returns what the JavaScript carries.
    pub(super) fn deflated(self, module: &[u8]) -> Result<Option<Vec<u8>>> {
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
    pub(super) fn cargo(&self, toolchain: &Toolchain, subcommand: &str) -> Command {
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
    pub(super) fn measure(&self) -> Result<()> {
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

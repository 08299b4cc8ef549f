//! Where files of the project are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use portcullis_host::component::ArtefactCache;

/// Returns the root of the project.
#[must_use]
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_path_buf()
}

/// Returns where compiled components are kept, so that each is compiled once for all tests.
#[must_use]
pub fn artefacts() -> ArtefactCache {
    ArtefactCache::at(root().join("target/tmp/artefacts"))
}

/// Returns the files of a folder of this package that end so, sorted by name.
///
/// # Panics
///
/// Where there is none: a test over nothing shows nothing.
#[must_use]
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let folder = root().join("tests").join(folder);
    let entries = fs::read_dir(&folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|own| own == extension))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "nothing in {}", folder.display());
    files
}

/// Returns the policies of the examples, each with the name of its folder, sorted.
///
/// # Panics
///
/// Where there is none.
#[must_use]
pub fn examples() -> Vec<(String, String)> {
    let folder = root().join("examples");
    let entries = fs::read_dir(&folder).expect("the examples can be read");
    let mut policies = Vec::new();
    for entry in entries {
        let entry = entry.expect("the examples can be read");
        if let Ok(policy) = fs::read_to_string(entry.path().join("policy.json")) {
            policies.push((entry.file_name().to_string_lossy().into_owned(), policy));
        }
    }
    policies.sort();
    assert!(!policies.is_empty(), "nothing in {}", folder.display());
    policies
}

/// Returns the policy that `portcullis init` writes.
///
/// # Panics
///
/// Where it is not there.
#[must_use]
pub fn starter() -> String {
    let path = root().join("host/src/cli/starter/policy.json");
    fs::read_to_string(&path).expect("the starter policy can be read")
}

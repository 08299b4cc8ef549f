//! The files of the repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A text file of the repository.
#[derive(Debug, Clone)]
pub struct File {
    /// Its path from the root, with `/` between the names.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// Returns the root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Returns the files under `folder` whose names end with one of `endings`, sorted by path.
///
/// Leaves out what is built or downloaded. An empty `folder` is the root.
///
/// # Errors
///
/// Where a folder or file cannot be read.
pub fn under(folder: &str, endings: &[&str]) -> io::Result<Vec<File>> {
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths)?;
    paths.sort();
    let chosen = paths
        .into_iter()
        .filter(|path| endings.iter().any(|ending| name(path).ends_with(ending)));
    chosen.map(|path| read(&path)).collect()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            paths.push(path);
        } else if !BUILT.contains(&name(&path)) {
            walk(&path, paths)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<File> {
    let text = fs::read_to_string(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    let from_root = path.strip_prefix(root()).unwrap_or(path);
    let names = from_root.iter().map(|name| name.to_string_lossy());
    Ok(File {
        path: names.collect::<Vec<_>>().join("/"),
        text,
    })
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("")
}

const BUILT: [&str; 5] = [".git", "target", "dist", "node_modules", "test-results"];

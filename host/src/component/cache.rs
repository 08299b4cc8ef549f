//! Compiled components, kept so that a program starts without compiling.

use std::{
    env,
    fs::{self, File},
    hash::{Hash as _, Hasher},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{Mode, OFlags};
use sha2::{Digest as _, Sha256};
use wasmtime::{Engine, component::Component};

use super::artefact::{self, Vouched};
use crate::{
    files::{self, Readers},
    hex::to_hex,
};

/// A folder of compiled components, or none.
///
/// Machine code is taken from it only if the folder and the file belong to this user
/// and nobody else may write to them; otherwise, and where anything else fails, the
/// component is compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtefactCache(Option<PathBuf>);

impl ArtefactCache {
    /// Keeps nothing.
    pub const NONE: Self = Self(None);

    /// Keeps artefacts in a folder, which is made if it is not there.
    #[must_use]
    pub const fn at(folder: PathBuf) -> Self {
        Self(Some(folder))
    }

    /// Keeps artefacts in the user's cache folder: `portcullis` in `$XDG_CACHE_HOME`, or in
    /// `~/.cache`; nothing if neither is known.
    #[must_use]
    pub fn of_user() -> Self {
        // The XDG Base Directory Specification has relative paths ignored.
        let absolute = |name| {
            let path = env::var_os(name).map(PathBuf::from)?;
            path.is_absolute().then_some(path)
        };
        let base = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
        Self(base.map(|base| base.join("portcullis")))
    }

    /// Returns the component, compiled now or before.
    pub(super) fn component(&self, engine: &Engine, wasm: &[u8]) -> wasmtime::Result<Component> {
        let Some(folder) = &self.0 else {
            return Component::from_binary(engine, wasm);
        };
        let name = format!("{}.cwasm", key(engine, wasm));
        if let Some(component) = load(engine, folder, &name) {
            return Ok(component);
        }
        let component = Component::from_binary(engine, wasm)?;
        // Without a cache everything works, only slower: no failure of it is one of ours.
        let _ = store(folder, &name, &component);
        Ok(component)
    }
}

/// Names an artefact after all that it depends on.
fn key(engine: &Engine, wasm: &[u8]) -> String {
    let mut settings = Settings(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut settings);
    let mut key = Sha256::new();
    key.update(settings.0.finalize());
    key.update(wasm);
    to_hex(&key.finalize())
}

fn load(engine: &Engine, folder: &Path, name: &str) -> Option<Component> {
    let bytes = read(folder, name).ok()?;
    // A disk may return other bytes than were written; machine code must not.
    let (checksum, code) = bytes.split_at_checked(CHECKSUM_BYTES)?;
    if Sha256::digest(code).as_slice() != checksum {
        return None;
    }
    artefact::load(engine, &Vouched(code)).ok()
}

fn store(folder: &Path, name: &str, component: &Component) -> io::Result<()> {
    let code = component.serialize().map_err(io::Error::other)?;
    let mut bytes = Sha256::digest(&code).to_vec();
    bytes.extend_from_slice(&code);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)?;
    files::replace(&folder.join(name), &bytes, Readers::Owner)
}

/// Reads a file of a folder, if only this user could have written either.
fn read(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let user = user()?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = rustix::fs::open(folder, flags | OFlags::DIRECTORY, Mode::empty())?;
    let folder = File::from(folder);
    is_private(&folder, user)?;
    // Relative to the folder that was looked at: another one put in its place is not read.
    let file = rustix::fs::openat(&folder, name, flags | OFlags::NONBLOCK, Mode::empty())?;
    let file = File::from(file);
    is_private(&file, user)?;
    files::read_from(file, ARTEFACT_BYTES_MAX)
}

fn is_private(file: &File, user: u32) -> io::Result<()> {
    let found = file.metadata()?;
    let others_may_write = found.mode() & 0o022 != 0;
    if found.uid() == user && !others_may_write && (found.is_dir() || found.is_file()) {
        Ok(())
    } else {
        Err(io::Error::from(io::ErrorKind::PermissionDenied))
    }
}

/// Returns the number of this user: whose files are that it makes.
fn user() -> io::Result<u32> {
    Ok(tempfile::tempfile()?.metadata()?.uid())
}

/// Takes what wasmtime would hash, so that the key is as strong as SHA-256.
struct Settings(Sha256);

impl Hasher for Settings {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

const CHECKSUM_BYTES: usize = 32;
const ARTEFACT_BYTES_MAX: usize = 256 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::Permissions, os::unix::fs::PermissionsExt as _};

    #[test]
    fn only_what_nobody_else_could_write_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        fs::create_dir(&own).unwrap();
        let set = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode));
        files::replace(&own.join("a"), b"code", Readers::Owner).unwrap();
        let check = |folder_mode, file_mode, expected| {
            set(&own, folder_mode).unwrap();
            set(&own.join("a"), file_mode).unwrap();
            assert_eq!(
                read(&own, "a").is_ok(),
                expected,
                "{folder_mode:o} {file_mode:o}"
            );
        };
        check(0o700, 0o600, true);
        check(0o755, 0o644, true);
        check(0o775, 0o600, false);
        check(0o757, 0o600, false);
        check(0o1777, 0o600, false);
        check(0o700, 0o620, false);
        check(0o700, 0o602, false);
        check(0o700, 0o600, true);
        std::os::unix::fs::symlink(own.join("a"), own.join("b")).unwrap();
        std::os::unix::fs::symlink(&own, folder.path().join("link")).unwrap();
        assert!(read(&own, "b").is_err(), "a link to a file");
        assert!(
            read(&folder.path().join("link"), "a").is_err(),
            "a link to a folder"
        );
        assert!(read(&own, "gone").is_err());
        assert!(is_private(&File::open(own.join("a")).unwrap(), u32::MAX).is_err());
    }
}

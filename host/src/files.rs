//! Files that are never seen half written, and never read without bound.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Read, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::Path,
};

use tempfile::NamedTempFile;

/// Who may read a file that is written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: mode 0600.
    Owner,
    /// Its owner and the file's group: mode 0640 at most, as the user's umask lets.
    Group,
    /// Everybody whom the user's umask lets: mode 0644 at most.
    All,
}

/// Reads a whole file of at most `bytes_max` bytes.
///
/// # Errors
///
/// Fails where the file cannot be read, and where it is longer.
pub fn read(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    read_from(File::open(path)?, bytes_max)
}

/// Reads to the end of what holds at most `bytes_max` bytes.
///
/// # Errors
///
/// Fails where it cannot be read, and where it is longer.
pub fn read_from(source: impl Read, bytes_max: usize) -> io::Result<Vec<u8>> {
    let bound = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    source
        .take(bound.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if bytes.len() > bytes_max {
        let message = format!("it is longer than {bytes_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// Writes a file, in place of one that may be there: a reader sees the old one or the
/// new one, whole, and so does one after a crash.
///
/// # Errors
///
/// Fails where the folder cannot be written; what was there is left.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = folder_of(path);
    let unfinished = unfinished(folder, bytes, readers)?;
    unfinished.persist(path).map_err(|failed| failed.error)?;
    File::open(folder)?.sync_all()
}

/// Writes a file that must not be there yet; it appears whole or not at all.
///
/// # Errors
///
/// Fails with [`io::ErrorKind::AlreadyExists`] where it is there, and where the folder
/// cannot be written.
pub fn create(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let folder = folder_of(path);
    let unfinished = unfinished(folder, bytes, readers)?;
    unfinished
        .persist_noclobber(path)
        .map_err(|failed| failed.error)?;
    File::open(folder)?.sync_all()
}

/// Checks that a file is there to be written, though who may write its folder could replace it.
///
/// # Errors
///
/// Fails where it may not be written, and where nobody may.
pub fn check_writable(path: &Path) -> io::Result<()> {
    // Nothing keeps the superuser from a file but this.
    if fs::metadata(path)?.permissions().readonly() {
        let message = "it is read-only";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    drop(OpenOptions::new().write(true).open(path)?);
    Ok(())
}

/// Writes a file in place of one that is there, as [`replace`] does; whoever could use the
/// old one can use the new one.
///
/// # Errors
///
/// Fails where there is none, and where the folder cannot be written; what was there is left.
pub fn rewrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    let old = fs::metadata(path)?;
    let unfinished = unfinished(folder, bytes, Readers::Owner)?;
    let file = unfinished.as_file();
    let new = file.metadata()?;
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        // Only the superuser gives files away; the group is enough for those who share one.
        fchown(file, Some(old.uid()), Some(old.gid()))
            .or_else(|_| fchown(file, None, Some(old.gid())))?;
    }
    // Last: another owner takes rights away.
    file.set_permissions(old.permissions())?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(path).map_err(|failed| failed.error)?;
    File::open(folder)?.sync_all()
}

/// Adds to the end of a file, and then it is on disk. If it is not there it is made, for
/// its owner alone; one that is there keeps its mode.
///
/// # Errors
///
/// Fails where it cannot be written, a part of the bytes may have been; and where it is a
/// link to a file that is not there.
pub fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = open_or_create(path, OpenOptions::new().append(true))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    // The file itself may be new.
    File::open(folder_of(path))?.sync_all()
}

/// Opens a file, or creates it for its owner alone. It is never created where a link leads.
///
/// # Errors
///
/// Fails where it can neither be opened nor created, and where it is a link to a file that
/// is not there.
pub fn open_or_create(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let mut new = options.clone();
    new.create_new(true).mode(0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    match new.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        created => return created,
    }
    // Somebody else created it just now, or it is a link: then this finds nothing.
    options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(error.kind(), "it is a link to nothing"),
        _ => error,
    })
}

fn unfinished(folder: &Path, bytes: &[u8], readers: Readers) -> io::Result<NamedTempFile> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::Group => 0o640,
        Readers::All => 0o644,
    };
    // In the same folder, so that renaming it is one step.
    let mut file = tempfile::Builder::new()
        .prefix(".portcullis-")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_is_its_owners_alone_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signing.key");
        create(&path, b"one", Readers::Owner).unwrap();
        assert_eq!(mode(&path), 0o600);
        let again = create(&path, b"two", Readers::Owner).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_replaced_file_is_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pclb");
        replace(&path, b"one", Readers::All).unwrap();
        let held = File::open(&path).unwrap();
        replace(&path, b"second", Readers::All).unwrap();
        // Whoever has the old file open goes on reading the old file.
        assert_eq!(read_from(held, 100).unwrap(), b"one");
        assert_eq!(read(&path, 100).unwrap(), b"second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_rewritten_file_keeps_its_mode_and_an_appended_one_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert!(rewrite(&path, b"one").is_err());
        append(&path, b"one").unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o660)).unwrap();
        append(&path, b"two").unwrap();
        assert_eq!(read(&path, 100).unwrap(), b"onetwo");
        assert_eq!(mode(&path), 0o660);
        rewrite(&path, b"three").unwrap();
        assert_eq!(read(&path, 100).unwrap(), b"three");
        assert_eq!(mode(&path), 0o660);
    }

    #[test]
    fn nothing_is_created_where_a_link_leads() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("other"));
        std::os::unix::fs::symlink(&other, &path).unwrap();
        let failed = append(&path, b"one").unwrap_err();
        assert!(failed.to_string().contains("a link to nothing"), "{failed}");
        assert!(!other.exists());
        // Whoever put a log elsewhere on purpose has made it there.
        fs::write(&other, "").unwrap();
        append(&path, b"one").unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"one");
    }

    #[test]
    fn a_bundle_is_not_for_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pclb");
        replace(&path, b"one", Readers::Group).unwrap();
        assert_eq!(mode(&path) & !0o640, 0);
        assert_eq!(mode(&path) & 0o600, 0o600);
    }

    #[test]
    fn reading_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace(&path, b"12345", Readers::All).unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(read(&path, 4).unwrap_err().to_string().contains("4 bytes"));
    }
}

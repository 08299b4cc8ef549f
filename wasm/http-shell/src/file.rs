//! Which files are read, and when one must be read again.

use alloc::{format, string::String, vec::Vec};

use portcullis_gate::limits;

/// What tells one content of a file from the next, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its size.
    pub bytes: u64,
    /// When it was changed: seconds since 1970, and nanoseconds.
    pub modified: Option<(i64, u32)>,
}

/// The file that the bundle lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFile {
    /// Its path as the guest sees it.
    pub path: String,
    /// What it was like when it was taken; a file still like that needs not be read.
    pub known: Option<Mark>,
    /// How much of it to read at most: one byte more than a bundle may have, so that the gate
    /// says what is wrong with a longer one.
    pub bytes_max: usize,
    /// Which look at it this is.
    pub(crate) look: u64,
}

/// Returns the opened directory that holds a path, and the path below it.
///
/// The directory with the longest name wins, as with mounted file systems.
#[must_use]
pub fn locate<D>(
    directories: impl IntoIterator<Item = (D, String)>,
    path: &str,
) -> Option<(D, String)> {
    let holding = directories.into_iter().filter_map(|(directory, name)| {
        let name = name.trim_end_matches('/');
        let rest = match path.strip_prefix(name) {
            Some(rest) if rest.starts_with('/') => rest.trim_start_matches('/'),
            // `.` holds every relative path.
            _ if name == "." && !path.starts_with('/') => path,
            _ => return None,
        };
        Some((name.len(), directory, String::from(rest)))
    });
    let (_, directory, rest) = holding.max_by_key(|(length, ..)| *length)?;
    Some((directory, rest))
}

/// Where the configuration is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Configuration {
    /// Here: this is it.
    Text(Vec<u8>),
    /// In the file of this path, of which [`CONFIG_BYTES_MAX`] bytes are to be read at most.
    File(String),
}

impl Configuration {
    /// Finds it among the variables of the environment.
    ///
    /// # Errors
    ///
    /// When no variable says, in words.
    pub fn find(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, String> {
        let mut path = None;
        for (name, value) in variables {
            match name.as_str() {
                TEXT => return Ok(Self::Text(value.into_bytes())),
                FILE => path = Some(value),
                _ => {}
            }
        }
        path.map(Self::File)
            .ok_or_else(|| format!("neither `{TEXT}` nor `{FILE}` is set"))
    }
}

/// How much of a configuration to read: one byte more than it may have, so that the gate says
/// what is wrong with a longer one.
pub const CONFIG_BYTES_MAX: usize = limits::CONFIG_BYTES_MAX.saturating_add(1);

const TEXT: &str = "PORTCULLIS_CONFIG";
const FILE: &str = "PORTCULLIS_CONFIG_FILE";

#[cfg(test)]
mod tests {
    use super::*;

    fn located(path: &str) -> Option<(&'static str, String)> {
        let opened = ["/", "/policy", "/policy/deep/", "."].map(|name| (name, String::from(name)));
        locate(opened, path)
    }

    #[test]
    fn the_longest_directory_holds_a_path() {
        let cases = [
            ("/policy/a", "/policy", "a"),
            ("/policy/deep/a", "/policy/deep/", "a"),
            ("/policy/deeper", "/policy", "deeper"),
            ("/policyless", "/", "policyless"),
            ("a/b", ".", "a/b"),
            ("./a", ".", "a"),
        ];
        for (path, directory, rest) in cases {
            assert_eq!(located(path), Some((directory, rest.into())), "{path}");
        }
        assert_eq!(locate([(0, "/policy".into())], "/elsewhere/a"), None);
        assert_eq!(locate([(0, ".".into())], "/etc/passwd"), None);
    }

    #[test]
    fn a_configuration_in_a_variable_goes_before_a_file() {
        let variable = |name: &str, value: &str| (String::from(name), String::from(value));
        let (file, text) = (variable(FILE, "/a"), variable(TEXT, "{}"));
        let other = variable("PATH", "/bin");
        assert_eq!(
            Configuration::find([other.clone(), file.clone()]),
            Ok(Configuration::File("/a".into()))
        );
        assert_eq!(
            Configuration::find([file, text]),
            Ok(Configuration::Text(b"{}".to_vec()))
        );
        let missing = Configuration::find([other]).unwrap_err();
        assert!(
            missing.contains(TEXT) && missing.contains(FILE),
            "{missing}"
        );
    }
}

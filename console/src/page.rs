//! The built page: read once, so that no path of a request ever leads to a file.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use hyper::{
    StatusCode,
    body::Bytes,
    header::{CACHE_CONTROL, HeaderMap},
};
use portcullis_admin::audit::Digest;
use portcullis_host::files;

use crate::{
    answer::{Answer, is_known},
    limits::{PAGE_DEPTH_MAX, PAGE_FILE_BYTES_MAX, PAGE_FILES_MAX},
    stop::Stop,
};

/// The files of the page by the path that names them, or nothing where it is not built.
#[derive(Debug, Default)]
pub(crate) struct Page(BTreeMap<String, File>);

#[derive(Debug)]
struct File {
    content_type: &'static str,
    bytes: Bytes,
    tag: String,
}

impl Page {
    /// Reads the page from a folder, which must be there if it was asked for.
    pub(crate) fn read(asked: Option<&Path>) -> Result<Self, Stop> {
        let folder = match asked {
            Some(folder) => folder.to_path_buf(),
            None => match beside().filter(|folder| folder.is_dir()) {
                Some(folder) => folder,
                None => return Ok(Self::default()),
            },
        };
        let mut page = Self::default();
        page.walk(&folder, "/", PAGE_DEPTH_MAX)
            .and_then(|()| match page.0.contains_key(INDEX) {
                true => Ok(()),
                false => Err(io::Error::other("it has no index.html")),
            })
            .map_err(|error| {
                Stop::io(
                    format!("cannot read the page in `{}`: {error}", folder.display()),
                    "name the folder of the built page; `cargo xtask demo console` builds it in web/console/dist",
                )
            })?;
        Ok(page)
    }

    /// Answers with a file, or with the page itself where the path is one of its views.
    pub(crate) fn answer(&self, path: &str, headers: &HeaderMap) -> Answer {
        let is_view = path
            .rsplit('/')
            .next()
            .is_some_and(|name| !name.contains('.'));
        let found = self.0.get(path);
        let found = found.or_else(|| self.0.get(INDEX).filter(|_| is_view));
        let Some(file) = found else {
            return if is_view && self.0.is_empty() {
                Answer::of(
                    "text/html; charset=utf-8",
                    Bytes::from_static(ABSENT.as_bytes()),
                )
            } else {
                Answer::of(
                    "text/plain; charset=utf-8",
                    Bytes::from_static(b"There is no such file.\n"),
                )
                .status(StatusCode::NOT_FOUND)
            };
        };
        let answer = if is_known(headers, &file.tag) {
            Answer::empty(StatusCode::NOT_MODIFIED)
        } else {
            Answer::of(file.content_type, file.bytes.clone())
        };
        // Another version of the program may serve the same address tomorrow.
        answer.tagged(&file.tag).with(CACHE_CONTROL, "no-cache")
    }

    /// Reads what is in a folder; a link is not followed.
    fn walk(&mut self, folder: &Path, path: &str, depth: usize) -> io::Result<()> {
        if depth == 0 {
            return Err(io::Error::other("its folders are too deep"));
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (kind, name) = (entry.file_type()?, entry.file_name());
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = format!("{path}{name}");
            if kind.is_dir() {
                let deeper = depth.saturating_sub(1);
                self.walk(&entry.path(), &format!("{path}/"), deeper)?;
            } else if kind.is_file() {
                if self.0.len() >= PAGE_FILES_MAX {
                    return Err(io::Error::other("it has too many files"));
                }
                let bytes = files::read(&entry.path(), PAGE_FILE_BYTES_MAX)?;
                let file = File {
                    content_type: content_type(name),
                    tag: Digest::of(&bytes).to_string(),
                    bytes: bytes.into(),
                };
                self.0.insert(path, file);
            }
        }
        Ok(())
    }
}

fn beside() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    Some(program.parent()?.join(FOLDER))
}

/// Returns what a file is, by its ending; nosniff keeps a browser from guessing otherwise.
fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit('.').next().unwrap_or_default();
    let known = TYPES.iter().find(|(known, _)| *known == ending);
    known.map_or("application/octet-stream", |(_, content_type)| content_type)
}

const TYPES: [(&str, &str); 13] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("map", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("woff2", "font/woff2"),
];

const INDEX: &str = "/index.html";
const FOLDER: &str = "console-page";

/// What is shown in place of a page that is not built.
const ABSENT: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Portcullis: the page is not built</title>
<h1>The page is not built</h1>
<p>The console's server runs, but it has no page to show.</p>
<p>In a checkout of Portcullis, <code>cargo xtask demo console</code> builds the page and shows it
with five examples. Then <code>portcullis console DIR --page web/console/dist</code> shows your own
policies; or put that folder beside the program as <code>console-page</code>.</p>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> (tempfile::TempDir, Page) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join("page").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("index.html", "<p>index");
        write("assets/a.js", "1");
        write("assets/a.wasm", "2");
        write(".env", "hidden");
        write("../secret.txt", "secret");
        let out = folder.path().join("page/out.txt");
        std::os::unix::fs::symlink(folder.path().join("secret.txt"), out).unwrap();
        let page = Page::read(Some(&folder.path().join("page"))).unwrap();
        (folder, page)
    }

    #[test]
    fn a_page_is_its_own_files_and_no_other() {
        let (_folder, page) = page();
        let paths: Vec<&str> = page.0.keys().map(String::as_str).collect();
        assert_eq!(paths, ["/assets/a.js", "/assets/a.wasm", "/index.html"]);
        assert_eq!(page.0["/assets/a.wasm"].content_type, "application/wasm");
    }

    #[test]
    fn a_folder_that_is_no_page_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Page::read(Some(folder.path())).is_err());
        assert!(Page::read(Some(&folder.path().join("gone"))).is_err());
    }
}

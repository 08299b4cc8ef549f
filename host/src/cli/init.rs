//! `init`: a policy to start from.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_host::files::{self, Readers};

use super::{output::write_text, stop::Stop};

/// Write a small policy with tests to start from
///
/// It is a help desk: three modules, one of which the customer must have bought, three
/// roles, a test for each grant, and requests to ask it. The README says what to run next.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {
    /// The folder to write to; made if it is not there
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  portcullis init
  portcullis init shop && portcullis test shop/policy.json";

impl Init {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let made = fs::create_dir_all(&self.folder);
        made.map_err(|error| Stop::io("make", &self.folder, error))?;
        // Looked for first, so that nothing is written where something is in the way.
        for (name, _) in FILES {
            let path = self.folder.join(name);
            if path.symlink_metadata().is_ok() {
                return Err(in_the_way(&path));
            }
        }
        for (name, text) in FILES {
            let path = self.folder.join(name);
            let written = files::create(&path, text.as_bytes(), Readers::All);
            written.map_err(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => in_the_way(&path),
                _ => Stop::io("write", &path, error),
            })?;
        }
        write_text(|out| {
            for (name, _) in FILES {
                writeln!(out, "wrote {}", self.folder.join(name).display())?;
            }
            let policy = self.folder.join("policy.json");
            writeln!(out, "\nnext: portcullis test {}", policy.display())
        })
    }
}

fn in_the_way(path: &Path) -> Stop {
    Stop::io("write", path, "it is there already")
        .hint("give another folder: `portcullis init DIR`")
}

const FILES: [(&str, &str); 3] = [
    ("policy.json", include_str!("starter/policy.json")),
    ("requests.jsonl", include_str!("starter/requests.jsonl")),
    ("README.md", include_str!("starter/README.md")),
];

//! `keygen`: a key to sign with, and the file that trusts it.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use portcullis_engine::{KeyUse, grammar::is_value};
use portcullis_host::{
    files::{self, Readers},
    hex::to_hex,
};
use portcullis_policy::sign::{SigningKey, TrustFile, TrustFileKey};
use serde_json::json;

use super::{
    output::{print_json, write_text},
    stop::Stop,
};

/// Make a signing key, and the trust file that names its public half
///
/// signing.key is secret: its owner alone may read it, and nothing replaces it. trust.json
/// is public, and belongs to every host that is to believe what the key signs.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keygen {
    /// The folder to write signing.key and trust.json to; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// What the key may sign
    #[arg(long = "use", value_enum, value_name = "USE", default_value_t)]
    key_use: Use,

    /// The audience whose bundles the trust file takes
    #[arg(long, default_value = "default")]
    audience: String,

    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis keygen -o keys
  portcullis keygen -o keys/browser --use slices-only";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Use {
    /// Whole bundles, and slices of them
    #[default]
    Any,
    /// Slices only: refused for a whole bundle
    SlicesOnly,
}

impl Keygen {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        if !is_value(&self.audience) {
            let message = "the audience is not 1 to 256 bytes without control characters";
            return Err(Stop::usage(message));
        }
        let mut folder = fs::DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(&self.output);
        made.map_err(|error| Stop::io("make", &self.output, error))?;
        let key_path = self.output.join("signing.key");
        let trust_path = self.output.join("trust.json");
        // Looked for first, so that one is not written where the other is in the way.
        for path in [&key_path, &trust_path] {
            if path.symlink_metadata().is_ok() {
                return Err(in_the_way(path));
            }
        }
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| Stop::io("get random bytes for", &key_path, error))?;
        let key = SigningKey::from_bytes(&seed);
        let trust = TrustFile {
            threshold: 1,
            keys: vec![TrustFileKey {
                key: key.public_key(),
                key_use: self.key_use.into(),
            }],
            audience: self.audience.clone(),
            ..TrustFile::default()
        };
        let mut trust = serde_json::to_string_pretty(&trust)
            .map_err(|error| Stop::io("write", &trust_path, error))?;
        trust.push('\n');
        let secret = format!("{}\n", key.to_secret_text());
        create(&key_path, &secret, Readers::Owner)?;
        create(&trust_path, &trust, Readers::All)?;
        let id = to_hex(&key.id());
        if self.json {
            return print_json(&json!({
                "key": key_path.to_string_lossy(),
                "trust": trust_path.to_string_lossy(),
                "key_id": id,
            }));
        }
        write_text(|out| {
            writeln!(out, "key {id}")?;
            writeln!(
                out,
                "  {}  secret: sign with it, and keep it",
                key_path.display()
            )?;
            writeln!(
                out,
                "  {}   public: give it to every host",
                trust_path.display()
            )
        })
    }
}

impl From<Use> for KeyUse {
    fn from(key_use: Use) -> Self {
        match key_use {
            Use::Any => Self::Any,
            Use::SlicesOnly => Self::SlicesOnly,
        }
    }
}

fn create(path: &Path, text: &str, readers: Readers) -> Result<(), Stop> {
    files::create(path, text.as_bytes(), readers).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => in_the_way(path),
        _ => Stop::io("write", path, error),
    })
}

fn in_the_way(path: &Path) -> Stop {
    Stop::io(
        "write",
        path,
        "it is there already, and a key is never replaced",
    )
    .hint("give another folder, or move the file away")
}

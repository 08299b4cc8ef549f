//! `keygen`: a key to sign with, and the file that trusts it.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use portcullis_engine::{KeyUse, grammar::is_value, key_id};
use portcullis_host::{
    files::{self, Readers},
    hex::to_hex,
};
use portcullis_policy::encode::DEFAULT_AUDIENCE;
use portcullis_policy::sign::{SigningKey, TrustFile, TrustFileKey};
use serde_json::json;

use super::{
    output::{print_json, write_text},
    sign::public_key,
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

    /// Trust a key that is kept elsewhere, as in a KMS or an HSM: the file of its public key.
    /// Then only trust.json is written
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,

    /// What the key may sign
    #[arg(long = "use", value_enum, value_name = "USE", default_value_t)]
    key_use: Use,

    /// A tenant whose bundles the key may sign; several may be named [default: every tenant]
    #[arg(long = "tenant", value_name = "NAME")]
    tenants: Vec<String>,

    /// The audience whose bundles the trust file takes
    #[arg(long, default_value = DEFAULT_AUDIENCE)]
    audience: String,

    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis keygen -o keys
  portcullis keygen -o keys/browser --use slices-only
  portcullis keygen -o keys/acme --tenant acme
  portcullis keygen -o keys/kms --public-key kms.pem";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Use {
    /// Whole bundles, and slices of them
    #[default]
    Any,
    /// Whole bundles only: refused for a slice
    WholeOnly,
    /// Slices only: refused for a whole bundle
    SlicesOnly,
}

impl Keygen {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        if !is_value(&self.audience) {
            let message = "the audience is not 1 to 256 bytes without control characters";
            return Err(Stop::usage(message));
        }
        if !self.tenants.iter().all(|tenant| is_value(tenant)) {
            let message = "a tenant is not 1 to 256 bytes without control characters";
            return Err(Stop::usage(message));
        }
        if self.tenants.iter().any(|tenant| tenant == "*") {
            let message = "`*` is no tenant: the key would sign for one of that name";
            return Err(Stop::usage(message).hint("leave `--tenant` out for every tenant"));
        }
        let kept_elsewhere = self.public_key.as_deref().map(public_key).transpose()?;
        let mut folder = fs::DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(&self.output);
        made.map_err(|error| Stop::io("make", &self.output, error))?;
        let key_path = self.output.join("signing.key");
        let trust_path = self.output.join("trust.json");
        // Looked for first, so that one is not written where the other is in the way.
        let paths = match kept_elsewhere {
            None => vec![&key_path, &trust_path],
            Some(_) => vec![&trust_path],
        };
        for path in paths {
            if path.symlink_metadata().is_ok() {
                return Err(in_the_way(path));
            }
        }
        let (public, secret) = match kept_elsewhere {
            Some(public) => (public, None),
            None => {
                let mut seed = [0_u8; 32];
                getrandom::fill(&mut seed)
                    .map_err(|error| Stop::io("get random bytes for", &key_path, error))?;
                let key = SigningKey::from_bytes(&seed);
                (
                    key.public_key(),
                    Some(format!("{}\n", key.to_secret_text())),
                )
            }
        };
        let mut own = TrustFileKey::new(public, self.key_use.into());
        own.tenants.clone_from(&self.tenants);
        let trust = TrustFile {
            threshold: 1,
            keys: vec![own],
            audience: self.audience.clone(),
            ..TrustFile::default()
        };
        trust
            .to_trust()
            .map_err(|error| Stop::usage(error.to_string()))?;
        let mut trust = serde_json::to_string_pretty(&trust)
            .map_err(|error| Stop::io("write", &trust_path, error))?;
        trust.push('\n');
        if let Some(secret) = &secret {
            create(&key_path, secret, Readers::Owner)?;
        }
        create(&trust_path, &trust, Readers::All)?;
        let id = to_hex(&key_id(&public));
        let key_path = secret.map(|_| key_path);
        if self.json {
            return print_json(&json!({
                "key": key_path.as_deref().map(Path::to_string_lossy),
                "trust": trust_path.to_string_lossy(),
                "key_id": id,
            }));
        }
        write_text(|out| {
            writeln!(out, "key {id}")?;
            if let Some(key_path) = key_path {
                writeln!(
                    out,
                    "  {}  secret: sign with it, and keep it",
                    key_path.display()
                )?;
            }
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
            Use::WholeOnly => Self::WholeOnly,
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

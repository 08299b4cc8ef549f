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
    load::trust_file,
    output::{print_json, write_text},
    sign::public_key,
    stop::Stop,
};

/// Make a signing key, and the trust file that names its public half
///
/// signing.key is secret: its owner alone may read it, and nothing replaces it. trust.json
/// is public, and belongs to every host that is to believe what the key signs. With `--trust`
/// the new key joins those of a trust file, as when one key is to take the place of another.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Keygen {
    /// The folder to write signing.key and trust.json to; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,

    /// Trust the key in this trust file too, beside those that it names; its audience and
    /// threshold stay. Then trust.json in DIR is of the new key alone, as without
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,

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

    /// The audience whose bundles the trust file takes [default: that of `--trust`, else `default`]
    #[arg(long)]
    audience: Option<String>,

    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis keygen -o keys
  portcullis keygen -o keys/browser --use slices-only
  portcullis keygen -o keys/acme --tenant acme
  portcullis keygen -o keys/next --trust keys/trust.json
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
        let joined = self.trust.as_deref().map(trust_file).transpose()?;
        let audience = self.audience(joined.as_ref())?;
        if !is_value(&audience) {
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
        let joined = joined.map(|joined| with_key(joined, &own)).transpose()?;
        let joined = joined.as_ref().map(text_of).transpose()?;
        let trust = text_of(&TrustFile {
            threshold: 1,
            keys: vec![own],
            audience,
            ..TrustFile::default()
        })?;
        if let Some(secret) = &secret {
            create(&key_path, secret, Readers::Owner)?;
        }
        create(&trust_path, &trust, Readers::All)?;
        if let (Some(path), Some(text)) = (&self.trust, joined) {
            files::rewrite(path, text.as_bytes())
                .map_err(|error| Stop::io("write", path, error))?;
        }
        let id = to_hex(&key_id(&public));
        let key_path = secret.map(|_| key_path);
        if self.json {
            return print_json(&json!({
                "key": key_path.as_deref().map(Path::to_string_lossy),
                "trust": trust_path.to_string_lossy(),
                "trusted_in": self.trust.as_deref().map(Path::to_string_lossy),
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
            )?;
            if let Some(joined) = &self.trust {
                let path = joined.display();
                writeln!(
                    out,
                    "  {path}   trusts it too: give it to every host before the key signs alone"
                )?;
            }
            Ok(())
        })
    }
}

impl Keygen {
    fn audience(&self, joined: Option<&TrustFile>) -> Result<String, Stop> {
        match (&self.audience, joined) {
            (Some(stated), Some(joined)) if *stated != joined.audience => {
                let theirs = &joined.audience;
                let message = format!("the trust file takes bundles of the audience `{theirs}`");
                Err(Stop::usage(message).hint("leave `--audience` out, or give another file"))
            }
            (Some(stated), _) => Ok(stated.clone()),
            (None, Some(joined)) => Ok(joined.audience.clone()),
            (None, None) => Ok(DEFAULT_AUDIENCE.to_owned()),
        }
    }
}

/// Adds a key to those that a trust file names.
fn with_key(mut trust: TrustFile, key: &TrustFileKey) -> Result<TrustFile, Stop> {
    if trust.keys.iter().any(|known| known.key == key.key) {
        return Err(Stop::usage("the trust file names that key already"));
    }
    trust.keys.push(key.clone());
    Ok(trust)
}

fn text_of(trust: &TrustFile) -> Result<String, Stop> {
    let usable = trust.to_trust();
    usable.map_err(|error| Stop::usage(error.to_string()))?;
    let text = serde_json::to_string_pretty(trust);
    let text = text.map_err(|error| Stop::usage(error.to_string()))?;
    Ok(format!("{text}\n"))
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

//! `slice`: a bundle cut down to what one audience may know.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use portcullis_engine::{Bundle, KeyUse, Policy, SignedBundle, SliceUse, Trust, TrustedKey};
use portcullis_host::{
    NativeEngine,
    files::{self, Readers},
    hex::to_hex,
};
use portcullis_policy::{
    authzen::{Subject, Vocabulary},
    sign::{SigningKey, sign},
    slice::{Audience, SliceMetadata, slice},
};
use serde_json::json;

use super::{
    build::{Kind, read_keys},
    duration::Seconds,
    input::JsonArgument,
    load::BundleArgs,
    output::{count, print_json, write_text},
    stop::Stop,
    utc::utc,
};

/// Cut a bundle down to what one audience may know, and sign the slice
///
/// A browser takes slices only. For its audience a slice answers as the whole does; of other
/// roles, groups, people, routes and closed modules it holds not even the names. A key
/// that `keygen --use slices-only` made signs slices and nothing else.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("audience").required(true).args(["roles", "subject"]))]
pub(crate) struct Slice {
    #[command(flatten)]
    bundle: BundleArgs,

    /// The key to sign with; several where those who take it ask for several
    #[arg(
        short,
        long = "key",
        value_name = "KEY",
        required_unless_present = "unsigned"
    )]
    keys: Vec<PathBuf>,

    /// Write the payload that is to be signed, for `sign`; no browser takes it as it is
    #[arg(long, conflicts_with = "keys")]
    unsigned: bool,

    /// For whoever has no role but these, and brings them along
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    roles: Option<Vec<String>>,

    /// For one subject: an AuthZEN subject, as JSON, `@file` or `-`
    #[arg(long, value_name = "JSON|@FILE")]
    subject: Option<JsonArgument>,

    /// The slice to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// How long it holds: a number and s, m, h, d or w [default: as long as the whole]
    #[arg(long, value_name = "DURATION")]
    valid_for: Option<Seconds>,

    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis keygen -o keys/browser --use slices-only
  portcullis slice shop.pclb --trust keys/trust.json -k keys/browser/signing.key \\
    --roles agent -o agent.pclb --valid-for 1h
  portcullis slice shop.pclb --trust keys/trust.json -k keys/browser/signing.key \\
    --subject '{\"type\":\"user\",\"id\":\"ada\"}' -o ada.pclb
  portcullis slice shop.pclb --trust keys/trust.json --unsigned --roles agent -o agent.payload";

impl Slice {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let (bytes, trust) = (self.bundle.bundle()?, self.bundle.trust()?);
        let now = self.bundle.time.now()?;
        let whole = NativeEngine.open_policy(&bytes, &trust, now);
        let whole = whole.map_err(|failure| Stop::failure(&failure))?;
        let whole = whole.policy();
        let audience = self.audience(whole)?;
        let keys = read_keys(&self.keys, Kind::Slice, &whole.header().tenant)?;
        let valid_for = self.valid_for.map(|Seconds(seconds)| seconds);
        let metadata = SliceMetadata::new(whole.bundle(), now, valid_for);
        let payload = slice(whole.bundle(), &audience, &metadata)
            .map_err(|error| Stop::usage(error.to_string()))?;
        let (bytes, made) = if self.unsigned {
            let made = Bundle::from_unverified_payload(payload.clone());
            let made = made.map_err(|rejection| Stop::failure(&rejection.into()))?;
            (payload, Policy::from(made).at(now).into_owned())
        } else {
            let bytes = sign(&payload, &keys).map_err(|error| Stop::usage(error.to_string()))?;
            // Nothing is written that a browser would not take.
            let made = reopen(&bytes, whole, &keys, now)?;
            (bytes, made)
        };
        files::replace(&self.output, &bytes, Readers::All)
            .map_err(|error| Stop::io("write", &self.output, error))?;
        self.tell(&made)
    }

    fn audience(&self, whole: &Policy) -> Result<Audience, Stop> {
        let Some(subject) = &self.subject else {
            return Ok(Audience::Roles(self.roles.clone().unwrap_or_default()));
        };
        let subject = Subject::read(&subject.read()?, &Vocabulary::from(whole));
        let subject =
            subject.map_err(|malformed| Stop::usage(format!("the subject: {malformed}")))?;
        Ok(Audience::Subject(subject))
    }

    fn tell(&self, made: &Policy) -> Result<(), Stop> {
        let header = made.header();
        let bytes = made.bundle().size_bytes();
        let (roles, modules) = (made.roles().len(), made.modules().len());
        let permissions = made.permission_count();
        if self.json {
            return print_json(&json!({
                "slice": self.output.to_string_lossy(),
                "bytes": bytes,
                "signed": !self.unsigned,
                "tenant": header.tenant,
                "audience": header.audience,
                "sequence": header.sequence,
                "expires_at": header.expires_at.0,
                "digest": to_hex(&made.bundle().digest()),
                "slice_of": header.slice_of.map(|digest| to_hex(&digest)),
                "roles": made.roles().collect::<Vec<_>>(),
                "modules": modules,
                "permissions": permissions,
            }));
        }
        write_text(|out| {
            writeln!(
                out,
                "wrote {}: {bytes} bytes for tenant {}, sequence {}, valid until {}",
                self.output.display(),
                header.tenant,
                header.sequence,
                utc(header.expires_at)
            )?;
            writeln!(
                out,
                "it holds {}, {}, {}",
                count(roles, "role", "roles"),
                count(modules, "module", "modules"),
                count(permissions, "permission", "permissions")
            )?;
            if self.unsigned {
                writeln!(out, "nobody has signed it: `portcullis sign` does")?;
            }
            Ok(())
        })
    }
}

/// Opens a slice as one does who trusts the keys that signed it for slices.
fn reopen(
    bytes: &[u8],
    whole: &Policy,
    keys: &[SigningKey],
    now: portcullis_engine::UnixSeconds,
) -> Result<Policy, Stop> {
    let trusted = keys
        .iter()
        .map(|key| TrustedKey::new(&key.public_key(), KeyUse::SlicesOnly))
        .collect::<Result<Vec<_>, _>>();
    let trust = trusted.and_then(|keys| Trust::new(1, keys, whole.header().audience.clone()));
    let mut trust = trust.map_err(|error| Stop::usage(error.to_string()))?;
    trust.slices = SliceUse::SlicesOnly;
    let opened = SignedBundle::new(bytes.to_vec()).verify(&trust, now);
    opened
        .map(|bundle| Policy::from(bundle).at(now).into_owned())
        .map_err(|rejection| Stop::failure(&rejection.into()))
}

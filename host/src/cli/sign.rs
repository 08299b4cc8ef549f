//! `sign`: a signature more on a bundle.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{ArgGroup, Args};
use portcullis_engine::{Bundle, RejectedBundle, SignedBundle, key_id};
use portcullis_host::{
    files::{self, Readers},
    hex::to_hex,
};
use portcullis_policy::sign::{Signing, read_public_key, read_signature};
use serde_json::json;

use super::{
    build::{Kind, read_keys},
    duration::Seconds,
    load::read_bundle,
    output::{print_json, write_text},
    signer,
    stop::Stop,
    utc::utc,
};

/// Add a signature to a bundle, by a key at hand or by whoever keeps the key
///
/// FILE is what `build --unsigned` wrote, or a bundle that has signatures already; those stay.
/// With --with the key may stay in a KMS, an HSM or a PKCS#11 token: the command gets what is
/// to be signed on its standard input (the bundle's DSSE pre-authentication encoding, whole:
/// Ed25519 hashes it itself), and prints the signature on its output: 64 raw bytes, base64 or
/// hexadecimal. The signature is verified with --public-key before anything is written.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("signer").required(true).multiple(true).args(["keys", "with"]))]
pub(crate) struct Sign {
    /// What to sign
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A key to sign with, as keygen wrote it
    #[arg(short, long = "key", value_name = "KEY")]
    keys: Vec<PathBuf>,

    /// The command that signs; the shell runs it
    #[arg(long, value_name = "COMMAND", requires = "public_key")]
    with: Option<String>,

    /// The public key that the command signs by: PEM or DER as tools export it, or base64
    #[arg(long, value_name = "FILE", requires = "with")]
    public_key: Option<PathBuf>,

    /// How long the command may take: a number and s, m, h, d or w
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    timeout: Seconds,

    /// The bundle to write; it may be FILE itself
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Print what was signed as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis build policy.json --unsigned -o shop.payload
  portcullis sign shop.payload --with 'openssl pkeyutl -sign -rawin -inkey key.pem -in /dev/stdin' \\
    --public-key public.pem -o shop.pclb
  portcullis sign shop.pclb -k keys/new/signing.key -o shop.pclb";

impl Sign {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let bytes = read_bundle(&self.file)?;
        let (mut signing, bundle) = opened(&bytes).map_err(|error| Stop::failure(&error.into()))?;
        let mut added = Vec::new();
        let kind = match bundle.header().slice_of {
            Some(_) => Kind::Slice,
            None => Kind::Whole,
        };
        for key in read_keys(&self.keys, kind, &bundle.header().tenant)? {
            let done = signing.sign(&key);
            done.map_err(|error| Stop::usage(error.to_string()))?;
            added.push(key.id());
        }
        if let (Some(command), Some(path)) = (&self.with, &self.public_key) {
            let key = public_key(path)?;
            let Seconds(seconds) = self.timeout;
            let time = Duration::from_secs(seconds);
            let printed = signer::run(command, signing.message(), time)?;
            let signature = read_signature(&printed).ok_or_else(|| {
                Stop::check(format!(
                    "the command `{command}` printed no signature: {} bytes that are neither 64 raw ones nor these in base64 or hexadecimal",
                    printed.len()
                ))
            })?;
            signing.add(&key, &signature).map_err(|error| {
                Stop::check(error.to_string()).hint(format!(
                    "nothing was written: does `{}` belong to the key, and does the command sign its whole input with plain Ed25519?",
                    path.display()
                ))
            })?;
            added.push(key_id(&key));
        }
        let signed = signing.to_bundle();
        let readers = match bundle.header().slice_of {
            Some(_) => Readers::All,
            None => Readers::Group,
        };
        files::replace(&self.output, &signed, readers)
            .map_err(|error| Stop::io("write", &self.output, error))?;
        self.tell(&bundle, &signing, &added)
    }

    fn tell(&self, bundle: &Bundle, signing: &Signing, added: &[[u8; 8]]) -> Result<(), Stop> {
        let header = bundle.header();
        if self.json {
            let hex = |id: [u8; 8]| to_hex(&id);
            return print_json(&json!({
                "bundle": self.output.to_string_lossy(),
                "tenant": header.tenant,
                "audience": header.audience,
                "sequence": header.sequence,
                "expires_at": header.expires_at.0,
                "digest": to_hex(&bundle.digest()),
                "slice_of": header.slice_of.map(|digest| to_hex(&digest)),
                "added": added.iter().copied().map(hex).collect::<Vec<_>>(),
                "signed_by": signing.signers().map(hex).collect::<Vec<_>>(),
            }));
        }
        write_text(|out| {
            let kind = match header.slice_of {
                Some(_) => "a slice",
                None => "a whole bundle",
            };
            writeln!(
                out,
                "signed {kind} for tenant {}, audience {}, sequence {}, valid until {}",
                header.tenant,
                header.audience,
                header.sequence,
                utc(header.expires_at)
            )?;
            writeln!(out, "digest {}", to_hex(&bundle.digest()))?;
            for id in signing.signers() {
                let new = if added.contains(&id) {
                    "  added now"
                } else {
                    ""
                };
                writeln!(out, "  key {}{new}", to_hex(&id))?;
            }
            writeln!(out, "wrote {}", self.output.display())
        })
    }
}

/// Reads a payload or a bundle, and what it says of itself, so that whoever signs may see it.
fn opened(bytes: &[u8]) -> Result<(Signing, Bundle), RejectedBundle> {
    let signed = SignedBundle::new(bytes.to_vec());
    match Signing::of(&signed) {
        Ok(signing) => {
            let payload = signed.unverified_envelope()?.payload()?.to_vec();
            Ok((signing, Bundle::from_unverified_payload(payload)?))
        }
        // A payload may begin with any byte: it is one if it can be read as one.
        Err(rejection) => match Bundle::from_unverified_payload(bytes.to_vec()) {
            Ok(bundle) => Ok((Signing::new(bytes), bundle)),
            Err(_) => Err(rejection),
        },
    }
}

/// Reads the file of a public key.
pub(crate) fn public_key(path: &Path) -> Result<[u8; 32], Stop> {
    let bytes =
        files::read(path, PUBLIC_KEY_BYTES_MAX).map_err(|error| Stop::io("read", path, error))?;
    read_public_key(&bytes).ok_or_else(|| {
        let path = path.display();
        Stop::usage(format!("`{path}` is no Ed25519 public key"))
            .hint("export it as PEM or DER (SubjectPublicKeyInfo), or write its 32 bytes in base64")
    })
}

const PUBLIC_KEY_BYTES_MAX: usize = 4 * 1024;

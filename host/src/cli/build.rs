//! `build`: compile, test, sign.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use portcullis_engine::{KeyUse, UnixSeconds, format::NONCE_BYTES, limits::BUNDLE_BYTES_MAX};
use portcullis_host::{
    clock,
    files::{self, Readers},
};
use portcullis_policy::{
    encode::{
        BundleMetadata, DEFAULT_AUDIENCE, DEFAULT_VALID_SECONDS, InvalidMetadata, StatedMetadata,
        encode,
    },
    sign::{SigningKey, TrustFile, sign, with_nonce},
};
use portcullis_review::{evolution::Evolution, suite::Report};
use serde_json::json;

use super::{
    duration::Seconds,
    escape::Escaping,
    input,
    output::{count, print_json, write_text},
    policies,
    predecessor::check_sequence,
    stop::{Stop, note, warn},
    utc::utc,
};

/// Compile a policy, run its tests, and sign it as a bundle
///
/// Nothing is written where the policy has a problem, a test of it fails, its tenant is not
/// what the audit log beside it says, or the bundle in its place has the same sequence and
/// other content. The same policy, key and time give the same bytes. The bundle is for its owner and group to read
/// (mode 0640, less where the umask says so): it has the people and roles of the tenant.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Build {
    /// The policy
    #[arg(value_name = "POLICY")]
    policy: PathBuf,

    /// The key to sign with; several where the hosts ask for several
    #[arg(
        short,
        long = "key",
        value_name = "KEY",
        required_unless_present = "unsigned"
    )]
    keys: Vec<PathBuf>,

    /// Write the payload that is to be signed, for `sign`; no host takes it as it is
    #[arg(long, conflicts_with = "keys")]
    unsigned: bool,

    /// The nonce that ends the payload, 32 hexadecimal digits, to write the same payload once more
    /// [default: random; with a key, made of the key and the payload]
    #[arg(long, value_name = "HEX", conflicts_with = "keys", value_parser = nonce)]
    nonce: Option<[u8; NONCE_BYTES]>,

    /// The bundle to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The deployment that may load it
    #[arg(long, default_value = DEFAULT_AUDIENCE)]
    audience: String,

    /// Its place in the order of bundles [default: the time it is issued at]
    #[arg(long, value_name = "N")]
    sequence: Option<u64>,

    /// When it is issued, in seconds since 1970 [default: $SOURCE_DATE_EPOCH, else now]
    #[arg(long, value_name = "SECONDS")]
    issued_at: Option<u64>,

    /// How long it holds: a number and s, m, h, d or w
    #[arg(long, value_name = "DURATION", default_value_t = Seconds(DEFAULT_VALID_SECONDS))]
    valid_for: Seconds,

    /// The lowest sequence that a session which waits for role changes may stay with: with
    /// this one's own, every change applies at once
    #[arg(long, value_name = "N", default_value_t = 0)]
    pin_floor: u64,

    /// What to leave out
    #[arg(long, value_enum, value_name = "PART")]
    without: Vec<Part>,

    /// Build a policy whose tenant is not what its audit log says, as after an edit by hand
    #[arg(long)]
    accept_outside: bool,

    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis build policy.json -k keys/signing.key -o shop.pclb
  portcullis build policy.json -k keys/signing.key -o edge.pclb --audience edge --valid-for 12h \\
    --without directory
  portcullis build policy.json --unsigned -o shop.payload";

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The people: then roles and attributes come with each request
    Directory,
}

impl Build {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let path = self.policy.as_path();
        let (source, model) =
            policies::load(path)?.map_err(|invalid| policies::invalid(path, &invalid))?;
        model.warnings.iter().for_each(warn);
        let evolution = Evolution::new(&source.tenant, &model);
        evolution.behind.iter().for_each(note);
        evolution.unmet.iter().for_each(note);
        let keys = read_keys(&self.keys, Kind::Whole, &model.tenant.id)?;
        let mut metadata = self.metadata(&source.catalog)?;
        let report = policies::test(path, &source, &model, &metadata)?;
        if !report.passes() {
            policies::write_report(&mut Escaping(anstream::stderr()), path, &report)?;
            let failing = count(report.failing().count(), "test fails", "tests fail");
            return Err(Stop::check(format!("nothing was built: {failing}")));
        }
        metadata.audit_head = policies::audit_head(path, self.accept_outside)?;
        let payload = encode(&model, &metadata);
        let payload = payload.map_err(|error| Stop::check(error.to_string()))?;
        let nonce = self.nonce(keys.first(), &payload)?;
        let payload = with_nonce(payload, &nonce);
        if !self.unsigned {
            check_sequence(&self.output, &payload)?;
        }
        let bundle = if self.unsigned {
            payload
        } else {
            sign(&payload, &keys).map_err(|error| Stop::usage(error.to_string()))?
        };
        if bundle.len() > BUNDLE_BYTES_MAX {
            warn(format!(
                "the bundle has {} bytes; hosts accept {BUNDLE_BYTES_MAX} by default",
                bundle.len()
            ));
        }
        files::replace(&self.output, &bundle, Readers::Group)
            .map_err(|error| Stop::io("write", &self.output, error))?;
        self.tell(&model.tenant.id, &metadata, bundle.len(), &report)
    }

    /// Returns what keeps the digest from being guessed by whoever has a slice.
    fn nonce(&self, key: Option<&SigningKey>, payload: &[u8]) -> Result<[u8; NONCE_BYTES], Stop> {
        if let Some(key) = key {
            return Ok(key.nonce(payload));
        }
        let mut nonce = self.nonce.unwrap_or_default();
        if self.nonce.is_none() {
            getrandom::fill(&mut nonce)
                .map_err(|error| Stop::io("get random bytes for", &self.output, error))?;
        }
        Ok(nonce)
    }

    fn metadata(
        &self,
        catalog: &portcullis_policy::source::Catalog,
    ) -> Result<BundleMetadata, Stop> {
        let issued_at = match self.issued_at {
            Some(seconds) => UnixSeconds(seconds),
            None => match source_date_epoch()? {
                Some(stated) => stated,
                None => clock::now().map_err(Stop::clock)?,
            },
        };
        let Seconds(valid_for) = self.valid_for;
        let stated = StatedMetadata {
            audience: Some(self.audience.clone()),
            sequence: self.sequence,
            valid_for_seconds: Some(valid_for),
            pin_floor: self.pin_floor,
            without_directory: self.without.contains(&Part::Directory),
            ..StatedMetadata::default()
        };
        BundleMetadata::stated(&stated, issued_at, catalog).map_err(|invalid| {
            let stop = Stop::usage(invalid.to_string());
            match invalid {
                InvalidMetadata::PinFloor { .. } => {
                    stop.hint("no session could stay with any bundle")
                }
                _ => stop,
            }
        })
    }

    fn tell(
        &self,
        tenant: &str,
        metadata: &BundleMetadata,
        bytes: usize,
        report: &Report,
    ) -> Result<(), Stop> {
        if self.json {
            return print_json(&json!({
                "bundle": self.output.to_string_lossy(),
                "bytes": bytes,
                "signed": !self.unsigned,
                "tenant": tenant,
                "audience": metadata.audience,
                "sequence": metadata.sequence,
                "issued_at": metadata.issued_at.0,
                "expires_at": metadata.expires_at.0,
                "tests": report.tests.len(),
                "coverage": {
                    "total": report.coverage.total,
                    "exercised": report.coverage.exercised(),
                    "percent": report.coverage.percent(),
                },
            }));
        }
        write_text(|out| {
            let tests = count(report.tests.len(), "test", "tests");
            writeln!(out, "{tests} passed, {}", policies::covered(report))?;
            let path = self.output.display();
            writeln!(
                out,
                "wrote {path}: {bytes} bytes for tenant {tenant}, audience {}, sequence {}, valid until {}",
                metadata.audience,
                metadata.sequence,
                utc(metadata.expires_at)
            )?;
            if self.unsigned {
                writeln!(out, "nobody has signed it: `portcullis sign` does")?;
            }
            Ok(())
        })
    }
}

fn source_date_epoch() -> Result<Option<UnixSeconds>, Stop> {
    let Some(stated) = env::var_os("SOURCE_DATE_EPOCH") else {
        return Ok(None);
    };
    let seconds = stated.to_str().and_then(|text| text.parse().ok());
    match seconds {
        Some(seconds) => Ok(Some(UnixSeconds(seconds))),
        None => Err(Stop::usage(
            "SOURCE_DATE_EPOCH is not a number of seconds since 1970",
        )),
    }
}

/// Reads a nonce as it is given on the command line.
fn nonce(text: &str) -> Result<[u8; NONCE_BYTES], String> {
    let is_written =
        text.len() == 2 * NONCE_BYTES && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u128::from_str_radix(text, 16).ok();
    let number = number
        .filter(|_| is_written)
        .ok_or("expected 32 hexadecimal digits")?;
    Ok(number.to_be_bytes())
}

/// What a key is to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Whole,
    Slice,
}

/// Reads keys that are to sign a bundle of a tenant, and refuses one that may not, as the trust
/// file that `keygen` wrote beside it says: no host would count its signature.
pub(super) fn read_keys(
    paths: &[PathBuf],
    kind: Kind,
    tenant: &str,
) -> Result<Vec<SigningKey>, Stop> {
    let keys = paths.iter().map(|path| {
        let key = read_key(path)?;
        match refusal(path, &key, kind, tenant) {
            None => Ok(key),
            Some(why) => Err(Stop::usage(format!("`{}` {why}", path.display()))
                .hint("the trust.json beside it says so: sign with another key, or make one with `keygen`")),
        }
    });
    keys.collect()
}

fn refusal(path: &Path, key: &SigningKey, kind: Kind, tenant: &str) -> Option<String> {
    let beside = path.with_file_name("trust.json");
    let text = input::read_text(&beside, TRUST_BYTES_MAX).ok()?;
    let trust = TrustFile::parse(&text).ok()?;
    let mut named = trust.keys.iter();
    let own = named.find(|own| own.key == key.public_key())?;
    match (own.key_use, kind) {
        (KeyUse::SlicesOnly, Kind::Whole) => {
            return Some("may sign slices, and this is a whole bundle".to_owned());
        }
        (KeyUse::WholeOnly, Kind::Slice) => {
            return Some("may sign whole bundles, and this is a slice".to_owned());
        }
        _ => {}
    }
    let named = own.tenants.is_empty() || own.tenants.iter().any(|own| own == tenant);
    (!named).then(|| format!("may not sign for tenant {tenant}"))
}

pub(super) fn read_key(path: &Path) -> Result<SigningKey, Stop> {
    let text = input::read_text(path, KEY_BYTES_MAX)?;
    let key = SigningKey::parse(&text);
    let key = key.map_err(|error| Stop::usage(format!("`{}`: {error}", path.display())))?;
    let mode = fs::metadata(path).map(|found| found.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        let path = path.display();
        warn(format!(
            "others may use the key `{path}`; chmod 600 makes it yours alone"
        ));
    }
    Ok(key)
}

const TRUST_BYTES_MAX: usize = 1024 * 1024;
const KEY_BYTES_MAX: usize = 4 * 1024;

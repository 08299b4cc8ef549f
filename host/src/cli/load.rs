//! Bundles and what is trusted: the arguments of every command that verifies.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_engine::{KeyUse, SliceUse, UnixSeconds, limits::BUNDLE_BYTES_MAX};
use portcullis_host::{Engine, Failure, HostTrust, LoadedPolicy, clock, files};
use portcullis_policy::sign::TrustFile;

use super::{input, stop::Stop};

/// A bundle, what to trust, and when.
#[derive(Args, Clone, Debug)]
pub(crate) struct BundleArgs {
    /// The signed bundle
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// What to trust: the trust.json that `keygen` wrote
    #[arg(long, value_name = "TRUST")]
    pub(crate) trust: PathBuf,

    #[command(flatten)]
    pub(crate) time: TimeArgs,
}

impl BundleArgs {
    /// Verifies the bundle, and opens it in an engine.
    pub(crate) fn open(&self, engine: &dyn Engine) -> Result<Box<dyn LoadedPolicy>, Stop> {
        let (bundle, trust) = (self.bundle()?, self.trust()?);
        let opened = engine.open(&bundle, &trust, self.time.now()?);
        opened.map_err(|failure| Stop::failure(&failure))
    }

    /// Reads the bundle's bytes; too many of them are a rejection, not a failure to read.
    pub(crate) fn bundle(&self) -> Result<Vec<u8>, Stop> {
        read_bundle(&self.file)
    }

    /// Reads the trust file. Where no key of it may sign whole bundles, slices are meant.
    pub(crate) fn trust(&self) -> Result<HostTrust, Stop> {
        let file = trust_file(&self.trust)?;
        let slices = file
            .keys
            .iter()
            .all(|key| key.key_use == KeyUse::SlicesOnly);
        let mut trust = HostTrust::from(file);
        if slices {
            trust.slices = SliceUse::SlicesOnly;
        }
        Ok(trust)
    }
}

/// When it is.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct TimeArgs {
    /// The time to answer at, in seconds since 1970, instead of now
    #[arg(long, value_name = "SECONDS")]
    now: Option<u64>,
}

impl TimeArgs {
    /// Returns the time that was given, or else what the clock says.
    pub(crate) fn now(self) -> Result<UnixSeconds, Stop> {
        match self.now {
            Some(seconds) => Ok(UnixSeconds(seconds)),
            None => clock::now().map_err(Stop::clock),
        }
    }

    /// Returns the time as [`TimeArgs::now`]; where the clock fails, the end of time, at which
    /// nothing holds any more.
    pub(crate) fn now_or_end(self) -> UnixSeconds {
        self.now().unwrap_or(UnixSeconds(u64::MAX))
    }
}

/// Reads a bundle's bytes; too many of them are a rejection, not a failure to read.
pub(crate) fn read_bundle(path: &Path) -> Result<Vec<u8>, Stop> {
    files::read(path, BUNDLE_BYTES_MAX).map_err(|error| match error.kind() {
        io::ErrorKind::FileTooLarge => {
            Stop::failure(&Failure::BundleRejected("too-large".to_owned()))
        }
        _ => Stop::io("read the bundle", path, error),
    })
}

/// Reads a trust file as it is written.
pub(crate) fn trust_file(path: &Path) -> Result<TrustFile, Stop> {
    let text = input::read_text(path, TRUST_BYTES_MAX)?;
    TrustFile::parse(&text).map_err(|invalid| {
        Stop::usage(format!("`{}` is no trust file\n{invalid}", path.display()))
            .hint("`portcullis keygen` writes one beside the key")
    })
}

/// Room for more keys and tenants than anybody lists by hand.
const TRUST_BYTES_MAX: usize = 1024 * 1024;

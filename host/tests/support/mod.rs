//! What the tests share: a policy, its bundle, the component, and the program.
#![expect(dead_code, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use portcullis_engine::{KeyUse, UnixSeconds};
use portcullis_host::HostTrust;
use portcullis_policy::{
    Source,
    encode::{BundleMetadata, encode},
    sign::{SigningKey, TrustFile, TrustFileKey, sign},
};

/// When the bundles of these tests are made.
pub(crate) const ISSUED: UnixSeconds = UnixSeconds(1_700_000_000);
/// How long they hold.
pub(crate) const VALID_SECONDS: u64 = 86_400;
/// A policy of some size.
pub(crate) const HELPDESK: &str = include_str!("../../src/cli/starter/policy.json");

/// A bundle, and what trusts it.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) bundle: Vec<u8>,
    pub(crate) trust: HostTrust,
}

/// Compiles and signs a policy with that many keys.
pub(crate) fn signed(policy: &str, keys: u8) -> Signed {
    let (source, model) = Source::load(policy).unwrap();
    let metadata = BundleMetadata::new("default", ISSUED, VALID_SECONDS, &source.catalog);
    let payload = encode(&model, &metadata).unwrap();
    let keys: Vec<SigningKey> = (1..=keys)
        .map(|n| SigningKey::from_bytes(&[n; 32]))
        .collect();
    let trusted = keys
        .iter()
        .map(|key| TrustFileKey::new(key.public_key(), KeyUse::Any));
    let file = TrustFile {
        threshold: u32::try_from(keys.len()).unwrap(),
        keys: trusted.collect(),
        audience: "default".to_owned(),
        ..TrustFile::default()
    };
    Signed {
        bundle: sign(&payload, &keys).unwrap(),
        trust: HostTrust::from(file),
    }
}

/// Returns where the component is; these tests are nothing without it.
pub(crate) fn component() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dist/portcullis.component.wasm");
    assert!(
        path.is_file(),
        "{} is missing: run `cargo xtask wasm`",
        path.display()
    );
    path
}

/// A folder of its own to run the program in.
pub(crate) struct Sandbox(tempfile::TempDir);

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with the starter policy, a key, and the bundle `a.pclb`.
    pub(crate) fn with_bundle() -> Self {
        let sandbox = Self::new();
        sandbox.ok(&["init", "shop"]);
        sandbox.ok(&["keygen", "-o", "keys"]);
        sandbox.ok(&[
            "build",
            "shop/policy.json",
            "-k",
            "keys/signing.key",
            "-o",
            "a.pclb",
        ]);
        sandbox
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Returns the program, to be run in this folder at a known time.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("PORTCULLIS_COMPONENT", component())
            .env("SOURCE_DATE_EPOCH", ISSUED.0.to_string())
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().unwrap())
    }

    /// Runs the program with a file as its input.
    pub(crate) fn run_on(&self, arguments: &[&str], input: &str) -> Ran {
        let file = std::fs::File::open(self.path(input)).unwrap();
        Ran::from(self.command(arguments).stdin(file).output().unwrap())
    }

    /// Runs the program, which must succeed, and returns what it printed.
    pub(crate) fn ok(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.exit, 0, "{arguments:?}: {}", ran.err);
        ran.out
    }
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

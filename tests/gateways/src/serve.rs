//! `wasmtime serve`, with the middleware.

use std::fs;
use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::service::{Service, free_address};
use crate::tools::{Tool, artefact};

/// A version of WASI that the middleware is built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wasi {
    /// 0.2: an instance has one request at a time.
    P2,
    /// 0.3: an instance has several.
    P3,
}

impl Wasi {
    const fn middleware(self) -> &'static str {
        match self {
            Self::P2 => "portcullis.http.wasm",
            Self::P3 => "portcullis.http-p3.wasm",
        }
    }
}

/// A running `wasmtime serve`; it ends when this is dropped.
#[derive(Debug)]
pub struct Serve {
    service: Service,
    address: SocketAddr,
    folder: TempDir,
}

impl Serve {
    /// Starts the middleware with a configuration and, beside it, the file of its bundle.
    ///
    /// # Errors
    ///
    /// When wasmtime is missing or refuses the middleware; the error holds what it printed.
    pub fn start(wasi: Wasi, configuration: &str, bundle: Option<&[u8]>) -> Result<Self> {
        Self::start_reusing(1_000, wasi, configuration, bundle)
    }

    /// Starts it so that an instance has so many requests at most, and then ends.
    ///
    /// # Errors
    ///
    /// When wasmtime is missing or refuses the middleware; the error holds what it printed.
    pub fn start_reusing(
        requests: u32,
        wasi: Wasi,
        configuration: &str,
        bundle: Option<&[u8]>,
    ) -> Result<Self> {
        let program = Tool::Wasmtime.find().context("there is no wasmtime")?;
        let middleware = artefact(wasi.middleware())
            .context("dist/ has no middleware: run `cargo xtask wasm`")?;
        let (folder, address) = (tempfile::tempdir()?, free_address()?);
        fs::write(folder.path().join("gate.json"), configuration)?;
        if let Some(bundle) = bundle {
            fs::write(folder.path().join("policy.pclb"), bundle)?;
        }
        let mut command = Command::new(program);
        command
            .args(["serve", "-S", "cli", "--addr", &address.to_string()])
            .args(["--max-instance-reuse-count", &requests.to_string()])
            .arg("--dir")
            .arg(format!("{}::/policy", folder.path().display()))
            .args(["--env", "PORTCULLIS_CONFIG_FILE=/policy/gate.json"])
            .arg(middleware);
        let log = folder.path().join("serve.log");
        Ok(Self {
            service: Service::start(&mut command, log, address)?,
            address,
            folder,
        })
    }

    /// Returns where it takes requests.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts another bundle in the place of the first, all at once.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn replace_bundle(&self, bundle: &[u8]) -> Result<()> {
        let unfinished = self.folder.path().join("unfinished");
        fs::write(&unfinished, bundle)?;
        fs::rename(unfinished, self.folder.path().join("policy.pclb"))?;
        Ok(())
    }

    /// Returns the running program.
    pub const fn service(&mut self) -> &mut Service {
        &mut self.service
    }
}

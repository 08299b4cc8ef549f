//! The engine as a WebAssembly component, in wasmtime: a sandbox that can only compute.
//!
//! An instance and its store are taken for each call and given back when it succeeded.
//! A trap costs that one request: the instance is thrown away, and the next request is
//! answered by a fresh one that has verified the bundle again.

mod artefact;
mod bindings;
mod cache;
mod gateway;
mod gateway_bindings;
mod instance;
mod limits;
mod policy;
mod sandbox;
mod translate;

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_engine::{SignedBundle, UnixSeconds};
use wasmtime::StoreLimits;

pub use cache::ArtefactCache;
pub use gateway::ComponentGateEngine;
pub use limits::ComponentLimits;

use crate::{
    engine::{Engine, LoadedPolicy},
    failure::Failure,
    files,
    trust::HostTrust,
};
use bindings::PluginPre;
use policy::ComponentPolicy;
use sandbox::Sandbox;

/// Answers from the component, in wasmtime.
///
/// Cheap to clone: the compiled code and the pool are shared.
#[derive(Clone)]
pub struct ComponentEngine(Arc<Harness>);

/// How often instances were made and thrown away since an engine was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComponentStatistics {
    /// Instances made.
    pub instances: u64,
    /// Calls that trapped, each of which cost its instance.
    pub traps: u64,
}

/// A component that cannot be loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum InvalidComponent {
    /// Its file cannot be read.
    Unreadable(std::io::Error),
    /// It is no component, wants imports, or lacks what world `plugin` exports.
    NotAPlugin(String),
}

impl ComponentEngine {
    /// Loads a component from its file, through the cache of compiled ones.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, and where it is no `portcullis:edge/plugin`.
    pub fn load(
        path: &Path,
        cache: &ArtefactCache,
        limits: ComponentLimits,
    ) -> Result<Self, InvalidComponent> {
        let wasm = files::read(path, WASM_BYTES_MAX).map_err(InvalidComponent::Unreadable)?;
        Self::new(&wasm, cache, limits)
    }

    /// Loads a component from its bytes, through the cache of compiled ones.
    ///
    /// # Errors
    ///
    /// Fails where they are no `portcullis:edge/plugin`.
    pub fn new(
        wasm: &[u8],
        cache: &ArtefactCache,
        limits: ComponentLimits,
    ) -> Result<Self, InvalidComponent> {
        Self::compile(wasm, cache, limits)
            .map_err(|error| InvalidComponent::NotAPlugin(format!("{error:#}")))
    }

    /// Returns how often instances were made and thrown away.
    #[must_use]
    pub fn statistics(&self) -> ComponentStatistics {
        ComponentStatistics {
            instances: self.0.instances.load(Ordering::Relaxed),
            traps: self.0.traps.load(Ordering::Relaxed),
        }
    }

    fn compile(
        wasm: &[u8],
        cache: &ArtefactCache,
        limits: ComponentLimits,
    ) -> wasmtime::Result<Self> {
        let (sandbox, component) = Sandbox::compile(wasm, cache, limits)?;
        let plugin = PluginPre::new(component)?;
        Ok(Self(Arc::new(Harness {
            sandbox,
            plugin,
            instances: AtomicU64::new(0),
            traps: AtomicU64::new(0),
        })))
    }
}

impl Engine for ComponentEngine {
    fn name(&self) -> &'static str {
        "component"
    }

    fn open(
        &self,
        bundle: &[u8],
        trust: &HostTrust,
        now: UnixSeconds,
    ) -> Result<Box<dyn LoadedPolicy>, Failure> {
        if !translate::says_all(trust) {
            let bundle = SignedBundle::new(bundle.to_vec());
            bundle.verify(&trust.to_trust()?, now)?;
        }
        let policy = ComponentPolicy::open(&self.0, bundle, trust, now)?;
        Ok(Box::new(policy))
    }
}

impl fmt::Debug for ComponentEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComponentEngine")
            .field("limits", &self.0.sandbox.limits)
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for InvalidComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "the component cannot be read: {error}"),
            Self::NotAPlugin(why) => write!(f, "this is no portcullis:edge plugin: {why}"),
        }
    }
}

impl core::error::Error for InvalidComponent {}

/// The compiled component, and what all its instances share.
struct Harness {
    sandbox: Sandbox,
    plugin: PluginPre<StoreLimits>,
    instances: AtomicU64,
    traps: AtomicU64,
}

/// Far above any build of the component, far below what would hurt to read.
const WASM_BYTES_MAX: usize = 64 * 1024 * 1024;

//! The engine as a WebAssembly component, in wasmtime: a sandbox that can only compute.
//!
//! An instance and its store are taken for each call and given back when it succeeded.
//! A trap costs that one request: the instance is thrown away, and the next request is
//! answered by a fresh one that has verified the bundle anew.

mod artefact;
mod bindings;
mod cache;
mod gateway;
mod gateway_bindings;
mod instance;
mod limits;
mod policy;
mod translate;

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use portcullis_engine::UnixSeconds;
use wasmtime::{
    Config, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, StoreLimits,
    component::{Component, Linker},
};

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
        let engine = wasmtime::Engine::new(&config(limits))?;
        let component: Component = cache.component(&engine, wasm)?;
        // An empty linker: a component that imports anything is refused here.
        let linker: Linker<StoreLimits> = Linker::new(&engine);
        let plugin = PluginPre::new(linker.instantiate_pre(&component)?)?;
        Ok(Self(Arc::new(Harness {
            engine,
            plugin,
            limits,
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
        let policy = ComponentPolicy::open(&self.0, bundle, trust, now)?;
        Ok(Box::new(policy))
    }
}

impl fmt::Debug for ComponentEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComponentEngine")
            .field("limits", &self.0.limits)
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
    engine: wasmtime::Engine,
    plugin: PluginPre<StoreLimits>,
    limits: ComponentLimits,
    instances: AtomicU64,
    traps: AtomicU64,
}

fn config(limits: ComponentLimits) -> Config {
    let modules = limits.instances_max.saturating_mul(MODULES_MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(limits.instances_max)
        .total_core_instances(modules)
        .total_memories(limits.instances_max)
        .total_tables(modules)
        .max_core_instances_per_component(MODULES_MAX)
        .max_memories_per_component(1)
        .max_tables_per_component(MODULES_MAX)
        .max_memory_size(limits.memory_bytes_max);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .cranelift_opt_level(OptLevel::Speed)
        .consume_fuel(true);
    config
}

/// The engine's module, and the two small ones that the encoder puts around it.
const MODULES_MAX: u32 = 4;

/// Far above any build of the component, far below what would hurt to read.
const WASM_BYTES_MAX: usize = 64 * 1024 * 1024;

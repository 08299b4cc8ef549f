//! Compiled code, and stores that bound what it may use.

use wasmtime::{
    Config, Inlining, InstanceAllocationStrategy, OptLevel, PoolConcurrencyLimitError,
    PoolingAllocationConfig, Store, StoreLimits, StoreLimitsBuilder, Trap,
    component::{Component, InstancePre, Linker},
};

use super::{ArtefactCache, ComponentLimits};
use crate::failure::Failure;

/// What a component runs in: it can only compute, and only so much.
pub(super) struct Sandbox {
    engine: wasmtime::Engine,
    pub(super) limits: ComponentLimits,
}

impl Sandbox {
    /// Compiles a component, through the cache of compiled ones.
    pub(super) fn compile(
        wasm: &[u8],
        cache: &ArtefactCache,
        limits: ComponentLimits,
    ) -> wasmtime::Result<(Self, InstancePre<StoreLimits>)> {
        let engine = wasmtime::Engine::new(&config(limits))?;
        let component: Component = cache.component(&engine, wasm)?;
        // An empty linker: a component that imports anything is refused here.
        let linker: Linker<StoreLimits> = Linker::new(&engine);
        let component = linker.instantiate_pre(&component)?;
        Ok((Self { engine, limits }, component))
    }

    /// Makes a store with the memory and the fuel for opening what is to be asked.
    pub(super) fn store(&self) -> wasmtime::Result<Store<StoreLimits>> {
        let limits = StoreLimitsBuilder::new()
            .memory_size(self.limits.memory_bytes_max)
            .trap_on_grow_failure(true)
            .build();
        let mut store = Store::new(&self.engine, limits);
        store.limiter(|limits| limits);
        store.set_fuel(self.limits.open_fuel)?;
        Ok(store)
    }
}

/// Says what broke off: the pool had no room, or the call trapped.
pub(super) fn broken_off(error: &wasmtime::Error) -> Failure {
    if error.is::<PoolConcurrencyLimitError>() {
        return Failure::Busy;
    }
    let why = error.downcast_ref::<Trap>();
    Failure::Trap(why.map_or_else(|| error.root_cause().to_string(), ToString::to_string))
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
        // Guests are built for size, as many small functions.
        .compiler_inlining(Inlining::Yes)
        .consume_fuel(true);
    config
}

/// The engine's module, and the two small ones that the encoder puts around it.
const MODULES_MAX: u32 = 4;

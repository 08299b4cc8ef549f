//! One instance of the component, with a policy opened in it.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use wasmtime::{Store, StoreLimits, component::ResourceAny};

use super::{
    Harness,
    bindings::{Plugin, exports::portcullis::edge::engine as wit},
    sandbox::broken_off,
    translate::failure,
};
use crate::failure::Failure;

/// How a policy is opened, as often as it takes.
///
/// The time stays that of the first opening: what held then is only asked again, and
/// every call checks the expiry against its own time.
pub(super) struct Recipe {
    pub(super) bundle: Arc<[u8]>,
    pub(super) trust: wit::Trust,
    pub(super) opened_at: u64,
}

/// A store, the component in it, and the policy that it opened.
pub(super) struct Instance {
    store: Store<StoreLimits>,
    plugin: Plugin,
    whole: ResourceAny,
    /// The policy under other features, the one last used last.
    previews: Vec<(Arc<[String]>, ResourceAny)>,
}

impl Instance {
    /// Makes a fresh instance and opens the bundle in it.
    pub(super) fn open(harness: &Harness, recipe: &Recipe) -> Result<Self, Failure> {
        harness.instances.fetch_add(1, Ordering::Relaxed);
        let opened = Self::try_open(harness, recipe);
        opened.map_err(|error| trap(harness, &error))?
    }

    fn try_open(harness: &Harness, recipe: &Recipe) -> wasmtime::Result<Result<Self, Failure>> {
        let mut store = harness.sandbox.store()?;
        let plugin = harness.plugin.instantiate(&mut store)?;
        let guest = plugin.portcullis_edge_engine().policy();
        let opened =
            guest.call_open(&mut store, &recipe.bundle, &recipe.trust, recipe.opened_at)?;
        Ok(opened.map_err(failure).map(|whole| Self {
            store,
            plugin,
            whole,
            previews: Vec::new(),
        }))
    }

    /// Makes one call on the policy, under the tenant's features or others.
    ///
    /// After an error nothing more may be asked of this instance.
    pub(super) fn call<R>(
        &mut self,
        fuel: u64,
        features: Option<&Arc<[String]>>,
        ask: impl FnOnce(&mut Call<'_>) -> wasmtime::Result<R>,
    ) -> wasmtime::Result<R> {
        self.store.set_fuel(fuel)?;
        let policy = match features {
            None => self.whole,
            Some(features) => self.preview(features)?,
        };
        ask(&mut Call {
            guest: self.plugin.portcullis_edge_engine(),
            store: &mut self.store,
            policy,
        })
    }

    fn preview(&mut self, features: &Arc<[String]>) -> wasmtime::Result<ResourceAny> {
        let known = self.previews.iter().position(|(own, _)| own == features);
        let entry = match known {
            Some(at) => self.previews.remove(at),
            None => {
                if self.previews.len() >= PREVIEWS_MAX {
                    let (_, oldest) = self.previews.remove(0);
                    oldest.resource_drop(&mut self.store)?;
                }
                let guest = self.plugin.portcullis_edge_engine().policy();
                let policy = guest.call_with_features(&mut self.store, self.whole, features)?;
                (Arc::clone(features), policy)
            }
        };
        let policy = entry.1;
        self.previews.push(entry);
        Ok(policy)
    }
}

/// A call that is being made.
pub(super) struct Call<'a> {
    pub(super) guest: &'a wit::Guest,
    pub(super) store: &'a mut Store<StoreLimits>,
    pub(super) policy: ResourceAny,
}

impl fmt::Debug for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipe")
            .field("bundle_bytes", &self.bundle.len())
            .field("opened_at", &self.opened_at)
            .finish_non_exhaustive()
    }
}

/// Says what broke off, and counts it.
pub(super) fn trap(harness: &Harness, error: &wasmtime::Error) -> Failure {
    let failure = broken_off(error);
    if matches!(failure, Failure::Trap(_)) {
        harness.traps.fetch_add(1, Ordering::Relaxed);
    }
    failure
}

/// Other features are for previews and tests: a few sets of them, asked again and again.
const PREVIEWS_MAX: usize = 8;

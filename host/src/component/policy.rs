//! A policy that the component answers from, with its pool of instances.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use portcullis_engine::{PackedDecision, UnixSeconds};
use portcullis_policy::authzen::{Request, Subject};

use super::{
    Harness,
    bindings::exports::portcullis::edge::engine as wit,
    instance::{Call, Instance, Recipe, trap},
    translate,
};
use crate::{
    engine::{BundleInfo, LoadedPolicy, Names},
    failure::Failure,
    pack::{pack, pack_subject},
    trust::HostTrust,
};

/// A verified bundle in the component.
pub(super) struct ComponentPolicy {
    pool: Arc<Pool>,
    features: Option<Arc<[String]>>,
    info: BundleInfo,
    names: Names,
}

impl ComponentPolicy {
    pub(super) fn open(
        harness: &Arc<Harness>,
        bundle: &[u8],
        trust: &HostTrust,
        now: UnixSeconds,
    ) -> Result<Self, Failure> {
        let pool = Pool {
            harness: Arc::clone(harness),
            recipe: Recipe {
                bundle: Arc::from(bundle),
                trust: translate::trust(trust),
                opened_at: now.0,
            },
            idle: Mutex::new(Vec::new()),
        };
        Self::new(Arc::new(pool), None)
    }

    fn new(pool: Arc<Pool>, features: Option<Arc<[String]>>) -> Result<Self, Failure> {
        let (info, names) = pool.call(features.as_ref(), |call| {
            let policy = call.guest.policy();
            let info = policy.call_info(&mut *call.store, call.policy)?;
            let list = |of| policy.call_names(&mut *call.store, call.policy, of);
            Ok((info, translate::names(list)?))
        })?;
        Ok(Self {
            pool,
            features,
            info: translate::info(info)?,
            names,
        })
    }

    fn call<R>(
        &self,
        ask: impl FnOnce(&mut Call<'_>) -> wasmtime::Result<R>,
    ) -> Result<R, Failure> {
        self.pool.call(self.features.as_ref(), ask)
    }
}

impl LoadedPolicy for ComponentPolicy {
    fn info(&self) -> &BundleInfo {
        &self.info
    }

    fn names(&self) -> &Names {
        &self.names
    }

    fn with_features(&self, features: &[String]) -> Result<Box<dyn LoadedPolicy>, Failure> {
        let preview = Self::new(Arc::clone(&self.pool), Some(Arc::from(features)))?;
        Ok(Box::new(preview))
    }

    fn decide(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure> {
        let packed = pack(request);
        let answer = self.call(|call| {
            let policy = call.guest.policy();
            policy.call_decide(&mut *call.store, call.policy, &packed, now.0)
        })?;
        answer.map_err(translate::failure)
    }

    fn explain(&self, request: &Request, now: UnixSeconds) -> Result<String, Failure> {
        let packed = pack(request);
        let answer = self.call(|call| {
            let policy = call.guest.policy();
            policy.call_explain(&mut *call.store, call.policy, &packed, now.0)
        })?;
        answer.map_err(translate::failure)
    }

    fn modules(&self, subject: &Subject, now: UnixSeconds) -> Result<String, Failure> {
        let subject = pack_subject(subject);
        let until = self.info.expires_at.0;
        let snapshot = self.call(|call| {
            let (policy, session) = (call.guest.policy(), call.guest.session());
            let store = &mut *call.store;
            let opened = policy.call_session(&mut *store, call.policy, &subject, until, now.0)?;
            let opened = match opened {
                Ok(opened) => opened,
                Err(failure) => return Ok(Err(failure)),
            };
            let snapshot = session.call_modules(&mut *store, opened, now.0)?;
            opened.resource_drop(store)?;
            Ok(snapshot)
        })?;
        snapshot.map_err(translate::failure)
    }

    fn check(&self, packed: &[u8], now: UnixSeconds) -> Result<PackedDecision, Failure> {
        let verdict = self.call(|call| {
            let policy = call.guest.policy();
            policy.call_check(&mut *call.store, call.policy, packed, now.0)
        })?;
        Ok(PackedDecision(verdict))
    }

    fn check_many(&self, packed: &[u8], now: UnixSeconds) -> Result<Vec<PackedDecision>, Failure> {
        let verdicts = self.call(|call| {
            let policy = call.guest.policy();
            policy.call_check_many(&mut *call.store, call.policy, packed, now.0)
        })?;
        Ok(verdicts.into_iter().map(PackedDecision).collect())
    }
}

impl fmt::Debug for ComponentPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComponentPolicy")
            .field("recipe", &self.pool.recipe)
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}

/// The instances that hold one bundle. Each has verified it by itself.
struct Pool {
    harness: Arc<Harness>,
    recipe: Recipe,
    idle: Mutex<Vec<Instance>>,
}

impl Pool {
    /// Makes one call on an instance that nobody else uses meanwhile.
    fn call<R>(
        &self,
        features: Option<&Arc<[String]>>,
        ask: impl FnOnce(&mut Call<'_>) -> wasmtime::Result<R>,
    ) -> Result<R, Failure> {
        let idle = self.idle().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => Instance::open(&self.harness, &self.recipe)?,
        };
        match instance.call(self.harness.sandbox.limits.call_fuel, features, ask) {
            Ok(answer) => {
                self.idle().push(instance);
                Ok(answer)
            }
            // The instance is dropped: nothing of what it was doing is left.
            Err(error) => Err(trap(&self.harness, &error)),
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Instance>> {
        // A panic while the list is locked can at worst have lost an instance.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// What serves requests from many threads must be usable from them.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<ComponentPolicy>();
    is_shared::<wit::Guest>();
};

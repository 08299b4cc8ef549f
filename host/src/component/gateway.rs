//! The gate as a WebAssembly component, in wasmtime.

use std::{fmt, path::Path, sync::Arc};

use portcullis_gate::{Level, Peer, Request, UnixSeconds};
use wasmtime::{Store, StoreLimits, component::ResourceAny};

use super::{
    ArtefactCache, ComponentLimits, InvalidComponent, WASM_BYTES_MAX,
    gateway_bindings::{Gateway, GatewayPre, exports::portcullis::edge::gate as wit},
    sandbox::{Sandbox, broken_off},
};
use crate::{
    failure::Failure,
    files,
    gate::{HttpAnswerChanges, HttpEngine, HttpGate, HttpOutcome, HttpVerdict},
};

/// Makes gates in the component, in wasmtime.
///
/// Cheap to clone: the compiled code and the pool are shared. Each gate has an instance
/// of its own; a trap costs one request and that instance.
#[derive(Clone)]
pub struct ComponentGateEngine(Arc<Harness>);

struct Harness {
    sandbox: Sandbox,
    gateway: GatewayPre<StoreLimits>,
}

impl ComponentGateEngine {
    /// Loads a component from its file, through the cache of compiled ones.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be read, and where it is no `portcullis:edge/gateway`.
    pub fn load(
        path: &Path,
        cache: &ArtefactCache,
        limits: ComponentLimits,
    ) -> Result<Self, InvalidComponent> {
        let wasm = files::read(path, WASM_BYTES_MAX).map_err(InvalidComponent::Unreadable)?;
        Self::compile(&wasm, cache, limits)
            .map_err(|error| InvalidComponent::NotAPlugin(format!("{error:#}")))
    }

    fn compile(
        wasm: &[u8],
        cache: &ArtefactCache,
        limits: ComponentLimits,
    ) -> wasmtime::Result<Self> {
        let (sandbox, component) = Sandbox::compile(wasm, cache, limits)?;
        let gateway = GatewayPre::new(component)?;
        Ok(Self(Arc::new(Harness { sandbox, gateway })))
    }
}

impl HttpEngine for ComponentGateEngine {
    fn name(&self) -> &'static str {
        "component"
    }

    fn open(&self, config: &[u8]) -> Result<Box<dyn HttpGate>, Failure> {
        let mut gate = ComponentGate {
            harness: Arc::clone(&self.0),
            config: config.to_vec(),
            accepted: Vec::new(),
            instance: None,
        };
        gate.instance = Some(gate.instantiate()?);
        Ok(Box::new(gate))
    }
}

/// A gate, and how it is made again after a trap.
struct ComponentGate {
    harness: Arc<Harness>,
    config: Vec<u8>,
    /// The last bundle accepted of each tenant, and when.
    accepted: Vec<(String, Vec<u8>, UnixSeconds)>,
    instance: Option<Instance>,
}

struct Instance {
    store: Store<StoreLimits>,
    gateway: Gateway,
    gate: ResourceAny,
}

impl HttpGate for ComponentGate {
    fn offer(&mut self, bundle: &[u8], now: UnixSeconds) -> Result<bool, Failure> {
        let fuel = self.harness.sandbox.limits.open_fuel;
        let offered = self.call(fuel, |instance| {
            let guest = instance.gateway.portcullis_edge_gate().gateway();
            guest.call_offer(&mut instance.store, instance.gate, bundle, now.0)
        })?;
        match offered.map_err(Failure::BundleRejected)? {
            wit::Offered::Unchanged => Ok(false),
            wit::Offered::Accepted(persisted) => {
                self.accepted
                    .retain(|(tenant, ..)| *tenant != persisted.tenant);
                self.accepted.push((persisted.tenant, bundle.to_vec(), now));
                Ok(true)
            }
        }
    }

    fn judge(&mut self, request: &Request<'_>, now: UnixSeconds) -> Result<HttpVerdict, Failure> {
        let request = wit::Request {
            method: request.method.to_vec(),
            authority: request.authority.to_vec(),
            target: request.target.to_vec(),
            headers: request
                .headers
                .iter()
                .map(|(name, value)| (name.to_vec(), value.to_vec()))
                .collect(),
            peer: match request.peer {
                Peer::Unknown => wit::Peer::Unknown,
                Peer::Address(address) => wit::Peer::Address(address.to_string()),
                Peer::Identity(name) => wit::Peer::Identity(name.to_owned()),
            },
            nonce: request.nonce.to_vec(),
        };
        let fuel = self.harness.sandbox.limits.call_fuel;
        let verdict = self.call(fuel, |instance| {
            let guest = instance.gateway.portcullis_edge_gate().gateway();
            guest.call_judge(&mut instance.store, instance.gate, &request, now.0)
        })?;
        Ok(HttpVerdict::from(verdict))
    }

    fn status(&mut self, now: UnixSeconds) -> Result<String, Failure> {
        let fuel = self.harness.sandbox.limits.call_fuel;
        self.call(fuel, |instance| {
            let guest = instance.gateway.portcullis_edge_gate().gateway();
            guest.call_status(&mut instance.store, instance.gate, now.0)
        })
    }
}

impl ComponentGate {
    /// Makes one call; after a trap the next is made on a fresh instance.
    fn call<R>(
        &mut self,
        fuel: u64,
        ask: impl FnOnce(&mut Instance) -> wasmtime::Result<R>,
    ) -> Result<R, Failure> {
        let mut instance = match self.instance.take() {
            Some(instance) => instance,
            None => self.instantiate()?,
        };
        let asked = instance
            .store
            .set_fuel(fuel)
            .and_then(|()| ask(&mut instance));
        let answer = asked.map_err(|error| broken_off(&error))?;
        self.instance = Some(instance);
        Ok(answer)
    }

    fn instantiate(&self) -> Result<Instance, Failure> {
        let made = self.try_instantiate().map_err(|error| broken_off(&error))?;
        made.map_err(Failure::InvalidConfig)
    }

    fn try_instantiate(&self) -> wasmtime::Result<Result<Instance, String>> {
        let harness = &*self.harness;
        let mut store = harness.sandbox.store()?;
        let gateway = harness.gateway.instantiate(&mut store)?;
        let guest = gateway.portcullis_edge_gate().gateway();
        let gate = match guest.call_open(&mut store, &self.config)? {
            Ok(gate) => gate,
            Err(why) => return Ok(Err(why)),
        };
        for (_, bundle, at) in &self.accepted {
            store.set_fuel(harness.sandbox.limits.open_fuel)?;
            // What held then is only asked again: the judge looks at its own time.
            let _ = guest.call_offer(&mut store, gate, bundle, at.0)?;
        }
        Ok(Ok(Instance {
            store,
            gateway,
            gate,
        }))
    }
}

impl From<wit::Verdict> for HttpVerdict {
    fn from(verdict: wit::Verdict) -> Self {
        Self {
            outcome: match verdict.outcome {
                wit::Outcome::Forward(forward) => HttpOutcome::Forward {
                    remove: forward.remove,
                    set: forward.set,
                    target: forward.target,
                    answer: HttpAnswerChanges {
                        remove: forward.answer.remove,
                        add: forward.answer.add,
                    },
                },
                wit::Outcome::Respond(response) => HttpOutcome::Respond {
                    status: response.status,
                    headers: response.headers,
                    body: response.body,
                },
            },
            code: verdict.code,
            level: match verdict.level {
                wit::Level::Off => Level::Off,
                wit::Level::Debug => Level::Debug,
                wit::Level::Info => Level::Info,
                wit::Level::Warn => Level::Warn,
                wit::Level::Error => Level::Error,
            },
            entry: verdict.entry,
        }
    }
}

impl fmt::Debug for ComponentGateEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComponentGateEngine")
            .field("limits", &self.0.sandbox.limits)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ComponentGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComponentGate")
            .field("tenants", &self.accepted.len())
            .field("ready", &self.instance.is_some())
            .finish_non_exhaustive()
    }
}

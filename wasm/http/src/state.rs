//! What outlives a request, as long as the runtime keeps the instance.

use alloc::{format, string::String, vec::Vec};

use portcullis_gate::{Gate, GateConfig, Offer, UnixSeconds};
use wasip2::{cli::environment::get_environment, clocks::wall_clock};

use crate::{
    files::{File, Mark},
    log,
    settings::{Settings, Upstream},
};

/// The gate of this instance, once it has been asked for.
#[derive(Debug)]
pub(crate) struct State {
    ready: Option<Ready>,
}

/// A gate, and where its requests go on to.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) gate: Gate,
    pub(crate) upstream: Upstream,
    bundle_file: Option<String>,
    mark: Option<Mark>,
    looked_at: UnixSeconds,
}

impl State {
    pub(crate) const fn new() -> Self {
        Self { ready: None }
    }

    /// Returns the gate with the newest bundle, or nothing if the configuration is no use.
    pub(crate) fn ready(&mut self) -> Option<&mut Ready> {
        if self.ready.is_none() {
            match Ready::start() {
                Ok(ready) => self.ready = Some(ready),
                Err(why) => log::event("configuration-refused", &[("why", &why)]),
            }
        }
        let ready = self.ready.as_mut()?;
        ready.refresh();
        Some(ready)
    }
}

impl Ready {
    fn start() -> Result<Self, String> {
        let json = configuration()?;
        let config = GateConfig::from_json(&json).map_err(|invalid| format!("{invalid}"))?;
        let settings = Settings::read(config.shell())?;
        let bundle = config.bundle().map(Vec::from);
        let mut ready = Self {
            gate: Gate::new(config),
            upstream: settings.upstream,
            bundle_file: settings.bundle_file,
            mark: None,
            looked_at: UnixSeconds(0),
        };
        if let Some(bundle) = bundle {
            ready.offer(bundle, "the configuration");
        }
        Ok(ready)
    }

    /// Looks, at most once a second, whether the bundle's file has changed.
    fn refresh(&mut self) {
        let now = now();
        if self.looked_at == now {
            return;
        }
        self.looked_at = now;
        let Some(path) = self.bundle_file.clone() else {
            return;
        };
        let bytes_max = self.gate.config().trust().bundle_bytes_max;
        let read = File::open(&path).and_then(|file| {
            if self.mark.as_ref() == Some(&file.mark) {
                return Ok(None);
            }
            // One byte more is read than may be, so that the gate says what is wrong.
            let bytes = file.read(bytes_max.saturating_add(1))?;
            Ok(Some((file.mark, bytes)))
        });
        match read {
            Ok(None) => {}
            Ok(Some((mark, bytes))) => {
                // A bundle that is refused is not read again until it changes, save that time
                // alone may make it good.
                self.mark = self.offer(bytes, &path).then_some(mark);
            }
            Err(why) => log::event("bundle-unreadable", &[("source", &path), ("why", why)]),
        }
    }

    fn offer(&mut self, bytes: Vec<u8>, source: &str) -> bool {
        match self.gate.offer(bytes, now()) {
            Ok(Offer::Accepted(persisted)) => {
                let sequence = format!("{}", persisted.floor.sequence);
                log::event(
                    "bundle-accepted",
                    &[
                        ("source", source),
                        ("tenant", &persisted.key.tenant),
                        ("sequence", &sequence),
                    ],
                );
                true
            }
            Ok(Offer::Unchanged) => true,
            Err(rejection) => {
                let code = rejection.code();
                log::event("bundle-rejected", &[("source", source), ("code", code)]);
                false
            }
        }
    }
}

/// Returns the time as the engine counts it.
pub(crate) fn now() -> UnixSeconds {
    UnixSeconds(wall_clock::now().seconds)
}

fn configuration() -> Result<Vec<u8>, String> {
    let mut path = None;
    for (name, value) in get_environment() {
        match name.as_str() {
            TEXT => return Ok(value.into_bytes()),
            FILE => path = Some(value),
            _ => {}
        }
    }
    let path = path.ok_or_else(|| format!("neither `{TEXT}` nor `{FILE}` is set"))?;
    let read = File::open(&path).and_then(|file| file.read(CONFIG_BYTES_MAX));
    read.map_err(|why| format!("`{path}` cannot be read: {why}"))
}

const TEXT: &str = "PORTCULLIS_CONFIG";
const FILE: &str = "PORTCULLIS_CONFIG_FILE";
const CONFIG_BYTES_MAX: usize = portcullis_gate::limits::CONFIG_BYTES_MAX;

//! One configuration: its gate, and where its bundles come from.

mod bundles;

use alloc::{format, vec::Vec};

use portcullis_gate::{
    AnswerChanges, Code, Entry, Gate, GateConfig, Level, Request, Response, UnixSeconds, Verdict,
    event,
};

use crate::{
    host::{self, Failed, Host},
    keys::Keys,
    lines,
    metrics::Metrics,
    pass_on::pass_on,
    peer::KnownPeer,
    problem::{PROBLEM_TYPE, UNAVAILABLE},
    settings::{PeerUse, Settings},
    shared::{self, Place, SharedBundle},
    sorted::Sorted,
    source::Source,
    waiting::{Awaited, Waiting},
};

/// One configuration of the gate in one worker of the proxy.
#[derive(Debug)]
pub struct Root {
    gate: Option<Gate>,
    peer: PeerUse,
    sources: Vec<Source>,
    keys: Keys,
    metrics: Metrics,
    /// When a bundle was last accepted, or confirmed as the newest.
    confirmed_ms: u64,
    /// Whether the proxy writes lines at debug, as it said last: what is allowed is logged
    /// there, and asking with every request costs more than the line is worth.
    debugs: bool,
    /// What changes in the answers to requests that went on.
    answers: Sorted<u32, AnswerChanges>,
    waiting: Waiting,
    /// How often the proxy ticks, in milliseconds.
    tick_ms: u32,
}

impl Root {
    /// Starts without a configuration; until there is one, every request is refused.
    #[must_use]
    pub fn new() -> Self {
        Self {
            gate: None,
            peer: PeerUse::None,
            sources: Vec::new(),
            keys: Keys::default(),
            metrics: Metrics::default(),
            confirmed_ms: 0,
            debugs: false,
            answers: Sorted::new(),
            waiting: Waiting::default(),
            tick_ms: 0,
        }
    }

    /// Takes a configuration; returns whether it can be worked with.
    ///
    /// A bundle that is refused is no reason to refuse the configuration: the last good one
    /// of this proxy answers, or else every request is refused with the reason.
    pub fn configure(&mut self, host: &impl Host, json: &[u8]) -> bool {
        let read = GateConfig::from_json(json).map_err(|invalid| format!("{invalid}"));
        let read = read.and_then(|config| {
            let settings = Settings::read(config.shell())?;
            let keys = Keys::new(&config, json)?;
            Ok((config, settings, keys))
        });
        let (config, settings, keys) = match read {
            Ok(read) => read,
            Err(why) => {
                host.log(host::Level::Error, &lines::configuration_refused(&why));
                return false;
            }
        };
        // A request should not wait for what nobody reads.
        let asks_for_peer = config.asks_for_peer();
        let audience = config.trust().audience.clone();
        let inline = config.bundle().map(Vec::from);
        for line in [lines::shadow(&config), lines::keys_unused(&config)]
            .into_iter()
            .flatten()
        {
            host.log(host::Level::Warn, &line);
        }
        let sources = settings.sources.into_iter();
        self.sources = sources.map(|source| Source::new(source, &config)).collect();
        let mut gate = Gate::new(config);
        for floor in shared::floors(host, &audience) {
            gate.restore(floor);
        }
        self.gate = Some(gate);
        self.keys = keys;
        self.peer = if asks_for_peer {
            settings.peer
        } else {
            PeerUse::None
        };
        if let Some(bytes) = inline {
            let place = Place::new(&audience, INLINE);
            if self.offer_inline(host, bytes.clone(), INLINE) {
                let etag = Vec::new();
                place.publish(host, &SharedBundle { etag, bytes });
            } else if let Some(last_good) = place.bundle(host) {
                self.offer_inline(host, last_good.bytes, "the last good bundle");
            }
        }
        self.begin(host);
        self.heed_log_level(host);
        self.tick_ms = 0;
        self.set_pace(host);
        true
    }

    /// Takes what other workers fetched, and fetches when it is this one's turn.
    pub fn tick(&mut self, host: &impl Host) {
        self.heed_log_level(host);
        let mut sources = core::mem::take(&mut self.sources);
        for source in &mut sources {
            if let Some(bundle) = source.published(host)
                && self.offer_of(host, source, &bundle.bytes)
            {
                source.accept(bundle.etag);
            }
            if let Some(fetched) = source.fetch_in_turn(host) {
                self.take(host, source, fetched);
            }
        }
        self.sources = sources;
        if let Some(gate) = &mut self.gate {
            self.keys.tick(host, gate, &mut self.metrics);
            let now = host.now();
            let status = gate.status(now);
            self.metrics
                .record_status(host, &status, now, self.confirmed_ms);
        }
        self.set_pace(host);
        self.release(host);
    }

    /// Takes the answer to a call of [`Host::call`]: how many bytes its body has, or nothing
    /// if the origin did not answer.
    pub fn fetched(&mut self, host: &impl Host, call: u32, body_bytes: Option<usize>) {
        let Some(gate) = &mut self.gate else {
            return;
        };
        let metrics = &mut self.metrics;
        if self.keys.fetched(host, gate, metrics, call, body_bytes) {
            self.release(host);
            return;
        }
        let bytes_max = gate.config().trust().bundle_bytes_max;
        let mut sources = core::mem::take(&mut self.sources);
        let asked = sources.iter_mut().find(|source| source.has_called(call));
        if let Some(source) = asked {
            let fetched = source.answered(host, body_bytes, bytes_max);
            self.take(host, source, fetched);
        }
        self.sources = sources;
        self.release(host);
    }

    /// Asks what the proxy writes; what it does not write, the gate need not put into words.
    fn heed_log_level(&mut self, host: &impl Host) {
        self.debugs = host.logs(host::Level::Debug);
        if let Some(gate) = &mut self.gate {
            gate.read_entries_from(if self.debugs {
                Level::Debug
            } else {
                Level::Info
            });
        }
    }

    /// Judges the current request; returns whether it goes on now.
    ///
    /// One that does not was answered, or waits for keys or a first bundle until a later call
    /// lets it go on or answers it. `stream` tells it apart from the others that this worker has in flight.
    pub fn request(&mut self, host: &impl Host, stream: u32) -> bool {
        self.judge(host, stream, None)
    }

    /// Forgets a request that is gone.
    pub fn closed(&mut self, stream: u32) {
        self.waiting.closed(stream);
    }

    /// Judges the requests again that need not wait any longer. The last that a call does, for
    /// what is asked after it means one of them.
    fn release(&mut self, host: &impl Host) {
        let Some(gate) = &self.gate else {
            return;
        };
        let (now, awaits_bundles) = (host.now(), self.awaits_bundles());
        let comes = |awaited| match awaited {
            Awaited::Bundles => awaits_bundles,
            Awaited::Keys(issuer) => gate.fetches_keys(issuer, now),
        };
        for (stream, awaited) in self.waiting.released(host.now_ms(), comes) {
            if host.select(stream).is_ok() && self.judge(host, stream, Some(awaited)) {
                // Where even this fails, the request stops here.
                host.resume().ok();
            }
        }
    }

    /// Has a request wait for what would let it be answered better, unless it has waited for
    /// that already; returns whether it does.
    fn wait(
        &mut self,
        host: &impl Host,
        stream: u32,
        response: &Response,
        waited: Option<Awaited>,
    ) -> bool {
        let awaited = match response.awaits_keys {
            Some(issuer) => Awaited::Keys(issuer),
            None if lacks_bundle(response.entry.code) && self.awaits_bundles() => Awaited::Bundles,
            None => return false,
        };
        let may_wait = match waited {
            None => true,
            Some(Awaited::Bundles) => awaited != Awaited::Bundles,
            Some(Awaited::Keys(_)) => false,
        };
        if !may_wait || !self.waiting.add(stream, awaited, host.now_ms()) {
            return false;
        }
        if let (Awaited::Keys(issuer), Some(gate)) = (awaited, &mut self.gate) {
            // Not fetched here: the answer would belong to the request, and end with it.
            gate.want_keys(issuer, host.now());
        }
        true
    }

    fn judge(&mut self, host: &impl Host, stream: u32, waited: Option<Awaited>) -> bool {
        let Some(fields) = host.request_headers() else {
            return refuse(host);
        };
        let Some(gate) = &mut self.gate else {
            return refuse(host);
        };
        // At a time that is made up, a token that has expired could hold.
        let Some(now_ns) = host.now_ns() else {
            host.log(host::Level::Error, &event("no-time", &[]));
            return refuse(host);
        };
        let peer = KnownPeer::ask(host, self.peer);
        let mut nonce = [0; 12];
        let (time, own) = nonce.split_at_mut(8);
        time.copy_from_slice(&now_ns.to_le_bytes());
        own.copy_from_slice(&stream.to_le_bytes());

        let headers: Vec<_> = fields.iter().filter(|(name, _)| !is_pseudo(name)).collect();
        let pseudo = |name| fields.one(name).unwrap_or_default();
        let request = Request {
            method: pseudo(":method"),
            authority: pseudo(":authority"),
            target: pseudo(":path"),
            headers: &headers,
            peer: peer.as_peer(),
            nonce: &nonce,
        };
        let verdict = gate.judge(&request, UnixSeconds(now_ns / NS_PER_SECOND));
        if let Verdict::Respond(response) = &verdict
            && self.wait(host, stream, response, waited)
        {
            return false;
        }
        self.metrics.count(host, verdict.entry());
        self.metrics.count_reasons(host, verdict.entry());
        self.log(host, verdict.entry());
        match verdict {
            Verdict::Forward(forward) => match pass_on(host, &fields, &forward) {
                Ok(()) => {
                    if !forward.answer.is_empty() {
                        self.answers.insert(stream, forward.answer);
                    }
                    true
                }
                Err(Failed) => {
                    let failed = event("headers-not-set", &[("trace", &forward.entry.trace)]);
                    host.log(host::Level::Error, &failed);
                    refuse(host)
                }
            },
            Verdict::Respond(response) => {
                respond(host, &response);
                false
            }
        }
    }

    /// Changes the headers of the answer to a request that went on; returns whether it goes back.
    pub fn answer(&mut self, host: &impl Host, stream: u32) -> bool {
        let Some(changes) = self.answers.remove(&stream) else {
            return true;
        };
        let mut removed = changes.remove.iter();
        let mut added = changes.add.iter();
        let is_changed = removed.all(|name| host.remove_response_header(name).is_ok())
            && added.all(|(name, value)| host.add_response_header(name, value.as_bytes()).is_ok());
        if !is_changed {
            host.log(host::Level::Error, &event("answer-not-changed", &[]));
        }
        is_changed || refuse(host)
    }

    /// Forgets a request that has ended.
    pub fn forget(&mut self, stream: u32) {
        self.answers.remove(&stream);
    }

    fn log(&self, host: &impl Host, entry: &Entry) {
        let level = match entry.level {
            Level::Off => return,
            Level::Debug if !self.debugs => return,
            Level::Debug => host::Level::Debug,
            Level::Info => host::Level::Info,
            Level::Warn => host::Level::Warn,
            Level::Error => host::Level::Error,
        };
        if host.logs(level) {
            host.log(level, &entry.to_json());
        }
    }
}

impl Default for Root {
    fn default() -> Self {
        Self::new()
    }
}

/// Refuses a request that could not even be judged; it does not go on.
pub fn refuse(host: &impl Host) -> bool {
    let headers = [("content-type", PROBLEM_TYPE.as_bytes())];
    let body = UNAVAILABLE.body.as_bytes();
    // Where even this fails, the request stops here all the same.
    host.respond(UNAVAILABLE.status, "portcullis_trap", &headers, body)
        .ok();
    false
}

/// Ends the trailers of a request here, for some upstreams would take them for headers; returns
/// whether it goes on.
pub fn drop_trailers(host: &impl Host) -> bool {
    host.drop_request_trailers().is_ok() || refuse(host)
}

fn respond(host: &impl Host, response: &Response) {
    let headers: Vec<(&str, &[u8])> = response
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    let details = format!("portcullis_{}", response.entry.code.name());
    let body = response.body.as_bytes();
    let answered = host.respond(response.status, &details, &headers, body);
    if answered.is_err() {
        refuse(host);
    }
}

fn is_pseudo(name: &[u8]) -> bool {
    name.first() == Some(&b':')
}

/// Says whether another bundle than the one that is there, if there is any, would answer.
const fn lacks_bundle(code: Code) -> bool {
    matches!(
        code,
        Code::NoBundle | Code::BundleRejected | Code::BundleExpired
    )
}

/// The name of the bundle inside the configuration, as a source.
const INLINE: &str = "inline";
const NS_PER_SECOND: u64 = 1_000_000_000;

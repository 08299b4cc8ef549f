//! One configuration: its gate, and where its bundles come from.

use alloc::{format, vec::Vec};

use portcullis_gate::{
    AnswerChanges, Entry, Gate, GateConfig, Level, Offer, Request, Response, UnixSeconds, Verdict,
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
    source::{Fetched, Source},
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
            if self.offer(host, bytes.clone(), INLINE) {
                let etag = Vec::new();
                place.publish(host, &SharedBundle { etag, bytes });
            } else if let Some(last_good) = place.bundle(host) {
                self.offer(host, last_good.bytes, "the last good bundle");
            }
        }
        let mut sources = core::mem::take(&mut self.sources);
        for source in &mut sources {
            let mut first = source.first(host).into_iter();
            if let Some(first) =
                first.find(|own| self.offer(host, own.bytes.clone(), source.path()))
            {
                source.begin(host, first);
            }
        }
        self.sources = sources;
        self.heed_log_level(host);
        let poll_ms = self.sources.iter().map(Source::poll_ms).min();
        host.tick_every(poll_ms.unwrap_or(TICK_MS).min(TICK_MS));
        true
    }

    /// Takes what other workers fetched, and fetches when it is this one's turn.
    pub fn tick(&mut self, host: &impl Host) {
        self.heed_log_level(host);
        let mut sources = core::mem::take(&mut self.sources);
        for source in &mut sources {
            if let Some(bundle) = source.published(host)
                && self.offer(host, bundle.bytes, source.path())
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
    }

    fn take(&mut self, host: &impl Host, source: &mut Source, fetched: Fetched) {
        match fetched {
            Fetched::Bundle(bundle) => {
                if self.offer(host, bundle.bytes.clone(), source.path()) {
                    source.publish(host, &bundle);
                    source.accept(bundle.etag);
                }
            }
            Fetched::Unchanged => self.confirmed_ms = host.now_ms(),
            Fetched::Failed(why) => {
                self.metrics.event(host, "portcullis.bundle.fetch_failed");
                let line = event("fetch-failed", &[("source", source.path()), ("why", why)]);
                host.log(host::Level::Warn, &line);
            }
        }
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

    /// Offers a bundle to the gate; returns whether it answers now.
    fn offer(&mut self, host: &impl Host, bytes: Vec<u8>, source: &str) -> bool {
        let Some(gate) = &mut self.gate else {
            return false;
        };
        match gate.offer(bytes, host.now()) {
            Ok(offer) => {
                self.confirmed_ms = host.now_ms();
                if let Offer::Accepted(persisted) = offer {
                    shared::share_floor(host, &persisted);
                    self.metrics.event(host, "portcullis.bundle.accepted");
                    let line = lines::bundle_accepted(source, &persisted);
                    host.log(host::Level::Info, &line);
                }
                true
            }
            Err(rejection) => {
                let code = rejection.code();
                let metric = format!("portcullis.bundle.rejected.{code}");
                self.metrics.event(host, &metric);
                host.log(host::Level::Error, &lines::bundle_rejected(source, code));
                false
            }
        }
    }

    /// Judges the current request; returns whether it goes on now.
    ///
    /// One that does not was answered, or waits for keys until a later call lets it go on or
    /// answers it. `stream` tells it apart from the others that this worker has in flight.
    pub fn request(&mut self, host: &impl Host, stream: u32) -> bool {
        self.judge(host, stream, true)
    }

    /// Forgets a request that is gone.
    pub fn closed(&mut self, stream: u32) {
        self.keys.closed(stream);
    }

    /// Judges the requests again that need not wait any longer. The last that a call does, for
    /// what is asked after it means one of them.
    fn release(&mut self, host: &impl Host) {
        let Some(gate) = &self.gate else {
            return;
        };
        for stream in self.keys.released(host, gate) {
            if host.select(stream).is_ok() && self.judge(host, stream, false) {
                // Where even this fails, the request stops here.
                host.resume().ok();
            }
        }
    }

    fn judge(&mut self, host: &impl Host, stream: u32, may_wait: bool) -> bool {
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
            && let Some(issuer) = response.awaits_keys
            && may_wait
            && self.keys.wait(host, gate, stream, issuer)
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

/// The name of the bundle inside the configuration, as a source.
const INLINE: &str = "inline";
const TICK_MS: u32 = 200;
const NS_PER_SECOND: u64 = 1_000_000_000;

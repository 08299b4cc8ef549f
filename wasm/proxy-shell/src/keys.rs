//! The keys of issuers that are fetched.

use alloc::{format, string::String, vec::Vec};

use portcullis_gate::{
    Gate, GateConfig, KeyAddress, KeyAnswer, KeyFetch, KeyOutcome, UnixSeconds,
    limits::{KEY_FETCH_SECONDS, KEY_SET_BYTES_MAX},
};

use crate::{
    host::{self, Host},
    lines,
    metrics::Metrics,
    seal::Seal,
    shared::{Place, SharedBundle},
};

/// The keys of one configuration that are fetched.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    issuers: Vec<Issuer>,
    /// The configuration, by which workers know what they shared.
    seal: Vec<u8>,
}

/// What is known of one issuer's fetches.
#[derive(Debug)]
struct Issuer {
    at: usize,
    name: String,
    place: Place,
    /// Which published set was looked at.
    seen: Option<u32>,
    call: Option<u32>,
}

/// A set, as workers share it.
struct SharedKeys<'a> {
    fetched_at: UnixSeconds,
    fresh_seconds: Option<u64>,
    set: &'a [u8],
}

impl Keys {
    /// Reads which keys are fetched; `json` is the configuration.
    ///
    /// # Errors
    ///
    /// Returns why a proxy cannot fetch some.
    pub(crate) fn new(config: &GateConfig, json: &[u8]) -> Result<Self, String> {
        let mut issuers = Vec::new();
        for (at, name, address) in config.key_addresses() {
            let KeyAddress::Cluster {
                cluster,
                authority,
                path,
            } = address
            else {
                return Err(format!(
                    "a proxy fetches keys from a cluster; write {{\"cluster\": …, \"path\": …}} as \
                     the `source` of `{name}`"
                ));
            };
            // Another configuration has a turn of its own: it does not wait for this one's, whose
            // keys it would not believe.
            let own = Seal::new(json, name).place();
            let source = format!("keys/{own:016x}/{name}/{cluster}/{authority}{path}");
            issuers.push(Issuer {
                at,
                name: name.into(),
                place: Place::new(&config.trust().audience, &source),
                seen: None,
                call: None,
            });
        }
        let seal = if issuers.is_empty() { &[] } else { json };
        Ok(Self {
            issuers,
            seal: seal.into(),
        })
    }

    /// Takes what other workers fetched, and fetches what is due.
    pub(crate) fn tick(&mut self, host: &impl Host, gate: &mut Gate, metrics: &mut Metrics) {
        for issuer in &mut self.issuers {
            let Some(change) = issuer.place.change(host) else {
                continue;
            };
            if issuer.seen == Some(change) {
                continue;
            }
            issuer.seen = Some(change);
            let shared = issuer.place.bundle(host);
            let keys = shared
                .as_ref()
                .and_then(|shared| opened(Seal::new(&self.seal, &issuer.name), shared));
            // What is not sealed was never shared by a worker of this configuration.
            let Some(keys) = keys else {
                continue;
            };
            let taken = gate.take_keys(issuer.at, keys.set, keys.fetched_at, keys.fresh_seconds);
            if taken == Ok(true) {
                host.log(host::Level::Info, &lines::keys_taken(&issuer.name));
            }
        }
        self.fetch(host, gate, metrics);
    }

    fn fetch(&mut self, host: &impl Host, gate: &mut Gate, metrics: &mut Metrics) {
        while let Some(fetch) = gate.next_key_fetch(host.now()) {
            let mut issuers = self.issuers.iter_mut();
            let Some(issuer) = issuers.find(|own| own.at == fetch.issuer) else {
                continue;
            };
            if !issuer.call(host, &fetch) {
                let outcome = gate.answer_key_fetch(fetch.issuer, None, host.now());
                issuer.note(host, metrics, &outcome);
            }
        }
    }

    /// Takes the answer to a call, if it was one for keys; there is none where `body_bytes` is
    /// nothing. Returns whether it was.
    pub(crate) fn fetched(
        &mut self,
        host: &impl Host,
        gate: &mut Gate,
        metrics: &mut Metrics,
        call: u32,
        body_bytes: Option<usize>,
    ) -> bool {
        let mut issuers = self.issuers.iter_mut();
        let Some(issuer) = issuers.find(|own| own.call == Some(call)) else {
            return false;
        };
        issuer.call = None;
        let answer = body_bytes.and_then(|bytes| Some((host.call_headers()?, bytes)));
        // Of what is too long no more is copied than shows it.
        let most = KEY_SET_BYTES_MAX.saturating_add(1);
        let answer =
            answer.and_then(|(headers, bytes)| Some((headers, host.call_body(bytes.min(most))?)));
        let answer = answer.as_ref().map(|(headers, body)| KeyAnswer {
            status: status(headers.one(":status").unwrap_or_default()),
            cache_control: headers.one("cache-control").unwrap_or_default(),
            body,
        });
        let now = host.now();
        let outcome = gate.answer_key_fetch(issuer.at, answer.as_ref(), now);
        issuer.note(host, metrics, &outcome);
        if let (KeyOutcome::Taken { fresh_seconds, .. }, Some(answer)) = (&outcome, &answer) {
            let keys = SharedKeys {
                fetched_at: now,
                fresh_seconds: *fresh_seconds,
                set: answer.body,
            };
            issuer
                .place
                .publish(host, &sealed(Seal::new(&self.seal, &issuer.name), &keys));
            issuer.seen = issuer.place.change(host);
        }
        self.fetch(host, gate, metrics);
        true
    }
}

impl Issuer {
    /// Fetches if it is this worker's turn; returns whether somebody does.
    fn call(&mut self, host: &impl Host, fetch: &KeyFetch) -> bool {
        let KeyAddress::Cluster {
            cluster,
            authority,
            path,
        } = &fetch.address
        else {
            return false;
        };
        let now_ms = host.now_ms();
        let next_ms = now_ms.saturating_add(TURN_MS);
        if !fetch.continues && !self.place.take_turn(host, now_ms, next_ms) {
            // Another worker does, and shares what it gets.
            return true;
        }
        let headers: [(&str, &[u8]); 5] = [
            (":method", b"GET"),
            (":scheme", b"https"),
            (":authority", authority.as_bytes()),
            (":path", path.as_bytes()),
            ("accept", b"application/json"),
        ];
        self.call = host.call(cluster, &headers, TIMEOUT_MS);
        self.call.is_some()
    }

    fn note(&self, host: &impl Host, metrics: &mut Metrics, outcome: &KeyOutcome) {
        match outcome {
            KeyOutcome::More | KeyOutcome::Taken { is_new: false, .. } => {}
            KeyOutcome::Taken { is_new: true, .. } => {
                metrics.event(host, "portcullis.keys.taken");
                host.log(host::Level::Info, &lines::keys_taken(&self.name));
            }
            KeyOutcome::Failed(why) => {
                metrics.event(host, "portcullis.keys.fetch_failed");
                host.log(host::Level::Warn, &lines::keys_failed(&self.name, why));
            }
        }
    }
}

fn status(text: &[u8]) -> u16 {
    let text = core::str::from_utf8(text).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn sealed(seal: Seal<'_>, keys: &SharedKeys<'_>) -> SharedBundle {
    let mut head = keys.fetched_at.0.to_le_bytes().to_vec();
    head.extend_from_slice(&keys.fresh_seconds.unwrap_or(u64::MAX).to_le_bytes());
    let tag = seal.tag(&head, keys.set);
    head.extend_from_slice(&tag);
    SharedBundle {
        etag: head,
        bytes: keys.set.into(),
    }
}

fn opened<'a>(seal: Seal<'_>, shared: &'a SharedBundle) -> Option<SharedKeys<'a>> {
    let (head, stated) = shared.etag.split_at_checked(16)?;
    if !seal.holds(head, &shared.bytes, stated) {
        return None;
    }
    let (fetched_at, fresh) = head.split_at_checked(8)?;
    let number = |bytes: &[u8]| Some(u64::from_le_bytes(bytes.try_into().ok()?));
    Some(SharedKeys {
        fetched_at: UnixSeconds(number(fetched_at)?),
        fresh_seconds: number(fresh).filter(|fresh| *fresh != u64::MAX),
        set: &shared.bytes,
    })
}

const TIMEOUT_MS: u32 = 1_000 * KEY_FETCH_SECONDS as u32;
/// How long other workers leave an issuer to the one whose turn it is.
const TURN_MS: u64 = 2_000 * KEY_FETCH_SECONDS;

//! What outlives a request, as long as the runtime keeps the instance, and what becomes of one.

use alloc::{format, string::String, vec::Vec};

use portcullis_gate::{
    AnswerChanges, Gate, GateConfig, Level, Offer, Peer, Request, UnixSeconds, Verdict, event,
};

use portcullis_proxy_shell::lines;

use crate::{
    answer::Answer,
    fields::{Field, forwarded},
    file::{BundleFile, Mark},
    keys::{Fetch, Fetched, KeyFile, Keys, Save},
    settings::{Settings, Upstream},
};

/// The middleware of an instance. Where a method returns a text beside its result, that is a
/// line for the log.
#[derive(Debug)]
pub struct Middleware {
    ready: Option<Ready>,
}

/// A gate, and where its requests go on to.
#[derive(Debug)]
struct Ready {
    gate: Gate,
    keys: Keys,
    upstream: Upstream,
    bundle_file: Option<String>,
    known: Option<Mark>,
    /// The second in which the file was looked at.
    looked_at: UnixSeconds,
    /// How many looks were begun.
    looks: u64,
    /// Which look was the last to be taken; zero before the first.
    taken: u64,
}

/// A request as the runtime hands it over.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// Its method.
    pub method: &'a str,
    /// Its authority, if the runtime says; else it is what the field `host` says.
    pub authority: Option<String>,
    /// Its path and query.
    pub target: &'a str,
    /// Its header fields.
    pub fields: Vec<Field>,
}

/// When something happens: seconds since 1970, and nanoseconds.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    /// The seconds.
    pub seconds: UnixSeconds,
    /// The nanoseconds.
    pub nanoseconds: u32,
}

/// What came of judging a request.
#[derive(Debug)]
pub struct Judged {
    /// What is to be done with it.
    pub work: Work,
    /// A line for the log, once this is final.
    pub line: Option<String>,
    /// The issuer whose keys may be fetched before this is final: then the request is judged once
    /// more.
    pub awaits_keys: Option<usize>,
}

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Answer it.
    Answer(Answer),
    /// Pass it on with these header fields, and with another target if there is one; its method
    /// and its body stay as they are. The header fields of what comes back change as the last says.
    Forward(Vec<Field>, Option<String>, Upstream, AnswerChanges),
}

impl Middleware {
    /// Starts without a configuration.
    #[must_use]
    pub const fn new() -> Self {
        Self { ready: None }
    }

    /// Returns whether it has a configuration.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.ready.is_some()
    }

    /// Takes a configuration as it was read; a second one is too late.
    pub fn configure(&mut self, read: Result<Vec<u8>, String>, now: UnixSeconds) -> Option<String> {
        if self.is_configured() {
            return None;
        }
        match read.and_then(|json| Ready::new(&json, now)) {
            Ok((ready, line)) => {
                self.ready = Some(ready);
                line
            }
            Err(why) => Some(lines::configuration_refused(&why)),
        }
    }

    /// Returns the bundle's file if it is time to look at it: at most once a second, but with
    /// every request until it was looked at for the first time.
    pub fn due(&mut self, now: UnixSeconds) -> Option<BundleFile> {
        let ready = self.ready.as_mut()?;
        let path = ready.bundle_file.clone()?;
        if ready.looked_at == now {
            return None;
        }
        if ready.taken != 0 {
            ready.looked_at = now;
        }
        ready.looks = ready.looks.saturating_add(1);
        Some(BundleFile {
            path,
            known: ready.known,
            look: ready.looks,
            bytes_max: ready
                .gate
                .config()
                .trust()
                .bundle_bytes_max
                .saturating_add(1),
        })
    }

    /// Takes what was found where [`Self::due`] said: nothing if the file is as it was. What an
    /// earlier look found is too late once a later one was taken.
    pub fn take(
        &mut self,
        file: &BundleFile,
        found: Result<Option<(Mark, Vec<u8>)>, String>,
        now: UnixSeconds,
    ) -> Option<String> {
        let ready = self.ready.as_mut()?;
        if file.look < ready.taken {
            return None;
        }
        ready.taken = file.look;
        ready.looked_at = now;
        match found {
            Ok(None) => None,
            Ok(Some((mark, bytes))) => {
                let (good, line) = offer(&mut ready.gate, bytes, &file.path, now);
                // A bundle that is refused is read again, for time alone may make it good.
                ready.known = good.then_some(mark);
                line
            }
            Err(why) => {
                let members = [("source", &*file.path), ("why", &*why)];
                Some(event("bundle-unreadable", &members))
            }
        }
    }

    /// Judges a request.
    pub fn judge(&mut self, incoming: Incoming<'_>, time: Time) -> Judged {
        let Some(ready) = &mut self.ready else {
            return Judged::unavailable();
        };
        let headers: Vec<(&[u8], &[u8])> = incoming
            .fields
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_slice()))
            .collect();
        let authority = incoming.authority.as_ref();
        // That there is a second one is for the gate to find.
        let host = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(b"host"))
            .map_or(&b""[..], |(_, value)| value);
        let nonce = [time.seconds.0, time.nanoseconds.into()].map(u64::to_le_bytes);
        let verdict = ready.gate.judge(
            &Request {
                method: incoming.method.as_bytes(),
                authority: authority.map_or(host, String::as_bytes),
                target: incoming.target.as_bytes(),
                headers: &headers,
                // The interface does not say who is at the other end.
                peer: Peer::Unknown,
                nonce: nonce.as_flattened(),
            },
            time.seconds,
        );
        let entry = verdict.entry();
        let line = (entry.level >= READ_FROM).then(|| entry.to_json());
        let mut awaits_keys = None;
        let work = match verdict {
            Verdict::Forward(verdict) => {
                let fields = forwarded(incoming.fields, &verdict);
                Work::Forward(
                    fields,
                    verdict.target,
                    ready.upstream.clone(),
                    verdict.answer,
                )
            }
            Verdict::Respond(response) => {
                awaits_keys = response.awaits_keys;
                Work::Answer(Answer::of(response, incoming.method == "HEAD"))
            }
        };
        Judged {
            work,
            line,
            awaits_keys,
        }
    }

    /// Returns the files in which instances share the keys of issuers, to be read once.
    #[must_use]
    pub fn key_files(&self) -> Vec<KeyFile> {
        let ready = self.ready.as_ref();
        ready.map_or_else(Vec::new, |ready| ready.keys.files())
    }

    /// Returns the file of an issuer's keys.
    #[must_use]
    pub fn key_file(&self, issuer: usize) -> Option<KeyFile> {
        self.ready.as_ref()?.keys.file(issuer)
    }

    /// Returns the file of keys that are to be fetched now, to be read before: somebody else may
    /// have fetched them. Called until there is nothing more, each time with
    /// [`Self::recall_keys`] and [`Self::begin_fetch`].
    #[must_use]
    pub fn due_keys(&self, now: UnixSeconds) -> Option<KeyFile> {
        let ready = self.ready.as_ref()?;
        ready.keys.file(ready.gate.due_key_fetch(now)?)
    }

    /// Takes what was found in a file of keys; nothing where there is none.
    pub fn recall_keys(&mut self, file: &KeyFile, found: Option<&[u8]>) -> Option<String> {
        let ready = self.ready.as_mut()?;
        ready.keys.recall(&mut ready.gate, file.issuer, found)
    }

    /// Begins a fetch, if it is still due.
    pub fn begin_fetch(&mut self, file: &KeyFile, now: UnixSeconds) -> Option<Fetch> {
        let ready = self.ready.as_mut()?;
        ready.keys.begin(&mut ready.gate, file.issuer, now)
    }

    /// Takes what an origin answered, or nothing where it did not in time. Returns a line for the
    /// log, and the file to write, if this ended it.
    pub fn answer_fetch(
        &mut self,
        fetch: &Fetch,
        answer: Option<&Fetched>,
        now: UnixSeconds,
    ) -> (Option<String>, Option<Save>) {
        let Some(ready) = self.ready.as_mut() else {
            return (None, None);
        };
        ready.keys.answer(&mut ready.gate, fetch, answer, now)
    }

    /// Has an issuer's keys fetched for a token that waits, if that may begin.
    pub fn want_keys(&mut self, issuer: usize, now: UnixSeconds) {
        if let Some(ready) = &mut self.ready {
            ready.gate.want_keys(issuer, now);
        }
    }

    /// Returns whether an issuer's keys are being fetched, here or by another instance.
    #[must_use]
    pub fn fetches_keys(&self, issuer: usize, now: UnixSeconds) -> bool {
        let ready = self.ready.as_ref();
        ready.is_some_and(|ready| ready.gate.fetches_keys(issuer, now))
    }
}

impl Judged {
    /// Says that nothing can be decided.
    #[must_use]
    pub fn unavailable() -> Self {
        Self {
            work: Work::Answer(Answer::unavailable()),
            line: None,
            awaits_keys: None,
        }
    }
}

impl Default for Middleware {
    fn default() -> Self {
        Self::new()
    }
}

impl Ready {
    fn new(json: &[u8], now: UnixSeconds) -> Result<(Self, Option<String>), String> {
        let config = GateConfig::from_json(json).map_err(|invalid| format!("{invalid}"))?;
        let settings = Settings::read(config.shell())?;
        let bundle = config.bundle().map(Vec::from);
        let notices = [lines::shadow(&config), lines::keys_unused(&config)];
        let keys = Keys::new(&config, &settings, json)?;
        let mut gate = Gate::new(config);
        gate.read_entries_from(READ_FROM);
        let offered =
            bundle.and_then(|bundle| offer(&mut gate, bundle, "the configuration", now).1);
        let lines: Vec<String> = notices.into_iter().flatten().chain(offered).collect();
        let line = (!lines.is_empty()).then(|| lines.join("\n"));
        let ready = Self {
            gate,
            keys,
            upstream: settings.upstream,
            bundle_file: settings.bundle_file,
            known: None,
            looked_at: UnixSeconds(0),
            looks: 0,
            taken: 0,
        };
        Ok((ready, line))
    }
}

/// Returns whether the bundle is in use now, and what to say of it.
fn offer(
    gate: &mut Gate,
    bytes: Vec<u8>,
    source: &str,
    now: UnixSeconds,
) -> (bool, Option<String>) {
    match gate.offer(bytes, now) {
        Ok(Offer::Accepted(persisted)) => (true, Some(lines::bundle_accepted(source, &persisted))),
        Ok(Offer::Unchanged) => (true, None),
        Err(rejection) => (
            false,
            Some(lines::bundle_rejected(source, rejection.code())),
        ),
    }
}

/// From which level on entries are logged; there is nobody to ask.
const READ_FROM: Level = Level::Info;

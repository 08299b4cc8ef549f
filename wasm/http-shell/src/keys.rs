//! The keys of issuers that are fetched, and the files in which instances share them: an instance
//! may have one request alone, and then ends.

use alloc::{format, string::String, vec::Vec};

use portcullis_gate::{
    BegunFetch, Gate, GateConfig, KeyAddress, KeyAnswer, KeyFetch, KeyOutcome, UnixSeconds,
    limits::KEY_SET_BYTES_MAX,
};
use portcullis_proxy_shell::{Seal, lines};

use crate::settings::{Scheme, Settings, Upstream};

/// The keys of a configuration that are fetched.
#[derive(Debug)]
pub(crate) struct Keys {
    /// The configuration, by which instances know what they shared.
    configuration: Vec<u8>,
    issuers: Vec<Issuer>,
}

/// What is known of one issuer's keys.
#[derive(Debug)]
struct Issuer {
    at: usize,
    name: String,
    file: String,
    /// Where its cluster is; nothing where its keys have a URL.
    cluster: Option<Upstream>,
    /// The set that was taken last, as it is kept.
    set: Vec<u8>,
    fetched_at: UnixSeconds,
    fresh_seconds: Option<u64>,
}

/// The file in which instances share what they know of an issuer's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    /// Its path as the guest sees it.
    pub path: String,
    pub(crate) issuer: usize,
}

/// A file to write, whole: in the place of the one before, all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Its path as the guest sees it.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Something to fetch, in at most [`KEY_FETCH_SECONDS`](crate::KEY_FETCH_SECONDS) and without following a redirect: at most
/// [`ANSWER_BYTES_MAX`] of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// Where it is.
    pub origin: Upstream,
    /// Its path, with a query where there is one.
    pub path: String,
    /// What others are to know before it begins.
    pub save: Option<Save>,
    pub(crate) issuer: usize,
}

/// What an origin answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The status code.
    pub status: u16,
    /// The values of `cache-control`, joined by commas.
    pub cache_control: Vec<u8>,
    /// The body, or so much of it.
    pub body: Vec<u8>,
}

impl Keys {
    /// Reads which keys are fetched, and where.
    ///
    /// # Errors
    ///
    /// Returns why some cannot be, and what to write.
    pub(crate) fn new(
        config: &GateConfig,
        settings: &Settings,
        json: &[u8],
    ) -> Result<Self, String> {
        let mut issuers = Vec::new();
        for (at, name, address) in config.key_addresses() {
            let Some(folder) = &settings.keys_folder else {
                return Err(format!(
                    "the keys of `{name}` are fetched, and instances do not live on: write \
                     `shell.keys_folder`, a folder in a directory that the runtime opened for \
                     writing, or write the keys themselves into the configuration"
                ));
            };
            let cluster = match address {
                KeyAddress::Url(_) => None,
                KeyAddress::Cluster { cluster, .. } => {
                    let origin = settings.clusters.get(cluster).ok_or_else(|| {
                        format!(
                            "nothing says where the cluster `{cluster}` of `{name}` is; write \
                             \"clusters\": {{\"{cluster}\": \"https://id.example.com\"}} into `shell`"
                        )
                    })?;
                    Some(origin.clone())
                }
            };
            let place = Seal::new(json, name).place();
            issuers.push(Issuer {
                at,
                name: name.into(),
                file: format!("{}/{place:016x}.keys", folder.trim_end_matches('/')),
                cluster,
                set: Vec::new(),
                fetched_at: UnixSeconds(0),
                fresh_seconds: None,
            });
        }
        let configuration = if issuers.is_empty() { &[] } else { json };
        Ok(Self {
            configuration: configuration.into(),
            issuers,
        })
    }

    /// Returns the file of each issuer.
    pub(crate) fn files(&self) -> Vec<KeyFile> {
        self.issuers.iter().map(Issuer::file).collect()
    }

    /// Returns the file of an issuer.
    pub(crate) fn file(&self, at: usize) -> Option<KeyFile> {
        let own = self.issuers.iter().find(|own| own.at == at);
        own.map(Issuer::file)
    }

    /// Takes what other instances know, as it was found in a file; what no instance of this
    /// configuration wrote is as if it were not there.
    pub(crate) fn recall(
        &mut self,
        gate: &mut Gate,
        at: usize,
        found: Option<&[u8]>,
    ) -> Option<String> {
        let mut issuers = self.issuers.iter_mut();
        let own = issuers.find(|own| own.at == at)?;
        let seal = Seal::new(&self.configuration, &own.name);
        let kept = Kept::open(seal, found?)?;
        let mut line = None;
        if kept.fetched_at > own.fetched_at {
            let taken = gate.take_keys(at, kept.set, kept.fetched_at, kept.fresh_seconds);
            if let Ok(is_new) = taken {
                own.keep(kept.set, kept.fetched_at, kept.fresh_seconds);
                line = is_new.then(|| lines::keys_taken(&own.name));
            }
        }
        if kept.begun.at >= own.fetched_at {
            gate.note_key_fetch(at, kept.begun);
        }
        line
    }

    /// Begins the fetch of an issuer's keys, if it is due.
    pub(crate) fn begin(&self, gate: &mut Gate, at: usize, now: UnixSeconds) -> Option<Fetch> {
        if gate.due_key_fetch(now) != Some(at) {
            return None;
        }
        let fetch = gate.next_key_fetch(now)?;
        let own = self.issuers.iter().find(|own| own.at == fetch.issuer)?;
        own.fetch(&fetch, self.save(gate, own))
    }

    /// Takes what an origin answered, or nothing where it did not in time. Returns a line for the
    /// log, and what others are to know.
    pub(crate) fn answer(
        &mut self,
        gate: &mut Gate,
        fetch: &Fetch,
        answer: Option<&Fetched>,
        now: UnixSeconds,
    ) -> (Option<String>, Option<Save>) {
        let answer = answer.map(|answer| KeyAnswer {
            status: answer.status,
            cache_control: &answer.cache_control,
            body: &answer.body,
        });
        let outcome = gate.answer_key_fetch(fetch.issuer, answer.as_ref(), now);
        let mut issuers = self.issuers.iter_mut();
        let Some(own) = issuers.find(|own| own.at == fetch.issuer) else {
            return (None, None);
        };
        let line = match outcome {
            KeyOutcome::More => return (None, None),
            KeyOutcome::Taken {
                is_new,
                fresh_seconds,
            } => {
                let set = answer.map_or(&[][..], |answer| answer.body);
                own.keep(set, now, fresh_seconds);
                is_new.then(|| lines::keys_taken(&own.name))
            }
            KeyOutcome::Failed(why) => Some(lines::keys_failed(&own.name, &why)),
        };
        let own = self.issuers.iter().find(|own| own.at == fetch.issuer);
        (line, own.and_then(|own| self.save(gate, own)))
    }

    fn save(&self, gate: &Gate, own: &Issuer) -> Option<Save> {
        let kept = Kept {
            fetched_at: own.fetched_at,
            fresh_seconds: own.fresh_seconds,
            begun: gate.begun_key_fetch(own.at)?,
            set: &own.set,
        };
        Some(Save {
            path: own.file.clone(),
            bytes: kept.seal(Seal::new(&self.configuration, &own.name)),
        })
    }
}

impl Issuer {
    fn file(&self) -> KeyFile {
        KeyFile {
            path: self.file.clone(),
            issuer: self.at,
        }
    }

    fn keep(&mut self, set: &[u8], fetched_at: UnixSeconds, fresh_seconds: Option<u64>) {
        self.set = set.into();
        self.fetched_at = fetched_at;
        self.fresh_seconds = fresh_seconds;
    }

    fn fetch(&self, fetch: &KeyFetch, save: Option<Save>) -> Option<Fetch> {
        let (origin, path) = match &fetch.address {
            KeyAddress::Url(_) => {
                let (host, path) = fetch.address.url_parts()?;
                let origin = Upstream {
                    scheme: Scheme::Https,
                    authority: host.into(),
                };
                (origin, path)
            }
            KeyAddress::Cluster { path, .. } => (self.cluster.clone()?, path.as_str()),
        };
        Some(Fetch {
            origin,
            path: path.into(),
            save,
            issuer: self.at,
        })
    }
}

/// What instances share about an issuer's keys.
#[derive(Debug)]
struct Kept<'a> {
    /// Zero before there was a set.
    fetched_at: UnixSeconds,
    fresh_seconds: Option<u64>,
    begun: BegunFetch,
    set: &'a [u8],
}

impl<'a> Kept<'a> {
    fn seal(&self, seal: Seal<'_>) -> Vec<u8> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let flight = u64::from(self.begun.failures) << 1 | u64::from(self.begun.is_flying);
        for number in [
            self.fetched_at.0,
            self.fresh_seconds.unwrap_or(u64::MAX),
            self.begun.at.0,
            flight,
        ] {
            head.extend_from_slice(&number.to_le_bytes());
        }
        let mut bytes = seal.tag(&head, self.set);
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(self.set);
        bytes
    }

    fn open(seal: Seal<'_>, bytes: &'a [u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_at_checked(TAG_BYTES)?;
        let (head, set) = rest.split_at_checked(HEAD_BYTES)?;
        if !seal.holds(head, set, tag) {
            return None;
        }
        let (numbers, _) = head.as_chunks::<8>();
        let [fetched_at, fresh, begun_at, flight] = numbers else {
            return None;
        };
        let number = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        Some(Self {
            fetched_at: UnixSeconds(number(fetched_at)),
            fresh_seconds: Some(number(fresh)).filter(|fresh| *fresh != u64::MAX),
            begun: BegunFetch {
                at: UnixSeconds(number(begun_at)),
                is_flying: number(flight) & 1 == 1,
                failures: u32::try_from(number(flight) >> 1).unwrap_or(u32::MAX),
            },
            set,
        })
    }
}

const TAG_BYTES: usize = 32;
const HEAD_BYTES: usize = 32;

/// How much of an answer is read: one byte more than it may have, so that the gate says what is
/// wrong with a longer one.
pub const ANSWER_BYTES_MAX: usize = KEY_SET_BYTES_MAX.saturating_add(1);
/// How much of a file of keys is read.
pub const KEY_FILE_BYTES_MAX: usize =
    ANSWER_BYTES_MAX.saturating_add(TAG_BYTES.saturating_add(HEAD_BYTES));

//! What the workers of a proxy share.
//!
//! Others may write there too: in Envoy, every plugin of the same `vm_id`. So nothing read here
//! is believed: a bundle is verified by each worker, a floor can only ask for more, and keys are
//! sealed with the configuration, which only those who may name keys know.

use alloc::{format, string::String, vec::Vec};

use portcullis_gate::{Floor, GateConfig, Persisted, TenantKey};

use crate::host::Host;

/// The last good bundle of a source, and the entity tag that its origin gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SharedBundle {
    pub(crate) etag: Vec<u8>,
    pub(crate) bytes: Vec<u8>,
}

/// The names under which a source's things are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    bundle: String,
    change: String,
    turn: String,
}

impl Place {
    /// Names a source of an audience.
    pub(crate) fn new(audience: &str, source: &str) -> Self {
        let name = |what: &str| format!("portcullis/1/{what}/{audience}/{source}");
        Self {
            bundle: name("bundle"),
            change: name("change"),
            turn: name("turn"),
        }
    }

    fn of_trust(audience: &str, trust: u64, source: &str) -> Self {
        Self::new(audience, &format!("{trust:016x}/{source}"))
    }

    /// Shares a bundle that was accepted.
    pub(crate) fn publish(&self, host: &impl Host, bundle: &SharedBundle) {
        // Without its entity tag a bundle is only fetched once more than needed.
        let fits = |etag: &&Vec<u8>| etag.len() <= ETAG_BYTES_MAX;
        let etag = Some(&bundle.etag)
            .filter(fits)
            .map_or(&[][..], Vec::as_slice);
        let mut value = Vec::with_capacity(bundle.bytes.len().saturating_add(etag.len() + 2));
        value.extend_from_slice(&u16::try_from(etag.len()).unwrap_or(0).to_le_bytes());
        value.extend_from_slice(etag);
        value.extend_from_slice(&bundle.bytes);
        // The bundle first: who sees the change must find it.
        if host.share(&self.bundle, &value, ALWAYS).is_ok() {
            let now = host.now_ms().to_le_bytes();
            // Should it fail, the others fetch the bundle themselves at their turn.
            host.share(&self.change, &now, ALWAYS).ok();
        }
    }

    /// Returns what tells one published bundle from the next, or nothing if there is none.
    pub(crate) fn change(&self, host: &impl Host) -> Option<u32> {
        host.shared(&self.change).map(|(_, token)| token)
    }

    /// Returns the bundle published last.
    pub(crate) fn bundle(&self, host: &impl Host) -> Option<SharedBundle> {
        let (value, _) = host.shared(&self.bundle)?;
        let (size, rest) = value.split_first_chunk::<2>()?;
        let (etag, bytes) = rest.split_at_checked(usize::from(u16::from_le_bytes(*size)))?;
        Some(SharedBundle {
            etag: etag.into(),
            bytes: bytes.into(),
        })
    }

    /// Takes the turn to fetch, if it is time for one and no other worker took it.
    pub(crate) fn take_turn(&self, host: &impl Host, now_ms: u64, next_ms: u64) -> bool {
        let (due_ms, token) = match host.shared(&self.turn) {
            Some((due, token)) => (due.try_into().map_or(0, u64::from_le_bytes), token),
            None => (0, ALWAYS),
        };
        // A turn far away was not taken by this clock.
        let is_due = now_ms >= due_ms || due_ms.saturating_sub(now_ms) > TURN_MS_MAX;
        is_due
            && host
                .share(&self.turn, &next_ms.to_le_bytes(), token)
                .is_ok()
    }

    /// Puts off the next turn, or brings it nearer.
    pub(crate) fn set_turn(&self, host: &impl Host, next_ms: u64) {
        // Should it fail, the turn stays where it was taken.
        host.share(&self.turn, &next_ms.to_le_bytes(), ALWAYS).ok();
    }
}

/// Where the workers of one trust share a source, and whichever trust took a bundle from it last.
///
/// Another trust has a turn of its own: a configuration that drains, and refuses what the new one
/// waits for, would else win turns until it is gone. What was taken last is for every trust to
/// try, so that a new configuration answers at once with a bundle that it believes too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrustedPlace {
    pub(crate) place: Place,
    trust: u64,
    last: String,
    audience: String,
    source: String,
}

impl TrustedPlace {
    /// Names a source of whoever trusts as a configuration does.
    pub(crate) fn new(config: &GateConfig, source: &str) -> Self {
        let trust = config.trust();
        let digest = trust.digest().first_chunk().copied();
        let digest = digest.map_or(0, u64::from_le_bytes);
        // Who takes one tenant's bundles alone has no use for those of another.
        let source = format!("{}/{source}", config.tenant().unwrap_or_default());
        Self {
            place: Place::of_trust(&trust.audience, digest, &source),
            trust: digest,
            last: format!("portcullis/1/last/{}/{source}", trust.audience),
            audience: trust.audience.clone(),
            source,
        }
    }

    /// Shares a bundle that was accepted, and says that this trust took it.
    pub(crate) fn publish(&self, host: &impl Host, bundle: &SharedBundle) {
        self.place.publish(host, bundle);
        // Should it fail, a new trust fetches before it answers.
        host.share(&self.last, &self.trust.to_le_bytes(), ALWAYS)
            .ok();
    }

    /// Returns the bundle that was taken last, if by another trust.
    pub(crate) fn last(&self, host: &impl Host) -> Option<SharedBundle> {
        let (trust, _) = host.shared(&self.last)?;
        let trust = u64::from_le_bytes(trust.try_into().ok()?);
        if trust == self.trust {
            return None;
        }
        Place::of_trust(&self.audience, trust, &self.source).bundle(host)
    }
}

/// Shares a floor, unless a higher one is shared.
pub(crate) fn share_floor(host: &impl Host, persisted: &Persisted) {
    let key = floors_key(&persisted.key.audience);
    for _ in 0..ATTEMPTS_MAX {
        let (value, token) = host.shared(&key).unwrap_or_default();
        let mut floors = read_floors(&persisted.key.audience, &value);
        match floors.iter_mut().find(|own| own.key == persisted.key) {
            Some(own) if own.floor.sequence >= persisted.floor.sequence => return,
            Some(own) => own.floor = persisted.floor,
            None => floors.push(persisted.clone()),
        }
        if host.share(&key, &write_floors(&floors), token).is_ok() {
            return;
        }
    }
}

/// Returns every floor shared for an audience.
pub(crate) fn floors(host: &impl Host, audience: &str) -> Vec<Persisted> {
    let value = host.shared(&floors_key(audience));
    value.map_or_else(Vec::new, |(value, _)| read_floors(audience, &value))
}

fn floors_key(audience: &str) -> String {
    format!("portcullis/1/floors/{audience}")
}

fn read_floors(audience: &str, mut value: &[u8]) -> Vec<Persisted> {
    let mut floors = Vec::new();
    while let Some((sequence, rest)) = value.split_first_chunk() {
        let Some((digest, rest)) = rest.split_first_chunk::<32>() else {
            break;
        };
        let Some((size, rest)) = rest.split_first_chunk() else {
            break;
        };
        let Some((tenant, rest)) = rest.split_at_checked(usize::from(u16::from_le_bytes(*size)))
        else {
            break;
        };
        value = rest;
        let Ok(tenant) = core::str::from_utf8(tenant) else {
            break;
        };
        floors.push(Persisted {
            key: TenantKey::new(audience, tenant),
            floor: Floor {
                sequence: u64::from_le_bytes(*sequence),
                digest: Some(*digest),
            },
        });
    }
    floors
}

fn write_floors(floors: &[Persisted]) -> Vec<u8> {
    let mut value = Vec::new();
    for own in floors {
        // Without a digest there is nothing to hold a bundle of the same sequence against.
        let (Some(digest), Ok(size)) = (own.floor.digest, u16::try_from(own.key.tenant.len()))
        else {
            continue;
        };
        value.extend_from_slice(&own.floor.sequence.to_le_bytes());
        value.extend_from_slice(&digest);
        value.extend_from_slice(&size.to_le_bytes());
        value.extend_from_slice(own.key.tenant.as_bytes());
    }
    value
}

/// The token that replaces whatever is there.
const ALWAYS: u32 = 0;
const ETAG_BYTES_MAX: usize = 512;
const ATTEMPTS_MAX: usize = 8;
const TURN_MS_MAX: u64 = 24 * 3_600 * 1_000;

//! Keeps the last good policy of each tenant, and those that sessions are pinned to.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

use crate::{
    bundle::Bundle,
    ids::UnixSeconds,
    policy::Policy,
    rejection::RejectedBundle,
    signed_bundle::SignedBundle,
    trust::{Floor, Trust},
};

/// Holds policies by (audience, tenant), without a clock, a disk or a network.
///
/// The shell fetches bytes, offers them, and persists what [`Offer::Accepted`] says.
/// A bundle that fails leaves the last good one in place.
#[derive(Debug)]
pub struct Keeper {
    trust: Trust,
    limits: KeeperLimits,
    tenants: BTreeMap<TenantKey, Kept>,
}

/// How much a keeper keeps, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeeperLimits {
    /// Most versions of one tenant's policy, the newest included.
    pub versions_max: usize,
    /// How long a superseded version still answers sessions pinned to it, in seconds.
    pub pinned_seconds_max: u64,
    /// How long before its expiry a bundle counts as stale, in seconds.
    pub stale_seconds: u64,
    /// How often the shell should poll, in seconds.
    pub poll_seconds: u64,
}

impl Default for KeeperLimits {
    fn default() -> Self {
        Self {
            versions_max: 8,
            pinned_seconds_max: 24 * 3_600,
            stale_seconds: 3_600,
            poll_seconds: 30,
        }
    }
}

/// Whose policy it is, for which deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TenantKey {
    /// The deployment.
    pub audience: String,
    /// The customer.
    pub tenant: String,
}

/// What became of an offered bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// It answers from now on; the shell should persist this before it acts on it.
    Accepted(Persisted),
    /// It was the newest already.
    Unchanged,
}

/// What protects from rollback across a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persisted {
    /// Whose floor it is.
    pub key: TenantKey,
    /// The newest sequence accepted and its payload's digest; of a slice, that of the
    /// whole bundle, so that another may be cut under the same sequence.
    pub floor: Floor,
}

/// The state of a tenant's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperStatus {
    /// Whose it is.
    pub key: TenantKey,
    /// The newest sequence.
    pub sequence: u64,
    /// Its payload's digest.
    pub digest: [u8; 32],
    /// First second at which it answers.
    pub not_before: UnixSeconds,
    /// First second at which it no longer answers.
    pub expires_at: UnixSeconds,
    /// Whether it answers at this time.
    pub ready: bool,
    /// Whether it expires so soon that a successor should have come.
    pub stale: bool,
    /// Every retained sequence, the newest first.
    pub versions: Vec<u64>,
    /// Why the last offer was refused, if it was.
    pub last_rejection: Option<RejectedBundle>,
    /// When the shell should poll next.
    pub poll_at: UnixSeconds,
}

#[derive(Debug)]
struct Kept {
    floor: Floor,
    /// INVARIANT (newest first): by descending sequence, never empty.
    versions: Vec<Version>,
    last_rejection: Option<RejectedBundle>,
}

#[derive(Debug)]
struct Version {
    policy: Policy,
    superseded_at: Option<UnixSeconds>,
}

impl Keeper {
    /// Starts with nothing kept; `trust` says what may be.
    ///
    /// Floors that were persisted before go in with [`Keeper::restore`].
    #[must_use]
    pub const fn new(trust: Trust, limits: KeeperLimits) -> Self {
        Self {
            trust,
            limits,
            tenants: BTreeMap::new(),
        }
    }

    /// Recalls a floor from before a restart; a lower one never replaces a higher.
    pub fn restore(&mut self, persisted: Persisted) {
        let fresh = || Kept {
            floor: persisted.floor,
            versions: Vec::new(),
            last_rejection: None,
        };
        let kept = self.tenants.entry(persisted.key).or_insert_with(fresh);
        if kept.floor.sequence < persisted.floor.sequence {
            kept.floor = persisted.floor;
        }
    }

    /// Takes a bundle if it is trusted and not older than what is kept for its tenant.
    ///
    /// # Errors
    ///
    /// Returns why it was refused; what was kept still answers.
    pub fn offer(&mut self, bytes: Vec<u8>, now: UnixSeconds) -> Result<Offer, RejectedBundle> {
        self.offer_checked(bytes, now, |_| Ok(()))
    }

    /// As [`Keeper::offer`], if what is verified also passes a check of the caller's, such
    /// as of the section that the engine does not read.
    ///
    /// # Errors
    ///
    /// As [`Keeper::offer`], and what the check returns.
    pub fn offer_checked<E: From<RejectedBundle>>(
        &mut self,
        bytes: Vec<u8>,
        now: UnixSeconds,
        check: impl FnOnce(&Policy) -> Result<(), E>,
    ) -> Result<Offer, E> {
        let bundle = match SignedBundle::new(bytes).verify(&self.trust, now) {
            Ok(bundle) => bundle,
            Err(rejection) => {
                self.note(rejection);
                return Err(rejection.into());
            }
        };
        let policy = Policy::from(bundle);
        check(&policy)?;
        Ok(self.take(policy, now)?)
    }

    fn take(&mut self, policy: Policy, now: UnixSeconds) -> Result<Offer, RejectedBundle> {
        let bundle = policy.bundle();
        let header = bundle.header();
        let key = TenantKey {
            audience: header.audience.clone(),
            tenant: header.tenant.clone(),
        };
        let floor = Floor {
            sequence: header.sequence,
            digest: Some(bundle.origin_digest()),
        };
        if let Some(kept) = self.tenants.get_mut(&key) {
            let refused = if floor.sequence < kept.floor.sequence {
                Some(RejectedBundle::RolledBack)
            } else if floor.sequence == kept.floor.sequence && floor.digest != kept.floor.digest {
                Some(RejectedBundle::Equivocation)
            } else {
                None
            };
            if let Some(rejection) = refused {
                kept.last_rejection = Some(rejection);
                return Err(rejection);
            }
            kept.last_rejection = None;
            if let Some(newest) = kept.versions.first_mut().filter(|_| floor == kept.floor) {
                if !renews(bundle, newest.policy.bundle()) {
                    return Ok(Offer::Unchanged);
                }
                // Another slice of the same version: nothing is superseded.
                newest.policy = policy;
                return Ok(Offer::Accepted(Persisted { key, floor }));
            }
        }
        let fresh = Kept {
            floor,
            versions: Vec::new(),
            last_rejection: None,
        };
        let kept = self.tenants.entry(key.clone()).or_insert(fresh);
        kept.floor = floor;
        if let Some(newest) = kept.versions.first_mut() {
            newest.superseded_at = Some(now);
        }
        kept.versions.insert(
            0,
            Version {
                policy,
                superseded_at: None,
            },
        );
        kept.prune(self.limits, now);
        Ok(Offer::Accepted(Persisted { key, floor }))
    }

    /// Returns the policy that answers a subject of the tenant at `now`.
    ///
    /// `version` is the policy version of a *verified token*, if it carried one: it is
    /// followed only where the tenant's role changes wait for the next session, the
    /// version is retained, unexpired, not below the newest header's floor for pins,
    /// and not superseded for too long. Features that the newest has off are off. It answers as at
    /// `now`: ask again for another time.
    #[must_use]
    pub fn policy_for(
        &self,
        key: &TenantKey,
        version: Option<u64>,
        now: UnixSeconds,
    ) -> Option<Policy> {
        let kept = self.tenants.get(key)?;
        let newest = &kept.versions.first()?.policy;
        // It held when it was taken: before that the clock has gone back, and whatever ends, a
        // token too, would seem to hold again.
        if now < newest.header().not_before || now >= newest.expires_at() {
            return None;
        }
        let pinned = version
            .filter(|_| newest.changes_at_next_session())
            .and_then(|version| {
                kept.versions
                    .iter()
                    .find(|own| own.policy.header().sequence == version)
            });
        match pinned {
            Some(own) if self.still_answers(own, newest, now) => {
                let (own, newest) = (own.policy.at(now), newest.at(now));
                let on: Vec<&str> = own.enabled_features().collect();
                let newest: Vec<&str> = newest.enabled_features().collect();
                let both: Vec<&str> = on
                    .iter()
                    .copied()
                    .filter(|name| newest.contains(name))
                    .collect();
                // Features turned off apply at once; roles wait.
                Some(if both.len() == on.len() {
                    own.into_owned()
                } else {
                    own.with_features(&both)
                })
            }
            _ => Some(newest.at(now).into_owned()),
        }
    }

    /// Returns the state of the tenant's policy, or nothing if none was ever accepted.
    #[must_use]
    pub fn status(&self, key: &TenantKey, now: UnixSeconds) -> Option<KeeperStatus> {
        let kept = self.tenants.get(key)?;
        let newest = &kept.versions.first()?.policy;
        let expires_at = newest.expires_at();
        let left = expires_at.0.saturating_sub(now.0);
        Some(KeeperStatus {
            key: key.clone(),
            sequence: newest.header().sequence,
            digest: newest.bundle().digest(),
            not_before: newest.header().not_before,
            expires_at,
            ready: newest.header().not_before <= now && now < expires_at,
            stale: left <= self.limits.stale_seconds,
            versions: kept
                .versions
                .iter()
                .map(|own| own.policy.header().sequence)
                .collect(),
            last_rejection: kept.last_rejection,
            poll_at: UnixSeconds(
                now.0
                    .saturating_add(self.limits.poll_seconds.min(left.max(1))),
            ),
        })
    }

    fn still_answers(&self, own: &Version, newest: &Policy, now: UnixSeconds) -> bool {
        let superseded = own.superseded_at.map_or(0, |at| now.0.saturating_sub(at.0));
        let is_newest = own.superseded_at.is_none();
        now < own.policy.expires_at()
            && own.policy.header().sequence >= newest.header().pin_floor
            && (is_newest || superseded < self.limits.pinned_seconds_max)
    }

    fn note(&mut self, rejection: RejectedBundle) {
        // Nothing in a rejected bundle is trusted, not even its tenant: every tenant notes it.
        for kept in self.tenants.values_mut() {
            kept.last_rejection = Some(rejection);
        }
    }
}

/// Says whether a bundle takes the place of another of the same sequence and origin: a
/// slice that was cut later, or the whole in the place of its slice.
fn renews(offered: &Bundle, kept: &Bundle) -> bool {
    let (new, old) = (offered.header(), kept.header());
    match (new.slice_of, old.slice_of) {
        (None, old) => old.is_some(),
        (Some(_), None) => false,
        (Some(_), Some(_)) => new.issued_at >= old.issued_at && offered.digest() != kept.digest(),
    }
}

impl Kept {
    fn prune(&mut self, limits: KeeperLimits, now: UnixSeconds) {
        let pin_floor = self
            .versions
            .first()
            .map_or(0, |newest| newest.policy.header().pin_floor);
        let mut first = true;
        self.versions.retain(|own| {
            let recent = own
                .superseded_at
                .is_none_or(|at| now.0.saturating_sub(at.0) < limits.pinned_seconds_max);
            let pinned = own.policy.header().sequence >= pin_floor;
            core::mem::take(&mut first) || (recent && pinned && now < own.policy.expires_at())
        });
        self.versions.truncate(limits.versions_max.max(1));
    }
}

impl TenantKey {
    /// Names a tenant of an audience.
    #[must_use]
    pub fn new(audience: &str, tenant: &str) -> Self {
        Self {
            audience: audience.to_owned(),
            tenant: tenant.to_owned(),
        }
    }
}

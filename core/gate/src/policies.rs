//! The policies that answer, each tenant's newest with its routes.

use alloc::{string::String, sync::Arc, vec::Vec};

use portcullis_engine::{Keeper, KeeperStatus, Offer, Persisted, Policy, TenantKey, UnixSeconds};

use crate::{
    code::Code,
    config::GateConfig,
    path::CanonicalPath,
    rejection::GateRejection,
    routes::{Access, Route, RouteMatch, Routes},
};

/// The policies that answer, each tenant's newest with its routes.
#[derive(Debug)]
pub(crate) struct Policies {
    keeper: Keeper,
    audience: String,
    /// By tenant, all of one audience.
    /// INVARIANT (sorted): ascending, each once.
    routes: Vec<(TenantKey, Section)>,
    /// Every different set of routes: tenants of one catalog share theirs.
    distinct: Vec<Arc<Routes>>,
    last_rejection: Option<GateRejection>,
}

#[derive(Debug)]
struct Section {
    bytes: Vec<u8>,
    routes: Arc<Routes>,
}

/// The route that a request takes, as far as it is settled whose policy answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Matched<'r> {
    /// No policy has one.
    None,
    /// Every policy has this one.
    One(RouteMatch<'r>),
    /// It depends on the tenant.
    Various,
}

impl Policies {
    pub(crate) fn new(config: &GateConfig) -> Self {
        Self {
            keeper: Keeper::new(config.trust().clone(), config.keeping()),
            audience: config.trust().audience.clone(),
            routes: Vec::new(),
            distinct: Vec::new(),
            last_rejection: None,
        }
    }

    pub(crate) fn restore(&mut self, persisted: Persisted) {
        self.keeper.restore(persisted);
    }

    /// Takes a bundle whose routes hold together with its policy.
    pub(crate) fn offer(
        &mut self,
        bytes: Vec<u8>,
        config: &GateConfig,
        now: UnixSeconds,
    ) -> Result<Offer, GateRejection> {
        let outcome = self.consider(bytes, config, now);
        self.last_rejection = outcome.as_ref().err().copied();
        outcome
    }

    fn consider(
        &mut self,
        bytes: Vec<u8>,
        config: &GateConfig,
        now: UnixSeconds,
    ) -> Result<Offer, GateRejection> {
        let (sections, mut taken) = (&self.routes, None);
        let offer = self.keeper.offer_checked(bytes, now, |policy| {
            let tenant = policy.header().tenant.clone();
            if config.tenant().is_some_and(|own| own != tenant) {
                return Err(GateRejection::WrongTenant);
            }
            let section = policy.bundle().routes().to_vec();
            let mut known = sections.iter().map(|(_, known)| known);
            let routes = match known.find(|known| known.bytes == section) {
                Some(known) => Arc::clone(&known.routes),
                None => Arc::new(Routes::decode(&section).map_err(|_| GateRejection::Routes)?),
            };
            check(&routes, policy)?;
            let bytes = section;
            taken = Some((tenant, Section { bytes, routes }));
            Ok(())
        })?;
        let Some((tenant, section)) = taken else {
            return Ok(offer);
        };
        match self.place(&tenant) {
            Ok(at) => {
                if let Some((_, known)) = self.routes.get_mut(at) {
                    *known = section;
                }
            }
            Err(at) => {
                let key = TenantKey::new(&self.audience, &tenant);
                self.routes.insert(at, (key, section));
            }
        }
        self.distinct.clear();
        for (_, section) in &self.routes {
            if !self
                .distinct
                .iter()
                .any(|known| Arc::ptr_eq(known, &section.routes))
            {
                self.distinct.push(Arc::clone(&section.routes));
            }
        }
        Ok(offer)
    }

    /// Says whether any policy answers; if none does, why.
    pub(crate) fn any_live(&self, now: UnixSeconds) -> Result<(), Code> {
        if self
            .routes
            .iter()
            .any(|(key, _)| self.keeper.policy_for(key, None, now).is_some())
        {
            return Ok(());
        }
        // No clock stands at either end of time: what gives none says one of them.
        if matches!(now.0, 0 | u64::MAX) {
            return Err(Code::ClockWrong);
        }
        let mut keys = self.routes.iter().map(|(key, _)| key);
        Err(match (self.routes.is_empty(), self.last_rejection) {
            (false, _) if keys.any(|key| self.is_to_come(key, now)) => Code::ClockWrong,
            (false, _) => Code::BundleExpired,
            (true, Some(_)) => Code::BundleRejected,
            (true, None) => Code::NoBundle,
        })
    }

    pub(crate) fn rejection_code(&self) -> &'static str {
        self.last_rejection.map_or("", GateRejection::code)
    }

    /// Returns the route that a request takes: in a tenant's policy, or in all.
    pub(crate) fn find(
        &self,
        tenant: Option<&str>,
        method: &[u8],
        authority: &[u8],
        path: &CanonicalPath<'_>,
    ) -> Matched<'_> {
        if let Some(tenant) = tenant {
            let at = self.place(tenant).ok();
            let section = at.and_then(|at| self.routes.get(at));
            let found = section.and_then(|(_, own)| own.routes.find(method, authority, path));
            return found.map_or(Matched::None, Matched::One);
        }
        let mut found = self
            .distinct
            .iter()
            .map(|routes| routes.find(method, authority, path));
        let Some(first) = found.next() else {
            return Matched::None;
        };
        let same = found.all(|other| match (&first, &other) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                a.route == b.route && a.lookalikes == b.lookalikes && a.rival == b.rival
            }
            _ => false,
        });
        match (first, same) {
            (_, false) => Matched::Various,
            (None, true) => Matched::None,
            (Some(one), true) => Matched::One(one),
        }
    }

    /// Says whether a request, as a path reads to some servers, may be taken for a route that
    /// answers otherwise than the one that was found: in a tenant's policy, or in any.
    pub(crate) fn may_answer_otherwise(
        &self,
        tenant: Option<&str>,
        method: &[u8],
        authority: &[u8],
        path: &CanonicalPath<'_>,
        found: &Route,
    ) -> bool {
        let is_otherwise =
            |routes: &Routes| routes.may_answer_otherwise(method, authority, path, found);
        match tenant {
            Some(tenant) => {
                let at = self.place(tenant).ok();
                let section = at.and_then(|at| self.routes.get(at));
                section.is_some_and(|(_, own)| is_otherwise(&own.routes))
            }
            None => self.distinct.iter().any(|routes| is_otherwise(routes)),
        }
    }

    /// Says whether a request is to one of the hosts that routes name, wherever some do.
    pub(crate) fn name_host_of(&self, authority: &[u8]) -> bool {
        self.distinct
            .iter()
            .all(|routes| routes.names_host_of(authority))
    }

    /// Returns the policy that answers a subject of the tenant; if none does, why.
    #[inline(never)]
    pub(crate) fn policy_for(
        &self,
        tenant: &str,
        version: Option<u64>,
        now: UnixSeconds,
    ) -> Result<Policy, Code> {
        let known = self.place(tenant).ok().and_then(|at| self.routes.get(at));
        let (key, _) = known.ok_or(Code::TenantMismatch)?;
        let policy = self.keeper.policy_for(key, version, now);
        policy.ok_or_else(|| {
            if self.is_to_come(key, now) {
                Code::ClockWrong
            } else {
                Code::BundleExpired
            }
        })
    }

    /// Says whether a bundle that held when it was taken does not hold yet.
    fn is_to_come(&self, key: &TenantKey, now: UnixSeconds) -> bool {
        let status = self.keeper.status(key, now);
        status.is_some_and(|status| now < status.not_before)
    }

    pub(crate) fn status(&self, now: UnixSeconds) -> Vec<KeeperStatus> {
        let keys = self.routes.iter().map(|(key, _)| key);
        keys.filter_map(|key| self.keeper.status(key, now))
            .collect()
    }

    pub(crate) const fn last_rejection(&self) -> Option<GateRejection> {
        self.last_rejection
    }

    fn place(&self, tenant: &str) -> Result<usize, usize> {
        self.routes
            .binary_search_by(|(known, _)| known.tenant.as_str().cmp(tenant))
    }
}

/// Refuses routes that ask for what the policy does not know.
fn check(routes: &Routes, policy: &Policy) -> Result<(), GateRejection> {
    for route in routes.all() {
        if let Access::Permission(name) = &route.access
            && policy.permission(name).is_none()
        {
            return Err(GateRejection::RoutePermission);
        }
        let declared = |name: &str| name == "id" || policy.resource_attribute(name).is_some();
        if !route.attributes.iter().all(|(name, _)| declared(name)) {
            return Err(GateRejection::RouteAttribute);
        }
    }
    Ok(())
}

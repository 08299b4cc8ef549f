//! What servers make of a request that they read differently.

use super::{
    Judge,
    findings::{Findings, Refused},
};
use crate::{
    code::Code,
    path::{Ambiguity, CanonicalPath},
    query::{named_methods, overrides_method},
    request::Request,
    routes::Route,
};

impl Judge<'_> {
    /// Refuses a request whose path or method, read as servers may read what its route accepts,
    /// may be taken for another route, which answers otherwise.
    pub(super) fn check_readings(
        &self,
        tenant: Option<&str>,
        request: &Request<'_>,
        path: &CanonicalPath<'_>,
        found: &Route,
        findings: &mut Findings<'_>,
    ) -> Result<(), Refused> {
        if self.reads_otherwise(request.method, tenant, request, path, found) {
            return Err(findings.refuse(Code::PathAmbiguous, Ambiguity::OtherRoute.name()));
        }
        let query = path.query();
        let Some(query) = query.filter(|query| overrides_method(request.method, Some(query)))
        else {
            return Ok(());
        };
        let differs = |(count, method): (usize, alloc::vec::Vec<u8>)| {
            count >= METHODS_MAX
                || self.is_otherwise(&method, tenant, request, path, found)
                || self.reads_otherwise(&method, tenant, request, path, found)
        };
        if named_methods(query).enumerate().any(differs) {
            let what = Ambiguity::MethodOverride.name();
            return Err(findings.refuse(Code::AttributeAmbiguous, what));
        }
        Ok(())
    }

    /// Says whether a path, read as servers may read what the route accepts, may be taken for
    /// another route, which answers otherwise.
    pub(super) fn reads_otherwise(
        &self,
        method: &[u8],
        tenant: Option<&str>,
        request: &Request<'_>,
        path: &CanonicalPath<'_>,
        found: &Route,
    ) -> bool {
        // Most paths have one reading.
        if path.ambiguities().is_empty() {
            return false;
        }
        let mut readings = path.other_readings();
        readings.any(|path| self.is_otherwise(method, tenant, request, &path, found))
    }

    fn is_otherwise(
        &self,
        method: &[u8],
        tenant: Option<&str>,
        request: &Request<'_>,
        path: &CanonicalPath<'_>,
        found: &Route,
    ) -> bool {
        let policies = self.policies;
        policies.may_answer_otherwise(tenant, method, request.authority, path, found)
    }
}

/// Most methods that the query of a request may name.
const METHODS_MAX: usize = 4;

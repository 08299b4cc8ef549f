//! The order in which everything is asked.

use alloc::{borrow::ToOwned as _, string::String, sync::Arc, vec::Vec};

use super::{
    Judge,
    answering::SIGNED_OUT,
    ask::{self, Allowed},
    findings::{Findings, Refused},
};
use crate::{
    attributes,
    code::Code,
    config::{IdentityConfig, Limit, Limits, TEAMS, TokenPlace},
    cors::{self, Preflight},
    counted::Counted,
    fields::{Fields, TOKEN},
    hygiene,
    identity::{
        Identified, TOO_LONG, TokenCache, UNKNOWN_KEY, Unidentified, identify, identity_reasons,
    },
    limits::METHOD_BYTES_MAX,
    path::{Ambiguities, Ambiguity, CanonicalPath},
    policies::Matched,
    query::{overrides_method, without},
    request::Request,
    routes::{Access, HostPattern, RouteMatch, host_of},
};

/// What becomes of a request that is not refused.
pub(super) enum Outcome {
    /// It goes on, with these headers set.
    Forward(Vec<(&'static str, String)>),
    /// It is a preflight, answered with these headers.
    Preflight(Vec<(&'static str, String)>),
}

impl<'j> Judge<'j> {
    /// Goes through everything that may refuse a request, in the order of docs/GATE.md.
    pub(super) fn consider(
        &self,
        tokens: &mut TokenCache,
        request: &Request<'_>,
        fields: &Fields<'_>,
        findings: &mut Findings<'j>,
    ) -> Result<Outcome, Refused> {
        check_grammar(self.config.identity(), request, fields)
            .map_err(|what| findings.refuse(Code::RequestMalformed, what))?;
        let path = CanonicalPath::parse(request.target)
            .map_err(|too_long| findings.pass_limit("path", too_long.message()))?;
        let optional: Ambiguities = Ambiguity::OPTIONAL.into_iter().collect();
        let never = path.ambiguities().without(optional);
        if !never.is_empty() {
            return Err(findings.refuse(Code::PathAmbiguous, &path.ambiguities().to_text()));
        }
        if let Err(code) = self.policies.any_live(self.now) {
            return Err(findings.refuse(code, self.policies.rejection_code()));
        }
        let route_of = |method: &[u8], tenant: Option<&str>| {
            self.policies.find(tenant, method, request.authority, &path)
        };
        let listener = self.config.tenant();
        if let Some(preflight) = Preflight::of(request.method, fields)
            && let Matched::One(found) = route_of(preflight.method, listener)
            && let Some(cors) = found.route.cors.as_ref()
        {
            // Whatever becomes of it: from another origin it would be something else.
            findings.exposed = alloc::vec![cors::varies()];
            let is_allowed = cors.allows(preflight.origin)
                && is_in_case(preflight.method)
                && found.rival.is_none()
                && unaccepted(&path, &found).is_empty()
                && !self.reads_otherwise(preflight.method, listener, request, &path, found.route);
            if is_allowed {
                findings.code = Code::Preflight;
                findings.route = found.name;
                let stated = |name: &str| self.config.says_who_asks(name);
                return Ok(Outcome::Preflight(preflight.allowed(cors, stated)));
            }
        }
        // Without an identity a route counts only where the policies of all tenants agree.
        let settled = match route_of(request.method, listener) {
            Matched::None => return Err(self.unmatched(request, &path, findings)),
            Matched::Various => None,
            Matched::One(found) => {
                self.enter(&found, request.method, &path, fields, findings)?;
                self.check_readings(listener, request, &path, found.route, findings)?;
                if found.route.access == Access::Public {
                    return Ok(public(findings, Vec::new()));
                }
                Some(found)
            }
        };
        if let Some(found) = &settled {
            self.cut_token(found, request, findings)?;
        }
        let query = settled.as_ref().filter(|found| found.route.token_in_query);
        let query = query.and_then(|_| path.query());
        let identity = identify(self.config, tokens, request, fields, query, self.now);
        let is_optional = settled.is_some_and(|found| found.route.access == Access::Optional);
        let Identified {
            identity,
            by_cookie,
        } = match identity {
            Ok(identified) => identified,
            // A browser goes on sending a cookie after its time: that is nobody, as without it.
            Err(Unidentified::Missing | Unidentified::LapsedCookie(_)) if is_optional => {
                return Ok(public(findings, Vec::new()));
            }
            Err(why) => return Err(self.unidentified(why, findings)),
        };
        findings.identity = Some(Arc::clone(&identity));
        let policies = self.policies_of(&identity, findings)?;
        let tenant = policies.tenant;
        let found = match settled {
            Some(found) => found,
            None => {
                let Matched::One(found) = route_of(request.method, Some(tenant)) else {
                    return Err(self.unmatched(request, &path, findings));
                };
                self.enter(&found, request.method, &path, fields, findings)?;
                self.check_readings(Some(tenant), request, &path, found.route, findings)?;
                self.cut_token(&found, request, findings)?;
                found
            }
        };
        if found.route.access == Access::Public {
            return Ok(public(findings, Vec::new()));
        }
        let at_tenant = |pattern: &HostPattern| pattern.has_label(request.authority, tenant);
        if !found.route.tenant_host.as_ref().is_none_or(at_tenant) {
            return Err(findings.refuse(Code::TenantMismatch, "host"));
        }
        if policies.have_signed_out(&identity) {
            findings.identity = None;
            // Nobody, as with a cookie whose own time is over.
            if by_cookie && found.route.access == Access::Optional {
                return Ok(public(findings, Vec::new()));
            }
            return Err(findings.refuse(Code::IdentityInvalid, SIGNED_OUT));
        }
        let counted = Counted::new(&policies.policy, &identity);
        findings.roles_dropped = counted.unclaimable.saturating_add(identity.narrowed.len());
        let mut set = hygiene::identity_headers(&counted, tenant);
        let Access::Permission(permission) = &found.route.access else {
            self.check_limits(&counted, findings)?;
            ask::check_subject(&policies, &identity, findings)?;
            if found.route.access != Access::Authenticated {
                return Ok(public(findings, set));
            }
            findings.code = Code::Authenticated;
            set.push(hygiene::header(hygiene::DECISION, "authenticated"));
            return Ok(Outcome::Forward(set));
        };
        findings.permission = permission;
        let resource = attributes::read(found.route, request.method, &path, fields).map_err(
            |why| match why.limit {
                None => findings.refuse(Code::AttributeAmbiguous, why.detail),
                Some(limit) => findings.pass_limit(why.detail, limit),
            },
        )?;
        self.check_limits(&counted, findings)?;
        let allowed = ask::decide(
            &policies,
            &counted,
            permission,
            &resource,
            found.route,
            findings,
        )?;
        match allowed {
            Allowed::Granted => set.push(hygiene::header(hygiene::DECISION, "allow")),
            Allowed::Filtered(filter) => {
                // Never shortened: a shorter filter would be another one.
                let limit = &self.config.limits().filter_bytes;
                if filter.1.len() > limit.most {
                    findings.limit = limit.passed();
                    return Err(findings.refuse(Code::ConditionalRefused, ask::FILTER));
                }
                set.push(hygiene::header(hygiene::DECISION, "conditional"));
                set.push(filter);
            }
        }
        Ok(Outcome::Forward(set))
    }

    /// Refuses an identity that passes a limit of the configuration's, whatever its route asks.
    fn check_limits(
        &self,
        counted: &Counted<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<(), Refused> {
        match passed(self.config.limits(), counted) {
            Some(passed) => Err(findings.pass_limit(&passed, &passed)),
            None => Ok(()),
        }
    }

    /// Returns the issuer if a fetch of its keys is on its way, or may begin.
    fn bringing(&self, issuer: usize) -> Option<usize> {
        let may = self.fetches.may_bring(issuer, self.now);
        may.then_some(issuer)
    }

    /// Refuses somebody who is not known, and notes whose keys might make them known.
    fn unidentified(&self, why: Unidentified, findings: &mut Findings<'_>) -> Refused {
        match why {
            Unidentified::Missing => findings.refuse(Code::IdentityMissing, ""),
            Unidentified::Invalid(why) | Unidentified::LapsedCookie(why) => {
                if why == TOO_LONG {
                    findings.limit = self.config.limits().token_bytes.passed();
                }
                debug_assert!(identity_reasons().any(|known| known == why), "{why}");
                findings.refuse(Code::IdentityInvalid, why)
            }
            Unidentified::CrossSite => findings.refuse(Code::CrossSite, ""),
            Unidentified::UnknownKey(issuer) => {
                findings.awaits_keys = self.bringing(issuer);
                findings.refuse(Code::IdentityInvalid, UNKNOWN_KEY)
            }
            Unidentified::NoKeys(issuer) => {
                findings.awaits_keys = self.bringing(issuer);
                findings.refuse(Code::KeysUnavailable, "")
            }
        }
    }

    /// Notes the target without what may be a token, on a route that lets one be there.
    fn cut_token(
        &self,
        found: &RouteMatch<'_>,
        request: &Request<'_>,
        findings: &mut Findings<'_>,
    ) -> Result<(), Refused> {
        let places = &self.config.identity().tokens;
        let names = places.iter().filter_map(TokenPlace::parameter);
        if !found.route.token_in_query || names.clone().next().is_none() {
            return Ok(());
        }
        match without(request.target, &names) {
            Ok(target) => findings.target = target,
            Err(_) => return Err(findings.refuse(Code::IdentityInvalid, "query")),
        }
        if findings.target.is_some() {
            let policy = (hygiene::REFERRER_POLICY, "no-referrer".to_owned());
            findings.exposed.push(policy);
        }
        Ok(())
    }

    /// Notes which route it is, and refuses what the route did not opt into.
    fn enter(
        &self,
        found: &RouteMatch<'j>,
        method: &[u8],
        path: &CanonicalPath<'_>,
        fields: &Fields<'_>,
        findings: &mut Findings<'j>,
    ) -> Result<(), Refused> {
        findings.route = found.name;
        if let Some(cors) = &found.route.cors {
            findings.exposed = cors::exposed(cors, cors::origin(fields));
            findings.replaced = &cors::REPLACED;
        }
        if let Some(rival) = found.rival {
            return Err(findings.refuse(Code::RouteAmbiguous, rival));
        }
        if hygiene::connection_hides(fields, found.route) {
            return Err(findings.refuse(Code::RequestMalformed, "connection"));
        }
        // What says who asks is the peer's to write, and a client's is taken out: nobody upstream
        // would see what the attribute was read of.
        if hygiene::reads_identity(self.config, found.route) {
            return Err(findings.refuse(Code::AttributeAmbiguous, IDENTITY_HEADER));
        }
        let unaccepted = unaccepted(path, found);
        if !unaccepted.is_empty() {
            return Err(findings.refuse(Code::PathAmbiguous, &unaccepted.to_text()));
        }
        let accepted = found.route.allow.has(Ambiguity::MethodOverride);
        if !accepted && overrides_method(method, path.query()) {
            let what = Ambiguity::MethodOverride.name();
            return Err(findings.refuse(Code::AttributeAmbiguous, what));
        }
        Ok(())
    }

    fn unmatched(
        &self,
        request: &Request<'_>,
        path: &CanonicalPath<'_>,
        findings: &mut Findings<'_>,
    ) -> Refused {
        if !path.ambiguities().is_empty() {
            return findings.refuse(Code::PathAmbiguous, &path.ambiguities().to_text());
        }
        let is_named = self.policies.name_host_of(request.authority);
        findings.refuse(Code::RouteUnknown, if is_named { "" } else { "authority" })
    }
}

/// Says which limit of the configuration's an identity passes, if it passes one.
fn passed(limits: &Limits, counted: &Counted<'_>) -> Option<String> {
    let identity = counted.identity;
    let over = |count: usize, limit: &Limit| (count > limit.most).then(|| limit.passed());
    let kinds = [&identity.attributes, &identity.action, &identity.context];
    let mut attributes = kinds.into_iter().flatten();
    over(counted.count(), &limits.roles)
        .or_else(|| over(identity.groups.len(), &limits.groups))
        .or_else(|| {
            attributes.find_map(|(name, values)| {
                let is_teams = name == TEAMS;
                let limit = if is_teams {
                    &limits.teams
                } else {
                    &limits.values
                };
                over(values.len(), limit)
            })
        })
}

fn public(findings: &mut Findings<'_>, mut set: Vec<(&'static str, String)>) -> Outcome {
    findings.code = Code::Public;
    set.push(hygiene::header(hygiene::DECISION, "public"));
    Outcome::Forward(set)
}

/// Returns the ambiguities of a path that its route did not opt into.
///
/// What is opted into lies inside a parameter: no literal of a route holds any of it.
fn unaccepted(path: &CanonicalPath<'_>, found: &RouteMatch<'_>) -> Ambiguities {
    let all = path.ambiguities().union(found.lookalikes);
    all.without(found.route.allow)
}

/// Says whether a method is written as its standard and every route write it: some servers
/// fold case, and would take `delete` for DELETE where the gate looks for another method.
fn is_in_case(method: &[u8]) -> bool {
    !method.iter().any(u8::is_ascii_lowercase)
}

fn check_grammar(
    config: &IdentityConfig,
    request: &Request<'_>,
    fields: &Fields<'_>,
) -> Result<(), &'static str> {
    let method = request.method;
    if method.is_empty() || method.len() > METHOD_BYTES_MAX || !TOKEN.has_all(method) {
        return Err("method");
    }
    if !is_in_case(method) {
        return Err("method-case");
    }
    if host_of(request.authority).is_none() {
        return Err("authority");
    }
    match fields.one("host") {
        Ok(None) => {}
        Ok(Some(own)) if own.eq_ignore_ascii_case(request.authority) => {}
        _ => return Err("host"),
    }
    if hygiene::connection_hides_judged(config, fields) {
        return Err("connection");
    }
    Ok(())
}

/// The detail where a route reads a header by which a trusted peer says who asks.
const IDENTITY_HEADER: &str = "identity-header";

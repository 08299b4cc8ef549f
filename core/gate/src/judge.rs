//! One request, one verdict: the order in which everything is asked.

use alloc::{borrow::ToOwned, string::String, sync::Arc, vec::Vec};

use portcullis_engine::{
    Attributes, Decision, DenyReason, InvalidRequest, Policy, Question, Resource, RoleId, ScopeId,
    Set, Subject, UnixSeconds,
};

use crate::{
    attributes::{self, Known},
    code::Code,
    config::{GateConfig, Level},
    cors::{self, Preflight},
    entry::Entry,
    fields::{Fields, InvalidFields, TOKEN},
    hygiene,
    identity::{Identity, TokenCache, Unidentified, identify},
    limits::{FILTER_BYTES_MAX, METHOD_BYTES_MAX},
    path::{Ambiguities, Ambiguity, CanonicalPath},
    policies::{Matched, Policies},
    problem,
    request::Request,
    routes::{Access, OnConditional, Route, RouteMatch, host_of},
    trace::Trace,
    verdict::{Forward, Response, Verdict},
};

/// What judges: everything that a request does not bring.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'g> {
    pub(crate) config: &'g GateConfig,
    pub(crate) policies: &'g Policies,
    pub(crate) now: UnixSeconds,
    /// From which level on somebody reads the texts of entries.
    pub(crate) entries_from: Level,
}

/// What was found out so far, for the log and for the answer. It borrows what it can: of most
/// requests nobody reads the log entry.
#[derive(Debug)]
struct Findings<'j> {
    code: Code,
    detail: String,
    route: &'j str,
    permission: &'j str,
    identity: Option<Arc<Identity>>,
    tenant: Whose,
    /// The policy that answers.
    policy: Option<Policy>,
    effect: &'static str,
    grant: Option<(RoleId, ScopeId)>,
    team: String,
    features: Vec<String>,
    /// Headers that let a page of another origin read the answer.
    exposed: Vec<(String, String)>,
}

/// Whose word on the tenant it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Nobody,
    Listener,
    Identity,
}

/// How it ends, where it does not end with a refusal.
enum End {
    Forward(Vec<(&'static str, String)>),
    Preflight(Vec<(String, String)>),
}

impl<'j> Judge<'j> {
    pub(crate) fn judge(&self, tokens: &mut TokenCache, request: &Request<'_>) -> Verdict {
        let fields = Fields::new(request.headers);
        let trace = Trace::of(request, fields.as_ref().ok(), self.now);
        let mut findings = Findings::new();
        let outcome = match &fields {
            Err(InvalidFields::TooLarge) => Err(findings.refuse(Code::LimitExceeded, "headers")),
            Err(InvalidFields::Malformed) => {
                Err(findings.refuse(Code::RequestMalformed, "headers"))
            }
            Ok(fields) => self
                .consider(tokens, request, fields, &mut findings)
                .map(|end| (end, fields)),
        };
        match outcome {
            Ok((End::Forward(mut set), fields)) => {
                let identity = self.config.identity();
                let remove = hygiene::removals(identity, fields, &request.peer, &trace);
                if let Some(traceparent) = trace.begun {
                    set.push(("traceparent", traceparent));
                }
                Verdict::Forward(Forward {
                    remove,
                    set,
                    entry: self.entry(findings, trace.id),
                })
            }
            Ok((End::Preflight(headers), _)) => Verdict::Respond(Response {
                status: 204,
                headers,
                body: String::new(),
                entry: self.entry(findings, trace.id),
            }),
            Err(Refused) => {
                let code = findings.code;
                let mut headers = problem::headers(code);
                headers.append(&mut findings.exposed);
                Verdict::Respond(Response {
                    status: code.status().unwrap_or(500),
                    headers,
                    body: problem::body(code, &trace.id),
                    entry: self.entry(findings, trace.id),
                })
            }
        }
    }

    /// Makes a log entry of what was found, with its texts only where somebody reads them.
    fn entry(&self, findings: Findings<'_>, trace: String) -> Entry {
        let mut entry = Entry::new(findings.code);
        entry.level = self.config.level(findings.code);
        entry.effect = findings.effect;
        entry.trace = trace;
        if entry.level < self.entries_from {
            return entry;
        }
        entry.detail = findings.detail;
        findings.route.clone_into(&mut entry.route);
        findings.permission.clone_into(&mut entry.permission);
        entry.team = findings.team;
        entry.features = findings.features;
        let stated = findings.identity.as_ref().map(|identity| {
            identity.id.clone_into(&mut entry.subject);
            identity.kind.clone_into(&mut entry.subject_type);
            identity.tenant.as_deref().unwrap_or_default()
        });
        match findings.tenant {
            Whose::Nobody => "",
            Whose::Listener => self.config.tenant().unwrap_or_default(),
            Whose::Identity => stated.unwrap_or_default(),
        }
        .clone_into(&mut entry.tenant);
        if let Some(policy) = &findings.policy {
            entry.sequence = policy.header().sequence;
            if let Some((role, scope)) = findings.grant {
                policy.role_name(role).clone_into(&mut entry.role);
                policy.scope_name(scope).clone_into(&mut entry.scope);
            }
        }
        entry
    }

    fn consider(
        &self,
        tokens: &mut TokenCache,
        request: &Request<'_>,
        fields: &Fields<'_>,
        findings: &mut Findings<'j>,
    ) -> Result<End, Refused> {
        check_grammar(request, fields)
            .map_err(|what| findings.refuse(Code::RequestMalformed, what))?;
        let Ok(path) = CanonicalPath::parse(request.target) else {
            return Err(findings.refuse(Code::LimitExceeded, "path"));
        };
        let optional: Ambiguities = Ambiguity::OPTIONAL.into_iter().collect();
        let never = path.ambiguities().without(optional);
        if !never.is_empty() {
            return Err(findings.refuse(Code::PathAmbiguous, &path.ambiguities().to_text()));
        }
        if let Err(code) = self.policies.any_live(self.now) {
            return Err(findings.refuse(code, self.policies.rejection_code()));
        }
        let at = |method: &[u8], tenant: Option<&str>| {
            self.policies.find(tenant, method, request.authority, &path)
        };
        let listener = self.config.tenant();
        if let Some(preflight) = Preflight::of(request.method, fields)
            && let Matched::One(found) = at(preflight.method, listener)
            && let Some(cors) = found.route.cors.as_ref()
            && cors.allows(preflight.origin)
            && unaccepted(&path, &found).is_empty()
        {
            findings.code = Code::Preflight;
            findings.route = found.name;
            return Ok(End::Preflight(preflight.allowed(cors)));
        }
        // Without an identity a route counts only where the policies of all tenants agree.
        let settled = match at(request.method, listener) {
            Matched::None => return Err(self.unmatched(request, &path, findings)),
            Matched::Various => None,
            Matched::One(found) => {
                enter(&found, &path, fields, findings)?;
                if found.route.access == Access::Public {
                    return Ok(public(findings));
                }
                Some(found)
            }
        };
        let identity = identify(
            self.config.identity(),
            tokens,
            self.config.tokens_max(),
            fields,
            &request.peer,
            self.now,
        )
        .map_err(|why| match why {
            Unidentified::Missing => findings.refuse(Code::IdentityMissing, ""),
            Unidentified::Invalid(why) => findings.refuse(Code::IdentityInvalid, why),
        })?;
        findings.identity = Some(Arc::clone(&identity));
        let (tenant, policy) = self.policy_of(&identity, findings)?;
        let found = match settled {
            Some(found) => found,
            None => {
                let Matched::One(found) = at(request.method, Some(tenant)) else {
                    return Err(self.unmatched(request, &path, findings));
                };
                enter(&found, &path, fields, findings)?;
                found
            }
        };
        let permission = match &found.route.access {
            Access::Public => return Ok(public(findings)),
            Access::Permission(permission) => permission,
        };
        findings.permission = permission;
        let known = attributes::read(found.route, &path, fields)
            .map_err(|(code, what)| findings.refuse(code, &what))?;
        let mut set = hygiene::told(&identity, tenant);
        let filter = decide(
            &policy,
            &identity,
            permission,
            &known,
            found.route,
            findings,
        )?;
        let decision = if filter.is_some() {
            "conditional"
        } else {
            "allow"
        };
        set.push(hygiene::set(hygiene::DECISION, decision));
        set.extend(filter);
        Ok(End::Forward(set))
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
        let names_host = host_of(request.authority).is_some_and(|host| !host.is_empty());
        let lacks_host = !names_host && self.policies.tell_hosts_apart();
        findings.refuse(
            Code::RouteUnknown,
            if lacks_host { "authority" } else { "" },
        )
    }

    /// Returns the tenant and the policy that answer somebody.
    fn policy_of<'i>(
        &self,
        identity: &'i Identity,
        findings: &mut Findings<'_>,
    ) -> Result<(&'i str, Policy), Refused>
    where
        'j: 'i,
    {
        let stated = identity.tenant.as_deref();
        let (tenant, whose) = match (self.config.tenant(), stated) {
            (Some(own), Some(stated)) if own != stated => {
                findings.tenant = Whose::Identity;
                return Err(findings.refuse(Code::TenantMismatch, "identity"));
            }
            (Some(own), _) => (own, Whose::Listener),
            (None, Some(stated)) => (stated, Whose::Identity),
            (None, None) => return Err(findings.refuse(Code::TenantMismatch, "not-stated")),
        };
        findings.tenant = whose;
        match self.policies.policy_for(tenant, identity.version, self.now) {
            Ok(policy) => {
                findings.policy = Some(policy.clone());
                Ok((tenant, policy))
            }
            Err(code) => Err(findings.refuse(code, "")),
        }
    }
}

/// The request is refused; why is in the findings.
struct Refused;

impl Findings<'_> {
    const fn new() -> Self {
        Self {
            code: Code::Granted,
            detail: String::new(),
            route: "",
            permission: "",
            identity: None,
            tenant: Whose::Nobody,
            policy: None,
            effect: "",
            grant: None,
            team: String::new(),
            features: Vec::new(),
            exposed: Vec::new(),
        }
    }

    fn refuse(&mut self, code: Code, detail: &str) -> Refused {
        self.code = code;
        detail.clone_into(&mut self.detail);
        Refused
    }
}

/// Notes which route it is, and refuses what the route did not opt into.
fn enter<'j>(
    found: &RouteMatch<'j>,
    path: &CanonicalPath<'_>,
    fields: &Fields<'_>,
    findings: &mut Findings<'j>,
) -> Result<(), Refused> {
    findings.route = found.name;
    if let Some(cors) = &found.route.cors
        && let Some(origin) = cors::origin(fields)
        && cors.allows(origin)
    {
        findings.exposed = cors::exposed(cors, origin);
    }
    let unaccepted = unaccepted(path, found);
    if unaccepted.is_empty() {
        Ok(())
    } else {
        Err(findings.refuse(Code::PathAmbiguous, &unaccepted.to_text()))
    }
}

fn public(findings: &mut Findings<'_>) -> End {
    findings.code = Code::Public;
    End::Forward(alloc::vec![hygiene::set(hygiene::DECISION, "public")])
}

/// Returns the ambiguities of a path that its route did not opt into.
///
/// What is opted into lies inside a parameter: no literal of a route holds any of it.
fn unaccepted(path: &CanonicalPath<'_>, found: &RouteMatch<'_>) -> Ambiguities {
    let mut all = path.ambiguities();
    if found.lookalike {
        all.add(Ambiguity::Lookalike);
    }
    all.without(found.route.allow)
}

fn check_grammar(request: &Request<'_>, fields: &Fields<'_>) -> Result<(), &'static str> {
    let method = request.method;
    if method.is_empty() || method.len() > METHOD_BYTES_MAX || !TOKEN.has_all(method) {
        return Err("method");
    }
    if host_of(request.authority).is_none() {
        return Err("authority");
    }
    match fields.one("host") {
        Ok(None) => {}
        Ok(Some(own)) if own.eq_ignore_ascii_case(request.authority) => {}
        _ => return Err("host"),
    }
    if hygiene::drops_own(fields) {
        return Err("connection");
    }
    Ok(())
}

/// Asks the policy; returns the filter's header where the answer is conditional.
fn decide(
    policy: &Policy,
    identity: &Identity,
    permission: &str,
    known: &Known,
    route: &Route,
    findings: &mut Findings<'_>,
) -> Result<Option<(&'static str, String)>, Refused> {
    let facts = Facts::new(identity, known);
    let asked = facts.ask(policy, permission, route, findings);
    match asked {
        Ok(Answer::Granted) => Ok(None),
        Ok(Answer::Filter(header)) => Ok(Some(header)),
        Ok(Answer::Refused(code, detail)) => Err(findings.refuse(code, detail)),
        Err(invalid) => Err(findings.refuse(Code::LimitExceeded, invalid.message())),
    }
}

enum Answer {
    Granted,
    Filter((&'static str, String)),
    Refused(Code, &'static str),
}

/// Who asks and about what, as the engine takes them.
struct Facts<'a> {
    identity: &'a Identity,
    known: &'a Known,
    roles: Vec<&'a str>,
    groups: Vec<&'a str>,
    team_roles: Vec<(&'a str, Vec<&'a str>)>,
}

impl<'a> Facts<'a> {
    fn new(identity: &'a Identity, known: &'a Known) -> Self {
        Self {
            identity,
            known,
            roles: borrowed(&identity.roles),
            groups: borrowed(&identity.groups),
            team_roles: named(&identity.team_roles),
        }
    }

    fn ask(
        &self,
        policy: &Policy,
        permission: &str,
        route: &Route,
        findings: &mut Findings<'_>,
    ) -> Result<Answer, InvalidRequest> {
        let team_roles: Vec<(&str, &[&str])> = self
            .team_roles
            .iter()
            .map(|(team, roles)| (*team, roles.as_slice()))
            .collect();
        let (mut own, mut known) = (
            named(&self.identity.attributes),
            named(&self.known.attributes),
        );
        let (own, resource) = (sets(&mut own)?, sets(&mut known)?);
        let subject = Subject::new(&self.identity.kind, &self.identity.id)?
            .with_roles(&self.roles)?
            .with_team_roles(&team_roles)?
            .with_groups(&self.groups)?
            .with_attributes(Attributes::named(&own)?);
        let about = match &self.known.id {
            Some(id) => Resource::new(id)?,
            None => Resource::UNKNOWN,
        };
        let question = Question::about(about.with_attributes(Attributes::named(&resource)?));
        let decision = policy.decide(&subject, permission, &question);
        findings.effect = decision.effect();
        match &decision {
            Decision::Allow(grant) => {
                findings.code = Code::Granted;
                findings.grant = Some((grant.role, grant.scope));
                grant
                    .team
                    .unwrap_or_default()
                    .clone_into(&mut findings.team);
                Ok(Answer::Granted)
            }
            Decision::Conditional(pending) => {
                findings.code = Code::Conditional;
                if route.conditional == OnConditional::Deny {
                    return Ok(Answer::Refused(Code::ConditionalRefused, ""));
                }
                let filter = match pending.residual() {
                    Ok(residual) => hygiene::set(hygiene::FILTER, residual.as_json()),
                    Err(_) => return Ok(Answer::Refused(Code::ConditionalRefused, "filter")),
                };
                // Never shortened: a shorter filter would be another one.
                if filter.1.len() > FILTER_BYTES_MAX {
                    return Ok(Answer::Refused(Code::ConditionalRefused, "filter"));
                }
                Ok(Answer::Filter(filter))
            }
            Decision::Deny(reason) => {
                let code = match reason {
                    DenyReason::UnknownPermission => Code::UnknownPermission,
                    DenyReason::FeatureDisabled(permission) => {
                        let missing = policy.missing_features(*permission);
                        findings.features = missing.map(String::from).collect();
                        Code::FeatureDisabled
                    }
                    DenyReason::NotGranted => Code::NotGranted,
                    DenyReason::OutOfScope => Code::OutOfScope,
                };
                Ok(Answer::Refused(code, ""))
            }
        }
    }
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

fn named(lists: &[(String, Vec<String>)]) -> Vec<(&str, Vec<&str>)> {
    let lists = lists.iter();
    lists
        .map(|(name, texts)| (name.as_str(), borrowed(texts)))
        .collect()
}

fn sets<'a, 'v>(
    lists: &'a mut [(&'v str, Vec<&'v str>)],
) -> Result<Vec<(&'v str, Set<'a>)>, InvalidRequest> {
    let lists = lists.iter_mut();
    lists
        .map(|(name, values)| Ok((*name, Set::sort(values)?)))
        .collect()
}

//! One request, one verdict.

mod answering;
mod ask;
mod findings;
mod order;
mod readings;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use portcullis_engine::UnixSeconds;

use self::{
    findings::{Findings, Refused, TenantSource},
    order::Outcome,
};
use crate::{
    code::Code,
    config::{GateConfig, Level},
    counted::Counted,
    fetch::KeyFetches,
    fields::{Fields, InvalidFields},
    hygiene,
    identity::TokenCache,
    policies::Policies,
    problem,
    request::Request,
    trace::Trace,
    verdict::{AnswerChanges, Forward, Response, Verdict},
};

/// What judges: everything that is not part of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'g> {
    pub(crate) config: &'g GateConfig,
    pub(crate) policies: &'g Policies,
    pub(crate) fetches: &'g KeyFetches,
    pub(crate) now: UnixSeconds,
    /// From which level on somebody reads the texts of entries.
    pub(crate) entries_from: Level,
}

impl Judge<'_> {
    pub(crate) fn judge(&self, tokens: &mut TokenCache, request: &Request<'_>) -> Verdict {
        let fields = Fields::new(request.headers);
        let trace = Trace::of(request, fields.as_ref().ok(), self.now);
        let mut findings = Findings::new();
        let outcome = match &fields {
            Err(InvalidFields::TooMany) => {
                Err(findings.pass_limit("headers", "more than 256 headers"))
            }
            Err(InvalidFields::TooLarge) => {
                Err(findings.pass_limit("headers", "more than 64 KiB of headers"))
            }
            Err(InvalidFields::Malformed) => {
                Err(findings.refuse(Code::RequestMalformed, "headers"))
            }
            Ok(fields) => self
                .consider(tokens, request, fields, &mut findings)
                .map(|outcome| (outcome, fields)),
        };
        if let Ok(fields) = &fields
            && self.lets_through(request, &findings)
        {
            findings.shadow = true;
            let set = self.shadow_headers(&findings);
            return self.forward(request, fields, set, findings, trace);
        }
        match outcome {
            Ok((Outcome::Forward(set), fields)) => {
                self.forward(request, fields, set, findings, trace)
            }
            Ok((Outcome::Preflight(headers), _)) => Verdict::Respond(Response {
                status: 204,
                headers: owned(headers),
                body: String::new(),
                awaits_keys: None,
                entry: self.entry(findings, trace.id),
            }),
            Err(Refused) => {
                let (code, limit) = (findings.code, findings.limit.as_str());
                let content_type = fields.as_ref().map(|fields| fields.one("content-type"));
                let is_grpc = problem::is_grpc(content_type.ok().and_then(Result::ok).flatten());
                let (status, mut headers, body) = if is_grpc {
                    let headers = problem::grpc_headers(code, limit, &trace.id);
                    (200, headers, String::new())
                } else {
                    let headers = problem::headers(code, &self.config.identity().challenge);
                    let body = problem::body(code, limit, &trace.id);
                    (code.status().unwrap_or(500), headers, body)
                };
                headers.extend(owned(core::mem::take(&mut findings.exposed)));
                Verdict::Respond(Response {
                    status,
                    headers,
                    body,
                    awaits_keys: findings.awaits_keys,
                    entry: self.entry(findings, trace.id),
                })
            }
        }
    }

    fn forward(
        &self,
        request: &Request<'_>,
        fields: &Fields<'_>,
        mut set: Vec<(&'static str, String)>,
        mut findings: Findings<'_>,
        trace: Trace,
    ) -> Verdict {
        let identity = self.config.identity();
        let remove = hygiene::removals(identity, fields, &request.peer, &trace);
        if let Some(traceparent) = trace.started {
            set.push(("traceparent", traceparent));
        }
        let target = findings.target.take();
        let mut answer = AnswerChanges {
            remove: findings.replaced.to_vec(),
            add: core::mem::take(&mut findings.exposed),
        };
        if target.is_some() {
            let replaced = [hygiene::REFERRER_POLICY, hygiene::CACHE_CONTROL];
            answer.remove.extend(replaced);
            answer
                .add
                .push((hygiene::CACHE_CONTROL, "no-store".to_owned()));
        }
        Verdict::Forward(Forward {
            remove,
            set,
            target,
            answer,
            entry: self.entry(findings, trace.id),
        })
    }

    /// Says whether a request goes on whatever was found: in shadow, but for what is not HTTP.
    fn lets_through(&self, request: &Request<'_>, findings: &Findings<'_>) -> bool {
        findings.code != Code::RequestMalformed && self.config.mode().is_shadow_for(request.target)
    }

    /// Returns the headers of a request in shadow: who asks, where that was verified and belongs
    /// here, and never that it was allowed.
    fn shadow_headers(&self, findings: &Findings<'_>) -> Vec<(&'static str, String)> {
        let mut set = match (&findings.identity, &findings.policy) {
            (Some(identity), Some(policy)) => {
                let tenant = match findings.tenant {
                    TenantSource::Listener => self.config.tenant().unwrap_or_default(),
                    _ => identity.tenant.name(),
                };
                hygiene::identity_headers(&Counted::new(policy, identity), tenant)
            }
            _ => Vec::new(),
        };
        set.push(hygiene::header(hygiene::DECISION, "shadow"));
        set
    }
}

fn owned(headers: Vec<(&str, String)>) -> Vec<(String, String)> {
    let headers = headers.into_iter();
    headers
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

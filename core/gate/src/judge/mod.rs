//! One request, one verdict.

mod ask;
mod claimable;
mod findings;
mod order;

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use portcullis_engine::UnixSeconds;

use self::{
    findings::{Findings, Refused},
    order::Outcome,
};
use crate::{
    code::Code,
    config::{GateConfig, Level},
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
            Err(InvalidFields::TooLarge) => Err(findings.refuse(Code::LimitExceeded, "headers")),
            Err(InvalidFields::Malformed) => {
                Err(findings.refuse(Code::RequestMalformed, "headers"))
            }
            Ok(fields) => self
                .consider(tokens, request, fields, &mut findings)
                .map(|outcome| (outcome, fields)),
        };
        match outcome {
            Ok((Outcome::Forward(mut set), fields)) => {
                let identity = self.config.identity();
                let remove = hygiene::removals(identity, fields, &request.peer, &trace);
                if let Some(traceparent) = trace.started {
                    set.push(("traceparent", traceparent));
                }
                Verdict::Forward(Forward {
                    remove,
                    set,
                    answer: AnswerChanges {
                        remove: findings.replaced.to_vec(),
                        add: core::mem::take(&mut findings.exposed),
                    },
                    entry: self.entry(findings, trace.id),
                })
            }
            Ok((Outcome::Preflight(headers), _)) => Verdict::Respond(Response {
                status: 204,
                headers: owned(headers),
                body: String::new(),
                awaits_keys: None,
                entry: self.entry(findings, trace.id),
            }),
            Err(Refused) => {
                let code = findings.code;
                let mut headers = problem::headers(code, &self.config.identity().challenge);
                headers.extend(owned(core::mem::take(&mut findings.exposed)));
                Verdict::Respond(Response {
                    status: code.status().unwrap_or(500),
                    headers,
                    body: problem::body(code, &trace.id),
                    awaits_keys: findings.awaits_keys,
                    entry: self.entry(findings, trace.id),
                })
            }
        }
    }
}

fn owned(headers: Vec<(&str, String)>) -> Vec<(String, String)> {
    let headers = headers.into_iter();
    headers
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

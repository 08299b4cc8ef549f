//! One request: read, judged, and then answered or passed on.

use alloc::{string::String, vec::Vec};

use portcullis_gate::{Level, Peer, Request, Verdict};
use wasip2::{
    clocks::wall_clock,
    exports::http::incoming_handler::Guest,
    http::types::{IncomingRequest, Method, ResponseOutparam},
};

use crate::{answer, bindings::with_state, forward, log, settings::Upstream, state};

/// The middleware.
#[derive(Debug)]
pub(crate) struct Middleware;

impl Guest for Middleware {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let fields = request.headers().entries();
        let judged = with_state(|state| {
            let ready = state.ready()?;
            let method = request.method();
            let target = request.path_with_query().unwrap_or_default();
            let authority = request.authority().unwrap_or_default();
            let headers: Vec<(&[u8], &[u8])> = fields
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_slice()))
                .collect();
            let time = wall_clock::now();
            let nonce = [time.seconds, time.nanoseconds.into()].map(u64::to_le_bytes);
            let verdict = ready.gate.judge(
                &Request {
                    method: name(&method).as_bytes(),
                    authority: authority.as_bytes(),
                    target: target.as_bytes(),
                    headers: &headers,
                    // The interface does not say who is at the other end.
                    peer: Peer::Unknown,
                    nonce: nonce.as_flattened(),
                },
                state::now(),
            );
            Some((verdict, ready.upstream.clone(), method))
        });
        // The state is free again before anything is waited for.
        match judged.flatten() {
            Some((verdict, upstream, method)) => {
                carry_out(request, out, fields, &verdict, &upstream, &method);
            }
            None => answer::refuse(out),
        }
    }
}

fn carry_out(
    request: IncomingRequest,
    out: ResponseOutparam,
    fields: Vec<(String, Vec<u8>)>,
    verdict: &Verdict,
    upstream: &Upstream,
    method: &Method,
) {
    let entry = verdict.entry();
    if !matches!(entry.level, Level::Off | Level::Debug) {
        log::line(&entry.to_json());
    }
    match verdict {
        Verdict::Forward(verdict) => {
            let fields = forward::fields(fields, verdict);
            forward::forward(request, out, &fields, upstream, method);
        }
        Verdict::Respond(response) => {
            answer::respond(out, response, matches!(method, Method::Head));
        }
    }
}

fn name(method: &Method) -> &str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => name,
    }
}

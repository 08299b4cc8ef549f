//! Passes a request on to the upstream, and its response back.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use portcullis_gate::Forward;
use wasip2::http::{
    outgoing_handler,
    types::{
        ErrorCode, Fields, FutureIncomingResponse, IncomingRequest, IncomingResponse, Method,
        OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam,
    },
};

use crate::{
    answer, log,
    pump::{self, Pump},
    settings::Upstream,
};

/// Returns the request's headers with the changes that the gate asks for.
pub(crate) fn fields(
    mut fields: Vec<(String, Vec<u8>)>,
    verdict: &Forward,
) -> Vec<(String, Vec<u8>)> {
    let is = |own: &str, other: &str| own.eq_ignore_ascii_case(other);
    fields.retain(|(own, _)| {
        let removed = verdict.remove.iter().any(|name| is(own, name));
        let replaced = verdict.set.iter().any(|(name, _)| is(own, name));
        !removed && !replaced
    });
    let set = verdict.set.iter();
    fields.extend(set.map(|(name, value)| (String::from(*name), value.clone().into_bytes())));
    fields
}

/// Passes the request on with these headers.
pub(crate) fn forward(
    request: IncomingRequest,
    out: ResponseOutparam,
    fields: &[(String, Vec<u8>)],
    upstream: &Upstream,
    method: &Method,
) {
    let Some(outgoing) = outgoing(&request, fields, upstream, method) else {
        log::event("request-not-made", &[]);
        return answer::refuse(out);
    };
    let Ok(writer) = outgoing.body() else {
        return answer::refuse(out);
    };
    let response = match outgoing_handler::handle(outgoing, None) {
        Ok(response) => response,
        Err(error) => return unreachable_upstream(out, &error),
    };
    // Trailers of a request end here: some upstreams would take them for headers.
    let sending = Pump::request(request, writer);
    let (response, sending) = match await_response(&response, sending) {
        Ok(answered) => answered,
        Err(error) => return unreachable_upstream(out, &error),
    };
    pass_back(response, out, sending);
}

fn outgoing(
    request: &IncomingRequest,
    fields: &[(String, Vec<u8>)],
    upstream: &Upstream,
    method: &Method,
) -> Option<OutgoingRequest> {
    let outgoing = OutgoingRequest::new(end_to_end(fields)?);
    outgoing.set_method(method).ok()?;
    // The client's bytes, as they came.
    let target = request.path_with_query();
    outgoing.set_path_with_query(target.as_deref()).ok()?;
    outgoing.set_scheme(Some(&upstream.scheme)).ok()?;
    outgoing.set_authority(Some(&upstream.authority)).ok()?;
    Some(outgoing)
}

/// Returns the fields that are not about one connection only (RFC 9110, section 7.6.1).
///
/// Nothing if one of the others cannot be set: a header is never left out in silence.
fn end_to_end(all: &[(String, Vec<u8>)]) -> Option<Fields> {
    let named: Vec<String> = all
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| value.split(|byte| *byte == b','))
        .filter_map(|name| core::str::from_utf8(name).ok())
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let fields = Fields::new();
    for (name, value) in all {
        let lower = name.to_ascii_lowercase();
        if HOP_BY_HOP.contains(&lower.as_str()) || named.contains(&lower) {
            continue;
        }
        fields.append(name, value).ok()?;
    }
    Some(fields)
}

fn await_response(
    response: &FutureIncomingResponse,
    mut sending: Option<Pump>,
) -> Result<(IncomingResponse, Option<Pump>), ErrorCode> {
    let arrives = response.subscribe();
    loop {
        if let Some(answered) = response.get() {
            let answered = answered.unwrap_or(Err(ErrorCode::InternalError(None)))?;
            drop(arrives);
            return Ok((answered, sending));
        }
        let waits = sending.as_mut().and_then(Pump::step);
        if waits.is_none() {
            // All sent, or the upstream takes no more.
            sending = None;
        }
        pump::wait(&arrives, waits.as_ref());
    }
}

fn pass_back(response: IncomingResponse, out: ResponseOutparam, mut sending: Option<Pump>) {
    let made = end_to_end(&response.headers().entries()).and_then(|fields| {
        let outgoing = OutgoingResponse::new(fields);
        outgoing.set_status_code(response.status()).ok()?;
        let writer = outgoing.body().ok()?;
        Some((outgoing, writer))
    });
    let Some((outgoing, writer)) = made else {
        log::event("response-not-made", &[]);
        return answer::bad_gateway(out);
    };
    ResponseOutparam::set(out, Ok(outgoing));
    let Some(mut receiving) = Pump::response(response, writer) else {
        return;
    };
    while let Some(waits) = receiving.step() {
        let sends = sending.as_mut().and_then(Pump::step);
        if sends.is_none() {
            sending = None;
        }
        pump::wait(&waits, sends.as_ref());
    }
}

fn unreachable_upstream(out: ResponseOutparam, error: &ErrorCode) {
    log::event("upstream-failed", &[("why", &error.to_string())]);
    answer::bad_gateway(out);
}

/// Unused bodies are closed by their writers going away.
pub(crate) fn finish(writer: OutgoingBody, trailers: Option<Fields>) {
    // Should it fail, the other side has gone.
    OutgoingBody::finish(writer, trailers).ok();
}

const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

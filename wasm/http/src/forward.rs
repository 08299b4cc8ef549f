//! Passes a request on to the upstream, and its response back.

use alloc::string::String;

use portcullis_http_shell::{
    Answer, AnswerChanges, Field, Scheme, Upstream, answered, upstream_failure,
};
use wasip2::http::{
    outgoing_handler,
    types::{
        ErrorCode, Fields, FutureIncomingResponse, IncomingRequest, IncomingResponse, Method,
        OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam, Scheme as WasiScheme,
    },
};

use crate::{
    answer, log,
    pump::{self, Pump},
};

/// Passes the request on with these headers.
pub(crate) fn forward(
    request: IncomingRequest,
    out: ResponseOutparam,
    fields: &[Field],
    (upstream, target, changes): (&Upstream, Option<String>, &AnswerChanges),
    method: &Method,
) {
    let Some(outgoing) = outgoing(&request, fields, (upstream, target), method) else {
        log::event("request-not-made", &[]);
        return answer::respond(out, &Answer::unavailable());
    };
    let Ok(writer) = outgoing.body() else {
        return answer::respond(out, &Answer::unavailable());
    };
    let response = match outgoing_handler::handle(outgoing, None) {
        Ok(response) => response,
        Err(error) => return unreachable_upstream(out, &error),
    };
    // Trailers of a request end here: some upstreams would take them for headers.
    let sending = Pump::request(request, writer);
    let (response, sending) = match await_response(&response, sending) {
        Ok(arrived) => arrived,
        Err(error) => return unreachable_upstream(out, &error),
    };
    pass_back(response, changes, out, sending);
}

fn outgoing(
    request: &IncomingRequest,
    fields: &[Field],
    (upstream, target): (&Upstream, Option<String>),
    method: &Method,
) -> Option<OutgoingRequest> {
    let outgoing = OutgoingRequest::new(Fields::from_list(fields).ok()?);
    outgoing.set_method(method).ok()?;
    // The client's bytes, as they came, but for a token.
    let target = target.or_else(|| request.path_with_query());
    outgoing.set_path_with_query(target.as_deref()).ok()?;
    let scheme = match upstream.scheme {
        Scheme::Http => WasiScheme::Http,
        Scheme::Https => WasiScheme::Https,
    };
    outgoing.set_scheme(Some(&scheme)).ok()?;
    outgoing.set_authority(Some(&upstream.authority)).ok()?;
    Some(outgoing)
}

fn await_response(
    response: &FutureIncomingResponse,
    mut sending: Option<Pump>,
) -> Result<(IncomingResponse, Option<Pump>), ErrorCode> {
    let arrives = response.subscribe();
    loop {
        if let Some(arrived) = response.get() {
            let arrived = arrived.unwrap_or(Err(ErrorCode::InternalError(None)))?;
            drop(arrives);
            return Ok((arrived, sending));
        }
        let waits = sending.as_mut().and_then(Pump::step);
        if waits.is_none() {
            // All sent, or the upstream takes no more.
            sending = None;
        }
        pump::wait(&arrives, waits.as_ref());
    }
}

fn pass_back(
    response: IncomingResponse,
    changes: &AnswerChanges,
    out: ResponseOutparam,
    mut sending: Option<Pump>,
) {
    let fields = answered(response.headers().entries(), changes);
    let fields = Fields::from_list(&fields).ok();
    let made = fields.and_then(|fields| {
        let outgoing = OutgoingResponse::new(fields);
        outgoing.set_status_code(response.status()).ok()?;
        let writer = outgoing.body().ok()?;
        Some((outgoing, writer))
    });
    let Some((outgoing, writer)) = made else {
        log::event("response-not-made", &[]);
        return answer::respond(out, &Answer::bad_gateway());
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
    log::event(
        "upstream-failed",
        &[("why", upstream_failure!(ErrorCode, error))],
    );
    answer::respond(out, &Answer::bad_gateway());
}

/// Unused bodies are closed by their writers going away.
pub(crate) fn finish(writer: OutgoingBody, trailers: Option<Fields>) {
    // Should it fail, the other side has gone.
    OutgoingBody::finish(writer, trailers).ok();
}

//! One request: read, judged, and then answered or passed on.

use portcullis_http_shell::{Incoming, Judged, Time, UnixSeconds, Work};
use wasip2::{
    clocks::wall_clock,
    exports::http::incoming_handler::Guest,
    http::types::{IncomingRequest, Method, ResponseOutparam},
};

use crate::{answer, bindings::with_state, files, forward, keys, log};

/// What takes requests.
#[derive(Debug)]
pub(crate) struct Handler;

impl Guest for Handler {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        with_state(|middleware| {
            if !middleware.is_configured() {
                let read = files::configuration();
                say(middleware.configure(read, now().seconds));
                for file in middleware.key_files() {
                    keys::recall(middleware, &file);
                }
            }
            if let Some(file) = middleware.due(now().seconds) {
                let found = files::bundle(&file);
                say(middleware.take(&file, found, now().seconds));
            }
        });
        let method = request.method();
        let mut judged = judge(&request, &method);
        if let Some(issuer) = judged.awaits_keys {
            keys::bring(issuer);
            judged = judge(&request, &method);
        }
        say(judged.line);
        // The state is free again before anything is waited for.
        match judged.work {
            Work::Answer(answer) => answer::respond(out, &answer),
            Work::Forward(fields, target, upstream, changes) => {
                forward::forward(
                    request,
                    out,
                    &fields,
                    (&upstream, target, &changes),
                    &method,
                );
            }
        }
        // Nobody waits for keys that still hold.
        keys::refresh();
    }
}

fn judge(request: &IncomingRequest, method: &Method) -> Judged {
    let judged = with_state(|middleware| {
        middleware.judge(
            Incoming {
                method: name(method),
                authority: request.authority(),
                target: &request.path_with_query().unwrap_or_default(),
                fields: request.headers().entries(),
            },
            now(),
        )
    });
    judged.unwrap_or_else(Judged::unavailable)
}

pub(crate) fn say(line: Option<alloc::string::String>) {
    if let Some(line) = line {
        log::line(&line);
    }
}

pub(crate) fn now() -> Time {
    let time = wall_clock::now();
    Time {
        seconds: UnixSeconds(time.seconds),
        nanoseconds: time.nanoseconds,
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

//! One request: read, judged, and then answered or passed on.

use portcullis_http_shell::{Incoming, Judged, Middleware, Time, UnixSeconds, Work};
use wasip3::{
    clocks::system_clock,
    exports::http::handler::Guest,
    http::types::{ErrorCode, Method, Request, Response},
    spawn_local,
};

use crate::{answer, bindings::with_state, files, forward, keys, log};

/// What takes requests.
#[derive(Debug)]
pub(crate) struct Handler;

impl Guest for Handler {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        prepare().await;
        let method = request.get_method();
        let mut judged = judge(&request, &method);
        if let Some(issuer) = judged.awaits_keys {
            keys::bring(issuer).await;
            judged = judge(&request, &method);
        }
        if let Some(line) = judged.line {
            log::line(line);
        }
        // Nobody waits for keys that still hold.
        spawn_local(keys::refresh());
        match judged.work {
            Work::Answer(answer) => answer::respond(answer),
            Work::Forward(fields, target, upstream, changes) => {
                forward::forward(request, &fields, (&upstream, target, &changes), &method).await
            }
        }
    }
}

fn judge(request: &Request, method: &Method) -> Judged {
    let judged = with_state(|middleware| {
        middleware.judge(
            Incoming {
                method: name(method),
                authority: request.get_authority(),
                target: &request.get_path_with_query().unwrap_or_default(),
                fields: request.get_headers().copy_all(),
            },
            now(),
        )
    });
    judged.unwrap_or_else(Judged::unavailable)
}

/// Reads what is not read yet. Other requests of this instance go on meanwhile, so the state is
/// never held while something is waited for.
async fn prepare() {
    if with_state(|middleware| middleware.is_configured()) == Some(false) {
        let read = files::configuration().await;
        say(|middleware| middleware.configure(read, now().seconds));
        for file in with_state(|middleware| middleware.key_files()).unwrap_or_default() {
            keys::recall(&file).await;
        }
    }
    if let Some(file) = with_state(|middleware| middleware.due(now().seconds)).flatten() {
        let found = files::bundle(&file).await;
        say(|middleware| middleware.take(&file, found, now().seconds));
    }
}

pub(crate) fn say(work: impl FnOnce(&mut Middleware) -> Option<alloc::string::String>) {
    if let Some(line) = with_state(work).flatten() {
        log::line(line);
    }
}

pub(crate) fn now() -> Time {
    let time = system_clock::now();
    Time {
        // A clock before 1970 is as good as none: no bundle is valid then.
        seconds: UnixSeconds(time.seconds.try_into().unwrap_or(0)),
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

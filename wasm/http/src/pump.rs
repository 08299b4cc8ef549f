//! Moves a body from one side to the other as both are ready, without holding it.

use wasip2::{
    http::types::{Fields, IncomingBody, IncomingRequest, IncomingResponse, OutgoingBody},
    io::{
        poll::{Pollable, poll},
        streams::{InputStream, OutputStream, StreamError},
    },
};

use crate::forward::finish;

/// A body on its way.
#[derive(Debug)]
pub(crate) struct Pump {
    // The order is that of their closing: streams before bodies, bodies before messages.
    input: Option<InputStream>,
    output: Option<OutputStream>,
    from: Option<IncomingBody>,
    to: Option<OutgoingBody>,
    keeps_trailers: bool,
    flushing: bool,
    _source: Source,
}

/// The message that the body is of, which must outlive it.
#[derive(Debug)]
enum Source {
    Request { _request: IncomingRequest },
    Response { _response: IncomingResponse },
}

impl Pump {
    /// Starts with a request's body; its trailers end here.
    pub(crate) fn request(request: IncomingRequest, to: OutgoingBody) -> Option<Self> {
        let from = request.consume().ok();
        Self::new(from, to, false, Source::Request { _request: request })
    }

    /// Starts with a response's body.
    pub(crate) fn response(response: IncomingResponse, to: OutgoingBody) -> Option<Self> {
        let from = response.consume().ok();
        let source = Source::Response {
            _response: response,
        };
        Self::new(from, to, true, source)
    }

    fn new(
        from: Option<IncomingBody>,
        to: OutgoingBody,
        keeps_trailers: bool,
        source: Source,
    ) -> Option<Self> {
        let input = from.as_ref().and_then(|from| from.stream().ok());
        let output = to.write().ok();
        if input.is_none() || output.is_none() {
            drop(output);
            finish(to, None);
            return None;
        }
        Some(Self {
            input,
            output,
            from,
            to: Some(to),
            keeps_trailers,
            flushing: false,
            _source: source,
        })
    }

    /// Moves what can be moved; returns what to wait for before the next step, or nothing
    /// when this was the last.
    pub(crate) fn step(&mut self) -> Option<Pollable> {
        loop {
            let output = self.output.as_ref()?;
            let room = match output.check_write() {
                Ok(0) => return Some(output.subscribe()),
                Ok(room) => room,
                // The other side takes no more; the body is cut short, and says so.
                Err(_) => return self.abandon(),
            };
            if self.flushing {
                self.close();
                return None;
            }
            let input = self.input.as_ref()?;
            match output.splice(input, room) {
                Ok(0) => return Some(input.subscribe()),
                Ok(_) => {}
                Err(StreamError::Closed) if output.check_write().is_ok() => {
                    if output.flush().is_err() {
                        return self.abandon();
                    }
                    self.flushing = true;
                }
                Err(_) => return self.abandon(),
            }
        }
    }

    /// Ends the body as it ended at its source.
    fn close(&mut self) {
        self.input = None;
        self.output = None;
        let trailers = self.from.take().and_then(|from| self.trailers(from));
        if let Some(to) = self.to.take() {
            finish(to, trailers);
        }
    }

    fn trailers(&self, from: IncomingBody) -> Option<Fields> {
        let future = IncomingBody::finish(from);
        if !self.keeps_trailers {
            return None;
        }
        future.subscribe().block();
        let trailers = future.get()?.ok()?.ok()??;
        // What was received cannot be changed, and so not be sent; a copy can.
        Some(trailers.clone())
    }

    /// Drops both sides: a body that is dropped and not finished ends in an error.
    fn abandon(&mut self) -> Option<Pollable> {
        self.input = None;
        self.output = None;
        self.from = None;
        self.to = None;
        None
    }
}

/// Waits for either.
pub(crate) fn wait(one: &Pollable, other: Option<&Pollable>) {
    match other {
        Some(other) => {
            poll(&[one, other]);
        }
        None => one.block(),
    }
}

//! A tiny upstream that says what it received.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use crate::http::{Connection, Message};

/// A tiny upstream: answers every request with what it received of it, as JSON.
#[derive(Debug, Clone)]
pub struct Upstream {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Message>>>,
}

impl Upstream {
    /// Starts on a port of its own; it runs until the program ends.
    ///
    /// # Errors
    ///
    /// When it cannot listen.
    pub fn start() -> io::Result<Self> {
        Self::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts at an address; it runs until the program ends.
    ///
    /// # Errors
    ///
    /// When it cannot listen there.
    pub fn start_at(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let upstream = Self {
            address: listener.local_addr()?,
            received: Arc::default(),
        };
        let serving = upstream.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A connection that breaks is the client's affair.
                thread::spawn(move || serving.serve(stream).ok());
            }
        });
        Ok(upstream)
    }

    /// Returns where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes what was received since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Message> {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut received)
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut connection = Connection::over(stream)?;
        while let Some(request) = connection.request()? {
            let body = echo(&request).to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{}content-length: {}\r\n\r\n",
                OWN_HEADERS
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .concat(),
                body.len()
            );
            let sent = if request.method == "HEAD" {
                head
            } else {
                head + &body
            };
            let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
            received.push(request);
            // Under load nobody looks at what was received long ago.
            let surplus = received.len().saturating_sub(RECEIVED_MAX);
            received.drain(..surplus);
            drop(received);
            connection.send(sent.as_bytes())?;
        }
        Ok(())
    }
}

/// Returns what an upstream says of a request.
#[must_use]
pub fn echo(request: &Message) -> Value {
    json!({
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "body": request.text(),
    })
}

/// What it says of other origins, which is not always its to say, and of caches.
pub const OWN_HEADERS: [(&str, &str); 2] = [
    ("access-control-allow-origin", "*"),
    ("vary", "accept-encoding"),
];
const RECEIVED_MAX: usize = 1_000;

//! An origin of bundles, which fails in the ways that origins fail.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::http::Connection;

/// An origin of bundles.
#[derive(Debug, Clone)]
pub struct Origin {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What the origin does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Answers with the bundle, or with 304 if the client has it.
    Good,
    /// Closes every connection.
    Down,
    /// Answers after so long.
    Slow(Duration),
    /// Announces the whole bundle, sends half and closes.
    Truncating,
    /// Sends half of the bundle as if it were all.
    Halving,
    /// Answers 500.
    Failing,
}

#[derive(Debug)]
struct State {
    bundle: Vec<u8>,
    version: u64,
    manner: Manner,
    asked: u64,
    not_modified: u64,
}

impl Origin {
    /// Starts on a port of its own; it runs until the program ends.
    ///
    /// # Errors
    ///
    /// When it cannot listen.
    pub fn start(bundle: Vec<u8>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let origin = Self {
            address: listener.local_addr()?,
            state: Arc::new(Mutex::new(State {
                bundle,
                version: 1,
                manner: Manner::Good,
                asked: 0,
                not_modified: 0,
            })),
        };
        let serving = origin.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A connection that breaks is what some manners are about.
                thread::spawn(move || serving.serve(stream).ok());
            }
        });
        Ok(origin)
    }

    /// Returns where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves another bundle from now on.
    pub fn serve_bundle(&self, bundle: Vec<u8>) {
        let mut state = self.state();
        state.bundle = bundle;
        state.version += 1;
    }

    /// Behaves in another manner from now on.
    pub fn behave(&self, manner: Manner) {
        self.state().manner = manner;
    }

    /// Returns how often it was asked, and how often it could say that nothing changed.
    #[must_use]
    pub fn asked(&self) -> (u64, u64) {
        let state = self.state();
        (state.asked, state.not_modified)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut connection = Connection::over(stream)?;
        while let Some(request) = connection.request()? {
            let (bundle, etag, manner) = {
                let mut state = self.state();
                state.asked += 1;
                let etag = format!("\"v{}\"", state.version);
                (state.bundle.clone(), etag, state.manner)
            };
            let (half, _) = bundle.split_at(bundle.len() / 2);
            let (announced, sent) = match manner {
                Manner::Down => return Ok(()),
                Manner::Failing => {
                    connection.send(b"HTTP/1.1 500 Failed\r\ncontent-length: 0\r\n\r\n")?;
                    continue;
                }
                Manner::Slow(wait) => {
                    thread::sleep(wait);
                    (bundle.len(), &bundle[..])
                }
                Manner::Truncating => (bundle.len(), half),
                Manner::Halving => (half.len(), half),
                Manner::Good if request.header("if-none-match") == Some(&etag) => {
                    self.state().not_modified += 1;
                    let head = format!("HTTP/1.1 304 Not Modified\r\netag: {etag}\r\n\r\n");
                    connection.send(head.as_bytes())?;
                    continue;
                }
                Manner::Good => (bundle.len(), &bundle[..]),
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\netag: {etag}\r\n\
                 content-length: {announced}\r\n\r\n"
            );
            connection.send(head.as_bytes())?;
            connection.send(sent)?;
            if announced != sent.len() {
                return Ok(());
            }
        }
        Ok(())
    }
}

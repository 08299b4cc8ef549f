//! Who may use the page: whoever exchanged the printed token, by a cookie.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hyper::{HeaderMap, header::COOKIE};

use crate::secret::Secret;

/// The token that works once, and the cookie that it is exchanged for.
#[derive(Debug)]
pub(crate) struct Session {
    token: Arc<Secret>,
    is_used: AtomicBool,
    name: String,
    cookie: Secret,
}

impl Session {
    /// Makes a token, which is returned besides, and a cookie; both are gone with the process.
    pub(crate) fn new(port: u16) -> io::Result<(Self, Arc<Secret>)> {
        let token = Arc::new(Secret::random()?);
        let session = Self {
            token: Arc::clone(&token),
            is_used: AtomicBool::new(false),
            // A browser keeps cookies by host alone: the port keeps two consoles apart.
            name: format!("portcullis-console-{port}"),
            cookie: Secret::random()?,
        };
        Ok((session, token))
    }

    /// Takes a token for the cookie, as `Set-Cookie` has it; a token works once.
    pub(crate) fn exchange(&self, token: &str) -> Option<String> {
        // Compared first: a wrong one uses nothing up.
        if !self.token.is(token) || self.is_used.swap(true, Ordering::Relaxed) {
            return None;
        }
        let (name, cookie) = (&self.name, self.cookie.reveal());
        Some(format!(
            "{name}={cookie}; Path=/; HttpOnly; SameSite=Strict"
        ))
    }

    /// Says whether a request has the cookie.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(COOKIE).iter();
        let pairs = lines.filter_map(|line| line.to_str().ok());
        pairs
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.name && self.cookie.is(value))
    }
}

//! An identity provider (`OpenID` Connect): its description, its keys, and tokens that they signed.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};

use crate::http::Connection;

/// An identity provider (`OpenID` Connect), whose keys are numbers that everybody knows.
#[derive(Debug, Clone)]
pub struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What the provider does when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Candour {
    /// Answers with its description and its keys.
    Good,
    /// Closes every connection.
    Down,
    /// Describes itself as another, and answers with keys of another's.
    Lying,
}

#[derive(Debug)]
struct State {
    keys: Vec<u8>,
    candour: Candour,
    asked: Vec<String>,
}

impl Provider {
    /// Starts on a port of its own, with these keys; it runs until the program ends.
    ///
    /// # Errors
    ///
    /// When it cannot listen.
    pub fn start(keys: &[u8]) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let provider = Self {
            address: listener.local_addr()?,
            state: Arc::new(Mutex::new(State {
                keys: keys.to_vec(),
                candour: Candour::Good,
                asked: Vec::new(),
            })),
        };
        let serving = provider.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A connection that breaks is what being down is about.
                thread::spawn(move || serving.serve(stream).ok());
            }
        });
        Ok(provider)
    }

    /// Returns where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has these keys from now on.
    pub fn rotate(&self, keys: &[u8]) {
        self.state().keys = keys.to_vec();
    }

    /// Behaves so from now on.
    pub fn behave(&self, candour: Candour) {
        self.state().candour = candour;
    }

    /// Returns the paths that were asked for.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.state().asked.clone()
    }

    /// Signs claims with a key, whether the provider has it or not.
    #[must_use]
    pub fn sign(key: u8, claims: &Value) -> String {
        let header = json!({ "alg": "EdDSA", "kid": format!("{key}"), "typ": "JWT" });
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = SigningKey::from_bytes(&[key; 32]).sign(signed.as_bytes());
        let signature = Base64UrlUnpadded::encode_string(&signature.to_bytes());
        format!("{signed}.{signature}")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut connection = Connection::over(stream)?;
        while let Some(request) = connection.request()? {
            let (keys, candour) = {
                let mut state = self.state();
                state.asked.push(request.target.clone());
                (state.keys.clone(), state.candour)
            };
            let is_description = request.target == DESCRIPTION;
            let answer = match (candour, is_description) {
                (Candour::Down, _) => return Ok(()),
                (Candour::Good, true) => json!({ "issuer": ISSUER, "jwks_uri": JWKS_URI }),
                (Candour::Good, false) => set(&keys),
                (Candour::Lying, true) => json!({ "issuer": STRANGER, "jwks_uri": JWKS_URI }),
                (Candour::Lying, false) => set(&[66]),
            };
            let body = answer.to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                 cache-control: public, max-age=300\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            connection.send((head + &body).as_bytes())?;
        }
        Ok(())
    }
}

fn set(keys: &[u8]) -> Value {
    let keys = keys.iter().map(|key| {
        let public = SigningKey::from_bytes(&[*key; 32]).verifying_key();
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": format!("{key}"),
                "x": Base64UrlUnpadded::encode_string(public.as_bytes()) })
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

/// The name of the provider.
pub const ISSUER: &str = "https://login.acme.example";
/// The path of its description.
pub const DESCRIPTION: &str = "/.well-known/openid-configuration";
const JWKS_URI: &str = "https://login.acme.example/keys";
const STRANGER: &str = "https://login.evil.example";

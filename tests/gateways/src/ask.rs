//! Asks a gateway, the native gate the same, and holds one against the other.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use portcullis_gate::{AnswerChanges, Gate, GateConfig, Peer, Request, Verdict};

use crate::clock::now;
use crate::http::{self, Message};
use crate::upstream::{OWN_HEADERS, Upstream};

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The method.
    pub method: String,
    /// The target, byte for byte.
    pub target: String,
    /// What the header `host` says.
    pub authority: String,
    /// The headers besides `host`, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Ask {
    /// Asks for a target.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            authority: HOST.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a token.
    #[must_use]
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Returns the bytes that go over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut headers = vec![("host".to_owned(), self.authority.clone())];
        headers.extend(self.headers.iter().cloned());
        headers.push(("connection".to_owned(), "close".to_owned()));
        http::request(&self.method, &self.target, &headers, &self.body)
    }

    /// Returns how one would ask again by hand.
    #[must_use]
    pub fn curl(&self, address: SocketAddr) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let mut line = "curl --path-as-is -i".to_owned();
        if self.method != "GET" {
            line += &format!(" -X {}", self.method);
        }
        for (name, value) in &self.headers {
            line += &format!(" -H {}", quoted(&format!("{name}: {value}")));
        }
        line + " " + &quoted(&format!("http://{address}{}", self.target))
    }
}

/// A gateway, and the upstream behind it.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Where it takes requests.
    pub address: SocketAddr,
    /// What stands behind it.
    pub upstream: Upstream,
    /// In which form a target is sent.
    pub form: Form,
}

/// The form of a request's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is.
    Origin,
    /// Behind the authority (RFC 9112, section 3.2.2), for a gateway that learns it from there
    /// alone.
    Absolute,
}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What the client got.
    pub response: Message,
    /// What the upstream got, if it got anything.
    pub forwarded: Option<Message>,
}

impl Gateway {
    /// Takes a gateway that runs, and the upstream behind it.
    #[must_use]
    pub const fn new(address: SocketAddr, upstream: Upstream) -> Self {
        Self {
            address,
            upstream,
            form: Form::Origin,
        }
    }

    /// Asks, and looks what the upstream got.
    ///
    /// # Errors
    ///
    /// When no response comes, or more than one request reached the upstream.
    pub fn ask(&self, ask: &Ask) -> Result<Outcome> {
        let mut sent = ask.clone();
        if self.form == Form::Absolute && ask.target.starts_with('/') {
            sent.target = format!("http://{}{}", ask.authority, ask.target);
        }
        self.send(&sent.method, &sent.bytes())
    }

    /// Sends bytes as they are, and looks what the upstream got.
    ///
    /// # Errors
    ///
    /// When no response comes, or more than one request reached the upstream.
    pub fn send(&self, method: &str, bytes: &[u8]) -> Result<Outcome> {
        drop(self.upstream.take());
        let response = http::exchange(self.address, method, bytes)?;
        let mut forwarded = self.upstream.take();
        if forwarded.len() > 1 {
            bail!("one request became {}: {forwarded:?}", forwarded.len());
        }
        Ok(Outcome {
            response,
            forwarded: forwarded.pop(),
        })
    }
}

/// The gate in this very process, with the configuration of a gateway.
#[derive(Debug)]
pub struct Native(Gate);

impl Native {
    /// Starts with a configuration and the bundle in it, or another one.
    ///
    /// # Errors
    ///
    /// When either is refused.
    pub fn new(configuration: &str, bundle: Option<&[u8]>) -> Result<Self> {
        let config = GateConfig::from_json(configuration.as_bytes())?;
        let bundle = bundle.or(config.bundle()).map(Vec::from);
        let mut gate = Gate::new(config);
        gate.offer(bundle.context("there is no bundle")?, now())?;
        Ok(Self(gate))
    }

    /// Judges the request that a gateway is asked.
    pub fn judge(&mut self, ask: &Ask, peer: Peer<'_>) -> Verdict {
        // One byte each, as they go over the wire.
        let bytes = |text: &str| -> Vec<u8> {
            text.chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect()
        };
        let mut headers = vec![(b"host".to_vec(), bytes(&ask.authority))];
        headers.extend(
            ask.headers
                .iter()
                .map(|(name, value)| (bytes(name), bytes(value.trim()))),
        );
        let headers: Vec<(&[u8], &[u8])> = headers
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()))
            .collect();
        let request = Request {
            method: ask.method.as_bytes(),
            authority: ask.authority.as_bytes(),
            target: ask.target.as_bytes(),
            headers: &headers,
            peer,
            nonce: b"",
        };
        self.0.judge(&request, now())
    }
}

/// How a gateway and the native gate agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// They said the same.
    Same,
    /// The gate refuses it, and the proxy refused it before it came to the gate.
    RefusedBefore,
}

/// Checks that a gateway did what the native gate says.
///
/// # Errors
///
/// Says in what they differ.
pub fn agree(ask: &Ask, expected: &Verdict, outcome: &Outcome) -> Result<Agreement> {
    let status = outcome.response.status;
    match expected {
        Verdict::Respond(response) => {
            if let Some(forwarded) = &outcome.forwarded {
                bail!(
                    "{} {}: refused with {} natively, and forwarded: {forwarded:?}",
                    ask.method,
                    ask.target,
                    response.entry.code
                );
            }
            let is_gates = outcome.response.text().contains("urn:portcullis:problem:");
            let bodiless = ask.method == "HEAD" || response.body.is_empty();
            if !is_gates && !bodiless && (400..500).contains(&status) {
                return Ok(Agreement::RefusedBefore);
            }
            let class = response.entry.code.class();
            let says_so = bodiless || outcome.response.text().contains(&format!(":{class}\""));
            if status != response.status || !says_so {
                bail!(
                    "{} {}: {} {class} natively, but {status}: {}",
                    ask.method,
                    ask.target,
                    response.status,
                    outcome.response.text()
                );
            }
        }
        Verdict::Forward(forward) => {
            let Some(forwarded) = &outcome.forwarded else {
                bail!(
                    "{} {}: forwarded natively, but {status}: {}",
                    ask.method,
                    ask.target,
                    outcome.response.text()
                );
            };
            if forwarded.target != ask.target || forwarded.method != ask.method {
                bail!("{ask:?} became {} {}", forwarded.method, forwarded.target);
            }
            let own = |name: &str| name.to_ascii_lowercase().replace('_', "-").starts_with(OWN);
            let mut got: Vec<(String, String)> = forwarded
                .headers
                .iter()
                .filter(|(name, _)| own(name))
                .cloned()
                .collect();
            let mut set: Vec<(String, String)> = forward
                .set
                .iter()
                .filter(|(name, _)| own(name))
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect();
            got.sort();
            set.sort();
            if got != set {
                bail!("{ask:?}: natively the upstream gets {set:?}, but it got {got:?}");
            }
            let kept = |name: &&String| forwarded.header(name).is_some();
            let replaced = |name: &&String| {
                !forward
                    .set
                    .iter()
                    .any(|(own, _)| own.eq_ignore_ascii_case(name))
            };
            if let Some(name) = forward.remove.iter().filter(replaced).find(kept) {
                bail!("{ask:?}: `{name}` reached the upstream");
            }
            answered(&forward.answer, &outcome.response)?;
        }
    }
    Ok(Agreement::Same)
}

/// Checks that the client gets what the upstream answered, with the changes that the gate asks for.
fn answered(changes: &AnswerChanges, response: &Message) -> Result<()> {
    let named = changes.remove.iter().copied();
    let mut names: Vec<&str> = named
        .chain(changes.add.iter().map(|(name, _)| *name))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let own = OWN_HEADERS.iter().filter(|(own, _)| *own == name);
        let kept = own.filter(|_| !changes.remove.contains(&name));
        let added = changes.add.iter().filter(|(own, _)| *own == name);
        let mut expected: Vec<&str> = kept
            .map(|(_, value)| *value)
            .chain(added.map(|(_, value)| value.as_str()))
            .collect();
        let got = response.headers.iter();
        let got = got.filter(|(own, _)| own.eq_ignore_ascii_case(name));
        let mut got: Vec<&str> = got
            .flat_map(|(_, value)| value.split(',').map(str::trim))
            .collect();
        expected.sort_unstable();
        got.sort_unstable();
        if got != expected {
            bail!("`{name}` of the answer is {got:?}, and {expected:?} was to be");
        }
    }
    Ok(())
}

/// The host that every request names.
pub const HOST: &str = "helpdesk.acme.example";
const OWN: &str = "x-portcullis-";

//! The class `Gate`: requests in, verdicts out.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString as _},
    vec::Vec,
};

use portcullis_gate::{
    GateConfig, KeyAddress, KeyAnswer, KeyOutcome, Offer, Peer, Request, Verdict,
};
use portcullis_json::{write_list, write_member, write_string};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::time::seconds;

/// A gate, or what is wrong with its configuration.
#[derive(Debug)]
#[wasm_bindgen]
pub struct Gate(Result<portcullis_gate::Gate, String>);

#[wasm_bindgen]
impl Gate {
    /// Reads a configuration: one strict JSON document.
    #[must_use]
    #[wasm_bindgen(constructor)]
    pub fn new(config: &[u8]) -> Self {
        let config = GateConfig::from_json(config).map_err(|invalid| invalid.to_string());
        let config = config.and_then(|config| match unfetchable(&config) {
            None => Ok(config),
            Some(why) => Err(why),
        });
        Self(config.map(portcullis_gate::Gate::new))
    }

    /// Returns what is wrong with the configuration; nothing where it is right.
    #[must_use]
    pub fn invalid(&self) -> String {
        self.0.as_ref().err().cloned().unwrap_or_default()
    }

    /// Returns the bundle that the configuration carries; empty where it carries none.
    #[must_use]
    pub fn bundle(&self) -> Vec<u8> {
        let gate = self.0.as_ref().ok();
        let bundle = gate.and_then(|gate| gate.config().bundle());
        bundle.map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Offers a bundle: returns `accepted` or `unchanged`, or why it was refused.
    pub fn offer(&mut self, bundle: Vec<u8>, now: f64) -> String {
        let Ok(gate) = &mut self.0 else {
            return "!no-gate".to_owned();
        };
        match gate.offer(bundle, seconds(now)) {
            Ok(Offer::Accepted(_)) => "accepted".to_owned(),
            Ok(Offer::Unchanged) => "unchanged".to_owned(),
            Err(rejection) => ["!bundle-rejected ", rejection.code()].concat(),
        }
    }

    /// Replaces the keys that verify an issuer's tokens; returns what is wrong with them, if
    /// anything is.
    pub fn replace_token_keys(&mut self, issuer: &str, json: &[u8]) -> String {
        let Ok(gate) = &mut self.0 else {
            return "no gate".to_owned();
        };
        let replaced = gate.replace_token_keys(issuer, json);
        replaced.map_or_else(|invalid| invalid.to_string(), |()| String::new())
    }

    /// Returns what of issuers' keys is to be fetched now, as `{"issuer", "url"}`; empty where
    /// nothing is.
    pub fn next_key_fetch(&mut self, now: f64) -> String {
        let Ok(gate) = &mut self.0 else {
            return String::new();
        };
        let Some(fetch) = gate.next_key_fetch(seconds(now)) else {
            return String::new();
        };
        let KeyAddress::Url(url) = &fetch.address else {
            return String::new();
        };
        let mut out = String::from(r#"{"issuer":"#);
        out.push_str(&fetch.issuer.to_string());
        write_member(&mut out, "url", url);
        out.push('}');
        out
    }

    /// Takes the answer to a fetch; its status is 0 where there was none. Returns why it is not
    /// believed, if it is not.
    pub fn answer_key_fetch(
        &mut self,
        issuer: usize,
        status: u16,
        cache_control: &str,
        body: &[u8],
        now: f64,
    ) -> String {
        let Ok(gate) = &mut self.0 else {
            return String::new();
        };
        let answer = KeyAnswer {
            status,
            cache_control: cache_control.as_bytes(),
            body,
        };
        let answer = (status != 0).then_some(&answer);
        match gate.answer_key_fetch(issuer, answer, seconds(now)) {
            KeyOutcome::Failed(why) => why,
            KeyOutcome::More | KeyOutcome::Taken { .. } => String::new(),
        }
    }

    /// Has an issuer's keys fetched, if that may begin now.
    pub fn want_keys(&mut self, issuer: usize, now: f64) {
        if let Ok(gate) = &mut self.0 {
            gate.want_keys(issuer, seconds(now));
        }
    }

    /// Says whether an issuer's keys are being fetched, or are to be.
    #[must_use]
    pub fn fetches_keys(&self, issuer: usize, now: f64) -> bool {
        let gate = self.0.as_ref();
        gate.is_ok_and(|gate| gate.fetches_keys(issuer, seconds(now)))
    }

    /// Judges a packed request (`web/edge/src/gate.ts`), and returns what becomes of it as JSON.
    pub fn judge(&mut self, packed: &[u8], now: f64) -> String {
        let Ok(gate) = &mut self.0 else {
            return "!no-gate".to_owned();
        };
        judge(gate, packed, now).unwrap_or_else(|| "!malformed".to_owned())
    }

    /// Returns how it stands, as JSON.
    #[must_use]
    pub fn status(&self, now: f64) -> String {
        let gate = self.0.as_ref();
        gate.map_or_else(
            |_| "!no-gate".to_owned(),
            |gate| gate.status(seconds(now)).to_json(),
        )
    }
}

/// Says why a Worker cannot fetch an issuer's keys, if it cannot.
fn unfetchable(config: &GateConfig) -> Option<String> {
    let mut all = config.key_addresses();
    let (_, issuer, _) = all.find(|(_, _, address)| !matches!(address, KeyAddress::Url(_)))?;
    Some(
        [
            "a Worker fetches keys by their URL; write it as the `source` of `",
            issuer,
            "`",
        ]
        .concat(),
    )
}

fn judge(gate: &mut portcullis_gate::Gate, packed: &[u8], now: f64) -> Option<String> {
    let mut rest = packed;
    let method = run(&mut rest)?;
    let authority = run(&mut rest)?;
    let target = run(&mut rest)?;
    let nonce = run(&mut rest)?;
    let (kind, peer) = run(&mut rest)?.split_first()?;
    let peer = core::str::from_utf8(peer).ok()?;
    let peer = match kind {
        1 => Peer::Address(peer.parse().ok()?),
        2 => Peer::Identity(peer),
        _ => Peer::Unknown,
    };
    let mut headers = Vec::new();
    while !rest.is_empty() {
        headers.push((run(&mut rest)?, run(&mut rest)?));
    }
    let request = Request {
        method,
        authority,
        target,
        headers: &headers,
        peer,
        nonce,
    };
    Some(written(&gate.judge(&request, seconds(now))))
}

/// Takes a run: its length as a little-endian u32, then its bytes.
fn run<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (bytes, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

fn written(verdict: &Verdict) -> String {
    let mut out = String::from(r#"{"forward":"#);
    match verdict {
        Verdict::Forward(forward) => {
            out.push_str(r#"{"remove":["#);
            write_list(&mut out, forward.remove.iter().map(String::as_str));
            out.push_str(r#"],"set":"#);
            pairs(&mut out, &forward.set);
            if let Some(target) = &forward.target {
                write_member(&mut out, "target", target);
            }
            out.push_str(r#","answer":{"remove":["#);
            write_list(&mut out, forward.answer.remove.iter().copied());
            out.push_str(r#"],"add":"#);
            pairs(&mut out, &forward.answer.add);
            out.push_str(r#"}},"respond":null"#);
        }
        Verdict::Respond(response) => {
            out.push_str(r#"null,"respond":{"status":"#);
            out.push_str(&response.status.to_string());
            out.push_str(r#","headers":"#);
            pairs(&mut out, &response.headers);
            out.push_str(r#","body":"#);
            write_string(&mut out, &response.body);
            if let Some(issuer) = response.awaits_keys {
                out.push_str(r#","awaits_keys":"#);
                out.push_str(&issuer.to_string());
            }
            out.push('}');
        }
    }
    let entry = verdict.entry();
    write_member(&mut out, "level", entry.level.name());
    out.push_str(r#","entry":"#);
    entry.write_json(&mut out);
    out.push('}');
    out
}

fn pairs(out: &mut String, pairs: &[(impl AsRef<str>, String)]) {
    out.push('[');
    for (at, (name, value)) in pairs.iter().enumerate() {
        out.push_str(if at > 0 { ",[" } else { "[" });
        write_string(out, name.as_ref());
        out.push(',');
        write_string(out, value);
        out.push(']');
    }
    out.push(']');
}

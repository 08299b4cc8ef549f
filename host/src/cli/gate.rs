//! `gate`: one HTTP request a line in, one verdict a line out.

use std::{
    fs::File,
    io::{self, BufReader, Read, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_engine::limits::BUNDLE_BYTES_MAX;
use portcullis_gate::{Peer, Request};
use portcullis_host::{HttpGate, HttpOutcome, HttpVerdict, files};
use portcullis_policy::{
    authzen::REQUEST_BYTES_MAX,
    json::{Document, Node},
};
use serde_json::{Map, Value, json};

use super::{
    engines::EngineArgs,
    input,
    lines::{Line, read_line},
    load::TimeArgs,
    stop::Stop,
};

/// Judge HTTP requests as the gate in a proxy would: one a line in, one verdict a line out
///
/// A line is an object: method, target, and where needed authority, headers (an object, or
/// a list of [name, value]) and peer (an address or an identity). One that cannot be read
/// is answered with an error, and the run goes on.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Gate {
    /// The signed bundle
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The configuration of the gate: identity, tenant, limits
    #[arg(long, value_name = "CONFIG")]
    config: PathBuf,

    /// What to trust, where the configuration does not say it: the trust.json of `keygen`
    #[arg(long, value_name = "TRUST")]
    trust: Option<PathBuf>,

    #[command(flatten)]
    engine: EngineArgs,

    #[command(flatten)]
    time: TimeArgs,

    /// The requests, as lines of JSON; `-` or nothing is the standard input
    #[arg(value_name = "REQUESTS")]
    requests: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  portcullis gate shop.pclb --config gate.json --trust keys/trust.json requests.jsonl
  echo '{\"method\":\"GET\",\"target\":\"/v1/tickets\"}' |
    portcullis gate shop.pclb --config gate.json --trust keys/trust.json

A configuration for trying it out:
  {\"tenant\":\"acme\",\"identity\":{\"trusted_headers\":
    {\"peers\":\"127.0.0.1\",\"subject\":\"x-user-id\",\"roles\":\"x-user-roles\"}}}

A request, and its verdict:
  {\"method\":\"GET\",\"target\":\"/v1/tickets\",\"peer\":\"127.0.0.1\",
   \"headers\":{\"x-user-id\":\"jo\",\"x-user-roles\":\"agent\"}}
  {\"verdict\":\"forward\",\"remove\":[],\"set\":{\"x-portcullis-subject\":\"jo\",…},\"entry\":{…}}
Each is one line.";

impl Gate {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let config = self.config()?;
        let engine = self.engine.gate_engine()?;
        let mut gate = engine
            .open(&config)
            .map_err(|failure| Stop::failure(&failure))?;
        let bundle = files::read(&self.file, BUNDLE_BYTES_MAX)
            .map_err(|error| Stop::io("read the bundle", &self.file, error))?;
        gate.offer(&bundle, self.time.now())
            .map_err(|failure| Stop::failure(&failure))?;
        match &self.requests {
            Some(path) if !input::is_standard_input(Some(path)) => {
                let file = File::open(path).map_err(|error| Stop::io("read", path, error))?;
                self.judge_all(gate.as_mut(), path, file)
            }
            _ => self.judge_all(gate.as_mut(), Path::new("standard input"), io::stdin()),
        }
    }

    /// Reads the configuration, with the trust that stands beside it.
    fn config(&self) -> Result<Vec<u8>, Stop> {
        let text = input::read_text(&self.config, portcullis_gate::limits::CONFIG_BYTES_MAX)?;
        let Some(trust) = &self.trust else {
            return Ok(text.into_bytes());
        };
        let mut config = document(&self.config, &text)?;
        let stated = document(trust, &input::read_text(trust, TRUST_BYTES_MAX)?)?;
        if let Node::Object(members) = &mut config {
            members.retain(|(name, _)| name != "trust");
            members.push(("trust".to_owned(), stated));
        }
        serde_json::to_vec(&config).map_err(|error| Stop::usage(error.to_string()))
    }

    fn judge_all(
        &self,
        gate: &mut dyn HttpGate,
        path: &Path,
        source: impl Read,
    ) -> Result<(), Stop> {
        let mut out = io::stdout().lock();
        let mut requests = BufReader::new(source);
        let mut line = Vec::new();
        loop {
            let read = read_line(&mut requests, &mut line);
            let request = match read.map_err(|error| Stop::io("read", path, error))? {
                Line::None => return Ok(()),
                Line::Whole => HttpLine::read(&line),
                Line::TooLong => Err(format!(
                    "the request has more than {REQUEST_BYTES_MAX} bytes"
                )),
            };
            let answer = match request {
                Err(why) => json!({ "verdict": "error", "error": why }),
                Ok(request) => match request.judge(gate, self.time) {
                    Ok(verdict) => shown(verdict),
                    Err(failure) => {
                        json!({ "verdict": "respond", "status": 503, "entry": { "code": "trap", "detail": failure } })
                    }
                },
            };
            writeln!(out, "{answer}")?;
            out.flush()?;
        }
    }
}

/// Reads JSON as strictly as the gate does, which sees only what is written from it.
fn document(path: &Path, text: &str) -> Result<Node, Stop> {
    let wrong =
        |error: &dyn std::fmt::Display| Stop::usage(format!("`{}`: {error}", path.display()));
    let document = Document::parse(text).map_err(|error| wrong(&error))?;
    match document.duplicates.first() {
        Some(place) => Err(wrong(&format!("the member {place} appears twice"))),
        None => Ok(document.root),
    }
}

/// A request as a line says it.
struct HttpLine {
    method: String,
    authority: String,
    target: String,
    headers: Vec<(String, String)>,
    peer: String,
    nonce: String,
}

impl HttpLine {
    fn read(line: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(line).map_err(|error| error.to_string())?;
        let Value::Object(members) = value else {
            return Err("a request is an object".to_owned());
        };
        if let Some(unknown) = members
            .keys()
            .find(|name| !MEMBERS.contains(&name.as_str()))
        {
            let known = MEMBERS.join("`, `");
            return Err(format!("unknown member `{unknown}`; known are `{known}`"));
        }
        let text = |name: &str, otherwise: Option<&str>| match (members.get(name), otherwise) {
            (Some(Value::String(text)), _) => Ok(text.clone()),
            (None, Some(otherwise)) => Ok(otherwise.to_owned()),
            (None, None) => Err(format!("the member `{name}` is missing")),
            (Some(_), _) => Err(format!("`{name}` is not a string")),
        };
        Ok(Self {
            method: text("method", None)?,
            target: text("target", None)?,
            authority: text("authority", Some(""))?,
            headers: headers(members.get("headers"))?,
            peer: text("peer", Some(""))?,
            nonce: text("nonce", Some(""))?,
        })
    }

    fn judge(&self, gate: &mut dyn HttpGate, time: TimeArgs) -> Result<HttpVerdict, String> {
        let headers: Vec<(&[u8], &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        let request = Request {
            method: self.method.as_bytes(),
            authority: self.authority.as_bytes(),
            target: self.target.as_bytes(),
            headers: &headers,
            peer: Peer::read(&self.peer),
            nonce: self.nonce.as_bytes(),
        };
        gate.judge(&request, time.now())
            .map_err(|failure| failure.to_string())
    }
}

fn headers(stated: Option<&Value>) -> Result<Vec<(String, String)>, String> {
    let pair = |name: &Value, value: &Value| match (name, value) {
        (Value::String(name), Value::String(value)) => Ok((name.clone(), value.clone())),
        _ => Err("a header is a name and a string".to_owned()),
    };
    match stated {
        None => Ok(Vec::new()),
        Some(Value::Object(members)) => members
            .iter()
            .map(|(name, value)| pair(&Value::from(name.as_str()), value))
            .collect(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| match item.as_array().map(Vec::as_slice) {
                Some([name, value]) => pair(name, value),
                _ => Err("a header is [name, value]".to_owned()),
            })
            .collect(),
        Some(_) => Err("`headers` is an object or a list".to_owned()),
    }
}

fn shown(verdict: HttpVerdict) -> Value {
    let entry: Value = serde_json::from_str(&verdict.entry).unwrap_or_default();
    let object = |pairs: Vec<(String, String)>| {
        let pairs = pairs.into_iter();
        pairs
            .map(|(name, value)| (name, Value::from(value)))
            .collect::<Map<_, _>>()
    };
    match verdict.outcome {
        HttpOutcome::Forward { remove, set } => {
            json!({ "verdict": "forward", "remove": remove, "set": object(set), "entry": entry })
        }
        HttpOutcome::Respond {
            status,
            headers,
            body,
        } => {
            let body: Value = serde_json::from_str(&body).unwrap_or_default();
            json!({ "verdict": "respond", "status": status, "headers": object(headers), "body": body, "entry": entry })
        }
    }
}

const MEMBERS: [&str; 6] = ["method", "target", "authority", "headers", "peer", "nonce"];
const TRUST_BYTES_MAX: usize = 1024 * 1024;

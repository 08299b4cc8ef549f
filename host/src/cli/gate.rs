//! `gate`: one HTTP request a line in, one verdict a line out.

use std::{
    fs::File,
    io::{self, BufReader, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use clap::Args;
use portcullis_engine::{Policy, SignedBundle, limits::BUNDLE_BYTES_MAX};
use portcullis_gate::{
    GateConfig, Peer, Request,
    routes::{Route, Routes},
};
use portcullis_host::{HttpGate, HttpOutcome, HttpVerdict, files};
use portcullis_json::{FirstFault, JsonText, Node, Place, Read, nearest_or};
use portcullis_policy::authzen::REQUEST_BYTES_MAX;
use serde_json::{Map, Value, json};

use super::{
    denial,
    disbelief::Shown,
    engines::EngineArgs,
    input,
    lines::{Line, read_line},
    load::TimeArgs,
    output::line_for,
    stop::{Stop, warn},
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

    /// Say of each refusal, in sentences, what was read of the request and what to do
    #[arg(long)]
    explain: bool,

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
  portcullis gate shop.pclb --config gate.json --trust keys/trust.json --explain requests.jsonl
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
        let read = GateConfig::from_json(&config);
        let read = read.map_err(|error| Stop::usage(error.to_string()))?;
        read.warnings().iter().for_each(warn);
        let bundle = files::read(&self.file, BUNDLE_BYTES_MAX)
            .map_err(|error| Stop::io("read the bundle", &self.file, error))?;
        let now = self.time.now()?;
        gate.offer(&bundle, now)
            .map_err(|failure| Stop::failure(&failure))?;
        let policy = SignedBundle::new(bundle).verify(read.trust(), now);
        let policy = policy.map_err(|rejection| Stop::failure(&rejection.into()))?;
        let policy = Policy::from(policy);
        undeclared(&read, &policy).iter().for_each(warn);
        let unfilled = read.unfilled_guards(&policy);
        unfilled
            .iter()
            .map(|name| unfilled_guard(name))
            .for_each(warn);
        let read_of_identity = reading_identity(&read, &policy);
        read_of_identity.iter().for_each(warn);
        let policy = self.explain.then_some((&policy, config.as_slice()));
        match &self.requests {
            Some(path) if !input::is_standard_input(Some(path)) => {
                let file = File::open(path).map_err(|error| Stop::io("read", path, error))?;
                self.judge_all(gate.as_mut(), policy, path, file)
            }
            _ => {
                let path = Path::new("standard input");
                self.judge_all(gate.as_mut(), policy, path, io::stdin())
            }
        }
    }

    /// Reads the configuration, with the trust from its own file.
    fn config(&self) -> Result<Vec<u8>, Stop> {
        let text = input::read_text(&self.config, portcullis_gate::limits::CONFIG_BYTES_MAX)?;
        let Some(trust) = &self.trust else {
            return Ok(text.into_bytes());
        };
        let mut config = document(&self.config, &text)?;
        if config.member("trust").is_some() {
            warn(format!(
                "`{}` is not used, for the configuration says what to trust",
                trust.display()
            ));
            return Ok(text.into_bytes());
        }
        let stated = document(trust, &input::read_text(trust, TRUST_BYTES_MAX)?)?;
        if let Node::Object(members) = &mut config {
            members.push(("trust".to_owned(), stated));
        }
        serde_json::to_vec(&config).map_err(|error| Stop::usage(error.to_string()))
    }

    fn judge_all(
        &self,
        gate: &mut dyn HttpGate,
        explained_by: Option<(&Policy, &[u8])>,
        path: &Path,
        source: impl io::Read,
    ) -> Result<(), Stop> {
        let mut out = io::stdout().lock();
        let is_terminal = out.is_terminal();
        let mut requests = BufReader::new(source);
        let mut line = Vec::new();
        loop {
            let read = read_line(&mut requests, &mut line);
            let request = match read.map_err(|error| Stop::io("read", path, error))? {
                Line::None => return Ok(()),
                Line::Whole => HttpLine::parse(&line),
                Line::TooLong => Err(format!(
                    "the request has more than {REQUEST_BYTES_MAX} bytes"
                )),
            };
            let answer = match request {
                Err(why) => json!({ "verdict": "error", "error": why }),
                Ok(request) => match request.judge(gate, self.time) {
                    Ok(verdict) => {
                        let explained =
                            explained_by.map(|(policy, config)| (policy, request.shown(config)));
                        shown(verdict, explained)
                    }
                    Err(failure) => {
                        json!({ "verdict": "respond", "status": 503, "entry": { "code": "trap", "detail": failure } })
                    }
                },
            };
            writeln!(out, "{}", line_for(is_terminal, answer.to_string()))?;
            out.flush()?;
        }
    }
}

/// Reads JSON as strictly as the gate does, which sees only what is written from it.
fn document(path: &Path, text: &str) -> Result<Node, Stop> {
    let wrong = |what: String| Stop::usage(format!("`{}`: {what}", path.display()));
    let json = JsonText::parse(text.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    json.into_distinct().map_err(|place| {
        wrong(format!(
            "the member {place} appears twice; keep one of the two"
        ))
    })
}

/// A request as a line states it.
struct HttpLine {
    method: String,
    authority: String,
    target: String,
    headers: Vec<(String, String)>,
    peer: String,
    nonce: String,
}

impl HttpLine {
    fn parse(line: &[u8]) -> Result<Self, String> {
        let json = JsonText::parse(line).map_err(|error| format!("not JSON: {error}"))?;
        let faults = FirstFault::default();
        let request = json.read(&faults);
        faults.unless(request).map_err(|fault| fault.to_string())
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
        gate.judge(&request, time.now_or_end())
            .map_err(|failure| failure.to_string())
    }
}

impl HttpLine {
    /// Returns what it shows of whoever asks.
    fn shown(&self, config: &[u8]) -> Shown {
        let headers = self.headers.iter().map(|(_, value)| value.as_str());
        Shown::new(config, headers.chain([self.target.as_str()]))
    }
}

impl Read for HttpLine {
    fn read(place: &Place<'_>) -> Self {
        let cure = "write an object with method and target";
        let mut object = place.object("a request", cure);
        let line = Self {
            method: object.required("method", "say which: \"method\": \"GET\""),
            target: object.required("target", "say which: \"target\": \"/v1/tickets?open=1\""),
            authority: object.or_default("authority"),
            headers: object.or_default::<Headers>("headers").0,
            peer: object.or_default("peer"),
            nonce: object.or_default("nonce"),
        };
        object.finish();
        line
    }
}

/// The headers of a line, in the order written.
#[derive(Default)]
struct Headers(Vec<(String, String)>);

impl Read for Headers {
    fn read(place: &Place<'_>) -> Self {
        if let Node::Array(_) = place.node {
            return Self(place.elements().iter().filter_map(header).collect());
        }
        let cure = "write {\"name\": \"value\"}, or [[\"name\", \"value\"]]";
        let object = place.object("an object or a list of headers", cure);
        let members = object.rest();
        Self(
            members
                .map(|(name, place)| (name.to_owned(), String::read(&place)))
                .collect(),
        )
    }
}

fn header(place: &Place<'_>) -> Option<(String, String)> {
    if let Node::Array(items) = place.node
        && let [Node::String(name), Node::String(value)] = items.as_slice()
    {
        return Some((name.clone(), value.clone()));
    }
    place.expected("a header", "write [\"name\", \"value\"]");
    None
}

fn shown(verdict: HttpVerdict, explained_by: Option<(&Policy, Shown)>) -> Value {
    let entry: Value = serde_json::from_str(&verdict.entry).unwrap_or_default();
    let explained = explained_by.map(|(policy, shown)| denial::sentences(&entry, policy, &shown));
    let mut shown = shown_with(verdict.outcome, &entry);
    if let (Some(sentences), Value::Object(members)) = (explained, &mut shown)
        && !sentences.is_empty()
    {
        members.insert("explain".to_owned(), sentences.into());
    }
    shown
}

fn shown_with(outcome: HttpOutcome, entry: &Value) -> Value {
    let object = |pairs: Vec<(String, String)>| {
        let pairs = pairs.into_iter();
        pairs
            .map(|(name, value)| (name, Value::from(value)))
            .collect::<Map<_, _>>()
    };
    match outcome {
        HttpOutcome::Forward {
            remove,
            set,
            target,
            answer,
        } => {
            let mut shown = json!({ "verdict": "forward", "remove": remove, "set": object(set), "entry": entry });
            if let Some(shown) = shown.as_object_mut().filter(|_| !answer.add.is_empty()) {
                let answer = json!({ "remove": answer.remove, "add": object(answer.add) });
                shown.insert("answer".to_owned(), answer);
            }
            if let (Some(shown), Some(target)) = (shown.as_object_mut(), target) {
                shown.insert("target".to_owned(), target.into());
            }
            shown
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

/// Says which routes read what says who asks, as the configuration says: their requests are refused.
fn reading_identity(config: &GateConfig, policy: &Policy) -> Vec<String> {
    let routes = Routes::decode(policy.bundle().routes());
    let routes = routes.map_or_else(|_| Vec::new(), |routes| routes.all().to_vec());
    let of_route = |route: &Route| {
        let name = route.name();
        let all = route.attributes.iter();
        let read = all.filter(|(_, origin)| config.is_identity(origin));
        let read = read.map(|(attribute, _)| {
            format!("the route `{name}` reads `resource.{attribute}` where a token is, or where a trusted peer says who asks: its requests are refused; take it from elsewhere")
        });
        read.collect::<Vec<_>>()
    };
    routes.iter().flat_map(of_route).collect()
}

fn unfilled_guard(name: &str) -> String {
    format!(
        "a guard of the policy reads `{name}`, which the configuration fills nowhere: the scopes that need it never hold; fill it by a claim, a header or a constant, with \"absent\": \"empty\" where none means that it is empty"
    )
}

/// Says which attributes the configuration fills although the policy declares none of that name.
fn undeclared(config: &GateConfig, policy: &Policy) -> Vec<String> {
    let subject = policy.subject_attributes().map(|(name, _)| name);
    let kinds: [(&str, Vec<&str>); 3] = [
        ("subject", subject.collect()),
        ("action", policy.action_attributes().collect()),
        ("context", policy.context_attributes().collect()),
    ];
    let filled = config.filled_attributes().into_iter();
    let unknown = filled.filter_map(|(kind, name)| {
        let (_, known) = kinds.iter().find(|(own, _)| *own == kind)?;
        if known.contains(&name) {
            return None;
        }
        let otherwise = "declare it in the policy, or leave it out";
        let cure = nearest_or(name, known.iter().copied(), otherwise);
        Some(format!(
            "the configuration fills `{kind}.{name}`, which the policy does not declare: nothing reads it; {cure}"
        ))
    });
    unknown.collect()
}

const TRUST_BYTES_MAX: usize = 1024 * 1024;

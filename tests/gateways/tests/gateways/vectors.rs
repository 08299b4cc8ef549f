//! The HTTP vectors of tests/vectors/http, through real proxies.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use base64ct::{Base64, Encoding as _};
use portcullis_gate::{Peer, Verdict};
use portcullis_gateways::ask::{Agreement, Ask, Form, Gateway, Native, Outcome, agree};
use portcullis_gateways::http;
use portcullis_gateways::serve::{Serve, Wasi};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::{Tool, root};
use portcullis_gateways::upstream::Upstream;
use serde_json::{Value, json};

use crate::place;
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("envoy/vectors", Tool::Envoy, || {
        run(&[LOOPBACK], |configuration| {
            let mut with_peer = configuration.clone();
            with_peer["shell"] = json!({ "peer": "address" });
            let place = place::envoy_with(&with_peer.to_string())?;
            Ok((place.gateway, Box::new(place.running)))
        })
    });
    suite.add_middleware("vectors", |wasi| {
        // The interface does not say who is at the other end.
        run(&["unknown"], move |configuration| {
            let upstream = Upstream::start()?;
            let mut with_upstream = configuration.clone();
            let address = format!("http://{}", upstream.address());
            with_upstream["shell"] = json!({ "upstream": address });
            let serve = Serve::start(wasi, &with_upstream.to_string(), None)?;
            let mut gateway = Gateway::new(serve.address(), upstream);
            if wasi == Wasi::P3 {
                // The policy tells hosts apart.
                gateway.form = Form::Absolute;
            }
            Ok((gateway, Box::new(serve)))
        })
    });
}

fn run(
    peers: &[&str],
    start: impl Fn(&Value) -> Result<(Gateway, Box<dyn std::any::Any>)>,
) -> Result<()> {
    let site = Site::load_from("tests/vectors/http/setup/policy.json")?;
    let bundle = site.bundle(1)?;
    let tokens = read(&folder().join("setup/tokens.json"))?;
    let mut tally = Tally::default();
    for name in ["jwt", "headers"] {
        let mut configuration = read(&folder().join(format!("setup/{name}.json")))?;
        configuration["trust"] = serde_json::from_str(&site.trust()?)?;
        configuration["bundle"] = Base64::encode_string(&bundle).into();
        let mut native = Native::new(&configuration.to_string(), None)?;
        let (gateway, _running) = start(&configuration)?;
        for path in files()? {
            let file = read(&path)?;
            if file["config"] != name {
                continue;
            }
            for case in file["cases"].as_array().context("a file without cases")? {
                let what = format!("{}: {}", path.display(), case["name"]);
                // Who connects here is always the same, and so is the clock that counts.
                let peer = case["peer"].as_str().unwrap_or(LOOPBACK);
                let concerns_peer = name == "headers" && !peers.contains(&peer);
                if concerns_peer || case.get("now").is_some() {
                    tally.left_out += 1;
                    continue;
                }
                check(&gateway, &mut native, &tokens, case, peers, &mut tally).context(what)?;
            }
        }
    }
    eprintln!(
        "{} vectors as the native gate judges them, {} refused by the proxy before, {} refused or \
         harmless, {} about another peer or time left out",
        tally.same, tally.before, tally.harmless, tally.left_out
    );
    ensure!(tally.same > 100, "hardly a vector was run");
    Ok(())
}

#[derive(Debug, Default)]
struct Tally {
    same: u32,
    before: u32,
    harmless: u32,
    left_out: u32,
}

fn check(
    gateway: &Gateway,
    native: &mut Native,
    tokens: &Value,
    case: &Value,
    peers: &[&str],
    tally: &mut Tally,
) -> Result<()> {
    let ask = ask(case, tokens)?;
    let peer = match peers.first().and_then(|peer| peer.parse::<IpAddr>().ok()) {
        Some(address) => Peer::Address(address),
        None => Peer::Unknown,
    };
    let expected = native.judge(&ask, peer);
    let outcome = gateway.ask(&ask);
    if case["raw_only"] == true {
        tally.harmless += 1;
        return harmless(native, &ask, peer, outcome);
    }
    let outcome = outcome?;
    let code = case["expect"]["code"]
        .as_str()
        .context("a case without a code")?;
    ensure!(
        expected.entry().code.name() == code,
        "natively {}",
        expected.entry().code
    );
    let answered = matches!(expected, Verdict::Respond(_));
    ensure!(
        answered == case["expect"].get("upstream").is_none(),
        "natively {expected:?}"
    );
    match agree(&ask, &expected, &outcome)? {
        Agreement::RefusedBefore => tally.before += 1,
        Agreement::Same => {
            tally.same += 1;
            let headers = case["expect"]["response"].as_object();
            for (name, value) in headers.into_iter().flatten() {
                let got = outcome.response.header(name);
                ensure!(got == value.as_str(), "`{name}` is {got:?}");
            }
        }
    }
    Ok(())
}

/// Refused; or forwarded as something that the gate forwards, with what it then tells.
fn harmless(
    native: &mut Native,
    ask: &Ask,
    peer: Peer<'_>,
    outcome: Result<Outcome>,
) -> Result<()> {
    let Ok(outcome) = outcome else {
        // Closed without an answer: nothing came of it.
        return Ok(());
    };
    let status = outcome.response.status;
    let Some(forwarded) = &outcome.forwarded else {
        let refused = (400..500).contains(&status) || status == 204;
        ensure!(refused, "nothing was forwarded, but the answer is {status}");
        return Ok(());
    };
    let expected = native.judge(ask, peer);
    if agree(ask, &expected, &outcome).is_ok() {
        return Ok(());
    }
    // What cannot stand in one line came over the wire as several.
    let sent = http::parse_request(&ask.bytes()).context("forwarded, and no request")?;
    let mut read = ask.clone();
    read.target.clone_from(&forwarded.target);
    read.method.clone_from(&forwarded.method);
    read.headers = sent.headers;
    read.headers.retain(|(name, value)| {
        // A proxy acts on these and takes them out; nobody behind it can act on them again.
        let of_the_hop = ["connection", "proxy-connection", "host"];
        let carried_out = of_the_hop.contains(&name.as_str()) || value.is_empty();
        !carried_out
    });
    let expected = native.judge(&read, peer);
    match expected {
        Verdict::Forward(_) => agree(&read, &expected, &outcome).map(drop),
        Verdict::Respond(_) => bail!("refused natively, but the upstream got {forwarded:?}"),
    }
}

fn ask(case: &Value, tokens: &Value) -> Result<Ask> {
    let text = |member: &str| case[member].as_str();
    let mut ask = Ask::new(
        text("method").context("a case without a method")?,
        text("target").context("a case without a target")?,
    );
    text("authority")
        .unwrap_or("api.example.com")
        .clone_into(&mut ask.authority);
    if let Some(name) = text("token") {
        ask = ask.token(tokens[name].as_str().context("no such token")?);
    }
    for header in case["headers"].as_array().into_iter().flatten() {
        let part = |at: usize| {
            header[at]
                .as_str()
                .context("a header is a name and a value")
        };
        ask = ask.header(part(0)?, part(1)?);
    }
    Ok(ask)
}

fn folder() -> PathBuf {
    root().join("tests/vectors/http")
}

fn files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &PathBuf) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

const LOOPBACK: &str = "127.0.0.1";

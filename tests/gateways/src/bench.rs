//! `bench`: Envoy with and without the filter, measured by wrk in alternating runs.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use base64ct::{Base64, Encoding as _};
use comfy_table::{Table, presets};
use portcullis_gateways::ask::HOST;
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::Tool;
use serde_json::{Map, Value, json};

/// Measures, and prints a table; with `as_json` one object on the last line too.
pub(crate) fn run(as_json: bool) -> Result<()> {
    let site = Site::load()?;
    let folder = tempfile::tempdir()?;
    let script = folder.path().join("requests.lua");
    fs::write(&script, requests(&site))?;
    let mut rows = Vec::new();
    for (name, filling) in gateways(&site)? {
        let envoy = Envoy::start(&filling).with_context(|| name)?;
        // The first runs compile, and fill what is remembered.
        measure(envoy.address(), &script, WARM_SECONDS).with_context(|| name)?;
        rows.push((name, envoy, Vec::new()));
    }
    for round in 0..ROUNDS {
        // Every other round goes the other way, so that nobody always follows the same one.
        let turns = rows.iter_mut();
        let turns: Vec<_> = if round % 2 == 0 {
            turns.collect()
        } else {
            turns.rev().collect()
        };
        for (name, envoy, samples) in turns {
            samples.push(measure(envoy.address(), &script, SECONDS).with_context(|| *name)?);
        }
    }
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["gateway", "requests a second", "of none", "p99"]);
    let mut figures = Map::new();
    let mut first = None;
    for (name, _, samples) in &mut rows {
        let rps = median(samples.iter().map(|sample| sample.rps).collect());
        let p99_us = median(samples.iter().map(|sample| sample.p99_us).collect());
        let none = *first.get_or_insert(rps);
        table.add_row([
            (*name).to_owned(),
            format!("{rps:.0}"),
            format!("{:.0} %", 100.0 * rps / none),
            format!("{p99_us:.0} µs"),
        ]);
        figures.insert(
            (*name).to_owned(),
            json!({ "rps": rps.round(), "p99_us": p99_us.round() }),
        );
    }
    anstream::eprintln!("{table}");
    if as_json {
        println!("{}", Value::Object(figures));
    }
    Ok(())
}

/// Every gateway that is compared: the examples, each less what it is not about. Envoy answers
/// by itself, so that no upstream hides what a filter costs.
fn gateways(site: &Site) -> Result<Vec<(&'static str, Filling)>> {
    let bundle = Base64::encode_string(&site.bundle(1)?);
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let example = |template| {
        let mut filling = Filling::new(template, nowhere).change(
            "route: { cluster: upstream }",
            "direct_response: { status: 200, body: { inline_string: ok } }",
        );
        filling.concurrency = 1;
        filling
    };
    let trust = site.trust()?;
    let keys = site.token_keys();
    Ok(vec![
        ("envoy/none", example("inline.yaml").cut(FILTER, ROUTER)),
        (
            "envoy/filter",
            example("behind-jwt-authn.yaml")
                .cut(JWT_AUTHN, FILTER)
                .cut(ISSUERS, PAYLOAD)
                .change(PAYLOAD, HEADERS)
                .fill("@TRUST@", trust.clone())
                .fill("@BUNDLE@", bundle.clone()),
        ),
        (
            "envoy/filter-jwt",
            example("inline.yaml")
                .fill("@TRUST@", trust)
                .fill("@JWKS@", keys.clone())
                .fill("@BUNDLE@", bundle),
        ),
        (
            "envoy/jwt-authn",
            example("behind-jwt-authn.yaml")
                .cut(CLAIMS, RULES)
                .cut(FILTER, ROUTER)
                .fill("@JWKS@", keys.clone()),
        ),
        (
            "envoy/jwt-authn-cached",
            example("behind-jwt-authn.yaml")
                .cut(CLAIMS, RULES)
                .cut(FILTER, ROUTER)
                .change(
                    "                          audiences: [helpdesk]\n",
                    "                          audiences: [helpdesk]\n                          \
                     jwt_cache_config: { jwt_cache_size: 1024 }\n",
                )
                .fill("@JWKS@", keys),
        ),
    ])
}

/// The same bytes for every gateway: each request has a token, and the headers that a proxy
/// before it would have made of that token.
fn requests(site: &Site) -> String {
    let mut script = "local requests = {}\n".to_owned();
    for person in 0..PEOPLE {
        let mut claims = site.claims(&format!("ada-{person}"), "agent");
        if let Some(members) = claims.as_object_mut() {
            members.insert("roles".to_owned(), "agent".into());
            members.insert("teams".to_owned(), "emea".into());
        }
        let token = site.sign(&claims);
        // Writing to a string does not fail.
        writeln!(
            script,
            "requests[{}] = wrk.format('GET', '/v1/articles/a', {{ host = '{HOST}', \
             authorization = 'Bearer {token}', ['x-jwt-sub'] = 'ada-{person}', \
             ['x-jwt-roles'] = 'agent', ['x-jwt-teams'] = 'emea', ['x-jwt-tenant'] = 'acme' }})",
            person + 1
        )
        .ok();
    }
    script
        + &format!(
            "local at = 0\nrequest = function()\n  at = at % {PEOPLE} + 1\n  return requests[at]\nend\n"
        )
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    rps: f64,
    p99_us: f64,
}

fn measure(address: SocketAddr, script: &Path, seconds: u32) -> Result<Sample> {
    let program = Tool::Wrk.find().context("there is no wrk")?;
    let output = Command::new(program)
        .args(["-t1", "-c16", "--latency", &format!("-d{seconds}s"), "-s"])
        .arg(script)
        .arg(format!("http://{address}/"))
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        bail!("not every request was answered 200: {text}");
    }
    read(&text).with_context(|| format!("wrk did not say how it went: {text}"))
}

fn read(text: &str) -> Option<Sample> {
    let after = |label: &str| {
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(label));
        line.map(str::trim)
    };
    Some(Sample {
        rps: after("Requests/sec:")?.parse().ok()?,
        p99_us: microseconds(after("99%")?)?,
    })
}

fn microseconds(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6)];
    units.into_iter().find_map(|(unit, factor)| {
        let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
        Some(number * factor)
    })
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or_default()
}

const FILTER: &str = "                  - name: portcullis\n";
const ROUTER: &str = "                  - name: envoy.filters.http.router\n";
const JWT_AUTHN: &str = "                  - name: envoy.filters.http.jwt_authn\n";
const CLAIMS: &str = "                          # All of them, so that";
const ISSUERS: &str = "                                \"issuers\": [{\n";
const PAYLOAD: &str = "                                \"trusted_headers\": { \"peers\": [\"0.0.0.0/0\", \
    \"::/0\"], \"payload\": \"x-jwt-payload\" }\n";
const HEADERS: &str = "                                \"trusted_headers\": { \"peers\": [\"0.0.0.0/0\", \
    \"::/0\"], \"subject\": \"x-jwt-sub\", \"roles\": \"x-jwt-roles\", \"teams\": \"x-jwt-teams\", \
    \"tenant\": \"x-jwt-tenant\" }\n";
const RULES: &str = "                      rules:\n";

/// How many people ask in turn, each with a token of their own.
const PEOPLE: usize = 64;
const ROUNDS: usize = 5;
const SECONDS: u32 = 3;
const WARM_SECONDS: u32 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_prints_is_read() {
        let text = "  Latency Distribution\n     50%  401.00us\n     99%    1.25ms\n\
                    Requests/sec:  38123.45\nTransfer/sec:      5.10MB\n";
        let sample = read(text).unwrap();
        assert!((sample.rps - 38_123.45).abs() < 0.001, "{sample:?}");
        assert!((sample.p99_us - 1_250.0).abs() < 0.001, "{sample:?}");
        assert_eq!(microseconds("2.00s"), Some(2_000_000.0));
        assert_eq!(microseconds("2.00m"), None);
    }
}

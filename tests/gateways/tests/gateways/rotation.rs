//! Keys that are fetched from an identity provider, which rotates them, goes down and lies.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use base64ct::{Base64, Encoding as _};
use portcullis_gateways::ask::{Ask, Gateway};
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::provider::{Candour, DESCRIPTION, Provider};
use portcullis_gateways::serve::{Serve, Wasi};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::Tool;
use portcullis_gateways::upstream::Upstream;
use serde_json::{Value, json};

use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "envoy/keys_follow_their_provider_by_its_description",
        Tool::Envoy,
        || {
            let (tried, provider) = envoy(&[1], &json!({ "path": DESCRIPTION, "discover": true }))?;
            rotation(&tried, &provider)?;
            let failed = tried.running.metric("keys.fetch_failed")?;
            ensure!(failed > 0, "no failure counted");
            Ok(())
        },
    );
    suite.add(
        "envoy/a_token_waits_for_the_first_keys",
        Tool::Envoy,
        || {
            let (tried, provider) = envoy(&[1], &json!({ "path": "/keys" }))?;
            first(&tried, &provider)
        },
    );
    // Each request in an instance of its own: what is known is in the folder alone.
    suite.add_middleware("keys_follow_their_provider_by_its_description", |wasi| {
        let description = json!({ "path": DESCRIPTION, "discover": true });
        let (tried, provider) = middleware(wasi, 1, &description)?;
        rotation(&tried, &provider)
    });
    suite.add_middleware("a_token_waits_for_the_first_keys", |wasi| {
        let (mut tried, provider) = middleware(wasi, 1_000, &json!({ "path": "/keys" }))?;
        first(&tried, &provider)?;
        tried.running.service().await_line("keys-taken")?;
        Ok(())
    });
    suite.add_middleware("keys_without_a_folder_are_refused", no_folder);
}

fn first<G>(tried: &Tried<G>, provider: &Provider) -> Result<()> {
    provider.behave(Candour::Down);
    ensure!(tried.ask(1)? == 503, "no keys were ever had");
    provider.behave(Candour::Good);
    let began = Instant::now();
    while tried.ask(1)? != 200 {
        ensure!(began.elapsed() < PATIENCE, "refused for too long");
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn rotation<G>(tried: &Tried<G>, provider: &Provider) -> Result<()> {
    let ask = |key: u8| tried.ask(key);

    // The very first token waits for the first set.
    ensure!(ask(1)? == 200, "the first");
    ensure!(ask(9)? == 401, "made up");

    // A new key works within a poll of its first token, and the one before it is gone.
    provider.rotate(&[2]);
    until_allowed(|| ask(2))?;
    thread::sleep(SETTLED);
    for _ in 0..20 {
        ensure!(ask(2)? == 200, "the new key");
        ensure!(ask(1)? == 401, "the former key");
    }

    // Down or lying, the provider costs nothing.
    provider.rotate(&[2, 3]);
    for candour in [Candour::Down, Candour::Lying] {
        provider.behave(candour);
        thread::sleep(REST);
        for _ in 0..5 {
            ensure!(ask(2)? == 200, "{candour:?}");
            for other in [3, 66] {
                ensure!(ask(other)? == 401, "{candour:?}: {other}");
            }
        }
    }

    provider.behave(Candour::Good);
    until_allowed(|| ask(3))?;
    let asked = provider.asked();
    // Whatever tokens named: one fetch in ten seconds for all workers and instances.
    ensure!(asked.len() < 40, "{asked:?}");
    ensure!(asked.iter().any(|path| path == "/keys"), "{asked:?}");
    Ok(())
}

/// An instance may end with its request: without a folder nothing is fetched, and nothing judged.
fn no_folder(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let provider = Provider::start(&[1])?;
    let shell = json!({ "upstream": "http://127.0.0.1:1", "clusters": clusters(&provider) });
    let configuration = fetching(&site, &json!({ "path": "/keys" }), &shell)?;
    let mut serve = Serve::start(wasi, &configuration, None)?;
    let bytes = Ask::new("GET", "/health").bytes();
    let response = portcullis_gateways::http::exchange(serve.address(), "GET", &bytes)?;
    ensure!(response.status == 503, "{response:?}");
    serve.service().await_line("shell.keys_folder")?;
    ensure!(provider.asked().is_empty(), "{:?}", provider.asked());
    Ok(())
}

fn until_allowed(ask: impl Fn() -> Result<u16>) -> Result<()> {
    let began = Instant::now();
    loop {
        let status = ask()?;
        if status == 200 {
            return Ok(());
        }
        ensure!(status == 401, "{status}");
        ensure!(began.elapsed() < PATIENCE, "refused for too long");
        thread::sleep(Duration::from_millis(200));
    }
}

/// A gateway before a provider, and tokens for it.
struct Tried<G> {
    site: Site,
    /// Keeps the gateway running.
    running: G,
    gateway: Gateway,
}

impl<G> Tried<G> {
    /// Asks with a token of a key; returns the status.
    fn ask(&self, key: u8) -> Result<u16> {
        let token = Provider::sign(key, &self.site.claims("ada", "agent"));
        let ask = Ask::new("GET", "/v1/articles/a").token(&token);
        let outcome = self.gateway.ask(&ask)?;
        let status = outcome.response.status;
        let went_on = outcome.forwarded.is_some();
        ensure!((status == 200) == went_on, "{outcome:?}");
        Ok(status)
    }
}

/// Returns what an issuer's `keys` are, of a path and perhaps `discover`.
fn keys(of: &Value) -> Value {
    let mut source = json!({ "cluster": "identity", "authority": "login.acme.example" });
    source["path"] = of["path"].clone();
    let discovers = of["discover"] == true;
    json!({ "source": source, "discover": discovers, "max_age_seconds": 600 })
}

fn envoy(own: &[u8], of: &Value) -> Result<(Tried<Envoy>, Provider)> {
    let (site, provider, upstream) = (Site::load()?, Provider::start(own)?, Upstream::start()?);
    let cluster = format!(
        "  clusters:\n    - name: identity\n      type: STATIC\n      connect_timeout: 1s\n      \
         load_assignment:\n        cluster_name: identity\n        endpoints:\n          \
         - lb_endpoints:\n              - endpoint: {{ address: {{ socket_address: {{ \
         address: 127.0.0.1, port_value: {} }} }} }}\n",
        provider.address().port()
    );
    let filling = Filling::new("inline.yaml", upstream.address())
        .fill("@TRUST@", site.trust()?)
        .fill("@JWKS@", keys(of).to_string())
        .fill("@BUNDLE@", Base64::encode_string(&site.bundle(1)?))
        .change("  clusters:\n", cluster);
    let running = Envoy::start(&filling)?;
    let gateway = Gateway::new(running.address(), upstream);
    let tried = Tried {
        site,
        running,
        gateway,
    };
    Ok((tried, provider))
}

fn middleware(wasi: Wasi, requests: u32, of: &Value) -> Result<(Tried<Serve>, Provider)> {
    let (site, provider, upstream) = (Site::load()?, Provider::start(&[1])?, Upstream::start()?);
    let shell = json!({
        "upstream": format!("http://{}", upstream.address()),
        "bundle_file": "/policy/policy.pclb",
        "keys_folder": "/policy",
        "clusters": clusters(&provider),
    });
    let configuration = fetching(&site, of, &shell)?;
    let bundle = site.bundle(1)?;
    let running = Serve::start_reusing(requests, wasi, &configuration, Some(&bundle))?;
    let gateway = Gateway::new(running.address(), upstream);
    let tried = Tried {
        site,
        running,
        gateway,
    };
    Ok((tried, provider))
}

fn clusters(provider: &Provider) -> Value {
    json!({ "identity": format!("http://{}", provider.address()) })
}

/// Returns the configuration of a gate whose issuer's keys are fetched.
fn fetching(site: &Site, of: &Value, shell: &Value) -> Result<String> {
    let mut configuration: Value = serde_json::from_str(&site.gate(None, shell)?)?;
    let issuer = configuration.pointer_mut("/identity/issuers/0");
    issuer.context("there is no issuer")?["keys"] = keys(of);
    Ok(configuration.to_string())
}

/// Longer than a fetch for an unknown key may have to wait for the last one.
const REST: Duration = Duration::from_secs(11);
/// Until every worker has what one of them fetched.
const SETTLED: Duration = Duration::from_millis(600);
const PATIENCE: Duration = Duration::from_secs(25);

//! Keys that are fetched from an identity provider, which rotates them, goes down and lies.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use base64ct::{Base64, Encoding as _};
use portcullis_gateways::ask::{Ask, Gateway};
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::provider::{Candour, DESCRIPTION, Provider};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::Tool;
use portcullis_gateways::upstream::Upstream;
use serde_json::{Value, json};

use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "envoy/keys_follow_their_provider_by_its_description",
        Tool::Envoy,
        rotation,
    );
    suite.add("envoy/a_token_waits_for_the_first_keys", Tool::Envoy, first);
}

fn first() -> Result<()> {
    let site = Site::load()?;
    let provider = Provider::start(&[1])?;
    provider.behave(Candour::Down);
    let tried = Tried::start(site, &provider, &json!({ "path": "/keys" }), false)?;
    ensure!(tried.ask(1)? == 503, "no keys were ever had");
    provider.behave(Candour::Good);
    let began = Instant::now();
    while tried.ask(1)? != 200 {
        ensure!(began.elapsed() < PATIENCE, "refused for too long");
        thread::sleep(Duration::from_millis(200));
    }
    Ok(())
}

fn rotation() -> Result<()> {
    let provider = Provider::start(&[1])?;
    let description = json!({ "path": DESCRIPTION });
    let tried = Tried::start(Site::load()?, &provider, &description, true)?;
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
    let failed = tried.envoy.metric("keys.fetch_failed")?;
    ensure!(failed > 0, "no failure counted");
    let asked = provider.asked();
    // Whatever tokens named: one fetch in ten seconds for all workers.
    ensure!(asked.len() < 40, "{asked:?}");
    ensure!(asked.iter().any(|path| path == "/keys"), "{asked:?}");
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

/// Envoy before a provider, and tokens for it.
struct Tried {
    site: Site,
    envoy: Envoy,
    gateway: Gateway,
}

impl Tried {
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

    fn start(site: Site, provider: &Provider, address: &Value, discovers: bool) -> Result<Self> {
        let upstream = Upstream::start()?;
        let mut source = json!({ "cluster": "identity", "authority": "login.acme.example" });
        source["path"] = address["path"].clone();
        let mut keys = json!({ "source": source, "max_age_seconds": 600 });
        if discovers {
            keys["discover"] = true.into();
        }
        let cluster = format!(
            "  clusters:\n    - name: identity\n      type: STATIC\n      connect_timeout: 1s\n      \
         load_assignment:\n        cluster_name: identity\n        endpoints:\n          \
         - lb_endpoints:\n              - endpoint: {{ address: {{ socket_address: {{ \
         address: 127.0.0.1, port_value: {} }} }} }}\n",
            provider.address().port()
        );
        let filling = Filling::new("inline.yaml", upstream.address())
            .fill("@TRUST@", site.trust()?)
            .fill("@JWKS@", keys.to_string())
            .fill("@BUNDLE@", Base64::encode_string(&site.bundle(1)?))
            .change("  clusters:\n", cluster);
        let envoy = Envoy::start(&filling)?;
        let gateway = Gateway::new(envoy.address(), upstream);
        Ok(Self {
            site,
            envoy,
            gateway,
        })
    }
}

/// Longer than a fetch for an unknown key may have to wait for the last one.
const REST: Duration = Duration::from_secs(11);
/// Until every worker has what one of them fetched.
const SETTLED: Duration = Duration::from_millis(600);
const PATIENCE: Duration = Duration::from_secs(25);

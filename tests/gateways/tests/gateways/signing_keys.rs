//! The keys that sign bundles change, while listeners that trust the former ones drain.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use portcullis_fixture::{key, trust};
use portcullis_gateways::ask::{Ask, Gateway};
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::origin::Origin;
use portcullis_gateways::site::{Edit, Site};
use portcullis_gateways::tools::Tool;
use portcullis_gateways::upstream::Upstream;

use crate::faults::{fetching, writing};
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add(
        "envoy/signing_keys_change_while_listeners_drain",
        Tool::Envoy,
        change,
    );
}

/// Every listener that is replaced here drains until the test has long ended.
fn change() -> Result<()> {
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let origin = Origin::start(site.bundle(1)?)?;
    let trusting = |keys: &[u8]| -> Result<Filling> {
        let mut own = trust();
        let first = own.keys.pop().context("the trust has no key")?;
        for seed in keys {
            let mut named = first.clone();
            named.key = key(*seed).public_key();
            own.keys.push(named);
        }
        let filling = fetching(&site, &upstream, &origin)?;
        let (was, is) = (site.trust()?, serde_json::to_string(&own)?);
        Ok(filling.change(was, is))
    };
    let newer = |sequence: u64, edit: Edit| {
        site.bundle_with(
            sequence,
            &Edit {
                untrusted: true,
                ..edit
            },
        )
    };
    let envoy = Envoy::start_replaceable(&trusting(&[FORMER])?)?;
    let gateway = Gateway::new(envoy.address(), upstream.clone());
    let agent = site.token("ada", "agent");
    let read = Ask::new("GET", "/v1/articles/a").token(&agent);
    let write = Ask::new("PUT", "/v1/articles/a").token(&agent);
    let status = |ask: &Ask| -> Result<u16> { Ok(gateway.ask(ask)?.response.status) };
    until("every worker has the bundle", || steady(&status, &read))?;

    // In order: first both keys, then bundles by the new one, then the new key alone.
    let never_down = |what: &str, done: &dyn Fn() -> Result<bool>| {
        until(what, || {
            let read = status(&read)?;
            ensure!(read == 200, "{what}: {read}");
            done()
        })
    };
    envoy.replace(&trusting(&[FORMER, NEW])?)?;
    origin.serve_bundle(newer(2, writing())?);
    never_down("the new key's bundle answers", &|| {
        Ok(status(&write)? == 200)
    })?;
    let began = Instant::now();
    never_down("every worker has it", &|| Ok(began.elapsed() > SETTLED))?;
    envoy.replace(&trusting(&[NEW])?)?;
    origin.serve_bundle(newer(3, Edit::default())?);
    never_down("the new key alone is trusted", &|| {
        Ok(status(&write)? == 403)
    })?;
    let began = Instant::now();
    never_down("every worker has the last", &|| {
        Ok(began.elapsed() > SETTLED)
    })?;

    // At once, as when a key is lost: no listener that drains keeps the new one from its bundle.
    origin.serve_bundle(site.bundle_with(4, &writing())?);
    envoy.replace(&trusting(&[FORMER])?)?;
    // The first requests of each worker wait for the first bundle that it believes. Connections
    // fall to either, so that many in a row were answered by both.
    let mut in_a_row = 0;
    until("the listener is replaced", || {
        let write = status(&write)?;
        ensure!(write != 503, "a request did not wait");
        in_a_row = if write == 200 { in_a_row + 1 } else { 0 };
        Ok(in_a_row == 40)
    })
}

/// Says whether both workers answer 200: connections fall to either.
fn steady(status: &impl Fn(&Ask) -> Result<u16>, ask: &Ask) -> Result<bool> {
    (0..20).try_fold(true, |all, _| Ok(all && status(ask)? == 200))
}

fn until(what: &str, mut done: impl FnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !done()? {
        ensure!(began.elapsed() < PATIENCE, "waited for too long: {what}");
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The key that signs, and the one of bundles that are otherwise trusted by nobody.
const FORMER: u8 = 1;
const NEW: u8 = 9;
const SETTLED: Duration = Duration::from_millis(1_500);
const PATIENCE: Duration = Duration::from_secs(20);

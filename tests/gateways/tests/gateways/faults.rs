//! What fails: the filter itself, its bundle, and where the bundle comes from.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use portcullis_engine::UnixSeconds;
use portcullis_gateways::ask::{Ask, Gateway};
use portcullis_gateways::clock::now;
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::origin::{Manner, Origin};
use portcullis_gateways::site::{Edit, Site};
use portcullis_gateways::tools::{Tool, artefact};
use portcullis_gateways::upstream::Upstream;

use crate::place;
use crate::suite::Suite;
use crate::trap::with_trap;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("envoy/a_trap_refuses_and_recovers", Tool::Envoy, trap);
    suite.add(
        "envoy/a_bad_bundle_refuses_with_its_reason",
        Tool::Envoy,
        bad_bundle,
    );
    suite.add(
        "envoy/a_bundle_expires_while_it_answers",
        Tool::Envoy,
        expiry,
    );
    suite.add(
        "envoy/a_bad_update_leaves_the_last_good_bundle",
        Tool::Envoy,
        bad_update,
    );
    suite.add("envoy/an_origin_fails_in_every_manner", Tool::Envoy, origin);
    suite.add(
        "envoy/jwt_authn_hands_on_claims_alone",
        Tool::Envoy,
        behind_jwt_authn,
    );
}

fn trap() -> Result<()> {
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let filter = artefact("portcullis.proxy.wasm").context("there is no filter")?;
    let folder = tempfile::tempdir()?;
    let trapping = folder.path().join("trapping.wasm");
    fs::write(&trapping, with_trap(&fs::read(filter)?, 7)?)?;
    let mut filling = place::inline(&site, &upstream, &site.bundle(1)?)?;
    filling.filter = Some(trapping);
    filling.concurrency = 1;
    let envoy = Envoy::start(&filling)?;
    let gateway = Gateway::new(envoy.address(), upstream);
    let agent = site.token("ada", "agent");
    let allowed = Ask::new("GET", "/v1/articles/a").token(&agent);
    let denied = Ask::new("PUT", "/v1/articles/a").token(&agent);
    let (mut trapped, mut recovered) = (0, 0);
    let mut down = false;
    for _ in 0..60 {
        let outcome = gateway.ask(&denied)?;
        ensure!(
            outcome.forwarded.is_none(),
            "a trap let a denied request through"
        );
        ensure!(matches!(outcome.response.status, 403 | 503), "{outcome:?}");
        let fails = outcome.response.status == 503;
        let outcome = gateway.ask(&allowed)?;
        match outcome.response.status {
            200 => recovered += u32::from(down || fails),
            503 => ensure!(outcome.forwarded.is_none(), "a refused request went on"),
            other => bail!("{other}: {outcome:?}"),
        }
        trapped += u32::from(fails) + u32::from(outcome.response.status == 503);
        down = outcome.response.status == 503;
        thread::sleep(Duration::from_millis(50));
    }
    ensure!(trapped > 0, "nothing trapped, so nothing was tested");
    ensure!(
        recovered > 0,
        "the filter did not come back: {trapped} refused"
    );
    Ok(())
}

fn bad_bundle() -> Result<()> {
    let site = Site::load()?;
    let expired = Edit {
        expires_at: Some(UnixSeconds(now().0 - 10)),
        ..Edit::default()
    };
    let untrusted = Edit {
        untrusted: true,
        ..Edit::default()
    };
    let mut damaged = site.bundle(1)?;
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    for (code, bundle) in [
        ("expired", site.bundle_with(1, &expired)?),
        ("untrusted-signer", site.bundle_with(1, &untrusted)?),
        ("bad-signature", damaged),
        ("bad-magic", b"nothing".to_vec()),
    ] {
        let place = place::envoy(&site, &bundle)?;
        let outcome = place.gateway.ask(&Ask::new("GET", "/health"))?;
        ensure!(outcome.response.status == 503, "{code}: {outcome:?}");
        ensure!(
            outcome.forwarded.is_none(),
            "{code}: forwarded without a bundle"
        );
        ensure!(
            !outcome.response.text().contains(code),
            "the client sees `{code}`"
        );
        let metric = format!("bundle.rejected.{code}");
        ensure!(
            place.running.metric(&metric)? > 0,
            "{metric} does not count"
        );
        ensure!(place.running.metric("decisions.none.bundle-rejected")? == 1);
        let log = place.running.service_log()?;
        ensure!(
            log.contains(&format!("\"code\":\"{code}\"")),
            "{code} is not logged"
        );
    }
    Ok(())
}

fn expiry() -> Result<()> {
    let site = Site::load()?;
    let soon = Edit {
        expires_at: Some(UnixSeconds(now().0 + 6)),
        ..Edit::default()
    };
    let place = place::envoy(&site, &site.bundle_with(1, &soon)?)?;
    let ask = Ask::new("GET", "/v1/articles/a").token(&site.token("ada", "agent"));
    ensure!(place.gateway.ask(&ask)?.response.status == 200);
    eventually("the bundle expires", || {
        let outcome = place.gateway.ask(&ask)?;
        Ok(outcome.response.status == 503 && outcome.forwarded.is_none())
    })?;
    ensure!(place.running.metric("decisions.none.bundle-expired")? > 0);
    eventually("the metric says so", || {
        Ok(place.running.metric("ready")? == 0)
    })
}

fn bad_update() -> Result<()> {
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let with = |bundle: &[u8]| place::inline(&site, &upstream, bundle);
    let envoy = Envoy::start_replaceable(&with(&site.bundle(5)?)?)?;
    let gateway = Gateway::new(envoy.address(), upstream.clone());
    let agent = site.token("ada", "agent");
    let allowed = Ask::new("GET", "/v1/articles/a").token(&agent);
    let write = Ask::new("PUT", "/v1/articles/a").token(&agent);
    ensure!(gateway.ask(&allowed)?.response.status == 200);

    envoy.replace(&with(b"nothing")?)?;
    eventually("the bad bundle is seen", || {
        Ok(envoy.metric("bundle.rejected.bad-magic")? > 0)
    })?;
    holds(&gateway, &allowed, &write)?;
    // An older one, signed and current: a rollback is refused across configurations too.
    envoy.replace(&with(&site.bundle_with(4, &writing())?)?)?;
    eventually("the older bundle is seen", || {
        Ok(envoy.metric("bundle.rejected.rolled-back")? > 0)
    })?;
    holds(&gateway, &allowed, &write)?;

    envoy.replace(&with(&site.bundle_with(6, &writing())?)?)?;
    eventually("the newer bundle answers", || {
        Ok(gateway.ask(&write)?.response.status == 200)
    })
}

/// For some time, what was allowed still is, and what was denied still is.
fn holds(gateway: &Gateway, allowed: &Ask, denied: &Ask) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(700) {
        let status = gateway.ask(allowed)?.response.status;
        ensure!(status == 200, "what was allowed was answered {status}");
        let outcome = gateway.ask(denied)?;
        let status = outcome.response.status;
        ensure!(status == 403, "what was denied was answered {status}");
        ensure!(outcome.forwarded.is_none());
    }
    Ok(())
}

/// A policy by which agents write articles.
pub(crate) fn writing() -> Edit {
    let read = "\"all\": \"articles:read\"";
    Edit {
        policy: Some((read.to_owned(), "\"all\": \"articles:*\"".to_owned())),
        ..Edit::default()
    }
}

/// Fills in the example that fetches its bundle, impatiently.
pub(crate) fn fetching(site: &Site, upstream: &Upstream, origin: &Origin) -> Result<Filling> {
    let mut filling = Filling::new("fetched.yaml", upstream.address())
        .fill("@TRUST@", site.trust()?)
        .fill("@JWKS@", site.token_keys())
        .change(
            "\"poll_ms\": 30000, \"timeout_ms\": 5000",
            "\"poll_ms\": 100, \"timeout_ms\": 400",
        );
    filling.bundles = Some(origin.address());
    Ok(filling)
}

fn origin() -> Result<()> {
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let origin = Origin::start(site.bundle(10)?)?;
    origin.behave(Manner::Down);
    let envoy = Envoy::start(&fetching(&site, &upstream, &origin)?)?;
    let gateway = Gateway::new(envoy.address(), upstream);
    let agent = site.token("ada", "agent");
    let allowed = Ask::new("GET", "/v1/articles/a").token(&agent);
    let write = Ask::new("PUT", "/v1/articles/a").token(&agent);

    // Down from the start: nothing goes on, and those who run it see the reason.
    let outcome = gateway.ask(&Ask::new("GET", "/health"))?;
    ensure!(outcome.response.status == 503 && outcome.forwarded.is_none());
    eventually("failures are counted", || {
        Ok(envoy.metric("bundle.fetch_failed")? > 1)
    })?;
    ensure!(envoy.metric("decisions.none.no-bundle")? == 1);

    origin.behave(Manner::Good);
    eventually("the bundle is fetched", || {
        Ok(gateway.ask(&allowed)?.response.status == 200)
    })?;
    // By each worker: connections fall to either.
    eventually("every worker has it", || {
        (0..20).try_fold(true, |all, _| {
            Ok(all && gateway.ask(&allowed)?.response.status == 200)
        })
    })?;
    eventually("nothing new is not sent again", || Ok(origin.asked().1 > 3))?;

    for manner in [
        Manner::Down,
        Manner::Slow(Duration::from_millis(1_500)),
        Manner::Truncating,
        Manner::Failing,
    ] {
        let failed = envoy.metric("bundle.fetch_failed")?;
        origin.serve_bundle(site.bundle(10)?);
        origin.behave(manner);
        eventually("the failure is counted", || {
            Ok(envoy.metric("bundle.fetch_failed")? > failed)
        })
        .with_context(|| format!("{manner:?}"))?;
        holds(&gateway, &allowed, &write).with_context(|| format!("{manner:?}"))?;
    }
    let untrusted = Edit {
        untrusted: true,
        ..writing()
    };
    for (code, manner, bundle) in [
        (
            "rolled-back",
            Manner::Good,
            site.bundle_with(9, &writing())?,
        ),
        (
            "equivocation",
            Manner::Good,
            site.bundle_with(10, &writing())?,
        ),
        (
            "untrusted-signer",
            Manner::Good,
            site.bundle_with(11, &untrusted)?,
        ),
        (
            "malformed-envelope",
            Manner::Halving,
            site.bundle_with(11, &writing())?,
        ),
    ] {
        origin.serve_bundle(bundle);
        origin.behave(manner);
        eventually(code, || {
            Ok(envoy.metric(&format!("bundle.rejected.{code}"))? > 0)
        })?;
        holds(&gateway, &allowed, &write).context(code)?;
    }
    origin.serve_bundle(site.bundle_with(12, &writing())?);
    origin.behave(Manner::Good);
    eventually("the newer bundle answers", || {
        Ok(gateway.ask(&write)?.response.status == 200)
    })?;
    eventually("its sequence is reported", || {
        Ok(envoy.metric("tenant.acme.sequence")? == 12)
    })
}

fn behind_jwt_authn() -> Result<()> {
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let mut filling = place::inline(&site, &upstream, &site.bundle(1)?)?;
    filling.template = "behind-jwt-authn.yaml";
    let envoy = Envoy::start(&filling)?;
    let gateway = Gateway::new(envoy.address(), upstream);
    let status = |ask: &Ask| -> Result<u16> {
        let outcome = gateway.ask(ask)?;
        let status = outcome.response.status;
        ensure!(
            outcome.forwarded.is_some() == (status == 200),
            "{outcome:?}"
        );
        Ok(status)
    };
    let mut claims = site.claims("ada", "agent");
    // Lists, nested claims and single values arrive as they are.
    claims["roles"] = serde_json::json!(["agent"]);
    claims["teams"] = serde_json::json!(["emea", "apac"]);
    let token = site.sign(&claims);
    let read = Ask::new("GET", "/v1/articles/a").token(&token);
    let write = Ask::new("PUT", "/v1/articles/a").token(&token);
    for roles in [
        serde_json::json!({ "roles": "agent" }),
        serde_json::json!({ "roles": null, "realm_access": { "roles": ["agent"] } }),
    ] {
        let mut other = claims.clone();
        for (name, value) in roles.as_object().into_iter().flatten() {
            other[name.as_str()] = value.clone();
        }
        let other = Ask::new("GET", "/v1/articles/a").token(&site.sign(&other));
        ensure!(status(&other)? == 200, "{roles}");
    }
    ensure!(status(&read)? == 200);
    ensure!(status(&write)? == 403);
    ensure!(status(&Ask::new("GET", "/v1/articles/a"))? == 401);
    // A header that says more than the token is replaced by what it says.
    let admin = site.claims("root", "admin").to_string();
    let admin = Base64UrlUnpadded::encode_string(admin.as_bytes());
    ensure!(status(&write.clone().header("x-jwt-payload", &admin))? == 403);
    ensure!(status(&write.header("X_Jwt_Payload", &admin))? != 200);
    let spoofed = Ask::new("PUT", "/v1/articles/a");
    ensure!(status(&spoofed.header("x-jwt-payload", &admin))? == 401);
    Ok(())
}

/// Asks again until it is so.
pub(crate) fn eventually(what: &str, is: impl Fn() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !is()? {
        if began.elapsed() > Duration::from_secs(20) {
            bail!("not within 20 s: {what}");
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

//! What is wasi:http's own: the bundle's file, and the upstream.

use anyhow::{Result, ensure};
use portcullis_gateways::ask::{Ask, Gateway};
use portcullis_gateways::serve::{Serve, Wasi};
use portcullis_gateways::service::free_address;
use portcullis_gateways::site::{Edit, Site};
use portcullis_gateways::upstream::Upstream;
use serde_json::json;

use crate::faults::eventually;
use crate::place;
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add_middleware("a_new_file_answers", new_file);
    suite.add_middleware("no_bundle_refuses", no_bundle);
    suite.add_middleware("a_bad_file_allows_nothing_new", bad_file);
    suite.add_middleware("an_upstream_that_is_down", upstream_down);
    suite.add_middleware("a_host_that_is_not_told_opens_nothing", untold_host);
}

fn new_file(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
    let write = Ask::new("PUT", "/v1/articles/a").token(&site.token("ada", "agent"));
    ensure!(place.gateway.ask(&write)?.response.status == 403);
    let read = "\"all\": \"articles:read\"";
    let writing = Edit {
        policy: Some((read.to_owned(), "\"all\": \"articles:*\"".to_owned())),
        ..Edit::default()
    };
    place
        .running
        .replace_bundle(&site.bundle_with(2, &writing)?)?;
    eventually("the new file answers", || {
        Ok(place.gateway.ask(&write)?.response.status == 200)
    })
}

fn no_bundle(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let mut place = place::middleware(wasi, &site, b"nothing")?;
    let outcome = place.gateway.ask(&Ask::new("GET", "/health"))?;
    ensure!(outcome.response.status == 503, "{outcome:?}");
    ensure!(outcome.forwarded.is_none());
    place
        .running
        .service()
        .await_line("\"code\":\"bad-magic\"")?;

    let shell = json!({ "upstream": "http://127.0.0.1:1", "bundle_file": "/elsewhere/a.pclb" });
    let mut serve = Serve::start(wasi, &site.gate(None, &shell)?, None)?;
    let status = |serve: &Serve| -> Result<u16> {
        let bytes = Ask::new("GET", "/health").bytes();
        let response = portcullis_gateways::http::exchange(serve.address(), "GET", &bytes)?;
        Ok(response.status)
    };
    ensure!(status(&serve)? == 503);
    serve.service().await_line("bundle-unreadable")?;
    // Without an upstream the configuration is no use, and nothing is judged by it.
    let mut serve = Serve::start(wasi, &site.gate(Some(&site.bundle(1)?), &json!({}))?, None)?;
    ensure!(status(&serve)? == 503);
    serve.service().await_line("configuration-refused")?;
    Ok(())
}

fn bad_file(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
    let agent = site.token("ada", "agent");
    let read = Ask::new("GET", "/v1/articles/a").token(&agent);
    let write = Ask::new("PUT", "/v1/articles/a").token(&agent);
    ensure!(place.gateway.ask(&read)?.response.status == 200);
    place.running.replace_bundle(b"nothing")?;
    let began = std::time::Instant::now();
    while began.elapsed() < std::time::Duration::from_secs(3) {
        // An instance that has the last good bundle answers from it; a new one has none.
        let status = place.gateway.ask(&read)?.response.status;
        ensure!(matches!(status, 200 | 503), "{status}");
        let outcome = place.gateway.ask(&write)?;
        ensure!(matches!(outcome.response.status, 403 | 503), "{outcome:?}");
        ensure!(outcome.forwarded.is_none());
    }
    Ok(())
}

fn upstream_down(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let shell = json!({ "upstream": format!("http://{}", free_address()?) });
    let serve = Serve::start(wasi, &site.gate(Some(&site.bundle(1)?), &shell)?, None)?;
    let bytes = Ask::new("GET", "/health").bytes();
    let response = portcullis_gateways::http::exchange(serve.address(), "GET", &bytes)?;
    ensure!(response.status == 502, "{response:?}");
    Ok(())
}

/// Whether or not the runtime says which host a request is for, one that its host's own route
/// refuses does not go by the route for any host.
fn untold_host(wasi: Wasi) -> Result<()> {
    let site = Site::load_from("tests/vectors/http/setup/policy.json")?;
    let upstream = Upstream::start()?;
    let shell = json!({ "upstream": format!("http://{}", upstream.address()) });
    let serve = Serve::start(wasi, &site.gate(Some(&site.bundle(1)?), &shell)?, None)?;
    let gateway = Gateway::new(serve.address(), upstream);
    let mut ask = Ask::new("GET", "/v1/tickets").token(&site.token("jo", "agent"));
    ask.authority = "internal.example.com".to_owned();
    let outcome = gateway.ask(&ask)?;
    ensure!(outcome.forwarded.is_none(), "{outcome:?}");
    ensure!((400..500).contains(&outcome.response.status), "{outcome:?}");
    Ok(())
}

//! What is allowed, denied, conditional and unknown, end to end.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use base64ct::{Base64, Encoding as _};
use portcullis_gate::Peer;
use portcullis_gateways::ask::{Ask, Gateway, Native, Outcome, agree};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::{Tool, root};
use serde_json::Value;

use crate::place;
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("envoy/decisions", Tool::Envoy, || {
        let site = Site::load()?;
        let place = place::envoy(&site, &site.bundle(1)?)?;
        check(&site, &place.gateway, &place.configuration)?;
        ensure!(place.running.metric("decisions.allow.granted")? >= 2);
        ensure!(place.running.metric("decisions.conditional.conditional")? >= 1);
        ensure!(place.running.metric("decisions.deny.not-granted")? >= 1);
        ensure!(place.running.metric("bundle.accepted")? >= 1);
        Ok(())
    });
    suite.add("envoy/a_user_fills_in_what_runs_here", Tool::Envoy, filled);
    suite.add_middleware("decisions", |wasi| {
        let site = Site::load()?;
        let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
        check(&site, &place.gateway, &place.configuration)
    });
}

/// What `examples/envoy/fill` makes is what the tests run, but for ports and paths.
fn filled() -> Result<()> {
    let site = Site::load()?;
    let folder = tempfile::tempdir()?;
    let write = |name: &str, content: &[u8]| -> Result<PathBuf> {
        let path = folder.path().join(name);
        fs::write(&path, content)?;
        Ok(path)
    };
    let bundle = site.bundle(1)?;
    // Files are written with line breaks.
    let pretty: Value = serde_json::from_str(&site.trust()?)?;
    let trust = write(
        "trust.json",
        serde_json::to_string_pretty(&pretty)?.as_bytes(),
    )?;
    let keys = write("jwks.json", site.token_keys().as_bytes())?;
    let bundle_file = write("acme.pclb", &bundle)?;
    for template in ["inline.yaml", "fetched.yaml", "behind-jwt-authn.yaml"] {
        let example = root().join("examples/envoy").join(template);
        let mut fill = Command::new(root().join("examples/envoy/fill"));
        fill.arg(&example).arg(&trust).arg(&keys);
        let text = fs::read_to_string(&example)?;
        if text.contains("\"@BUNDLE@\"") {
            fill.arg(&bundle_file);
        }
        let output = fill.output()?;
        ensure!(output.status.success(), "{output:?}");
        let filled = String::from_utf8(output.stdout)?;
        let compact = |text: &str| text.split_whitespace().collect::<String>();
        let expected = text
            .replace("@TRUST@", &site.trust()?)
            .replace("@JWKS@", &site.token_keys())
            .replace("@BUNDLE@", &Base64::encode_string(&bundle));
        let uncommented = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            compact(&lines.collect::<String>())
        };
        ensure!(
            uncommented(&filled) == uncommented(&expected),
            "{template}: {filled}"
        );
    }
    Ok(())
}

fn check(site: &Site, gateway: &Gateway, configuration: &str) -> Result<()> {
    let mut native = Native::new(configuration, None)?;
    let (agent, admin) = (site.token("ada", "agent"), site.token("root", "admin"));
    let get = |target: &str| Ask::new("GET", target);
    let mut ask = |ask: &Ask, status: u16| -> Result<Outcome> {
        let outcome = gateway.ask(ask)?;
        agree(ask, &native.judge(ask, Peer::Unknown), &outcome)?;
        let got = outcome.response.status;
        ensure!(got == status, "{ask:?}: {got} {}", outcome.response.text());
        Ok(outcome)
    };

    let allowed = ask(&get("/v1/articles/a?x=%2f&y").token(&agent), 200)?;
    let forwarded = |outcome: &Outcome, name: &str| -> Option<String> {
        let request = outcome.forwarded.as_ref()?;
        request.header(name).map(str::to_owned)
    };
    ensure!(forwarded(&allowed, "x-portcullis-subject").as_deref() == Some("ada"));
    ensure!(forwarded(&allowed, "x-portcullis-tenant").as_deref() == Some("acme"));
    ensure!(forwarded(&allowed, "x-portcullis-roles").as_deref() == Some("agent"));
    ensure!(forwarded(&allowed, "x-portcullis-decision").as_deref() == Some("allow"));
    ensure!(forwarded(&allowed, "x-portcullis-filter").is_none());

    let list = ask(&get("/v1/tickets").token(&agent), 200)?;
    ensure!(forwarded(&list, "x-portcullis-decision").as_deref() == Some("conditional"));
    let filter = forwarded(&list, "x-portcullis-filter").unwrap_or_default();
    ensure!(filter.contains("emea"), "the filter says nothing: {filter}");

    // A team in the path makes the same question one that the edge can answer.
    ask(&get("/v1/teams/emea/tickets").token(&agent), 200)?;
    ask(&get("/v1/teams/apac/tickets").token(&agent), 403)?;
    ask(&get("/v1/tickets").token(&admin), 200)?;

    let reply = Ask::new("POST", "/v1/tickets/1/replies");
    // Whose ticket it is, nobody knows here, and this route does not pass on what is unknown.
    ask(&reply.clone().token(&agent), 403)?;
    let mut with_body = reply.token(&admin);
    with_body.body = vec![b'x'; 300_000];
    let sent = ask(&with_body, 200)?;
    let received = sent.forwarded.map(|forwarded| forwarded.body);
    ensure!(received == Some(with_body.body), "the body changed");

    let denied = ask(&Ask::new("PUT", "/v1/articles/a").token(&agent), 403)?;
    ensure!(denied.response.header("content-type") == Some("application/problem+json"));
    ensure!(denied.response.values("content-type").count() == 1);
    ensure!(
        !denied.response.text().contains("agent"),
        "a denial says too much"
    );
    ask(&get("/v1/reports").token(&admin), 403)?;
    ask(&get("/v1/nothing").token(&admin), 404)?;
    ask(&get("/v1/articles/a"), 401)?;
    ask(&get("/health"), 200)?;
    // HEAD is asked as GET is, and answered without a body.
    let head = ask(&Ask::new("HEAD", "/v1/articles/a").token(&agent), 200)?;
    ensure!(head.response.body.is_empty());
    ask(&Ask::new("HEAD", "/v1/articles/a"), 401)?;
    ask(&Ask::new("DELETE", "/v1/articles/a").token(&admin), 404)?;
    Ok(())
}

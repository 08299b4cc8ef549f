//! What becomes of bodies that end in another way than they should, and of many at once.

use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, ensure};
use portcullis_gateways::ask::{Ask, Gateway, HOST};
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::http::{self, Connection, Message};
use portcullis_gateways::serve::{Serve, Wasi};
use portcullis_gateways::site::Site;
use portcullis_gateways::tools::Tool;
use portcullis_gateways::upstream::Upstream;
use serde_json::json;

use crate::place;
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add_middleware("a_body_cut_short_is_never_whole", cut_short);
    suite.add_middleware("an_answer_cut_short_is_never_whole", answer_cut_short);
    suite.add_middleware("trailers_of_a_request_end_there", |wasi| {
        let site = Site::load()?;
        let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
        let forwarded = trailers(&site, &place.gateway)?;
        // Without it wasmtime's HTTP/1.1 client writes no trailers at all.
        ensure!(forwarded.header("trailer").is_none(), "{forwarded:?}");
        Ok(())
    });
    suite.add("envoy/trailers_of_a_request_end_there", Tool::Envoy, || {
        let site = Site::load()?;
        let upstream = Upstream::start()?;
        let inline = with_trailers(place::inline(&site, &upstream, &site.bundle(1)?)?);
        let passing = with_trailers(Filling::new("inline.yaml", upstream.address())).cut(
            "                  - name: portcullis\n",
            "                  - name: envoy.filters.http.router\n",
        );
        // Without the filter they do reach the upstream, so it is the filter that ends them.
        let envoy = Envoy::start(&passing)?;
        let outcome = send_trailers(&site, &Gateway::new(envoy.address(), upstream.clone()))?;
        ensure!(outcome.trailers.len() == 1, "{outcome:?}");
        let envoy = Envoy::start(&inline)?;
        trailers(&site, &Gateway::new(envoy.address(), upstream)).map(drop)
    });
    suite.add_middleware("many_at_once_from_the_first", many_at_once);
}

/// Begins the head of a request; what frames its body follows.
fn begin(site: &Site) -> String {
    let token = site.token("root", "admin");
    format!(
        "POST /v1/tickets/1/replies HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\n"
    )
}

fn cut_short(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
    let whole = format!("{}content-length: 4\r\n\r\nfull", begin(&site));
    let outcome = place.gateway.send("POST", whole.as_bytes())?;
    let forwarded = outcome.forwarded.context("nothing was forwarded")?;
    ensure!(forwarded.body == b"full", "{forwarded:?}");
    let begun = [
        "transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "content-length: 8\r\n\r\nhalf",
    ];
    for body in begun {
        let mut connection = Connection::open(place.gateway.address)?;
        connection.send(format!("{}{body}", begin(&site)).as_bytes())?;
        // Long enough for what came to go on.
        thread::sleep(Duration::from_millis(300));
        drop(connection);
        thread::sleep(Duration::from_millis(700));
        let whole = place.gateway.upstream.take();
        ensure!(whole.is_empty(), "taken for whole: {whole:?}");
    }
    let outcome = place.gateway.ask(&Ask::new("GET", "/health"))?;
    ensure!(outcome.response.status == 200, "{outcome:?}");
    Ok(())
}

/// An upstream that goes away in the middle of its answer.
fn answer_cut_short(wasi: Wasi) -> Result<()> {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let upstream = listener.local_addr()?;
        thread::spawn(move || -> Result<()> {
            let (stream, _) = listener.accept()?;
            let mut connection = Connection::over(stream)?;
            connection.request()?;
            connection.send(answer.as_bytes())?;
            // Long enough for what was sent to go on.
            thread::sleep(Duration::from_millis(300));
            Ok(())
        });
        let site = Site::load()?;
        let shell = json!({ "upstream": format!("http://{upstream}") });
        let serve = Serve::start(wasi, &site.gate(Some(&site.bundle(1)?), &shell)?, None)?;
        let bytes = Ask::new("GET", "/health").bytes();
        let answered = http::exchange(serve.address(), "GET", &bytes);
        // Nothing but the upstream's failure, so that it was the upstream that was asked.
        let failed = answered
            .as_ref()
            .map_or(true, |answer| answer.status == 502);
        ensure!(failed, "taken for whole: {answered:?}");
    }
    Ok(())
}

/// Returns what the upstream got, without the trailer and with the gate's own header.
fn trailers(site: &Site, gateway: &Gateway) -> Result<Message> {
    let forwarded = send_trailers(site, gateway)?;
    ensure!(forwarded.body == b"body", "{forwarded:?}");
    ensure!(forwarded.trailers.is_empty(), "{forwarded:?}");
    let subjects: Vec<&str> = forwarded.values("x-portcullis-subject").collect();
    ensure!(subjects == ["root"], "{forwarded:?}");
    Ok(forwarded)
}

/// Returns what the upstream gets of a request with a trailer.
fn send_trailers(site: &Site, gateway: &Gateway) -> Result<Message> {
    let request = format!(
        "{}transfer-encoding: chunked\r\ntrailer: x-portcullis-subject\r\n\r\n\
         4\r\nbody\r\n0\r\nx-portcullis-subject: ben\r\n\r\n",
        begin(site)
    );
    let outcome = gateway.send("POST", request.as_bytes())?;
    ensure!(outcome.response.status == 200, "{outcome:?}");
    outcome.forwarded.context("nothing was forwarded")
}

/// Lets trailers through on both sides, as HTTP/2 always does.
fn with_trailers(filling: Filling) -> Filling {
    let http = "typed_extension_protocol_options: { \
                envoy.extensions.upstreams.http.v3.HttpProtocolOptions: { \
                \"@type\": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, \
                explicit_http_config: { http_protocol_options: { enable_trailers: true } } } }";
    filling
        .change(
            "stat_prefix: public\n",
            "stat_prefix: public\n                http_protocol_options: { enable_trailers: true }\n",
        )
        .change(
            "connect_timeout: 1s\n",
            format!("connect_timeout: 1s\n      {http}\n"),
        )
}

/// The first requests of an instance find it without a configuration and without a bundle; where
/// it takes several at a time, none of them may be judged before both are there.
fn many_at_once(wasi: Wasi) -> Result<()> {
    let site = Site::load()?;
    let place = place::middleware(wasi, &site, &site.bundle(1)?)?;
    let ask = Ask::new("GET", "/v1/articles/a").token(&site.token("ada", "agent"));
    let (address, bytes) = (place.gateway.address, ask.bytes());
    let asking: Vec<_> = (0..MANY)
        .map(|_| {
            let bytes = bytes.clone();
            thread::spawn(move || http::exchange(address, "GET", &bytes))
        })
        .collect();
    for asked in asking {
        let response = asked.join().map_err(|_| anyhow!("a client panicked"))??;
        ensure!(response.status == 200, "{response:?}");
    }
    Ok(())
}

const MANY: usize = 64;

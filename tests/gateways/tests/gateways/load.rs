//! Load while the bundle changes: no wrong answer, and nothing unanswered.

use std::env;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};
use portcullis_gateways::ask::{Ask, HOST};
use portcullis_gateways::envoy::Envoy;
use portcullis_gateways::http::{self, Connection};
use portcullis_gateways::origin::Origin;
use portcullis_gateways::serve::Wasi;
use portcullis_gateways::site::{Edit, Site};
use portcullis_gateways::tools::Tool;
use portcullis_gateways::upstream::Upstream;

use crate::faults::{eventually, fetching};
use crate::place;
use crate::suite::Suite;

pub(crate) fn add(suite: &mut Suite) {
    suite.add("envoy/load_while_the_bundle_changes", Tool::Envoy, in_envoy);
    suite.add_middleware("load_while_the_bundle_changes", in_middleware);
}

/// Every version gives the right to write to one role alone, which is its turn.
const TURNS: u64 = 64;
/// How many versions an answer may lag behind: over 3 s, for two cores do all of this.
const LAG_MAX: u64 = 32;
const CHANGE_EVERY: Duration = Duration::from_millis(100);

fn in_envoy() -> Result<()> {
    let seconds = seconds()?;
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let origin = Origin::start(version(&site, 1)?)?;
    let mut filling = fetching(&site, &upstream, &origin)?;
    filling = filling.change("\"poll_ms\": 100,", "\"poll_ms\": 50,");
    let envoy = Envoy::start(&filling)?;
    let ready = Ask::new("GET", "/health").bytes();
    for _ in 0..2 {
        eventually("every worker has a bundle", || {
            (0..20).try_fold(true, |all, _| {
                let status = http::exchange(envoy.address(), "GET", &ready)?.status;
                Ok(all && status == 200)
            })
        })?;
    }
    let versions = load(&site, envoy.address(), seconds, |bundle| {
        origin.serve_bundle(bundle);
        Ok(())
    })?;
    let accepted = envoy.metric("bundle.accepted")?;
    eprintln!("{versions} versions, {accepted} taken by two workers and Envoy's main thread");
    ensure!(accepted > seconds, "the bundle hardly changed");
    let rejected = envoy
        .admin("/stats?filter=portcullis.bundle.rejected")?
        .text();
    ensure!(
        rejected.trim().is_empty(),
        "good bundles were refused: {rejected}"
    );
    Ok(())
}

fn in_middleware(wasi: Wasi) -> Result<()> {
    let seconds = seconds()?.div_ceil(3);
    let site = Site::load()?;
    let place = place::middleware(wasi, &site, &version(&site, 1)?)?;
    let mut serve = place.running;
    let versions = load(&site, serve.address(), seconds, |bundle| {
        serve.replace_bundle(&bundle)
    })?;
    let log = serve.service().log()?;
    let accepted = log.matches("\"event\":\"bundle-accepted\"").count();
    eprintln!("{versions} versions, {accepted} taken by every instance together");
    ensure!(
        u64::try_from(accepted)? > seconds,
        "the bundle hardly changed"
    );
    ensure!(
        !log.contains("bundle-rejected") && !log.contains("bundle-unreadable"),
        "good bundles were refused: {log}"
    );
    Ok(())
}

fn seconds() -> Result<u64> {
    let stated = env::var("PORTCULLIS_LOAD_SECONDS").ok();
    Ok(stated.map_or(Ok(30), |seconds| seconds.parse())?)
}

fn version(site: &Site, sequence: u64) -> Result<Vec<u8>> {
    let admin = "\"admin\": { \"label\"";
    let turn = sequence % TURNS;
    let role = format!("\"turn-{turn}\": {{ \"grants\": {{ \"all\": \"articles:write\" }} }}");
    let edit = Edit {
        policy: Some((admin.to_owned(), format!("{role}, {admin}"))),
        ..Edit::default()
    };
    site.bundle_with(sequence, &edit)
}

/// Asks for so long while the bundle changes; returns how many versions there were.
fn load(
    site: &Site,
    address: SocketAddr,
    seconds: u64,
    mut change: impl FnMut(Vec<u8>) -> Result<()>,
) -> Result<u64> {
    let newest = Arc::new(AtomicU64::new(1));
    let until = Instant::now() + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..4)
        .map(|seed| {
            let (site, newest) = (site.clone(), Arc::clone(&newest));
            thread::spawn(move || client(&site, address, &newest, until, seed))
        })
        .collect();
    let mut sequence = 1;
    while Instant::now() < until {
        sequence += 1;
        change(version(site, sequence)?)?;
        newest.store(sequence, Ordering::SeqCst);
        thread::sleep(CHANGE_EVERY);
    }
    let mut asked = Counts::default();
    for client in clients {
        let own = client.join().map_err(|_| anyhow!("a client panicked"))??;
        asked.all += own.all;
        asked.turns_allowed += own.turns_allowed;
    }
    eprintln!(
        "{} requests in {seconds} s, {} by a role in its turn",
        asked.all, asked.turns_allowed
    );
    ensure!(asked.all > 100 * seconds, "too few requests for a load");
    ensure!(asked.turns_allowed > 0, "nobody's turn was ever seen");
    Ok(sequence)
}

#[derive(Debug, Default)]
struct Counts {
    all: u64,
    turns_allowed: u64,
}

fn client(
    site: &Site,
    address: SocketAddr,
    newest: &AtomicU64,
    until: Instant,
    seed: u64,
) -> Result<Counts> {
    let agent = site.token("ada", "agent");
    let turns: Vec<String> = (0..TURNS)
        .map(|turn| site.token("tom", &format!("turn-{turn}")))
        .collect();
    let mut connection = Connection::open(address)?;
    let mut ask = |method: &str, target: &str, token: &str| -> Result<u16> {
        let headers = [
            ("host".to_owned(), HOST.to_owned()),
            ("authorization".to_owned(), format!("Bearer {token}")),
        ];
        connection.send(&http::request(method, target, &headers, b""))?;
        let response = connection.response(method);
        Ok(response.context("a request was not answered")?.status)
    };
    let mut counts = Counts::default();
    let mut step = seed;
    while Instant::now() < until {
        let allowed = ask("GET", "/v1/articles/a", &agent)?;
        ensure!(
            allowed == 200,
            "what every version allows was answered {allowed}"
        );
        let denied = ask("PUT", "/v1/articles/a", &agent)?;
        ensure!(
            denied == 403,
            "what every version denies was answered {denied}"
        );
        // Mostly about now, at times about long ago.
        step = step
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let before = newest.load(Ordering::SeqCst);
        let turn = (before + TURNS - (step >> 60) % 8 * if step.is_multiple_of(5) { 7 } else { 1 })
            % TURNS;
        let token = turns
            .get(usize::try_from(turn)?)
            .context("there is no such turn")?;
        let status = ask("PUT", "/v1/articles/a", token)?;
        let after = newest.load(Ordering::SeqCst) + 1;
        match status {
            403 => {}
            200 => {
                let oldest = before.saturating_sub(LAG_MAX);
                let had_turn = (oldest..=after).any(|version| version % TURNS == turn);
                ensure!(
                    had_turn,
                    "turn {turn} wrote between versions {before} and {after}"
                );
                counts.turns_allowed += 1;
            }
            other => return Err(anyhow!("a role in turn was answered {other}")),
        }
        counts.all += 3;
    }
    Ok(counts)
}

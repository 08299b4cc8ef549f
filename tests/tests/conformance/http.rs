//! HTTP vectors, on the native gate and on the gateway component: the same bytes.

use std::{collections::BTreeMap, sync::OnceLock};

use portcullis_gate::{Entry, Gate, GateConfig, Level, Peer, Request, Verdict};
use portcullis_host::{
    HttpEngine, HttpGate, HttpOutcome, HttpVerdict, NativeGateEngine,
    component::{ComponentGateEngine, ComponentLimits},
};
use portcullis_tests::{
    bundles,
    http::{HttpCase, HttpSetup, http_files},
    places,
};
use serde_json::Value;

#[test]
fn every_vector_is_judged_alike_on_every_engine_and_as_expected() {
    let setup = HttpSetup::load();
    let mut faults = Vec::new();
    let mut count = 0;
    for file in http_files() {
        let config = HttpSetup::config(&file.config);
        let mut gates: Vec<_> = engines()
            .map(|engine| open(engine, &config, &setup))
            .collect();
        for case in &file.cases {
            count += 1;
            let headers = setup.headers(case);
            // Twice: a token that is remembered must be judged as one that is not.
            let verdicts: Vec<HttpVerdict> = gates
                .iter_mut()
                .flat_map(|gate| {
                    [
                        judge(gate.as_mut(), case, &headers),
                        judge(gate.as_mut(), case, &headers),
                    ]
                })
                .collect();
            let place = format!("{}: {}", file.name, case.name);
            for other in &verdicts {
                assert_eq!(*other, verdicts[0], "{place}");
            }
            if let Err(fault) = compare(case, &headers, &verdicts[0]) {
                faults.push(format!("{place}: {fault}\n    {}", verdicts[0].entry));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {count}:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(count > 200, "{count}");
}

#[test]
fn without_a_bundle_every_request_is_refused() {
    let setup = HttpSetup::load();
    let config = HttpSetup::config("jwt");
    for engine in engines() {
        let mut gate = engine.open(&config).unwrap();
        for (offer, expected) in [
            (None, "no-bundle"),
            (Some(b"PCLB".as_slice()), "bundle-rejected"),
        ] {
            if let Some(bundle) = offer {
                assert!(gate.offer(bundle, bundles::NOW).is_err());
            }
            for case in http_files().iter().flat_map(|file| &file.cases) {
                let verdict = judge(gate.as_mut(), case, &setup.headers(case));
                assert!(
                    matches!(
                        verdict.outcome,
                        HttpOutcome::Respond {
                            status: 400 | 503,
                            ..
                        }
                    ),
                    "{}",
                    case.name
                );
                if case.name == "a public route needs nobody" {
                    assert_eq!(verdict.code, expected);
                }
            }
        }
    }
}

/// What a shell does not read, the gate does not write; all else stays as it is.
#[test]
fn entries_that_nobody_reads_change_no_verdict() {
    let setup = HttpSetup::load();
    let mut bare = 0;
    for file in http_files() {
        let open = || {
            let config = GateConfig::from_json(&HttpSetup::config(&file.config)).unwrap();
            let mut gate = Gate::new(config);
            gate.offer(setup.bundle.clone(), bundles::NOW).unwrap();
            gate
        };
        let (mut whole, mut quiet) = (open(), open());
        quiet.read_entries_from(Level::Info);
        for case in &file.cases {
            let headers = setup.headers(case);
            let fields = borrowed(&headers);
            let request = request(case, &fields);
            let expected = whole.judge(&request, case.now());
            let mut got = quiet.judge(&request, case.now());
            let full = expected.entry();
            if full.level < Level::Info {
                bare += 1;
                let mut words = Entry::new(full.code);
                words.level = full.level;
                words.shadow = full.shadow;
                words.effect = full.effect;
                words.trace.clone_from(&full.trace);
                assert_eq!(*got.entry(), words, "{}", case.name);
                match &mut got {
                    Verdict::Forward(forward) => forward.entry = full.clone(),
                    Verdict::Respond(response) => response.entry = full.clone(),
                }
            }
            assert_eq!(got, expected, "{}", case.name);
        }
    }
    assert!(bare >= 40, "{bare}");
}

pub(crate) fn engines() -> impl Iterator<Item = &'static dyn HttpEngine> {
    [&NativeGateEngine as &dyn HttpEngine, component()].into_iter()
}

fn component() -> &'static ComponentGateEngine {
    static ENGINE: OnceLock<ComponentGateEngine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let path = places::root().join("dist/portcullis.gateway.wasm");
        match ComponentGateEngine::load(&path, &places::artefacts(), ComponentLimits::default()) {
            Ok(engine) => engine,
            Err(error) => panic!("{error}\nbuild it with `cargo xtask wasm`"),
        }
    })
}

fn open(engine: &dyn HttpEngine, config: &[u8], setup: &HttpSetup) -> Box<dyn HttpGate> {
    let mut gate = engine.open(config).unwrap();
    assert!(gate.offer(&setup.bundle, bundles::NOW).unwrap());
    assert!(!gate.offer(&setup.bundle, bundles::NOW).unwrap());
    gate
}

fn judge(gate: &mut dyn HttpGate, case: &HttpCase, headers: &[(String, String)]) -> HttpVerdict {
    let headers = borrowed(headers);
    gate.judge(&request(case, &headers), case.now()).unwrap()
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&[u8], &[u8])> {
    headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect()
}

fn request<'a>(case: &'a HttpCase, headers: &'a [(&'a [u8], &'a [u8])]) -> Request<'a> {
    Request {
        method: case.method.as_bytes(),
        authority: case.authority.as_bytes(),
        target: case.target.as_bytes(),
        headers,
        peer: match case.peer.parse() {
            Ok(address) => Peer::Address(address),
            Err(_) if case.peer == "unknown" => Peer::Unknown,
            Err(_) => Peer::Identity(&case.peer),
        },
        nonce: b"1",
    }
}

fn compare(
    case: &HttpCase,
    sent: &[(String, String)],
    verdict: &HttpVerdict,
) -> Result<(), String> {
    let expected = &case.expect;
    let same = |what: &str, got: &dyn std::fmt::Debug, expected: &dyn std::fmt::Debug| {
        let (got, expected) = (format!("{got:?}"), format!("{expected:?}"));
        if got == expected {
            Ok(())
        } else {
            Err(format!("{what}: expected {expected}, got {got}"))
        }
    };
    same("code", &verdict.code, &expected.code)?;
    let entry: BTreeMap<String, Value> = serde_json::from_str(&verdict.entry).unwrap();
    for (name, value) in &expected.log {
        same(name, &entry.get(name), &Some(value))?;
    }
    let trace = entry["trace"].as_str().unwrap();
    assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match &verdict.outcome {
        HttpOutcome::Forward {
            remove,
            set,
            answer,
            ..
        } => {
            let added: BTreeMap<String, String> = answer.add.iter().cloned().collect();
            same("answer", &added, &expected.answer)?;
            let mut upstream: BTreeMap<String, String> = set.iter().cloned().collect();
            same("headers set twice", &set.len(), &upstream.len())?;
            let begun = upstream.remove("traceparent");
            let carried = sent
                .iter()
                .any(|(name, value)| name == "traceparent" && value.contains(trace));
            same("a trace is begun or carried", &begun.is_some(), &!carried)?;
            same("upstream", &Some(&upstream), &expected.upstream.as_ref())?;
            same("removed", remove, &expected.removed)?;
            // What would reach the upstream holds nothing of the gate's but what it set.
            for (name, _) in sent.iter().filter(|(name, _)| !remove.contains(name)) {
                let folded = name.to_lowercase().replace(['_', '.'], "-");
                assert!(!folded.starts_with("x-portcullis-"), "{name}");
            }
        }
        HttpOutcome::Respond {
            status,
            headers,
            body,
        } => {
            if expected.upstream.is_some() {
                return Err("it was answered".to_owned());
            }
            let headers: BTreeMap<String, String> = headers.iter().cloned().collect();
            for (name, value) in &expected.response {
                same(name, &headers.get(name), &Some(value))?;
            }
            if *status == 204 {
                return same("body", body, &"");
            }
            let body: BTreeMap<String, Value> = serde_json::from_str(body).unwrap();
            same(
                "members",
                &body.keys().collect::<Vec<_>>(),
                &["status", "title", "trace", "type"],
            )?;
            assert_eq!(body["status"], *status);
            assert_eq!(body["trace"], trace);
            assert_eq!(headers["content-type"], "application/problem+json");
            assert_eq!(headers["cache-control"], "no-store");
            assert_eq!(headers.contains_key("www-authenticate"), *status == 401);
        }
    }
    Ok(())
}

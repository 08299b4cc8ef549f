//! `demo`: Envoy with the filter before a tiny upstream.

use std::io::{self, IsTerminal as _};

use anyhow::{Result, bail};
use base64ct::{Base64, Encoding as _};
use portcullis_gateways::ask::{Ask, Gateway, Outcome};
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::site::Site;
use portcullis_gateways::upstream::Upstream;

/// Starts it, asks, and keeps serving if somebody is there to ask on.
pub(crate) fn run() -> Result<()> {
    let site = Site::load()?;
    let upstream = Upstream::start()?;
    let bundle = site.bundle(1)?;
    let filling = Filling::new("inline.yaml", upstream.address())
        .fill("@TRUST@", site.trust()?)
        .fill("@JWKS@", site.token_keys())
        .fill("@BUNDLE@", Base64::encode_string(&bundle));
    let envoy = Envoy::start(&filling)?;
    let gateway = Gateway::new(envoy.address(), upstream);
    tell("Envoy runs with examples/envoy/inline.yaml: the filter portcullis.proxy.wasm, a signed");
    tell("bundle of examples/envoy/policy.json, and behind it an upstream that says what it gets.");
    let mut wrong = Vec::new();
    for (what, ask, status) in questions(&site) {
        tell(&format!("\n{what}\n$ {}", ask.curl(gateway.address)));
        let outcome = gateway.ask(&ask)?;
        show(&outcome);
        if outcome.response.status != status || outcome.forwarded.is_some() != (status == 200) {
            wrong.push(what);
        }
    }
    if !wrong.is_empty() {
        bail!("not every answer is as it should be: {}", wrong.join("; "));
    }
    tell("\nWhat the filter counted:");
    for line in envoy
        .admin("/stats?filter=portcullis.decisions")?
        .text()
        .lines()
    {
        tell(line);
    }
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        tell("\nIt keeps serving: repeat the lines above in another terminal. Ctrl-C ends it.");
        loop {
            std::thread::park();
        }
    }
    Ok(())
}

fn questions(site: &Site) -> [(&'static str, Ask, u16); 7] {
    let token = site.token("ada", "agent");
    let ask = |method: &str, target: &str| Ask::new(method, target).token(&token);
    [
        (
            "Allowed: ada, an agent, reads an article. The upstream learns who asks.",
            ask("GET", "/v1/articles/welcome"),
            200,
        ),
        (
            "Denied: agents do not write articles. She learns that, and nothing else.",
            ask("PUT", "/v1/articles/welcome"),
            403,
        ),
        (
            "Conditional: which tickets are her team's, only the origin knows. It gets the filter.",
            ask("GET", "/v1/tickets"),
            200,
        ),
        (
            "Refused spoof: she says that it was allowed already, and that she is an admin.",
            ask("PUT", "/v1/articles/welcome")
                .header("x-portcullis-decision", "allow")
                .header("X_Portcullis_Roles", "admin"),
            403,
        ),
        (
            "Harmless spoof: where she may, the upstream still hears who she is.",
            ask("GET", "/v1/articles/welcome").header("X-Portcullis-Subject", "root"),
            200,
        ),
        (
            "Refused path: some servers would read reports here.",
            ask("GET", "/v1/articles/..%2freports"),
            400,
        ),
        (
            "Nobody: without a token.",
            Ask::new("GET", "/v1/articles/welcome"),
            401,
        ),
    ]
}

fn show(outcome: &Outcome) {
    tell(&format!("  answered {}", outcome.response.status));
    let Some(forwarded) = &outcome.forwarded else {
        tell(&format!("  {}", outcome.response.text()));
        tell("  nothing reached the upstream");
        return;
    };
    tell(&format!(
        "  the upstream got {} {}",
        forwarded.method, forwarded.target
    ));
    for (name, value) in &forwarded.headers {
        if name.replace('_', "-").starts_with("x-portcullis-") {
            tell(&format!("    {name}: {value}"));
        }
    }
}

fn tell(line: &str) {
    anstream::println!("{line}");
}

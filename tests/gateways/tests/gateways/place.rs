//! The gateways under test, each before an upstream of its own.

use anyhow::Result;
use base64ct::{Base64, Encoding as _};
use portcullis_gateways::ask::Gateway;
use portcullis_gateways::envoy::{Envoy, Filling};
use portcullis_gateways::serve::{Serve, Wasi};
use portcullis_gateways::site::Site;
use portcullis_gateways::upstream::Upstream;
use serde_json::json;

/// A gateway that runs, and what it was configured with.
#[derive(Debug)]
pub(crate) struct Place<G> {
    pub(crate) gateway: Gateway,
    /// Keeps the gateway running.
    pub(crate) running: G,
    /// What the native gate is configured with, to judge the same.
    pub(crate) configuration: String,
}

/// Starts Envoy with the filter that has its bundle inside.
pub(crate) fn envoy(site: &Site, bundle: &[u8]) -> Result<Place<Envoy>> {
    let upstream = Upstream::start()?;
    let running = Envoy::start(&inline(site, &upstream, bundle)?)?;
    Ok(Place {
        gateway: Gateway::new(running.address(), upstream),
        running,
        configuration: site.gate(Some(bundle), &json!({}))?,
    })
}

/// Fills in the example that has the bundle inside.
pub(crate) fn inline(site: &Site, upstream: &Upstream, bundle: &[u8]) -> Result<Filling> {
    Ok(Filling::new("inline.yaml", upstream.address())
        .fill("@TRUST@", site.trust()?)
        .fill("@JWKS@", site.token_keys())
        .fill("@BUNDLE@", Base64::encode_string(bundle)))
}

/// Starts `wasmtime serve` with the middleware that reads its bundle from a file.
pub(crate) fn middleware(wasi: Wasi, site: &Site, bundle: &[u8]) -> Result<Place<Serve>> {
    let upstream = Upstream::start()?;
    let shell = json!({
        "upstream": format!("http://{}", upstream.address()),
        "bundle_file": "/policy/policy.pclb",
    });
    let running = Serve::start(wasi, &site.gate(None, &shell)?, Some(bundle))?;
    Ok(Place {
        gateway: Gateway::new(running.address(), upstream),
        running,
        configuration: site.gate(Some(bundle), &json!({}))?,
    })
}

/// Starts Envoy with a gate's configuration as it is.
pub(crate) fn envoy_with(configuration: &str) -> Result<Place<Envoy>> {
    let upstream = Upstream::start()?;
    let example = Filling::new("inline.yaml", upstream.address())
        .cut(
            "                            {\n",
            "                  - name: envoy.filters.http.router\n",
        )
        .change(
            "value: |\n",
            format!("value: |\n{}{configuration}\n", " ".repeat(28)),
        );
    let running = Envoy::start(&example)?;
    Ok(Place {
        gateway: Gateway::new(running.address(), upstream),
        running,
        configuration: configuration.to_owned(),
    })
}

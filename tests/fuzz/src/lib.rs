//! What the fuzz targets share.
//!
//! Each target reads the fuzzer's bytes as what a stranger sends, and panics where two readings
//! of it differ, or where what was accepted cannot be used. What is merely refused is no finding.

use portcullis_engine::UnixSeconds;
use portcullis_fixture::{Issue, trust};
use portcullis_host::{Engine as _, HostTrust, LoadedPolicy, NativeEngine, evaluation};
use portcullis_policy::authzen::{Request, evaluated_elsewhere};

/// When everything here is made and asked.
pub const NOW: UnixSeconds = portcullis_fixture::NOW;

/// A policy with scopes, features, custom roles, groups, a directory and routes.
pub const HELPDESK: &str = include_str!("../../vectors/http/setup/policy.json");

/// Compiles a policy and opens it natively.
///
/// # Panics
///
/// Where it does not compile, or what compiled is not accepted: both are findings.
#[must_use]
pub fn open(policy: &str) -> Box<dyn LoadedPolicy> {
    let bundle = match Issue::at(NOW).bundle(policy) {
        Ok(bundle) => bundle,
        Err(problem) => panic!("{problem}\nin {policy}"),
    };
    match NativeEngine.open(&bundle, &HostTrust::from(trust()), NOW) {
        Ok(policy) => policy,
        Err(failure) => panic!("{failure:?}\nof {policy}"),
    }
}

/// Answers a line as the command line does: under the features that it names, if it names some; of
/// a filter, as if nothing were known of the resource.
#[must_use]
pub fn answer(policy: &dyn LoadedPolicy, line: &[u8], filter: bool) -> String {
    let vocabulary = &policy.names().vocabulary;
    let read = if filter {
        Request::read_filter(line, vocabulary)
    } else {
        Request::read(line, vocabulary)
    };
    let request = match read {
        Ok(request) => request,
        Err(malformed) => return malformed.answer(),
    };
    let ask = |policy: &dyn LoadedPolicy| {
        if filter {
            policy.filter(&request, NOW)
        } else {
            policy.decide(&request, NOW)
        }
    };
    let answer = match &request.features {
        None => ask(policy),
        Some(features) => policy
            .with_features(features)
            .and_then(|preview| ask(preview.as_ref())),
    };
    match answer {
        Ok(canonical) => evaluated_elsewhere(&canonical),
        Err(failure) => evaluation::failed(&failure),
    }
}

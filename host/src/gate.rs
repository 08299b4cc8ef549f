//! What every gate does, wherever it runs.

use core::fmt;

use portcullis_gate::{Gate, GateConfig, Level, Offer, Request, UnixSeconds, Verdict};

use crate::failure::Failure;

/// Makes gates from configurations.
pub trait HttpEngine: fmt::Debug + Send + Sync {
    /// Returns the engine's name at the command line.
    fn name(&self) -> &'static str;

    /// Makes a gate, which has no bundle yet.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the configuration, or why the engine could not read it.
    fn open(&self, config: &[u8]) -> Result<Box<dyn HttpGate>, Failure>;
}

/// A gate that judges requests.
///
/// Every engine gives the same bytes. On a failure the caller denies; the next request
/// is judged as if it had not been.
pub trait HttpGate: fmt::Debug + Send {
    /// Offers a bundle; says whether it is a new one.
    ///
    /// # Errors
    ///
    /// Says which check it failed; what was accepted before answers on.
    fn offer(&mut self, bundle: &[u8], now: UnixSeconds) -> Result<bool, Failure>;

    /// Judges a request.
    ///
    /// # Errors
    ///
    /// Fails if the engine breaks off.
    fn judge(&mut self, request: &Request<'_>, now: UnixSeconds) -> Result<HttpVerdict, Failure>;

    /// Returns how the gate stands, as compact JSON.
    ///
    /// # Errors
    ///
    /// Fails if the engine breaks off.
    fn status(&mut self, now: UnixSeconds) -> Result<String, Failure>;
}

/// What becomes of a request, as every engine says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpVerdict {
    /// What becomes of it.
    pub outcome: HttpOutcome,
    /// What happened, in one word.
    pub code: String,
    /// How loud the entry is.
    pub level: Level,
    /// What to log, as compact JSON.
    pub entry: String,
}

/// A request goes on, or is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpOutcome {
    /// It goes on with these changes to its headers.
    Forward {
        /// Names to remove, as they stand in the request.
        remove: Vec<String>,
        /// Headers to set after that.
        set: Vec<(String, String)>,
        /// The target in place of the client's, where a token was cut out of it.
        target: Option<String>,
        /// What changes in the upstream's answer.
        answer: HttpAnswerChanges,
    },
    /// It is answered.
    Respond {
        /// The status code.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
        /// The body.
        body: String,
    },
}

/// The gate linked into this program.
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeGateEngine;

#[derive(Debug)]
struct NativeGate(Gate);

impl HttpEngine for NativeGateEngine {
    fn name(&self) -> &'static str {
        "native"
    }

    fn open(&self, config: &[u8]) -> Result<Box<dyn HttpGate>, Failure> {
        let config = GateConfig::from_json(config)
            .map_err(|error| Failure::InvalidConfig(error.to_string()))?;
        Ok(Box::new(NativeGate(Gate::new(config))))
    }
}

impl HttpGate for NativeGate {
    fn offer(&mut self, bundle: &[u8], now: UnixSeconds) -> Result<bool, Failure> {
        match self.0.offer(bundle.to_vec(), now) {
            Ok(offer) => Ok(matches!(offer, Offer::Accepted(_))),
            Err(rejection) => Err(Failure::BundleRejected(rejection.code().to_owned())),
        }
    }

    fn judge(&mut self, request: &Request<'_>, now: UnixSeconds) -> Result<HttpVerdict, Failure> {
        Ok(HttpVerdict::from(self.0.judge(request, now)))
    }

    fn status(&mut self, now: UnixSeconds) -> Result<String, Failure> {
        Ok(self.0.status(now).to_json())
    }
}

/// What changes in the headers of the upstream's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpAnswerChanges {
    /// Names to remove, in any case.
    pub remove: Vec<String>,
    /// Headers to add after that.
    pub add: Vec<(String, String)>,
}

fn pairs(headers: Vec<(&str, String)>) -> Vec<(String, String)> {
    let headers = headers.into_iter();
    headers.map(|(name, value)| (name.into(), value)).collect()
}

impl From<Verdict> for HttpVerdict {
    fn from(verdict: Verdict) -> Self {
        let entry = verdict.entry();
        Self {
            code: entry.code.name().to_owned(),
            level: entry.level,
            entry: entry.to_json(),
            outcome: match verdict {
                Verdict::Forward(forward) => HttpOutcome::Forward {
                    remove: forward.remove,
                    set: pairs(forward.set),
                    target: forward.target,
                    answer: HttpAnswerChanges {
                        remove: forward.answer.remove.into_iter().map(Into::into).collect(),
                        add: pairs(forward.answer.add),
                    },
                },
                Verdict::Respond(response) => HttpOutcome::Respond {
                    status: response.status,
                    headers: response.headers,
                    body: response.body,
                },
            },
        }
    }
}

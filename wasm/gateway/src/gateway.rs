//! The resource `gateway`.

use alloc::{
    string::{String, ToString as _},
    vec::Vec,
};
use core::cell::RefCell;

use portcullis_gate::{
    Floor, Gate, GateConfig, GateRejection, Level, Offer, Peer, Persisted, Request, TenantKey,
    UnixSeconds, Verdict,
};

use crate::bindings::exports::portcullis::edge::gate as wit;

/// A gate, held by the host.
#[derive(Debug)]
pub(crate) struct PluginGateway(RefCell<Gate>);

impl PluginGateway {
    /// One call at a time enters a component, so the gate is never borrowed twice.
    fn with<R>(&self, ask: impl FnOnce(&mut Gate) -> R) -> R {
        ask(&mut self.0.borrow_mut())
    }
}

impl wit::GuestGateway for PluginGateway {
    fn open(config: Vec<u8>) -> Result<wit::Gateway, String> {
        let config = GateConfig::from_json(&config).map_err(|error| error.to_string())?;
        Ok(wit::Gateway::new(Self(RefCell::new(Gate::new(config)))))
    }

    fn shell(&self) -> String {
        self.with(|gate| gate.config().shell().into())
    }

    fn restore(&self, persisted: wit::Persisted) {
        let digest = persisted.digest.and_then(|bytes| bytes.try_into().ok());
        self.with(|gate| {
            gate.restore(Persisted {
                key: TenantKey {
                    audience: persisted.audience,
                    tenant: persisted.tenant,
                },
                floor: Floor {
                    sequence: persisted.sequence,
                    digest,
                },
            });
        });
    }

    fn offer(&self, bundle: Vec<u8>, now: u64) -> Result<wit::Offered, String> {
        offered(self.with(|gate| gate.offer(bundle, UnixSeconds(now))))
    }

    fn offer_own(&self, now: u64) -> Option<Result<wit::Offered, String>> {
        self.with(|gate| {
            let bundle = gate.config().bundle()?.to_vec();
            Some(offered(gate.offer(bundle, UnixSeconds(now))))
        })
    }

    fn replace_token_keys(&self, issuer: String, json: Vec<u8>) -> Result<(), String> {
        self.with(|gate| gate.replace_token_keys(&issuer, &json))
            .map_err(|error| error.to_string())
    }

    fn judge(&self, request: wit::Request, now: u64) -> wit::Verdict {
        let headers: Vec<(&[u8], &[u8])> = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_slice(), value.as_slice()))
            .collect();
        let request = Request {
            method: &request.method,
            authority: &request.authority,
            target: &request.target,
            headers: &headers,
            peer: match &request.peer {
                wit::Peer::Unknown => Peer::Unknown,
                // What is no address is nobody that could be trusted.
                wit::Peer::Address(text) => text.parse().map_or(Peer::Unknown, Peer::Address),
                wit::Peer::Identity(name) => Peer::Identity(name),
            },
            nonce: &request.nonce,
        };
        verdict(self.with(|gate| gate.judge(&request, UnixSeconds(now))))
    }

    fn status(&self, now: u64) -> String {
        self.with(|gate| gate.status(UnixSeconds(now)).to_json())
    }
}

fn offered(offer: Result<Offer, GateRejection>) -> Result<wit::Offered, String> {
    match offer {
        Ok(Offer::Unchanged) => Ok(wit::Offered::Unchanged),
        Ok(Offer::Accepted(persisted)) => Ok(wit::Offered::Accepted(wit::Persisted {
            audience: persisted.key.audience,
            tenant: persisted.key.tenant,
            sequence: persisted.floor.sequence,
            digest: persisted.floor.digest.map(|digest| digest.to_vec()),
        })),
        Err(rejection) => Err(rejection.code().into()),
    }
}

fn verdict(verdict: Verdict) -> wit::Verdict {
    let entry = verdict.entry();
    let (code, json) = (entry.code.name().into(), entry.to_json());
    let level = match entry.level {
        Level::Off => wit::Level::Off,
        Level::Debug => wit::Level::Debug,
        Level::Info => wit::Level::Info,
        Level::Warn => wit::Level::Warn,
        Level::Error => wit::Level::Error,
    };
    wit::Verdict {
        outcome: match verdict {
            Verdict::Forward(forward) => wit::Outcome::Forward(wit::Forward {
                remove: forward.remove,
                set: pairs(forward.set),
                target: forward.target,
                answer: wit::AnswerChanges {
                    remove: forward.answer.remove.into_iter().map(Into::into).collect(),
                    add: pairs(forward.answer.add),
                },
            }),
            Verdict::Respond(response) => wit::Outcome::Respond(wit::Response {
                status: response.status,
                headers: response.headers,
                body: response.body,
            }),
        },
        code,
        level,
        entry: json,
    }
}

fn pairs(headers: Vec<(&str, String)>) -> Vec<(String, String)> {
    let headers = headers.into_iter();
    headers.map(|(name, value)| (name.into(), value)).collect()
}

//! Every engine behind one trait, so that each answers the same questions.

use std::{fmt, sync::OnceLock};

use portcullis_engine::UnixSeconds;
use portcullis_host::{
    ComponentEngine, Engine, HostTrust, LoadedPolicy, NativeEngine, component::ComponentLimits,
    evaluation,
};
use portcullis_policy::authzen::{Malformed, Request, Subject, evaluated_elsewhere};
use portcullis_reference::Reference;

use crate::{bundles, places};

macro_rules! engines {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The engines. A new one is in [`EngineName::ALL`] by being here, so every test of
        /// conformance runs on it, and none compiles before it can be opened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EngineName {
            $($(#[$doc])* $name,)*
        }

        impl EngineName {
            /// Every engine.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

engines! {
    /// The interpreter of the source, which shares no code with the others.
    Reference,
    /// The engine linked into this program.
    Native,
    /// The engine as a WebAssembly component.
    Component,
}

/// A policy that answers as the command line does: whole lines in, whole lines out.
pub trait Answers: fmt::Debug {
    /// Answers one evaluation request.
    fn decide(&self, line: &[u8]) -> String;

    /// Answers a request as if nothing were known of the resource.
    fn filter(&self, line: &[u8]) -> String;

    /// Returns the modules that a subject sees, perhaps under other features than the tenant's.
    fn visible(&self, subject: &[u8], features: Option<&[String]>) -> String;
}

impl EngineName {
    /// Compiles a policy, and opens it.
    ///
    /// # Panics
    ///
    /// Where the policy does not compile or open.
    #[must_use]
    pub fn open(self, policy: &str) -> Box<dyn Answers> {
        match self {
            Self::Reference => Box::new(reference(policy)),
            Self::Native | Self::Component => {
                let bundle = bundles::bundle(policy);
                Box::new(self.open_bundle(&bundle, &bundles::trust(), bundles::NOW))
            }
        }
    }

    /// Opens a bundle.
    ///
    /// # Panics
    ///
    /// Where the bundle is refused, and on the reference, which reads none.
    #[must_use]
    pub fn open_bundle(self, bundle: &[u8], trust: &HostTrust, now: UnixSeconds) -> Loaded {
        let engine: &dyn Engine = match self {
            Self::Reference => panic!("the reference reads sources only"),
            Self::Native => &NativeEngine,
            Self::Component => component(),
        };
        match engine.open(bundle, trust, now) {
            Ok(policy) => Loaded { policy, now },
            Err(failure) => panic!("{self:?}: {failure}"),
        }
    }
}

/// Returns the component engine, compiled once for all tests.
///
/// # Panics
///
/// Where the component is not built or cannot be loaded.
pub fn component() -> &'static ComponentEngine {
    static ENGINE: OnceLock<ComponentEngine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let path = places::root().join("dist/portcullis.component.wasm");
        let limits = ComponentLimits::default();
        match ComponentEngine::load(&path, &places::artefacts(), limits) {
            Ok(engine) => engine,
            Err(error) => panic!("{error}\nbuild it with `cargo xtask wasm`"),
        }
    })
}

/// Reads a policy into the reference.
///
/// # Panics
///
/// Where it cannot be read.
#[must_use]
pub fn reference(policy: &str) -> Reference {
    let reference = Reference::new(policy).expect("the reference reads the policy");
    reference.at(bundles::NOW.0)
}

/// A policy that an engine of the host opened.
#[derive(Debug)]
pub struct Loaded {
    /// The policy.
    pub policy: Box<dyn LoadedPolicy>,
    /// When it is asked.
    pub now: UnixSeconds,
}

impl Loaded {
    /// Reads a request as the command line does.
    ///
    /// # Errors
    ///
    /// Tells why it is malformed.
    pub fn read(&self, line: &[u8]) -> Result<Request, Malformed> {
        Request::read(line, &self.policy.names().vocabulary)
    }

    /// Calls `ask` with the policy, under other features where some are given.
    ///
    /// # Panics
    ///
    /// Where the engine breaks off.
    pub fn under<T>(
        &self,
        features: Option<&[String]>,
        ask: impl FnOnce(&dyn LoadedPolicy) -> T,
    ) -> T {
        match features {
            None => ask(self.policy.as_ref()),
            Some(features) => {
                let preview = self.policy.with_features(features);
                ask(preview.expect("features can be replaced").as_ref())
            }
        }
    }

    fn answer(&self, read: Result<Request, Malformed>, filter: bool) -> String {
        let request = match read {
            Ok(request) => request,
            Err(malformed) => return malformed.answer(),
        };
        let answer = self.under(request.features.as_deref(), |policy| {
            if filter {
                policy.filter(&request, self.now)
            } else {
                policy.decide(&request, self.now)
            }
        });
        match answer {
            Ok(canonical) => evaluated_elsewhere(&canonical),
            Err(failure) => evaluation::failed(&failure),
        }
    }
}

impl Answers for Loaded {
    fn decide(&self, line: &[u8]) -> String {
        self.answer(self.read(line), false)
    }

    fn filter(&self, line: &[u8]) -> String {
        let read = Request::read_filter(line, &self.policy.names().vocabulary);
        self.answer(read, true)
    }

    fn visible(&self, subject: &[u8], features: Option<&[String]>) -> String {
        let subject = match Subject::read(subject, &self.policy.names().vocabulary) {
            Ok(subject) => subject,
            Err(malformed) => return malformed.answer(),
        };
        let modules = self.under(features, |policy| policy.modules(&subject, self.now));
        match modules {
            Ok(modules) => modules,
            Err(failure) => evaluation::failed(&failure),
        }
    }
}

impl Answers for Reference {
    fn decide(&self, line: &[u8]) -> String {
        self.decide_line(line)
    }

    fn filter(&self, line: &[u8]) -> String {
        self.filter_line(line)
    }

    fn visible(&self, subject: &[u8], features: Option<&[String]>) -> String {
        let subject = String::from_utf8_lossy(subject);
        match features {
            None => Self::visible(self, &subject),
            Some(features) => Self::visible(&self.with_features(features), &subject),
        }
    }
}

/// Tells whether a line is the answer to a malformed request.
#[must_use]
pub fn is_malformed(answer: &str) -> bool {
    answer.starts_with(
        r#"{"decision":false,"context":{"effect":"error","error":{"status":400,"message":""#,
    )
}

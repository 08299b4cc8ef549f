//! How severe each code is.

use alloc::vec::Vec;

use portcullis_json::{Place, Read};

use super::text::text;
use crate::code::Code;

/// How severe a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not logged.
    Off,
    /// Read only while looking for a fault.
    Debug,
    /// Part of normal operation.
    Info,
    /// Somebody should look at it.
    Warn,
    /// Something is broken.
    Error,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 5] = [Self::Off, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// Returns its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Levels by code; those not named have the one that fits what happened.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Vec<(Code, Level)>);

impl Read for Log {
    fn read(place: &Place<'_>) -> Self {
        let mut own = Vec::new();
        let object = place.object("an object", "write {\"granted\": \"info\"}");
        for (name, place) in object.rest() {
            let Some(code) = Code::ALL.into_iter().find(|code| code.name() == name) else {
                place.unknown("code", name, &Code::ALL.map(Code::name));
                continue;
            };
            let text = text(&place);
            match Level::ALL.into_iter().find(|level| level.name() == text) {
                Some(level) => own.push((code, level)),
                None => place.unknown("level", text, &Level::ALL.map(Level::name)),
            }
        }
        Self(own)
    }
}

impl Log {
    pub(super) fn level(&self, code: Code) -> Level {
        let stated = self.0.iter().find(|(own, _)| *own == code);
        stated.map_or_else(|| default_level(code), |(_, level)| *level)
    }
}

const fn default_level(code: Code) -> Level {
    match code {
        Code::NoBundle
        | Code::BundleRejected
        | Code::BundleExpired
        | Code::ClockWrong
        | Code::Trap => Level::Error,
        Code::IdentityInvalid
        | Code::TenantMismatch
        | Code::CrossSite
        | Code::PathAmbiguous
        | Code::RouteAmbiguous
        | Code::RequestMalformed
        | Code::AttributeAmbiguous
        | Code::LimitExceeded => Level::Warn,
        // What goes on is what the proxy's own access log is for.
        Code::Granted
        | Code::Conditional
        | Code::Public
        | Code::Authenticated
        | Code::Preflight => Level::Debug,
        _ => Level::Info,
    }
}

//! The table of guests, and of crates that must build for the bare target alone.

use crate::optimiser;
use crate::size::Size;

/// A crate that becomes a WebAssembly artefact.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guest {
    pub(crate) package: &'static str,
    /// The file in dist/.
    pub(crate) artefact: &'static str,
    pub(crate) kind: Kind,
    pub(crate) aim: Aim,
    pub(crate) bound: Size,
    /// What it may import; nothing for a plugin that can only compute. Of a component these
    /// are interfaces, of a core module functions.
    pub(crate) imports: &'static [&'static str],
}

/// What an artefact is to the runtime that loads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A component, made of the core module that rustc writes.
    Component,
    /// That core module itself.
    Module,
}

/// What a guest is built for, within its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// To be small: it is fetched over a network, or the bound is near.
    Size,
    /// To be quick: every request goes through it, and no network lies between it and its host.
    Speed,
}

impl Aim {
    /// Returns cargo's profile.
    pub(crate) const fn profile(self) -> &'static str {
        match self {
            Self::Size => "wasm",
            Self::Speed => "wasm-speed",
        }
    }

    /// Returns how the module is optimised once it is built.
    pub(crate) const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Size => &optimiser::SIZE_FLAGS,
            Self::Speed => &optimiser::SPEED_FLAGS,
        }
    }
}

/// The artefact that the command line loads.
pub(crate) const COMPONENT: &str = "portcullis.component.wasm";

/// The artefact that Envoy loads.
pub(crate) const FILTER: &str = "portcullis.proxy.wasm";

/// The guest that the npm package is made of.
pub(crate) const BROWSER: &str = "portcullis-browser";

/// Every guest.
pub(crate) const GUESTS: [Guest; 5] = [
    Guest {
        package: "portcullis-component",
        artefact: COMPONENT,
        kind: Kind::Component,
        aim: Aim::Size,
        bound: Size {
            raw: 150_000,
            gzipped: 60_000,
        },
        imports: &[],
    },
    Guest {
        package: "portcullis-gateway",
        artefact: "portcullis.gateway.wasm",
        kind: Kind::Component,
        aim: Aim::Size,
        bound: Size {
            raw: 520_000,
            gzipped: 220_000,
        },
        imports: &[],
    },
    Guest {
        package: "portcullis-http",
        artefact: "portcullis.http.wasm",
        kind: Kind::Component,
        aim: Aim::Size,
        bound: Size {
            raw: 520_000,
            gzipped: 220_000,
        },
        imports: &[
            "wasi:cli/environment@0.2.12",
            "wasi:cli/stderr@0.2.12",
            "wasi:clocks/monotonic-clock@0.2.12",
            "wasi:clocks/wall-clock@0.2.12",
            "wasi:filesystem/preopens@0.2.12",
            "wasi:filesystem/types@0.2.12",
            "wasi:http/outgoing-handler@0.2.12",
            "wasi:http/types@0.2.12",
            "wasi:io/error@0.2.12",
            "wasi:io/poll@0.2.12",
            "wasi:io/streams@0.2.12",
        ],
    },
    Guest {
        package: "portcullis-http-p3",
        artefact: "portcullis.http-p3.wasm",
        kind: Kind::Component,
        aim: Aim::Size,
        bound: Size {
            raw: 520_000,
            gzipped: 220_000,
        },
        imports: &[
            "wasi:cli/environment@0.3.0",
            "wasi:cli/stderr@0.3.0",
            // Not called: the type of every stream of bytes is named after its function.
            "wasi:cli/stdin@0.3.0",
            "wasi:cli/types@0.3.0",
            "wasi:clocks/monotonic-clock@0.3.0",
            "wasi:clocks/system-clock@0.3.0",
            "wasi:clocks/types@0.3.0",
            "wasi:filesystem/preopens@0.3.0",
            "wasi:filesystem/types@0.3.0",
            "wasi:http/client@0.3.0",
            "wasi:http/types@0.3.0",
        ],
    },
    Guest {
        package: "portcullis-proxy",
        artefact: FILTER,
        kind: Kind::Module,
        aim: Aim::Speed,
        bound: Size {
            raw: 520_000,
            gzipped: 220_000,
        },
        imports: &[
            "env.proxy_add_header_map_value",
            "env.proxy_continue_stream",
            "env.proxy_define_metric",
            "env.proxy_get_buffer_bytes",
            "env.proxy_get_current_time_nanoseconds",
            "env.proxy_get_header_map_pairs",
            "env.proxy_get_log_level",
            "env.proxy_get_property",
            "env.proxy_get_shared_data",
            "env.proxy_http_call",
            "env.proxy_increment_metric",
            "env.proxy_log",
            "env.proxy_record_metric",
            "env.proxy_remove_header_map_value",
            "env.proxy_replace_header_map_value",
            "env.proxy_send_local_response",
            "env.proxy_set_effective_context",
            "env.proxy_set_header_map_pairs",
            "env.proxy_set_shared_data",
            "env.proxy_set_tick_period_milliseconds",
        ],
    },
];

/// Every `no_std` crate. Each is checked alone, for together with others a feature that one of
/// them turns on would hide that another needs `std`.
pub(crate) const NO_STD: [&str; 11] = [
    "portcullis-json",
    "portcullis-engine",
    "portcullis-gate",
    "portcullis-component",
    "portcullis-gateway",
    "portcullis-proxy",
    "portcullis-proxy-shell",
    "portcullis-http-shell",
    "portcullis-http",
    "portcullis-http-p3",
    BROWSER,
];

/// Returns the `no_std` crates that are not built alone already, as guests are.
pub(crate) fn libraries() -> impl Iterator<Item = &'static str> {
    let is_guest =
        |package: &str| package == BROWSER || GUESTS.iter().any(|guest| guest.package == package);
    NO_STD.into_iter().filter(move |package| !is_guest(package))
}

impl Guest {
    /// Returns the name that rustc gives the core module.
    pub(crate) fn core_module(&self) -> String {
        format!("{}.wasm", self.package.replace('-', "_"))
    }
}

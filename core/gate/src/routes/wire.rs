//! The bundle's section of routes, as bytes.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{
    host::HostPattern,
    pattern::PathPattern,
    route::{Access, Cors, OnConditional, Origin, Route},
    table::Routes,
};
use crate::{limits::ROUTES_MAX, path::Ambiguities};

/// A section that cannot be read, holds an invalid route, or has the same one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedRoutes;

#[derive(Serialize, Deserialize)]
struct RouteWire<'a> {
    #[serde(borrow)]
    methods: Vec<&'a str>,
    /// Empty for any.
    host: &'a str,
    path: &'a str,
    /// Empty for a public route.
    permission: &'a str,
    #[serde(borrow)]
    attributes: Vec<(&'a str, OriginWire<'a>)>,
    conditional_forward: bool,
    allow: u8,
    #[serde(borrow)]
    cors: Option<CorsWire<'a>>,
}

#[derive(Serialize, Deserialize)]
enum OriginWire<'a> {
    Path(u8),
    Query(&'a str),
    Header(&'a str),
    #[serde(borrow)]
    Constant(Vec<&'a str>),
    Part(u8, u8),
}

#[derive(Serialize, Deserialize)]
struct CorsWire<'a> {
    #[serde(borrow)]
    origins: Vec<&'a str>,
    #[serde(borrow)]
    headers: Vec<&'a str>,
    credentials: bool,
    max_age_seconds: u32,
}

impl Routes {
    /// Reads the routes of a bundle; an empty section holds none.
    ///
    /// # Errors
    ///
    /// Refuses what is not written as [`Routes::encode`] writes it, whole and with
    /// nothing after it.
    pub fn decode(section: &[u8]) -> Result<Self, MalformedRoutes> {
        let Some((version, body)) = section.split_first() else {
            return Self::new(Vec::new()).map_err(|_| MalformedRoutes);
        };
        if *version != VERSION {
            return Err(MalformedRoutes);
        }
        let (wires, rest) =
            postcard::take_from_bytes::<Vec<RouteWire<'_>>>(body).map_err(|_| MalformedRoutes)?;
        if !rest.is_empty() || wires.len() > ROUTES_MAX {
            return Err(MalformedRoutes);
        }
        let routes = wires.into_iter().map(Route::try_from);
        let routes = routes.collect::<Result<Vec<_>, _>>()?;
        Self::new(routes).map_err(|_| MalformedRoutes)
    }

    /// Writes the section of a bundle: a version, then postcard; nothing for no routes.
    ///
    /// # Errors
    ///
    /// Fails only where the encoder does.
    #[cfg(feature = "encode")]
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        if self.all().is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<_> = self
            .all()
            .iter()
            .map(|route| {
                let host = route.host.as_ref().map(alloc::string::ToString::to_string);
                (
                    host.unwrap_or_default(),
                    alloc::string::ToString::to_string(&route.path),
                )
            })
            .collect();
        let routes = self.all().iter().zip(&texts);
        let wires: Vec<_> = routes
            .map(|(route, (host, path))| RouteWire::new(route, host, path))
            .collect();
        postcard::to_extend(&wires, alloc::vec![VERSION])
    }
}

impl TryFrom<RouteWire<'_>> for Route {
    type Error = MalformedRoutes;

    fn try_from(wire: RouteWire<'_>) -> Result<Self, MalformedRoutes> {
        let host = match wire.host {
            "" => None,
            text => Some(HostPattern::parse(text).map_err(|_| MalformedRoutes)?),
        };
        let route = Self {
            methods: owned(&wire.methods),
            host,
            path: PathPattern::parse(wire.path).map_err(|_| MalformedRoutes)?,
            access: match wire.permission {
                "" => Access::Public,
                name => Access::Permission(name.to_owned()),
            },
            attributes: wire
                .attributes
                .into_iter()
                .map(|(name, origin)| (name.to_owned(), Origin::from(origin)))
                .collect(),
            conditional: if wire.conditional_forward {
                OnConditional::Forward
            } else {
                OnConditional::Deny
            },
            allow: Ambiguities::from_wire(wire.allow),
            cors: wire.cors.map(Cors::from),
        };
        route.check().map_err(|_| MalformedRoutes)?;
        Ok(route)
    }
}

impl From<OriginWire<'_>> for Origin {
    fn from(wire: OriginWire<'_>) -> Self {
        match wire {
            OriginWire::Path(at) => Self::Path(at),
            OriginWire::Query(name) => Self::Query(name.to_owned()),
            OriginWire::Header(name) => Self::Header(name.to_owned()),
            OriginWire::Constant(values) => Self::Constant(owned(&values)),
            OriginWire::Part(segment, number) => Self::Part { segment, number },
        }
    }
}

impl From<CorsWire<'_>> for Cors {
    fn from(wire: CorsWire<'_>) -> Self {
        Self {
            origins: owned(&wire.origins),
            headers: owned(&wire.headers),
            credentials: wire.credentials,
            max_age_seconds: wire.max_age_seconds,
        }
    }
}

#[cfg(feature = "encode")]
impl<'a> RouteWire<'a> {
    fn new(route: &'a Route, host: &'a str, path: &'a str) -> Self {
        Self {
            methods: borrowed(&route.methods),
            host,
            path,
            permission: match &route.access {
                Access::Public => "",
                Access::Permission(name) => name,
            },
            attributes: route
                .attributes
                .iter()
                .map(|(name, origin)| {
                    let origin = match origin {
                        Origin::Path(at) => OriginWire::Path(*at),
                        Origin::Part { segment, number } => OriginWire::Part(*segment, *number),
                        Origin::Query(name) => OriginWire::Query(name),
                        Origin::Header(name) => OriginWire::Header(name),
                        Origin::Constant(values) => OriginWire::Constant(borrowed(values)),
                    };
                    (name.as_str(), origin)
                })
                .collect(),
            conditional_forward: route.conditional == OnConditional::Forward,
            allow: route.allow.to_wire(),
            cors: route.cors.as_ref().map(|cors| CorsWire {
                origins: borrowed(&cors.origins),
                headers: borrowed(&cors.headers),
                credentials: cors.credentials,
                max_age_seconds: cors.max_age_seconds,
            }),
        }
    }
}

impl fmt::Display for MalformedRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bundle's routes cannot be read")
    }
}

impl core::error::Error for MalformedRoutes {}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[cfg(feature = "encode")]
fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

const VERSION: u8 = 1;

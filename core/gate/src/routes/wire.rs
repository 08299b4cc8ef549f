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

/// What a route says besides, from version 2 on.
#[derive(Serialize, Deserialize)]
struct MoreWire<'a> {
    asks: AsksWire,
    /// Empty for none.
    tenant_host: &'a str,
    token_in_query: bool,
}

/// What a route without a permission asks for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum AsksWire {
    AsNamed,
    Optional,
    Authenticated,
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
        let routes = match *version {
            FIRST => {
                let wires = take::<RouteWire<'_>>(body)?;
                let wires = wires.into_iter().map(|wire| wire.read(None));
                wires.collect::<Result<Vec<_>, _>>()?
            }
            SECOND => {
                let wires = take::<(RouteWire<'_>, MoreWire<'_>)>(body)?;
                let wires = wires.into_iter().map(|(wire, more)| wire.read(Some(&more)));
                wires.collect::<Result<Vec<_>, _>>()?
            }
            _ => return Err(MalformedRoutes),
        };
        Self::new(routes).map_err(|_| MalformedRoutes)
    }

    /// Writes the section of a bundle: the lowest version that has what the routes use, then
    /// postcard; nothing for no routes.
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
                let text = |host: &Option<HostPattern>| {
                    let host = host.as_ref().map(alloc::string::ToString::to_string);
                    host.unwrap_or_default()
                };
                (
                    text(&route.host),
                    alloc::string::ToString::to_string(&route.path),
                    text(&route.tenant_host),
                )
            })
            .collect();
        let routes = self.all().iter().zip(&texts);
        let wires: Vec<_> = routes
            .map(|(route, (host, path, tenant_host))| {
                let more = MoreWire::new(route, tenant_host);
                (RouteWire::new(route, host, path), more)
            })
            .collect();
        if wires.iter().any(|(_, more)| more.says_something()) {
            return postcard::to_extend(&wires, alloc::vec![SECOND]);
        }
        let wires: Vec<_> = wires.into_iter().map(|(wire, _)| wire).collect();
        postcard::to_extend(&wires, alloc::vec![FIRST])
    }
}

impl RouteWire<'_> {
    fn read(self, more: Option<&MoreWire<'_>>) -> Result<Route, MalformedRoutes> {
        let wire = self;
        let host = |text: &str| match text {
            "" => Ok(None),
            text => HostPattern::parse(text)
                .map(Some)
                .map_err(|_| MalformedRoutes),
        };
        let asks = more.map_or(AsksWire::AsNamed, |more| more.asks);
        let route = Route {
            methods: owned(&wire.methods),
            host: host(wire.host)?,
            tenant_host: host(more.map_or("", |more| more.tenant_host))?,
            path: PathPattern::parse(wire.path).map_err(|_| MalformedRoutes)?,
            access: match (wire.permission, asks) {
                ("", AsksWire::AsNamed) => Access::Public,
                ("", AsksWire::Optional) => Access::Optional,
                ("", AsksWire::Authenticated) => Access::Authenticated,
                (name, AsksWire::AsNamed) => Access::Permission(name.to_owned()),
                _ => return Err(MalformedRoutes),
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
            token_in_query: more.is_some_and(|more| more.token_in_query),
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
                Access::Public | Access::Optional | Access::Authenticated => "",
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

#[cfg(feature = "encode")]
impl<'a> MoreWire<'a> {
    const fn new(route: &Route, tenant_host: &'a str) -> Self {
        Self {
            asks: match &route.access {
                Access::Optional => AsksWire::Optional,
                Access::Authenticated => AsksWire::Authenticated,
                Access::Public | Access::Permission(_) => AsksWire::AsNamed,
            },
            tenant_host,
            token_in_query: route.token_in_query,
        }
    }

    fn says_something(&self) -> bool {
        self.asks != AsksWire::AsNamed || !self.tenant_host.is_empty() || self.token_in_query
    }
}

impl fmt::Display for MalformedRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bundle's routes cannot be read")
    }
}

impl core::error::Error for MalformedRoutes {}

fn take<'w, W: Deserialize<'w>>(body: &'w [u8]) -> Result<Vec<W>, MalformedRoutes> {
    let (wires, rest) = postcard::take_from_bytes::<Vec<W>>(body).map_err(|_| MalformedRoutes)?;
    if rest.is_empty() && wires.len() <= ROUTES_MAX {
        Ok(wires)
    } else {
        Err(MalformedRoutes)
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[cfg(feature = "encode")]
fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

const FIRST: u8 = 1;
const SECOND: u8 = 2;

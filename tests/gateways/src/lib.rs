//! The gate end to end: what starts real gateways, and what stands before and behind them.

pub mod ask;
pub mod clock;
pub mod envoy;
pub mod http;
pub mod origin;
pub mod provider;
pub mod serve;
pub mod service;
pub mod site;
pub mod tools;
pub mod upstream;

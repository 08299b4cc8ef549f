//! The gate end to end: what starts real gateways, and what stands before and behind them.

pub mod http;
pub mod origin;
pub mod service;
pub mod tools;
pub mod upstream;

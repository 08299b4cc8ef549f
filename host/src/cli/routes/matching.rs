//! `routes match`: which route a request takes, and why.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use portcullis_review::routing::{OtherRoute, Routing, routing};
use serde_json::json;

use crate::cli::{
    output::{print_json, write_text},
    policies,
    stop::Stop,
};

/// Say which route a request takes and why, and which nearly match it
///
/// It fails where the gate would refuse the request whoever asks.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Match {
    /// The policy
    #[arg(value_name = "POLICY")]
    policy: PathBuf,

    /// The method, in upper case
    #[arg(value_name = "METHOD")]
    method: String,

    /// The path as it is sent, perhaps with a query
    #[arg(value_name = "TARGET")]
    target: String,

    /// The host that it is sent to; needed where it takes other routes at other hosts
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  portcullis routes match policy.json GET /v1/tickets/7
  portcullis routes match policy.json POST /v1/tickets/7:close --host api.example.com --json";

impl Match {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let path = self.policy.as_path();
        let loaded = policies::load(path)?;
        let (_, model) = loaded.map_err(|invalid| policies::invalid(path, &invalid))?;
        let found = routing(&model, &self.method, &self.target, self.host.as_deref());
        let found = found.map_err(|why| Stop::usage(why).hint("add --host"))?;
        if self.json {
            print_json(&json!(found))?;
        } else {
            write_text(|out| self.write(out, &found))?;
        }
        match found.refused {
            None => Ok(()),
            Some(code) => Err(Stop::check(format!("the gate refuses it: {code}"))),
        }
    }

    fn write(&self, out: &mut dyn Write, found: &Routing) -> io::Result<()> {
        let place = found.host.as_ref().map(|host| format!(" at {host}"));
        let place = place.unwrap_or_default();
        writeln!(out, "{} {}{place}", self.method, self.target)?;
        if let Some(route) = &found.route {
            writeln!(out, "  takes `{}`: {}", route.route, route.asks)?;
            for (name, value) in &route.parameters {
                writeln!(out, "    {name} = {value}")?;
            }
        }
        if let Some(code) = found.refused {
            let detail = match found.detail.as_str() {
                "" => String::new(),
                detail => format!(" ({detail})"),
            };
            writeln!(out, "  refused: {code}{detail}")?;
        }
        write_others(out, "  matches too", &found.others)?;
        write_others(out, "  nearly", &found.nearly)
    }
}

fn write_others(out: &mut dyn Write, how: &str, others: &[OtherRoute]) -> io::Result<()> {
    for other in others {
        writeln!(out, "{how}: `{}`; {}", other.route, other.why)?;
    }
    Ok(())
}

//! `types`: the catalog's names as TypeScript.

use std::path::PathBuf;

use clap::Args;
use portcullis_review::types::typescript;

use super::{output::write_text, policies, stop::Stop};

/// Write the catalog's names as TypeScript, so that an unknown one does not compile
///
/// Permissions, modules, scopes, features and attributes become types that the npm package
/// @portcullis/edge checks every question by. They are gone once it is compiled: no page loads
/// them.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Types {
    /// The policy
    #[arg(value_name = "POLICY")]
    policy: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  portcullis types policy.json > src/portcullis.d.ts";

impl Types {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let path = self.policy.as_path();
        let loaded = policies::load(path)?;
        let (_, model) = loaded.map_err(|invalid| policies::invalid(path, &invalid))?;
        write_text(|out| out.write_all(typescript(&model).as_bytes()))
    }
}

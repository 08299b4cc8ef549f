//! `feature`: turn features of the tenant on and off.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use portcullis_admin::Change;

use super::{
    administer::{ActorOrVendorArgs, ChangeArgs, Ending},
    stop::Stop,
};

/// Turn a feature of the tenant on or off, with a record of it
///
/// Somebody of the tenant needs a permission that the catalog's `administration` names for
/// it; the vendor, who sells the features, does not.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Feature {
    #[command(subcommand)]
    operation: FeatureOperation,
}

const EXAMPLES: &str = "\
Examples:
  portcullis feature enable policy.json quality --vendor billing-system
  portcullis feature enable policy.json analytics --until 2027-01-31T00:00:00Z --vendor billing-system
  portcullis feature disable policy.json quality --as ann --dry-run";

#[derive(Debug, Subcommand)]
enum FeatureOperation {
    /// Turn a feature on
    Enable(OneFeature),
    /// Turn a feature off
    Disable(OneFeature),
}

#[derive(Args, Debug)]
struct OneFeature {
    /// The policy
    policy: PathBuf,
    /// The feature
    feature: String,
    /// Until when it is on, as `30d` from now or a time of RFC 3339; to enable, without an end when
    /// left out, and to disable, no longer
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    until: Option<Ending>,
    #[command(flatten)]
    actor: ActorOrVendorArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

impl Feature {
    pub(crate) fn run(&self) -> Result<(), Stop> {
        let (one, change) = match &self.operation {
            FeatureOperation::Enable(one) => {
                let (feature, until) = (one.feature.clone(), one.change.until(one.until)?);
                (one, Change::Enable { feature, until })
            }
            FeatureOperation::Disable(one) => {
                let (feature, until) = (one.feature.clone(), one.change.until(one.until)?);
                (one, Change::Disable { feature, until })
            }
        };
        let who = |model: &_| one.actor.read(model);
        one.change.run(&one.policy, &change, who)
    }
}

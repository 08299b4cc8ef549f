//! The programs of others that a suite is held against: installed where they can be, else said.

use std::env;

use anyhow::{Result, bail};

use crate::budgets::Budgets;
use crate::checks::Checks;
use crate::run::{is_root, say, which};
use crate::setup;
use crate::suites::Suite;

/// Others' programs, by what they are called together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Others {
    pub(crate) called: &'static str,
    /// Set where every one must be there: a continuous integration.
    pub(crate) required: &'static str,
    /// The package of the tests that ask them.
    pub(crate) package: &'static str,
}

impl Others {
    /// Says which are missing, if any; their tests are left out by name.
    ///
    /// # Errors
    ///
    /// When one is missing and all are required.
    pub(crate) fn settle(&self, missing: &[&str]) -> Result<()> {
        let Self {
            called, required, ..
        } = self;
        let names = missing.join(", ");
        if missing.is_empty() {
            say(format!("{called}: all there"));
        } else if env::var_os(required).is_some() {
            bail!("{names} missing, and {required} is set");
        } else {
            say(format!(
                "no {names}, so the tests that need them are left out"
            ));
        }
        Ok(())
    }

    /// Runs the suite alone.
    pub(crate) fn test(&self) -> Result<()> {
        let mut checks = Checks::default();
        let called = format!("tests of the {}", self.called);
        for suite in Suite::build(&called, &["--package", self.package])? {
            checks.run(&suite.name, &mut suite.command());
        }
        checks.finish(Some(&Budgets::committed()?))
    }
}

/// Installs Debian's packages where this may be done; says what stands against it.
pub(crate) fn install(packages: &[&str]) {
    if !packages.is_empty()
        && is_root()
        && which("apt-get").is_some()
        && let Err(error) = setup::install_packages(packages)
    {
        say(format!("{error:#}"));
    }
}

//! Grant patterns: `(* | module | module.*):(* | @kind | action)`, and `*` for `*:*`.

use core::fmt;

use portcullis_engine::grammar::{is_module, is_name};
use portcullis_json::nearest_or;

use crate::source::Kind;

/// A pattern of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Which modules.
    pub modules: Modules,
    /// Which of their actions.
    pub actions: Actions,
}

/// The modules that a pattern catches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modules {
    /// Every module: `*`.
    All,
    /// That module alone: `quality`.
    One(String),
    /// That module and all below: `quality.*`.
    Below(String),
}

/// The actions that a pattern catches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actions {
    /// Every action: `*`.
    All,
    /// Every action of a kind: `@read`.
    Kind(Kind),
    /// That action: `read`.
    One(String),
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPattern {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub cure: String,
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// Tells what is wrong and what to do.
    pub fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if text == "*" {
            return Ok(Self {
                modules: Modules::All,
                actions: Actions::All,
            });
        }
        let Some((modules, actions)) = text.split_once(':') else {
            return Err(InvalidPattern {
                message: format!("`{text}` does not say which actions"),
                cure: format!("write `{text}:*` for all of them, or `{text}:@read`"),
            });
        };
        Ok(Self {
            modules: Modules::parse(modules)?,
            actions: Actions::parse(actions)?,
        })
    }

    /// Returns the id of the one module that it names, or at which those that it names begin.
    #[must_use]
    pub const fn module(&self) -> Option<&str> {
        match &self.modules {
            Modules::All => None,
            Modules::One(module) | Modules::Below(module) => Some(module.as_str()),
        }
    }

    /// Names that module by its present id.
    #[must_use]
    pub fn with_module(mut self, present: &str) -> Self {
        if let Modules::One(module) | Modules::Below(module) = &mut self.modules {
            present.clone_into(module);
        }
        self
    }

    /// Returns the permission's name if it names just one.
    #[must_use]
    pub fn explicit(&self) -> Option<String> {
        match (&self.modules, &self.actions) {
            (Modules::One(module), Actions::One(action)) => Some(format!("{module}:{action}")),
            _ => None,
        }
    }

    /// Returns whether it catches an action of a module.
    #[must_use]
    pub fn catches(&self, module: &str, action: &str, kind: Kind) -> bool {
        let module_caught = match &self.modules {
            Modules::All => true,
            Modules::One(one) => one == module,
            Modules::Below(top) => module
                .strip_prefix(top.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        };
        module_caught
            && match &self.actions {
                Actions::All => true,
                Actions::Kind(one) => *one == kind,
                Actions::One(one) => one == action,
            }
    }
}

impl Modules {
    fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if text == "*" {
            return Ok(Self::All);
        }
        let (module, below) = match text.strip_suffix(".*") {
            Some(module) => (module, true),
            None => (text, false),
        };
        if !is_module(module) {
            return Err(InvalidPattern {
                message: format!("`{text}` is no module"),
                cure: "write `*`, a module's whole id such as `quality.evaluations`, \
                       or `quality.*` for it and all below"
                    .to_owned(),
            });
        }
        let module = module.to_owned();
        Ok(if below {
            Self::Below(module)
        } else {
            Self::One(module)
        })
    }
}

impl Actions {
    fn parse(text: &str) -> Result<Self, InvalidPattern> {
        if text == "*" {
            return Ok(Self::All);
        }
        if let Some(name) = text.strip_prefix('@') {
            return Kind::from_name(name)
                .map(Self::Kind)
                .ok_or_else(|| InvalidPattern {
                    message: format!("unknown kind of action `@{name}`"),
                    cure: nearest_or(
                        name,
                        Kind::ALL.map(Kind::name),
                        "a kind is @read, @write, @delete or @other",
                    ),
                });
        }
        if is_name(text) {
            return Ok(Self::One(text.to_owned()));
        }
        Err(InvalidPattern {
            message: format!("`{text}` is no action"),
            cure: "write `*`, an action such as `read`, or `@read` for all of that kind".to_owned(),
        })
    }
}

/// Writes the text that parses to the pattern.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.modules {
            Modules::All => f.write_str("*")?,
            Modules::One(module) => f.write_str(module)?,
            Modules::Below(module) => write!(f, "{module}.*")?,
        }
        match &self.actions {
            Actions::All => f.write_str(":*"),
            Actions::Kind(kind) => write!(f, ":@{}", kind.name()),
            Actions::One(action) => write!(f, ":{action}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_catch_what_they_say() {
        let all = [
            ("quality", "read", Kind::Read),
            ("quality", "write", Kind::Write),
            ("quality.evaluations", "read", Kind::Read),
            ("qualities", "view", Kind::Read),
        ];
        for (text, caught) in [
            ("*", [true, true, true, true]),
            ("*:*", [true, true, true, true]),
            ("*:@read", [true, false, true, true]),
            ("*:read", [true, false, true, false]),
            ("quality:*", [true, true, false, false]),
            ("quality.*:*", [true, true, true, false]),
            ("quality.*:@read", [true, false, true, false]),
            ("quality.evaluations:read", [false, false, true, false]),
        ] {
            let pattern = Pattern::parse(text).unwrap();
            for ((module, action, kind), expected) in all.into_iter().zip(caught) {
                let found = pattern.catches(module, action, kind);
                assert_eq!(found, expected, "{text} on {module}:{action}");
            }
            if text != "*" {
                assert_eq!(pattern.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (text, cure) in [
            ("quality", "`quality:*`"),
            ("", "`:*`"),
            ("quality:@red", "did you mean `read`?"),
            ("quality:", "@read"),
            (":read", "`quality.*`"),
            ("quality..x:read", "`quality.*`"),
            ("*.x:read", "`quality.*`"),
            ("quality:re ad", "@read"),
            ("a:b:c", "@read"),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert!(error.cure.contains(cure), "{text}: {error:?}");
        }
    }
}

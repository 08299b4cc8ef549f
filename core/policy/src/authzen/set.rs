//! Sets of strings as requests write them.

use portcullis_engine::grammar::is_value;
use portcullis_engine::limits::{ATTRIBUTES_MAX, REQUEST_VALUES_MAX, VALUES_MAX};
use portcullis_json::Node;

use super::{Attribute, Malformed};

/// Reads null, a scalar or a list of scalars; ascending and distinct.
pub(super) fn strings(node: &Node, place: &str) -> Result<Vec<String>, Malformed> {
    let mut strings = match node {
        Node::Null => Vec::new(),
        Node::Array(items) => items
            .iter()
            .map(|item| scalar(item, place, "in a list"))
            .collect::<Result<_, _>>()?,
        _ => vec![scalar(node, place, "as an attribute")?],
    };
    strings.retain(|text| !text.is_empty());
    strings.sort_unstable();
    strings.dedup();
    Ok(strings)
}

/// Counts what a request holds, and reads its attributes within the limits.
#[derive(Debug, Default)]
pub(super) struct Counted {
    values: usize,
}

impl Counted {
    /// Reads the declared ones among the members; ascending by name.
    pub(super) fn attributes(
        &mut self,
        members: &[(String, Node)],
        declared: &[String],
        place: &str,
    ) -> Result<Vec<Attribute>, Malformed> {
        let mut attributes = Vec::new();
        for (name, node) in members {
            // Linear: a catalog declares few attributes of one kind.
            if !declared.contains(name) {
                continue;
            }
            let place = format!("{place}.{name}");
            let values = strings(node, &place)?;
            self.check(&values, &place)?;
            attributes.push(Attribute {
                name: name.clone(),
                values,
            });
        }
        if attributes.len() > ATTRIBUTES_MAX {
            return Err(exceeded(format!(
                "`{place}` has more than {ATTRIBUTES_MAX} attributes"
            )));
        }
        attributes.sort_unstable();
        Ok(attributes)
    }

    fn check(&mut self, values: &[String], place: &str) -> Result<(), Malformed> {
        if !values.iter().all(|value| is_value(value)) {
            return Err(exceeded(format!(
                "a value of `{place}` is not 1 to 256 bytes without control characters"
            )));
        }
        if values.len() > VALUES_MAX {
            return Err(exceeded(format!(
                "`{place}` has more than {VALUES_MAX} values"
            )));
        }
        self.values = self.values.saturating_add(values.len());
        if self.values > REQUEST_VALUES_MAX {
            return Err(exceeded(format!(
                "the request has more than {REQUEST_VALUES_MAX} values"
            )));
        }
        Ok(())
    }
}

pub(super) const fn exceeded(message: String) -> Malformed {
    Malformed {
        message,
        limit: true,
    }
}

pub(super) const fn malformed(message: String) -> Malformed {
    Malformed {
        message,
        limit: false,
    }
}

fn scalar(node: &Node, place: &str, role: &str) -> Result<String, Malformed> {
    match node {
        Node::String(text) => Ok(text.clone()),
        Node::Integer(value) => Ok(value.to_string()),
        Node::Bool(value) => Ok(value.to_string()),
        Node::Decimal(_) => Err(malformed(format!(
            "`{place}` has a number that is not an integer of 64 bits without point or exponent"
        ))),
        Node::Null | Node::Array(_) | Node::Object(_) => {
            let kind = node.kind();
            Err(malformed(format!(
                "`{place}` has {kind} {role}; write a string, or a list of strings"
            )))
        }
    }
}

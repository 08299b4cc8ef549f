//! Things that repeat, written once and numbered.

use core::hash::Hash;
use std::collections::HashMap;

use super::{UnencodablePolicy, check_count};

/// Distinct things in the order in which they were first met.
#[derive(Debug)]
pub(crate) struct Interner<T> {
    what: &'static str,
    order: Vec<T>,
    numbers: HashMap<T, u16>,
}

impl<T: Clone + Eq + Hash> Interner<T> {
    pub(crate) fn new(what: &'static str) -> Self {
        Self {
            what,
            order: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    pub(crate) fn number(&mut self, thing: &T) -> Result<u16, UnencodablePolicy> {
        if let Some(number) = self.numbers.get(thing) {
            return Ok(*number);
        }
        let count = self.order.len();
        check_count(self.what, count.saturating_add(1))?;
        let number = u16::try_from(count).unwrap_or(u16::MAX);
        self.order.push(thing.clone());
        self.numbers.insert(thing.clone(), number);
        Ok(number)
    }

    pub(crate) fn all(&self) -> &[T] {
        &self.order
    }
}

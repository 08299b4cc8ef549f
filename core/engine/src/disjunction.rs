//! A filter on its way to its canonical form.

use alloc::{string::String, vec::Vec};
use core::{mem, ptr};

use portcullis_json::{write_list, write_member, write_string};

use crate::{
    limits::{LimitExceeded, RESIDUAL_BYTES_MAX},
    sorted::insert,
};

/// One comparison with a resource attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Comparison<'a> {
    pub(crate) attribute: &'a str,
    pub(crate) test: Test,
    /// INVARIANT (sorted): ascending by bytes, no duplicates.
    pub(crate) values: Vec<&'a str>,
}

/// Tests in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    In,
    NotIn,
    Within,
    Present,
    Absent,
}

/// A conjunction.
///
/// INVARIANT (narrow): ascending, without repetition, and no `in` that another `in` on its
/// attribute implies.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conjunction<'a>(Vec<Comparison<'a>>);

/// A disjunction: its conjunctions ascending and without repetition.
#[derive(Debug, Default)]
pub(crate) struct Disjunction<'a>(Vec<Conjunction<'a>>);

impl Comparison<'_> {
    /// Says whether whatever passes this passes the other; of tests other than `in`, only
    /// where they are equal.
    fn implies(&self, other: &Self) -> bool {
        if self.attribute != other.attribute || self.test != other.test {
            return false;
        }
        if self.test != Test::In {
            return self.values == other.values;
        }
        let mut rest = other.values.iter();
        self.values
            .iter()
            .all(|value| rest.by_ref().find(|own| *own >= value) == Some(value))
    }

    /// Returns text that orders as an answer lists comparisons: the attribute's name, what is
    /// tested, and from the first brace on the JSON.
    fn written(&self) -> String {
        let (order, list, word) = match self.test {
            Test::In => ("\0", "in", ""),
            Test::NotIn => ("\x01", "not_in", ""),
            Test::Within => ("\x02", "within", ""),
            Test::Present => ("\x03", "", "present"),
            Test::Absent => ("\x04", "", "absent"),
        };
        // No name holds a control character, so a shorter name still comes first.
        let mut text = [self.attribute, order, r#"{"attribute":"#].concat();
        write_string(&mut text, self.attribute);
        if list.is_empty() {
            write_member(&mut text, "is", word);
            text.push_str("}");
        } else {
            text.push_str(",");
            write_string(&mut text, list);
            text.push_str(":[");
            write_list(&mut text, self.values.iter().copied());
            text.push_str("]}");
        }
        text
    }
}

impl<'a> Conjunction<'a> {
    /// Adds a comparison, and leaves out what is implied then.
    pub(crate) fn add(&mut self, new: Comparison<'a>) {
        if self.0.iter().any(|own| own.implies(&new)) {
            return;
        }
        self.0.retain(|own| !new.implies(own));
        insert(&mut self.0, new);
    }

    fn implies(&self, other: &Self) -> bool {
        let implied = |wide: &Comparison<'_>| self.0.iter().any(|own| own.implies(wide));
        other.0.iter().all(implied)
    }

    /// Takes the values of the only `in` on an attribute away, if there is exactly one.
    fn take_in(&mut self, attribute: &str) -> Option<Vec<&'a str>> {
        let is_taken = |own: &Comparison<'_>| own.test == Test::In && own.attribute == attribute;
        if self.0.iter().filter(|own| is_taken(own)).count() != 1 {
            return None;
        }
        let mut values = Vec::new();
        self.0.retain_mut(|own| {
            let taken = is_taken(own);
            if taken {
                values = mem::take(&mut own.values);
            }
            !taken
        });
        Some(values)
    }

    fn written(&self) -> String {
        let mut texts = Vec::new();
        for own in &self.0 {
            insert(&mut texts, own.written());
        }
        let texts = texts.iter().map(|text| {
            let start = text.bytes().position(|byte| byte == b'{').unwrap_or(0);
            text.get(start..).unwrap_or_default()
        });
        joined(r#"{"all":["#, texts)
    }
}

impl<'a> Disjunction<'a> {
    pub(crate) fn add(&mut self, all: Conjunction<'a>) {
        insert(&mut self.0, all);
    }

    /// Writes the canonical form.
    ///
    /// # Errors
    ///
    /// Refuses an empty one, and one that is longer than its limit.
    pub(crate) fn written(mut self) -> Result<String, LimitExceeded> {
        self.drop_implied();
        self.merge();
        // A merged `in` is the only one on its attribute, so that no conjunction has another now.
        self.drop_implied();
        let mut texts = Vec::new();
        for all in &self.0 {
            insert(&mut texts, all.written());
        }
        let json = joined(r#"{"any":["#, texts.iter().map(String::as_str));
        // Never written: a filter that nothing passes would look like an answer.
        if texts.is_empty() || json.len() > RESIDUAL_BYTES_MAX {
            return Err(LimitExceeded::Residual);
        }
        Ok(json)
    }

    /// Drops what implies another conjunction. Of two none implies the other both ways (narrow),
    /// so no order matters.
    fn drop_implied(&mut self) {
        let marks: Vec<Marks> = self.0.iter().map(Marks::of).collect();
        let any = || self.0.iter().zip(&marks);
        // Quadratic, and bounded by what a subject is granted; few pairs pass the marks.
        let implied: Vec<bool> = any()
            .map(|(own, marks)| {
                any().any(|(other, wanted)| {
                    marks.may_imply(*wanted) && !ptr::eq(own, other) && own.implies(other)
                })
            })
            .collect();
        let mut implied = implied.into_iter();
        self.0.retain(|_| !implied.next().unwrap_or(false));
    }

    /// For each attribute in the order of bytes, makes one of the conjunctions that differ only
    /// in the constants of their one `in` on it.
    fn merge(&mut self) {
        let mut attributes = Vec::new();
        for own in self.0.iter().flat_map(|all| &all.0) {
            insert(&mut attributes, own.attribute);
        }
        for attribute in attributes {
            let mut merged: Vec<(Conjunction<'a>, Vec<&'a str>)> = Vec::new();
            for mut all in mem::take(&mut self.0) {
                let Some(values) = all.take_in(attribute) else {
                    self.add(all);
                    continue;
                };
                match merged.binary_search_by(|(others, _)| others.cmp(&all)) {
                    Err(at) => merged.insert(at, (all, values)),
                    Ok(at) => {
                        if let Some((_, known)) = merged.get_mut(at) {
                            for value in values {
                                insert(known, value);
                            }
                        }
                    }
                }
            }
            for (mut all, values) in merged {
                all.add(Comparison {
                    attribute,
                    test: Test::In,
                    values,
                });
                self.add(all);
            }
        }
    }
}

/// What a conjunction has, and what another must have to imply it, as bits of hashes: a comparison
/// that only an equal one implies has a bit.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    has: u64,
    wants: u64,
}

impl Marks {
    fn of(all: &Conjunction<'_>) -> Self {
        let mut marks = Self::default();
        for own in &all.0 {
            // An `in` of several constants is implied by those of fewer, and implies no such one.
            if own.test != Test::In || own.values.len() == 1 {
                marks.has |= bit(own);
                marks.wants |= bit(own);
            }
        }
        marks
    }

    /// Says no only where what has these marks does not imply what has the others.
    const fn may_imply(self, other: Self) -> bool {
        other.wants & !self.has == 0
    }
}

/// Returns one of 64 bits, by a hash of a comparison (FNV-1a).
fn bit(own: &Comparison<'_>) -> u64 {
    let test = [match own.test {
        Test::In => 0_u8,
        Test::NotIn => 1,
        Test::Within => 2,
        Test::Present => 3,
        Test::Absent => 4,
    }];
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let values = own.values.iter().map(|value| value.as_bytes());
    for part in [own.attribute.as_bytes(), &test].into_iter().chain(values) {
        for byte in part {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    1_u64.rotate_left(u32::try_from(hash >> 58_u32).unwrap_or(0))
}

fn joined<'t>(start: &str, texts: impl Iterator<Item = &'t str>) -> String {
    let mut json = String::from(start);
    for (text, at) in texts.zip(0_usize..) {
        if at > 0 {
            json.push_str(",");
        }
        json.push_str(text);
    }
    json.push_str("]}");
    json
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::{Comparison, Conjunction, Marks, Test};

    #[test]
    fn marks_let_every_implication_pass_and_few_others() {
        let mut comparisons = Vec::new();
        for attribute in ["a", "b"] {
            for test in [Test::In, Test::NotIn, Test::Within] {
                for values in [vec!["p"], vec!["q"], vec!["p", "q"]] {
                    comparisons.push(Comparison {
                        attribute,
                        test,
                        values,
                    });
                }
            }
        }
        let mut conjunctions: Vec<Conjunction<'_>> = Vec::new();
        for one in &comparisons {
            for other in &comparisons {
                let mut all = Conjunction::default();
                all.add(one.clone());
                all.add(other.clone());
                conjunctions.push(all);
            }
        }
        let (mut implied, mut passed) = (0, 0);
        for own in &conjunctions {
            for other in &conjunctions {
                let may = Marks::of(own).may_imply(Marks::of(other));
                assert!(may || !own.implies(other), "{own:?} implies {other:?}");
                implied += usize::from(own.implies(other));
                passed += usize::from(may);
            }
        }
        assert!(implied > conjunctions.len(), "{implied}");
        assert!(passed * 2 < conjunctions.len().pow(2), "{passed}");
    }
}

//! From text to tree, with repeated members found at any depth.

use alloc::{borrow::ToOwned as _, collections::BTreeSet, string::String, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use crate::{
    node::Node,
    path::{JsonPath, Path},
    text::DUPLICATES_MAX,
};

/// Parses one value and nothing after it.
pub(crate) fn parse<N: Names>(text: &[u8], kept: &mut Kept) -> serde_json::Result<Node> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let seed = Seed {
        path: Path::Root,
        kept,
        names: PhantomData::<N>,
    };
    let root = seed.deserialize(&mut deserializer)?;
    deserializer.end().map(|()| root)
}

/// What is kept of a text besides its tree.
#[derive(Debug)]
pub(crate) struct Kept {
    members_max: usize,
    /// An object has more members than that.
    pub(crate) crowded: bool,
    /// Where a member repeats a name.
    pub(crate) duplicates: Vec<JsonPath>,
}

impl Kept {
    /// Begins a text whose objects have at most so many members each.
    pub(crate) const fn within(members_max: usize) -> Self {
        Self {
            members_max,
            crowded: false,
            duplicates: Vec::new(),
        }
    }

    #[cold]
    #[inline(never)]
    fn repeated(&mut self, path: &Path<'_>) {
        // Each is written out, and may be as long as the text: hostile ones are not worth it.
        if self.duplicates.len() < DUPLICATES_MAX {
            self.duplicates.push(path.to_json_path());
        }
    }
}

/// The names that an object has so far.
pub(crate) trait Names: Default {
    /// Adds a name; says whether it is new.
    fn add(&mut self, name: &str, members: &[(String, Node)]) -> bool;
}

impl Names for BTreeSet<String> {
    fn add(&mut self, name: &str, _: &[(String, Node)]) -> bool {
        self.insert(name.to_owned())
    }
}

/// No set of names: the members themselves are searched.
#[derive(Debug, Default)]
pub(crate) struct Compared;

impl Names for Compared {
    fn add(&mut self, name: &str, members: &[(String, Node)]) -> bool {
        members.iter().all(|(known, _)| known != name)
    }
}

struct Seed<'p, 'd, N> {
    path: Path<'p>,
    kept: &'d mut Kept,
    names: PhantomData<N>,
}

impl<'de, N: Names> DeserializeSeed<'de> for Seed<'_, '_, N> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, N: Names> Visitor<'de> for Seed<'_, '_, N> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Decimal(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Seed {
            path: self.path.index(items.len()),
            kept: &mut *self.kept,
            names: PhantomData::<N>,
        })? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut members: Vec<(String, Node)> = Vec::new();
        let mut names = N::default();
        while let Some(name) = object.next_key::<String>()? {
            if members.len() >= self.kept.members_max {
                self.kept.crowded = true;
                // Where it has a value for us but is asked for a name, the parser stops.
                object.next_key::<String>()?;
                break;
            }
            let outer = self.path;
            let path = outer.key(&name);
            let first = names.add(&name, &members);
            if !first {
                self.kept.repeated(&path);
            }
            let value = object.next_value_seed(Seed {
                path,
                kept: &mut *self.kept,
                names: PhantomData::<N>,
            })?;
            if first {
                members.push((name, value));
            }
        }
        Ok(Node::Object(members))
    }
}

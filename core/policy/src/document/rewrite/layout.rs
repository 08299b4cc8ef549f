//! JSON as it is laid out in a text: what stands where, and the white space around it.

use core::ops::Range;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Laid {
    pub(super) place: Range<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Object(Vec<Item>),
    Array(Vec<Item>),
    Scalar,
}

/// A member of an object or an element of an array.
#[derive(Debug)]
pub(super) struct Item {
    /// The name of a member; empty of an element.
    pub(super) name: String,
    /// Where the white space before it begins.
    pub(super) gap: usize,
    /// Where it begins: a member with its name.
    pub(super) start: usize,
    pub(super) value: Laid,
}

impl Laid {
    /// Finds out how a text is laid out. The text is JSON that was read, so its depth is bounded
    /// and every bracket has its other one; of any other text the answer is nothing or useless.
    pub(super) fn read(text: &str) -> Option<Self> {
        value(text, &mut 0)
    }

    /// Returns the members or elements.
    pub(super) fn items(&self) -> &[Item] {
        match &self.kind {
            Kind::Object(items) | Kind::Array(items) => items,
            Kind::Scalar => &[],
        }
    }

    /// Returns the member of that name. Linear.
    pub(super) fn member(&self, name: &str) -> Option<&Item> {
        match &self.kind {
            Kind::Object(members) => members.iter().find(|member| member.name == name),
            Kind::Array(_) | Kind::Scalar => None,
        }
    }
}

fn value(text: &str, at: &mut usize) -> Option<Laid> {
    space(text, at);
    let start = *at;
    let kind = match text.as_bytes().get(start)? {
        b'{' => Kind::Object(items(text, at, b'}')?),
        b'[' => Kind::Array(items(text, at, b']')?),
        b'"' => {
            string(text, at)?;
            Kind::Scalar
        }
        _ => {
            let rest = text.get(start..)?;
            let len = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']);
            *at = start.saturating_add(len.unwrap_or(rest.len()));
            Kind::Scalar
        }
    };
    let place = start..*at;
    Some(Laid { place, kind })
}

fn items(text: &str, at: &mut usize, end: u8) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    loop {
        // Behind the opening bracket, or behind a comma.
        *at = at.saturating_add(1);
        let gap = *at;
        space(text, at);
        let start = *at;
        if *text.as_bytes().get(start)? == end {
            break;
        }
        let mut name = String::new();
        if end == b'}' {
            string(text, at)?;
            name = serde_json::from_str(text.get(start..*at)?).ok()?;
            space(text, at);
            *at = at.saturating_add(1);
        }
        items.push(Item {
            name,
            gap,
            start,
            value: value(text, at)?,
        });
        space(text, at);
        if *text.as_bytes().get(*at)? == end {
            break;
        }
    }
    *at = at.saturating_add(1);
    Some(items)
}

fn string(text: &str, at: &mut usize) -> Option<()> {
    loop {
        *at = at.saturating_add(1);
        match text.as_bytes().get(*at)? {
            b'\\' => *at = at.saturating_add(1),
            b'"' => break,
            _ => {}
        }
    }
    *at = at.saturating_add(1);
    Some(())
}

fn space(text: &str, at: &mut usize) {
    let rest = text.get(*at..).unwrap_or_default();
    *at = at.saturating_add(rest.len().saturating_sub(rest.trim_start().len()));
}

//! One value in the place of another, with all that stays as it was written.

use core::ops::Range;

use super::layout::{Item, Kind, Laid};

/// What was written, what it meant and what it is to mean.
///
/// One serializer wrote both meanings, so that equal ones have equal texts; what was written
/// may say the same in another way, as a list of one for the one.
#[derive(Clone, Copy)]
pub(super) struct Edit<'t> {
    pub(super) written: &'t str,
    pub(super) before: &'t str,
    pub(super) after: &'t str,
    pub(super) lines: Lines<'t>,
}

/// How a text writes its lines, so that new ones are like the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lines<'t> {
    /// What ends one.
    end: &'static str,
    /// What each level is indented by.
    pub(super) indent: &'t str,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let indents = text.lines().map(|line| line_indent(line, line.len()));
        // What is aligned with something above says nothing of a level.
        let plain = |indent: &&str| !indent.is_empty() && indent.len() <= INDENT_MAX;
        Self {
            end: if text.contains("\r\n") { "\r\n" } else { "\n" },
            indent: indents.into_iter().find(plain).unwrap_or("  "),
        }
    }
}

impl Edit<'_> {
    /// Returns the text of a value after the change; nothing where the texts do not fit together.
    pub(super) fn value(self, written: &Laid, before: &Laid, after: &Laid) -> Option<String> {
        if self.before.get(before.place.clone())? == self.after.get(after.place.clone())? {
            return Some(self.written.get(written.place.clone())?.to_owned());
        }
        match (&written.kind, &before.kind, &after.kind) {
            (Kind::Object(_), Kind::Object(_), Kind::Object(_)) => {
                self.object(written, before, after)
            }
            (Kind::Array(items), _, _) if items.len() == elements(before).len() => {
                self.array(items, written, before, after)
            }
            _ => self.fresh(after, line_indent(self.written, written.place.start)),
        }
    }

    /// What is new stands behind what it follows in the meaning; the rest keeps its order.
    fn object(self, written: &Laid, before: &Laid, after: &Laid) -> Option<String> {
        let mut parts = Parts::new(self.written, written)?;
        let is_new = |member: &&Item| written.member(&member.name).is_none();
        let mut first = after.items().iter().take_while(is_new);
        first.try_for_each(|member| self.add_new(&mut parts, member))?;
        for known in written.items() {
            let is_meant = before.member(&known.name);
            let Some((at, member)) = position(after, &known.name) else {
                // What says nothing, such as a list without elements, stays.
                if is_meant.is_none() {
                    parts.add(Some(known), self.written.get(span(known))?);
                }
                continue;
            };
            let value = match is_meant {
                Some(old) => self.value(&known.value, &old.value, &member.value)?,
                None => self.fresh(&member.value, parts.indent)?,
            };
            let name = self.written.get(known.start..known.value.place.start)?;
            parts.add(Some(known), &format!("{name}{value}"));
            let behind = after.items().iter().skip(at.saturating_add(1));
            let mut behind = behind.take_while(is_new);
            behind.try_for_each(|member| self.add_new(&mut parts, member))?;
        }
        parts.finish()
    }

    fn add_new(self, parts: &mut Parts<'_>, member: &Item) -> Option<()> {
        let name = self.after.get(member.start..member.value.place.start)?;
        let value = self.fresh(&member.value, parts.indent)?;
        parts.add(None, &format!("{name} {value}"));
        Some(())
    }

    /// Elements at the beginning and at the end that did not change stay.
    fn array(self, items: &[Item], written: &Laid, before: &Laid, after: &Laid) -> Option<String> {
        let (old, new) = (elements(before), elements(after));
        let same = |(old, new): &(&&Laid, &&Laid)| {
            self.before.get(old.place.clone()) == self.after.get(new.place.clone())
        };
        let start = old.iter().zip(&new).take_while(same).count();
        let most = old.len().min(new.len()).saturating_sub(start);
        let ends = old.iter().rev().zip(new.iter().rev());
        let end = ends.take(most).take_while(same).count();
        let (old_end, new_end) = (old.len().saturating_sub(end), new.len().saturating_sub(end));
        let mut parts = Parts::new(self.written, written)?;
        for item in items.get(..start)? {
            parts.add(Some(item), self.written.get(span(item))?);
        }
        let (changed, others) = (items.get(start..old_end)?, new.get(start..new_end)?);
        if changed.len() == others.len() {
            let changed = changed.iter().zip(old.get(start..old_end)?);
            for ((item, old), new) in changed.zip(others) {
                parts.add(Some(item), &self.value(&item.value, old, new)?);
            }
        } else {
            for new in others {
                let new = self.fresh(new, parts.indent)?;
                parts.add(None, &new);
            }
        }
        for item in items.get(old_end..)? {
            parts.add(Some(item), self.written.get(span(item))?);
        }
        parts.finish()
    }

    /// Writes a new value: on one line where it fits.
    pub(super) fn fresh(self, value: &Laid, indent: &str) -> Option<String> {
        let line = self.spread(value, " ", "")?;
        if indent.len().saturating_add(line.len()) <= LINE_MAX {
            return Some(line);
        }
        let Lines { end, indent: level } = self.lines;
        let inner = format!("{indent}{level}");
        self.spread(value, &format!("{end}{inner}"), &inner)
    }

    /// Writes a value with `gap` before each member or element; within a line there is none
    /// before the first element of a list.
    fn spread(self, value: &Laid, gap: &str, inner: &str) -> Option<String> {
        let (open, close) = match value.kind {
            Kind::Scalar => return Some(self.after.get(value.place.clone())?.to_owned()),
            Kind::Object(_) => ("{", "}"),
            Kind::Array(_) => ("[", "]"),
        };
        let is_line = inner.is_empty();
        let edge = if is_line && open == "[" { "" } else { gap };
        let mut out = open.to_owned();
        for (item, index) in value.items().iter().zip(0_usize..) {
            out.push_str(if index == 0 { edge } else { "," });
            if index > 0 {
                out.push_str(gap);
            }
            if open == "{" {
                out.push_str(self.after.get(item.start..item.value.place.start)?);
                out.push(' ');
            }
            let value = if is_line {
                self.spread(&item.value, " ", "")
            } else {
                self.fresh(&item.value, inner)
            };
            out.push_str(&value?);
        }
        if !value.items().is_empty() {
            let outdented = edge.strip_suffix(self.lines.indent).filter(|_| !is_line);
            out.push_str(outdented.unwrap_or(edge));
        }
        out.push_str(close);
        Some(out)
    }
}

/// An object or a list that is put together from its parts, spaced as it was.
struct Parts<'t> {
    text: &'t str,
    /// Where the space before its first member began.
    start: Option<usize>,
    /// The space before the first, and before any other.
    first: &'t str,
    other: &'t str,
    tail: &'t str,
    close: &'t str,
    /// How far new lines are indented in it.
    indent: &'t str,
    out: String,
    is_empty: bool,
}

impl<'t> Parts<'t> {
    fn new(text: &'t str, laid: &Laid) -> Option<Self> {
        let items = laid.items();
        let is_object = matches!(laid.kind, Kind::Object(_));
        let gap = |item: &Item| text.get(item.gap..item.start);
        let default = if is_object { " " } else { "" };
        let first = match items.first() {
            Some(item) => gap(item)?,
            None => default,
        };
        let other = match items.get(1) {
            Some(item) => gap(item)?,
            None if first.contains('\n') => first,
            None => " ",
        };
        let inside = laid.place.end.checked_sub(1)?;
        let tail = match items.last() {
            Some(item) => text.get(item.value.place.end..inside)?,
            None => default,
        };
        let indent = match other.rsplit_once('\n') {
            Some((_, indent)) => indent,
            None => line_indent(text, laid.place.start),
        };
        Some(Self {
            text,
            start: items.first().map(|item| item.gap),
            first,
            other,
            tail,
            close: text.get(inside..laid.place.end)?,
            indent,
            out: text.get(laid.place.start..=laid.place.start)?.to_owned(),
            is_empty: true,
        })
    }

    /// Adds a member or an element; `known` is the one that was written there.
    fn add(&mut self, known: Option<&Item>, body: &str) {
        let own = known.filter(|item| Some(item.gap) != self.start);
        let own = own.and_then(|item| self.text.get(item.gap..item.start));
        if self.is_empty {
            self.out.push_str(self.first);
        } else {
            self.out.push(',');
            self.out.push_str(own.unwrap_or(self.other));
        }
        self.out.push_str(body);
        self.is_empty = false;
    }

    fn finish(mut self) -> Option<String> {
        if !self.is_empty {
            self.out.push_str(self.tail);
        }
        self.out.push_str(self.close);
        Some(self.out)
    }
}

/// Finds a member and its place among the others. Linear.
fn position<'l>(object: &'l Laid, name: &str) -> Option<(usize, &'l Item)> {
    let members = object.items().iter().enumerate();
    members.into_iter().find(|(_, member)| member.name == name)
}

/// Returns the elements of a list, of which one may stand alone.
fn elements(laid: &Laid) -> Vec<&Laid> {
    match &laid.kind {
        Kind::Array(items) => items.iter().map(|item| &item.value).collect(),
        Kind::Object(_) | Kind::Scalar => vec![laid],
    }
}

fn span(item: &Item) -> Range<usize> {
    item.start..item.value.place.end
}

/// Returns the white space at the beginning of the line at that place.
fn line_indent(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit_once('\n').map_or(before, |(_, line)| line);
    let len = line.len().saturating_sub(line.trim_start().len());
    line.get(..len).unwrap_or_default()
}

/// How long a line with a new value may become.
const LINE_MAX: usize = 100;
const INDENT_MAX: usize = 8;

//! Reading what postcard wrote, in its shortest form only.

use crate::cursor::Cursor;

/// A value that can be read from its encoding.
pub trait Wire<'a>: Sized {
    /// Reads the value.
    ///
    /// The cursor notes an encoding that is longer than it needs to be, and bytes that are not
    /// such a value: ignore what is returned then.
    // No `Option`: one test at an item's end is less code than one at every field.
    #[doc(hidden)]
    fn read(cursor: &mut Cursor<'a>) -> Self;
}

/// Reads a value that must be there to the end.
pub(crate) fn read_whole<'a, T: Wire<'a>>(cursor: &mut Cursor<'a>) -> Option<T> {
    let value = T::read(cursor);
    (!cursor.has_failed()).then_some(value)
}

impl Wire<'_> for u16 {
    fn read(cursor: &mut Cursor<'_>) -> Self {
        cursor.small().unwrap_or_else(|| {
            cursor.fail();
            0
        })
    }
}

impl Wire<'_> for u64 {
    fn read(cursor: &mut Cursor<'_>) -> Self {
        cursor.long().unwrap_or_else(|| {
            cursor.fail();
            0
        })
    }
}

impl Wire<'_> for bool {
    fn read(cursor: &mut Cursor<'_>) -> Self {
        flag(cursor)
    }
}

impl<'a> Wire<'a> for &'a str {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        cursor.text().unwrap_or_else(|| {
            cursor.fail();
            ""
        })
    }
}

impl<'a> Wire<'a> for &'a [u8] {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        cursor.run().unwrap_or_else(|| {
            cursor.fail();
            &[]
        })
    }
}

impl Wire<'_> for [u8; 32] {
    fn read(cursor: &mut Cursor<'_>) -> Self {
        let bytes = cursor.take(32).and_then(|bytes| bytes.try_into().ok());
        bytes.unwrap_or_else(|| {
            cursor.fail();
            [0; 32]
        })
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        flag(cursor).then(|| T::read(cursor))
    }
}

impl<'a, A: Wire<'a>, B: Wire<'a>> Wire<'a> for (A, B) {
    fn read(cursor: &mut Cursor<'a>) -> Self {
        (A::read(cursor), B::read(cursor))
    }
}

/// Reads the number that says which of `count` variants follows.
pub(super) fn variant(cursor: &mut Cursor<'_>, count: u32) -> u32 {
    let number = cursor.varint();
    below(cursor, number, count)
}

/// Reads the byte that says whether something holds, or is there.
fn flag(cursor: &mut Cursor<'_>) -> bool {
    let byte = cursor.byte().map(u32::from);
    below(cursor, byte, 2) == 1
}

fn below(cursor: &mut Cursor<'_>, number: Option<u32>, count: u32) -> u32 {
    match number {
        Some(number) if number < count => number,
        _ => {
            cursor.fail();
            0
        }
    }
}

/// Defines a struct whose fields are read in the order in which serde writes them.
macro_rules! wire {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? {
            $($(#[$doc:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        pub struct $name $(<$life>)? {
            $($(#[$doc])* pub $field: $type,)*
        }

        wire!(@read $name $(<$life>)?, $($field),*);
    };
    (@read $name:ident <$life:lifetime>, $($field:ident),*) => {
        impl<$life> Wire<$life> for $name<$life> {
            fn read(cursor: &mut Cursor<$life>) -> Self {
                Self { $($field: Wire::read(cursor)),* }
            }
        }
    };
    (@read $name:ident, $($field:ident),*) => {
        impl Wire<'_> for $name {
            fn read(cursor: &mut Cursor<'_>) -> Self {
                Self { $($field: Wire::read(cursor)),* }
            }
        }
    };
}

pub(super) use wire;

//! Reading what postcard wrote, in its shortest form only.

use crate::cursor::Cursor;

/// A value that can be read from its encoding.
pub trait Wire<'a>: Sized {
    /// Reads the value, or returns nothing where the bytes are not one.
    ///
    /// An encoding that is longer than it need be is noticed by the cursor.
    #[doc(hidden)]
    fn read(cursor: &mut Cursor<'a>) -> Option<Self>;
}

impl Wire<'_> for u16 {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.small()
    }
}

impl Wire<'_> for u64 {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.long()
    }
}

impl Wire<'_> for bool {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        match cursor.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<'a> Wire<'a> for &'a str {
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.text()
    }
}

impl<'a> Wire<'a> for &'a [u8] {
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        cursor.run()
    }
}

impl Wire<'_> for [u8; 32] {
    fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.take(32)?.try_into().ok()
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        match cursor.byte()? {
            0 => Some(None),
            1 => Some(Some(T::read(cursor)?)),
            _ => None,
        }
    }
}

impl<'a, A: Wire<'a>, B: Wire<'a>> Wire<'a> for (A, B) {
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        Some((A::read(cursor)?, B::read(cursor)?))
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
            fn read(cursor: &mut Cursor<$life>) -> Option<Self> {
                Some(Self { $($field: Wire::read(cursor)?),* })
            }
        }
    };
    (@read $name:ident, $($field:ident),*) => {
        impl Wire<'_> for $name {
            fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
                Some(Self { $($field: Wire::read(cursor)?),* })
            }
        }
    };
}

pub(super) use wire;

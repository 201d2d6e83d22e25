//! The shape shared by values that are one text: a private field, one checked door, one trusted
//! door for storage.

/// Declares such a value; its `parse` is written beside it. `personal` ones never print
/// themselves, `public` ones do.
macro_rules! text_value {
    ($(#[$doc:meta])* personal $name:ident) => {
        text_value!(@value $(#[$doc])* $name);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    };
    ($(#[$doc:meta])* public $name:ident) => {
        text_value!(@value $(#[$doc])* #[derive(Debug)] $name);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
    (@value $(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The trusted door: a value read back from storage, which only ever took parsed ones.
            pub fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

pub(crate) use text_value;

//! What is wrong with what was sent, field by field.
//!
//! A value is parsed by its own type, which answers one [`Violation`]; a command collects those of
//! all its fields in [`Violations`], so that a person mends a form once.

use std::fmt;

/// Why a field is refused: what a program decides on. A person reads the texts beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldReason {
    /// A value is needed and none was given.
    Required,
    /// Fewer characters than the field needs.
    TooShort,
    /// More characters or bytes than the field holds.
    TooLong,
    /// More elements than the list holds.
    TooMany,
    /// Not written as such a value is written.
    Format,
    /// A character that the field does not take.
    Character,
    /// Not equal to the value it confirms.
    Mismatch,
    /// A closing date before the opening date.
    BeforeOpening,
    /// A date too far ahead.
    TooFar,
    /// Not a value of the enum, or a path or code that is not known.
    UnknownValue,
    /// A field that this actor, or nobody, may change.
    NotModifiable,
    /// Given twice where once is meant.
    Duplicate,
    /// A group of another agreement than the one named.
    OtherAgreement,
    /// A line of a postal address that the post would not read.
    PostalLine,
    /// A password with too few characters.
    PasswordTooShort,
    /// A password with too many characters or bytes.
    PasswordTooLong,
    /// A password among the most used.
    PasswordCommon,
    /// A password made of the person's own data.
    PasswordPersonal,
    /// A password that is guessed in few tries.
    PasswordGuessable,
    /// The password in use already.
    PasswordSame,
    /// A password of the form of a provisional one.
    PasswordProvisional,
}

impl FieldReason {
    /// Every reason.
    pub const ALL: [Self; 21] = [
        Self::Required,
        Self::TooShort,
        Self::TooLong,
        Self::TooMany,
        Self::Format,
        Self::Character,
        Self::Mismatch,
        Self::BeforeOpening,
        Self::TooFar,
        Self::UnknownValue,
        Self::NotModifiable,
        Self::Duplicate,
        Self::OtherAgreement,
        Self::PostalLine,
        Self::PasswordTooShort,
        Self::PasswordTooLong,
        Self::PasswordCommon,
        Self::PasswordPersonal,
        Self::PasswordGuessable,
        Self::PasswordSame,
        Self::PasswordProvisional,
    ];

    /// The name clients know it by: `TOO_LONG`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::TooShort => "TOO_SHORT",
            Self::TooLong => "TOO_LONG",
            Self::TooMany => "TOO_MANY",
            Self::Format => "FORMAT",
            Self::Character => "CHARACTER",
            Self::Mismatch => "MISMATCH",
            Self::BeforeOpening => "BEFORE_OPENING",
            Self::TooFar => "TOO_FAR",
            Self::UnknownValue => "UNKNOWN_VALUE",
            Self::NotModifiable => "NOT_MODIFIABLE",
            Self::Duplicate => "DUPLICATE",
            Self::OtherAgreement => "OTHER_AGREEMENT",
            Self::PostalLine => "POSTAL_LINE",
            Self::PasswordTooShort => "PASSWORD_TOO_SHORT",
            Self::PasswordTooLong => "PASSWORD_TOO_LONG",
            Self::PasswordCommon => "PASSWORD_COMMON",
            Self::PasswordPersonal => "PASSWORD_PERSONAL",
            Self::PasswordGuessable => "PASSWORD_GUESSABLE",
            Self::PasswordSame => "PASSWORD_SAME",
            Self::PasswordProvisional => "PASSWORD_PROVISIONAL",
        }
    }
}

impl fmt::Display for FieldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to mend in one field. Its texts never repeat what was sent, one character apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// What a program decides on.
    pub reason: FieldReason,
    /// What to mend, in English, for who writes the client.
    pub description: String,
    /// What to mend, in French, for who fills the form.
    pub localized: String,
}

impl Violation {
    /// A violation with its two texts.
    pub fn new(
        reason: FieldReason,
        description: impl Into<String>,
        localized: impl Into<String>,
    ) -> Self {
        Self {
            reason,
            description: description.into(),
            localized: localized.into(),
        }
    }

    /// A value is needed and none was given.
    pub fn required() -> Self {
        Self::new(
            FieldReason::Required,
            "a value is required",
            "Ce champ est obligatoire.",
        )
    }

    /// More than `most` characters.
    pub fn too_long(most: usize) -> Self {
        Self::new(
            FieldReason::TooLong,
            format!("at most {most} characters"),
            format!("Ce champ est limité à {most} caractères."),
        )
    }

    /// Not equal to the value it confirms.
    pub fn mismatch() -> Self {
        Self::new(
            FieldReason::Mismatch,
            "differs from the value it confirms",
            "La confirmation est différente de la première saisie.",
        )
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.description)
    }
}

impl std::error::Error for Violation {}

/// Everything to mend in one request, in the order of its fields, each with its field path
/// (`account.postal_address.lines[2]`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<(String, Violation)>);

impl Violations {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only this one.
    pub fn one(path: impl Into<String>, violation: Violation) -> Self {
        Self(vec![(path.into(), violation)])
    }

    /// Keeps the value of a parsed field, or notes what is wrong with it.
    pub fn check<T>(&mut self, path: impl Into<String>, parsed: Result<T, Violation>) -> Option<T> {
        parsed.map_err(|violation| self.push(path, violation)).ok()
    }

    /// As [`check`](Self::check), for a value made of several fields: their paths are told below
    /// `path`.
    pub fn check_within<T>(&mut self, path: &str, parsed: Result<T, Violations>) -> Option<T> {
        parsed.map_err(|inner| self.append_within(path, inner)).ok()
    }

    /// Notes one violation.
    pub fn push(&mut self, path: impl Into<String>, violation: Violation) {
        self.0.push((path.into(), violation));
    }

    /// Notes those of a part, each path told below `path`; an empty `path` is the request itself.
    pub fn append_within(&mut self, path: &str, inner: Violations) {
        self.0
            .extend(inner.0.into_iter().map(|(relative, violation)| {
                let full = match (path, relative.as_str()) {
                    ("", _) => relative,
                    (_, "") => path.to_owned(),
                    _ => format!("{path}.{relative}"),
                };
                (full, violation)
            }));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them: field path and violation, in field order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Violation)> {
        self.0
            .iter()
            .map(|(path, violation)| (path.as_str(), violation))
    }

    /// The end of a check: fine, or all that is wrong.
    pub fn finish(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl IntoIterator for Violations {
    type Item = (String, Violation);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (path, violation)) in self.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{path}: {}", violation.description)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_violation_is_kept_in_field_order() {
        let mut violations = Violations::new();
        assert_eq!(violations.check("a", Ok(1)), Some(1));
        assert_eq!(
            violations.check::<u8>("b", Err(Violation::required())),
            None
        );
        let inner = Violations::one("lines[2]", Violation::too_long(38));
        assert_eq!(
            violations.check_within::<u8>("account.postal_address", Err(inner)),
            None
        );
        let paths: Vec<_> = violations.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["b", "account.postal_address.lines[2]"]);
        assert_eq!(violations.finish().unwrap_err().len(), 2);
    }

    #[test]
    fn no_violation_is_fine() {
        assert!(Violations::new().finish().is_ok());
    }

    #[test]
    fn every_reason_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = FieldReason::ALL
            .iter()
            .map(|reason| reason.as_str())
            .collect();
        assert_eq!(names.len(), FieldReason::ALL.len());
    }
}

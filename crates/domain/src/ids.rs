//! Identifiers of stored things: UUIDv7, so that they sort by the time they were made.

use std::fmt;

use jiff::Timestamp;
use uuid::Uuid;

use crate::Random;

/// A UUIDv7 of that time, its random part drawn from `random`.
pub(crate) fn v7(now: Timestamp, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one, of that time.
            pub fn new(now: Timestamp, random: &dyn Random) -> Self {
                Self(v7(now, random))
            }

            /// The text form `xxxxxxxx-xxxx-…`; `None` when it is not a UUID in that form.
            pub fn parse(text: &str) -> Option<Self> {
                // `Uuid::try_parse` also takes braces, URNs and the form without dashes.
                (text.len() == 36).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
            }

            /// The raw UUID, for storage.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.hyphenated())
            }
        }
    )+};
}

id! {
    /// A partner organisation.
    PartnerId,
    /// An agreement of a partner with the Caf.
    AgreementId,
    /// A group of housing under one agreement.
    GroupId,
    /// One person's access to one partner.
    AccountId,
    /// A session; public, unlike its token.
    SessionId,
    /// One message to one person, by e-mail or letter.
    DeliveryId,
    /// A caller's own name for one mutation, so that it is carried out once.
    RequestId,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let earlier = AccountId::new(at(1_700_000_000_000), &OsRandom);
        let later = AccountId::new(at(1_700_000_000_001), &OsRandom);
        assert!(earlier < later);
    }

    #[test]
    fn only_the_dashed_form_is_read() {
        let id = AccountId::new(Timestamp::UNIX_EPOCH, &OsRandom);
        assert_eq!(AccountId::parse(&id.to_string()), Some(id));
        assert_eq!(AccountId::parse(&id.uuid().simple().to_string()), None);
        assert_eq!(AccountId::parse(&format!("{{{id}}}")), None);
        assert_eq!(AccountId::parse(""), None);
    }
}

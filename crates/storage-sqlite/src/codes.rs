//! The names that enumerations are stored under.

use domain::account::{self, Channel, StoredRole, WorkMode};
use domain::delivery::{self, Cause, Kind};
use domain::group::HousingType;
use domain::policy::Rank;
use domain::session::{FactorKind, NextStep};
use domain::{agreement, partner};

/// A value stored under a name.
pub(crate) trait Code: Sized {
    /// Its name.
    fn code(&self) -> &'static str;

    /// The value of that name.
    fn of(code: &str) -> Option<Self>;
}

macro_rules! codes {
    ($($type:ty { $($value:ident = $code:literal),+ $(,)? })+) => {$(
        impl Code for $type {
            fn code(&self) -> &'static str {
                match self {
                    $(Self::$value => $code),+
                }
            }

            fn of(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$value),)+
                    _ => None,
                }
            }
        }
    )+};
}

codes! {
    account::State { Active = "ACTIVE", Closed = "CLOSED" }
    account::Role { User = "USER", Manager = "MANAGER", Administrator = "ADMINISTRATOR" }
    StoredRole { User = "USER", Manager = "MANAGER" }
    WorkMode { Sedentary = "SEDENTARY", Itinerant = "ITINERANT" }
    Channel { Email = "EMAIL", Letter = "LETTER" }
    Rank { Manager = "MANAGER", Administrator = "ADMINISTRATOR", Caf = "CAF" }
    partner::State { Active = "ACTIVE" }
    agreement::State {
        Draft = "DRAFT",
        Validated = "VALIDATED",
        Suspended = "SUSPENDED",
        Terminated = "TERMINATED",
    }
    HousingType { Conventionne = "CONVENTIONNE", Prive = "PRIVE" }
    NextStep { None = "NONE", ChangePassword = "CHANGE_PASSWORD" }
    FactorKind { Password = "PASSWORD", ProvisionalPassword = "PROVISIONAL_PASSWORD" }
    Kind {
        FirstCredentials = "FIRST_CREDENTIALS",
        LostIdentifier = "LOST_IDENTIFIER",
        ProvisionalPassword = "PROVISIONAL_PASSWORD",
        Guidance = "GUIDANCE",
        PasswordChanged = "PASSWORD_CHANGED",
        EmailChanged = "EMAIL_CHANGED",
        RoleChanged = "ROLE_CHANGED",
        AdministratorReplaced = "ADMINISTRATOR_REPLACED",
    }
    delivery::State {
        Queued = "QUEUED",
        Sending = "SENDING",
        Sent = "SENT",
        Rendered = "RENDERED",
        Failed = "FAILED",
        Cancelled = "CANCELLED",
    }
    Cause {
        Creation = "CREATION",
        Reissue = "REISSUE",
        Recovery = "RECOVERY",
        Notice = "NOTICE",
    }
}

//! How long sessions live.

use domain::session::Lifetimes;
use serde::Deserialize;

use crate::config::{Checks, Length};

/// How long sessions live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// Without use, for a user.
    pub user_idle: Length,
    /// In all, for a user.
    pub user_absolute: Length,
    /// Without use, for managers and administrators.
    pub privileged_idle: Length,
    /// In all, for managers and administrators.
    pub privileged_absolute: Length,
    /// In all, for a session that may only change the password.
    pub incomplete: Length,
}

impl Default for Sessions {
    fn default() -> Self {
        let lifetimes = Lifetimes::default();
        Self {
            user_idle: Length::of(lifetimes.user_idle),
            user_absolute: Length::of(lifetimes.user_absolute),
            privileged_idle: Length::of(lifetimes.privileged_idle),
            privileged_absolute: Length::of(lifetimes.privileged_absolute),
            incomplete: Length::of(lifetimes.incomplete),
        }
    }
}

impl Sessions {
    pub(super) fn check(&self, checks: &mut Checks) {
        // The last use is written once a minute: a session idle for less would end in use.
        let least = Length::from_secs(120);
        for (key, length) in [
            ("user_idle", self.user_idle),
            ("privileged_idle", self.privileged_idle),
            ("incomplete", self.incomplete),
        ] {
            if length < least {
                checks.wrong(key, format!("{length} is shorter than {least}"));
            }
        }
        for (key, idle, absolute) in [
            ("user_absolute", self.user_idle, self.user_absolute),
            (
                "privileged_absolute",
                self.privileged_idle,
                self.privileged_absolute,
            ),
        ] {
            if absolute < idle {
                checks.wrong(
                    key,
                    format!("{absolute} is shorter than the idle life, {idle}"),
                );
            }
        }
    }

    /// For the domain.
    pub(crate) fn to_domain(&self) -> Lifetimes {
        Lifetimes {
            user_idle: self.user_idle.signed(),
            user_absolute: self.user_absolute.signed(),
            privileged_idle: self.privileged_idle.signed(),
            privileged_absolute: self.privileged_absolute.signed(),
            incomplete: self.incomplete.signed(),
        }
    }
}

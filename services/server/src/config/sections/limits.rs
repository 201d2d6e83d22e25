//! How many messages may be caused.

use domain::limits;
use serde::Deserialize;

use crate::config::{Checks, Length};

/// At most so many in any window of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSetting {
    /// How many, up to 1,000,000.
    pub most: u32,
    /// In how long.
    pub window: Length,
}

impl RateSetting {
    fn of(rate: limits::Rate) -> Self {
        Self {
            most: rate.most,
            window: Length::of(rate.window),
        }
    }

    fn to_domain(self) -> limits::Rate {
        limits::Rate::new(self.most, self.window.signed())
    }
}

/// How many messages with credentials may be caused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Recoveries, per account and per address.
    pub recovery_messages: RateSetting,
    /// Recoveries following each other, likewise.
    pub recovery_spacing: RateSetting,
    /// Recoveries by letter, per account.
    pub recovery_letters: RateSetting,
    /// Credentials sent again by an agent or the partner's people, per account.
    pub reissues: RateSetting,
    /// Creations and reissues of one partner.
    pub partner_messages: RateSetting,
    /// Accounts on one address that each get their own recovery mail, 1 to 1,000.
    pub accounts_per_address: u32,
    /// How long recovery and reissue rest after the partner's own people changed the address.
    pub pause_after_email_change: Length,
}

impl Default for Limits {
    fn default() -> Self {
        let limits = limits::Limits::default();
        Self {
            recovery_messages: RateSetting::of(limits.recovery_messages),
            recovery_spacing: RateSetting::of(limits.recovery_spacing),
            recovery_letters: RateSetting::of(limits.recovery_letters),
            reissues: RateSetting::of(limits.reissues),
            partner_messages: RateSetting::of(limits.partner_messages),
            accounts_per_address: limits.accounts_per_address,
            pause_after_email_change: Length::of(limits.pause_after_email_change),
        }
    }
}

impl Limits {
    /// Each rate with the key of its table.
    pub(in crate::config) fn rates(&self) -> [(&'static str, RateSetting); 5] {
        [
            ("recovery_messages", self.recovery_messages),
            ("recovery_spacing", self.recovery_spacing),
            ("recovery_letters", self.recovery_letters),
            ("reissues", self.reissues),
            ("partner_messages", self.partner_messages),
        ]
    }

    pub(super) fn check(&self, checks: &mut Checks) {
        for (key, rate) in self.rates() {
            checks.between(&format!("{key}.most"), rate.most, 0, 1_000_000);
            checks.positive(&format!("{key}.window"), rate.window);
        }
        checks.between("accounts_per_address", self.accounts_per_address, 1, 1_000);
    }

    /// For the domain.
    pub(crate) fn to_domain(&self) -> limits::Limits {
        limits::Limits {
            recovery_messages: self.recovery_messages.to_domain(),
            recovery_spacing: self.recovery_spacing.to_domain(),
            recovery_letters: self.recovery_letters.to_domain(),
            reissues: self.reissues.to_domain(),
            partner_messages: self.partner_messages.to_domain(),
            accounts_per_address: self.accounts_per_address,
            pause_after_email_change: self.pause_after_email_change.signed(),
        }
    }
}

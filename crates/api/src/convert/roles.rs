//! What is asked of memberships and roles.

use std::collections::BTreeSet;

use domain::account::Newcomer;
use domain::paris::Day;
use domain::violation::{FieldReason, Violation, Violations};
use domain::{AccountId, GroupId, PartnerId, RequestId};

use super::contact::Typist;
use super::ids::{self, MOST_GROUPS};
use super::new_account::{self, Seat};
use super::{comment, duplicate, unknown_value};
use crate::claims;
use crate::habilitation::v1;

/// Groups to give to an account and to take away.
#[derive(Debug, Clone)]
pub struct UpdateMemberships {
    /// Which account.
    pub account: AccountId,
    /// The groups to give.
    pub add: BTreeSet<GroupId>,
    /// The groups to take away, none of them also given.
    pub remove: BTreeSet<GroupId>,
    /// The etag that the change was decided on; empty = any.
    pub etag: String,
    /// The caller's name for it.
    pub request: Option<RequestId>,
}

/// Reads what is asked of UpdateMemberships.
pub fn update_memberships(
    sent: &v1::UpdateMembershipsRequest,
) -> Result<UpdateMemberships, Violations> {
    let mut wrong = Violations::new();
    let account = ids::account_id("account_id", &sent.account_id, &mut wrong);
    if sent.add_group_ids.is_empty() && sent.remove_group_ids.is_empty() {
        wrong.push("add_group_ids", Violation::required());
    }
    let add = groups("add_group_ids", &sent.add_group_ids, &mut wrong);
    let remove = groups("remove_group_ids", &sent.remove_group_ids, &mut wrong);
    for (place, text) in sent.remove_group_ids.iter().enumerate().take(MOST_GROUPS) {
        if GroupId::parse(text).is_some_and(|group| add.contains(&group)) {
            wrong.push(format!("remove_group_ids[{place}]"), duplicate());
        }
    }
    let request = claims::optional(&sent.request_id, &mut wrong);
    match account {
        Some(account) if wrong.is_empty() => Ok(UpdateMemberships {
            account,
            add,
            remove,
            etag: sent.etag.clone(),
            request,
        }),
        _ => Err(wrong),
    }
}

/// A user to be made a manager, or a manager to be made a user.
#[derive(Debug, Clone)]
pub struct ChangeRole {
    /// Which account.
    pub account: AccountId,
    /// Why.
    pub comment: Option<String>,
    /// The caller's name for it.
    pub request: Option<RequestId>,
}

/// Reads what is asked of AppointManager.
pub fn appoint_manager(sent: &v1::AppointManagerRequest) -> Result<ChangeRole, Violations> {
    change_role(&sent.account_id, &sent.comment, &sent.request_id)
}

/// Reads what is asked of DismissManager.
pub fn dismiss_manager(sent: &v1::DismissManagerRequest) -> Result<ChangeRole, Violations> {
    change_role(&sent.account_id, &sent.comment, &sent.request_id)
}

fn change_role(account: &str, why: &str, request: &str) -> Result<ChangeRole, Violations> {
    let mut wrong = Violations::new();
    let account = ids::account_id("account_id", account, &mut wrong);
    let comment = comment(why, &mut wrong);
    let request = claims::optional(request, &mut wrong);
    match account {
        Some(account) if wrong.is_empty() => Ok(ChangeRole {
            account,
            comment,
            request,
        }),
        _ => Err(wrong),
    }
}

/// Another administrator for a partner.
#[derive(Debug, Clone)]
pub struct ReplaceAdministrator {
    /// Which partner.
    pub partner: PartnerId,
    /// Who comes.
    pub successor: Successor,
    /// What becomes of the one who goes.
    pub former: Former,
    /// Why.
    pub comment: Option<String>,
    /// The caller's name for it.
    pub request: RequestId,
}

impl ReplaceAdministrator {
    /// The successor's account, when they have one.
    pub fn account(&self) -> Option<AccountId> {
        match self.successor {
            Successor::Account(id) => Some(id),
            Successor::Newcomer(_) => None,
        }
    }
}

/// Who becomes the administrator.
#[derive(Debug, Clone)]
pub enum Successor {
    /// Someone who has an account.
    Account(AccountId),
    /// Someone new, whose access begins today at the latest.
    Newcomer(Box<Newcomer>),
}

/// What becomes of a former administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Former {
    /// A plain user in these groups, at least one.
    BecomesUser(BTreeSet<GroupId>),
    /// The account is closed.
    Closed,
}

impl Former {
    /// The groups they keep.
    pub fn groups(&self) -> BTreeSet<GroupId> {
        match self {
            Self::BecomesUser(groups) => groups.clone(),
            Self::Closed => BTreeSet::new(),
        }
    }
}

/// Reads what is asked of ReplaceAdministrator.
pub fn replace_administrator(
    sent: &v1::ReplaceAdministratorRequest,
    today: Day,
) -> Result<ReplaceAdministrator, Violations> {
    let mut wrong = Violations::new();
    let partner = ids::partner_id("partner_id", &sent.partner_id, &mut wrong);
    let successor = successor(sent.successor.as_ref(), today, &mut wrong);
    let former = former(sent, &mut wrong);
    let comment = comment(&sent.comment, &mut wrong);
    let request = claims::required(&sent.request_id, &mut wrong);
    match (partner, successor, former, request) {
        (Some(partner), Some(successor), Some(former), Some(request)) if wrong.is_empty() => {
            Ok(ReplaceAdministrator {
                partner,
                successor,
                former,
                comment,
                request,
            })
        }
        _ => Err(wrong),
    }
}

fn successor(
    sent: Option<&v1::replace_administrator_request::Successor>,
    today: Day,
    wrong: &mut Violations,
) -> Option<Successor> {
    use v1::replace_administrator_request::Successor as Sent;
    match sent {
        None => {
            wrong.push("successor", Violation::required());
            None
        }
        Some(Sent::SuccessorAccountId(id)) => {
            ids::account_id("successor_account_id", id, wrong).map(Successor::Account)
        }
        Some(Sent::NewPerson(form)) => {
            let (typist, seat) = (Typist::Caf, Seat::Administrator);
            let newcomer =
                new_account::newcomer("new_person", Some(form), typist, seat, today, wrong)?;
            if newcomer.dates.opening() > today {
                wrong.push("new_person.opening_date", not_open_yet());
            }
            Some(Successor::Newcomer(Box::new(newcomer)))
        }
    }
}

fn former(sent: &v1::ReplaceAdministratorRequest, wrong: &mut Violations) -> Option<Former> {
    use v1::replace_administrator_request::Former as Sent;
    match Sent::try_from(sent.former) {
        Ok(Sent::BecomesUser) => {
            if sent.former_group_ids.is_empty() {
                wrong.push("former_group_ids", Violation::required());
            }
            let kept = groups("former_group_ids", &sent.former_group_ids, wrong);
            Some(Former::BecomesUser(kept))
        }
        Ok(Sent::Closed) => {
            if !sent.former_group_ids.is_empty() {
                wrong.push("former_group_ids", closed_keeps_none());
            }
            Some(Former::Closed)
        }
        Ok(Sent::Unspecified) => {
            wrong.push("former", Violation::required());
            None
        }
        Err(_) => {
            wrong.push("former", unknown_value());
            None
        }
    }
}

fn groups(path: &str, sent: &[String], wrong: &mut Violations) -> BTreeSet<GroupId> {
    ids::distinct(path, sent, MOST_GROUPS, wrong)
}

fn not_open_yet() -> Violation {
    Violation::new(
        FieldReason::TooFar,
        "the access of a new administrator begins today at the latest",
        "L’accès du nouvel administrateur doit s’ouvrir au plus tard aujourd’hui.",
    )
}

fn closed_keeps_none() -> Violation {
    Violation::new(
        FieldReason::TooMany,
        "an account that is closed keeps no group",
        "Un compte clôturé ne garde aucun groupe.",
    )
}

#[cfg(test)]
mod tests;

//! What AccountService is asked, an update apart: see [`super::account_update`].

use std::collections::BTreeSet;

use domain::account::{Channel, Newcomer, State};
use domain::identifier::IdentifierKey;
use domain::paris::Day;
use domain::user_number::{UserNumber, UserNumberKey};
use domain::violation::{Violation, Violations};
use domain::{AccountId, AgreementId, GroupId, PartnerId, RequestId};
use prost::Message;

use super::contact::{self, Typist};
use super::ids::{self, MOST_GROUPS};
use super::new_account::{self, Seat};
use super::{account, comment, session};
use crate::account::v1;
use crate::refusal::Refusal;
use crate::{claims, page};

/// An account to be made.
#[derive(Debug)]
pub struct CreateAccount {
    /// Under which agreement.
    pub agreement: AgreementId,
    /// For whom.
    pub newcomer: Newcomer,
    /// In which groups, each once, in the order sent; at least one.
    pub groups: Vec<GroupId>,
    /// The caller's name for it.
    pub request: RequestId,
}

/// Reads what is asked of CreateAccount.
pub fn create_account(
    sent: &v1::CreateAccountRequest,
    typist: Typist,
    today: Day,
) -> Result<CreateAccount, Violations> {
    let mut wrong = Violations::new();
    let agreement = ids::agreement_id("agreement_id", &sent.agreement_id, &mut wrong);
    let form = sent.account.as_ref();
    let newcomer = new_account::newcomer("account", form, typist, Seat::User, today, &mut wrong);
    let groups = groups(&sent.group_ids, &mut wrong);
    let request = claims::required(&sent.request_id, &mut wrong);
    match (agreement, newcomer, request) {
        (Some(agreement), Some(newcomer), Some(request)) if wrong.is_empty() => Ok(CreateAccount {
            agreement,
            newcomer,
            groups,
            request,
        }),
        _ => Err(wrong),
    }
}

fn groups(sent: &[String], wrong: &mut Violations) -> Vec<GroupId> {
    if sent.is_empty() {
        wrong.push("group_ids", Violation::required());
    }
    ids::distinct::<GroupId>("group_ids", sent, MOST_GROUPS, wrong);
    sent.iter()
        .filter_map(|text| GroupId::parse(text))
        .collect()
}

/// How an account is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountRef {
    /// By its id.
    Id(AccountId),
    /// By its user number, and as that was sent.
    UserNumber(UserNumberKey, String),
    /// By its identifier, and as that was sent.
    Identifier(IdentifierKey, String),
}

/// Reads what is asked of GetAccount.
pub fn account_ref(sent: v1::GetAccountRequest) -> Result<AccountRef, Violations> {
    use v1::get_account_request::Ref;
    let mut wrong = Violations::new();
    let read = match sent.r#ref {
        None => {
            wrong.push("account_id", Violation::required());
            None
        }
        Some(Ref::AccountId(text)) => {
            ids::account_id("account_id", &text, &mut wrong).map(AccountRef::Id)
        }
        Some(Ref::UserNumber(text)) => wrong
            .check("user_number", UserNumber::parse(&text))
            .map(|number| AccountRef::UserNumber(number.key(), text)),
        Some(Ref::Identifier(text)) => wrong
            .check("identifier", session::identifier_key(&text))
            .map(|key| AccountRef::Identifier(key, text)),
    };
    read.ok_or(wrong)
}

/// A page of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListAccounts {
    /// At most so many rows.
    pub size: u32,
    /// The token of the page before; empty for the first page.
    pub token: String,
    /// Of this partner.
    pub partner: Option<PartnerId>,
    /// In groups of this agreement.
    pub agreement: Option<AgreementId>,
    /// In this group.
    pub group: Option<GroupId>,
    /// In one of these states; in any, when empty.
    pub states: BTreeSet<State>,
    /// The filter as a page token is bound to it.
    pub filter: Vec<u8>,
}

/// Reads what is asked of ListAccounts.
pub fn list_accounts(sent: v1::ListAccountsRequest) -> Result<ListAccounts, Refusal> {
    let mut wrong = Violations::new();
    let size = page::size(sent.page_size, &mut wrong);
    let partner = ids::optional("partner_id", &sent.partner_id, &mut wrong);
    let agreement = ids::optional("agreement_id", &sent.agreement_id, &mut wrong);
    let group = ids::optional("group_id", &sent.group_id, &mut wrong);
    let states = account::states("states", &sent.states, &mut wrong);
    wrong.finish()?;
    let filter = v1::ListAccountsRequest {
        page_size: 0,
        page_token: String::new(),
        ..sent.clone()
    };
    Ok(ListAccounts {
        size,
        token: sent.page_token,
        partner,
        agreement,
        group,
        states,
        filter: filter.encode_to_vec(),
    })
}

/// Credentials to be sent again.
#[derive(Debug)]
pub struct ReissueCredentials {
    /// To whom.
    pub account: AccountId,
    /// By which way; the account's own, when not said.
    pub channel: Option<Channel>,
    /// Why.
    pub comment: Option<String>,
    /// The caller's name for it.
    pub request: RequestId,
}

/// Reads what is asked of ReissueCredentials.
pub fn reissue_credentials(
    sent: &v1::ReissueCredentialsRequest,
) -> Result<ReissueCredentials, Violations> {
    let mut wrong = Violations::new();
    let account = ids::account_id("account_id", &sent.account_id, &mut wrong);
    let channel = contact::channel("channel", sent.channel, &mut wrong);
    let comment = comment(&sent.comment, &mut wrong);
    let request = claims::required(&sent.request_id, &mut wrong);
    match (account, request) {
        (Some(account), Some(request)) if wrong.is_empty() => Ok(ReissueCredentials {
            account,
            channel,
            comment,
            request,
        }),
        _ => Err(wrong),
    }
}

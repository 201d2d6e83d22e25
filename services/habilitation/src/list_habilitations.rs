//! Where a subject may act now.

use api::convert::habilitation as convert;
use api::habilitation::v1;
use api::refusal::Refusal;
use api::revision::Minimum;
use domain::agreement::Agreement;
use domain::call::Call;
use domain::habilitation::{Decision, Denial, HeldGroup, Holdings};
use domain::paris::Day;
use domain::references::ServiceCode;
use domain::violation::Violations;
use storage::Revision;
use storage::page::{Cursor, Page, PageRequest};

use crate::Deps;
use crate::check::wake;

impl Deps {
    /// Answers one page of the groups on which the subject may act, by group id.
    pub(crate) async fn list_habilitations(
        &self,
        call: &Call,
        request: v1::ListHabilitationsRequest,
    ) -> Result<v1::ListHabilitationsResponse, Refusal> {
        let minimum = Minimum::read(&request.minimum_revision)?;
        let mut violations = Violations::new();
        let size = api::page::size(request.page_size, &mut violations);
        let subject = convert::subject(request.subject.clone(), &mut violations);
        let service = match request.service_code.as_str() {
            "" => None,
            code => convert::service(code, &mut violations),
        };
        violations.finish()?;
        let filter = v1::ListHabilitationsRequest {
            page_size: 0,
            page_token: String::new(),
            background: false,
            minimum_revision: String::new(),
            ..request.clone()
        };
        let listing = self
            .tokens
            .listing(call, size, &request.page_token, &filter)?;
        let Some(subject) = subject else {
            unreachable!("a subject that is absent is a violation");
        };
        let known = self.know(&subject, wake(request.background)).await?;
        minimum.held_by(known.revision)?;

        let (_, today) = self.moment();
        let usable = known.holdings.as_ref().map_err(|denial| *denial);
        let rights = usable.and_then(|holdings| rights(holdings, service.as_ref(), today));
        let denial = rights.as_ref().err().copied();
        let rights = page(rights.unwrap_or_default(), &listing.request, known.revision);
        let answered = listing.answer(rights, |right| {
            convert::habilitation(
                right.held,
                right.agreement,
                &right.decided,
                known.session_end,
            )
        });
        Ok(v1::ListHabilitationsResponse {
            habilitations: answered.rows,
            next_page_token: answered.next_page_token,
            denial: denial
                .map_or(v1::Denial::Unspecified, convert::denial)
                .into(),
            subject: known.context(),
            revision: answered.revision,
        })
    }
}

/// A group on which the subject may act.
struct Right<'h> {
    held: &'h HeldGroup,
    agreement: &'h Agreement,
    decided: Decision,
}

/// Every right that the holdings give on that day, by group id.
fn rights<'h>(
    holdings: &'h Holdings,
    service: Option<&ServiceCode>,
    today: Day,
) -> Result<Vec<Right<'h>>, Denial> {
    holdings.usable(today)?;
    let mut held: Vec<&HeldGroup> = holdings.groups.iter().collect();
    held.sort_unstable_by_key(|held| held.group);
    let right = |held: &'h HeldGroup| {
        let decided = holdings.decide_on(held, service, today);
        let agreement = holdings.agreement(held.agreement)?;
        decided.verdict.is_ok().then_some(Right {
            held,
            agreement,
            decided,
        })
    };
    Ok(held.into_iter().filter_map(right).collect())
}

/// The page of them that was asked for.
fn page<'h>(rights: Vec<Right<'h>>, asked: &PageRequest, revision: Revision) -> Page<Right<'h>> {
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let after = asked.after.as_ref().map(|cursor| cursor.id);
    let mut rows: Vec<_> = rights
        .into_iter()
        .filter(|right| after.is_none_or(|after| right.held.group.uuid() > after))
        .map(|right| {
            (
                Cursor {
                    sort: String::new(),
                    id: right.held.group.uuid(),
                },
                right,
            )
        })
        .take(limit.saturating_add(1))
        .collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    Page {
        rows,
        more,
        revision,
    }
}

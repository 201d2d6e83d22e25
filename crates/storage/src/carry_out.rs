//! The one way in which a use case decides and a unit writes.
//!
//! A decision rests on knowledge; the unit refuses to write when that knowledge has moved, and the
//! use case then decides again on new knowledge. Whoever may not do a thing is told so before a
//! replay of their request is looked up: nothing of the first answer is shown to them.

use domain::Timestamp;

use crate::Stores;
use crate::authority::{Authority, AuthorityQuery};
use crate::mutation::{Error, Mutation, Outcome, RequestClaim};

/// How often a mutation is decided before its caller is told to try again. Three: two racing
/// mutations of one partner settle at the second try, and a partner busier than that is better
/// served by a caller who waits.
pub const DECISIONS: usize = 3;

/// A use case that changes one partner.
pub trait UseCase: Sync {
    /// Why it refuses.
    type Refusal: Send;

    /// What is answered when the unit refuses for good.
    fn refused(&self, error: Error) -> Self::Refusal;

    /// What is answered when the partner does not exist, or is not the actor's to know of.
    fn absent(&self) -> Self::Refusal;

    /// Whether the actor may do this, before anything is said about how things stand.
    fn permit(&self, authority: &Authority) -> Result<(), Self::Refusal>;

    /// What is to be written, as things stand.
    fn decide(&self, authority: &Authority) -> Result<Mutation, Self::Refusal>;

    /// Whether deciding again mends what the unit refused. A use case that draws identifiers also
    /// says so of one that was taken already.
    fn decides_again(&self, error: &Error) -> bool {
        error.is_conflict()
    }
}

/// Carries out a use case: permission, replay, decision, unit; again while its ground moves, at
/// most [`DECISIONS`] times, then what the unit refused last.
pub async fn carry_out<U: UseCase>(
    stores: &Stores,
    query: &AuthorityQuery,
    request: Option<&RequestClaim>,
    now: Timestamp,
    use_case: &U,
) -> Result<Outcome, U::Refusal> {
    let mut decisions = 1..=DECISIONS;
    loop {
        let last = decisions.next() == Some(DECISIONS);
        let authority = stores.authorities.authority(query).await;
        let authority = authority.map_err(|error| use_case.refused(error.into()))?;
        let authority = authority.ok_or_else(|| use_case.absent())?;
        use_case.permit(&authority)?;
        if let Some(request) = request {
            let earlier = stores.mutations.replay(request, now).await;
            if let Some(earlier) = earlier.map_err(|error| use_case.refused(error))? {
                return Ok(earlier);
            }
        }
        match stores.mutations.apply(&use_case.decide(&authority)?).await {
            Err(error) if !last && use_case.decides_again(&error) => {}
            written => return written.map_err(|error| use_case.refused(error)),
        }
    }
}

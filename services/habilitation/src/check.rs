//! Whether someone may act for a service on a group or a scope: the question asked most.

use api::convert::habilitation as convert;
use api::habilitation::v1;
use api::refusal::Refusal;
use api::revision::Minimum;
use domain::habilitation::{Decision, Target};
use domain::references::ServiceCode;
use domain::violation::Violations;

use crate::Deps;
use crate::subject::{Known, Wake};

impl Deps {
    /// Answers one question.
    pub(crate) async fn check(
        &self,
        request: v1::CheckHabilitationRequest,
    ) -> Result<v1::CheckHabilitationResponse, Refusal> {
        let minimum = Minimum::read(&request.minimum_revision);
        let mut violations = Violations::new();
        let subject = convert::subject(request.subject, &mut violations);
        let service = convert::service(&request.service_code, &mut violations);
        let target = convert::target("target", request.target, &mut violations);
        violations.finish()?;
        let (Some(subject), Some(service), Some(target)) = (subject, service, target) else {
            unreachable!("what is absent is a violation");
        };
        let known = self.know(&subject, wake(request.background)).await?;
        minimum?.held_by(known.revision)?;
        Ok(v1::CheckHabilitationResponse {
            decision: Some(self.decide(&known, &service, &target)),
            subject: known.context(),
            revision: known.revision.encode(),
        })
    }

    /// Answers several questions on the same state.
    pub(crate) async fn batch_check(
        &self,
        request: v1::BatchCheckHabilitationsRequest,
    ) -> Result<v1::BatchCheckHabilitationsResponse, Refusal> {
        let minimum = Minimum::read(&request.minimum_revision);
        let mut violations = Violations::new();
        let subject = convert::subject(request.subject, &mut violations);
        let service = convert::service(&request.service_code, &mut violations);
        let targets = convert::targets(request.targets, &mut violations);
        violations.finish()?;
        let (Some(subject), Some(service)) = (subject, service) else {
            unreachable!("what is absent is a violation");
        };
        let known = self.know(&subject, wake(request.background)).await?;
        minimum?.held_by(known.revision)?;
        let decisions = targets
            .iter()
            .map(|target| self.decide(&known, &service, target));
        Ok(v1::BatchCheckHabilitationsResponse {
            decisions: decisions.collect(),
            subject: known.context(),
            revision: known.revision.encode(),
        })
    }

    fn decide(&self, known: &Known, service: &ServiceCode, target: &Target) -> v1::Decision {
        let (_, today) = self.moment();
        let decided = match &known.holdings {
            Ok(holdings) => holdings.decide(service, target, today),
            Err(denial) => Decision::denied(*denial, None),
        };
        convert::decision(&decided, known.session_end)
    }
}

/// Whether a question keeps the session awake.
pub(crate) fn wake(background: bool) -> Wake {
    if background { Wake::Leave } else { Wake::Keep }
}

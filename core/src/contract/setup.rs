//! How far a client is set up.

use schemars::JsonSchema;
use serde::Serialize;

use super::View;
use crate::gate::setup::{Setup, Step};
use crate::id::DomainId;

/// What is done and what is to do before somebody can log in.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Setup")]
pub struct SetupView {
    /// The steps, in their order.
    #[schemars(example = [StepView { step: Step::Scopes, done: true }])]
    pub steps: Vec<StepView>,
    /// The domain that the steps about a domain go on with.
    #[schemars(example = &"domain_01jd3v8m1efb9rkyq9wzvw2x4a")]
    pub domain: Option<DomainId>,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StepView {
    /// What is to be there.
    pub step: Step,
    /// Whether it is so now.
    pub done: bool,
}

impl SetupView {
    /// The steps that are to do, in their order.
    pub fn to_do(&self) -> impl Iterator<Item = Step> {
        self.steps.iter().filter(|step| !step.done).map(|step| step.step)
    }
}

impl View for SetupView {}

impl From<Setup> for SetupView {
    fn from(setup: Setup) -> Self {
        let steps = setup.steps().iter().map(|(step, done)| StepView { step: *step, done: *done });
        Self { steps: steps.collect(), domain: setup.domain }
    }
}

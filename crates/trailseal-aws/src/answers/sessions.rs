//! Sessions in member accounts.

use trailseal_model::question::{AnswerTo, OpenAccount};
use trailseal_model::{Answer, Arn, Evidence, Gap, Operation};

use crate::Aws;
use crate::ask::Ask;

impl AnswerTo<OpenAccount> for Aws {
    async fn answer_to(&self, question: OpenAccount) -> Result<Answer<Option<Arn>>, Gap> {
        let OpenAccount { account } = question;
        let region = self.default_region();
        let ask = Ask::new(Operation::AssumeRole, account, region);
        let _place = self.channel.in_flight_permit().await;
        let session = self.session(&ask).await?;
        // Which requests it took is not kept with a session; this is when the first of them succeeded.
        let evidence = Evidence {
            operation: Operation::AssumeRole,
            account: Some(account),
            region: Some(region),
            at: session.opened(),
            request_id: None,
            attempts: 1,
            throttles: 0,
        };
        Ok(Answer { value: self.assumed_role(account), evidence })
    }
}

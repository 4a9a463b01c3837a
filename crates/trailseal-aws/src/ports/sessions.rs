//! Sessions in member accounts.

use trailseal_fanout::Sessions;
use trailseal_model::{AccountId, Gap, Operation};

use crate::Aws;
use crate::ask::Ask;

impl Sessions for Aws {
    async fn open(&self, account: AccountId) -> Result<(), Gap> {
        let ask = Ask::new(Operation::AssumeRole, account, self.default_region());
        let _place = self.channel.in_flight_permit().await;
        self.session(&ask).await.map(drop)
    }
}

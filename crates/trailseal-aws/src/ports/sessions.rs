//! Sessions in member accounts.

use trailseal_fanout::Sessions;
use trailseal_model::{AccountId, Gap, Operation};

use crate::Aws;

impl Sessions for Aws {
    async fn open(&self, account: AccountId) -> Result<(), Gap> {
        self.session_in(account, Operation::AssumeRole).await.map(drop)
    }
}

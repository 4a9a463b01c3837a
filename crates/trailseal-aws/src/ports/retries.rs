//! How often operations are tried.

use trailseal_fanout::Retries;
use trailseal_model::Operation;

use crate::Aws;

impl Retries for Aws {
    fn ask_once(&self, operation: Operation) {
        self.channel.ask_once(operation);
    }
}

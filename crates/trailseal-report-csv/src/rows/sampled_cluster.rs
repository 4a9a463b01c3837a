//! Rows of `sampled_clusters.csv`.

use trailseal_record::v1::SampledClusterLine;

use crate::cell::Row;
use crate::command::list_objects;
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, cluster: &SampledClusterLine) -> Row {
    let reader = index.reader(&cluster.bucket, &cluster.trail_arn);
    index
        .row()
        .cell(&cluster.trail_arn)
        .cell(&cluster.bucket)
        .cell(cluster.cluster_index)
        .cell(cluster.account_id)
        .cell(cluster.region)
        .maybe(cluster.day)
        .cell(cluster.used)
        .free(&cluster.prefix)
        .free(&cluster.start_after)
        .free(&cluster.before)
        .cell(cluster.objects)
        .cell(cluster.objects_whole)
        .maybe(cluster.keys_sha256.as_ref())
        .maybe(reader.owner)
        .maybe(reader.region)
        .maybe(reader.role_arn)
        .cell(list_objects(cluster, reader))
}

//! Examined objects, how they were selected, and the commands that do it again.

use trailseal_model::{
    ClusterUse, DeviationClass, Estimand, SampleMethod, SampleResult, Selection,
};
use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::{Line, SampleLine, SamplingLine};

use super::pack::{check, pack, row, rows, with};
use crate::Table;

#[test]
fn an_object_shows_who_can_read_it_again_and_how() {
    let files = pack(with!(Sample, |sample| sample.object_key = "a b'c".to_owned()));
    check(
        &rows(&files, Table::Samples)[0],
        &[
            ("bucket", "logs-1"),
            ("object_key", "a b'c"),
            ("size", "4711"),
            ("sse_algorithm", "aws:kms"),
            ("sse_kms_key_id", fixture::key_arn(1).as_str()),
            ("bucket_key", "false"),
            ("result", "pass"),
            ("selection", "random"),
            ("version_id", ""),
            ("gap_id", ""),
            ("bucket_owner_account_id", "000000000001"),
            ("bucket_region", "us-east-1"),
            ("role_arn", ""),
            (
                "command",
                r"aws s3api head-object --bucket 'logs-1' --key 'a b'\''c' --region us-east-1 --expected-bucket-owner 000000000001 --output json",
            ),
        ],
    );
}

#[test]
fn a_cluster_shows_who_can_list_it_again_and_how() {
    let files = pack(fixture::lines());
    let folder = "AWSLogs/o-example0001/000000000002/CloudTrail/us-east-1/2026/11/19";
    let name = "000000000002_CloudTrail_us-east-1_[0-9]{8}T[0-9]{4}Z_[0-9A-Za-z]{16}[.]json[.]gz";
    let command = format!(
        "aws s3api list-objects-v2 --bucket 'logs-1' --prefix '{folder}/' --start-after '{folder}/' \
         --region us-east-1 --expected-bucket-owner 000000000001 --query 'Contents[].[Key]' \
         --output text | LC_ALL=C grep -E '^{folder}/{name}$' | BEFORE='{folder}0' LC_ALL=C awk \
         '$0 < ENVIRON[\"BEFORE\"]' | sha256sum"
    );
    check(
        &rows(&files, Table::SampledClusters)[0],
        &[
            ("cluster_index", "0"),
            ("account_id", "000000000002"),
            ("day", "2026-11-19"),
            ("used", "counted"),
            ("objects", "590"),
            ("objects_whole", "true"),
            ("keys_sha256", &"c".repeat(64)),
            ("bucket_owner_account_id", "000000000001"),
            ("bucket_region", "us-east-1"),
            ("role_arn", ""),
            ("command", &command),
        ],
    );
}

/// The row of an object in a bucket of this owner and Region.
fn read_in(owner: Option<u64>, region: Option<&str>) -> super::pack::Cells {
    let files = pack(with!(Bucket, |bucket| {
        bucket.owner_account_id = owner.map(fixture::id);
        bucket.region = region.map(fixture::region);
    }));
    let cluster = rows(&files, Table::SampledClusters).remove(0);
    let sample = rows(&files, Table::Samples).remove(0);
    for column in ["bucket_owner_account_id", "bucket_region", "role_arn"] {
        assert_eq!(cluster[column], sample[column], "{column}");
    }
    sample
}

#[test]
fn the_role_is_that_of_the_bucket_owner_s_account() {
    let sample = read_in(Some(2), Some("eu-west-1"));
    check(
        &sample,
        &[
            ("bucket_owner_account_id", "000000000002"),
            ("bucket_region", "eu-west-1"),
            ("role_arn", "arn:aws:iam::000000000002:role/TrailsealAudit"),
        ],
    );
    assert!(sample["command"].contains("--region eu-west-1 --expected-bucket-owner 000000000002"));
    // Outside the organization, or not listed.
    check(
        &read_in(Some(9), None),
        &[("bucket_owner_account_id", "000000000009"), ("role_arn", "")],
    );
}

#[test]
fn without_a_known_owner_the_trail_s_account_and_home_region_are_used() {
    let sample = read_in(None, None);
    check(
        &sample,
        &[("bucket_owner_account_id", ""), ("bucket_region", "us-east-1"), ("role_arn", "")],
    );
    assert!(!sample["command"].contains("--expected-bucket-owner"), "{}", sample["command"]);
    let files = pack({
        let mut lines = with!(Bucket, |bucket| bucket.owner_account_id = None);
        let mut sample = fixture::sample(&fixture::trail_arn(2, "old"));
        sample.bucket = "logs-2".to_owned();
        lines.push(Line::Sample(Box::new(sample)));
        lines
    });
    let sample = row(&files, Table::Samples, "bucket", "logs-2");
    assert_eq!(sample["role_arn"], "arn:aws:iam::000000000002:role/TrailsealAudit");
}

#[test]
fn sampling_shows_what_was_selected_from_what() {
    let files = pack(with!(Trail, |trail| {
        trail.sampling.deviations =
            [(DeviationClass::SseS3, 1), (DeviationClass::WrongKey, 2)].into();
        trail.sampling.key_changed_at = Some(fixture::at("00:00:00.000"));
        trail.sampling.gap_ids = vec!["g1".to_owned()];
    }));
    check(
        &row(&files, Table::Sampling, "bucket", "logs-1"),
        &[
            ("trail_arn", fixture::trail_arn(1, "audit").as_str()),
            ("prefix", ""),
            ("sample_method", "random"),
            ("estimand", "object"),
            ("population", "590"),
            ("population_counted", "true"),
            ("eligible", "590"),
            ("clusters_unlisted", "0"),
            ("selected", "59"),
            ("tested", "59"),
            ("deviations", "sse-s3=1;wrong-key=2"),
            ("upper_bound", "0.046"),
            ("is_within_rate", "false"),
            ("key_changed_at", "2026-11-20T00:00:00.000Z"),
            ("sample_rows", "1"),
            ("cluster_rows", "1"),
            ("prefix_lists", ""),
            ("gap_ids", "g1"),
        ],
    );
}

/// The row of a trail whose objects show this.
fn sampled(change: impl Fn(&mut SamplingLine)) -> super::pack::Cells {
    let files = pack(with!(Trail, |trail| change(&mut trail.sampling)));
    row(&files, Table::Sampling, "bucket", "logs-1")
}

#[test]
fn a_bound_is_never_within_the_rate_beside_a_deviation() {
    let within = |bound: Option<f64>, is_clean: bool| {
        sampled(|sampling| {
            sampling.upper_bound = bound;
            sampling.deviations =
                (!is_clean).then_some((DeviationClass::SseS3, 1)).into_iter().collect();
        })
        .remove("is_within_rate")
        .unwrap()
    };
    assert_eq!(within(Some(0.05), true), "true");
    assert_eq!(within(Some(0.0501), true), "false");
    assert_eq!(within(Some(0.01), false), "false");
    assert_eq!(within(None, true), "");
}

#[track_caller]
fn concludes(change: impl Fn(&mut SamplingLine), expected: &str) {
    assert_eq!(sampled(change)["conclusion"], expected);
}

#[test]
fn a_random_sample_concludes_with_its_bound() {
    concludes(
        |sampling| sampling.upper_bound = Some(0.049_508),
        "59 log objects of 590 were selected at random. 59 of them are encrypted with the trail's \
         key. With 95 % confidence, at most 4.9508 % of the log objects are not encrypted with this \
         key: within the tolerable 5 %.",
    );
    concludes(
        |sampling| {
            (sampling.sealed, sampling.tested, sampling.unreadable) = (57, 57, 2);
            sampling.upper_bound = Some(0.1029);
            sampling.gap_ids = vec!["g1".to_owned()];
        },
        "59 log objects of 590 were selected at random. 57 of them are encrypted with the trail's \
         key, and 2 could not be read. With 95 % confidence, at most 10.29 % of the log objects are \
         not encrypted with this key: above the tolerable 5 %. Not everything could be listed or \
         read: see gap_ids.",
    );
}

#[test]
fn a_deviation_fails_whatever_the_bound() {
    concludes(
        |sampling| {
            sampling.sealed = 58;
            sampling.deviations = [(DeviationClass::WrongKey, 1)].into();
            sampling.upper_bound = Some(0.04);
            sampling.left_population = 1;
        },
        "59 log objects of 590 were selected at random. 58 of them are encrypted with the trail's \
         key. 1 examined log object is not encrypted with the trail's key (wrong-key=1). With 95 % \
         confidence, at most 4 % of the log objects are not encrypted with this key: a single \
         deviation fails the trail. 1 log object is older than the last change of encryption or key \
         and is not counted.",
    );
}

#[test]
fn a_whole_window_and_a_draw_of_clusters_conclude_in_their_own_words() {
    concludes(
        |sampling| {
            sampling.method = SampleMethod::All;
            (sampling.selected, sampling.tested, sampling.sealed) = (1, 1, 1);
            sampling.upper_bound = Some(0.0);
        },
        "The whole window was examined: 1 log object was selected. 1 of them is encrypted with the \
         trail's key. At most 0 % of the log objects are not encrypted with this key: within the \
         tolerable 5 %.",
    );
    concludes(
        |sampling| {
            sampling.method = SampleMethod::Clusters;
            sampling.estimand = Some(Estimand::ClusterWeighted);
            sampling.upper_bound = Some(0.0495);
        },
        "59 log objects were selected, each at random in a randomly drawn account, Region and day. \
         59 of them are encrypted with the trail's key. With 95 % confidence, at most 4.95 % of the \
         log objects are not encrypted with this key, where each account, Region and day that holds \
         log objects weighs the same: within the tolerable 5 %.",
    );
}

#[test]
fn what_is_no_statistics_says_nothing_of_the_others() {
    let none = |sampling: &mut SamplingLine, method: SampleMethod| {
        (sampling.method, sampling.estimand, sampling.upper_bound) = (method, None, None);
        (sampling.selected, sampling.tested, sampling.sealed) = (0, 0, 0);
    };
    concludes(
        |sampling| {
            none(sampling, SampleMethod::Partial);
            (sampling.examined, sampling.population) = (3, 70);
            sampling.deviations = [(DeviationClass::None, 3)].into();
        },
        "3 of 70 listed log objects were examined, for other reasons than chance, so they say nothing \
         about the others. 3 examined log objects are not encrypted with the trail's key (none=3).",
    );
    concludes(
        |sampling| {
            none(sampling, SampleMethod::Nothing);
            sampling.population = 0;
        },
        "The window holds no log object of this trail, so nothing is shown about its encryption.",
    );
    concludes(
        |sampling| {
            none(sampling, SampleMethod::Nothing);
            sampling.population_counted = false;
            sampling.gap_ids = vec!["g1".to_owned()];
        },
        "No log object was examined, so nothing is shown about their encryption. Not everything could \
         be listed or read: see gap_ids.",
    );
}

#[test]
fn objects_under_the_key_of_another_trail_of_the_prefix_are_named() {
    let files = pack(with!(Sample, |sample| sample.result = SampleResult::SharedPrefixKey));
    let conclusion = &row(&files, Table::Sampling, "bucket", "logs-1")["conclusion"];
    let expected = "59 of them are encrypted with the trail's key, 1 of them with the key of another \
                    trail that delivers under the same prefix. ";
    assert!(conclusion.contains(expected), "{conclusion}");
}

/// An object that was examined as the one with this number.
fn object(number: u32, key: &str, selection: Selection, result: SampleResult) -> SampleLine {
    let mut sample = fixture::sample(&fixture::trail_arn(1, "audit"));
    key.clone_into(&mut sample.object_key);
    (sample.selection_index, sample.selection, sample.result) = (number, selection, result);
    sample.deviation_class = (result == SampleResult::Deviation).then_some(DeviationClass::SseS3);
    sample
}

/// A record whose samples have every selection and result that count differently.
pub(super) fn sampled_lines() -> Vec<Line> {
    use SampleResult::{
        Deviation, Pass, PreEnablement, PreviousKey, Replaced, SharedPrefixKey, Unreadable,
    };
    use Selection::{Cluster, Digest, FirstDraw, History, KeyChange, Newest};
    let mut lines = fixture::lines();
    lines.retain(|line| !matches!(line, Line::Sample(_) | Line::SampledCluster(_)));
    let objects = [
        ("a", Cluster, Pass),
        ("a", Cluster, Pass),
        ("b", Cluster, SharedPrefixKey),
        ("c", Cluster, Deviation),
        ("c", Newest, Deviation),
        ("d", Cluster, Unreadable),
        ("e", Cluster, Replaced),
        ("f", Cluster, PreviousKey),
        ("g", FirstDraw, Pass),
        ("h", FirstDraw, PreEnablement),
        ("i", KeyChange, Pass),
        ("j", Newest, Unreadable),
        ("k", History, Deviation),
        ("l", History, Pass),
        ("m", Digest, Deviation),
    ];
    lines.extend((0..).zip(objects).map(|(number, (key, selection, result))| {
        Line::Sample(Box::new(object(number, key, selection, result)))
    }));
    let uses = [ClusterUse::Drawn, ClusterUse::Empty, ClusterUse::Drawn, ClusterUse::Unlisted];
    lines.extend((0..).zip(uses).map(|(number, used)| {
        let mut cluster = fixture::cluster(&fixture::trail_arn(1, "audit"));
        (cluster.cluster_index, cluster.used) = (number, used);
        Line::SampledCluster(Box::new(cluster))
    }));
    for line in &mut lines {
        if let Line::Finding(finding) = line
            && finding.cause_id == Some(fixture::role().cause_id)
        {
            finding.further_cause_ids = vec![fixture::region_deny().cause_id];
        }
        if let Line::Trail(trail) = line
            && trail.account_id == fixture::id(1)
        {
            trail.sampling = SamplingLine {
                method: SampleMethod::Clusters,
                estimand: Some(Estimand::ClusterWeighted),
                population_counted: false,
                clusters_drawn: 4,
                clusters_empty: 1,
                // a twice, b, c, d and the cluster that could not be listed.
                selected: 6,
                tested: 4,
                sealed: 3,
                unreadable: 2,
                // a, b, c, g, i.
                examined: 5,
                left_population: 2,
                replaced: 1,
                deviations: [(DeviationClass::SseS3, 1)].into(),
                ..trail.sampling.clone()
            };
        }
    }
    lines
}

/// The pack of that record.
pub(super) fn sampled_pack() -> MemoryFolder {
    pack(sampled_lines())
}

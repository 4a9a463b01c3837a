use futures::future::join_all;

use super::*;

fn account(number: u64) -> Option<AccountId> {
    AccountId::new(number)
}

fn at(number: u64) -> QuotaKey<'static> {
    QuotaKey { account: account(number), region: Region::new("us-east-1"), object: None }
}

const CALLER: QuotaKey<'static> = QuotaKey { account: None, region: None, object: None };

fn limits(share: f64) -> Limits {
    Limits::new(RateShare::new(share).unwrap())
}

async fn time_for(requests: usize, share: f64, key: impl Fn(usize) -> u64) -> Duration {
    let limits = limits(share);
    let start = Instant::now();
    let places = (0..requests).map(|it| at(key(it)));
    join_all(places.map(|it| limits.permit(Operation::DescribeTrails, it))).await;
    start.elapsed()
}

/// How many requests, one after the other, are permitted in this time.
async fn permitted_within(seconds: u64, limits: &Limits, place: QuotaKey<'_>) -> u32 {
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut count = 0;
    while tokio::time::timeout_at(end, limits.permit(Operation::DescribeTrails, place))
        .await
        .is_ok()
    {
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn limits_that_are_used_up_have_no_burst_until_they_would_have_filled() {
    let share = RateShare::new(1.0).unwrap();
    let of_fresh = permitted_within(2, &Limits::new(share), at(1)).await;
    let used_up = Limits::used_up(share);
    let of_used_up = permitted_within(2, &used_up, at(1)).await;
    let quota = Operation::DescribeTrails.quota();
    assert!(of_used_up <= quota.per_second * 2, "{of_used_up}");
    assert!(of_fresh > of_used_up, "{of_fresh} and {of_used_up}");
    // A key that is asked for later has its burst, as soon as it would be there.
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(permitted_within(2, &used_up, at(2)).await, of_fresh);
}

#[tokio::test(start_paused = true)]
async fn one_hot_key_gets_its_burst_and_then_its_rate() {
    // 9 at once, one is kept back, then 10 a second: the 60th comes 5.1 s after the start.
    let took = time_for(60, 1.0, |_| 1).await;
    assert!(took >= Duration::from_secs_f64(5.09), "{took:?}");
    assert!(took <= Duration::from_secs_f64(5.2), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn half_the_share_takes_twice_as_long() {
    let took = time_for(30, 0.5, |_| 1).await;
    assert!(took >= Duration::from_secs_f64(4.99), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn accounts_do_not_wait_for_each_other() {
    let took = time_for(900, 1.0, |it| it as u64 / 9).await;
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn waiting_requests_go_in_the_order_they_came() {
    let check = async |limits: &Limits| {
        let order = Mutex::new(Vec::new());
        join_all((0..50).map(|it| {
            let order = &order;
            async move {
                limits.permit(Operation::ListAccounts, CALLER).await;
                order.lock().unwrap().push(it);
            }
        }))
        .await;
        assert!(order.into_inner().unwrap().is_sorted());
        assert!(limits.operations.iter().all(|it| it.keys().queues.is_empty()));
    };
    let limits = limits(1.0);
    check(&limits).await;
    limits.throttled(Operation::ListAccounts, CALLER);
    check(&limits).await;
}

#[tokio::test(start_paused = true)]
async fn operations_that_aws_counts_together_share_a_bucket() {
    let limits = limits(1.0);
    let start = Instant::now();
    for it in 0..1200 {
        let operation =
            if it % 2 == 0 { Operation::AssumeRole } else { Operation::GetCallerIdentity };
        limits.permit(operation, at(it)).await;
    }
    assert!(start.elapsed() >= Duration::from_millis(990));
}

#[tokio::test(start_paused = true)]
async fn objects_are_limited_by_bucket_and_account_of_the_logs() {
    async fn time_for(objects: impl Iterator<Item = (Operation, String)>) -> Duration {
        let limits = limits(1.0);
        let start = Instant::now();
        for (operation, object) in objects {
            limits.permit(operation, QuotaKey { object: Some(&object), ..at(1) }).await;
        }
        start.elapsed()
    }
    let key = |account: u64, day: u64| {
        format!("logs/AWSLogs/o-a/{account:012}/CloudTrail/eu-west-1/2026/11/{day:02}/name-{day}")
    };
    let list = "logs/AWSLogs/o-a/000000000001/CloudTrail/eu-west-1/2026/11/22/";
    // Listing and looking at one account's objects, whatever the day.
    let together = (0..11_000).map(|it| match it % 2 {
        0 => (Operation::HeadObject, key(1, it % 30)),
        _ => (Operation::ListObjectsV2, list.to_owned()),
    });
    assert!(time_for(together).await >= Duration::from_millis(990));
    let separate = (0..9_900).map(|it| (Operation::HeadObject, key(it % 2, 7)));
    assert_eq!(time_for(separate).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_throttle_halves_the_rate_of_its_key_and_of_no_other() {
    let limits = limits(1.0);
    limits.throttled(Operation::DescribeTrails, at(1));
    // Half of 10 a second, without a burst, and a little faster with each second.
    let slow = permitted_within(3, &limits, at(1)).await;
    assert!((14..=17).contains(&slow), "{slow}");
    assert_eq!(permitted_within(3, &limits, at(2)).await, 39);
    let start = Instant::now();
    limits.permit(Operation::GetTrailStatus, at(1)).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn throttles_of_one_moment_are_one() {
    let limits = limits(1.0);
    (0..20).for_each(|_| limits.throttled(Operation::DescribeTrails, at(1)));
    let slow = permitted_within(3, &limits, at(1)).await;
    assert!((14..=17).contains(&slow), "{slow}");
}

#[tokio::test(start_paused = true)]
async fn throttles_that_go_on_slow_down_to_an_eighth_of_the_share() {
    let limits = limits(0.8);
    for _ in 0..9 {
        limits.throttled(Operation::DescribeTrails, at(1));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // One a second, and one more every 7.5 s.
    let slow = permitted_within(4, &limits, at(1)).await;
    assert!((4..=6).contains(&slow), "{slow}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_key_recovers_in_a_minute_and_has_its_burst_again_in_two() {
    let limits = limits(1.0);
    for seconds in [0, 1, 1, 1] {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        limits.throttled(Operation::DescribeTrails, at(1));
    }
    tokio::time::sleep(Duration::from_secs(56)).await;
    let recovered = permitted_within(10, &limits, at(1)).await;
    assert!((97..=101).contains(&recovered), "{recovered}");
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_eq!(permitted_within(10, &limits, at(1)).await, 109);
    assert!(limits.operations.iter().all(|it| it.keys().slowed.is_empty()));
}

/// A server that allows less than we think.
struct Server {
    per_second: f64,
    burst: f64,
    state: Mutex<(f64, Instant)>,
}

impl Server {
    fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, state: Mutex::new((burst, Instant::now())) }
    }

    fn takes(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        let tokens = state.0 + state.1.elapsed().as_secs_f64() * self.per_second;
        let (left, is_taken) = match tokens.min(self.burst) {
            enough @ 1.0.. => (enough - 1.0, true),
            too_few => (too_few, false),
        };
        *state = (left, Instant::now());
        is_taken
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_a_third_too_fast_settles_below_what_the_server_allows() {
    let limits = limits(1.0);
    let server = Server::new(10.0 / 1.3, 10.0 / 1.3);
    let throttles = AtomicU32::default();
    let start = Instant::now();
    let call = async || loop {
        limits.permit(Operation::DescribeTrails, at(1)).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
        if server.takes() {
            return;
        }
        throttles.fetch_add(1, Ordering::Relaxed);
        limits.throttled(Operation::DescribeTrails, at(1));
        tokio::time::sleep(Duration::from_millis(400)).await;
    };
    join_all((0..2_000).map(|_| call())).await;
    let count = throttles.load(Ordering::Relaxed);
    assert!(count < 60, "{count} of 2,000");
    let ideal = 2_000.0 / (10.0 / 1.3);
    let took = start.elapsed().as_secs_f64();
    assert!(took < 1.25 * ideal, "{took} s of {ideal} s");
}

#[tokio::test(start_paused = true)]
async fn keys_that_nobody_asks_for_any_more_are_forgotten() {
    let limits = limits(1.0);
    let limit = &limits.operations[Operation::DescribeTrails as usize];
    for it in 0..u64::from(FORGET_EVERY) - 1 {
        limits.permit(Operation::DescribeTrails, at(it)).await;
    }
    limits.throttled(Operation::DescribeTrails, at(3));
    assert_eq!((limit.buckets.len(), limit.keys().slowed.len()), (FORGET_EVERY as usize - 1, 1));
    tokio::time::sleep(pace::MEMORY).await;
    limits.permit(Operation::DescribeTrails, at(1)).await;
    assert!(limit.buckets.len() <= 1);
    assert!(limit.keys().slowed.is_empty());
}

#[test]
fn a_key_is_small() {
    assert!(size_of::<LimitKey>() <= 16);
}

#[test]
fn shares_outside_zero_to_one_are_refused() {
    for share in [0.0, -1.0, 1.01, f64::NAN] {
        assert_eq!(RateShare::new(share), None);
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_number_of_requests_is_the_time_that_they_take() {
    for (share, requests) in [(0.5, 3), (0.5, 40), (1.0, 100), (0.1, 7)] {
        let planned = RateShare::new(share).unwrap();
        let planned = planned.time_of(Operation::DescribeTrails, requests);
        let taken = time_for(usize::try_from(requests).unwrap(), share, |_| 1).await;
        let difference = taken.abs_diff(planned);
        assert!(difference < Duration::from_millis(5), "{requests}: {planned:?}, {taken:?}");
    }
}

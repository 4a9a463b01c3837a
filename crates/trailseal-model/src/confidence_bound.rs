//! How many deviations there can be at most, from what a sample shows: exact one-sided bounds.
//!
//! Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated
//! in the case of the binomial" (1934), and the same inversion of the hypergeometric distribution
//! for samples that are drawn without replacement.

/// Halvings of the interval from 0 to 1: more than a double can tell apart.
const HALVINGS: u32 = 100;

/// The Clopper-Pearson bound: the smallest rate that is refuted by at most `deviations` among
/// `sampled` independent draws. 1 where nothing was drawn, or everything deviates.
#[must_use]
pub fn binomial_upper_bound(sampled: u32, deviations: u32, confidence: f64) -> f64 {
    if deviations >= sampled {
        return 1.0;
    }
    let risk = 1.0 - confidence;
    if deviations == 0 {
        // (1 - p)^n = risk.
        return -(risk.ln() / f64::from(sampled)).exp_m1();
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let is_refuted = binomial_at_most(sampled, deviations, middle) <= risk;
        if is_refuted { high = middle } else { low = middle }
    }
    high
}

/// The hypergeometric bound: the largest number of deviating ones among `population` that is not
/// refuted by at most `deviations` among `sampled` of them, drawn without replacement.
///
/// A sample larger than the population counts as the whole of it.
#[must_use]
pub fn hypergeometric_upper_bound(
    population: u64,
    sampled: u32,
    deviations: u32,
    confidence: f64,
) -> u64 {
    let sampled = u64::from(sampled).min(population);
    let deviations = u64::from(deviations).min(sampled);
    let risk = 1.0 - confidence;
    // So many there are for certain, and more than the rest cannot be there.
    let (mut low, mut high) = (deviations, population - (sampled - deviations));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let is_refuted = hypergeometric_at_most(population, middle, sampled, deviations) <= risk;
        if is_refuted { high = middle - 1 } else { low = middle }
    }
    low
}

/// P(X <= most) for X of Bin(`trials`, `rate`), with 0 < rate < 1.
fn binomial_at_most(trials: u32, most: u32, rate: f64) -> f64 {
    let odds = rate.ln() - (-rate).ln_1p();
    let first = f64::from(trials) * (-rate).ln_1p();
    let steps = (0..most).map(|it| (f64::from(trials - it) / f64::from(it + 1)).ln() + odds);
    sum_of_terms(first, steps)
}

/// P(X <= most) where X counts the deviating ones among `drawn` of `population`, `deviating` of
/// which deviate. `most` is at least what every such draw has.
fn hypergeometric_at_most(population: u64, deviating: u64, drawn: u64, most: u64) -> f64 {
    let sound = population - deviating;
    let least = drawn.saturating_sub(sound);
    let first = ln_choose(deviating, least) + ln_choose(sound, drawn - least)
        - ln_choose(population, drawn);
    let steps = (least..most).map(|it| {
        let up = real(deviating.saturating_sub(it)) * real(drawn - it);
        (up / (real(it + 1) * real(sound + it + 1 - drawn))).ln()
    });
    sum_of_terms(first, steps)
}

/// The sum of terms of which the logarithm of the first and of each quotient is given. Every term
/// is a probability, so none overflows, and what underflows is nothing.
fn sum_of_terms(first: f64, quotients: impl Iterator<Item = f64>) -> f64 {
    let mut term = first;
    let mut sum = term.exp();
    for quotient in quotients {
        term += quotient;
        sum += term.exp();
    }
    sum
}

/// The logarithm of "`from` choose `count`"; one of the two numbers is at most the sample's size.
fn ln_choose(from: u64, count: u64) -> f64 {
    let count = count.min(from - count);
    (0..count).map(|it| (real(from - it) / real(count - it)).ln()).sum()
}

#[expect(clippy::cast_precision_loss, reason = "counts of log objects are far below 2^53")]
const fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// "Sample sizes for attribute testing" as auditors print them: so many objects without any
    /// deviation suffice for this rate at 95 %, and one fewer does not. With one deviation 93 and
    /// with two 124 suffice for 5 %.
    #[test]
    fn the_sizes_are_those_of_the_published_tables() {
        let check = |size: u32, deviations: u32, rate: f64| {
            assert!(binomial_upper_bound(size, deviations, 0.95) <= rate, "{size}");
            assert!(binomial_upper_bound(size - 1, deviations, 0.95) > rate, "{size}");
        };
        for (size, rate) in
            [(299, 0.01), (149, 0.02), (99, 0.03), (59, 0.05), (49, 0.06), (29, 0.1), (14, 0.2)]
        {
            check(size, 0, rate);
        }
        check(93, 1, 0.05);
        check(124, 2, 0.05);
    }

    /// Values of scipy 1.17.1: `scipy.stats.beta.ppf(c, x + 1, n - x)`, printed with `%.12f`.
    #[test]
    fn the_binomial_bound_is_scipys() {
        for (sampled, deviations, confidence, expected) in [
            (299, 0, 0.95, 0.009_969_146_793),
            (59, 0, 0.95, 0.049_507_609_888),
            (58, 0, 0.95, 0.050_339_338_330),
            (59, 1, 0.95, 0.077_897_921_519),
            (59, 2, 0.95, 0.102_889_162_710),
            (93, 1, 0.95, 0.049_993_978_388),
            (59, 58, 0.95, 0.999_130_999_928),
            (59, 0, 0.99, 0.075_085_272_278),
            (1000, 37, 0.9, 0.045_872_610_023),
            (5, 3, 0.95, 0.923_559_608_588),
            (2000, 0, 0.999, 0.003_447_919_865),
        ] {
            let bound = binomial_upper_bound(sampled, deviations, confidence);
            assert!((bound - expected).abs() < 1e-11, "{sampled} {deviations}: {bound}");
        }
        assert!((binomial_upper_bound(0, 0, 0.95) - 1.0).abs() < f64::EPSILON);
        assert!((binomial_upper_bound(3, 3, 0.95) - 1.0).abs() < f64::EPSILON);
    }

    /// Values of scipy 1.17.1: the largest K for which
    /// `scipy.stats.hypergeom.cdf(x, N, K, n) > 1 - c`, each K tried in turn.
    #[test]
    fn the_hypergeometric_bound_is_scipys() {
        for (population, sampled, deviations, confidence, expected) in [
            (100, 59, 0, 0.95, 3),
            (100, 59, 1, 0.95, 5),
            (60, 59, 0, 0.95, 0),
            (60, 59, 1, 0.95, 1),
            (61, 59, 2, 0.95, 3),
            (59, 59, 2, 0.95, 2),
            (500, 59, 0, 0.95, 23),
            (500, 59, 3, 0.95, 60),
            (10_000, 59, 0, 0.95, 493),
            (10_000, 93, 1, 0.95, 498),
            (1000, 300, 17, 0.99, 89),
            (250_000, 59, 0, 0.95, 12_375),
            (200, 150, 20, 0.95, 32),
            (100, 1, 0, 0.95, 94),
            (100, 1, 1, 0.95, 100),
        ] {
            let bound = hypergeometric_upper_bound(population, sampled, deviations, confidence);
            assert_eq!(bound, expected, "{population} {sampled} {deviations}");
        }
        assert_eq!(hypergeometric_upper_bound(0, 0, 0, 0.95), 0);
        assert_eq!(hypergeometric_upper_bound(7, 0, 0, 0.95), 7);
        assert_eq!(hypergeometric_upper_bound(7, 9, 2, 0.95), 2);
    }

    prop_compose! {
        fn a_case()(
            population in 1u64..5000,
            share in 0.0f64..=1.0,
            bad in 0.0f64..=1.0,
            confidence in 0.9f64..0.999,
        ) -> (u64, u32, u32, f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
            let part = |of: f64, share: f64| (of * share) as u32;
            let sampled = part(real(population.min(400)), share).max(1);
            let deviations = part(f64::from(sampled), bad * bad);
            (population, sampled, deviations, confidence)
        }
    }

    proptest! {
        #[test]
        fn a_bound_is_never_below_what_was_seen_and_knowing_the_population_never_raises_it(
            (population, sampled, deviations, confidence) in a_case(),
        ) {
            let binomial = binomial_upper_bound(sampled, deviations, confidence);
            let count = hypergeometric_upper_bound(population, sampled, deviations, confidence);
            prop_assert!(binomial >= f64::from(deviations) / f64::from(sampled) - 1e-12);
            prop_assert!(binomial <= 1.0);
            prop_assert!(count >= u64::from(deviations));
            prop_assert!(count <= population - u64::from(sampled - deviations));
            // Where nearly all that were sampled deviate, drawing without replacement spreads less
            // and the bound may be a little higher (Uhlmann 1966): far from any rate that passes.
            let is_spread = f64::from(deviations + 1) <= f64::from(sampled) * binomial;
            prop_assert!(!is_spread || real(count) / real(population) <= binomial + 1e-12);
        }

        #[test]
        fn more_deviations_or_more_confidence_raise_a_bound_and_more_objects_lower_it(
            (population, sampled, deviations, confidence) in a_case(),
        ) {
            let of = |sampled, deviations, confidence| {
                let count =
                    hypergeometric_upper_bound(population, sampled, deviations, confidence);
                (binomial_upper_bound(sampled, deviations, confidence), count)
            };
            let (binomial, count) = of(sampled, deviations, confidence);
            let at_least = |it: (f64, u64)| it.0 >= binomial - 1e-12 && it.1 >= count;
            if deviations < sampled {
                prop_assert!(at_least(of(sampled, deviations + 1, confidence)));
            }
            prop_assert!(at_least(of(sampled, deviations, f64::midpoint(confidence, 1.0))));
            let larger = of(sampled + 1, deviations, confidence);
            prop_assert!(larger.0 <= binomial + 1e-12 && larger.1 <= count);
        }
    }
}

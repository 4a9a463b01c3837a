//! The word that was probably meant.

/// `; did you mean ...?` with the nearest known word, or nothing if none is near.
pub(crate) fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let given = given.to_lowercase();
    let near = known.into_iter().map(|it| (strsim::jaro_winkler(&given, &it.to_lowercase()), it));
    let best = near.filter(|it| it.0 > 0.8).max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|it| format!("; did you mean `{}`?", it.1)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_named_and_a_far_one_is_not() {
        let known = ["role_name", "regions", "rate_share"];
        assert_eq!(did_you_mean("role_nam", known), "; did you mean `role_name`?");
        assert_eq!(did_you_mean("Region", known), "; did you mean `regions`?");
        assert_eq!(did_you_mean("zebra", known), "");
    }
}

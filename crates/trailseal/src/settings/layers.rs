//! One declaration makes the layers of settings: flags and environment, the file, the defaults.

/// Declares every setting once, with its documentation and the form of its flag. The key of the file
/// is the field's name; the variable's name follows from the flag's (`variable`).
///
/// Makes `Given`, one layer, which clap and serde fill and in which nothing has a default, and
/// `Settings`, what is in force.
macro_rules! settings {
    (
        defaulted { $($(#[$of_default:meta])+ $defaulted:ident: $default_type:ty = $default:expr;)+ }
        optional { $($(#[$of_optional:meta])+ $optional:ident: $optional_type:ty;)+ }
        lists { $($(#[$of_list:meta])+ $list:ident: $list_type:ty;)+ }
    ) => {
        /// One layer of settings: what the command line and the environment say, or the file.
        #[derive(Debug, Clone, Default, clap::Args, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct Given {
            $(
                $(#[$of_default])+
                #[arg(value_parser = $crate::settings::value::parse::<$default_type>)]
                #[serde(default, deserialize_with = "crate::settings::value::one")]
                pub(crate) $defaulted: Option<$default_type>,
            )+
            $(
                $(#[$of_optional])+
                #[arg(value_parser = $crate::settings::value::parse::<$optional_type>)]
                #[serde(default, deserialize_with = "crate::settings::value::one")]
                pub(crate) $optional: Option<$optional_type>,
            )+
            $(
                $(#[$of_list])+
                #[arg(
                    value_parser = $crate::settings::value::parse::<$list_type>,
                    value_delimiter = ','
                )]
                #[serde(default, deserialize_with = "crate::settings::value::list")]
                pub(crate) $list: Vec<$list_type>,
            )+
        }

        /// The settings in force.
        #[derive(Debug, Clone)]
        pub(crate) struct Settings {
            $(pub(crate) $defaulted: $default_type,)+
            $(pub(crate) $optional: Option<$optional_type>,)+
            $(pub(crate) $list: Vec<$list_type>,)+
        }

        /// The keys that the file may have.
        pub(crate) const KEYS: &[&str] = &[
            $(stringify!($defaulted),)+
            $(stringify!($optional),)+
            $(stringify!($list),)+
        ];

        /// What holds where no layer says otherwise, by key.
        pub(crate) fn defaults() -> Vec<(&'static str, String)> {
            use $crate::settings::value::Value;
            vec![$((stringify!($defaulted), <$default_type as Value>::shown(&$default)),)+]
        }

        impl Given {
            /// This layer, and below it another one: a value replaces a value, a list a list.
            pub(crate) fn over(self, lower: Self) -> Self {
                Self {
                    $($defaulted: self.$defaulted.or(lower.$defaulted),)+
                    $($optional: self.$optional.or(lower.$optional),)+
                    $($list: if self.$list.is_empty() { lower.$list } else { self.$list },)+
                }
            }

            /// The layer that [`Settings::texts`] came from, but for what is secret.
            pub(crate) fn of_texts(
                texts: &std::collections::BTreeMap<String, String>,
            ) -> Result<Self, String> {
                use $crate::settings::value::{of_text, of_lines};
                Ok(Self {
                    $($defaulted: of_text(texts, stringify!($defaulted))?,)+
                    $($optional: of_text(texts, stringify!($optional))?,)+
                    $($list: of_lines(texts, stringify!($list))?,)+
                })
            }

            /// This layer over the defaults.
            pub(crate) fn in_force(self) -> Settings {
                Settings {
                    $($defaulted: self.$defaulted.unwrap_or($default),)+
                    $($optional: self.$optional,)+
                    $($list: self.$list,)+
                }
            }
        }

        impl Settings {
            /// Every setting that has a value as text, a list with one value on each line; without
            /// what is secret.
            pub(crate) fn texts(&self) -> std::collections::BTreeMap<&'static str, String> {
                use $crate::settings::value::{Value as _, lines};
                let texts = [
                    $((stringify!($defaulted), self.$defaulted.shown()),)+
                    $((stringify!($optional), lines(self.$optional.as_slice())),)+
                    $((stringify!($list), lines(&self.$list)),)+
                ];
                let has_value = |(key, text): &(&str, String)| {
                    !text.is_empty() && !$crate::settings::SECRET.contains(key)
                };
                texts.into_iter().filter(has_value).collect()
            }

            /// Every setting as text: nothing is an empty one, values of a list are joined by `;`.
            fn shown(&self) -> Vec<(&'static str, String)> {
                use $crate::settings::value::{Value as _, shown_list};
                vec![
                    $((stringify!($defaulted), self.$defaulted.shown()),)+
                    $((stringify!($optional), shown_list(self.$optional.as_slice())),)+
                    $((stringify!($list), shown_list(&self.$list)),)+
                ]
            }
        }
    };
}
pub(crate) use settings;
